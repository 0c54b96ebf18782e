#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "engine/base/check.h"
#include "engine/log/journal.h"
#include "engine/log/local/disk.h"
#include "engine/log/local/mark.h"
#include "engine/log/local/recovery.h"
#include "engine/log/local/segment.h"
#include "tests/fuzz/targets.h"

namespace throughline::fuzz {
namespace {

using namespace log::local;

constexpr std::string_view kTopic = "fuzz";

// Syncs nothing: what is fuzzed is the reading.
class NoDisk final : public Disk {
 public:
  Result<Space> SpaceAt(const std::string&) override { return Space{1 << 30, 1 << 30}; }
  int Sync(const File&) override { return 0; }
};

// A topic's folder, in memory if the machine has such a place; gone with the process.
class TopicFolder {
 public:
  TopicFolder()
      : path_((std::filesystem::is_directory("/dev/shm")
                   ? "/dev/shm"
                   : std::filesystem::temp_directory_path().string()) +
              "/throughline-fuzz-XXXXXX") {
    CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~TopicFolder() { std::filesystem::remove_all(path_); }
  TopicFolder(const TopicFolder&) = delete;
  TopicFolder& operator=(const TopicFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

const std::string& Folder() {
  static const TopicFolder folder;
  return folder.path();
}

// A topic whose one segment holds these bytes behind its header, synced up to a position in them.
void WriteTopic(std::string_view bytes, std::uint64_t synced, std::int64_t records, Disk& disk) {
  const auto names = Names(Folder()).value();
  for (const auto& name : names) CHECK(Remove(Folder() + "/" + name).has_value());
  auto file = File::Open(Folder() + "/" + SegmentName(0), File::Mode::kCreate).value();
  CHECK(file.WriteAt(0, EncodeSegmentHeader(kTopic, 0) + std::string(bytes)).has_value());
  Extent extent;
  extent.end = {.segment = 0, .position = kSegmentHeaderBytes + synced, .offset = records};
  CHECK(MarkFile::Create(Folder(), kTopic, extent, disk).has_value());
}

std::int64_t CountRecords(const Extent& extent) {
  auto stream = SegmentStream::Open(Folder(), kTopic, 0).value();
  log::Record record;
  std::int64_t records = 0;
  while (stream.Next(extent.end.position, record).value() == SegmentStream::Step::kRecord)
    ++records;
  return records;
}

void OpenTopic(std::string_view bytes) {
  NoDisk disk;
  WriteTopic(bytes, 0, 0, disk);
  // Above the mark: what verifies is kept, the rest is cut, and then all is as it says.
  const auto first = Recover(Folder(), kTopic, disk);
  CHECK(first.has_value());
  const std::int64_t kept = CountRecords(first->extent);
  CHECK(kept == first->extent.end.offset);
  const auto again = Recover(Folder(), kTopic, disk);
  CHECK(again.has_value() && !again->cut && again->extent == first->extent);
  // Below the mark: whole, or refused.
  WriteTopic(bytes, bytes.size(), kept, disk);
  const auto below = Recover(Folder(), kTopic, disk);
  CHECK(below.has_value() == (first->extent.end.position == kSegmentHeaderBytes + bytes.size()));
}

}  // namespace

void Segment(std::string_view bytes) {
  if (const auto record = ParseRecord(bytes)) {
    std::string again;
    AppendRecord(again, record->offset, record->appended, record->message);
    CHECK(again == bytes);
    CHECK(RecordLength(bytes) == bytes.size() - kRecordPrefixBytes);
  }
  if (const auto mark = ParseMark(bytes, kTopic)) {
    CHECK(EncodeMark(kTopic, *mark) == bytes.substr(0, kMarkBytes));
  }
  CheckSegmentHeader(bytes, kTopic, 0).has_value();
  OpenTopic(bytes);
}

void Journal(std::string_view bytes) {
  v1::JournalRecord record;
  v1::JournalEnvelope envelope;
  log::ChainHead head;
  if (record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) &&
      envelope.ParseFromString(record.envelope()) && envelope.seq() > 0) {
    head.seq = envelope.seq() - 1;
    head.hash = envelope.prev();
  }
  const log::ChainHead before = head;
  log::Accepted accepted;
  const bool taken = log::Offer(bytes, 7, head, accepted) == log::Verdict::kAccepted;
  CHECK(taken ? head.seq == before.seq + 1 && head.offset == 7 : head == before);
  // Once more it is a repeat, never a second record.
  if (taken) CHECK(log::Offer(bytes, 8, head, accepted) == log::Verdict::kRepeat);
}

}  // namespace throughline::fuzz
