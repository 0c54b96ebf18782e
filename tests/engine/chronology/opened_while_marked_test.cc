#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/chronology/who_knew.h"
#include "tests/engine/chronology/marked.h"
#include "tests/engine/chronology/noted.h"

// What a mark hid when somebody opened the chronology they did not read, though it was lifted.
namespace throughline::chronology {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const WrittenJournal::On kMother{'m', "mother", "subject", "adult", {"parent_carer"}};

v1::Contact Opened(std::string_view id, std::string_view occurred) {
  return Short(id, "record_opened", "{what: chronology, label: child-a, purpose: review}", "",
               occurred);
}

class OpenedWhileMarked : public MarkedTest {
 protected:
  void Lift(std::string_view mark, std::string_view of = "L1") {
    journal_.Now("2026-02-03T08:00");
    journal_.Place(
        "council",
        Word("L3", "handling_set",
             fmt::format("{{contact: {}, mark: {}, state: lifted, reason: waived}}", of, mark)),
        {kA});
  }
  void OpenOn(std::string_view day) {
    journal_.Now(fmt::format("{}T10:00", day));
    journal_.Place("gp", Opened(fmt::format("G-{}", day), fmt::format("{}T10:00", day)), {kA});
  }
  // "HOW since DAY" of what the GP knew of L1.
  std::vector<std::string> GpKnew() const {
    const Known shared = KnownAt(journal_.reads(), PersonOf('a'), {});
    const auto header = ReadHeader(journal_.reads(), shared);
    const Knowledge knowledge = WhoKnows(shared, alerts_);
    const auto answer =
        WhoKnew({shared, knowledge, *header, {}, 9}, contact::Target{"council", "L1"});
    std::vector<std::string> knew;
    for (const auto& contact : answer.contacts()) {
      for (const auto& agency : contact.knew()) {
        if (agency.agency() != "gp") continue;
        for (const auto& by : agency.by()) {
          knew.push_back(fmt::format("{} since {}", by.how(), by.since().substr(0, 10)));
        }
      }
    }
    return knew;
  }

  AlertEvidence alerts_;
};

TEST_F(OpenedWhileMarked, ContentIsKnownFromTheFirstOpeningAfterTheLifting) {
  journal_.Place("council", Noted("L1", "handling: [privileged_legal_advice]"), {kA});
  OpenOn("2026-02-01");
  EXPECT_THAT(GpKnew(), IsEmpty());
  Lift("privileged_legal_advice");
  EXPECT_THAT(GpKnew(), IsEmpty());
  EXPECT_THAT(AnswerOf(v1::LENS_AGENCY, "gp").entries(0).masked(),
              ElementsAre("privileged_legal_advice"));
  OpenOn("2026-02-05");
  EXPECT_THAT(GpKnew(), ElementsAre("opened since 2026-02-05"));
  EXPECT_THAT(AnswerOf(v1::LENS_AGENCY, "gp").entries(0).masked(), IsEmpty());
  EXPECT_EQ(AnswerOf(v1::LENS_AGENCY, "gp").entries(0).learned_size(), 1);
}

// Which came first, the opening or the lifting, is not said.
TEST_F(OpenedWhileMarked, OnTheDayOfTheLiftingItIsNotSaidToBeRead) {
  journal_.Place("council", Noted("L1", "handling: [privileged_legal_advice]"), {kA});
  Lift("privileged_legal_advice");
  journal_.Now("2026-02-04T10:00");
  journal_.Place("gp", Opened("G", "2026-02-03"), {kA});
  EXPECT_THAT(GpKnew(), IsEmpty());
  journal_.Place("gp", Opened("H", "2026-02-03T09:00"), {kA});
  EXPECT_THAT(GpKnew(), ElementsAre("opened since 2026-02-04"));
}

// A mark that comes with a contact hides what others told of it before, and not from before.
TEST_F(OpenedWhileMarked, WhatToldOfAMarkedContactBeforeItCameWasRead) {
  journal_.Place("council", Short("L1", "contact_disputed", "{of: L2, by: council, what: all}"),
                 {kA});
  OpenOn("2026-02-01");
  journal_.Now("2026-02-02T08:00");
  journal_.Place("council", Noted("L2", "handling: [sensitive_service]"), {kA});
  EXPECT_THAT(GpKnew(), IsEmpty());
  Lift("sensitive_service", "L2");
  EXPECT_THAT(GpKnew(), ElementsAre("opened since 2026-02-01"));
}

TEST_F(OpenedWhileMarked, OfAReportWhoseInformantIsHiddenTheRestIsKnown) {
  journal_.Place("council", Noted("L1", "handling: [informant_identity]"), {kA});
  OpenOn("2026-02-01");
  Lift("informant_identity");
  EXPECT_THAT(GpKnew(), ElementsAre("opened since 2026-02-01"));
  EXPECT_THAT(AnswerOf(v1::LENS_AGENCY, "gp").entries(0).masked(),
              ElementsAre("informant_identity"));
}

TEST_F(OpenedWhileMarked, WhatWasMarkedOnlyLaterWasRead) {
  journal_.Place("council", Noted("L1"), {kA});
  OpenOn("2026-02-01");
  journal_.Now("2026-02-02T08:00");
  journal_.Place(
      "council",
      Short("L2", "handling_set",
            "{contact: L1, mark: privileged_legal_advice, state: set, reason: it is advice}"),
      {kA});
  EXPECT_THAT(GpKnew(), ElementsAre("opened since 2026-02-01"));
  Lift("privileged_legal_advice");
  EXPECT_THAT(AnswerOf(v1::LENS_AGENCY, "gp").entries(0).masked(), IsEmpty());
}

// What others say of a contact is read beside it.
TEST_F(OpenedWhileMarked, WhatIsHiddenBesideAContactThatIsOpenedIsNotRead) {
  journal_.Place("school", Noted("L0"), {kA});
  journal_.Place("council",
                 Short("L1", "contact_disputed",
                       "{of: {agency: school, contact_id: L0}, by: "
                       "council, what: all}",
                       "handling: [sensitive_service]"),
                 {kA});
  journal_.Now("2026-02-01T10:00");
  journal_.Place(
      "gp",
      Short("G", "record_opened",
            "{what: contact, contact: {agency: school, contact_id: L0}, purpose: review}", "",
            "2026-02-01T10:00"),
      {kA});
  Lift("sensitive_service");
  EXPECT_THAT(GpKnew(), IsEmpty());
}

// An alert that was raised before the mark had named it.
TEST_F(OpenedWhileMarked, WhatAnAlertNamedIsKnown) {
  journal_.Place("council", Noted("L1"), {kA});
  alerts_["a1"] = {{1, 0, {1}}};
  journal_.Now("2026-02-01T10:00");
  journal_.Place("council",
                 Short("L2", "handling_set",
                       "{contact: L1, mark: sensitive_service, state: set, reason: it is one}"),
                 {kA});
  journal_.Place("gp", Short("G", "alert_seen", "{alert: a1}", "", "2026-02-01T10:30"), {kA});
  Lift("sensitive_service");
  EXPECT_THAT(GpKnew(), ElementsAre("alerted since 2026-02-01"));
}

TEST_F(OpenedWhileMarked, OfAContactThatWasReadItsCorrectionIsNot) {
  const auto says = [](std::string_view text, std::string_view more) {
    return Noted("L1", fmt::format("statements: [{{text: {}., basis: observed}}]\n{}", text, more));
  };
  journal_.Place("council", says("The first words", ""), {kA});
  OpenOn("2026-02-01");
  journal_.Now("2026-02-02T08:00");
  journal_.Place(
      "council",
      Corrected("C1", "L1", says("The second words", "handling: [privileged_legal_advice]")), {kA});
  OpenOn("2026-02-02");
  Lift("privileged_legal_advice");
  const auto unread = AnswerOf(v1::LENS_AGENCY, "gp");
  HidesAll(unread, {"The second words"});
  EXPECT_EQ(unread.entries(0).first().statements(0).text(), "The first words.");
  EXPECT_THAT(unread.entries(0).masked(), ElementsAre("privileged_legal_advice"));
  OpenOn("2026-02-05");
  const auto read = AnswerOf(v1::LENS_AGENCY, "gp");
  EXPECT_EQ(read.entries(0).contact().statements(0).text(), "The second words.");
  EXPECT_THAT(read.entries(0).masked(), IsEmpty());
}

class RelationWhileMarked : public OpenedWhileMarked,
                            public testing::WithParamInterface<std::string> {};

// Whether a mark hid the contact or what it says.
TEST_P(RelationWhileMarked, IsKnownFromTheFirstOpeningAfterTheLifting) {
  const v1::Contact secret = ContactOf(
      "contact_id: L1\nkind: relation_asserted\noccurred: 2026-01-04\nrecorded: 2026-01-05T08:00\n"
      "subjects: [{label: child-a, person_kind: child, roles: [subject_child]},\n"
      "  {label: mother, person_kind: adult, roles: [parent_carer]}]\n"
      "detail: {relation: mother, from: mother, to: child-a}\nhandling: [" +
      GetParam() + "]\n");
  journal_.Place("council", secret, {kA, kMother}, [](v1::Placed& placed) {
    v1::RelationKnown& relation = *placed.add_relations();
    relation.set_from(std::string(PersonOf('m').Raw()));
    relation.set_to(std::string(PersonOf('a').Raw()));
    relation.set_relation("parent");
    relation.mutable_source()->set_agency("council");
    relation.mutable_source()->set_contact_id("L1");
  });
  OpenOn("2026-02-01");
  Lift(GetParam());
  EXPECT_THAT(Shown(AnswerOf()), testing::Contains("L1"));
  Query query;
  query.lens = v1::LENS_AGENCY;
  query.agency = "gp";
  EXPECT_THAT(KnownAt(journal_.reads(), PersonOf('a'), query).notes, IsEmpty());
  OpenOn("2026-02-05");
  EXPECT_EQ(KnownAt(journal_.reads(), PersonOf('a'), query).notes.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(ByMark, RelationWhileMarked,
                         testing::Values("sensitive_service", "privileged_legal_advice"));

}  // namespace
}  // namespace throughline::chronology
