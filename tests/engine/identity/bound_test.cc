#include "engine/identity/bound.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "engine/base/bytes.h"
#include "engine/identity/evidence.h"
#include "engine/identity/index.h"
#include "engine/identity/weigh.h"
#include "tests/engine/identity/population.h"

// A search passes over records whose digest says that they cannot weigh enough. It may never pass
// over one that would.
namespace throughline::identity {
namespace {

constexpr std::array<const char*, 58> kWords{
    "anna",     "ania",        "ann",   "hanna",     "maria",     "mary",     "mohammed",
    "muhammad", "ali",         "aly",   "abdul",     "rahman",    "baby",     "infant",
    "twin",     "triplet",     "1",     "2",         "of",        "boy",      "girl",
    "smith",    "smyth",       "smiht", "jones",     "kowalska",  "kowalski", "kowalsky",
    "begum",    "bibi",        "kaur",  "singh",     "wang",      "xiaoming", "xiao",
    "ming",     "chan",        "zabi",  "ullah",     "zabiullah", "o",        "j",
    "a",        "jo",          "jon",   "jonathan",  "jonathon",  "jonhatan", "unknown",
    "fnu",      "smith-jones", "liz",   "elizabeth", "beth",      "al",       "de",
    "mcdonagh", "macdonagh"};
constexpr std::array<const char*, 7> kPostcodes{"",       "ab12cd", "ab12ce", "ab22cd",
                                                "zz99zz", "zz99zy", "x"};
constexpr std::array<const char*, 7> kLines{
    "", "1 high st", "2 high st", "1 low st", "rose cott", "flat 2 1 high st", "high st"};
// Dates that are near one another in many ways, and as many that are not.
constexpr std::array<int, 10> kDays{0, 1, 31, 365, 366, 396, 4000, 12000, -20000, -30000};

template <typename T, std::size_t N>
T OneOf(const std::array<T, N>& list) {
  return list[*rc::gen::inRange<std::size_t>(0, N)];
}

std::string AnyName() {
  std::string name;
  for (int words = *rc::gen::inRange(1, 5); words > 0; --words)
    name += (name.empty() ? "" : " ") + std::string(OneOf(kWords));
  return name;
}

v1::IdentityEvidence AnyEvidence() {
  const auto upto = [](int most) { return *rc::gen::inRange(0, most + 1); };
  v1::IdentityEvidence stated;
  for (int n = upto(2); n > 0; --n) stated.add_names(AnyName());
  for (int n = upto(2); n > 0; --n) stated.add_parents(AnyName());
  for (int n = upto(2); n > 0; --n) {
    auto& birth = *stated.add_births();
    birth.set_earliest(OneOf(kDays));
    birth.set_latest(birth.earliest() + (upto(3) == 0 ? 365 : 0));
  }
  for (const char* sex : {"female", "male"}) {
    if (upto(2) == 0) stated.add_sexes(sex);
  }
  for (int n = upto(2); n > 0; --n) {
    auto& address = *stated.add_addresses();
    address.set_postcode(OneOf(kPostcodes));
    address.set_line(OneOf(kLines));
  }
  for (int n = upto(1); n > 0; --n) stated.add_schools(upto(1) == 0 ? "hill" : "dale");
  for (int n = upto(2); n > 0; --n) {
    auto& reference = *stated.add_references();
    reference.set_scheme(std::array{"nhs-number", "upn", "la-child-id"}[*rc::gen::inRange(0, 3)]);
    reference.set_value(std::to_string(upto(2)));
    if (reference.scheme() == "la-child-id") reference.set_scope(upto(1) == 0 ? "one" : "two");
  }
  stated.add_person_kinds(upto(9) == 0 ? "household" : "child");
  stated.set_multiple_birth(upto(4) == 0);
  v1::IdentityEvidence known;
  Learn(stated, known);
  return known;
}

RC_GTEST_PROP(Bound, IsNeverLessThanTheWeight, ()) {
  const Parameters& parameters = Parameters::England();
  std::vector<Prepared> some;
  for (int i = 0; i < 6; ++i) some.emplace_back(parameters, AnyEvidence());
  for (const Prepared& one : some) {
    Bound bound(parameters, one);
    for (const Prepared& other : some) {
      const double weight = Bits(parameters, one, other);
      const double most = bound.AtMost(DigestOf(parameters, other));
      if (most < weight) {
        RC_FAIL(fmt::format("{} < {}: {} | {}", most, weight, one.evidence.ShortDebugString(),
                            other.evidence.ShortDebugString()));
      }
    }
  }
}

PersonId IdOf(std::size_t record) {
  return *PersonId::FromRaw(Sha256("record" + std::to_string(record)).substr(0, 16));
}

TEST(Bound, ASearchFindsTheSameWithAndWithoutDigests) {
  const Parameters& parameters = Parameters::England();
  projection::MemoryStore with;
  std::size_t records = 0;
  const auto origins = ReadOrigins(THROUGHLINE_SOURCE_DIR "/tests/engine/identity/population.yaml");
  EachRecord(origins, 600, 23, [&](Record& record) {
    Learn(with, IdOf(records++), EvidenceOf(record.contact, "child"), parameters);
  });
  projection::MemoryStore without;
  for (const auto& [key, value] : with.all())
    without.Put(key.text(), key.text().front() == 'b' ? "" : value);
  std::size_t found = 0;
  std::size_t ruled_out = 0;
  std::vector<Prepared> first;
  for (std::size_t i = 0; i < records; ++i) {
    const Candidates a = Search(with, IdOf(i), parameters);
    const Candidates b = Search(without, IdOf(i), parameters);
    ASSERT_EQ(a.found.size(), b.found.size());
    for (std::size_t j = 0; j < a.found.size(); ++j) {
      EXPECT_EQ(a.found[j].person, b.found[j].person);
      EXPECT_EQ(a.found[j].explanation.bits, b.found[j].explanation.bits);
    }
    EXPECT_EQ(a.blocks_parted, b.blocks_parted);
    found += a.found.size();
    first.emplace_back(parameters, *EvidenceOf(with, IdOf(i)));
  }
  EXPECT_GT(found, records / 2);
  Bound bound(parameters, first.front());
  for (const Prepared& other : first) {
    if (bound.AtMost(DigestOf(parameters, other)) < parameters.suggest_at_bits()) ++ruled_out;
  }
  EXPECT_GT(ruled_out, records * 9 / 10) << "a digest hardly ever rules a stranger out";
}

}  // namespace
}  // namespace throughline::identity
