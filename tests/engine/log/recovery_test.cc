#include "engine/log/local/recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/bytes.h"
#include "engine/log/journal.h"
#include "tests/engine/log/drafts.h"
#include "tests/engine/log/local_stand.h"

namespace throughline::log {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class RecoveryTest : public LocalLogTest {
 protected:
  // Opening must refuse, and say where.
  void ExpectRefused(const std::string& file, std::uint64_t position, std::int64_t last_good) {
    auto opened = TryOpen();
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, Code::kCorrupt);
    EXPECT_THAT(opened.error().text, HasSubstr(file));
    EXPECT_THAT(opened.error().text,
                HasSubstr(fmt::format("at position {}, last good offset {}", position, last_good)));
  }
  static void Flip(const std::string& file, std::size_t byte) {
    std::string bytes = ReadFile(file);
    bytes.at(byte) = static_cast<char>(bytes.at(byte) ^ 0x10);
    WriteFile(file, bytes);
  }
  static void Truncate(const std::string& file, std::uint64_t size) {
    std::filesystem::resize_file(file, size);
  }
  // Where each record begins, and where the last one ends.
  std::vector<std::uint64_t> Positions(std::int64_t base) const {
    std::string bytes = ReadFile(Segment(base));
    std::vector<std::uint64_t> out{local::kSegmentHeaderBytes};
    while (out.back() < bytes.size()) {
      auto length = local::RecordLength(
          std::string_view(bytes).substr(out.back(), local::kRecordPrefixBytes));
      out.push_back(out.back() + local::kRecordPrefixBytes + length.value());
    }
    return out;
  }
};

TEST_F(RecoveryTest, ATornTailIsCutWhereverItTears) {
  Open();
  Append("one");
  Append("two");
  std::string mark = ReadFile(Mark());
  Append("three");
  Append("four");
  log_.reset();
  const std::string whole = ReadFile(Segment(0));
  auto positions = Positions(0);
  ASSERT_THAT(positions, SizeIs(5));
  const std::vector<std::string> values{"one", "two", "three", "four"};
  for (std::uint64_t size = positions[2]; size <= whole.size(); ++size) {
    WriteFile(Mark(), mark);
    WriteFile(Segment(0), whole.substr(0, size));
    auto log = TryOpen();
    ASSERT_TRUE(log.has_value()) << log.error().text;
    std::size_t kept = 2;
    while (kept < 4 && positions[kept + 1] <= size) ++kept;
    EXPECT_EQ(Values(**log),
              std::vector<std::string>(values.begin(),
                                       values.begin() + static_cast<std::ptrdiff_t>(kept)));
    if (size == positions[kept]) {
      EXPECT_TRUE((*log)->cuts().empty());
      continue;
    }
    ASSERT_THAT((*log)->cuts(), SizeIs(1));
    const local::Cut& cut = (*log)->cuts().front();
    EXPECT_EQ(cut.topic, kTopic);
    EXPECT_EQ(cut.file, Segment(0));
    EXPECT_EQ(cut.position, positions[kept]);
    EXPECT_EQ(cut.bytes, size - positions[kept]);
    EXPECT_EQ(cut.offset, static_cast<std::int64_t>(kept));
  }
}

TEST_F(RecoveryTest, AfterACutTheLogGoesOnAndOpensCleanly) {
  Open();
  Append("one");
  log_.reset();
  WriteFile(Segment(0), ReadFile(Segment(0)) + std::string(1000, '\x7f'));
  Open();
  EXPECT_THAT(log_->cuts(), SizeIs(1));
  EXPECT_EQ(Append("two"), 1);
  Open();
  EXPECT_TRUE(log_->cuts().empty());
  EXPECT_THAT(Values(*log_), ElementsAre("one", "two"));
}

TEST_F(RecoveryTest, AboveTheMarkTheFirstRecordThatFailsCutsTheRest) {
  Open();
  Append("one");
  std::string mark = ReadFile(Mark());
  Append("two");
  Append("three");
  log_.reset();
  WriteFile(Mark(), mark);
  Flip(Segment(0), Positions(0)[1] + 10);
  Open();
  EXPECT_THAT(Values(*log_), ElementsAre("one"));
}

TEST_F(RecoveryTest, SegmentsAboveTheMarkAreKeptOrCutAlike) {
  options_.segment_bytes = 1;
  Open();
  Append("one");
  std::string mark = ReadFile(Mark());
  Append("two");
  Append("three");
  Append("four");
  log_.reset();
  WriteFile(Mark(), mark);
  Open();
  EXPECT_TRUE(log_->cuts().empty());
  EXPECT_THAT(Values(*log_), ElementsAre("one", "two", "three", "four"));
  log_.reset();
  WriteFile(Mark(), mark);
  Truncate(Segment(2), 10);
  Open();
  EXPECT_THAT(log_->cuts(), SizeIs(1));
  EXPECT_FALSE(std::filesystem::exists(Segment(2)));
  EXPECT_FALSE(std::filesystem::exists(Segment(3)));
  EXPECT_THAT(Values(*log_), ElementsAre("one", "two"));
  EXPECT_EQ(Append("again"), 2);
}

TEST_F(RecoveryTest, AnyFlippedBitBelowTheMarkRefusesToOpen) {
  Open();
  Append("one");
  ASSERT_TRUE(log_->Append(kTopic, {{.key = "key", .value = "two", .headers = {{"h", "v"}}}}));
  Append("three");
  log_.reset();
  auto positions = Positions(0);
  ASSERT_THAT(positions, SizeIs(4));
  for (std::size_t byte = 0; byte < positions.back(); ++byte) {
    Flip(Segment(0), byte);
    std::size_t record = 0;
    while (positions[record + 1] <= byte) ++record;
    bool header = byte < local::kSegmentHeaderBytes;
    ExpectRefused(Segment(0), header ? 0 : positions[record],
                  header ? -1 : static_cast<std::int64_t>(record) - 1);
    Flip(Segment(0), byte);
  }
  Open();
  EXPECT_THAT(Values(*log_), ElementsAre("one", "two", "three"));
}

TEST_F(RecoveryTest, WhatIsMissingBelowTheMarkRefusesToOpen) {
  options_.segment_bytes = 1;
  Open();
  for (const char* value : {"one", "two", "three"}) Append(value);
  log_.reset();
  std::uint64_t end = Positions(1).back();
  std::string middle = ReadFile(Segment(1));
  std::filesystem::remove(Segment(1));
  ExpectRefused(Segment(0), Positions(0).back(), 0);
  // A sealed segment that lost its record, at the border of records.
  WriteFile(Segment(1), middle.substr(0, local::kSegmentHeaderBytes));
  ExpectRefused(Segment(1), local::kSegmentHeaderBytes, 0);
  WriteFile(Segment(1), middle.substr(0, end - 1));
  ExpectRefused(Segment(1), local::kSegmentHeaderBytes, 0);
  WriteFile(Segment(1), middle);

  std::string last = ReadFile(Segment(2));
  WriteFile(Segment(2), last.substr(0, last.size() - 1));
  ExpectRefused(Segment(2), local::kSegmentHeaderBytes, 1);
  std::filesystem::remove(Segment(2));
  ExpectRefused(Segment(1), end, 1);
  WriteFile(Segment(2), last);

  std::string first = ReadFile(Segment(0));
  std::filesystem::remove(Segment(0));
  ExpectRefused(Segment(0), 0, -1);
  WriteFile(Segment(0), first);
  Open();
  EXPECT_THAT(Values(*log_), ElementsAre("one", "two", "three"));
}

TEST_F(RecoveryTest, OneTornSlotOfTheMarkIsHarmless) {
  Open();
  for (const char* value : {"one", "two"}) Append(value);
  Open();  // a second write of the mark is in the other slot, or in the same
  Append("three");
  log_.reset();
  const std::string mark = ReadFile(Mark());
  for (std::size_t slot : {0U, 1U}) {
    WriteFile(Mark(), mark);
    Flip(Mark(), slot * local::kMarkSlotBytes + 30);
    auto log = TryOpen();
    ASSERT_TRUE(log.has_value()) << log.error().text;
    EXPECT_THAT(Values(**log), ElementsAre("one", "two", "three"));
  }
}

TEST_F(RecoveryTest, WithoutAMarkItRefusesToOpen) {
  Open();
  Append("one");
  log_.reset();
  std::string mark = ReadFile(Mark());
  WriteFile(Mark(), std::string(2 * local::kMarkSlotBytes, '\0'));
  auto damaged = TryOpen();
  ASSERT_FALSE(damaged.has_value());
  EXPECT_EQ(damaged.error().code, Code::kCorrupt);
  EXPECT_THAT(damaged.error().text, HasSubstr(Mark()));
  std::filesystem::remove(Mark());
  auto missing = TryOpen();
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, Code::kCorrupt);
  WriteFile(Mark(), mark);
  EXPECT_TRUE(TryOpen().has_value());
}

TEST_F(RecoveryTest, ASegmentOfAnotherTopicIsRefused) {
  Open();
  ASSERT_TRUE(log_->Create("other").has_value());
  Append("one");
  Append("one", "other");
  log_.reset();
  WriteFile(Segment(0), ReadFile(directory_ + "/other/" + local::SegmentName(0)));
  ExpectRefused(Segment(0), 0, -1);
}

TEST_F(RecoveryTest, AnotherVersionOfTheFormatIsNotTouched) {
  Open();
  Append("one");
  log_.reset();
  std::string bytes = ReadFile(Segment(0));
  std::string header = bytes.substr(0, local::kSegmentHeaderBytes - 4);
  header[local::kSegmentMagic.size() + 3] = 2;
  AppendU32(header, Crc32c(header));
  bytes.replace(0, header.size(), header);
  WriteFile(Segment(0), bytes);
  auto opened = TryOpen();
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, Code::kInvalid);
  EXPECT_THAT(opened.error().text, HasSubstr("format version 2"));
  EXPECT_EQ(ReadFile(Segment(0)), bytes);
}

// Beside a damaged log one can still read up to the damage, and say which record of the journal was
// the last good one.
TEST_F(RecoveryTest, DamageInAJournalIsNamedByItsSeq) {
  Open();
  ChainHead head;
  Put(*log_, kTopic, Bytes(Ticks(5), head));
  log_.reset();
  auto positions = Positions(0);
  Flip(Segment(0), positions[3] + 40);
  ExpectRefused(Segment(0), positions[3], 2);
  auto reading = LocalLog::OpenForReading(directory_);
  ASSERT_TRUE(reading.has_value());
  auto verified = VerifyChain(**reading, kTopic);
  ASSERT_FALSE(verified.has_value());
  EXPECT_EQ(verified.error().code, Code::kCorrupt);
  EXPECT_THAT(verified.error().text, HasSubstr("verified up to seq 3 at offset 2"));
  EXPECT_THAT(verified.error().text, HasSubstr(Segment(0)));
}

// Damage that comes while the log is open is met by whoever reads it.
TEST_F(RecoveryTest, DamageUnderAnOpenLogIsMetByTheReader) {
  Open();
  for (const char* value : {"one", "two", "three"}) Append(value);
  auto positions = Positions(0);
  Flip(Segment(0), positions[1] + 12);
  auto reader = log_->Read(kTopic, 0).value();
  auto before = reader->Poll(10, 0);
  ASSERT_TRUE(before.has_value());
  EXPECT_THAT(*before, SizeIs(1));
  auto damaged = reader->Poll(10, 0);
  ASSERT_FALSE(damaged.has_value());
  EXPECT_EQ(damaged.error().code, Code::kCorrupt);
  EXPECT_THAT(damaged.error().text,
              HasSubstr(fmt::format("at position {}, last good offset 0", positions[1])));
}

}  // namespace
}  // namespace throughline::log
