#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/log/local/format.h"
#include "engine/log/local/local_log.h"
#include "tests/engine/log/fault_disk.h"
#include "tests/engine/log/scratch.h"

namespace throughline::log {

inline constexpr const char* kTopic = "topic";

// A local log in a directory of its own, on a disk that does not sync: the kernel keeps what it was
// given for as long as the tests run.
class LocalLogTest : public testing::Test {
 protected:
  LocalLogTest() { options_.free_bytes = 0; }

  Result<std::unique_ptr<LocalLog>> TryOpen() {
    return LocalLog::Open(directory_, clock_, options_, disk_);
  }
  void Open() {
    log_.reset();
    auto opened = TryOpen();
    ASSERT_TRUE(opened.has_value()) << opened.error().text;
    log_ = std::move(*opened);
    ASSERT_TRUE(log_->Create(kTopic).has_value());
  }
  std::int64_t Append(const std::string& value, const std::string& topic = kTopic) {
    auto offsets = log_->Append(topic, {{.key = "", .value = value, .headers = {}}});
    EXPECT_TRUE(offsets.has_value()) << offsets.error().text;
    return offsets ? offsets->front() : -1;
  }
  void AppendMany(int count) {
    for (int i = 0; i < count; ++i) Append("value " + std::to_string(i));
  }
  static Result<std::vector<std::string>> TryValues(EventLog& log, std::string_view topic) {
    TL_ASSIGN(std::int64_t start, log.Start(topic));
    TL_ASSIGN(std::int64_t end, log.End(topic));
    TL_ASSIGN(auto reader, log.Read(topic, start));
    std::vector<std::string> out;
    while (reader->Position() < end) {
      TL_ASSIGN(auto records, reader->Poll(100, 0));
      if (records.empty()) return Fail(Code::kCorrupt, "no record before the end");
      for (const Record& record : records) out.push_back(record.message.value);
    }
    return out;
  }
  static std::vector<std::string> Values(EventLog& log, std::string_view topic = kTopic) {
    auto values = TryValues(log, topic);
    EXPECT_TRUE(values.has_value()) << values.error().text;
    return values.value_or(std::vector<std::string>{});
  }
  std::string Folder() const { return directory_ + "/" + kTopic; }
  std::string Segment(std::int64_t base) const { return Folder() + "/" + local::SegmentName(base); }
  std::string Mark() const { return Folder() + "/" + std::string(local::kMarkFile); }

  Scratch scratch_;
  std::string directory_ = scratch_ / "a/log";
  ManualClock clock_{1000};
  FaultDisk disk_;
  LocalLog::Options options_;
  std::unique_ptr<LocalLog> log_;
};

}  // namespace throughline::log
