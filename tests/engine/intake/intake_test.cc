#include "engine/intake/intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <random>
#include <thread>

#include "engine/intake/dead_letters.h"
#include "tests/engine/intake/rig.h"
#include "tests/engine/projection/scratch.h"

namespace throughline::intake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(InitTest, AJournalIsOpenedOnce) {
  Rig rig;
  auto journal = rig.Journal();
  ASSERT_THAT(journal, SizeIs(2));
  EXPECT_EQ(journal[0].decision.opened().partnership(), "Testshire");
  EXPECT_EQ(journal[0].decision.opened().generation(), 1U);
  EXPECT_EQ(journal[1].decision.feed_activated().topic(), "throughline.contacts.operator");
  EXPECT_TRUE(journal[1].decision.feed_activated().attests());
  auto again = Init(rig.log, rig.clock, {.partnership = "Other"});
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, Code::kExists);
}

TEST(InitTest, WhatCannotBeOpened) {
  ManualClock clock(kMonday);
  log::MemoryLog log(clock);
  for (const Opening& opening :
       {Opening{.partnership = ""}, Opening{.partnership = "T", .tick_interval = 10},
        Opening{.partnership = "T", .tick_interval = 2 * kDay},
        Opening{.partnership = "T", .operator_agency = "The Operator"}}) {
    auto opened = Init(log, clock, opening);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, Code::kInvalid);
  }
}

TEST(InitTest, IntakeNeedsAnOpenedJournal) {
  ManualClock clock(kMonday);
  log::MemoryLog log(clock);
  Settings settings;
  settings.compile_policy = ToyCompiler;
  auto intake = Intake::Open(log, clock, settings);
  ASSERT_FALSE(intake.has_value());
  EXPECT_EQ(intake.error().code, Code::kNotFound);
}

TEST(IntakeTest, ItTakesOverAndPlacesWhatIsPublished) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  std::int64_t offset = rig.Publish("police", About("C-1", "12"));
  StepReport report = rig.Drain(*intake);
  EXPECT_EQ(report.role, Role::kWriter);
  EXPECT_EQ(report.placed, 1U);
  auto placed = rig.Placed();
  ASSERT_THAT(placed, SizeIs(1));
  EXPECT_EQ(placed[0].envelope.feed(), "throughline.contacts.police");
  EXPECT_EQ(placed[0].envelope.feed_offset(), offset);
  EXPECT_EQ(placed[0].envelope.received_ms(), kMonday);
  ASSERT_THAT(placed[0].contacts, SizeIs(1));
  EXPECT_EQ(placed[0].contacts[0].content, About("C-1", "12").SerializeAsString());
}

TEST(IntakeTest, TheSecondContactOfABatchSeesThePersonThatTheFirstMade) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  rig.Publish("police", About("C-1", "12"));
  rig.Publish("police", About("C-2", "12"));
  rig.Publish("police", About("C-1", "12"));
  auto report = intake->Step();
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->placed, 2U) << "one batch";
  EXPECT_EQ(report->repeats, 1U);
  auto placed = rig.Placed();
  ASSERT_THAT(placed, SizeIs(2));
  EXPECT_THAT(placed[0].decision.placed().made(), SizeIs(1));
  EXPECT_THAT(placed[1].decision.placed().made(), IsEmpty());
  EXPECT_EQ(placed[0].decision.placed().to(0).person(), placed[1].decision.placed().to(0).person());
}

TEST(IntakeTest, OneFeedsBacklogDoesNotKeepAnotherWaiting) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police", "health"});
  for (int i = 0; i < 5000; ++i) rig.Publish("police", About(fmt::format("C-{}", i), "12"));
  rig.Publish("health", About("H-1", "1"));
  auto report = intake->Step();
  ASSERT_TRUE(report.has_value());
  auto placed = rig.Placed();
  bool taken = false;
  for (const auto& record : placed) taken |= record.decision.placed().agency() == "health";
  EXPECT_TRUE(taken) << "in the first batch";
  EXPECT_LE(placed.size(), 2000U);
  rig.Drain(*intake);
  EXPECT_THAT(rig.Placed(), SizeIs(5001));
}

TEST(IntakeTest, ABatchIsBoundedInBytes) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  for (int i = 0; i < 12; ++i) {
    v1::Contact contact = About(fmt::format("C-{}", i), "12");
    contact.set_context_note(std::string(900000, 'x'));
    rig.Publish("police", contact);
  }
  auto report = intake->Step();
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->placed, 4U);
  rig.Drain(*intake);
  EXPECT_THAT(rig.Placed(), SizeIs(12));
}

TEST(IntakeTest, WhatCannotBeReadGoesToTheDeadLettersAndTheNextIsTaken) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  std::mt19937 random(20261116);
  for (int i = 0; i < 300; ++i) {
    std::string bytes(random() % 400, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    rig.Publish("police", log::Message{"", bytes, {}});
  }
  rig.Publish("police", log::Message{"", std::string(log::kMaxValueBytes, 'x'), {}});
  rig.Publish("police", About("C-1", "12"));
  StepReport report = rig.Drain(*intake);
  EXPECT_EQ(report.refused, 301U);
  EXPECT_EQ(report.placed, 1U);
  auto letters = ListDeadLetters(rig.log, 1000);
  ASSERT_TRUE(letters.has_value());
  ASSERT_THAT(*letters, SizeIs(301));
  EXPECT_EQ(letters->back().letter.original(), std::string(log::kMaxValueBytes, 'x'));
  for (const auto& record : rig.Journal()) {
    if (!record.decision.has_refused()) continue;
    EXPECT_TRUE(ShowDeadLetter(rig.log, record.decision.refused().dead_letter()).has_value());
  }
}

TEST(IntakeTest, WhatIsMendedCanBeSentAgain) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  v1::Contact policy = Envelope("P-1");
  policy.mutable_policy_activated()->set_policy("starter");
  policy.mutable_policy_activated()->set_version("1");
  policy.mutable_policy_activated()->set_content("broken");
  policy.mutable_policy_activated()->set_state("active");
  rig.Publish("operator", policy);
  EXPECT_EQ(rig.Drain(*intake).refused, 1U);

  Settings mended = rig.With();
  mended.compile_policy = [](std::string_view) { return ToyCompiler("starter 1"); };
  intake = rig.Open(mended);
  auto sent = ResendDeadLetters(rig.log, [](const StoredDeadLetter&) { return true; });
  ASSERT_TRUE(sent.has_value());
  EXPECT_EQ(*sent, 1U);
  rig.Drain(*intake);
  EXPECT_TRUE(rig.Journal().back().decision.has_policy_activated());
}

TEST(IntakeTest, AFeedIsReadFromItsActivationOnAndNotBefore) {
  Rig rig;
  auto intake = rig.Open();
  ASSERT_TRUE(rig.log.Create(log::FeedTopic("police")).has_value());
  rig.Publish("police", About("C-1", "12"));
  EXPECT_EQ(rig.Drain(*intake).placed, 0U);
  EXPECT_THAT(intake->GetStatus().not_activated, ElementsAre("throughline.contacts.police"));
  rig.Publish("operator", FeedContact("F-1", "police"));
  EXPECT_EQ(rig.Drain(*intake).placed, 1U);
  EXPECT_THAT(intake->GetStatus().not_activated, IsEmpty());
}

TEST(IntakeTest, AClosedFeedIsReadNoMore) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  v1::Contact close = FeedContact("F-2", "police");
  close.mutable_feed_activated()->set_state("closed");
  rig.Publish("operator", close);
  rig.Drain(*intake);
  rig.Publish("police", About("C-1", "12"));
  EXPECT_EQ(rig.Drain(*intake).placed, 0U);
  rig.Publish("operator", FeedContact("F-3", "police"));
  EXPECT_EQ(rig.Drain(*intake).placed, 1U) << "and goes on where it stood";
}

TEST(IntakeTest, ActivatingAFeedMakesItsTopic) {
  Rig rig;
  auto intake = rig.Open();
  rig.Publish("operator", FeedContact("F-1", "ambulance"));
  rig.Drain(*intake);
  EXPECT_TRUE(rig.log.End(log::FeedTopic("ambulance")).has_value());
}

TEST(IntakeTest, WaitingContactsAreBroughtRightAfterWhatTheyWaitedFor) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police", "health"});
  rig.Publish("health", Answer("H-1", "police", "C-1"));
  v1::Contact masked = Answer("H-2", "police", "C-1");
  masked.add_handling()->set_handling("court_restricted");
  rig.Publish("health", masked);
  rig.Drain(*intake);
  rig.Publish("police", About("C-1", "12"));
  rig.Publish("police", About("C-2", "13"));
  rig.Drain(*intake);
  auto journal = rig.Journal();
  std::size_t at = 0;
  while (journal[at].decision.placed().contact_id() != "C-1") ++at;
  ASSERT_TRUE(journal[at + 1].decision.has_placed_because());
  const v1::PlacedBecause& brought = journal[at + 1].decision.placed_because();
  EXPECT_EQ(brought.because(), journal[at].seq());
  EXPECT_EQ(brought.part(), 1U);
  EXPECT_EQ(brought.of(), 1U);
  ASSERT_THAT(brought.contacts(), SizeIs(2));
  EXPECT_EQ(brought.contacts(0).contact_id(), "H-1");
  EXPECT_EQ(brought.contacts(0).agency(), "health");
  EXPECT_EQ(brought.contacts(0).kind(), "handover_received");
  EXPECT_EQ(brought.contacts(0).received_ms(), kMonday);
  ASSERT_THAT(journal[at + 1].contacts, SizeIs(2));
  EXPECT_EQ(journal[at + 1].contacts[1].content, masked.SerializeAsString());
  EXPECT_THAT(brought.contacts(0).to(0).handling(), IsEmpty());
  EXPECT_THAT(brought.contacts(1).to(0).handling(), ElementsAre("court_restricted"));
  EXPECT_EQ(journal[at + 2].decision.placed().contact_id(), "C-2");
}

TEST(IntakeTest, WhatIsBroughtBearsItsOwnBytesHoweverFarApartItWasPlaced) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police", "health"});
  std::vector<std::string> answers;
  int others = 0;
  for (const int between : {0, 0, 3, 63, 64, 65, 200, 0}) {
    for (int i = 0; i < between; ++i)
      rig.Publish("health", About(fmt::format("O-{}", ++others), "14"));
    v1::Contact answer = Answer(fmt::format("H-{}", answers.size()), "police", "C-1");
    answer.set_context_note(fmt::format("answer {}", answers.size()));
    answers.push_back(answer.SerializeAsString());
    rig.Publish("health", answer);
  }
  rig.Drain(*intake);
  rig.Publish("police", About("C-1", "12"));
  rig.Drain(*intake);
  auto journal = rig.Journal();
  std::size_t at = 0;
  while (!journal[at].decision.has_placed_because()) ++at;
  std::vector<std::string> brought;
  for (const auto& contact : journal[at].contacts) brought.push_back(contact.content);
  EXPECT_EQ(brought, answers);
}

TEST(IntakeTest, PartsThatAKillCutOffAreFinishedBeforeAnythingElse) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police", "health"});
  for (int i = 0; i < 12; ++i) {
    v1::Contact answer = Answer(fmt::format("H-{}", i), "police", "C-1");
    answer.set_context_note(std::string(std::size_t{200} << 10, 'x'));
    rig.Publish("health", answer);
  }
  rig.Drain(*intake);
  rig.Publish("police", About("C-1", "12"));
  ASSERT_TRUE(intake->Step().has_value());
  rig.log.FailNextAppend(5);
  auto stalled = intake->Step();
  ASSERT_TRUE(stalled.has_value());
  EXPECT_TRUE(stalled->stalled.has_value());

  rig.Publish("police", About("C-2", "13"));
  rig.clock.Set(kMonday + kMinute);
  Settings successor = rig.With();
  successor.instance = "successor";
  intake = rig.Open(successor);
  rig.Drain(*intake);
  auto journal = rig.Journal();
  std::size_t at = 0;
  while (journal[at].decision.placed().contact_id() != "C-1") ++at;
  for (std::uint32_t part = 1; part <= 12; ++part) {
    const auto& decision = journal[at + part].decision;
    ASSERT_TRUE(decision.has_placed_because()) << part;
    EXPECT_EQ(decision.placed_because().part(), part);
    EXPECT_EQ(decision.placed_because().of(), 12U);
    EXPECT_EQ(decision.placed_because().contacts(0).contact_id(), fmt::format("H-{}", part - 1));
  }
  EXPECT_TRUE(journal[at + 13].decision.has_took());
}

// The same salts in every run, so that two runs can be compared byte by byte.
log::Salt CountedSalt() {
  return [count = 0]() mutable { return fmt::format("{:016}", count++); };
}

// The decisions of a run that is killed and started again after every step, or never.
std::vector<std::string> Decisions(bool restart, const std::string& directory) {
  ManualClock clock(kMonday);
  log::MemoryLog log(clock);
  CHECK(Init(log, clock, {.partnership = "Testshire", .salt = CountedSalt()}).has_value());
  Rig rig(clock, log);
  CHECK(log.Create(log::FeedTopic("police")).has_value());
  auto intake = rig.Open(rig.With(directory));
  for (int i = 0; i < 20; ++i) {
    rig.Publish("operator", FeedContact("feed-police", "police"));
    rig.Publish("police", About(fmt::format("C-{}", i), std::to_string(i % 5)));
    rig.Publish("police", About(fmt::format("C-{}", i / 2), std::to_string(i % 7)));
    rig.Publish("police", Answer(fmt::format("A-{}", i), "police", fmt::format("C-{}", i + 3)));
    rig.Publish("police", log::Message{"", "\xff", {}});
    clock.Set(kMonday + i * 20 * kSecond);
    bool more = true;
    while (more) {
      auto report = intake->Step();
      CHECK(report.has_value());
      more = report->written > 0;
      if (!restart) continue;
      intake.reset();
      intake = rig.Open(rig.With(directory));
    }
  }
  std::vector<std::string> decisions;
  for (const auto& record : rig.Journal()) {
    decisions.push_back(record.envelope.feed() + " " +
                        std::to_string(record.envelope.feed_offset()) + " " +
                        record.decision.ShortDebugString());
  }
  return decisions;
}

TEST(IntakeTest, ARestartAtAnyPointContinuesTheSameChain) {
  auto straight = Decisions(false, {});
  EXPECT_GT(straight.size(), 60U);
  projection::Scratch scratch;
  for (const std::string& directory : {std::string(), scratch.path() + "/state"}) {
    auto restarted = Decisions(true, directory);
    ASSERT_EQ(restarted.size(), straight.size());
    for (std::size_t i = 0; i < straight.size(); ++i) ASSERT_EQ(restarted[i], straight[i]) << i;
  }
}

TEST(IntakeTest, TheStateIsTheSameFoldedLiveOrAnew) {
  Rig rig;
  projection::Scratch scratch;
  auto live = rig.Open(rig.With(scratch.path() + "/state"));
  rig.Activate(*live, {"police"});
  for (int i = 0; i < 50; ++i) {
    rig.Publish("police", About(fmt::format("C-{}", i), std::to_string(i % 5)));
    rig.Publish("police", Answer(fmt::format("A-{}", i), "police", fmt::format("C-{}", i + 2)));
    rig.Drain(*live);
  }
  auto digest = live->StateDigest();
  ASSERT_TRUE(digest.has_value());
  live.reset();
  EXPECT_EQ(rig.Open()->StateDigest().value(), *digest) << "in memory, from the first record";
  EXPECT_EQ(rig.Open(rig.With(scratch.path() + "/state"))->StateDigest().value(), *digest);
}

TEST(IntakeTest, KilledBetweenAppendAndApplyItAppliesWhatLanded) {
  for (std::size_t kept : {0U, 1U, 2U, 3U}) {
    Rig rig;
    projection::Scratch scratch;
    auto intake = rig.Open(rig.With(scratch.path() + "/state"));
    rig.Activate(*intake, {"police"});
    for (int i = 0; i < 3; ++i) rig.Publish("police", About(fmt::format("C-{}", i), "12"));
    rig.log.FailNextAppend(kept);
    auto report = intake->Step();
    ASSERT_TRUE(report.has_value());
    EXPECT_TRUE(report->stalled.has_value());
    intake.reset();
    intake = rig.Open(rig.With(scratch.path() + "/state"));
    rig.Drain(*intake);
    auto placed = rig.Placed();
    ASSERT_THAT(placed, SizeIs(3)) << "kept " << kept;
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(placed[i].decision.placed().contact_id(), fmt::format("C-{}", i));
    }
  }
}

TEST(IntakeTest, TroubleThatPassesStopsItOnceAndLosesNothing) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  rig.Publish("police", About("C-1", "12"));
  for (int i = 0; i < 3; ++i) {
    rig.log.FailNextAppend();
    auto report = intake->Step();
    ASSERT_TRUE(report.has_value());
    EXPECT_TRUE(report->stalled.has_value());
    EXPECT_THAT(intake->GetStatus().stalled, HasSubstr("append"));
  }
  EXPECT_THAT(rig.notes, ElementsAre(HasSubstr("takes no contacts")));
  EXPECT_EQ(rig.Drain(*intake).placed, 1U);
  EXPECT_THAT(rig.notes, SizeIs(2));
  EXPECT_THAT(intake->GetStatus().stalled, IsEmpty());
  EXPECT_THAT(rig.Placed(), SizeIs(1));
}

TEST(IntakeTest, TheOnlyProcessIsNoStandbyThoughItCannotWriteYet) {
  Rig rig;
  auto intake = rig.Open();
  rig.log.FailNextAppend();
  ASSERT_TRUE(intake->Step()->stalled);
  EXPECT_EQ(intake->GetStatus().role, Role::kWriter);
  EXPECT_THAT(intake->GetStatus().stalled, HasSubstr("append"));
}

TEST(IntakeTest, AJournalThatLostItsTailIsFoldedAnewAndTheFeedsAreReadAgain) {
  Rig rig;
  projection::Scratch scratch;
  auto intake = rig.Open(rig.With(scratch.path() + "/state"));
  rig.Activate(*intake, {"police"});
  for (int i = 0; i < 3; ++i) {
    rig.Publish("police", About(fmt::format("C-{}", i), "12"));
    rig.Drain(*intake);
  }
  intake.reset();
  auto end = rig.log.End("throughline.journal.g1");
  rig.log.LoseTail("throughline.journal.g1", *end - 2);
  ASSERT_THAT(rig.Placed(), SizeIs(1));
  intake = rig.Open(rig.With(scratch.path() + "/state"));
  rig.Drain(*intake);
  EXPECT_THAT(rig.Placed(), SizeIs(3));
}

TEST(IntakeTest, ADamagedStateIsThrownAwayAndFoldedAnew) {
  Rig rig;
  projection::Scratch scratch;
  std::string directory = scratch.path() + "/state";
  auto intake = rig.Open(rig.With(directory));
  rig.Activate(*intake, {"police"});
  rig.Publish("police", About("C-1", "12"));
  rig.Drain(*intake);
  auto digest = intake->StateDigest();
  intake.reset();
  bool damaged = false;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (!file.path().filename().string().starts_with("MANIFEST")) continue;
    projection::WriteFile(file.path(), "not a manifest");
    damaged = true;
  }
  ASSERT_TRUE(damaged);
  intake = rig.Open(rig.With(directory));
  EXPECT_EQ(intake->StateDigest().value(), *digest);
  rig.Publish("police", About("C-1", "12"));
  EXPECT_EQ(rig.Drain(*intake).repeats, 1U);
}

TEST(IntakeTest, ACalendarInForceSaysWhenOutOfHoursIsNotWhatItSays) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  auto publish = [&](std::string_view id) {
    v1::Contact contact = About(id, "12");
    *contact.mutable_occurred() = At("2026-11-12T11:00");
    contact.set_out_of_hours(v1::TRI_YES);
    rig.Publish("police", contact);
    rig.Drain(*intake);
    auto placed = rig.Placed();
    EXPECT_FALSE(placed.empty());
    for (const auto& warning : placed.back().decision.placed().warnings()) {
      if (warning.field() == "out_of_hours") return true;
    }
    return false;
  };
  EXPECT_FALSE(publish("C-1"));
  v1::Contact calendar = Envelope("K-1");
  v1::CalendarActivatedDetail& detail = *calendar.mutable_calendar_activated();
  detail.set_calendar("england");
  detail.set_version("2026");
  detail.set_content(
      "jurisdiction: england\nversion: 2026\nsource: gov.uk\n"
      "covers: {from: 2026-01-01, until: 2026-12-31}\nbank_holidays: [2026-12-25]\n"
      "school_terms: []\n");
  detail.set_state("active");
  rig.Publish("operator", calendar);
  rig.Drain(*intake);
  EXPECT_TRUE(publish("C-2")) << "eleven on a Thursday";
}

TEST(IntakeTest, AnotherWritersRecordsMakeItDecideAgain) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  // A second process that should not be there takes the same contact first.
  Settings other = rig.With();
  other.instance = "other";
  auto second = rig.Open(other);
  rig.Publish("police", About("C-1", "12"));
  rig.Drain(*second);
  rig.Drain(*intake);
  EXPECT_THAT(rig.Placed(), SizeIs(1));
}

TEST(IntakeTest, AStandbyLeavesTheWriterAloneAndTakesOverWhenItIsQuiet) {
  Rig rig;
  Settings settings = rig.With();
  settings.sole = false;
  settings.instance = "first";
  auto first = rig.Open(settings);
  rig.Activate(*first, {"police"});
  settings.instance = "second";
  auto second = rig.Open(settings);
  Millis now = kMonday;
  for (; now < kMonday + 10 * kMinute; now += 10 * kSecond) {
    rig.clock.Set(now);
    rig.Drain(*first);
    EXPECT_EQ(rig.Drain(*second).role, Role::kStandby);
  }
  rig.Publish("police", About("C-1", "12"));
  Millis died = now;
  while (rig.Drain(*second).role == Role::kStandby) {
    now += 10 * kSecond;
    rig.clock.Set(now);
    ASSERT_LT(now, died + 10 * kMinute);
  }
  EXPECT_GE(now, died + 2 * kMinute);
  EXPECT_THAT(rig.Placed(), SizeIs(1));
  EXPECT_EQ(rig.Drain(*first).role, Role::kStandby)
      << "it woke up and reads that another took over";
  EXPECT_EQ(second->GetStatus().writer, "second");
  // Each says so in its log, once; neither did at its start.
  EXPECT_THAT(rig.notes, ElementsAre(HasSubstr("writes the journal from here on"),
                                     HasSubstr("writes the journal from here on"),
                                     HasSubstr("this one stands by")));
}

TEST(IntakeTest, StatusSaysWhereEveryFeedStands) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  rig.Publish("police", About("C-1", "12"));
  rig.Publish("police", About("C-1", "12"));
  rig.Publish("police", About("C-1", "13"));
  rig.Publish("police", log::Message{"", "\xff", {}});
  rig.Drain(*intake);
  Status status = intake->GetStatus();
  EXPECT_EQ(status.partnership, "Testshire");
  EXPECT_EQ(status.role, Role::kWriter);
  EXPECT_EQ(status.writer, "local");
  EXPECT_EQ(status.placed, 1U);
  EXPECT_EQ(status.refused, 1U);
  EXPECT_EQ(status.conflicts, 1U);
  EXPECT_EQ(status.repeats, 1U);
  EXPECT_EQ(status.seq, rig.Journal().back().seq());
  ASSERT_THAT(status.feeds, SizeIs(2));
  const FeedStatus& police = status.feeds[1];
  EXPECT_EQ(police.agency, "police");
  EXPECT_EQ(police.position, 4);
  EXPECT_EQ(police.end, 4);
  EXPECT_EQ(police.last_received, kMonday);
  EXPECT_TRUE(police.active);
  EXPECT_EQ(police.repeats, 1U);
}

TEST(IntakeTest, ItRunsUntilItIsStopped) {
  Rig rig;
  auto intake = rig.Open();
  rig.Activate(*intake, {"police"});
  std::jthread thread(
      [&](const std::stop_token& stop) { EXPECT_TRUE(intake->Run(stop).has_value()); });
  for (int i = 0; i < 100; ++i) rig.Publish("police", About(fmt::format("C-{}", i), "12"));
  auto reader = log::JournalReader::Open(rig.log, "throughline.journal.g1", {}, rig.clock, {});
  ASSERT_TRUE(reader.has_value());
  std::size_t placed = 0;
  while (placed < 100) {
    auto records = (*reader)->Poll(100, kMinute);
    ASSERT_TRUE(records.has_value());
    ASSERT_FALSE(records->empty());
    for (const auto& record : *records) placed += record.decision.has_placed() ? 1 : 0;
  }
  thread.request_stop();
  thread.join();
  EXPECT_EQ(intake->GetStatus().placed, 100U);
}

}  // namespace
}  // namespace throughline::intake
