#include "engine/projection/shard_runner.h"

#include <utility>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/base/crash_point.h"
#include "engine/projection/host_keys.h"

namespace throughline::projection {
namespace {

Feeds FeedsIn(const Reads& store) {
  Feeds feeds;
  const std::string prefix(1, keys::kFeed);
  store.Scan(prefix, PrefixEnd(prefix), [&](std::string_view key, std::string_view value) {
    const auto offset = TakeI64(value);
    CHECK(offset.has_value());
    feeds.emplace(key.substr(1), *offset);
    return true;
  });
  return feeds;
}

bool IsEmpty(const Reads& store) {
  bool empty = true;
  store.Scan({}, {}, [&](std::string_view, std::string_view) { return empty = false; });
  return empty;
}

std::uint64_t RowsIn(const Reads& store) {
  std::uint64_t rows = 0;
  store.Scan(keys::OutboxKey(0, 0), PrefixEnd(std::string(1, keys::kOutbox)),
             [&](std::string_view, std::string_view) {
               ++rows;
               return true;
             });
  return rows;
}

}  // namespace

ShardRunner::ShardRunner(ShardOf shard, Store& store, Host::Folds folds, Board& board,
                         const Limits& limits)
    : shard_of_(shard),
      store_(store),
      folds_(std::move(folds)),
      board_(board),
      limits_(limits),
      inbox_(limits.queue_bytes) {}

ShardRunner::~ShardRunner() { Stop(); }

std::vector<Fold*> ShardRunner::Folds() const {
  std::vector<Fold*> folds;
  for (const auto& fold : folds_) folds.push_back(fold.get());
  return folds;
}

std::unique_ptr<Shard> ShardRunner::MakeShard() {
  Store* store = memory_ == nullptr ? &store_ : nullptr;
  return std::make_unique<Shard>(memory_.get(), store, shard_of_, Folds(), limits_.part_steps);
}

Result<ShardPosition> ShardRunner::Open() {
  TL_ASSIGN(const ShardPosition position, PositionIn(store_.Now()));
  // One that was loaded from an empty journal stands at no record and yet holds the host's mark.
  if (IsEmpty(store_.Now())) {
    memory_ = std::make_unique<MemoryStore>();
    memory_->Put(keys::CatchUpKey(), keys::CatchUpValue(keys::kNotYet));
  }
  shard_ = MakeShard();
  Feeds feeds = FeedsIn(store_.Now());
  const std::uint64_t rows = RowsIn(store_.Now());
  if (store_.Fault()) return Fail(*store_.Fault());
  board_.Opened(shard_of_.index, position, std::move(feeds), rows, shard_->unfinished() == 0);
  return position;
}

void ShardRunner::Start() {
  thread_ = std::thread([this] { Run(); });
}

void ShardRunner::Stop() {
  inbox_.Close();
  if (thread_.joinable()) thread_.join();
}

void ShardRunner::Run() {
  while (auto work = inbox_.Take()) {
    if (!Do(*work)) return;
  }
}

bool ShardRunner::Turn() {
  const auto work = inbox_.TakeIfAny();
  return work && Do(*work);
}

bool ShardRunner::Do(const Inbox::Work& work) {
  auto done = Erase(work.published);
  if (done && work.batch != nullptr) done = Take(*work.batch);
  if (done) return true;
  inbox_.Abandon();
  // Stopped while it waited for the disk: nothing is wrong with the store.
  if (done.error().code != Code::kUnavailable || store_.Fault()) {
    board_.Failed(shard_of_.index, done.error());
  }
  return false;
}

Result<void> ShardRunner::Patiently(const std::function<Result<void>()>& write) {
  bool parked = false;
  for (;;) {
    auto written = write();
    if (written && parked) board_.Parked(shard_of_.index, std::nullopt);
    if (written || written.error().code != Code::kUnavailable || store_.Fault()) return written;
    board_.Parked(shard_of_.index, written.error());
    parked = true;
    if (!inbox_.Pause(std::chrono::milliseconds(limits_.before_trying_again))) return written;
  }
}

Result<void> ShardRunner::Take(const Batch& batch) {
  // A shard that was ahead of the others passes no boundary behind itself.
  std::size_t rows = 0;
  for (const log::Accepted& record : batch.records) {
    TL_TRY(shard_->Apply(record));
    while (shard_->unfinished() == record.seq()) {
      TL_TRY(Commit(rows));
      CrashPoint("between-parts");
      TL_TRY(shard_->Apply(record));
    }
  }
  // One that stands within a later record has passed these over.
  if (shard_->unfinished() != 0) return {};
  TL_TRY(Commit(rows));
  TL_ASSIGN(const ShardPosition position, shard_->Position());
  if (memory_ == nullptr) {
    board_.Committed(shard_of_.index, position, batch.feeds, rows);
  } else {
    board_.Folded(shard_of_.index, position);
  }
  if (batch.at_end && !live_) return BecomeLive();
  return {};
}

Result<void> ShardRunner::Commit(std::size_t& rows) {
  rows += shard_->pending_publications();
  TL_TRY(Patiently([&] { return shard_->Commit(); }));
  if (memory_ == nullptr || memory_->bytes() <= limits_.memory_bytes) return {};
  rows = 0;  // the board is told of all that was loaded
  return Load();
}

Result<void> ShardRunner::BecomeLive() {
  TL_ASSIGN(const ShardPosition position, shard_->Position());
  const Writes& state = shard_->state();
  if (keys::CatchUp(state) == keys::kNotYet) {
    const std::string through = keys::CatchUpValue(position.head.seq);
    if (memory_ != nullptr) {
      memory_->Put(keys::CatchUpKey(), through);
    } else {
      Overlay mark(store_.Now());
      mark.Put(keys::CatchUpKey(), through);
      TL_TRY(Patiently([&] { return store_.Commit(mark); }));
    }
  }
  if (memory_ != nullptr) TL_TRY(Load());
  live_ = true;
  board_.Live(shard_of_.index);
  return {};
}

Result<void> ShardRunner::Load() {
  CrashPoint("before-load");
  TL_TRY(Patiently([&] { return store_.BulkLoad(memory_->all()); }));
  CrashPoint("after-load");
  memory_.reset();
  shard_ = MakeShard();
  for (const auto& fold : folds_) fold->Forget();
  TL_ASSIGN(const ShardPosition position, shard_->Position());
  board_.Committed(shard_of_.index, position, FeedsIn(store_.Now()), RowsIn(store_.Now()));
  if (store_.Fault()) return Fail(*store_.Fault());
  return {};
}

Result<void> ShardRunner::Erase(const std::vector<std::string>& published) {
  if (published.empty()) return {};
  Overlay erased(store_.Now());
  std::uint64_t rows = 0;
  for (const std::string& key : published) {
    erased.Erase(key);
    rows += key == keys::CatchUpKey() ? 0 : 1;
  }
  CrashPoint("before-erase");
  TL_TRY(Patiently([&] { return store_.Commit(erased); }));
  board_.Erased(shard_of_.index, rows);
  return {};
}

}  // namespace throughline::projection
