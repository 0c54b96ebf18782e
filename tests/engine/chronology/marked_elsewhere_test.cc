#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/engine/chronology/marked.h"

namespace throughline::chronology {
namespace {

using testing::ElementsAre;

const WrittenJournal::On kA{'a', "a"};
const WrittenJournal::On kB{'b', "b"};

v1::Contact Concern(std::string_view id, std::string_view links = "[]") {
  return ContactOf(fmt::format(
      "contact_id: {}\nkind: concern_noted\noccurred: 2026-01-05\nrecorded: 2026-01-05T08:00\n"
      "links: {}\ndetail: {{}}\n",
      id, links));
}

v1::Contact Sensitive(std::string_view id) {
  v1::Contact contact = Concern(id);
  contact.add_handling()->set_handling("sensitive_service");
  return contact;
}

// As intake notes it.
void NoteMark(v1::Placed& placed) {
  for (v1::Placement& to : *placed.mutable_to()) to.add_handling("sensitive_service");
}

// A contact of child A's clinic, and what stands on child B's chronology alone.
class MarkedElsewhereTest : public MarkedTest {
 protected:
  v1::ChronologyAnswer Page(char person, const std::string& agency = {}) const {
    return AnswerOf(agency.empty() ? v1::LENS_SHARED : v1::LENS_AGENCY, agency, {}, person);
  }
  static void ExpectNothingTellsOfTheClinic(const v1::ChronologyAnswer& answer) {
    HidesAll(answer, {"clinic", "C1"});
  }
  void PlaceFollowing() {
    journal_.Place("hospital", Concern("H1", "[{follows: clinic C1}, {follows: gp G1}]"), {kB},
                   [](v1::Placed& placed) {
                     placed.add_warnings()->set_field("links[0].target");
                     placed.add_warnings()->set_field("links[1].target");
                   });
  }
};

TEST_F(MarkedElsewhereTest, NothingOnAnotherChronologyPointsAtASensitiveService) {
  journal_.Place("clinic", Sensitive("C1"), {kA}, NoteMark);
  PlaceFollowing();
  const auto answer = Page('b');
  EXPECT_THAT(Shown(answer), ElementsAre("H1"));
  ExpectNothingTellsOfTheClinic(answer);
  ASSERT_EQ(answer.entries(0).contact().links_size(), 1);
  EXPECT_EQ(answer.entries(0).contact().links(0).target().contact_id(), "G1");
  EXPECT_EQ(answer.entries(0).warnings_size(), 0) << "they count the links that are not shown";
  EXPECT_EQ(Page('b', "hospital").entries(0).contact().links_size(), 2);
}

TEST_F(MarkedElsewhereTest, WhateverCameFirst) {
  PlaceFollowing();
  journal_.Place("clinic", Sensitive("C1"), {kA}, NoteMark);
  ExpectNothingTellsOfTheClinic(Page('b'));
}

TEST_F(MarkedElsewhereTest, WhatDisputesItIsNotThereEither) {
  journal_.Place("clinic", Sensitive("C1"), {kA}, NoteMark);
  journal_.Place("gp", Concern("G1"), {kB});
  journal_.Place(
      "hospital",
      Word("H2", "contact_disputed", "{of: clinic C1, by: gp, what: why, their_account: so}"),
      {kB});
  const auto answer = Page('b');
  EXPECT_THAT(Shown(answer), ElementsAre("G1"));
  ExpectNothingTellsOfTheClinic(answer);
}

// What rules read is told of as what is shown: whatever they had read before.
TEST_F(MarkedElsewhereTest, RulesKnowThatWhatCorrectsItIsHidden) {
  v1::Contact correction = Word("C1-C", "contact_corrected", "{of: C1, why: another child}");
  *correction.mutable_contact_corrected()->mutable_replaces() = Concern("C1");
  DecodeCache cache;
  const auto hidden = [&] {
    const bool now =
        ReadNow(journal_.reads(), PersonOf('b'), cache).known->entries.at(0).fact_masked;
    EXPECT_EQ(ReadKnown(journal_.reads(), PersonOf('b')).entries.at(0).fact_masked, now);
    return now;
  };
  journal_.Place("clinic", correction, {kB});
  EXPECT_FALSE(hidden());
  journal_.Place("clinic", Sensitive("C1"), {kA}, NoteMark);
  EXPECT_TRUE(hidden());
  journal_.Place("gp", Concern("G1"), {kB});
  EXPECT_TRUE(hidden());
  v1::Contact lifted = Word("C3", "handling_set",
                            "{contact: C1, mark: sensitive_service, state: lifted, reason: r}");
  lifted.mutable_recorded()->set_at("2026-01-07T08:00");
  journal_.Place("clinic", lifted, {kA});
  EXPECT_FALSE(hidden());
}

TEST_F(MarkedElsewhereTest, AMarkThatIsSetLaterHidesItAndIsLifted) {
  PlaceFollowing();
  journal_.Place("clinic", Concern("C1"), {kA});
  const auto links = [&] { return Page('b').entries(0).contact().links_size(); };
  EXPECT_EQ(links(), 2);
  journal_.Place("clinic",
                 Word("C2", "handling_set",
                      "{contact: C1, mark: sensitive_service, state: set, reason: asked for}"),
                 {kA});
  EXPECT_EQ(links(), 1);
  v1::Contact lifted =
      Word("C3", "handling_set",
           "{contact: C1, mark: sensitive_service, state: lifted, reason: agreed}");
  lifted.mutable_recorded()->set_at("2026-01-07T08:00");
  journal_.Place("clinic", lifted, {kA});
  EXPECT_EQ(links(), 2);
}

TEST_F(MarkedElsewhereTest, ThatItIsPlacedOnNobodyHidesItToo) {
  PlaceFollowing();
  journal_.Place("clinic", Sensitive("C1"), {});
  ExpectNothingTellsOfTheClinic(Page('b'));
}

TEST_F(MarkedElsewhereTest, AMarkOfItsCorrectionHidesIt) {
  PlaceFollowing();
  journal_.Place("clinic", Concern("C1"), {kA});
  v1::Contact correction = Word("C1-C", "contact_corrected", "{of: C1, why: it was put wrongly}");
  *correction.mutable_contact_corrected()->mutable_replaces() = Sensitive("C1");
  journal_.Place("clinic", correction, {kA}, NoteMark);
  ExpectNothingTellsOfTheClinic(Page('b'));
}

// That the records are of one person shows, not by which contact.
TEST_F(MarkedElsewhereTest, OfALinkTheContactThatMadeItIsNotSaid) {
  journal_.Place("gp", Concern("G1"), {kB});
  const Seq secret = journal_.Place("clinic", Sensitive("C1"), {kA}, NoteMark);
  v1::Decision decision;
  v1::Unlinked& unlinked = *decision.mutable_unlinked();
  unlinked.set_first(std::string(PersonOf('a').Raw()));
  unlinked.set_second(std::string(PersonOf('b').Raw()));
  unlinked.add_records(unlinked.second());
  unlinked.add_undecided(secret);
  unlinked.mutable_source()->set_agency("desk");
  unlinked.mutable_source()->set_contact_id("D1");
  v1::Decision linking;
  v1::Linked& linked = *linking.mutable_linked();
  linked.set_kept(unlinked.first());
  linked.set_joined(unlinked.second());
  linked.set_by_rule(true);
  linked.set_reason("one contact gives both");
  linked.mutable_source()->set_agency("clinic");
  linked.mutable_source()->set_contact_id("C1");
  journal_.Decide(linking);
  journal_.Decide(decision);
  for (const char person : {'a', 'b'}) {
    const auto answer = Page(person);
    ExpectNothingTellsOfTheClinic(answer);
    ASSERT_EQ(answer.notes_size(), 2) << person;
    EXPECT_TRUE(answer.notes(0).by_rule());
    EXPECT_FALSE(answer.notes(0).has_source());
    EXPECT_EQ(answer.notes(1).source().contact_id(), "D1");
    EXPECT_EQ(answer.notes(1).undecided_size(), 0) << person;
  }
  Query query;
  query.unmasked = true;
  const Known whole = KnownAt(journal_.reads(), PersonOf('a'), query);
  EXPECT_EQ(whole.notes.at(0).note.linked().source().contact_id(), "C1");
  EXPECT_EQ(whole.notes.at(1).note.unlinked().undecided_size(), 1);
}

}  // namespace
}  // namespace throughline::chronology
