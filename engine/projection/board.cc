#include "engine/projection/board.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

namespace throughline::projection {
namespace {

Error Rebuilding() { return {Code::kUnavailable, "this shard is being rebuilt"}; }

}  // namespace

StoreSet::~StoreSet() {
  stores_.clear();
  if (!remove_) return;
  std::error_code failed;
  std::filesystem::remove_all(directory_, failed);
}

Board::Board(Signal& signal, std::shared_ptr<StoreSet> stores)
    : signal_(signal), stores_(std::move(stores)), entries_(stores_->size()) {}

void Board::Opened(std::uint32_t shard, const ShardPosition& position, Feeds feeds,
                   std::uint64_t outbox, bool whole) {
  const std::scoped_lock lock(signal_.mutex);
  Entry& entry = entries_[shard];
  entry.position = position;
  entry.feeds = std::move(feeds);
  entry.outbox = outbox;
  entry.served = position.head.seq > 0 && whole;
  entry.within = position.head.seq > 0 && !whole;
  if (entry.served) PassLocked(shard);
}

void Board::Folded(std::uint32_t shard, const ShardPosition& position) {
  const std::scoped_lock lock(signal_.mutex);
  entries_[shard].position = position;
}

void Board::Committed(std::uint32_t shard, const ShardPosition& position, const Feeds& feeds,
                      std::uint64_t new_rows) {
  {
    const std::scoped_lock lock(signal_.mutex);
    Entry& entry = entries_[shard];
    entry.position = position;
    entry.outbox += new_rows;
    for (const auto& [feed, offset] : feeds) {
      auto& last = entry.feeds.try_emplace(feed, offset).first->second;
      last = std::max(last, offset);
    }
    entry.served = entry.served || std::exchange(entry.within, false);
    if (entry.served) PassLocked(shard);
    AlignLocked();
    ++signal_.version;
  }
  signal_.changed.notify_all();
}

void Board::Erased(std::uint32_t shard, std::uint64_t rows) {
  const std::scoped_lock lock(signal_.mutex);
  entries_[shard].outbox -= std::min(entries_[shard].outbox, rows);
}

void Board::Live(std::uint32_t shard) {
  {
    const std::scoped_lock lock(signal_.mutex);
    Entry& entry = entries_[shard];
    entry.live = true;
    if (!entry.served) {
      entry.served = true;
      PassLocked(shard);
    }
    AlignLocked();
    ++signal_.version;
  }
  signal_.changed.notify_all();
}

void Board::Failed(std::uint32_t shard, const Error& error) {
  {
    const std::scoped_lock lock(signal_.mutex);
    Entry& entry = entries_[shard];
    entry.failed = error;
    entry.boundaries.clear();
    newest_.reset();
    AlignLocked();
    ++signal_.version;
  }
  signal_.changed.notify_all();
}

void Board::Parked(std::uint32_t shard, const std::optional<Error>& reason) {
  {
    const std::scoped_lock lock(signal_.mutex);
    entries_[shard].parked = reason;
  }
  signal_.changed.notify_all();
}

void Board::ReaderParked(const std::optional<Error>& reason) {
  {
    const std::scoped_lock lock(signal_.mutex);
    reader_parked_ = reason;
  }
  signal_.changed.notify_all();
}

void Board::Drained(std::uint32_t shard, Seq through) {
  {
    const std::scoped_lock lock(signal_.mutex);
    entries_[shard].drained = std::max(entries_[shard].drained, through);
  }
  signal_.changed.notify_all();
}

// The shard stands at a boundary: what it holds now may become a part of a view.
void Board::PassLocked(std::uint32_t shard) {
  Entry& entry = entries_[shard];
  const Seq seq = entry.position.head.seq;
  if (!entry.boundaries.empty() && entry.boundaries.back().seq == seq) return;
  entry.boundaries.push_back(
      {.seq = seq, .last_tick = entry.position.last_tick, .reads = stores_->At(shard).Snapshot()});
}

void Board::AlignLocked() {
  Seq seq = std::numeric_limits<Seq>::max();
  for (const Entry& entry : entries_) {
    if (!entry.served || entry.failed) continue;
    if (entry.boundaries.empty()) return;
    seq = std::min(seq, entry.boundaries.back().seq);
  }
  std::vector<View::Part> parts;
  std::optional<Millis> last_tick;
  for (const Entry& entry : entries_) {
    if (!entry.served || entry.failed) {
      parts.push_back({.reads = nullptr, .fault = entry.failed ? *entry.failed : Rebuilding()});
      continue;
    }
    const auto found = std::find_if(entry.boundaries.begin(), entry.boundaries.end(),
                                    [&](const Boundary& at) { return at.seq == seq; });
    if (found == entry.boundaries.end()) return;
    last_tick = found->last_tick;
    parts.push_back({.reads = found->reads, .fault = std::nullopt});
  }
  if (!last_tick) return;
  for (Entry& entry : entries_) {
    while (!entry.boundaries.empty() && entry.boundaries.front().seq < seq) {
      entry.boundaries.pop_front();
    }
  }
  newest_ = std::make_shared<const View>(stores_, seq, *last_tick, std::move(parts));
}

Result<std::shared_ptr<const View>> Board::NewestLocked() const {
  if (newest_ != nullptr) return newest_;
  if (const auto failure = FailureLocked()) return Fail(*failure);
  return Fail(Code::kUnavailable, "the stores are being rebuilt");
}

std::vector<ShardStatus> Board::StatusLocked() const {
  std::vector<ShardStatus> all;
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    ShardStatus status{.state = entry.live ? State::kLive : State::kRebuilding,
                       .reason = {},
                       .position = entry.position,
                       .outbox = entry.outbox};
    const auto fault = entry.failed ? entry.failed : stores_->At(i).Fault();
    const auto parked = entry.parked ? entry.parked : reader_parked_;
    if (fault) {
      status.state = State::kFailed;
      status.reason = fault->text;
    } else if (parked) {
      status.state = State::kParked;
      status.reason = parked->text;
    }
    all.push_back(std::move(status));
  }
  return all;
}

bool Board::AllLiveLocked() const {
  return std::all_of(entries_.begin(), entries_.end(),
                     [](const Entry& entry) { return entry.live && !entry.failed; });
}

std::optional<Error> Board::FailureLocked() const {
  for (const Entry& entry : entries_) {
    if (entry.failed) return entry.failed;
  }
  return ReaderFailureLocked();
}

std::optional<Error> Board::ReaderFailureLocked() const {
  if (reader_parked_ && reader_parked_->code != Code::kUnavailable) return reader_parked_;
  return std::nullopt;
}

Seq Board::CommittedLocked() const {
  std::optional<Seq> least;
  for (const Entry& entry : entries_) {
    if (entry.failed) continue;
    const Seq seq = entry.served ? entry.position.head.seq : 0;
    least = std::min(least.value_or(seq), seq);
  }
  return least.value_or(0);
}

bool Board::AllFailedLocked() const {
  return std::all_of(entries_.begin(), entries_.end(),
                     [](const Entry& entry) { return entry.failed.has_value(); });
}

bool Board::ReachedLocked(std::string_view feed, std::int64_t offset) const {
  return SeenLocked(0) && std::all_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
           const auto found = entry.feeds.find(feed);
           return entry.failed || (found != entry.feeds.end() && found->second >= offset);
         });
}

bool Board::SeenLocked(Seq seq) const {
  if (newest_ == nullptr || newest_->seq() < seq) return false;
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].failed && !newest_->At(i)) return false;
  }
  return true;
}

bool Board::DrainedLocked(Seq seq) const {
  return std::all_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return entry.failed || entry.drained >= seq; });
}

bool Board::Settled() const {
  const std::scoped_lock lock(signal_.mutex);
  if (newest_ == nullptr) return false;
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].failed || stores_->At(i).Fault()) continue;
    if (!entries_[i].live || !newest_->At(i)) return false;
  }
  return true;
}

}  // namespace throughline::projection
