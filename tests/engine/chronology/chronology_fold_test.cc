#include "engine/chronology/chronology_fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/chronology/keys.h"
#include "tests/engine/chronology/written_journal.h"

namespace throughline::chronology {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kVisit = R"(
contact_id: V1
kind: visit
occurred: 2026-01-04
recorded: 2026-01-05T08:00
subjects: [{label: child-a, person_kind: child, roles: [subject_child], demographics: {names: [Child A], date_of_birth: 2019-03-02}}]
seen: [{child: child-a, seen: yes}]
detail: {purpose: welfare_check}
)";

std::string Numbered(std::string_view yaml, std::string_view id) {
  std::string text(yaml);
  const auto at = text.find("V1");
  return text.replace(at, 2, id);
}

v1::ScopedReference Reference(const std::string& scheme, const std::string& value,
                              const std::string& scope) {
  v1::ScopedReference reference;
  reference.set_scheme(scheme);
  reference.set_value(value);
  reference.set_scope(scope);
  return reference;
}

v1::PersonMade Made(char person, const std::string& kind) {
  v1::PersonMade made;
  made.set_person(std::string(PersonOf(person).Raw()));
  made.set_person_kind(kind);
  return made;
}

TEST(ChronologyFold, PutsAContactOnEachPersonAndNobodyElse) {
  WrittenJournal journal;
  const Seq seq = journal.Place("social-care", kVisit, {{'a', "child-a"}, {'b', "", "flow"}});
  EXPECT_THAT(SeqsOf(journal.Read('a')), ElementsAre(seq));
  EXPECT_THAT(SeqsOf(journal.Read('b')), ElementsAre(seq));
  EXPECT_THAT(SeqsOf(journal.Read('c')), IsEmpty());
  const Entry entry = journal.Read('a').entries[0];
  EXPECT_EQ(entry.agency, "social-care");
  EXPECT_EQ(entry.contact_id, "V1");
  EXPECT_EQ(entry.kind, "visit");
  EXPECT_EQ(entry.occurred.earliest, At("2026-01-04"));
  EXPECT_EQ(entry.recorded, At("2026-01-05T08:00"));
  EXPECT_EQ(entry.placed, At("2026-01-05T09:00"));
  EXPECT_EQ(entry.known_seq, seq);
  EXPECT_EQ(entry.placement.label(), "child-a");
  EXPECT_TRUE(entry.counts);
  EXPECT_EQ(journal.Read('b').entries[0].placement.why(), "flow");
}

TEST(ChronologyFold, KeepsTheBytesExactlyAsReceived) {
  WrittenJournal journal;
  v1::Contact contact = ContactOf(kVisit);
  // Field 1 again after the rest: legal, and no serialiser writes it so.
  std::string bytes = contact.SerializeAsString();
  bytes += std::string("\x0a\x02V1", 4);
  journal.PlaceBytes("social-care", "V1", "visit", bytes, {{'a', "child-a"}});
  EXPECT_EQ(*journal.Read('a').entries[0].original, bytes);
}

TEST(ChronologyFold, KeepsAKindThatItDoesNotKnowByteForByte) {
  WrittenJournal journal;
  v1::Contact contact = ContactOf(kVisit);
  contact.clear_visit();
  // Field 2101, a message with one number in it.
  const std::string detail("\xaa\x83\x01\x02\x08\x2a", 6);
  ASSERT_TRUE(contact.MergeFromString(detail));
  const std::string bytes = contact.SerializeAsString();
  ASSERT_NE(bytes.find(detail), std::string::npos);
  journal.PlaceBytes("social-care", "V1", contact::KindName(contact), bytes, {{'a', "child-a"}});
  const Entry entry = journal.Read('a').entries[0];
  EXPECT_EQ(entry.kind, "newer_kind_2101");
  EXPECT_EQ(*entry.original, bytes);
  EXPECT_EQ(entry.contact->SerializeAsString(), bytes);
}

TEST(ChronologyFold, TwoPlacementsOfOnePersonMakeOneRow) {
  WrittenJournal journal;
  journal.Place("social-care", kVisit,
                {{'a', "child-a", "subject", "child", {"subject_child"}},
                 {'a', "", "flow", "child", {"sibling", "subject_child"}}});
  const Known known = journal.Read('a');
  ASSERT_EQ(known.entries.size(), 1U);
  EXPECT_THAT(known.entries[0].placement.roles(), ElementsAre("subject_child", "sibling"));
  EXPECT_EQ(known.entries[0].placement.label(), "child-a");
}

TEST(ChronologyFold, KeepsOnlyWhatItsShardOwns) {
  WrittenJournal first({0, 2});
  WrittenJournal second({1, 2});
  for (char person = 'a'; person <= 'p'; ++person) {
    first.Place("social-care", kVisit, {{person, "child-a"}});
    second.Place("social-care", kVisit, {{person, "child-a"}});
  }
  int both = 0;
  for (char person = 'a'; person <= 'p'; ++person) {
    const bool owned = projection::ShardOf{0, 2}.Owns(PersonOf(person));
    EXPECT_EQ(first.Read(person).entries.size(), owned ? 1U : 0U);
    EXPECT_EQ(second.Read(person).entries.size(), owned ? 0U : 1U);
    both += owned ? 1 : 0;
  }
  EXPECT_GT(both, 0);
  EXPECT_LT(both, 16);
}

TEST(ChronologyFold, FindsPersonsByReferenceAndScope) {
  WrittenJournal journal;
  v1::PersonMade a = Made('a', "child");
  *a.add_references() = Reference("nhs-number", "943 476 5919", "");
  *a.add_references() = Reference("local-id", "77", "police");
  v1::PersonMade b = Made('b', "child");
  *b.add_references() = Reference("local-id", "77", "hill-primary");
  journal.Place("police", ContactOf(kVisit), {{'a', "child-a"}, {'b', ""}},
                [&](v1::Placed& placed) {
                  *placed.add_made() = a;
                  *placed.add_made() = b;
                });
  const auto find = [&](std::string_view scheme, std::string_view value, std::string_view scope) {
    return FindPersons(journal.reads(), scheme, value, scope);
  };
  EXPECT_THAT(find("nhs-number", "9434765919", ""), ElementsAre(PersonOf('a')));
  EXPECT_THAT(find("local-id", "77", "police"), ElementsAre(PersonOf('a')));
  EXPECT_THAT(find("local-id", "77", "hill-primary"), ElementsAre(PersonOf('b')));
  EXPECT_THAT(find("local-id", "77", ""), ElementsAre(PersonOf('a'), PersonOf('b')));
  EXPECT_THAT(find("local-id", "78", ""), IsEmpty());
  EXPECT_THAT(find("upn", "77", ""), IsEmpty());
}

TEST(ChronologyFold, NoIdentifierStandsInAKey) {
  WrittenJournal journal;
  v1::PersonMade made = Made('a', "child");
  *made.add_references() = Reference("nhs-number", "9434765919", "");
  journal.Place("police", ContactOf(kVisit), {{'a', "child-a"}},
                [&](v1::Placed& placed) { *placed.add_made() = made; });
  int keys = 0;
  journal.reads().Scan("\x20", "", [&](std::string_view key, std::string_view) {
    ++keys;
    EXPECT_EQ(key.find("9434765919"), std::string_view::npos);
    EXPECT_EQ(key.find("V1"), std::string_view::npos);
    EXPECT_NE(kPrefixes.find(key[0]), std::string_view::npos);
    return true;
  });
  EXPECT_EQ(keys, 6);
}

TEST(ChronologyFold, AFurtherReferenceFindsThePersonAndAnEndedOneIsNotShown) {
  WrittenJournal journal;
  v1::PersonMade made = Made('a', "unborn_child");
  *made.add_references() = Reference("unborn-of", "M", "");
  const Seq first =
      journal.Place("midwifery", ContactOf(kVisit), {{'a', "child-a", "subject", "unborn_child"}},
                    [&](v1::Placed& placed) { *placed.add_made() = made; });
  const Seq born = journal.Place(
      "hospital", ContactOf(Numbered(kVisit, "V2")), {{'a', "child-a"}}, [&](v1::Placed& placed) {
        v1::PersonMade& more = *placed.add_also_named();
        more.set_person(std::string(PersonOf('a').Raw()));
        *more.add_references() = Reference("nhs-number", "9434765919", "");
        *placed.add_ended() = Reference("unborn-of", "M", "");
      });
  EXPECT_THAT(FindPersons(journal.reads(), "nhs-number", "9434765919", ""),
              ElementsAre(PersonOf('a')));
  const auto then = ReadHeader(journal.reads(), journal.Read('a', first));
  const auto now = ReadHeader(journal.reads(), journal.Read('a', born));
  ASSERT_TRUE(then.has_value());
  ASSERT_TRUE(now.has_value());
  EXPECT_EQ(then->person_kind, "unborn_child");
  EXPECT_EQ(now->person_kind, "child");
  ASSERT_EQ(then->references.size(), 1U);
  EXPECT_EQ(then->references[0].scheme, "unborn-of");
  ASSERT_EQ(now->references.size(), 1U);
  EXPECT_EQ(now->references[0].scheme, "nhs-number");
}

TEST(ChronologyFold, AnUnbornChildBecomesAChildAtBirthAndNeverUnbornAgain) {
  WrittenJournal journal;
  journal.Place("midwifery", ContactOf(kVisit), {{'a', "child-a", "subject", "unborn_child"}});
  journal.Place("midwifery", ContactOf(R"(
contact_id: B1
kind: birth
occurred: 2026-01-05T04:10
recorded: 2026-01-05T08:00
subjects:
  - {label: baby, person_kind: unborn_child, roles: [subject_child], unborn: {mother: mother}}
  - {label: mother, person_kind: adult, roles: [parent_carer], references: [{scheme: local-id, value: M}]}
detail: {child: baby, mother: mother}
)"),
                {{'a', "baby", "subject", "unborn_child"}});
  journal.Place("gp", ContactOf(Numbered(kVisit, "V3")),
                {{'a', "child-a", "subject", "unborn_child"}});
  const auto header = ReadHeader(journal.reads(), journal.Read('a'));
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->person_kind, "child");
  EXPECT_EQ(header->entries, 3U);
  EXPECT_EQ(header->first_seq, 1U);
  EXPECT_EQ(header->last_seq, 3U);
}

TEST(ChronologyFold, RefusesARecordThatCannotBeRightAndMarksItsPersons) {
  WrittenJournal journal;
  journal.PlaceBytes("police", "X", "visit", "\xff\xff\xff not a contact", {{'a', "child-a"}});
  EXPECT_EQ(journal.refused(), 1U);
  EXPECT_TRUE(projection::IncompleteSince(journal.reads(), PersonOf('a')).has_value());
  journal.Place("police", kVisit, {{'a', "child-a"}});
  const auto header = ReadHeader(journal.reads(), journal.Read('a'));
  ASSERT_TRUE(header.has_value());
  ASSERT_TRUE(header->incomplete.has_value());
  EXPECT_EQ(header->incomplete->since, 1U);
}

TEST(ChronologyFold, WhereaboutsOfAContact) {
  WrittenJournal journal;
  const Seq seq = journal.Place("police", kVisit, {{'b', "child-a"}, {'a', ""}});
  const auto found = FindContact(journal.reads(), "police", "V1");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].person, PersonOf('a'));
  EXPECT_EQ(found[0].seq, seq);
  EXPECT_THAT(FindContact(journal.reads(), "polic", "eV1"), IsEmpty());
}

TEST(ChronologyFold, EachPersonInOrderUntilToldToStop) {
  WrittenJournal journal;
  journal.Place("police", kVisit, {{'c', "child-a"}, {'a', ""}, {'b', ""}});
  std::vector<PersonId> met;
  EachPerson(journal.reads(), [&](const PersonId& person, const v1::StoredPerson& row) {
    EXPECT_EQ(row.entries(), 1U);
    met.push_back(person);
    return met.size() < 2;
  });
  EXPECT_THAT(met, ElementsAre(PersonOf('a'), PersonOf('b')));
}

TEST(Erasure, TakesTheContentAndLeavesTheFactThatItWasThere) {
  WrittenJournal journal;
  const Seq seq = journal.Place("police", kVisit, {{'a', "child-a"}});
  v1::Decision decision;
  decision.mutable_erased()->add_items()->set_seq(seq);
  decision.mutable_erased()->mutable_items(0)->set_item(1);
  journal.Decide(decision);
  const Entry entry = journal.Read('a').entries.at(0);
  EXPECT_TRUE(entry.erased);
  EXPECT_FALSE(entry.counts);
  EXPECT_EQ(entry.original, nullptr);
  EXPECT_EQ(entry.contact->ByteSizeLong(), 0U);
  EXPECT_EQ(entry.agency, "police");
  EXPECT_EQ(entry.occurred, Interval{});
  bool found = false;
  journal.reads().Scan("\x20", "", [&](std::string_view, std::string_view value) {
    found = found || value.find("Child A") != std::string_view::npos;
    return true;
  });
  EXPECT_FALSE(found);
}

TEST(Erasure, OfTheDecisionTakesEverythingThatRestsOnItAlone) {
  WrittenJournal journal;
  journal.Place("police", kVisit, {{'a', "child-a"}});
  v1::PersonMade made = Made('b', "child");
  *made.add_references() = Reference("nhs-number", "9434765919", "");
  const Seq seq = journal.Place("police", ContactOf(Numbered(kVisit, "V2")),
                                {{'a', "child-a"}, {'b', "child-a"}},
                                [&](v1::Placed& placed) { *placed.add_made() = made; });
  v1::Decision decision;
  for (const std::uint32_t item : {0U, 1U}) {
    auto* erased = decision.mutable_erased()->add_items();
    erased->set_seq(seq);
    erased->set_item(item);
  }
  journal.Decide(decision);
  EXPECT_THAT(SeqsOf(journal.Read('a')), ElementsAre(1U));
  EXPECT_THAT(SeqsOf(journal.Read('b')), IsEmpty());
  EXPECT_THAT(FindPersons(journal.reads(), "nhs-number", "9434765919", ""), IsEmpty());
  EXPECT_FALSE(journal.reads().Get(PersonKey(PersonOf('b'))).has_value());
}

// A store built from a journal whose items are gone already is the store that met the order.
TEST(Erasure, BuiltAgainFromTheErasedJournalGivesTheSameBytes) {
  WrittenJournal journal;
  const Seq seq = journal.Place("police", kVisit, {{'a', "child-a"}});
  v1::Decision decision;
  decision.mutable_erased()->add_items()->set_seq(seq);
  decision.mutable_erased()->mutable_items(0)->set_item(1);
  journal.Decide(decision);

  WrittenJournal again;
  for (log::Accepted record : journal.records()) {
    if (record.seq() == seq) record.contacts[0] = {"", true};
    again.Append(std::move(record));
  }
  EXPECT_EQ(*projection::Digest(again.reads()), *projection::Digest(journal.reads()));
}

TEST(Notes, OfALinkAndOfARelationStandWithBothPersons) {
  WrittenJournal journal;
  journal.Place("police", kVisit, {{'a', "child-a"}, {'b', ""}});
  v1::Decision decision;
  v1::RelationKnown& relation = *decision.mutable_placed()->add_relations();
  relation.set_from(std::string(PersonOf('b').Raw()));
  relation.set_to(std::string(PersonOf('a').Raw()));
  relation.set_relation("parent");
  const Seq seq = journal.Decide(decision);
  for (const char person : {'a', 'b'}) {
    const Known known = journal.Read(person);
    ASSERT_EQ(known.notes.size(), 1U);
    EXPECT_EQ(known.notes[0].seq, seq);
    EXPECT_EQ(known.notes[0].note.relations(0).relation(), "parent");
    EXPECT_THAT(journal.Read(person, seq - 1).notes, IsEmpty());
  }
}

TEST(Notes, SayFromWhenToWhenARelationWasTakenBack) {
  WrittenJournal journal;
  journal.Place("police", kVisit, {{'a', "child-a"}, {'b', ""}});
  v1::Decision decision;
  v1::RelationKnown& relation = *decision.mutable_placed()->add_relations();
  relation.set_from(std::string(PersonOf('b').Raw()));
  relation.set_to(std::string(PersonOf('a').Raw()));
  const Seq said = journal.Decide(decision);
  v1::Decision back;
  back.mutable_placed()->add_unsaid(said);
  const Seq unsaid = journal.Decide(back);
  v1::Decision again;
  again.mutable_placed()->add_said_again(said);
  const Seq said_again = journal.Decide(again);
  const Seq once_more = journal.Decide(back);
  const auto unsaid_at = [&](Seq seq) {
    return journal.Read('a', seq).notes.at(0).note.unsaid_seq();
  };
  EXPECT_EQ(unsaid_at(said), 0U);
  EXPECT_EQ(unsaid_at(unsaid), unsaid);
  EXPECT_EQ(unsaid_at(said_again), 0U);
  EXPECT_EQ(unsaid_at(once_more), once_more);
}

}  // namespace
}  // namespace throughline::chronology
