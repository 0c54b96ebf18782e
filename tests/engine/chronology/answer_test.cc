#include "engine/chronology/answer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "engine/chronology/protection.h"
#include "engine/chronology/replies.h"
#include "engine/chronology/time_order.h"
#include "tests/engine/chronology/written_journal.h"

namespace throughline::chronology {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using On = WrittenJournal::On;
const On kA{'a', "child-a"};

v1::Contact Made(std::string_view id, std::string_view kind, std::string_view detail,
                 std::string_view more = "", std::string_view occurred = "2026-01-04") {
  return ContactOf(
      fmt::format("contact_id: {}\nkind: {}\noccurred: {}\nrecorded: 2026-01-05T08:00\n"
                  "subjects: [{{label: child-a, person_kind: child, roles: [subject_child], "
                  "references: [{{scheme: local-id, value: A}}]}}]\ndetail: {}\n{}\n",
                  id, kind, occurred, detail, more));
}

v1::ChronologyAnswer AnswerOf(const WrittenJournal& journal, const Query& query = {}) {
  const Known known = KnownAt(journal.reads(), PersonOf('a'), query);
  const auto header = ReadHeader(journal.reads(), known);
  EXPECT_TRUE(header.has_value());
  return Answer(known, *header, query, journal.records().size());
}

// A referral to two agencies and a body outside; `legs` says what each hand-over's replies are.
class Replies : public testing::Test {
 protected:
  Replies() {
    seq_ = journal_.Place("ambulance", Made("R1", "referral_made", "{to: social-care}", R"(sharing:
  - {recipient: social-care, unit: front door, expectation: act}
  - {recipient: hospital, position: copy, expectation: for_information}
  - {recipient: {outside_body: {name: The Charity}}, expectation: act}
)"),
                          {kA});
  }
  std::vector<std::vector<std::string>> Legs() const {
    const Known known = journal_.Read();
    std::vector<std::vector<std::string>> legs;
    for (const auto& replies : RepliesTo(*known.Find(seq_), known)) {
      legs.emplace_back();
      for (const Reply& reply : replies) {
        legs.back().push_back(reply.entry->contact_id + " " + reply.state);
      }
    }
    return legs;
  }

  WrittenJournal journal_;
  Seq seq_ = 0;
};

TEST_F(Replies, NobodyAnswered) {
  EXPECT_THAT(Legs(), ElementsAre(IsEmpty(), IsEmpty(), IsEmpty()));
}

TEST_F(Replies, EachRecipientAnswersForItself) {
  journal_.Place("social-care",
                 Made("S1", "referral_received", "{source: 3F, received_at: 2026-01-05}",
                      "links: [{answers: ambulance R1}]"),
                 {kA});
  journal_.Place("hospital",
                 Made("H1", "attendance", "{service: emergency}",
                      "links: [{answers: ambulance R1, state: considered}]"),
                 {kA});
  EXPECT_THAT(Legs(),
              ElementsAre(ElementsAre("S1 received"), ElementsAre("H1 considered"), IsEmpty()));
}

TEST_F(Replies, WhoAnswersACorrectionAnswersWhatItCorrects) {
  v1::Contact correction = Made("R2", "contact_corrected", "{of: R1, why: put wrongly}");
  v1::Contact& body = *correction.mutable_contact_corrected()->mutable_replaces();
  body = Made("R1", "referral_made", "{to: hospital}",
              "sharing: [{recipient: hospital, expectation: act}]");
  journal_.Place("ambulance", correction, {kA});
  journal_.Place("hospital",
                 Made("H1", "handover_received", "{by: nurse}", "links: [{answers: ambulance R2}]"),
                 {kA});
  EXPECT_THAT(Legs(), ElementsAre(ElementsAre("H1 received")));
}

TEST_F(Replies, TheSenderAnswersOnlyForABodyOutsideOrWhatItWasTold) {
  journal_.Place("ambulance",
                 Made("R2", "handover_received", "{by: social_worker}", "links: [{answers: R1}]"),
                 {kA});
  EXPECT_THAT(Legs(), ElementsAre(IsEmpty(), IsEmpty(), ElementsAre("R2 received")));
  journal_.Place("ambulance",
                 Made("R3", "handover_received", "{told_by: sender}",
                      "links: [{answers: {contact_id: R1, unit: front door}}]"),
                 {kA});
  EXPECT_THAT(Legs(),
              ElementsAre(ElementsAre("R3 received"), IsEmpty(), ElementsAre("R2 received")));
}

TEST_F(Replies, AnOutcomeCanMakeARefusalOfAnAnswer) {
  journal_.Place("social-care",
                 Made("S1", "referral_decided", "{outcome: no_further_action}",
                      "links: [{answers: ambulance R1}]"),
                 {kA});
  EXPECT_THAT(Legs()[0], ElementsAre("S1 declined"));
}

TEST_F(Replies, ADecisionAnswersWhatItsReferralAnswers) {
  journal_.Place("social-care",
                 Made("S1", "referral_received", "{source: 3F, received_at: 2026-01-05}",
                      "links: [{answers: ambulance R1}]"),
                 {kA});
  journal_.Place("social-care",
                 Made("S2", "referral_decided", "{referral: S1, outcome: assessment}"), {kA});
  journal_.Place("social-care",
                 Made("S3", "referral_decided",
                      "{referral: {agency: ambulance, contact_id: R1}, outcome: assessment}"),
                 {kA});
  journal_.Place("social-care",
                 Made("S4", "referral_decided", "{referral: S9, outcome: assessment}"), {kA});
  EXPECT_THAT(Legs(), ElementsAre(ElementsAre("S1 received", "S2 acted_on", "S3 acted_on"),
                                  IsEmpty(), IsEmpty()));
}

TEST_F(Replies, ARetractedAnswerIsNone) {
  journal_.Place("social-care",
                 Made("S1", "referral_received", "{source: 3F, received_at: 2026-01-05}",
                      "links: [{answers: ambulance R1}]"),
                 {kA});
  journal_.Place("social-care", Made("S2", "contact_retracted", "{of: S1, why: not_ours}"), {kA});
  EXPECT_THAT(Legs()[0], IsEmpty());
}

TEST(TimeOrder, CoarseBeforeExactThenTheSendersOrder) {
  const auto of = [](std::string_view text, std::uint32_t sequence = 0) {
    return TimeOrderOf(*ParseUncertain(text), sequence);
  };
  const std::vector<TimeOrder> ordered = {
      of("2011"),           of("2011-01"),    of("2011-01-01"),       of("2011-01-01T00:00"),
      of("2011-05"),        of("2011-05", 1), of("about 2011-05", 2), of("2011-05-02"),
      of("before 2011-06"), of("after 2012"), of("unknown")};
  for (std::size_t i = 1; i < ordered.size(); ++i) EXPECT_LT(ordered[i - 1], ordered[i]) << i;
}

TEST(Answer, IsInOrderOfWhenThingsHappened) {
  WrittenJournal journal;
  const auto note = [&](std::string_view id, std::string_view occurred) {
    journal.Place("gp", Made(id, "concern_noted", "{told_to: gp}", "", occurred), {kA});
  };
  note("N1", "2026-01-03");
  note("N2", "unknown");
  note("N3", "2025");
  note("N4", "2026-01");
  std::vector<std::string> ids;
  const v1::ChronologyAnswer answer = AnswerOf(journal);
  for (const auto& entry : answer.entries()) ids.push_back(entry.contact_id());
  EXPECT_THAT(ids, ElementsAre("N3", "N4", "N1", "N2"));
}

TEST(Answer, WithinOneCoarseDateWhatFollowsComesAfter) {
  WrittenJournal journal;
  const auto note = [&](std::string_view id, std::string_view link) {
    journal.Place("gp",
                  Made(id, "concern_noted", "{told_to: gp}",
                       link.empty() ? "" : "links: [" + std::string(link) + "]", "about 2011-05"),
                  {kA});
  };
  note("N4", "{answers: N3}");
  note("N1", "");
  note("N3", "{follows: N2}");
  note("N2", "{follows: N1}");
  // A circle, which says nothing.
  note("N5", "{follows: N6}");
  note("N6", "{follows: N5}");
  const v1::ChronologyAnswer answer = AnswerOf(journal);
  std::vector<std::string> ids;
  for (const auto& entry : answer.entries()) ids.push_back(entry.contact_id());
  EXPECT_THAT(ids, ElementsAre("N1", "N2", "N3", "N4", "N5", "N6"));
}

TEST(Answer, AContactOutsideTheRangeStillActsAndIsCounted) {
  WrittenJournal journal;
  journal.Place("gp", Made("N1", "concern_noted", "{told_to: gp}", "", "2026-01-02"), {kA});
  journal.Place("gp", Made("N2", "contact_retracted", "{of: N1, why: not_ours}", "", "2026-01-04"),
                {kA});
  const Query query{std::nullopt, v1::LENS_SHARED,
                    Interval{At("2026-01-01"), At("2026-01-03") - 1}};
  const v1::ChronologyAnswer answer = AnswerOf(journal, query);
  ASSERT_EQ(answer.entries_size(), 1);
  EXPECT_EQ(answer.entries(0).retracted().by().contact_id(), "N2");
  EXPECT_EQ(answer.hidden_outside(), 1U);
  EXPECT_EQ(answer.occurred_from(), "2026-01-01");
  EXPECT_EQ(answer.occurred_to(), "2026-01-02");
}

TEST(Answer, WhatIsWithheldSaysWhoAndWhereInTheJournalAndNothingElse) {
  WrittenJournal journal;
  const Seq seq = journal.Place(
      "gp", Made("N1", "concern_noted", "{told_to: gp}", "statements: [{text: a secret}]"), {kA});
  journal.Place(
      "gp",
      Made("N2", "contact_corrected",
           "{of: N1, why: wrong, replaces: {contact_id: N1, kind: concern_noted, detail: {told_to: "
           "gp}, occurred: 2026-01-04, recorded: 2026-01-05, author: {role: gp}, source: {system: "
           "x}, subjects: [{label: child-a, person_kind: child, roles: [subject_child], "
           "references: [{scheme: local-id, value: A}]}], statements: [{text: a secret}]}}"),
      {kA});
  journal.Withdraw('a', seq, "wrong_person");
  const v1::ChronologyAnswer answer = AnswerOf(journal);
  ASSERT_EQ(answer.entries_size(), 2);
  for (const auto& entry : answer.entries()) {
    EXPECT_EQ(entry.withheld(), "wrong_person");
    EXPECT_EQ(entry.agency(), "gp");
    EXPECT_EQ(entry.kind(), "");
    EXPECT_FALSE(entry.has_contact());
    EXPECT_FALSE(entry.has_first());
  }
  EXPECT_EQ(answer.DebugString().find("a secret"), std::string::npos);
}

// A child and a refuge, whose address is marked; a household of its own beside.
v1::Contact AtTheRefuge(std::string_view id, const std::string& mark) {
  return ContactOf(fmt::format(
      "contact_id: {}\nkind: address_known\noccurred: 2026-01-04\nrecorded: 2026-01-05T08:00\n"
      "subjects:\n"
      "  - {{label: child-a, person_kind: child, roles: [subject_child],\n"
      "     demographics: {{names: [Child A], address: 7 Hidden Lane}}}}\n"
      "  - {{label: refuge, person_kind: household, roles: [household], references: [{{scheme: "
      "uprn, "
      "value: '100000000002'}}], demographics: {{address: 7 Hidden Lane}}}}\n"
      "  - {{label: home, person_kind: household, roles: [household], references: [{{scheme: uprn, "
      "value: '100000000001'}}], demographics: {{address: 1 Mill Lane}}}}\n"
      "detail: {{address: refuge, who: [child-a]}}\nhandling: [{}]\n",
      id, mark));
}

TEST(Answer, AMarkedAddressIsInNoAnswerNorInWhatWasSaidFirst) {
  WrittenJournal journal;
  journal.Place("refuge",
                AtTheRefuge("W1",
                            "{handling: protected_address, label: refuge}, "
                            "{handling: protected_address, label: child-a}"),
                {kA});
  const v1::ChronologyAnswer one = AnswerOf(journal);
  EXPECT_EQ(one.DebugString().find("Hidden Lane"), std::string::npos);
  EXPECT_EQ(one.DebugString().find("100000000002"), std::string::npos);
  EXPECT_NE(one.DebugString().find("1 Mill Lane"), std::string::npos) << "nobody marked that one";
  EXPECT_EQ(one.entries(0).contact().subjects(0).demographics().names(0), "Child A");

  const std::string whole = "{handling: protected_address}";
  v1::Contact correction =
      Made("W2", "contact_corrected", "{of: refuge W1, why: w}", "handling: [" + whole + "]");
  *correction.mutable_contact_corrected()->mutable_replaces() = AtTheRefuge("W1", whole);
  journal.Place("refuge", correction, {kA});
  const std::string both = AnswerOf(journal).DebugString();
  for (const char* hidden : {"Hidden Lane", "100000000002"}) {
    EXPECT_EQ(both.find(hidden), std::string::npos) << both;
  }
}

// What person_recorded says of a household beside its subject: a name of it is its address.
TEST(Answer, AMarkedAddressIsInNothingThatIsRecordedOfWhoeverHasIt) {
  const auto shown = [](const std::string& who, const std::string& mark) {
    const auto body = [&](std::string_view id) {
      v1::Contact contact = AtTheRefuge(id, mark);
      auto& recorded = *contact.mutable_person_recorded();
      recorded.set_who(who);
      recorded.add_names("The Old Vicarage");
      recorded.add_aliases("Jasmine House");
      recorded.add_references()->set_scheme("uprn");
      recorded.mutable_references(0)->set_value("100000000003");
      recorded.add_references()->set_scheme("local-id");
      recorded.mutable_references(1)->set_value("R77");
      contact.mutable_subjects(1)->mutable_demographics()->add_aliases("Rose Cottage");
      return contact;
    };
    WrittenJournal journal;
    journal.Place("refuge", body("W1"), {kA});
    v1::Contact correction = Made("W2", "contact_corrected", "{of: refuge W1, why: w}");
    *correction.mutable_contact_corrected()->mutable_replaces() = body("W1");
    journal.Place("refuge", correction, {kA});
    const std::string all = AnswerOf(journal).DebugString();
    std::vector<std::string> found;
    for (const char* one : {"Vicarage", "Jasmine", "Rose", "100000000003", "R77"}) {
      if (all.find(one) != std::string::npos) found.emplace_back(one);
    }
    return found;
  };
  EXPECT_THAT(shown("refuge", "{handling: protected_address, label: refuge}"), IsEmpty());
  EXPECT_THAT(shown("refuge", "{handling: protected_address}"), IsEmpty());
  EXPECT_THAT(shown("child-a", "{handling: protected_address, label: child-a}"),
              ElementsAre("Vicarage", "Jasmine", "Rose", "R77"))
      << "a child's names are the child's";
  EXPECT_THAT(shown("refuge", "{handling: protected_address, label: child-a}"),
              ElementsAre("Vicarage", "Jasmine", "Rose", "100000000003", "R77"));
}

TEST(Answer, WhereOneWhoOnlyInformsLivesIsShownToTheirOwnAgencyAlone) {
  WrittenJournal journal;
  v1::Contact contact = AtTheRefuge("W1", "");
  v1::Contact::Subject& caller = *contact.mutable_subjects(1);
  caller.set_person_kind("adult");
  caller.set_roles(0, "informant");
  contact.mutable_subjects(0)->mutable_demographics()->clear_address();
  journal.Place("refuge", contact, {kA});
  EXPECT_EQ(AnswerOf(journal).DebugString().find("Hidden Lane"), std::string::npos);
  Query own;
  own.lens = v1::LENS_AGENCY;
  own.agency = "refuge";
  EXPECT_NE(AnswerOf(journal, own).DebugString().find("Hidden Lane"), std::string::npos);
}

// That it should have been marked is known by the correction alone: by it the address is masked
// wherever others name it.
TEST(Answer, AMarkThatACorrectionAddsProtectsTheAddress) {
  for (const char* label : {"child-a", "replaces/child-a"}) {
    WrittenJournal journal;
    journal.Place("refuge", AtTheRefuge("W1", ""), {kA});
    const Millis now = journal.records().back().envelope.placed_ms();
    EXPECT_FALSE(IsProtected(*ReadPerson(journal.reads(), PersonOf('a')), now));
    v1::Contact correction = Made("W2", "contact_corrected", "{of: refuge W1, why: w}");
    *correction.mutable_contact_corrected()->mutable_replaces() =
        AtTheRefuge("W1", "{handling: protected_address, label: child-a}");
    journal.Place("refuge", correction, {{'a', label}});
    EXPECT_TRUE(IsProtected(*ReadPerson(journal.reads(), PersonOf('a')), now)) << label;
  }
}

TEST(Answer, AProtectedHouseholdsOwnPageDoesNotSayWhereItIs) {
  WrittenJournal journal;
  v1::Contact contact = AtTheRefuge("W1", "{handling: protected_address, label: refuge}");
  journal.Place("refuge", contact, {{'a', "refuge", "subject", "household", {"household"}}},
                [](v1::Placed& placed) {
                  placed.mutable_to(0)->add_handling("protected_address");
                  v1::PersonMade& made = *placed.add_made();
                  made.set_person(placed.to(0).person());
                  made.set_person_kind("household");
                  made.add_references()->set_scheme("uprn");
                  made.mutable_references(0)->set_value("100000000002");
                });
  const v1::ChronologyAnswer answer = AnswerOf(journal);
  EXPECT_EQ(answer.person().person_kind(), "household");
  EXPECT_THAT(answer.person().references(), IsEmpty());
}

TEST(Answer, AHouseholdsPageSaysWhereItIsOnceItsMarkWasLifted) {
  WrittenJournal journal;
  const WrittenJournal::On refuge{'a', "refuge", "subject", "household", {"household"}};
  journal.Place("housing", AtTheRefuge("T1", ""), {refuge}, [](v1::Placed& placed) {
    v1::PersonMade& made = *placed.add_made();
    made.set_person(placed.to(0).person());
    made.set_person_kind("household");
    made.add_references()->set_scheme("uprn");
    made.mutable_references(0)->set_value("100000000002");
  });
  const auto placed_last = [&] { return journal.records().back().envelope.placed_ms(); };
  std::vector<Millis> instants = {placed_last()};
  const auto shown = [&] {
    std::vector<bool> all;
    for (const Millis at : instants) {
      Query query;
      query.as_known_at = at;
      all.push_back(AnswerOf(journal, query).person().references_size() == 1);
    }
    all.push_back(AnswerOf(journal).person().references_size() == 1);
    return all;
  };
  const auto mark = [&](std::string_view id, const std::string& recorded) {
    v1::Contact contact = AtTheRefuge(id, "{handling: protected_address, label: refuge}");
    contact.mutable_recorded()->set_at(recorded);
    journal.Place("refuge", contact, {refuge}, [](v1::Placed& placed) {
      placed.mutable_to(0)->add_handling("protected_address");
    });
    instants.push_back(placed_last());
  };
  EXPECT_THAT(shown(), ElementsAre(true, true));
  mark("W1", "2026-01-05T09:00");
  EXPECT_FALSE(shown().back());
  EXPECT_FALSE(shown().at(1));

  const auto set = [&](std::string_view id, const std::string& recorded, std::string_view state) {
    v1::Contact contact = AtTheRefuge(id, "");
    contact.mutable_recorded()->set_at(recorded);
    v1::HandlingSet& said = *contact.mutable_handling_set();
    said.set_label("refuge");
    said.set_mark("protected_address");
    said.set_state(std::string(state));
    journal.Place("refuge", contact, {refuge});
    instants.push_back(placed_last());
  };
  set("W2", "2026-01-05T10:00", "lifted");
  EXPECT_THAT(shown(), ElementsAre(true, true, true, true))
      << "known before, during and after; everything";
  mark("W3", "2026-01-05T09:30");
  EXPECT_TRUE(shown().back()) << "written down before it was lifted";
  mark("W4", "2026-01-05T11:00");
  EXPECT_FALSE(shown().back()) << "and marked again";
  set("W5", "2026-01-05T12:00", "lifted");
  EXPECT_TRUE(shown().back());
  set("W6", "2026-01-05T13:00", "set");
  EXPECT_FALSE(shown().back()) << "set again by handling_set: every mark counts";
}

TEST(Answer, AsKnownAtShowsReferencesOfThen) {
  WrittenJournal journal;
  const auto with = [](const std::string& value) {
    return [value](v1::Placed& placed) {
      v1::PersonMade& named = *placed.add_also_named();
      named.set_person(std::string(PersonOf('a').Raw()));
      v1::ScopedReference& reference = *named.add_references();
      reference.set_scheme("local-id");
      reference.set_value(value);
      reference.set_scope("gp");
    };
  };
  journal.Place("gp", Made("N1", "concern_noted", "{told_to: gp}"), {kA}, with("one"));
  const Millis then = journal.records().back().envelope.placed_ms();
  journal.Place("gp", Made("N2", "concern_noted", "{told_to: gp}"), {kA}, with("two"));
  EXPECT_EQ(AnswerOf(journal).person().references_size(), 2);
  const v1::ChronologyAnswer answer = AnswerOf(journal, {then, v1::LENS_SHARED, std::nullopt});
  EXPECT_EQ(answer.hidden_later(), 1U);
  ASSERT_EQ(answer.person().references_size(), 1);
  EXPECT_EQ(answer.person().references(0).value(), "one");
}

v1::Contact WithNumber(const std::string& id) {
  v1::Contact contact = Made(id, "concern_noted", "{told_to: gp}");
  v1::Reference& reference = *contact.mutable_subjects(0)->mutable_references(0);
  reference.set_scheme("nhs-number");
  reference.set_value("943 476 5919");
  return contact;
}

void Numbers(v1::Placed& placed) {
  v1::PersonMade& named = *placed.add_also_named();
  named.set_person(std::string(PersonOf('a').Raw()));
  named.add_references()->set_scheme("nhs-number");
  named.mutable_references(0)->set_value("9434765919");
}

// What a contact said of somebody that was not about them.
TEST(Answer, ANumberGoesWithTheContactsThatGaveIt) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", WithNumber("N1"), {kA}, Numbers);
  const Millis then = journal.records().back().envelope.placed_ms();
  const Seq second = journal.Place("school", WithNumber("S1"), {kA});
  journal.Withdraw('a', first, "wrong_person");
  EXPECT_EQ(AnswerOf(journal).person().references_size(), 1) << "the second says it too";
  journal.Withdraw('a', second, "wrong_person");
  EXPECT_THAT(AnswerOf(journal).person().references(), IsEmpty());
  const v1::ChronologyAnswer before = AnswerOf(journal, {then, v1::LENS_SHARED, std::nullopt});
  EXPECT_EQ(before.person().references_size(), 1);
}

// Through the recorded lens it stands nowhere: neither its number shows, nor is it one that became
// known later.
TEST(Answer, ThroughTheRecordedLensNothingIsLeftOfAContactOfAWrongPerson) {
  WrittenJournal journal;
  const Seq wrong = journal.Place("gp", WithNumber("N1"), {kA}, Numbers);
  journal.Place("gp", Made("N2", "concern_noted", "{told_to: gp}"), {kA});
  journal.Withdraw('a', wrong, "wrong_person");
  for (const std::optional<Millis> at :
       {std::optional(At("2026-02-01")), std::optional<Millis>()}) {
    const v1::ChronologyAnswer answer = AnswerOf(journal, {at, v1::LENS_RECORDED, std::nullopt});
    EXPECT_EQ(answer.entries_size(), 1);
    EXPECT_THAT(answer.person().references(), IsEmpty());
    EXPECT_EQ(answer.hidden_later(), 0U);
  }
  const v1::ChronologyAnswer before =
      AnswerOf(journal, {At("2026-01-01"), v1::LENS_RECORDED, std::nullopt});
  EXPECT_EQ(before.hidden_later(), 1U) << "the other is";
}

// What was warned of when it came is not what is so now.
TEST(Answer, ThatALinkIsNotKnownYetIsSaidUntilItIs) {
  WrittenJournal journal;
  journal.Place("gp",
                Made("N1", "concern_noted", "{told_to: gp}", "links: [{follows: police DA-1}]"),
                {kA}, [](v1::Placed& placed) {
                  for (const char* text : {"not known yet: joined when it comes", "another"}) {
                    v1::Warning& warning = *placed.add_warnings();
                    warning.set_field("links[0].target");
                    warning.set_text(text);
                  }
                });
  const Millis then = journal.records().back().envelope.placed_ms();
  EXPECT_EQ(AnswerOf(journal).entries(0).warnings_size(), 2);
  journal.Place("police", Made("DA-1", "concern_noted", "{told_to: gp}"), {kA});
  const auto warnings = [&](const Query& query) {
    std::vector<std::string> texts;
    const v1::ChronologyAnswer answer = AnswerOf(journal, query);
    for (const v1::ChronologyEntry& entry : answer.entries()) {
      for (const v1::Warning& warning : entry.warnings()) texts.push_back(warning.text());
    }
    return texts;
  };
  EXPECT_THAT(warnings({}), ElementsAre("another"));
  EXPECT_EQ(warnings({then, v1::LENS_SHARED, std::nullopt}).size(), 2U);
}

// A correction may link to something else, or to nothing: the warning is of the links as they came.
TEST(Answer, ThatALinkIsNotKnownYetIsSaidOfTheLinkAsItCame) {
  WrittenJournal journal;
  const v1::Contact first =
      Made("N1", "concern_noted", "{told_to: gp}", "links: [{follows: police DA-1}]");
  journal.Place("gp", first, {kA}, [](v1::Placed& placed) {
    v1::Warning& warning = *placed.add_warnings();
    warning.set_field("links[0].target");
    warning.set_text("not known yet: joined when it comes");
  });
  journal.Place("gp", Made("N0", "concern_noted", "{told_to: gp}", "", "2026-01-05"), {kA});
  v1::Contact correction =
      Made("N2", "contact_corrected", "{of: N1, why: it followed the other one}");
  *correction.mutable_contact_corrected()->mutable_replaces() =
      Made("N1", "concern_noted", "{told_to: gp}", "links: [{follows: N0}]");
  journal.Place("gp", correction, {kA});
  EXPECT_EQ(AnswerOf(journal).entries(0).warnings_size(), 1);
  journal.Place("police", Made("DA-1", "concern_noted", "{told_to: gp}", "", "2026-01-05"), {kA});
  EXPECT_EQ(AnswerOf(journal).entries(0).warnings_size(), 0);
}

// The shape that --json promises: a change here breaks whoever reads it.
TEST(Answer, AsJson) {
  WrittenJournal journal;
  journal.Place("gp", Made("N1", "concern_noted", "{told_to: gp}"), {kA});
  v1::ChronologyAnswer answer = AnswerOf(journal);
  answer.mutable_entries(0)->clear_contact();
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(answer, &json, options).ok());
  EXPECT_EQ(json,
            "{\"person\":{\"person\":\"61616161616161616161616161616161\",\"person_kind\":"
            "\"child\",\"entries\":\"1\",\"first_seq\":\"1\",\"last_seq\":\"1\"},"
            "\"lens\":\"LENS_SHARED\",\"seq\":\"1\",\"entries\":[{\"seq\":\"1\",\"agency\":\"gp\","
            "\"contact_id\":\"N1\",\"kind\":\"concern_noted\",\"occurred\":{\"precision\":"
            "\"PRECISION_DAY\",\"at\":\"2026-01-04\"},\"occurred_text\":\"2026-01-04\","
            "\"earliest\":\"2026-01-04T00:00:00.000Z\",\"latest\":\"2026-01-04T23:59:59.999Z\","
            "\"recorded\":\"2026-01-05T08:00:00.000Z\",\"received\":\"2026-01-05T08:59:59.000Z\","
            "\"placed\":\"2026-01-05T09:00:00.000Z\",\"known\":\"2026-01-05T09:00:00.000Z\","
            "\"known_seq\":\"1\",\"label\":\"child-a\",\"roles\":[\"subject_child\"],"
            "\"why\":\"subject\",\"counts\":true}]}");
}

}  // namespace
}  // namespace throughline::chronology
