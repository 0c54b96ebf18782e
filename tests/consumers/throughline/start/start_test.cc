#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <sstream>

#include "consumers/throughline/log_source.h"
#include "consumers/throughline/program.h"

// A program of its own: it asks brokers, and librdkafka starts threads by a call that one of the
// sanitizers under which tests/node runs does not know.
namespace throughline::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

struct Said {
  int exit = 0;
  std::string err;
};

Said Say(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  Terminal terminal{out, err};
  const int exit = Run(arguments, terminal);
  return {exit, err.str()};
}

TEST(Start, ABeginningThatFailsRecordsNoBrokersAndNoneThatDiffer) {
  std::string root = std::filesystem::temp_directory_path() / "throughline-init-XXXXXX";
  ASSERT_NE(::mkdtemp(root.data()), nullptr);
  const DataDirectory directory{root};
  const auto init = [&](const std::string& brokers) {
    return Say({"--data", root, "--brokers", brokers, "init", "--partnership", "Hill"});
  };
  // Nobody listens there.
  EXPECT_EQ(init("127.0.0.1:1").exit, kTemporary);
  EXPECT_FALSE(std::filesystem::exists(directory.Brokers()));

  ASSERT_TRUE(RecordBrokers(directory, {"kafka:9092", ""}));
  for (const Said& said :
       {init("127.0.0.1:1"), Say({"--data", root, "--brokers", "127.0.0.1:1", "up"})}) {
    EXPECT_NE(said.exit, kOk);
    EXPECT_THAT(said.err, HasSubstr("on the brokers kafka:9092, not on 127.0.0.1:1"));
  }
  EXPECT_EQ(FindLog(directory, {})->brokers, "kafka:9092");
  std::filesystem::remove_all(root);
}

// What `up` is asked to stop by, once it has said something.
class StopsOnceTold : public std::stringbuf {
 protected:
  int sync() override { return std::raise(SIGTERM); }
};

TEST(Start, WhatIsStoppedWhileItWaitsForBrokersSaysThatAlone) {
  std::string root = std::filesystem::temp_directory_path() / "throughline-up-XXXXXX";
  ASSERT_NE(::mkdtemp(root.data()), nullptr);
  std::ostringstream out;
  StopsOnceTold said;
  std::ostream err(&said);
  Terminal terminal{out, err};
  EXPECT_EQ(cli::Run({"--data", root, "--brokers", "127.0.0.1:1", "up"}, terminal), kOk);
  EXPECT_THAT(said.str(), MatchesRegex("throughline cannot begin on 127.0.0.1:1 yet, and waits: "
                                       "[^\n]*\nthroughline stopped\n"));
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace throughline::cli
