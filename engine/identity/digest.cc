#include "engine/identity/digest.h"

#include <algorithm>
#include <array>
#include <bit>

#include "engine/base/check.h"
#include "engine/identity/fields.h"
#include "engine/identity/text.h"

namespace throughline::identity {
namespace {

constexpr std::size_t kLettersCompared = 40;  // as Changes of prepared.h
constexpr std::size_t kMostOfAList = 15;

enum Seed : std::uint64_t {
  kSpelling = 1,
  kForenameGroup,
  kSurnameGroup,
  kDistrict,
  kPostcode,
  kLine,
  kSchool,
  kReference
};

std::uint16_t LowBits(std::uint64_t hash) { return static_cast<std::uint16_t>(hash); }
std::uint8_t Byte(std::uint64_t hash) { return static_cast<std::uint8_t>(hash); }

// 1 to 2^bits - 1.
std::uint16_t NotNought(std::uint64_t hash, unsigned bits) {
  return static_cast<std::uint16_t>(hash % ((1U << bits) - 1) + 1);
}

std::uint16_t LettersOf(std::string_view word) {
  unsigned letters = 0;
  for (const char letter : word.substr(0, kLettersCompared))
    letters ^= 1U << (static_cast<unsigned char>(letter) & 0xFU);
  return LowBits(letters);
}

template <typename T>
void Tidy(std::vector<T>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

void AddRoles(const PreparedName& name, const Reading& reading, unsigned shift,
              std::vector<unsigned>& roles) {
  const auto add = [&](std::size_t word, NameWord::Role role) {
    roles[word] |= static_cast<unsigned>(role) << shift;
  };
  for (const std::size_t i : reading.given) add(i, NameWord::kGiven);
  for (const std::size_t i : reading.family) add(i, NameWord::kFamily);
  for (std::size_t i = 0; i < name.tokens.size(); ++i) {
    const bool called = !reading.given.empty() && reading.given.front() == i;
    add(i, called ? NameWord::kCalled : NameWord::kBeside);
  }
}

void AddName(const Parameters& parameters, const PreparedName& name, Features& features) {
  std::vector<unsigned> roles(name.tokens.size());
  AddRoles(name, name.usual, 0, roles);
  if (!name.turned.family.empty()) AddRoles(name, name.turned, 4, roles);
  for (std::size_t i = 0; i < name.tokens.size(); ++i) {
    features.words.push_back(NameWordOf(name.tokens[i]));
    features.words.back().roles = static_cast<std::uint8_t>(roles[i]);
    features.two_names |= name.tokens[i].word->two_names;
  }
  for (const Reading* reading : {&name.usual, &name.turned}) {
    features.partial |= reading->given.empty() || reading->family.empty();
    if (reading->given.size() > 1)
      features.several.push_back(WordFeature(parameters, reading->joined));
  }
  features.partial |= name.placeholder;
  if (name.tokens.size() > 1 && !name.whole.empty())
    features.several.push_back(WordFeature(parameters, name.whole));
}

// The same word in several names is one, in all its roles.
void TidyWords(std::vector<NameWord>& words) {
  const auto but_roles = [](NameWord word) {
    word.roles = 0;
    return word;
  };
  std::sort(words.begin(), words.end(),
            [&](const NameWord& a, const NameWord& b) { return but_roles(a) < but_roles(b); });
  std::vector<NameWord> distinct;
  for (const NameWord& word : words) {
    if (distinct.empty() || but_roles(distinct.back()) != but_roles(word)) distinct.push_back(word);
    distinct.back().roles |= word.roles;
  }
  words = std::move(distinct);
}

std::vector<std::uint16_t> HashesOf(const NameWord& word) {
  std::vector<std::uint16_t> hashes{word.spelled};
  const std::size_t kept = std::min<std::size_t>(word.groups_known, NameWord::kMostGroups);
  for (std::size_t i = 0; i < kept; ++i) hashes.push_back(word.groups[i]);
  return hashes;
}

void AddParent(const Parameters& parameters, const PreparedName& name, Features& features) {
  for (const Token& token : name.tokens) {
    for (const std::uint8_t feature : ParentFeatures(token))
      features.parents_words.push_back(feature);
  }
  const auto& given = name.usual.given;
  if (name.placeholder || given.empty()) return;
  const auto words = HashesOf(NameWordOf(name.tokens[given.front()]));
  features.parents_called.insert(features.parents_called.end(), words.begin(), words.end());
  if (given.size() > 1)
    features.parents_called.push_back(WordFeature(parameters, name.usual.joined));
}

std::uint16_t AddressFeature(const v1::IdentityAddress& address) {
  std::uint64_t feature = 0;
  const std::string& postcode = address.postcode();
  if (!postcode.empty()) {
    feature |= static_cast<std::uint64_t>(NotNought(Mixed(District(postcode), kDistrict), 5))
               << 11U;
    feature |= (Mixed(postcode, kPostcode) & 0x3FU) << 5U;
  }
  // The numbers alone, where there are any: an address is the same by them.
  std::uint64_t line = kLine;
  const auto numbers = LineOf(address.line()).numbers;
  for (const std::string_view number : numbers) line = Mixed(number, line);
  if (numbers.empty()) line = Mixed(address.line(), line);
  if (!address.line().empty()) feature |= NotNought(line, 5);
  return LowBits(feature);
}

std::uint8_t ReferenceFeature(const v1::IdentityReference& reference) {
  std::uint64_t scheme = 0;
  if (reference.scope().empty())
    scheme = reference.scheme() == "nhs-number" ? 1 : reference.scheme() == "upn" ? 2 : 0;
  const std::uint64_t value =
      Mixed(reference.value(), Mixed(reference.scope(), Mixed(reference.scheme(), kReference)));
  return Byte(scheme << 6U | (value & 0x3FU));
}

bool Fits(const v1::IdentityBirth& birth) {
  return birth.earliest() >= kFirstBirth && birth.latest() - kFirstBirth <= 0xFFFF;
}

BirthDays DaysOf(const v1::IdentityBirth& birth) {
  return {static_cast<std::uint16_t>(birth.earliest() - kFirstBirth),
          static_cast<std::uint16_t>(birth.latest() - kFirstBirth)};
}

bool Has(const google::protobuf::RepeatedPtrField<std::string>& list, std::string_view code) {
  return std::find(list.begin(), list.end(), code) != list.end();
}

char Counts(std::size_t high, std::size_t low) { return static_cast<char>(high << 4U | low); }

void Append(std::uint8_t number, std::string& out) { out += static_cast<char>(number); }
void Append(std::uint16_t number, std::string& out) {
  out += static_cast<char>(number >> 8U);
  out += static_cast<char>(number & 0xFFU);
}
void Append(const BirthDays& birth, std::string& out) {
  Append(birth.earliest, out);
  Append(birth.latest, out);
}
void Append(const NameWord& word, std::string& out) {
  Append(word.roles, out);
  out += Counts(word.length, word.groups_known);
  Append(word.letters, out);
  Append(word.spelled, out);
  for (std::size_t i = 0; i < word.groups_known; ++i) Append(word.groups[i], out);
}
template <typename T>
void Append(const std::vector<T>& list, std::string& out) {
  for (const T& each : list) Append(each, out);
}

void Take(std::string_view& from, std::uint8_t& number) {
  CHECK(!from.empty());
  number = static_cast<std::uint8_t>(from.front());
  from.remove_prefix(1);
}
void Take(std::string_view& from, std::uint16_t& number) {
  std::uint8_t high = 0;
  std::uint8_t low = 0;
  Take(from, high);
  Take(from, low);
  number = static_cast<std::uint16_t>(high << 8U | low);
}
void Take(std::string_view& from, BirthDays& birth) {
  Take(from, birth.earliest);
  Take(from, birth.latest);
}
void Take(std::string_view& from, NameWord& word) {
  std::uint8_t counts = 0;
  Take(from, word.roles);
  Take(from, counts);
  word.length = counts >> 4U;
  word.groups_known = counts & 0xFU;
  CHECK(word.groups_known <= NameWord::kMostGroups);
  Take(from, word.letters);
  Take(from, word.spelled);
  for (std::size_t i = 0; i < word.groups_known; ++i) Take(from, word.groups[i]);
}
template <typename T>
void Take(std::string_view& from, std::size_t count, std::vector<T>& list) {
  list.resize(count);
  for (T& each : list) Take(from, each);
}

}  // namespace

std::uint16_t WordFeature(const Parameters& parameters, std::string_view word) {
  return LowBits(Mixed(parameters.Spelled(word), kSpelling));
}

NameWord NameWordOf(const Token& token) {
  NameWord word;
  word.length = static_cast<std::uint8_t>(std::min(token.text.size(), NameWord::kLongest));
  word.letters = LettersOf(token.text);
  word.spelled = LowBits(Mixed(token.spelled, kSpelling));
  const auto add = [&](Group group, Seed seed) {
    if (word.groups_known < NameWord::kMostGroups)
      word.groups[word.groups_known] = LowBits(Mixed(std::uint64_t{group}, seed));
    ++word.groups_known;
  };
  for (const Group group : token.word->forename_groups) add(group, kForenameGroup);
  for (const Group group : token.word->surname_groups) add(group, kSurnameGroup);
  return word;
}

bool MayAgree(const NameWord& a, const NameWord& b) {
  if (a.spelled == b.spelled) return true;
  if (a.groups_known > NameWord::kMostGroups || b.groups_known > NameWord::kMostGroups) return true;
  for (std::size_t i = 0; i < a.groups_known; ++i) {
    for (std::size_t j = 0; j < b.groups_known; ++j) {
      if (a.groups[i] == b.groups[j]) return true;
    }
  }
  return false;
}

// As Compare of prepared.h: one change in words of four letters or more, two of eight or more. A
// letter that is left out or too much turns one set, every other change two at most.
bool MayBeClose(const NameWord& a, const NameWord& b) {
  const int length = std::max(a.length, b.length);
  const int most = length < 4 ? 0 : length < 8 ? 1 : 2;
  const int longer = std::abs(a.length - b.length);
  return most > 0 && longer <= most &&
         std::popcount(static_cast<unsigned>(a.letters ^ b.letters)) <= 2 * most - longer;
}

std::vector<std::uint8_t> ParentFeatures(const Token& token) {
  std::vector<std::uint8_t> features;
  for (const std::uint16_t hash : HashesOf(NameWordOf(token))) features.push_back(Byte(hash));
  return features;
}

Features FeaturesOf(const Parameters& parameters, const Prepared& prepared) {
  const v1::IdentityEvidence& evidence = prepared.evidence;
  Features features;
  features.household = Has(evidence.person_kinds(), "household");
  features.multiple = prepared.multiple_birth;
  features.female = Has(evidence.sexes(), "female");
  features.male = Has(evidence.sexes(), "male");
  for (const auto& birth : evidence.births()) features.births.push_back(DaysOf(birth));
  for (const PreparedName& name : prepared.names) AddName(parameters, name, features);
  for (const PreparedName& name : prepared.parents) AddParent(parameters, name, features);
  for (const auto& address : evidence.addresses())
    features.addresses.push_back(AddressFeature(address));
  for (const std::string& school : evidence.schools())
    features.schools.push_back(Byte(Mixed(school, kSchool)));
  for (const auto& reference : evidence.references())
    features.references.push_back(ReferenceFeature(reference));
  Tidy(features.births);
  TidyWords(features.words);
  Tidy(features.several);
  Tidy(features.parents_called);
  Tidy(features.parents_words);
  Tidy(features.addresses);
  Tidy(features.schools);
  Tidy(features.references);
  return features;
}

std::string DigestOf(const Parameters& parameters, const Prepared& prepared) {
  const auto& births = prepared.evidence.births();
  if (!std::all_of(births.begin(), births.end(), Fits)) return {};
  const Features of = FeaturesOf(parameters, prepared);
  for (const std::size_t count :
       {of.births.size(), of.words.size(), of.several.size(), of.addresses.size(),
        of.parents_called.size(), of.parents_words.size(), of.schools.size(),
        of.references.size()}) {
    if (count > kMostOfAList) return {};
  }
  if (std::any_of(of.words.begin(), of.words.end(),
                  [](const NameWord& word) { return word.groups_known > NameWord::kMostGroups; }))
    return {};
  unsigned flags = 0;
  for (const bool flag :
       {of.household, of.multiple, of.female, of.male, of.partial, of.two_names}) {
    flags = flags << 1U | (flag ? 1U : 0U);
  }
  std::string digest(1, static_cast<char>(flags));
  digest += Counts(of.births.size(), of.words.size());
  digest += Counts(of.several.size(), of.addresses.size());
  digest += Counts(of.parents_called.size(), of.parents_words.size());
  digest += Counts(of.schools.size(), of.references.size());
  Append(of.births, digest);
  Append(of.words, digest);
  Append(of.several, digest);
  Append(of.addresses, digest);
  Append(of.parents_called, digest);
  Append(of.parents_words, digest);
  Append(of.schools, digest);
  Append(of.references, digest);
  return digest;
}

bool ParseDigest(std::string_view digest, Features& features) {
  if (digest.empty()) return false;
  std::uint8_t flags = 0;
  Take(digest, flags);
  for (bool* flag : {&features.two_names, &features.partial, &features.male, &features.female,
                     &features.multiple, &features.household}) {
    *flag = (flags & 1U) != 0;
    flags >>= 1U;
  }
  std::array<std::size_t, 8> counts{};
  for (std::size_t i = 0; i < counts.size(); i += 2) {
    std::uint8_t two = 0;
    Take(digest, two);
    counts[i] = two >> 4U;
    counts[i + 1] = two & 0xFU;
  }
  const auto [births, words, several, addresses, called, parents, schools, references] = counts;
  Take(digest, births, features.births);
  Take(digest, words, features.words);
  Take(digest, several, features.several);
  Take(digest, addresses, features.addresses);
  Take(digest, called, features.parents_called);
  Take(digest, parents, features.parents_words);
  Take(digest, schools, features.schools);
  Take(digest, references, features.references);
  CHECK(digest.empty());
  return true;
}

}  // namespace throughline::identity
