#include "engine/identity/blocking.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "engine/identity/births.h"
#include "engine/identity/text.h"

namespace throughline::identity {
namespace {

constexpr std::size_t kMostConsonants = 5;
constexpr std::size_t kMostWords = 24;
// A more frequent forename alone tells too little, and too many bear it.
constexpr double kRareShare = 0.002;

enum class Sort : std::uint64_t {
  kBirthAndWord = 1,
  kYearAndPlace,
  kBirthAndInitial,
  kBirthAndSchool,

  kTwoWords,
  kForename,

  kAddress,
  kAddressAndWord,
  kReference,
  kParentAndWord
};

// Letters beyond the first that carry the sound; vowels, and h, w and y, come and go.
std::string Consonants(std::string_view word) {
  std::string sound;
  for (std::size_t i = 0; i < word.size() && sound.size() < kMostConsonants; ++i) {
    const char c = word[i];
    if (i > 0 && std::string_view("aeiouhwy").find(c) != std::string_view::npos) continue;
    if (sound.empty() || sound.back() != c) sound += c;
  }
  // Too little is left of Ali, Mia and Leo: they are looked up whole.
  return sound.size() < 2 ? std::string(word) : sound;
}

using Hashes = std::set<std::uint64_t>;

struct Named {
  Hashes words;     // sounds of all words
  Hashes initials;  // first letters of the sounds of own names
  Hashes alone;     // names of one word
  Hashes pairs;     // two words of one name
  Hashes rare;      // what people are called by, if few are
};

std::uint64_t Pair(std::uint64_t a, std::uint64_t b) {
  return Mixed(std::min(a, b), std::max(a, b));
}

void AddName(const Parameters& parameters, const PreparedName& name, Named& named) {
  std::vector<std::vector<std::uint64_t>> sounds;
  for (std::size_t i = 0; i < name.tokens.size(); ++i) {
    const Token& token = name.tokens[i];
    const auto& family = name.usual.family;
    const bool of_family = std::find(family.begin(), family.end(), i) != family.end();
    if (token.initial() || (name.placeholder && !of_family)) continue;
    const auto& given = name.usual.given;
    bool rare = false;
    const bool of_given = std::find(given.begin(), given.end(), i) != given.end();
    if (token.word->marker && !of_family && !of_given) continue;
    if (!given.empty() && i == given.front() && token.word->forename_share <= kRareShare)
      rare = true;
    std::vector<std::uint64_t> of_token;
    for (const std::string& sound : Sounds(parameters, token)) {
      of_token.push_back(Mixed(sound));
      named.initials.insert(Mixed(sound.substr(0, 1)));
    }
    named.words.insert(of_token.begin(), of_token.end());
    if (name.usual.family.empty()) named.alone.insert(of_token.begin(), of_token.end());
    if (rare) named.rare.insert(of_token.begin(), of_token.end());
    sounds.push_back(std::move(of_token));
  }

  if (name.usual.joined.size() > 1 && name.usual.given.size() > 1)
    sounds.push_back({Mixed(Consonants(parameters.Spelled(name.usual.joined)))});
  for (std::size_t i = 0; i < sounds.size(); ++i) {
    for (std::size_t j = i + 1; j < sounds.size(); ++j) {
      for (const std::uint64_t a : sounds[i]) {
        for (const std::uint64_t b : sounds[j]) named.pairs.insert(Pair(a, b));
      }
    }
  }
}

Named NamesOf(const Parameters& parameters, const std::vector<PreparedName>& names) {
  Named named;
  for (const PreparedName& name : names) AddName(parameters, name, named);
  while (named.words.size() > kMostWords) named.words.erase(std::prev(named.words.end()));
  return named;
}

struct When {
  std::vector<std::pair<std::uint16_t, std::uint16_t>> parts;  // year and day
  Hashes dates;                                                // of those exact to the day
  Hashes years;
};

When WhenOf(const v1::IdentityEvidence& evidence) {
  When when;
  for (const auto& birth : evidence.births()) {
    const Date first = DateOf(birth.earliest());
    const Date last = DateOf(birth.latest());
    if (birth.earliest() != birth.latest()) {
      for (int year = first.year; year <= last.year; ++year)
        when.parts.emplace_back(static_cast<std::uint16_t>(year), std::uint16_t{0});
      continue;
    }
    const int small = first.day <= 12 ? std::min(first.month, first.day) : first.month;
    const int large = first.day <= 12 ? std::max(first.month, first.day) : first.day;
    const auto day = static_cast<std::uint16_t>(small * 32 + large);
    when.parts.emplace_back(static_cast<std::uint16_t>(first.year), day);
    when.dates.insert(static_cast<std::uint64_t>(first.year) << 16U | day);
  }
  for (const auto& [year, day] : when.parts) when.years.insert(year);
  if (when.parts.empty()) when.parts.emplace_back(std::uint16_t{0}, std::uint16_t{0});
  std::sort(when.parts.begin(), when.parts.end());
  when.parts.erase(std::unique(when.parts.begin(), when.parts.end()), when.parts.end());
  return when;
}

class Blocks {
 public:
  explicit Blocks(const When& when) : when_(when) {}

  void Cross(Sort sort, const Hashes& a, const Hashes& b) {
    Hashes blocks;
    for (const std::uint64_t x : a) {
      for (const std::uint64_t y : b) blocks.insert(Of(sort, x, y));
    }
    Take(blocks);
  }
  void Each(Sort sort, const Hashes& a) {
    Hashes blocks;
    for (const std::uint64_t x : a) blocks.insert(Of(sort, x, 0));
    Take(blocks);
  }
  std::vector<BlockRow> Rows() && {
    std::sort(rows_.begin(), rows_.end());
    rows_.erase(std::unique(rows_.begin(), rows_.end()), rows_.end());
    return std::move(rows_);
  }

 private:
  static std::uint64_t Of(Sort sort, std::uint64_t a, std::uint64_t b) {
    return Mixed(Mixed(a, b), static_cast<std::uint64_t>(sort));
  }

  void Take(const Hashes& blocks) {
    std::size_t taken = 0;
    for (const std::uint64_t block : blocks) {
      if (++taken > kMostOfOneSort) break;
      for (const auto& [year, day] : when_.parts) rows_.push_back({block, year, day});
    }
  }

  const When& when_;
  std::vector<BlockRow> rows_;
};

}  // namespace

std::vector<std::string> Sounds(const Parameters& parameters, const Token& token) {
  std::set<std::string> sounds;
  for (const Group group : token.word->forename_groups)
    sounds.insert(Consonants(parameters.Spelled(parameters.HeadOf(false, group))));
  for (const Group group : token.word->surname_groups)
    sounds.insert(Consonants(parameters.Spelled(parameters.HeadOf(true, group))));
  if (sounds.empty()) sounds.insert(Consonants(token.spelled));
  return {sounds.begin(), sounds.end()};
}

std::vector<BlockRow> BlocksOf(const Parameters& parameters, const Prepared& prepared) {
  const Named named = NamesOf(parameters, prepared.names);
  const Named parents = NamesOf(parameters, prepared.parents);
  const When when = WhenOf(prepared.evidence);
  Hashes places;
  Hashes homes;

  Hashes schools;
  for (const std::string& school : prepared.evidence.schools()) schools.insert(Mixed(school));
  for (const auto& address : prepared.evidence.addresses()) {
    if (!address.line().empty() && !address.postcode().empty())
      homes.insert(Mixed(address.line(), Mixed(address.postcode(), 1)));
    if (!address.line().empty()) places.insert(Mixed(address.line(), 2));
    if (!address.postcode().empty()) places.insert(Mixed(address.postcode(), 1));
  }
  Hashes references;
  for (const auto& reference : prepared.evidence.references())
    references.insert(
        Mixed(reference.value(), Mixed(reference.scope(), Mixed(reference.scheme()))));
  Blocks blocks(when);
  // The other record may call the child by a parent's name, or have nothing but the parents.
  Hashes words = named.words;
  words.insert(parents.words.begin(), parents.words.end());
  blocks.Cross(Sort::kBirthAndWord, when.dates, words);
  blocks.Cross(Sort::kYearAndPlace, when.years, places);
  blocks.Cross(Sort::kBirthAndInitial, when.dates, named.initials);
  blocks.Cross(Sort::kBirthAndSchool, when.dates, schools);

  blocks.Each(Sort::kTwoWords, named.pairs);
  Hashes forenames = named.rare;
  forenames.insert(named.alone.begin(), named.alone.end());
  blocks.Each(Sort::kForename, forenames);
  blocks.Each(Sort::kAddress, homes);

  blocks.Cross(Sort::kAddressAndWord, places, named.words);
  blocks.Each(Sort::kReference, references);
  Hashes both = parents.pairs;
  both.insert(parents.alone.begin(), parents.alone.end());
  blocks.Cross(Sort::kParentAndWord, both, named.words);
  return std::move(blocks).Rows();
}

}  // namespace throughline::identity
