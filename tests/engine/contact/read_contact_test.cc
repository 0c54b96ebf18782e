#include "engine/contact/read_contact.h"

#include "tests/engine/contact/contacts.h"

namespace throughline::contact {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Contact Recorded(std::string_view recorded, std::string_view occurred) {
  v1::Contact contact;
  *contact.mutable_recorded() = ParseUncertain(recorded).value();
  *contact.mutable_occurred() = ParseUncertain(occurred).value();
  return contact;
}

TEST(ReadContact, OccurredIsAsExactAsKnown) {
  v1::Contact contact;
  *contact.mutable_occurred() = ParseUncertain("2011-05").value();
  EXPECT_EQ(Occurred(contact).earliest, At("2011-05"));
  EXPECT_EQ(Occurred(contact).latest, At("2011-06") - 1);
  *contact.mutable_occurred_until() = ParseUncertain("2011-07-02").value();
  EXPECT_EQ(Occurred(contact).earliest, At("2011-05"));
  EXPECT_EQ(Occurred(contact).latest, At("2011-07-03") - 1);
  *contact.mutable_occurred_until() = ParseUncertain("unknown").value();
  EXPECT_EQ(Occurred(contact).latest, At("2011-06") - 1);
}

TEST(ReadContact, TheRecordedInstantIsAsStated) {
  const Millis received = At("2026-11-20T12:00");
  EXPECT_EQ(RecordedInstant(Recorded("2026-11-14T02:05", "2026-11-13"), received),
            At("2026-11-14T02:05"));
  EXPECT_EQ(RecordedInstant(Recorded("2026-11-14", "2026-11-13"), received), At("2026-11-15") - 1);
  EXPECT_EQ(RecordedInstant(Recorded("2011-05", "2011-05"), received), At("2011-06") - 1);
}

TEST(ReadContact, WhatIsCoarseIsNotTakenFarBeyondItsReceipt) {
  const Millis received = At("2026-11-20T12:00");
  EXPECT_EQ(RecordedInstant(Recorded("2026-11", "2026-11"), received), received + kDay);
  EXPECT_EQ(RecordedInstant(Recorded("2026-11", "2026-11"), kLatest), At("2026-12") - 1);
}

TEST(ReadContact, UnknownTakesTheLatestThatOccurredAllows) {
  const Millis received = At("2026-11-20T12:00");
  EXPECT_EQ(RecordedInstant(Recorded("unknown", "2011-05"), received), At("2011-06") - 1);
  EXPECT_EQ(RecordedInstant(Recorded("unknown", "after 2011-05"), received), received);
  EXPECT_EQ(RecordedInstant(Recorded("unknown", "unknown"), received), received);
  EXPECT_EQ(RecordedInstant(v1::Contact(), received), received);
}

TEST(ReadContact, SubjectsAreFoundByLabelAndRole) {
  const v1::Contact contact = Sound();
  ASSERT_NE(SubjectWith(contact, "mother"), nullptr);
  EXPECT_EQ(SubjectWith(contact, "nobody"), nullptr);
  EXPECT_TRUE(HasRole(*SubjectWith(contact, "mother"), "parent_carer"));
  EXPECT_FALSE(HasRole(*SubjectWith(contact, "mother"), "victim"));
}

TEST(Targets, AreThoseOfLinksAndDetailOnce) {
  const v1::Contact contact = FromYaml(R"(
contact_id: E7
kind: referral_made
links: [{sends_again: E2}, {follows: police P1}, {answers: E2, state: received}, {link: answers, alert_id: a1}]
detail: {to: childrens-services, previous: [E2, {agency: gp, contact_id: G1, item: "2"}, E1]}
statements: [{text: x, verified_by: V1}]
)");
  EXPECT_THAT(Targets(contact, "emas"), ElementsAre(Target{"emas", "E1"}, Target{"emas", "E2"},
                                                    Target{"gp", "G1"}, Target{"police", "P1"}));
}

TEST(Targets, AreFoundBelowTheDetailToo) {
  const v1::Contact contact = FromYaml(R"(
contact_id: P2
kind: plan_reviewed
detail: {plan_ref: x, progress: same, agreed: [{ref: {contact_id: P1, item: "3"}}]}
)");
  EXPECT_THAT(Targets(contact, "council"), ElementsAre(Target{"council", "P1"}));
  EXPECT_THAT(Targets(Sound(), "council"), IsEmpty());
}

TEST(Targets, OfACorrectionAreThoseOfItsContactToo) {
  const v1::Contact contact = FromYaml(R"(
contact_id: X2
kind: contact_corrected
detail:
  of: X1
  why: wrong day
  replaces: {contact_id: X1, kind: referral_relayed, links: [{follows: X0}], detail: {of: gp G1, to: council}}
)");
  EXPECT_THAT(Targets(contact, "emas"),
              ElementsAre(Target{"emas", "X0"}, Target{"emas", "X1"}, Target{"gp", "G1"}));
}

TEST(Targets, ARefWithoutAnIdIsTheContactItself) {
  v1::Contact contact;
  contact.add_links()->mutable_target()->set_item("2");
  EXPECT_THAT(Targets(contact, "emas"), IsEmpty());
}

}  // namespace
}  // namespace throughline::contact
