#include "engine/intake/state_keeper.h"

#include <filesystem>

#include "engine/base/bytes.h"

namespace throughline::intake {
namespace {

constexpr std::size_t kRecordsAtOnce = 2000;

Result<void> MakeDirectory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (!error) return {};
  return Fail(Code::kUnavailable, "state {} cannot be made: {}", directory, error.message());
}

}  // namespace

// A store of another version of the fold is left alone until it is deleted with its directory.
std::string StoreDirectory(const std::string& directory) {
  return fmt::format("{}/v{}", directory, IntakeFold().version());
}

Result<std::shared_ptr<const projection::Reads>> StateAtRest(const std::string& state_directory) {
  const std::string directory = StoreDirectory(state_directory);
  std::error_code error;
  if (!std::filesystem::exists(directory, error)) {
    return Fail(Code::kNotFound, "nothing was decided here yet: start `throughline up`");
  }
  projection::Store::Options options;
  options.read_only = true;
  TL_ASSIGN(auto opened, projection::Store::Open(directory, options));
  std::shared_ptr<const projection::Store> store = std::move(opened);
  return std::shared_ptr<const projection::Reads>(store, &store->Now());
}

std::optional<StatePlace> PlaceOf(const Settings& settings) {
  if (settings.state_place || settings.state_directory.empty()) return settings.state_place;
  StatePlace place;
  projection::Store::Options options;
  options.block_cache_bytes = settings.state_cache_bytes;
  options.keeps_indexes = true;
  // It reads more than it writes: with twice as many and as large it took a twentieth longer.
  options.files_to_merge = 4;
  options.first_level_bytes = std::uint64_t{256} << 20;
  place.open = [directory = settings.state_directory,
                options]() -> Result<std::unique_ptr<projection::Store>> {
    TL_TRY(MakeDirectory(directory));
    return projection::Store::Open(StoreDirectory(directory), options);
  };
  place.discard = [directory = settings.state_directory]() -> Result<void> {
    std::error_code error;
    std::filesystem::remove_all(StoreDirectory(directory), error);
    if (!error) return {};
    return Fail(Code::kUnavailable, "state {} cannot be discarded: {}", directory, error.message());
  };
  return place;
}

Result<std::unique_ptr<StateKeeper>> StateKeeper::Open(log::EventLog& log, const Clock& clock,
                                                       const std::string& journal,
                                                       const std::optional<StatePlace>& place,
                                                       const log::JournalReader::Limits& limits) {
  std::unique_ptr<StateKeeper> keeper(new StateKeeper());
  auto opened = keeper->OpenAt(log, clock, journal, place, limits);
  if (!opened && opened.error().code == Code::kCorrupt && place) {
    // The state is damaged, or ahead of a journal that lost its tail. The journal is the record.
    keeper.reset(new StateKeeper());
    TL_TRY(place->discard());
    opened = keeper->OpenAt(log, clock, journal, place, limits);
  }
  if (!opened) return Fail(std::move(opened.error()));
  return keeper;
}

Result<void> StateKeeper::OpenAt(log::EventLog& log, const Clock& clock, const std::string& journal,
                                 const std::optional<StatePlace>& place,
                                 const log::JournalReader::Limits& limits) {
  if (place) {
    TL_ASSIGN(auto opened, place->open());
    store_ = std::move(opened);
  }
  projection::MemoryStore* memory = store_ == nullptr ? &memory_ : nullptr;
  shard_ = std::make_unique<projection::Shard>(memory, store_.get(), projection::ShardOf{},
                                               std::vector<projection::Fold*>{&fold_});
  TL_ASSIGN(projection::ShardPosition position, shard_->Position());
  TL_ASSIGN(reader_, log::JournalReader::Open(log, journal, position.head, clock, limits));
  return {};
}

Result<std::vector<log::Accepted>> StateKeeper::Read() { return reader_->Poll(kRecordsAtOnce, 0); }

Result<std::vector<log::Accepted>> StateKeeper::Follow() {
  TL_ASSIGN(auto records, Read());
  TL_TRY(Apply(records));
  return records;
}

Result<void> StateKeeper::Apply(const std::vector<log::Accepted>& records,
                                const std::optional<Foreseen>& foreseen) {
  fold_.Forget();
  if (foreseen && foreseen->Holds(records)) fold_.Foresee(*foreseen);
  for (const log::Accepted& record : records) TL_TRY(shard_->Apply(record));
  return Commit();
}

Result<void> StateKeeper::Commit() {
  if (shard_->pending_records() == 0) return {};
  return shard_->Commit();
}

const projection::Reads* StateKeeper::shared_reads() const {
  return store_ == nullptr || shard_->pending_records() > 0 ? nullptr : &store_->Now();
}

Result<std::string> StateKeeper::Digest() const {
  TL_ASSIGN(std::string digest, projection::Digest(store_ == nullptr ? memory_ : store_->Now()));
  return Hex(digest);
}

}  // namespace throughline::intake
