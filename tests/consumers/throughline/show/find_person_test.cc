#include "consumers/throughline/find_person.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/engine/chronology/written_journal.h"

namespace throughline::cli {
namespace {

using chronology::WrittenJournal;

v1::Contact WithNumber(const std::string& id) {
  return chronology::ContactOf(
      "contact_id: " + id +
      "\nkind: concern_noted\noccurred: 2026-01-04\nrecorded: 2026-01-05T08:00\n"
      "subjects: [{label: child-a, person_kind: child, roles: [subject_child], references: "
      "[{scheme: nhs-number, value: '943 476 5919'}]}]\ndetail: {told_to: gp}\n");
}

void Numbers(v1::Placed& placed) {
  v1::PersonMade& named = *placed.add_also_named();
  named.set_person(std::string(chronology::PersonOf('a').Raw()));
  named.add_references()->set_scheme("nhs-number");
  named.mutable_references(0)->set_value("9434765919");
}

Result<Found> FindByNumber(const WrittenJournal& journal, std::optional<Millis> as_known_at = {}) {
  const std::shared_ptr<const projection::Reads> reads(&journal.reads(), [](const auto*) {});
  const projection::View view(nullptr, journal.records().size(), 0, {{reads, std::nullopt}});
  v1::PersonRef ref;
  ref.set_scheme("nhs-number");
  ref.set_value("943 476 5919");
  return FindOneAt(view, ref, as_known_at);
}

// Whoever types the number of the one who was meant must not be shown the other.
TEST(FindOneAt, NobodyIsFoundByANumberThatAWrongPersonsContactGave) {
  WrittenJournal journal;
  const Seq wrong = journal.Place("gp", WithNumber("N1"), {{'a', "child-a"}}, Numbers);
  const Millis then = journal.records().back().envelope.placed_ms();
  ASSERT_TRUE(FindByNumber(journal).has_value());
  journal.Withdraw('a', wrong, "wrong_person");
  const auto now = FindByNumber(journal);
  ASSERT_FALSE(now.has_value());
  EXPECT_EQ(now.error().code, Code::kNotFound);
  EXPECT_EQ(now.error().text, "nobody is known here by that nhs-number reference");
  const auto before = FindByNumber(journal, then);
  ASSERT_TRUE(before.has_value()) << before.error().text;
  EXPECT_EQ(before->person, chronology::PersonOf('a'));
  journal.Place("school", WithNumber("S1"), {{'a', "child-a"}});
  EXPECT_TRUE(FindByNumber(journal).has_value());
}

}  // namespace
}  // namespace throughline::cli
