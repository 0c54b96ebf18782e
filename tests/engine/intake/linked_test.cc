#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "engine/intake/parts.h"
#include "tests/engine/intake/bench.h"

namespace throughline::intake {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<std::string> PersonsOf(const v1::Decision& decision) {
  std::vector<std::string> persons;
  for (const auto& placement : decision.placed().to()) persons.push_back(placement.person());
  return persons;
}

TEST(LinkedTest, AnAnswerStandsBesideItsQuestion) {
  Bench bench;
  auto question = PersonsOf(bench.Take("police", About("C-1", "12")));
  v1::Decision answer = bench.Take("health", Answer("H-1", "police", "C-1"));
  EXPECT_EQ(PersonsOf(answer), question);
  EXPECT_EQ(answer.placed().to(0).why(), "linked");
  EXPECT_THAT(answer.placed().to(0).roles(), IsEmpty());
  EXPECT_THAT(answer.placed().beside(), SizeIs(1));
  EXPECT_THAT(answer.placed().waits_for(), IsEmpty());
}

TEST(LinkedTest, AnAnswerToAnAnswerStandsThereToo) {
  Bench bench;
  auto question = PersonsOf(bench.Take("police", About("C-1", "12")));
  bench.Take("health", Answer("H-1", "police", "C-1"));
  EXPECT_EQ(PersonsOf(bench.Take("police", Answer("C-2", "health", "H-1"))), question);
}

TEST(LinkedTest, ThatAContactWasOpenedStandsBesideItThoughNobodyIsNamed) {
  Bench bench;
  auto person = PersonsOf(bench.Take("police", About("C-1", "12")));
  v1::Contact opened = Answer("H-1", "police", "C-1");
  opened.clear_links();
  opened.mutable_record_opened()->set_what("contact");
  opened.mutable_record_opened()->set_purpose("assessment");
  opened.mutable_record_opened()->mutable_contact()->set_agency("police");
  opened.mutable_record_opened()->mutable_contact()->set_contact_id("C-1");
  EXPECT_EQ(PersonsOf(bench.Take("health", opened)), person);
}

TEST(LinkedTest, WhatWasDoneAboutAnAlertStandsBesideTheEvidenceThatItLinksTo) {
  Bench bench;
  auto person = PersonsOf(bench.Take("police", About("C-1", "12")));
  v1::Contact opened = Answer("H-1", "police", "C-1");
  opened.mutable_links(0)->set_link("follows");
  opened.mutable_record_opened()->set_what("alert");
  opened.mutable_record_opened()->set_purpose("response");
  opened.mutable_record_opened()->set_alert_id("beef");
  EXPECT_EQ(PersonsOf(bench.Take("health", opened)), person);
}

TEST(LinkedTest, AKindThatDoesNotFlowByLinkStaysWithItsOwnSubjects) {
  Bench bench;
  auto first = PersonsOf(bench.Take("police", About("C-1", "12")));
  v1::Contact follows = About("C-2", "13");
  v1::Contact::Link& link = *follows.add_links();
  link.set_link("follows");
  link.mutable_target()->set_contact_id("C-1");
  v1::Decision decision = bench.Take("police", follows);
  EXPECT_THAT(decision.placed().to(), SizeIs(1));
  EXPECT_THAT(PersonsOf(decision), Not(Contains(first[0])));
}

TEST(LinkedTest, AKindWithSubjectsThatFlowsByLinkStandsOnBoth) {
  Bench bench;
  auto question = PersonsOf(bench.Take("police", About("C-1", "12")));
  v1::Contact chase = About("C-2", "13");
  chase.mutable_handover_chased()->mutable_of()->set_contact_id("C-1");
  v1::Decision decision = bench.Take("police", chase);
  ASSERT_THAT(decision.placed().to(), SizeIs(2));
  EXPECT_EQ(decision.placed().to(0).why(), "subject");
  EXPECT_EQ(decision.placed().to(1).person(), question[0]);
}

TEST(LinkedTest, WhatIsNotKnownYetIsWaitedForWithAWarning) {
  Bench bench;
  v1::Decision answer = bench.Take("health", Answer("H-1", "police", "C-1"));
  ASSERT_TRUE(answer.has_placed());
  EXPECT_THAT(answer.placed().to(), IsEmpty());
  ASSERT_THAT(answer.placed().waits_for(), SizeIs(1));
  EXPECT_EQ(answer.placed().waits_for(0).agency(), "police");
  EXPECT_EQ(answer.placed().waits_for(0).contact_id(), "C-1");
  bool warned = false;
  for (const auto& warning : answer.placed().warnings()) {
    warned = warned || (warning.field() == "links[0].target" &&
                        warning.text() == "not known yet: joined when it comes");
  }
  EXPECT_TRUE(warned);
}

TEST(LinkedTest, WhenItComesTheWaitingContactIsBroughtThere) {
  Bench bench;
  Seq waiting = bench.next_seq();
  bench.Take("health", Answer("H-1", "police", "C-1"));
  Seq target = bench.next_seq();
  auto persons = PersonsOf(bench.Take("police", About("C-1", "12")));
  EXPECT_EQ(bench.state().Journal().owed_because(), target);

  auto earlier = bench.Bring();
  ASSERT_THAT(earlier, SizeIs(1));
  EXPECT_EQ(earlier[0].seq(), waiting);
  ASSERT_THAT(earlier[0].to(), SizeIs(1));
  EXPECT_EQ(earlier[0].to(0).person(), persons[0]);
  EXPECT_EQ(earlier[0].to(0).why(), "linked");
  EXPECT_EQ(bench.state().Journal().owed_because(), 0U);
  EXPECT_THAT(bench.state().WaitingFor(ContactKey("police", "C-1")), IsEmpty());
  EXPECT_EQ(bench.state().WaitingCount(ContactKey("police", "C-1")), 0U);
  auto on_person = bench.state().ContactsOf(*PersonId::FromRaw(persons[0]));
  EXPECT_THAT(on_person, SizeIs(2));
}

TEST(LinkedTest, NothingIsOwedWhenTheTargetStandsOnNobody) {
  Bench bench;
  bench.Take("health", Answer("H-1", "police", "C-1"));
  bench.Take("police", Answer("C-1", "school", "S-1"));
  EXPECT_EQ(bench.state().Journal().owed_because(), 0U);
}

TEST(LinkedTest, AChainOfAnswersIsBroughtTogetherWhateverTheOrder) {
  Bench bench;
  Seq last = bench.next_seq();
  bench.Take("police", Answer("C-3", "health", "H-2"));
  Seq middle = bench.next_seq();
  bench.Take("health", Answer("H-2", "police", "C-1"));
  Seq after = bench.next_seq();
  bench.Take("school", Answer("S-1", "health", "H-2"));
  bench.Take("police", About("C-1", "12"));
  auto earlier = bench.Bring();
  ASSERT_THAT(earlier, SizeIs(3));
  EXPECT_EQ(earlier[0].seq(), last);
  EXPECT_EQ(earlier[1].seq(), middle);
  EXPECT_EQ(earlier[2].seq(), after);
}

TEST(LinkedTest, ContactsThatAnswerEachOtherWaitForNothing) {
  Bench bench;
  bench.Take("police", Answer("C-1", "health", "H-1"));
  v1::Decision second = bench.Take("health", Answer("H-1", "police", "C-1"));
  ASSERT_TRUE(second.has_placed());
  EXPECT_EQ(bench.state().Journal().owed_because(), 0U);
  EXPECT_THAT(bench.state().WaitingFor(ContactKey("health", "H-1")), IsEmpty());
  EXPECT_THAT(bench.state().WaitingFor(ContactKey("police", "C-1")), IsEmpty());
}

TEST(LinkedTest, WhatACorrectedBodyFollowsIsNoPlaceToStand) {
  Bench bench;
  auto corrected = PersonsOf(bench.Take("police", About("C-1", "12")));
  auto followed = PersonsOf(bench.Take("police", About("C-2", "13")));
  v1::Contact correction = Envelope("C-3");
  v1::ContactCorrected& detail = *correction.mutable_contact_corrected();
  detail.mutable_of()->set_contact_id("C-1");
  detail.set_why("a date was wrong");
  *detail.mutable_replaces() = About("C-1", "12");
  v1::Contact::Link& link = *detail.mutable_replaces()->add_links();
  link.set_link("follows");
  link.mutable_target()->set_contact_id("C-2");
  v1::Decision decision = bench.Take("police", correction);
  ASSERT_TRUE(decision.has_placed()) << decision.DebugString();
  EXPECT_EQ(PersonsOf(decision), corrected);
}

v1::Contact Correction(std::string_view id, std::string_view of, std::string_view child) {
  v1::Contact contact = Envelope(id);
  v1::ContactCorrected& detail = *contact.mutable_contact_corrected();
  detail.mutable_of()->set_contact_id(std::string(of));
  detail.set_why("another child");
  *detail.mutable_replaces() = About("C-1", child);
  return contact;
}

v1::Contact Retraction(std::string_view id, std::string_view of) {
  v1::Contact contact = Envelope(id);
  contact.mutable_contact_retracted()->mutable_of()->set_contact_id(std::string(of));
  contact.mutable_contact_retracted()->set_why("sent_in_error");
  return contact;
}

v1::Contact Dispute(std::string_view id, std::string_view agency, std::string_view of) {
  v1::Contact contact = Envelope(id);
  contact.mutable_contact_disputed()->mutable_of()->set_agency(std::string(agency));
  contact.mutable_contact_disputed()->mutable_of()->set_contact_id(std::string(of));
  contact.mutable_contact_disputed()->set_by("health");
  contact.mutable_contact_disputed()->set_what("all of it");
  return contact;
}

using Sent = std::vector<std::pair<std::string, v1::Contact>>;

// Publishes in every order; `check` sees where contacts stand, by agency and id, and their rows.
template <typename Check>
void InEveryOrder(const Sent& sent, const Check& check) {
  std::vector<std::size_t> order(sent.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  do {
    Bench bench;
    std::string took;
    for (const std::size_t i : order) {
      took += sent[i].second.contact_id() + " ";
      const v1::Decision decision = bench.Take(sent[i].first, sent[i].second);
      ASSERT_TRUE(decision.has_placed()) << decision.DebugString();
      if (bench.state().Journal().owed_because() == 0) continue;
      ASSERT_EQ(bench.BringEach(), 0U) << took;
    }
    check(bench, took);
    if (::testing::Test::HasFailure()) return;
  } while (std::next_permutation(order.begin(), order.end()));
}

v1::IntakeContact RowOf(const Bench& bench, std::string_view agency, std::string_view id) {
  return *bench.state().Contact(bench.state().Seen(ContactKey(agency, id))->seq());
}

std::set<std::string> StandsOn(const Bench& bench, std::string_view agency, std::string_view id) {
  std::set<std::string> persons;
  const v1::IntakeContact row = RowOf(bench, agency, id);
  for (const auto& one : row.standings()) persons.insert(one.person());
  return persons;
}

// Whom a correction alone names is told what is said of the contact, whichever came first.
TEST(LinkedTest, WhatIsSaidOfAContactStandsBesideItsCorrectionsInEveryOrder) {
  const Sent sent = {{"police", About("C-1", "12")},
                     {"police", Correction("C-2", "C-1", "13")},
                     {"police", Correction("C-3", "C-2", "14")},
                     {"health", Dispute("H-1", "police", "C-1")},
                     {"school", Answer("S-1", "health", "H-1")}};
  InEveryOrder(sent, [](const Bench& bench, const std::string& took) {
    const std::set<std::string> all = StandsOn(bench, "police", "C-3");
    EXPECT_THAT(all, SizeIs(3)) << took;
    EXPECT_THAT(StandsOn(bench, "police", "C-1"), SizeIs(1)) << took;
    EXPECT_EQ(StandsOn(bench, "health", "H-1"), all) << took;
    EXPECT_EQ(StandsOn(bench, "school", "S-1"), all) << took;
    EXPECT_THAT(RowOf(bench, "police", "C-3").chain(), ElementsAre("C-3", "C-2", "C-1")) << took;
  });
}

// A retracted correction is shown still: a mark that is set on the contact later hides it there.
TEST(LinkedTest, WhatIsSaidOfAContactStandsBesideARetractedCorrectionInEveryOrder) {
  const Sent sent = {{"police", About("C-1", "12")},
                     {"police", Correction("C-2", "C-1", "13")},
                     {"police", Retraction("C-4", "C-2")},
                     {"health", Dispute("H-1", "police", "C-1")},
                     {"school", Dispute("S-1", "police", "C-2")}};
  InEveryOrder(sent, [](const Bench& bench, const std::string& took) {
    const auto all = StandsOn(bench, "police", "C-2");
    EXPECT_THAT(all, SizeIs(2)) << took;
    for (const char* said : {"H-1", "S-1"}) {
      EXPECT_EQ(StandsOn(bench, said[0] == 'H' ? "health" : "school", said), all) << took;
    }
  });
}

// A system may send every edit as a correction of the one before.
TEST(LinkedTest, WhatIsSaidOfAContactStandsBesideAHundredCorrections) {
  const int count = 100;
  for (const int said_after : {0, 50, 100}) {
    Bench bench;
    bench.Take("police", About("C-0", "12"));
    for (int i = 0; i <= count; ++i) {
      if (i > 0) {
        bench.Take("police", Correction(fmt::format("C-{}", i), fmt::format("C-{}", i - 1), "1"));
        if (bench.state().Journal().owed_because() != 0) {
          EXPECT_EQ(bench.BringEach(), 0U);
        }
      }
      if (i == said_after) bench.Take("health", Dispute("H-1", "police", "C-0"));
    }
    EXPECT_EQ(StandsOn(bench, "health", "H-1"), StandsOn(bench, "police", "C-100"));
    EXPECT_EQ(RowOf(bench, "police", "C-100").chain_size(), count + 1);
  }
}

// The correction's new body answers a contact that comes last: what was said of the corrected
// contact goes there with it.
TEST(LinkedTest, WhatIsSaidOfAContactFollowsACorrectionThatWaits) {
  v1::Contact correction = Correction("C-2", "C-1", "13");
  v1::Contact& body = *correction.mutable_contact_corrected()->mutable_replaces();
  body = Answer("C-1", "school", "S-9");
  const Sent sent = {{"police", About("C-1", "12")},
                     {"police", correction},
                     {"health", Dispute("H-1", "police", "C-1")},
                     {"school", Answer("S-1", "health", "H-1")},
                     {"school", About("S-9", "15")}};
  InEveryOrder(sent, [](const Bench& bench, const std::string& took) {
    const auto all = StandsOn(bench, "police", "C-2");
    EXPECT_THAT(all, SizeIs(2)) << took;
    EXPECT_EQ(StandsOn(bench, "health", "H-1"), all) << took;
    EXPECT_EQ(StandsOn(bench, "school", "S-1"), all) << took;
    for (const char* key : {"S-9", "S-1"}) {
      EXPECT_EQ(bench.state().WaitingCount(ContactKey("school", key)), 0U) << took;
    }
  });
}

TEST(LinkedTest, AnActivationIsNoPlaceToStand) {
  Bench bench;
  bench.Take("operator", FeedContact("F-1", "ambulance"));
  v1::Decision answer = bench.Take("health", Answer("H-1", "operator", "F-1"));
  ASSERT_TRUE(answer.has_placed());
  EXPECT_THAT(answer.placed().to(), IsEmpty());
  EXPECT_THAT(answer.placed().waits_for(), IsEmpty());
}

TEST(LinkedTest, PartsAreCutByBytesAndTheSameFromWhereverOneStarts) {
  Bench bench;
  for (int i = 0; i < 6; ++i) {
    v1::Contact answer = Answer(fmt::format("H-{}", i), "police", "C-1");
    answer.set_context_note(std::string(std::size_t{100} << 10, 'x'));
    ASSERT_TRUE(bench.Take("health", answer).has_placed());
  }
  v1::Contact longer = Answer("H-long", "police", "C-1");
  longer.set_context_note(std::string(std::size_t{500} << 10, 'x'));
  ASSERT_TRUE(bench.Take("health", longer).has_placed());
  bench.Take("police", About("C-1", "12"));
  State state = bench.state();
  Seq because = state.Journal().owed_because();
  auto parts = CutIntoParts(state, Owed(state), kPartBytes);
  ASSERT_THAT(parts, SizeIs(4));
  EXPECT_THAT(parts[0], SizeIs(2));
  EXPECT_THAT(parts[3], SizeIs(1)) << "one that is longer than a part stands alone";

  log::Draft first;
  v1::PlacedBecause& brought = *first.decision.mutable_placed_because();
  brought.set_because(because);
  brought.set_part(1);
  brought.set_of(4);
  for (const auto& contact : parts[0]) *brought.add_contacts() = contact;
  bench.Apply(first);
  EXPECT_EQ(bench.state().Journal().owed_done(), 1U);
  auto rest = CutIntoParts(bench.state(), Owed(bench.state()), kPartBytes);
  ASSERT_THAT(rest, SizeIs(3));
  for (std::size_t i = 0; i < rest.size(); ++i) {
    ASSERT_EQ(rest[i].size(), parts[i + 1].size());
    EXPECT_EQ(rest[i][0].seq(), parts[i + 1][0].seq());
  }
}

}  // namespace
}  // namespace throughline::intake
