#include "engine/identity/digest.h"

#include <algorithm>
#include <array>

#include "engine/base/check.h"
#include "engine/identity/fields.h"
#include "engine/identity/text.h"

namespace throughline::identity {
namespace {

constexpr std::size_t kHeaderBytes = 5;
constexpr std::size_t kLettersCompared = 40;  // as Changes of prepared.h
constexpr std::size_t kLeastLetters = 3;
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

template <typename T>
void Tidy(std::vector<T>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

void AddName(const Parameters& parameters, const PreparedName& name, Features& features) {
  for (const Token& token : name.tokens) {
    const auto words = WordFeatures(token, true);
    features.words.insert(features.words.end(), words.begin(), words.end());
    features.initials |= token.initial();
    features.two_names |= token.word->two_names;
    if (token.text.size() >= kLeastLetters) features.letters.push_back(LettersOf(token.text));
  }
  for (const Reading* reading : {&name.usual, &name.turned}) {
    features.partial |= reading->given.empty() || reading->family.empty();
    if (reading->given.size() > 1)
      features.words.push_back(WordFeature(parameters, reading->joined));
  }
  features.partial |= name.placeholder;
  if (!name.whole.empty()) features.words.push_back(WordFeature(parameters, name.whole));
}

void AddParent(const Parameters& parameters, const PreparedName& name, Features& features) {
  for (const Token& token : name.tokens) {
    for (const std::uint16_t word : WordFeatures(token, true))
      features.parents_words.push_back(Byte(word));
  }
  const auto& given = name.usual.given;
  if (name.placeholder || given.empty()) return;
  const auto words = WordFeatures(name.tokens[given.front()], false);
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

void AddBirths(const v1::IdentityEvidence& evidence, Features& features) {
  for (const auto& birth : evidence.births()) {
    const std::int64_t since = std::int64_t{birth.earliest()} - kFirstBirth;
    features.vague |= birth.earliest() != birth.latest() || since < 0 || since > 0xFFFF;
    features.births.push_back(static_cast<std::uint16_t>(since));
  }
}

bool Has(const google::protobuf::RepeatedPtrField<std::string>& list, std::string_view code) {
  return std::find(list.begin(), list.end(), code) != list.end();
}

void Append(const std::vector<std::uint16_t>& list, std::string& out) {
  for (const std::uint16_t each : list) {
    out += static_cast<char>(each >> 8U);
    out += static_cast<char>(each & 0xFFU);
  }
}
void Append(const std::vector<std::uint8_t>& list, std::string& out) {
  for (const std::uint8_t each : list) out += static_cast<char>(each);
}

unsigned At(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

void Take(std::size_t count, std::string_view& from, std::vector<std::uint16_t>& list) {
  list.clear();
  for (std::size_t i = 0; i < count; ++i)
    list.push_back(static_cast<std::uint16_t>(At(from, 2 * i) << 8U | At(from, 2 * i + 1)));
  from.remove_prefix(2 * count);
}
void Take(std::size_t count, std::string_view& from, std::vector<std::uint8_t>& list) {
  list.clear();
  for (std::size_t i = 0; i < count; ++i) list.push_back(static_cast<std::uint8_t>(At(from, i)));
  from.remove_prefix(count);
}

char Counts(std::size_t high, std::size_t low) { return static_cast<char>(high << 4U | low); }

}  // namespace

std::uint16_t WordFeature(const Parameters& parameters, std::string_view word) {
  return LowBits(Mixed(parameters.Spelled(word), kSpelling));
}

std::vector<std::uint16_t> WordFeatures(const Token& token, bool surname) {
  std::vector<std::uint16_t> features{LowBits(Mixed(token.spelled, kSpelling))};
  for (const Group group : token.word->forename_groups)
    features.push_back(LowBits(Mixed(std::uint64_t{group}, kForenameGroup)));
  if (!surname) return features;
  for (const Group group : token.word->surname_groups)
    features.push_back(LowBits(Mixed(std::uint64_t{group}, kSurnameGroup)));
  return features;
}

std::uint16_t LettersOf(std::string_view word) {
  unsigned letters = 0;
  for (const char letter : word.substr(0, kLettersCompared))
    letters ^= 1U << (static_cast<unsigned char>(letter) & 0xFU);
  return LowBits(letters);
}

Features FeaturesOf(const Parameters& parameters, const Prepared& prepared) {
  const v1::IdentityEvidence& evidence = prepared.evidence;
  Features features;
  features.household = Has(evidence.person_kinds(), "household");
  features.multiple = prepared.multiple_birth;
  features.female = Has(evidence.sexes(), "female");
  features.male = Has(evidence.sexes(), "male");
  AddBirths(evidence, features);
  for (const PreparedName& name : prepared.names) AddName(parameters, name, features);
  for (const PreparedName& name : prepared.parents) AddParent(parameters, name, features);
  for (const auto& address : evidence.addresses())
    features.addresses.push_back(AddressFeature(address));
  for (const std::string& school : evidence.schools())
    features.schools.push_back(Byte(Mixed(school, kSchool)));
  for (const auto& reference : evidence.references())
    features.references.push_back(ReferenceFeature(reference));
  Tidy(features.births);
  Tidy(features.words);
  Tidy(features.letters);
  Tidy(features.parents_called);
  Tidy(features.parents_words);
  Tidy(features.addresses);
  Tidy(features.schools);
  Tidy(features.references);
  return features;
}

std::string DigestOf(const Parameters& parameters, const Prepared& prepared) {
  const Features of = FeaturesOf(parameters, prepared);
  for (const std::size_t count :
       {of.births.size(), of.words.size(), of.letters.size(), of.addresses.size(),
        of.parents_called.size(), of.parents_words.size(), of.schools.size(),
        of.references.size()}) {
    if (count > kMostOfAList) return {};
  }
  unsigned flags = 0;
  for (const bool flag : {of.household, of.multiple, of.female, of.male, of.initials, of.partial,
                          of.two_names, of.vague}) {
    flags = flags << 1U | (flag ? 1U : 0U);
  }
  std::string digest(1, static_cast<char>(flags));
  digest += Counts(of.births.size(), of.words.size());
  digest += Counts(of.letters.size(), of.addresses.size());
  digest += Counts(of.parents_called.size(), of.parents_words.size());
  digest += Counts(of.schools.size(), of.references.size());
  Append(of.births, digest);
  Append(of.words, digest);
  Append(of.letters, digest);
  Append(of.addresses, digest);
  Append(of.parents_called, digest);
  Append(of.parents_words, digest);
  Append(of.schools, digest);
  Append(of.references, digest);
  return digest;
}

bool ParseDigest(std::string_view digest, Features& features) {
  if (digest.empty()) return false;
  CHECK(digest.size() >= kHeaderBytes);
  unsigned flags = At(digest, 0);
  for (bool* flag : {&features.vague, &features.two_names, &features.partial, &features.initials,
                     &features.male, &features.female, &features.multiple, &features.household}) {
    *flag = (flags & 1U) != 0;
    flags >>= 1U;
  }
  std::array<std::size_t, 8> counts{};
  for (std::size_t i = 0; i < 4; ++i) {
    counts[2 * i] = At(digest, i + 1) >> 4U;
    counts[2 * i + 1] = At(digest, i + 1) & 0xFU;
  }
  digest.remove_prefix(kHeaderBytes);
  const auto [births, words, letters, addresses, called, parents, schools, references] = counts;
  CHECK(digest.size() ==
        2 * (births + words + letters + addresses + called) + parents + schools + references);
  Take(births, digest, features.births);
  Take(words, digest, features.words);
  Take(letters, digest, features.letters);
  Take(addresses, digest, features.addresses);
  Take(called, digest, features.parents_called);
  Take(parents, digest, features.parents_words);
  Take(schools, digest, features.schools);
  Take(references, digest, features.references);
  return true;
}

}  // namespace throughline::identity
