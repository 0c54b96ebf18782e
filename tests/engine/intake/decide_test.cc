#include "engine/intake/decide.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/bytes.h"
#include "engine/contact/feed_headers.h"
#include "tests/engine/intake/bench.h"

namespace throughline::intake {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<std::string> WarningsOf(const v1::Decision& decision) {
  std::vector<std::string> all;
  for (const auto& warning : decision.placed().warnings()) {
    all.push_back(warning.field() + ": " + warning.text());
  }
  return all;
}

TEST(DecideTest, AContactIsPlacedWithItsBytesAsReceived) {
  Bench bench;
  log::Message message = Published(About("C-1", "12"));
  v1::Decision decision = bench.Take("police", message);
  ASSERT_TRUE(decision.has_placed());
  EXPECT_EQ(decision.placed().agency(), "police");
  EXPECT_EQ(decision.placed().contact_id(), "C-1");
  EXPECT_EQ(decision.placed().kind(), "conversation");
  EXPECT_EQ(decision.placed().contact_sha256(), Sha256(message.value));
  EXPECT_FALSE(decision.placed().history());
  ASSERT_THAT(bench.last.draft->contacts, SizeIs(1));
  EXPECT_EQ(bench.last.draft->contacts[0], message.value);
  EXPECT_EQ(bench.last.draft->feed, "throughline.contacts.police");
  EXPECT_FALSE(bench.last.dead_letter.has_value());
}

TEST(DecideTest, TheSameBytesAgainAreDroppedWithoutARecord) {
  Bench bench;
  bench.Take("police", About("C-1", "12"));
  Decided again = bench.Decide("police", Published(About("C-1", "12")));
  EXPECT_FALSE(again.draft.has_value());
  EXPECT_FALSE(again.dead_letter.has_value());
}

TEST(DecideTest, TheSameIdWithOtherBytesIsAConflictAndTheFirstStands) {
  Bench bench;
  Seq first = bench.next_seq();
  bench.Take("police", About("C-1", "12"));
  v1::Decision decision = bench.Take("police", About("C-1", "13"));
  ASSERT_TRUE(decision.has_conflict());
  EXPECT_EQ(decision.conflict().agency(), "police");
  EXPECT_EQ(decision.conflict().contact_id(), "C-1");
  EXPECT_EQ(decision.conflict().first(), first);
  ASSERT_TRUE(bench.last.dead_letter.has_value());
  EXPECT_THAT(bench.last.dead_letter->faults(0).text(), HasSubstr("contact_corrected"));
  // The first stands: it is still a repeat of itself.
  EXPECT_FALSE(bench.Decide("police", Published(About("C-1", "12"))).draft.has_value());
}

TEST(DecideTest, IdsOfDifferentAgenciesAreApart) {
  Bench bench;
  bench.Take("police", About("C-1", "12"));
  EXPECT_TRUE(bench.Take("health", About("C-1", "12")).has_placed());
}

TEST(DecideTest, ARefusedContactCanBeSentAgainOnceItIsMended) {
  Bench bench;
  v1::Contact contact = About("C-1", "12");
  contact.clear_author();
  EXPECT_TRUE(bench.Take("police", contact).has_refused());
  EXPECT_TRUE(bench.Take("police", contact).has_refused()) << "no repeat: it was never taken";
  EXPECT_TRUE(bench.Take("police", About("C-1", "12")).has_placed());
}

struct Refusal {
  const char* name;
  std::function<log::Message()> message;
  const char* field;
  const char* text;
};

class RefusalTest : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusalTest, GoesToTheDeadLettersWithItsFault) {
  Bench bench;
  log::Message message = GetParam().message();
  v1::Decision decision = bench.Take("police", message);
  ASSERT_TRUE(decision.has_refused());
  EXPECT_EQ(decision.refused().agency(), "police");
  EXPECT_THAT(decision.refused().reason(), HasSubstr(GetParam().text));
  EXPECT_THAT(bench.last.draft->contacts, IsEmpty());
  ASSERT_TRUE(bench.last.dead_letter.has_value());
  const v1::DeadLetter& letter = *bench.last.dead_letter;
  EXPECT_EQ(letter.original(), message.value);
  EXPECT_EQ(letter.topic(), "throughline.contacts.police");
  EXPECT_EQ(letter.appended_ms(), kMonday);
  ASSERT_GE(letter.faults_size(), 1);
  EXPECT_EQ(letter.faults(0).field(), GetParam().field);
  EXPECT_THAT(letter.faults(0).text(), HasSubstr(GetParam().text));
}

log::Message Changed(const std::function<void(v1::Contact&)>& change) {
  v1::Contact contact = About("C-1", "12");
  change(contact);
  return Published(contact);
}

log::Message Headed(std::string_view key, std::string value) {
  log::Message message = Published(About("C-1", "12"));
  message.headers.push_back({std::string(key), std::move(value)});
  return message;
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusalTest,
    ::testing::Values(
        Refusal{"NotAContact",
                [] {
                  return log::Message{"", "\xff\xff\xff not protobuf", {}};
                },
                "", ""},
        Refusal{"Empty", [] { return log::Message{}; }, "contact_id", "missing"},
        Refusal{"TooLong",
                [] {
                  return log::Message{"", std::string(kMaxTakenBytes + 1, 'x'), {}};
                },
                "", "bytes; at most"},
        Refusal{"WithoutId", [] { return Changed([](auto& c) { c.clear_contact_id(); }); },
                "contact_id", "missing"},
        Refusal{"WithoutKind", [] { return Changed([](auto& c) { c.clear_detail(); }); }, "detail",
                "missing"},
        Refusal{"WithoutSubjects", [] { return Changed([](auto& c) { c.clear_subjects(); }); },
                "subjects", "missing"},
        Refusal{"OnlyReferenceFailsItsCheck",
                [] {
                  return Changed([](auto& c) {
                    auto& reference = *c.mutable_subjects(0)->mutable_references(0);
                    reference.set_scheme("nhs-number");
                    reference.set_value("943 476 5910");
                  });
                },
                "subjects[0].references[0].value", "NHS number"},
        Refusal{"AttestedKind",
                [] {
                  return Changed([](auto& c) {
                    c.mutable_alert_seen()->set_alert("a");
                    c.clear_subjects();
                  });
                },
                "detail", "attests"},
        Refusal{"StatesAnotherAgency", [] { return Headed(contact::kAgencyHeader, "health"); }, "",
                "not that of its topic"},
        Refusal{"ImportWithoutAName", [] { return Headed(contact::kImportHeader, ""); }, "",
                "import"},
        Refusal{"ImportNotText", [] { return Headed(contact::kImportHeader, "\xff\xfe"); }, "",
                "import"}),
    [](const auto& test) { return test.param.name; });

TEST(DecideTest, AllFaultsAreReportedAtOnce) {
  Bench bench;
  v1::Contact contact = About("C-1", "12");
  contact.clear_author();
  contact.clear_source();
  contact.clear_occurred();
  bench.Take("police", contact);
  EXPECT_GE(bench.last.dead_letter->faults_size(), 3);
  EXPECT_EQ(bench.last.dead_letter->contact_id(), "C-1");
}

TEST(DecideTest, FaultsHoldNoValueOfTheContact) {
  Bench bench;
  v1::Contact contact = About("C-1", "12");
  auto& reference = *contact.mutable_subjects(0)->mutable_references(0);
  reference.set_scheme("nhs-number");
  reference.set_value("943 476 5910");
  v1::Decision decision = bench.Take("police", contact);
  EXPECT_EQ(decision.DebugString().find("5910"), std::string::npos);
  for (const auto& fault : bench.last.dead_letter->faults()) {
    EXPECT_EQ(fault.DebugString().find("5910"), std::string::npos);
  }
}

TEST(DecideTest, AFeedThatAttestsStatesTheAgency) {
  Bench bench;
  log::Message message = Published(About("C-1", "12"));
  message.headers.push_back({std::string(contact::kAgencyHeader), "health"});
  v1::Decision decision = bench.Take("desk", message);
  ASSERT_TRUE(decision.has_placed());
  EXPECT_EQ(decision.placed().agency(), "health");
  // It is the agency's contact: the agency's own feed cannot use the id for another.
  EXPECT_TRUE(bench.Take("health", About("C-1", "13")).has_conflict());
}

TEST(DecideTest, AFeedThatAttestsStatesAnAgencyByName) {
  Bench bench;
  log::Message message = Published(About("C-1", "12"));
  message.headers.push_back({std::string(contact::kAgencyHeader), "Not A Name"});
  v1::Decision decision = bench.Take("desk", message);
  ASSERT_TRUE(decision.has_refused());
  EXPECT_EQ(decision.refused().agency(), "desk");
}

TEST(DecideTest, OnesOwnAgencyMayBeStated) {
  Bench bench;
  log::Message message = Published(About("C-1", "12"));
  message.headers.push_back({std::string(contact::kAgencyHeader), "police"});
  EXPECT_TRUE(bench.Take("police", message).has_placed());
}

TEST(DecideTest, HistoryAndImportComeFromTheHeaders) {
  Bench bench;
  log::Message message = Published(About("C-1", "12"));
  message.headers.push_back({std::string(contact::kImportHeader), "review of 2013"});
  message.headers.push_back({std::string(contact::kHistoryHeader), "yes"});
  v1::Decision decision = bench.Take("police", message);
  EXPECT_TRUE(decision.placed().history());
  EXPECT_EQ(decision.placed().import(), "review of 2013");
}

TEST(DecideTest, TheValidatorsWarningsStayOnTheContact) {
  Bench bench;
  v1::Contact contact = About("C-1", "12");
  contact.mutable_author()->clear_team();
  EXPECT_THAT(WarningsOf(bench.Take("police", contact)), Contains(HasSubstr("author.team")));
}

TEST(DecideTest, ARecipientThatIsNotOnTheSystemIsAWarning) {
  Bench bench;
  v1::Contact contact = About("C-1", "12");
  for (const char* agency : {"health", "ambulance"}) {
    v1::Contact::Sharing& sharing = *contact.add_sharing();
    sharing.mutable_recipient()->set_agency(agency);
    sharing.set_expectation("act");
  }
  auto warnings = WarningsOf(bench.Take("police", contact));
  EXPECT_THAT(warnings, Contains(HasSubstr("sharing[1].recipient: not on the system")));
  EXPECT_THAT(warnings, Not(Contains(HasSubstr("sharing[0].recipient: not on the system"))));
}

TEST(DecideTest, ALongListOfWarningsIsCutAndCounted) {
  Bench bench;
  v1::Contact contact = About("C-1", "12");
  for (int i = 0; i < 400; ++i) contact.add_statements();
  v1::Decision decision = bench.Take("police", contact);
  ASSERT_TRUE(decision.has_placed());
  EXPECT_LE(decision.placed().warnings_size(), static_cast<int>(kMaxWarnings) + 1);
  const auto& last = decision.placed().warnings(decision.placed().warnings_size() - 1);
  EXPECT_THAT(last.text(), HasSubstr("more warnings"));
}

TEST(DecideTest, AContactAsLongAsIsTakenFitsTheJournal) {
  Bench bench;
  v1::Contact contact = About("C-1", "12");
  std::size_t room = kMaxTakenBytes - contact.ByteSizeLong() - 16;
  contact.set_context_note(std::string(room, 'x'));
  ASSERT_LE(contact.ByteSizeLong(), kMaxTakenBytes);
  ASSERT_TRUE(bench.Take("police", contact).has_placed());
  EXPECT_LE(StoredBytes(*bench.last.draft), log::kMaxValueBytes);
}

TEST(DecideTest, WhatStandsOnManyWithLongReferencesMayNotFitTheJournal) {
  Bench bench;
  v1::Contact contact = Envelope("C-1");
  contact.mutable_conversation()->set_started_by("professional");
  for (int i = 0; i < 45; ++i) {
    auto& subject = AddSubject(contact, {fmt::format("s{}", i), "child", "subject_child"});
    v1::Reference& reference = *subject.add_references();
    reference.set_scheme("local-id");
    reference.set_value(std::string(12000, static_cast<char>('a' + i % 26)) + std::to_string(i));
  }
  v1::Decision decision = bench.Take("police", contact);
  ASSERT_TRUE(decision.has_refused());
  EXPECT_THAT(decision.refused().reason(), HasSubstr("too long for one record"));
}

TEST(DecideTest, AnErasedContactIsRefusedWhenItIsPublishedAgain) {
  Bench bench;
  bench.Take("police", About("C-1", "12"));
  log::Draft erased;
  erased.decision.mutable_erased()->add_contact_keys(ContactKey("police", "C-1"));
  bench.Apply(erased);
  v1::Decision decision = bench.Take("police", About("C-1", "12"));
  ASSERT_TRUE(decision.has_refused());
  EXPECT_THAT(decision.refused().reason(), HasSubstr("erased"));
}

TEST(DecideTest, TheSameInputGivesTheSameDecision) {
  Bench a;
  Bench b;
  log::Message message = Published(About("C-1", "12"));
  EXPECT_EQ(a.Decide("police", message).draft->decision.SerializeAsString(),
            b.Decide("police", message).draft->decision.SerializeAsString());
}

TEST(DecideTest, ADeadLettersHeadersAreBounded) {
  Bench bench;
  log::Message message{"key", "not a contact\xff", {{"small", "1"}}};
  message.headers.push_back({"huge", std::string(log::kMaxOverheadBytes, 'x')});
  bench.Take("police", message);
  EXPECT_EQ(bench.last.dead_letter->key(), "key");
  ASSERT_EQ(bench.last.dead_letter->headers_size(), 1);
  EXPECT_EQ(bench.last.dead_letter->headers(0).key(), "small");
  EXPECT_EQ(bench.last.dead_letter->more_headers(), 1U);
}

}  // namespace
}  // namespace throughline::intake
