#include "engine/log/local/topic.h"

#include <algorithm>
#include <chrono>

namespace throughline::log::local {
namespace {

// One append is written in parts of this size, and one batch is at most two of them.
constexpr std::size_t kPartBytes = std::size_t{8} << 20;
constexpr std::size_t kBatchBytes = 2 * kPartBytes;
// The mark is written after each batch and synced after so many: what it vouches for is synced
// already, so all that an older mark costs is that more lies above it.
constexpr std::uint32_t kMarksPerSync = 16;

std::size_t EncodedBytes(const Message& message) {
  std::size_t bytes =
      kRecordPrefixBytes + kMinRecordLength + message.key.size() + message.value.size();
  for (const Header& header : message.headers) {
    bytes += kHeaderCost + header.key.size() + header.value.size();
  }
  return bytes;
}

Result<File> BeginSegment(const std::string& folder, std::string_view topic, std::int64_t base,
                          Disk& disk) {
  TL_ASSIGN(File file, File::Open(folder + "/" + SegmentName(base), File::Mode::kCreate));
  auto written = file.WriteAt(0, EncodeSegmentHeader(topic, base));
  if (!written) {
    // Best effort: without a whole header it is cut when the log is opened.
    static_cast<void>(Remove(file.path()));
    return Fail(std::move(written.error()));
  }
  SyncOrAbort(disk, file);
  return file;
}

}  // namespace

Result<void> Topic::Make(const std::string& folder, std::string_view topic, Disk& disk) {
  TL_TRY(MakeDirectory(folder));
  TL_TRY(BeginSegment(folder, topic, 0, disk));
  TL_TRY(MarkFile::Create(folder, topic, Extent{}, disk));
  TL_ASSIGN(File directory, File::Open(folder, File::Mode::kDirectory));
  SyncOrAbort(disk, directory);
  return {};
}

Result<std::unique_ptr<Topic>> Topic::Open(std::string folder, std::string_view topic,
                                           const Surroundings& around, std::optional<Cut>& cut) {
  TL_ASSIGN(Recovered recovered, Recover(folder, topic, around.disk));
  cut = recovered.cut;
  TL_ASSIGN(File active, File::Open(folder + "/" + SegmentName(recovered.extent.end.segment),
                                    File::Mode::kWrite));
  TL_ASSIGN(File directory, File::Open(folder, File::Mode::kDirectory));
  return std::unique_ptr<Topic>(new Topic(std::move(folder), topic, around, std::move(recovered),
                                          std::move(active), std::move(directory)));
}

Topic::Topic(std::string folder, std::string_view topic, const Surroundings& around,
             Recovered recovered, File active, File directory)
    : folder_(std::move(folder)),
      name_(topic),
      around_(around),
      extent_(recovered.extent),
      index_(std::move(recovered.index)),
      active_(std::move(active)),
      directory_(std::move(directory)),
      mark_(std::move(recovered.mark)),
      tail_(recovered.extent) {}

Topic::~Topic() { mark_.Sync(around_.disk); }

Result<std::vector<std::int64_t>> Topic::Append(const std::vector<Message>& messages) {
  for (const Message& message : messages) TL_TRY(CheckMessage(message));
  std::vector<std::int64_t> offsets;
  offsets.reserve(messages.size());
  std::span<const Message> rest(messages);
  while (!rest.empty()) {
    std::size_t count = 0;
    std::size_t bytes = 0;
    while (count < rest.size() && (count == 0 || bytes + EncodedBytes(rest[count]) <= kPartBytes)) {
      bytes += EncodedBytes(rest[count]);
      ++count;
    }
    Waiting part{.messages = rest.first(count), .bytes = bytes, .offsets = {}, .error = {}};
    TL_TRY(Await(part));
    offsets.insert(offsets.end(), part.offsets.begin(), part.offsets.end());
    rest = rest.subspan(count);
  }
  return offsets;
}

Result<void> Topic::Await(Waiting& mine) {
  std::unique_lock lock(mutex_);
  waiting_.push_back(&mine);
  for (;;) {
    turn_.wait(lock, [&] { return mine.done || !busy_; });
    if (mine.done) break;
    Lead(lock);
  }
  if (mine.error) return Fail(*mine.error);
  return {};
}

void Topic::Lead(std::unique_lock<std::mutex>& lock) {
  busy_ = true;
  std::vector<Waiting*> batch;
  std::size_t bytes = 0;
  while (!waiting_.empty() && (batch.empty() || bytes + waiting_.front()->bytes <= kBatchBytes)) {
    batch.push_back(waiting_.front());
    bytes += batch.back()->bytes;
    waiting_.pop_front();
  }
  lock.unlock();
  Index added;
  auto written = Write(batch, bytes, added);
  if (written) Publish(tail_, added);
  lock.lock();
  for (Waiting* waiting : batch) {
    if (!written) waiting->error = written.error();
    waiting->done = true;
  }
  turn_.notify_all();
  // Those who waited go on while the mark is synced.
  if (++unsynced_marks_ >= kMarksPerSync) {
    lock.unlock();
    SyncMark();
    lock.lock();
  }
  busy_ = false;
  turn_.notify_all();
}

Result<void> Topic::Write(std::span<Waiting* const> batch, std::size_t bytes, Index& added) {
  if (broken_) return Fail(Code::kUnavailable, "{}: an earlier write failed", active_.path());
  TL_TRY(CheckSpace(bytes));
  if (tail_.end.position >= around_.segment_bytes) TL_TRY(Rotate());
  Extent next = tail_;
  buffer_.clear();
  for (Waiting* waiting : batch) {
    waiting->offsets.reserve(waiting->messages.size());
    for (const Message& message : waiting->messages) {
      next.appended = std::max(next.appended, around_.clock.Now());
      AddToIndex(added, next.end);
      AppendRecord(buffer_, next.end.offset, next.appended, message);
      waiting->offsets.push_back(next.end.offset);
      ++next.end.offset;
      next.end.position = tail_.end.position + buffer_.size();
    }
  }
  auto written = active_.WriteAt(tail_.end.position, buffer_);
  if (!written) {
    // What was written in part must not be found beyond a later, shorter batch.
    broken_ = !active_.Truncate(tail_.end.position).has_value();
    return written;
  }
  SyncOrAbort(around_.disk, active_);
  tail_ = next;
  mark_.Write(tail_);
  return {};
}

Result<void> Topic::CheckSpace(std::uint64_t bytes) {
  TL_ASSIGN(Disk::Space space, around_.disk.SpaceAt(folder_));
  std::uint64_t keep = std::min(around_.free_bytes, space.total / 100 * around_.free_percent);
  if (space.free >= keep + bytes) return {};
  return Fail(Code::kUnavailable, "disk of {} nearly full: {} bytes free, {} kept free", folder_,
              space.free, keep);
}

Result<void> Topic::Rotate() {
  std::int64_t base = tail_.end.offset;
  TL_ASSIGN(File next, BeginSegment(folder_, name_, base, around_.disk));
  SyncOrAbort(around_.disk, directory_);
  active_ = std::move(next);
  tail_.end = {base, kSegmentHeaderBytes, base};
  mark_.Write(tail_);
  SyncMark();
  return {};
}

void Topic::SyncMark() {
  mark_.Sync(around_.disk);
  unsynced_marks_ = 0;
}

void Topic::Publish(const Extent& extent, const Index& added) {
  std::lock_guard publish(around_.publish);
  std::lock_guard lock(mutex_);
  extent_ = extent;
  index_.erase(index_.begin(), index_.lower_bound(extent.start));
  index_[extent.end.segment];
  for (const auto& [base, places] : added) {
    for (const Place& place : places) AddToIndex(index_, place);
  }
  grown_.notify_all();
}

Result<void> Topic::Trim(std::int64_t before) {
  std::unique_lock lock(mutex_);
  turn_.wait(lock, [&] { return !busy_; });
  busy_ = true;
  lock.unlock();
  auto trimmed = DropBefore(before);
  lock.lock();
  busy_ = false;
  turn_.notify_all();
  return trimmed;
}

Result<void> Topic::DropBefore(std::int64_t before) {
  if (broken_) return Fail(Code::kUnavailable, "{}: an earlier write failed", active_.path());
  bool all = before >= tail_.end.offset;
  if (all && tail_.end.offset > tail_.end.segment) {
    TL_TRY(Rotate());
    Publish(tail_, {});
  }
  std::vector<std::int64_t> bases = Bases();
  auto keep = std::upper_bound(bases.begin(), bases.end(), before);
  if (keep != bases.begin()) --keep;
  if (keep == bases.begin()) return {};
  // The mark first: a segment that it still counts on must be there.
  tail_.start = *keep;
  mark_.Write(tail_);
  SyncMark();
  Publish(tail_, {});
  for (auto base = bases.begin(); base != keep; ++base) {
    TL_TRY(Remove(folder_ + "/" + SegmentName(*base)));
  }
  SyncOrAbort(around_.disk, directory_);
  return {};
}

Extent Topic::Now() const {
  std::lock_guard lock(mutex_);
  return extent_;
}

std::size_t Topic::Queued() const {
  std::lock_guard lock(mutex_);
  return waiting_.size();
}

std::vector<std::int64_t> Topic::Bases() const {
  std::lock_guard lock(mutex_);
  std::vector<std::int64_t> bases;
  bases.reserve(index_.size());
  for (const auto& [base, places] : index_) bases.push_back(base);
  return bases;
}

Result<Extent> Topic::Look(std::int64_t seen, Millis wait) {
  std::unique_lock lock(mutex_);
  if (wait > 0) {
    grown_.wait_for(lock, std::chrono::milliseconds(wait),
                    [&] { return extent_.end.offset != seen || extent_.start > seen; });
  }
  return extent_;
}

Result<Place> Topic::Near(std::int64_t offset) {
  std::lock_guard lock(mutex_);
  auto segment = index_.upper_bound(offset);
  if (segment == index_.begin()) {
    return Fail(Code::kNotFound, "topic {}: offset {} was removed", name_, offset);
  }
  --segment;
  const auto& places = segment->second;
  auto place = std::partition_point(places.begin(), places.end(), [&](const Place& candidate) {
    return candidate.offset <= offset;
  });
  if (place == places.begin()) return Place{segment->first, kSegmentHeaderBytes, segment->first};
  return *std::prev(place);
}

}  // namespace throughline::log::local
