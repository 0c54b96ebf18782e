#include "engine/projection/generation.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/projection/host_keys.h"

namespace throughline::projection {
namespace {

// How long the reader waits for a first record; a stop is noticed as late as this.
constexpr Millis kPollWait = 50;
constexpr std::chrono::milliseconds kBeforeReadingAgain{200};
constexpr std::size_t kMostBatchBytes = std::size_t{16} << 20;

std::size_t BytesOf(const log::Accepted& record) {
  std::size_t bytes = sizeof(record) + record.envelope.ByteSizeLong() +
                      record.decision.ByteSizeLong() + record.hash.size();
  for (const log::Item& item : record.contacts) bytes += sizeof(item) + item.content.size();
  return bytes;
}

// The last record of which a store holds something, having read all that the host itself keeps
// there.
Result<log::ChainHead> ReadHostKeys(const Reads& store) {
  store.Scan({}, std::string(1, static_cast<char>(keys::kFirstOfFolds)),
             [](std::string_view, std::string_view) { return true; });
  TL_ASSIGN(const ShardPosition position, PositionIn(store));
  TL_ASSIGN(const auto unfinished, UnfinishedIn(store));
  return unfinished ? unfinished->head : position.head;
}

void Add(std::vector<log::Accepted> records, Batch& batch) {
  for (log::Accepted& record : records) {
    batch.bytes += BytesOf(record);
    if (!record.envelope.feed().empty()) {
      batch.feeds[record.envelope.feed()] = record.envelope.feed_offset();
    }
    batch.records.push_back(std::move(record));
  }
}

}  // namespace

Layout LayoutOf(const Host::Options& options, const std::string& topic, const Host::Folds& folds) {
  Layout layout{.shards = options.shards, .topic = topic, .folds = {}};
  for (const auto& fold : folds) {
    layout.folds.push_back(fmt::format("{}@{}", fold->name(), fold->version()));
  }
  return layout;
}

Result<std::unique_ptr<Store>> DirectoryStores::Open(std::uint32_t generation,
                                                     std::uint32_t shard) const {
  return Store::Open(directory_.ShardPath(generation, shard), options_);
}

void DirectoryStores::Remove(std::uint32_t generation, std::uint32_t shard) const {
  directory_.RemoveShard(generation, shard);
}

Result<void> DirectoryStores::SetAside(std::uint32_t generation, std::uint32_t shard) const {
  return directory_.SetAside(generation, shard);
}

std::string DirectoryStores::Directory(std::uint32_t generation) const {
  return directory_.GenerationPath(generation);
}

Generation::Generation(const Host& host, std::uint32_t number, std::string topic)
    : host_(host), number_(number), topic_(std::move(topic)) {}

Generation::~Generation() { Stop(); }

Result<std::unique_ptr<Generation>> Generation::Open(const Host& host, std::uint32_t number,
                                                     const std::string& topic) {
  std::unique_ptr<Generation> generation(new Generation(host, number, topic));
  TL_TRY(generation->OpenShards());
  return generation;
}

Result<void> Generation::Holds(const log::ChainHead& head) const {
  auto opened =
      log::JournalReader::Open(host_.log, topic_, head, host_.clock, host_.options.limits);
  if (!opened) return Fail(opened.error());
  return {};
}

Result<std::unique_ptr<Store>> Generation::OpenSound(std::uint32_t shard) const {
  // At most: as found; empty in the place of a damaged one; empty in the place of one that the
  // journal does not bear out.
  for (int attempt = 0; attempt < 3; ++attempt) {
    auto store = host_.place.Open(number_, shard);
    Result<void> sound;
    if (!store) {
      sound = Fail(store.error());
    } else if (host_.options.verify_at_start) {
      sound = (*store)->Verify();
    }
    Result<log::ChainHead> head;
    if (sound) {
      head = ReadHostKeys((*store)->Now());
      if (!head) sound = Fail(head.error());
    }
    if (!sound) {
      if (sound.error().code != Code::kCorrupt) return Fail(sound.error());
      if (store) store->reset();
      TL_TRY(host_.place.SetAside(number_, shard));
      continue;
    }
    if (head->seq == 0) return std::move(*store);
    const auto held = Holds(*head);
    if (held) return std::move(*store);
    if (held.error().code != Code::kCorrupt) return Fail(held.error());
    store->reset();
    host_.place.Remove(number_, shard);
  }
  return Fail(Code::kCorrupt, "an empty store cannot be opened soundly");
}

Result<void> Generation::OpenShards() {
  const std::uint32_t count = host_.options.shards;
  std::vector<std::unique_ptr<Store>> stores;
  for (std::uint32_t i = 0; i < count; ++i) {
    TL_ASSIGN(auto store, OpenSound(i));
    stores.push_back(std::move(store));
  }
  stores_ = std::make_shared<StoreSet>(host_.place.Directory(number_), std::move(stores));
  board_ = std::make_unique<Board>(host_.signal, stores_);
  std::optional<log::ChainHead> least;
  for (std::uint32_t i = 0; i < count; ++i) {
    runners_.push_back(std::make_unique<ShardRunner>(
        ShardOf{.index = i, .count = count}, stores_->At(i), host_.make(), *board_,
        ShardRunner::Limits{.queue_bytes = host_.options.queue_bytes,
                            .memory_bytes = host_.options.memory_bytes,
                            .part_steps = host_.options.part_steps,
                            .before_trying_again = host_.options.before_trying_again}));
    TL_ASSIGN(const ShardPosition position, runners_.back()->Open());
    if (auto next = ContinuedIn(stores_->At(i).Now()); next && *next != topic_) continued_ = *next;
    from_nothing_ = from_nothing_ && position.head.seq == 0;
    if (!least || position.head.seq < least->seq) least = position.head;
  }
  TL_ASSIGN(reader_,
            log::JournalReader::Open(host_.log, topic_, *least, host_.clock, host_.options.limits));
  journal_seq_ = least->seq;
  journal_offset_ = least->offset + 1;
  TL_ASSIGN(journal_end_, host_.log.End(topic_));
  return {};
}

void Generation::Start() {
  for (auto& runner : runners_) runner->Start();
  thread_ = std::thread([this] { Read(); });
}

void Generation::Stop() {
  {
    const std::scoped_lock lock(host_.signal.mutex);
    stopping_ = true;
  }
  host_.signal.changed.notify_all();
  // The reader may wait for room in an inbox, which its shard makes or gives up: so it ends before
  // they do.
  for (auto& runner : runners_) runner->Hurry();
  if (thread_.joinable()) thread_.join();
  for (auto& runner : runners_) runner->Stop();
}

Result<Batch> Generation::Gather(Millis wait) {
  Batch batch;
  bool more = true;
  while (more && batch.records.size() < host_.options.batch_records &&
         batch.bytes < kMostBatchBytes) {
    auto records = reader_->Poll(host_.options.batch_records - batch.records.size(),
                                 batch.records.empty() ? wait : 0);
    // What came before the trouble goes on; the next poll meets it again.
    if (!records && batch.records.empty()) return Fail(records.error());
    more = records && !records->empty();
    if (more) Add(std::move(*records), batch);
  }
  if (!reached_end_ && !more) {
    auto at_end = reader_->AtEnd();
    if (!at_end && batch.records.empty()) return Fail(at_end.error());
    reached_end_ = batch.at_end = at_end.value_or(false);
  }
  return batch;
}

bool Generation::Rest(const Error& error) {
  std::unique_lock lock(host_.signal.mutex);
  // A broken chain or a removed history does not mend by itself.
  const bool for_good = error.code != Code::kUnavailable;
  const auto deadline = std::chrono::steady_clock::now() + kBeforeReadingAgain;
  while (!stopping_ && (for_good || std::chrono::steady_clock::now() < deadline)) {
    if (for_good) {
      host_.signal.changed.wait(lock);
    } else {
      host_.signal.changed.wait_until(lock, deadline);
    }
  }
  return !stopping_;
}

Result<bool> Generation::Turn(Millis wait) {
  auto gathered = Gather(wait);
  dropped_ = reader_->dropped();
  if (!gathered) {
    parked_ = true;
    board_->ReaderParked(gathered.error());
    return Fail(std::move(gathered.error()));
  }
  if (parked_) board_->ReaderParked(std::nullopt);
  parked_ = false;
  if (gathered->records.empty() && !gathered->at_end) return false;
  const auto batch = std::make_shared<const Batch>(std::move(*gathered));
  journal_seq_ = reader_->head().seq;
  journal_offset_ = reader_->head().offset + 1;
  journal_end_ = std::max(journal_end_.load(), journal_offset_.load());
  for (auto& runner : runners_) runner->Push(batch);
  NoteContinued(*batch);
  return true;
}

void Generation::NoteContinued(const Batch& batch) {
  for (const log::Accepted& record : batch.records) {
    if (!record.decision.has_continued() || record.decision.continued().next() == topic_) continue;
    {
      const std::scoped_lock lock(host_.signal.mutex);
      continued_ = record.decision.continued().next();
    }
    host_.signal.changed.notify_all();
  }
}

void Generation::Read() {
  const auto stopping = [this] {
    const std::scoped_lock lock(host_.signal.mutex);
    return stopping_;
  };
  while (!stopping()) {
    const auto turned = Turn(kPollWait);
    if (!turned && !Rest(turned.error())) return;
  }
}

}  // namespace throughline::projection
