#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "engine/base/bytes.h"
#include "tests/engine/log/local_stand.h"

// Files that a version of the format wrote must be read for ever, and what writes that version must
// go on writing the same bytes. tests/golden/log/v1 is never written again: a new version gets a
// folder of its own, and both are read.
namespace throughline::log {
namespace {

constexpr const char* kFeed = "throughline.contacts.school";
constexpr const char* kEmpty = "throughline.alerts";
constexpr const char* kTrimmed = "throughline.dead-letters";

std::vector<Message> FeedMessages() {
  return {{.key = "pupil-7", .value = "absent", .headers = {{"agency", "school"}, {"n", ""}}},
          {.key = "", .value = "", .headers = {}},
          {.key = std::string("\0\xff", 2), .value = "line\r\nend", .headers = {}}};
}

// What was put in, in this order.
void WriteInput(LocalLog& log, ManualClock& clock) {
  for (const char* topic : {kFeed, kEmpty, kTrimmed}) ASSERT_TRUE(log.Create(topic).has_value());
  for (const Message& message : FeedMessages()) {
    ASSERT_TRUE(log.Append(kFeed, {message}).has_value());
    clock.Set(clock.Now() + 250);
  }
  clock.Set(clock.Now() - 10'000);
  ASSERT_TRUE(log.Append(kFeed, FeedMessages()).has_value());
  ASSERT_TRUE(log.Append(kTrimmed, FeedMessages()).has_value());
  ASSERT_TRUE(log.Trim(kTrimmed, 3).has_value());
}

LocalLog::Options GoldenOptions() {
  LocalLog::Options options;
  options.segment_bytes = 100;
  options.free_bytes = 0;
  return options;
}

constexpr Millis kBegan = 1'700'000'000'000;

std::string Golden() { return std::string(THROUGHLINE_SOURCE_DIR) + "/tests/golden/log/v1"; }

// Every file below a directory, but for the lock, by its path within.
std::map<std::string, std::string> Files(const std::string& directory) {
  std::map<std::string, std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file() || entry.path().filename() == "LOCK") continue;
    out[std::filesystem::relative(entry.path(), directory)] = ReadFile(entry.path());
  }
  return out;
}

void ExpectInput(EventLog& log) {
  EXPECT_THAT(log.Topics().value(), testing::ElementsAre(kEmpty, kFeed, kTrimmed));
  EXPECT_EQ(log.Start(kEmpty).value(), 0);
  EXPECT_EQ(log.End(kEmpty).value(), 0);
  EXPECT_EQ(log.Start(kTrimmed).value(), 3);
  EXPECT_EQ(log.End(kTrimmed).value(), 3);
  auto reader = log.Read(kFeed, 0).value();
  auto records = reader->Poll(100, 0);
  ASSERT_TRUE(records.has_value()) << records.error().text;
  ASSERT_EQ(records->size(), 6U);
  const Millis times[] = {kBegan, kBegan + 250, kBegan + 500};
  for (std::size_t i = 0; i < 6; ++i) {
    const Record& record = (*records)[i];
    EXPECT_EQ(record.offset, static_cast<std::int64_t>(i));
    EXPECT_EQ(record.appended, times[std::min<std::size_t>(i, 2)]);
    EXPECT_EQ(record.message, FeedMessages()[i % 3]);
  }
}

TEST(Golden, TheFirstVersionIsReadInPlace) {
  auto log = LocalLog::OpenForReading(Golden());
  ASSERT_TRUE(log.has_value()) << log.error().text;
  ExpectInput(**log);
}

TEST(Golden, TheFirstVersionOpensAndGoesOn) {
  Scratch scratch;
  std::filesystem::copy(Golden(), scratch / "log", std::filesystem::copy_options::recursive);
  ManualClock clock(kBegan);
  auto log = LocalLog::Open(scratch / "log", clock, GoldenOptions());
  ASSERT_TRUE(log.has_value()) << log.error().text;
  EXPECT_TRUE((*log)->cuts().empty());
  ExpectInput(**log);
  EXPECT_EQ((*log)->Append(kFeed, {Message{}}).value(), std::vector<std::int64_t>{6});
  EXPECT_EQ((*log)->Append(kTrimmed, {Message{}}).value(), std::vector<std::int64_t>{3});
}

TEST(Golden, TheSameInputGivesTheSameBytes) {
  Scratch scratch;
  {
    ManualClock clock(kBegan);
    auto log = LocalLog::Open(scratch / "log", clock, GoldenOptions());
    ASSERT_TRUE(log.has_value()) << log.error().text;
    WriteInput(**log, clock);
  }
  auto golden = Files(Golden());
  auto written = Files(scratch / "log");
  EXPECT_GE(golden.size(), 8U);
  for (const auto& [path, bytes] : golden) {
    ASSERT_TRUE(written.contains(path)) << path;
    EXPECT_EQ(Hex(written[path]), Hex(bytes)) << path;
  }
  EXPECT_EQ(written.size(), golden.size());
}

// The bytes of the page's example: what stands before two spaces on each line of its last block.
TEST(Golden, ThePageOfTheFormatShowsTheseBytes) {
  std::string page = ReadFile(std::string(THROUGHLINE_SOURCE_DIR) + "/engine/log/FORMAT.md");
  std::size_t end = page.rfind("```");
  std::size_t begin = page.rfind("```", end - 1);
  ASSERT_NE(begin, std::string::npos);
  std::istringstream lines(page.substr(begin + 4, end - begin - 4));
  std::string hex;
  for (std::string line; std::getline(lines, line);) {
    std::string bytes = line.substr(0, line.find("  "));
    std::erase(bytes, ' ');
    hex += bytes;
  }
  EXPECT_EQ(hex, Hex(Files(Golden())[std::string(kFeed) + "/" + local::SegmentName(0)]));
}

}  // namespace
}  // namespace throughline::log
