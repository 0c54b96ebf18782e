#include "consumers/throughline/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "consumers/throughline/arguments.h"
#include "consumers/throughline/lens.h"

namespace throughline::cli {
namespace {

using ::testing::HasSubstr;

struct Said {
  int exit = 0;
  std::string out, err;
};

Said Say(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  Terminal terminal{out, err};
  Said said;
  said.exit = Run(arguments, terminal);
  said.out = out.str();
  said.err = err.str();
  return said;
}

TEST(Program, HelpNamesEveryCommandAndTheExitCodes) {
  Said said = Say({"--help"});
  EXPECT_EQ(said.exit, kOk);
  for (const char* word :
       {"init",    "up",   "publish", "chronology", "alerts", "household", "relations",
        "person",  "feed", "policy",  "calendar",   "tick",   "case",      "dead-letters",
        "rebuild", "copy", "inspect", "doctor",     "demo",   "Exit codes"}) {
    EXPECT_THAT(said.out, HasSubstr(word));
  }
}

TEST(Program, AMistypedCommandIsAnsweredWithTheNearest) {
  Said said = Say({"chronolgy", "x"});
  EXPECT_EQ(said.exit, kUsage);
  EXPECT_TRUE(said.out.empty());
  EXPECT_THAT(said.err, HasSubstr("Did you mean: chronology"));
}

TEST(Program, AMistypedOptionIsAnsweredWithTheNearest) {
  Said said = Say({"alerts", "--lense", "recorded"});
  EXPECT_EQ(said.exit, kUsage);
  EXPECT_THAT(said.err, HasSubstr("Did you mean: --lens"));
  EXPECT_THAT(said.err, HasSubstr("Try: throughline alerts --help"));
}

TEST(Program, HelpOfACommandBeginsWithWhatItDoesAndHasExamples) {
  Said said = Say({"publish", "--help"});
  EXPECT_EQ(said.exit, kOk);
  EXPECT_THAT(said.out, HasSubstr("Examples:"));
  EXPECT_THAT(said.out, HasSubstr("throughline publish --agency police contacts.jsonl"));
}

TEST(Program, WithoutADataDirectoryItSaysHowToMakeOne) {
  Said said = Say({"--data", "/nowhere/at/all", "alerts"});
  EXPECT_EQ(said.exit, kNotThere);
  EXPECT_THAT(said.err, HasSubstr("init --partnership"));
}

TEST(Program, DoctorSaysThatADirectoryLeadsToNoRecord) {
  std::string root = std::filesystem::temp_directory_path() / "throughline-doctor-XXXXXX";
  ASSERT_NE(::mkdtemp(root.data()), nullptr);
  const Said said = Say({"--data", root, "doctor"});
  EXPECT_EQ(said.exit, kProblems);
  EXPECT_THAT(said.out, HasSubstr("LOOK the record: no data directory at " + root));
  std::filesystem::remove_all(root);
}

TEST(Program, AHouseholdIsAskedOfADay) {
  Said said = Say({"--data", "/nowhere/at/all", "household", "review-role:x", "--on", "yesterday"});
  EXPECT_NE(said.exit, kOk);
  EXPECT_THAT(said.err, HasSubstr("--on: takes a day: 2011-06-01"));
  said = Say({"relations", "review-role:x", "--lens", "police"});
  EXPECT_EQ(said.exit, kUsage);
  EXPECT_THAT(said.err, HasSubstr("agency:NAME"));
}

// As `--help` lists the exit codes.
TEST(Program, TheExitCodeTellsAWrongCommandLineFromAWrongFile) {
  std::string root = std::filesystem::temp_directory_path() / "throughline-exit-XXXXXX";
  ASSERT_NE(::mkdtemp(root.data()), nullptr);
  const std::string bad = root + "/bad.yaml";
  std::ofstream(bad) << "a: [1, 2\n";
  const auto exit = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), root + "/data");
    arguments.insert(arguments.begin(), "--data");
    return Say(arguments).exit;
  };
  ASSERT_EQ(exit({"init", "--partnership", "Hill"}), kOk);
  EXPECT_EQ(exit({"up", "--set", "nonsense"}), kUsage);
  EXPECT_EQ(exit({"up", "--set", "shards=many"}), kUsage);
  EXPECT_EQ(exit({"chronology", "nobody"}), kUsage);
  EXPECT_EQ(exit({"chronology", "upn:1", "--as-known-at", "yesterday"}), kUsage);
  EXPECT_EQ(exit({"difference", "upn:1", "--between", "agency:police"}), kUsage);
  EXPECT_EQ(exit({"feed", "activate", "--agency", "police", "--delay", "soon"}), kUsage);
  EXPECT_EQ(exit({"feed", "activate", "--agency", "police", "--expected-every", "90s"}), kUsage);
  EXPECT_EQ(exit({"tick", "release", "--at", "soon", "--why", "a trial"}), kUsage);
  // Trying again later would not help: the record is not on brokers.
  for (const char* command : {"up", "inspect"}) {
    EXPECT_EQ(exit({"--brokers", "kafka:9092", command}), kUsage) << command;
  }
  EXPECT_EQ(exit({"--brokers", "kafka:9092", "identity", "suggestions"}), kUsage);
  EXPECT_EQ(exit({"--brokers", "kafka:9092", "dead-letters", "list"}), kUsage);
  EXPECT_EQ(exit({"publish", "--agency", "police", bad}), kData);
  EXPECT_EQ(exit({"policy", "activate", bad}), kData);
  EXPECT_EQ(exit({"calendar", "activate", bad}), kData);
  EXPECT_EQ(exit({"flow", "activate", bad}), kData);
  EXPECT_EQ(exit({"case", "run", "--deploy", root, bad}), kData);
  // A check that finds faults has done what it was asked.
  EXPECT_EQ(exit({"policy", "check", bad}), kProblems);
  EXPECT_EQ(exit({"flow", "check", bad}), kProblems);
  for (const char* command : {"calendar", "policy", "flow"}) {
    EXPECT_EQ(exit({command, "activate", root + "/none.yaml"}), kNotThere) << command;
  }
  std::ofstream(root + "/data/settings.yaml") << "shards: many\n";
  EXPECT_EQ(exit({"settings"}), kData);
  EXPECT_EQ(exit({"up"}), kData);
  std::filesystem::remove_all(root);
}

TEST(Program, CompletionKnowsCommandsAndOptions) {
  Said said = Say({"completion", "bash"});
  EXPECT_EQ(said.exit, kOk);
  EXPECT_THAT(said.out, HasSubstr("--as-known-at"));
  EXPECT_THAT(said.out, HasSubstr("\"dead-letters\") words=\"list show resend"));
}

TEST(Arguments, ADayStandsForItsEndAndAMinuteForItsOwn) {
  EXPECT_EQ(FormatUtc(*ParseKnownAt("2011-01-31")), "2011-01-31T23:59:59.999Z");
  EXPECT_EQ(FormatUtc(*ParseKnownAt("2011-06-01T09:30")), "2011-06-01T08:30:59.999Z");
  EXPECT_EQ(FormatUtc(*ParseKnownAt("2011-06-01T09:30:00.000Z")), "2011-06-01T09:30:00.000Z");
  EXPECT_FALSE(ParseKnownAt("last week"));
}

TEST(Arguments, LengthsAreANumberAndAUnit) {
  EXPECT_EQ(*ParseLength("90s"), 90 * kSecond);
  EXPECT_EQ(*ParseLength("12h"), 12 * kHour);
  for (const char* bad : {"", "12", "h", "-1h", "1w", "99999d"})
    EXPECT_FALSE(ParseLength(bad)) << bad;
}

TEST(Arguments, AContactIsAnAgencyAndItsId) {
  auto contact = ParseContact("police:DA:11873");
  ASSERT_TRUE(contact);
  EXPECT_EQ(contact->agency(), "police");
  EXPECT_EQ(contact->contact_id(), "DA:11873");
  for (const char* text : {"police", ":DA-1", "police:", ""}) EXPECT_FALSE(ParseContact(text));
}

TEST(Arguments, ALensIsSharedRecordedOrAnAgencys) {
  EXPECT_EQ(ParseLens("")->Text(), "shared");
  EXPECT_EQ(ParseLens("recorded")->Text(), "recorded");
  EXPECT_EQ(ParseLens("agency:gp")->agency, "gp");
  EXPECT_EQ(ParseLens("agency:gp")->Text(), "agency:gp");
  for (const char* text : {"agency:", "gp", "Shared"}) EXPECT_FALSE(ParseLens(text)) << text;
}

TEST(Arguments, APersonIsAnIdOrAReferenceWithItsScope) {
  EXPECT_EQ(ParsePerson("79f2e1207218a87a5f198162e703797d")->id(),
            "79f2e1207218a87a5f198162e703797d");
  auto person = ParsePerson("local-id:N-1@police");
  ASSERT_TRUE(person);
  EXPECT_EQ(person->scheme(), "local-id");
  EXPECT_EQ(person->value(), "N-1");
  EXPECT_EQ(person->scope(), "police");
  EXPECT_EQ(ParsePerson("upn:B801200005001")->scope(), "");
  for (const char* bad : {"", "child", ":x", "upn:"}) EXPECT_FALSE(ParsePerson(bad)) << bad;
}

}  // namespace
}  // namespace throughline::cli
