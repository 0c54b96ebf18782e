#include "engine/base/log.h"

#include <gtest/gtest.h>

#include <cctype>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>
#include <type_traits>
#include <vector>

#include "engine/base/log_limit.h"
#include "engine/base/personal.h"
#include "engine/base/uk_time.h"

namespace throughline {
namespace {

using nlohmann::json;

static_assert(std::is_constructible_v<LogField, std::string_view, std::string>);
static_assert(std::is_constructible_v<LogField, std::string_view, std::uint64_t>);
static_assert(!std::is_constructible_v<LogField, std::string_view, Personal<std::string>>);
static_assert(!std::is_constructible_v<LogField, std::string_view, Personal<int>>);
static_assert(!std::is_constructible_v<LogField, std::string_view, void*>);

// What `write` logs, a parsed object for each line.
template <typename Write>
std::vector<json> Lines(Write write) {
  testing::internal::CaptureStderr();
  write();
  Log::Flush();
  std::istringstream in(testing::internal::GetCapturedStderr());
  std::vector<json> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(json::parse(line, nullptr, false));
    EXPECT_FALSE(lines.back().is_discarded()) << line;
  }
  return lines;
}

TEST(Log, WritesOneJsonObjectALine) {
  const Log log("intake");
  const auto lines = Lines([&] {
    log.Warning("batch_discarded", {{"topic", std::string("contacts.school")},
                                    {"offset", std::uint64_t{12}},
                                    {"records", 3},
                                    {"share", 0.5},
                                    {"again", true},
                                    {"why", "behind"}});
  });
  ASSERT_EQ(lines.size(), 1u);
  const json& line = lines[0];
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["component"], "intake");
  EXPECT_EQ(line["event"], "batch_discarded");
  EXPECT_EQ(line["topic"], "contacts.school");
  EXPECT_EQ(line["offset"], 12);
  EXPECT_EQ(line["records"], 3);
  EXPECT_EQ(line["share"], 0.5);
  EXPECT_EQ(line["again"], true);
  EXPECT_EQ(line["why"], "behind");
  EXPECT_EQ(line.size(), 10u);
  const std::string ts = line["ts"];
  ASSERT_EQ(ts.size(), 27u) << ts;
  EXPECT_TRUE(ParseUtc(ts.substr(0, 23) + "Z")) << ts;
  EXPECT_TRUE(std::isdigit(ts[23]) && std::isdigit(ts[24]) && std::isdigit(ts[25])) << ts;
  EXPECT_EQ(ts[26], 'Z');
}

TEST(Log, EscapesWhateverStandsInATextOrName) {
  std::string bytes;
  for (int i = 0; i < 128; ++i) bytes.push_back(static_cast<char>(i));
  bytes += "\xc3\xa9 {} {0} %v %s";
  const Log log("test");
  const auto lines = Lines([&] {
    log.Warning("escaped", {{"text", bytes}, {"a\"b\n", 1}});
    log.Warning("not_utf8", {{"text", std::string("a\xff"
                                                  "b\xc3")}});
  });
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["text"], bytes);
  EXPECT_EQ(lines[0]["a\"b\n"], 1);
  EXPECT_EQ(lines[1]["text"],
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd");
}

TEST(Log, KeepsNumbersWithinJson) {
  const Log log("test");
  const auto lines = Lines([&] {
    log.Warning("numbers", {{"least", std::numeric_limits<std::int64_t>::min()},
                            {"most", std::numeric_limits<std::uint64_t>::max()},
                            {"nan", std::numeric_limits<double>::quiet_NaN()},
                            {"infinite", std::numeric_limits<double>::infinity()},
                            {"large", 1e300}});
  });
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["least"], std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(lines[0]["most"], std::numeric_limits<std::int64_t>::max());
  EXPECT_TRUE(lines[0]["nan"].is_null());
  EXPECT_TRUE(lines[0]["infinite"].is_null());
  EXPECT_EQ(lines[0]["large"], 1e300);
}

TEST(Log, CutsLongTexts) {
  const Log log("test");
  const auto lines = Lines([&] {
    log.Warning("long_text", {{"text", std::string(Log::kMaxText + 1, 'x')}});
    log.Warning("full_text", {{"text", std::string(Log::kMaxText, 'x')}});
  });
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["text"], std::string(Log::kMaxText, 'x') + "...");
  EXPECT_EQ(lines[1]["text"], std::string(Log::kMaxText, 'x'));
}

TEST(Log, CountsWhatItSuppresses) {
  const Log log("test");
  // Of its own in each repetition: the limit is the process's, and its second may not be over.
  static int repetition = 0;
  const std::string burst = "burst_" + std::to_string(++repetition);
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  const auto lines = Lines([&] {
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) log.Warning(burst, {{"i", i}});
      });
    }
    for (std::thread& thread : threads) thread.join();
    log.Warning("other_" + burst);
  });
  std::int64_t seen = 0;
  std::int64_t suppressed = 0;
  bool other = false;
  for (const json& line : lines) {
    if (line["event"] == burst) ++seen;
    if (line["event"] == "other_" + burst) other = true;
    if (line["event"] == "log_suppressed") {
      EXPECT_EQ(line["of"], "test/" + burst);
      suppressed += line["count"].get<std::int64_t>();
    }
  }
  EXPECT_EQ(seen + suppressed, kThreads * kEach);
  EXPECT_GE(seen, Log::kMaxPerSecond);
  EXPECT_TRUE(other) << "one event's limit is not another's";
}

TEST(LogLimit, LetsSoManyPassInASecond) {
  LogLimit limit(2, 8);
  EXPECT_TRUE(limit.Admit("a", 0));
  EXPECT_TRUE(limit.Admit("a", 10));
  EXPECT_FALSE(limit.Admit("a", 20));
  EXPECT_FALSE(limit.Admit("a", 999));
  EXPECT_TRUE(limit.Admit("b", 999));
  EXPECT_TRUE(limit.TakeEnded(999).empty());
  const auto ended = limit.TakeEnded(1000);
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].name, "a");
  EXPECT_EQ(ended[0].count, 2);
  EXPECT_TRUE(limit.Admit("a", 1000));
  EXPECT_TRUE(limit.TakeAll().empty()) << "each is told once";
}

TEST(LogLimit, TellsAllAtTheEnd) {
  LogLimit limit(1, 8);
  for (int i = 0; i < 5; ++i) limit.Admit("a", i);
  const auto all = limit.TakeAll();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].count, 4);
}

TEST(LogLimit, NamesBeyondItsSizeShareOneLimit) {
  LogLimit limit(1, 2);
  EXPECT_TRUE(limit.Admit("a", 0));
  EXPECT_TRUE(limit.Admit("b", 0));
  EXPECT_TRUE(limit.Admit("c", 0));
  EXPECT_FALSE(limit.Admit("d", 0));
  const auto all = limit.TakeAll();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].name, "others");
}

}  // namespace
}  // namespace throughline
