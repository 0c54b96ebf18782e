#include "engine/chronology/knowledge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/chronology/answer.h"
#include "tests/engine/chronology/written_journal.h"

namespace throughline::chronology {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using On = WrittenJournal::On;
const On kA{'a', "child-a"};
const On kB{'b', "child-a"};
const On kBeside{'a', "", "linked"};

constexpr std::string_view kShared =
    "sharing: [{recipient: social-care, expectation: act}, {recipient: school, position: copy, "
    "expectation: for_information}]";

v1::Contact Made(std::string_view id, std::string_view kind, std::string_view detail,
                 std::string_view more = "", std::string_view occurred = "2026-01-04") {
  return ContactOf(
      fmt::format("contact_id: {}\nkind: {}\noccurred: {}\nrecorded: 2026-01-05T08:00\n"
                  "subjects: [{{label: child-a, person_kind: child, roles: [subject_child]}}]\n"
                  "detail: {}\n{}\n",
                  id, kind, occurred, detail, more));
}

v1::Contact Noted(std::string_view id, std::string_view more = "") {
  return Made(id, "concern_noted", "{told_to: social_worker}", more);
}

v1::Contact Corrected(std::string_view id, std::string_view of, const v1::Contact& replaces) {
  v1::Contact correction = Made(id, "contact_corrected", fmt::format("{{of: {}, why: w}}", of));
  *correction.mutable_contact_corrected()->mutable_replaces() = replaces;
  return correction;
}

v1::Contact Opened(std::string_view id, std::string_view detail,
                   std::string_view occurred = "2026-01-06T10:00") {
  return Made(id, "record_opened", fmt::format("{{purpose: review, {}}}", detail), "", occurred);
}

class Lens : public testing::Test {
 protected:
  // "CONTACT how, how" of each that an agency knows.
  std::vector<std::string> Of(const std::string& agency,
                              std::optional<Millis> as_known_at = std::nullopt) const {
    std::vector<std::string> all;
    for (const Entry& entry : Read(agency, as_known_at).entries) {
      std::vector<std::string_view> how;
      for (const Learned& learned : entry.learned) how.push_back(HowName(learned.how));
      all.push_back(fmt::format("{} {}", entry.contact_id, fmt::join(how, ", ")));
    }
    return all;
  }

  Known Read(const std::string& agency, std::optional<Millis> as_known_at = std::nullopt) const {
    Query query;
    query.lens = v1::LENS_AGENCY;
    query.agency = agency;
    query.as_known_at = as_known_at;
    query.alerts = alerts_;
    return KnownAt(journal_.reads(), PersonOf('a'), query);
  }

  WrittenJournal journal_;
  AlertEvidence alerts_;
};

TEST_F(Lens, AnAgencyKnowsWhatItWrote) {
  journal_.Place("gp", Noted("G1"), {kA});
  journal_.Place("police", Noted("P1"), {kA});
  EXPECT_THAT(Of("gp"), ElementsAre("G1 authored"));
  EXPECT_THAT(Of("police"), ElementsAre("P1 authored"));
  EXPECT_THAT(Of("school"), IsEmpty());
  EXPECT_EQ(Read("gp").hidden_unknown, 1U);
}

TEST_F(Lens, WhatWasSentIsKnownOnceItsRecipientAnswers) {
  journal_.Place("gp", Noted("G1", kShared), {kA});
  EXPECT_THAT(Of("social-care"), IsEmpty());
  const Seq answer = journal_.Place(
      "social-care",
      Made("S1", "handover_received", "{by: social_worker}", "links: [{answers: gp G1}]"), {kA});
  EXPECT_THAT(Of("social-care"), ElementsAre("G1 received", "S1 authored"));
  EXPECT_EQ(Read("social-care").entries[0].learned[0].since_seq, answer);
  EXPECT_EQ(Read("social-care").entries[0].learned[0].by, answer);
  // Another recipient of the same contact has not answered.
  EXPECT_THAT(Of("school"), IsEmpty());
}

TEST_F(Lens, AnAnswerBySomeoneToWhomNothingWasSentIsNoSource) {
  journal_.Place("gp", Noted("G1", "sharing: [{recipient: social-care, expectation: act}]"), {kA});
  journal_.Place(
      "housing",
      Made("H1", "handover_received", "{by: housing_officer}", "links: [{answers: gp G1}]"), {kA});
  EXPECT_THAT(Of("housing"), ElementsAre("H1 authored"));
  EXPECT_THAT(Of("social-care"), IsEmpty());
}

TEST_F(Lens, TheSendersWordOfWhatTheRecipientSaidIsASource) {
  journal_.Place("gp", Noted("G1", kShared), {kA});
  journal_.Place(
      "gp",
      Made("G2", "handover_received", "{told_by: sender}", "links: [{answers: {contact_id: G1}}]"),
      {kA});
  EXPECT_THAT(Of("social-care"), IsEmpty()) << "it went to two, and the sender names neither";
  journal_.Place("gp", Noted("G3", "sharing: [{recipient: social-care, expectation: act}]"), {kA});
  journal_.Place(
      "gp", Made("G4", "handover_received", "{told_by: sender}", "links: [{answers: G3}]"), {kA});
  EXPECT_THAT(Of("social-care"), ElementsAre("G3 received"));
}

TEST_F(Lens, ACorrectionThatDidNotComeIsNotSeen) {
  v1::Contact first = Noted("G1", kShared);
  first.add_statements()->set_text("as first said");
  v1::Contact body = first;
  body.mutable_statements(0)->set_text("put right");
  journal_.Place("gp", first, {kA});
  journal_.Place("gp", Corrected("G2", "G1", body), {kA});
  journal_.Place(
      "social-care",
      Made("S1", "handover_received", "{by: social_worker}", "links: [{answers: gp G1}]"), {kA});
  EXPECT_THAT(Of("social-care"), ElementsAre("G1 received", "S1 authored"));
  EXPECT_EQ(Read("social-care").entries[0].contact->statements(0).text(), "as first said");
  EXPECT_EQ(Read("gp").entries[0].contact->statements(0).text(), "put right");
  journal_.Place("social-care", Opened("S2", "what: contact, contact: gp G1"), {kA});
  EXPECT_EQ(Read("social-care").entries[0].contact->statements(0).text(), "put right");
}

TEST_F(Lens, AHandOverThatOnlyACorrectionMadeBringsTheCorrection) {
  v1::Contact body = Noted("G1", kShared);
  body.add_statements()->set_text("put right");
  journal_.Place("gp", Noted("G1"), {kA});
  journal_.Place("gp", Corrected("G2", "G1", body), {kA});
  journal_.Place(
      "social-care",
      Made("S1", "handover_received", "{by: social_worker}", "links: [{answers: gp G1}]"), {kA});
  const Known known = Read("social-care");
  EXPECT_THAT(Of("social-care"), ElementsAre("G2 received", "S1 authored"));
  EXPECT_EQ(known.entries[0].contact->statements(0).text(), "put right");
}

TEST_F(Lens, ARetractionThatDidNotComeIsNotSeen) {
  journal_.Place("gp", Noted("G1", kShared), {kA});
  journal_.Place(
      "social-care",
      Made("S1", "handover_received", "{by: social_worker}", "links: [{answers: gp G1}]"), {kA});
  journal_.Place("gp", Made("G2", "contact_retracted", "{of: G1, why: sent_in_error}"), {kA});
  EXPECT_NE(Read("gp").entries[0].retracted_by, 0U);
  EXPECT_EQ(Read("social-care").entries[0].retracted_by, 0U);
  EXPECT_TRUE(Read("social-care").entries[0].counts);
}

TEST_F(Lens, AChronologyThatWasOpenedShowsWhatItHeldThen) {
  const Seq then = journal_.Place("gp", Noted("G1"), {kA});
  journal_.Place("gp", Noted("G2"), {kA});
  journal_.Place(
      "police",
      Opened("P1", fmt::format("what: chronology, label: child-a, as_known_at: {}", then)), {kA});
  journal_.Place("gp", Noted("G3"), {kA});
  EXPECT_THAT(Of("police"), ElementsAre("G1 opened", "P1 authored"));
}

TEST_F(Lens, WithoutARecordAnOpeningShowsWhatWasHeldWhenItHappened) {
  journal_.Now("2026-01-06T09:00");
  journal_.Place("gp", Noted("G1"), {kA});
  journal_.Now("2026-01-06T11:00");
  journal_.Place("gp", Noted("G2"), {kA});
  journal_.Place("police", Opened("P1", "what: chronology"), {kA});
  EXPECT_THAT(Of("police"), ElementsAre("G1 opened", "P1 authored"));
}

TEST_F(Lens, AnOpeningOfAnothersRecordShowsNothingOfThisOne) {
  journal_.Place("gp", Noted("G1"), {kA});
  v1::Contact opened = Opened("P1", "what: chronology, label: other, as_known_at: 1");
  opened.add_subjects()->set_label("other");
  journal_.Place("police", opened, {kA});
  v1::Contact unsaid = Opened("P2", "what: chronology, as_known_at: 1");
  unsaid.add_subjects()->set_label("other");
  journal_.Place("police", unsaid, {kA});
  journal_.Place("police", Opened("P3", "what: cp_is, result: flagged"), {kA});
  EXPECT_THAT(Of("police"), ElementsAre("P1 authored", "P2 authored", "P3 authored"));
}

TEST_F(Lens, AnAlertTellsOfItsEvidenceAsItWasNamedThen) {
  const Seq first = journal_.Place("gp", Noted("G1"), {kA});
  const Seq second = journal_.Place("school", Noted("E1"), {kA});
  const Seq third = journal_.Place("school", Noted("E2"), {kA});
  alerts_["beef"] = {{second, 0, {first, second}}, {third + 2, 0, {first, second, third}}};
  v1::Contact delivered =
      Made("D1", "alert_delivered", "{alert: beef, channel: desk, to: safeguarding_lead}");
  journal_.Place("social-care", delivered, {kBeside});
  EXPECT_THAT(Of("social-care"), ElementsAre("G1 alerted", "E1 alerted", "D1 authored"));
  EXPECT_EQ(Read("social-care").entries[0].learned[0].alert, "beef");
  delivered.set_contact_id("D2");
  journal_.Place("social-care", delivered, {kBeside});
  EXPECT_THAT(Of("social-care"),
              ElementsAre("G1 alerted", "E1 alerted", "E2 alerted", "D1 authored", "D2 authored"));
}

// That the last corrects the first is said by the one between, which stands elsewhere.
TEST_F(Lens, WhatOnlyAnUnknownCorrectionCorrectsIsNotKnown) {
  v1::Contact body = Noted("G1");
  body.add_statements()->set_text("put right");
  const Seq first = journal_.Place("gp", Noted("G1"), {kA});
  journal_.Place("gp", Corrected("G2", "G1", body), {{'b', "child-a"}});
  const Seq last = journal_.Place("gp", Corrected("G3", "G2", body), {kA});
  alerts_["beef"] = {{last, 0, {first, last}}};
  journal_.Place("social-care",
                 Made("D1", "alert_delivered", "{alert: beef, channel: desk, to: x}"), {kBeside});
  EXPECT_THAT(Of("social-care"), ElementsAre("G1 alerted", "G3 alerted", "D1 authored"));
  const Known known = Read("social-care");
  EXPECT_EQ(known.entries[0].contact->statements_size(), 0);
  EXPECT_EQ(known.entries[1].corrects, 0U);
  EXPECT_EQ(known.entries[1].corrects_in_turn.size(), 1U);
  EXPECT_EQ(Read("gp").entries[1].corrects, first);
}

TEST_F(Lens, AnAlertThatCouldNotBeDeliveredTellsNobody) {
  const Seq first = journal_.Place("gp", Noted("G1"), {kA});
  alerts_["beef"] = {{first, 0, {first}}};
  journal_.Place("social-care",
                 Made("D1", "alert_delivery_failed",
                      "{alert: beef, channel: desk, to: safeguarding_lead, reason: full}"),
                 {kBeside});
  EXPECT_THAT(Of("social-care"), ElementsAre("D1 authored"));
}

TEST_F(Lens, WhatWasSomebodyElsesIsWithheldFromThoseWhoHadReadItAndTheyAreListed) {
  const Seq wrong = journal_.Place("gp", Noted("G1"), {kA});
  journal_.Place("police", Opened("P1", fmt::format("what: chronology, as_known_at: {}", wrong)),
                 {kA});
  const Seq gone = journal_.Withdraw('a', wrong, "wrong_person");
  journal_.Place("school", Opened("E1", fmt::format("what: chronology, as_known_at: {}", gone)),
                 {kA});
  EXPECT_TRUE(Read("police").entries[0].withheld);
  const Known shared = journal_.Read();
  const Knowledge knowledge = WhoKnows(shared, {});
  EXPECT_TRUE(knowledge.entries[0].contains("police"));
  EXPECT_FALSE(knowledge.entries[0].contains("school")) << "it was withheld by then";
}

TEST_F(Lens, AsKnownAtAnInstantHoldsWhatTheAgencyHadByThen) {
  journal_.Now("2026-02-01T09:00");
  journal_.Place("gp", Noted("G1", kShared), {kA});
  journal_.Now("2026-02-03T09:00");
  journal_.Place(
      "social-care",
      Made("S1", "handover_received", "{by: social_worker}", "links: [{answers: gp G1}]"), {kA});
  EXPECT_THAT(Of("social-care", At("2026-02-02")), IsEmpty());
  EXPECT_THAT(Of("social-care", At("2026-02-04")), ElementsAre("G1 received", "S1 authored"));
}

TEST_F(Lens, WhoThePersonIsComesFromWhatTheAgencyKnows) {
  v1::Contact gp = Noted("G1");
  *gp.mutable_subjects(0) = Noted("X").subjects(0);
  gp.mutable_subjects(0)->mutable_demographics()->add_names("Child A");
  v1::Reference& number = *gp.mutable_subjects(0)->add_references();
  number.set_scheme("nhs-number");
  number.set_value("943 476 5919");
  journal_.Place("gp", gp, {kA}, [&](v1::Placed& placed) {
    v1::PersonMade& made = *placed.add_made();
    made.set_person(std::string(PersonOf('a').Raw()));
    made.set_person_kind("child");
    made.add_references()->set_scheme("nhs-number");
    made.mutable_references(0)->set_value("9434765919");
  });
  journal_.Place("school", Noted("E1"), {kA});
  const auto gps = ReadHeader(journal_.reads(), Read("gp"));
  EXPECT_EQ(gps->references.size(), 1U);
  EXPECT_EQ(gps->names.size(), 1U);
  const auto schools = ReadHeader(journal_.reads(), Read("school"));
  EXPECT_THAT(schools->references, IsEmpty());
  EXPECT_THAT(schools->names, IsEmpty());
  EXPECT_EQ(schools->entries, 1U);
}

TEST_F(Lens, TheAnswerSaysWhoseItIsAndByWhatItWasKnown) {
  journal_.Place("gp", Noted("G1", kShared), {kA});
  journal_.Place(
      "social-care",
      Made("S1", "handover_received", "{by: social_worker}", "links: [{answers: gp G1}]"), {kA});
  Query query;
  query.lens = v1::LENS_AGENCY;
  query.agency = "social-care";
  const Known known = KnownAt(journal_.reads(), PersonOf('a'), query);
  const auto answer = Answer(known, *ReadHeader(journal_.reads(), known), query, 2);
  EXPECT_EQ(answer.lens(), v1::LENS_AGENCY);
  EXPECT_EQ(answer.agency(), "social-care");
  ASSERT_EQ(answer.entries(0).learned_size(), 1);
  EXPECT_EQ(answer.entries(0).learned(0).how(), "received");
  EXPECT_EQ(answer.entries(0).learned(0).by().contact_id(), "S1");
}

}  // namespace
}  // namespace throughline::chronology
