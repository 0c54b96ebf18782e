#include <fcntl.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <system_error>

#include "engine/base/check.h"
#include "engine/projection/shard.h"

namespace throughline::projection {
namespace {

namespace fs = std::filesystem;

constexpr int kMostOpenFiles = 256;
constexpr int kBackgroundJobs = 2;
constexpr double kFilterBitsPerKey = 10;
constexpr double kMemtableFilter = 0.05;  // of the memtable's size
constexpr std::size_t kHintPrefixBytes = 1;

// RocksDB's own texts may quote keys, so only the kind of its status goes into ours.
Error ErrorOf(const rocksdb::Status& status, std::string_view doing) {
  if (status.IsCorruption()) {
    return {Code::kCorrupt, fmt::format("the store is damaged, found while {}", doing)};
  }
  if (status.IsNoSpace()) {
    return {Code::kUnavailable, fmt::format("the disk is full, found while {}", doing)};
  }
  if (status.IsPathNotFound() || status.IsNotFound()) {
    return {Code::kCorrupt, fmt::format("a file of the store is missing, found while {}", doing)};
  }
  return {Code::kUnavailable,
          fmt::format("the store failed while {} (status {}.{})", doing,
                      static_cast<int>(status.code()), static_cast<int>(status.subcode()))};
}

rocksdb::Slice SliceOf(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

// The first fault of a store, for good. Threads: any.
class Faults {
 public:
  void Record(const rocksdb::Status& status, std::string_view doing) {
    const std::scoped_lock lock(mutex_);
    if (first_.has_value()) return;
    first_ = ErrorOf(status, doing);
    known_.store(true, std::memory_order_release);
  }
  const std::optional<Error>& First() const {
    static const std::optional<Error> kNone;
    return known_.load(std::memory_order_acquire) ? first_ : kNone;
  }

 private:
  std::mutex mutex_;
  std::atomic<bool> known_{false};
  std::optional<Error> first_;  // written once, before known_
};

// RocksDB's log names files, levels and, on errors, keys: it is not kept.
class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

class BackgroundErrors final : public rocksdb::EventListener {
 public:
  explicit BackgroundErrors(Faults& faults) : faults_(faults) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                         rocksdb::Status* status) override {
    faults_.Record(*status, "working in the background");
  }

 private:
  Faults& faults_;
};

class RocksReads final : public Reads {
 public:
  // `snapshot` may be nullptr: reads as of now. Otherwise it is released at the end.
  RocksReads(rocksdb::DB& db, Faults& faults, const rocksdb::Snapshot* snapshot)
      : db_(db), faults_(faults), snapshot_(snapshot) {}
  ~RocksReads() override {
    if (snapshot_ != nullptr) db_.ReleaseSnapshot(snapshot_);
  }
  RocksReads(const RocksReads&) = delete;
  RocksReads& operator=(const RocksReads&) = delete;

  std::optional<std::string> Get(std::string_view key) const override {
    std::string value;
    const rocksdb::Status status = db_.Get(Options(), SliceOf(key), &value);
    if (status.ok()) return value;
    if (!status.IsNotFound()) faults_.Record(status, "reading");
    return std::nullopt;
  }

  std::vector<std::optional<std::string>> GetAll(
      const std::vector<std::string>& keys) const override {
    std::vector<rocksdb::Slice> wanted(keys.begin(), keys.end());
    std::vector<rocksdb::PinnableSlice> found(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    db_.MultiGet(Options(), db_.DefaultColumnFamily(), wanted.size(), wanted.data(), found.data(),
                 statuses.data(), std::is_sorted(keys.begin(), keys.end()));
    std::vector<std::optional<std::string>> values(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].ok()) {
        values[i] = found[i].ToString();
      } else if (!statuses[i].IsNotFound()) {
        faults_.Record(statuses[i], "reading");
      }
    }
    return values;
  }

  void Scan(std::string_view begin, std::string_view end,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    rocksdb::ReadOptions options = Options();
    const rocksdb::Slice upper = SliceOf(end);
    if (!end.empty()) options.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> at(db_.NewIterator(options));
    for (at->Seek(SliceOf(begin)); at->Valid(); at->Next()) {
      if (!visit(at->key().ToStringView(), at->value().ToStringView())) break;
    }
    if (!at->status().ok()) faults_.Record(at->status(), "scanning");
  }

  const std::optional<Error>& fault() const override { return faults_.First(); }

 private:
  rocksdb::ReadOptions Options() const {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    return options;
  }

  rocksdb::DB& db_;
  Faults& faults_;
  const rocksdb::Snapshot* snapshot_;
};

rocksdb::BlockBasedTableOptions TableFor(const Store::Options& options) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  table.whole_key_filtering = true;
  table.format_version = 5;
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  if (options.keeps_indexes) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
    return table;
  }
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  // The roots of what lies in pieces are small, and every read begins with them.
  table.metadata_cache_options.top_level_index_pinning = rocksdb::PinningTier::kAll;
  // In pieces: of a large store they are larger than the cache, and whole ones of many MiB would be
  // read and thrown out again for every key.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  // Smaller than Bloom's, and slower to make and to ask.
  table.filter_policy.reset(rocksdb::NewRibbonFilterPolicy(kFilterBitsPerKey));
  return table;
}

rocksdb::Options OptionsFor(const Store::Options& options, Faults& faults) {
  rocksdb::Options rocks;
  rocks.table_factory.reset(rocksdb::NewBlockBasedTableFactory(TableFor(options)));
  if (options.env != nullptr) rocks.env = options.env;
  rocks.create_if_missing = !options.read_only;
  rocks.paranoid_checks = true;
  rocks.force_consistency_checks = true;
  // The only mode that tells a torn tail, which the journal heals, from a flipped bit, after which
  // all would be lost silently.
  rocks.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  rocks.avoid_flush_during_shutdown = false;
  rocks.compaction_style = rocksdb::kCompactionStyleLevel;
  rocks.compression = rocksdb::kLZ4Compression;
  rocks.level0_file_num_compaction_trigger = options.files_to_merge;
  rocks.max_bytes_for_level_base = options.first_level_bytes;
  // The store seals a memtable at half of this (SealIfFull).
  rocks.write_buffer_size = 2 * options.write_buffer_bytes;
  rocks.max_write_buffer_number = 3;
  // Most of what is looked up is not there (a contact that is new): found out without a search.
  rocks.memtable_prefix_bloom_size_ratio = kMemtableFilter;
  rocks.memtable_whole_key_filtering = true;
  // A commit's keys come in order: each is searched for from where the one before it went.
  rocks.memtable_insert_with_hint_prefix_extractor.reset(
      rocksdb::NewFixedPrefixTransform(kHintPrefixBytes));
  rocks.max_background_jobs = kBackgroundJobs;
  rocks.max_open_files = kMostOpenFiles;
  rocks.stats_dump_period_sec = 0;
  rocks.stats_persist_period_sec = 0;
  rocks.info_log = std::make_shared<NoLog>();
  rocks.listeners.push_back(std::make_shared<BackgroundErrors>(faults));
  return rocks;
}

Result<std::uint64_t> FreeBytes(const std::string& directory) {
  struct statvfs disk {};
  if (::statvfs(directory.c_str(), &disk) != 0) {
    return Fail(Code::kUnavailable, "the store's disk cannot be asked for its free space");
  }
  return std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

class RocksStore final : public Store {
 public:
  RocksStore(std::string directory, const Options& options)
      : directory_(std::move(directory)),
        low_water_(options.low_water_bytes),
        bulk_file_bytes_(options.bulk_file_bytes),
        write_buffer_bytes_(options.write_buffer_bytes),
        options_(OptionsFor(options, faults_)) {}

  Result<void> OpenDb(bool read_only) {
    rocksdb::DB* db = nullptr;
    const rocksdb::Status status = read_only
                                       ? rocksdb::DB::OpenForReadOnly(options_, directory_, &db)
                                       : rocksdb::DB::Open(options_, directory_, &db);
    if (!status.ok()) {
      if (status.IsIOError() && status.ToString().find("/LOCK") != std::string::npos) {
        return Fail(Code::kConflict, "another process owns the store {}", directory_);
      }
      return Fail(ErrorOf(status, "opening"));
    }
    db_.reset(db);
    now_ = std::make_unique<RocksReads>(*db_, faults_, nullptr);
    return {};
  }

  const Reads& Now() const override { return *now_; }
  std::unique_ptr<Reads> Snapshot() const override {
    return std::make_unique<RocksReads>(*db_, faults_, db_->GetSnapshot());
  }

  Result<void> Commit(const Overlay& changes) override {
    TL_TRY(Writable(0));
    TL_TRY(SealIfFull());
    rocksdb::WriteBatch batch;
    for (const auto& [key, value] : changes.changes()) {
      const rocksdb::Status status = value.has_value()
                                         ? batch.Put(SliceOf(key.text()), SliceOf(*value))
                                         : batch.Delete(SliceOf(key.text()));
      CHECK(status.ok());
    }
    return Done(db_->Write(rocksdb::WriteOptions(), &batch), "committing");
  }

  Result<void> BulkLoad(const ByKey<std::string>& sorted) override {
    TL_ASSIGN(const bool empty, Empty());
    CHECK(empty);
    if (sorted.empty()) return {};
    std::uint64_t bytes = 0;
    for (const auto& [key, value] : sorted) bytes += key.text().size() + value.size();
    TL_TRY(Writable(bytes));
    // Beside the store, on the same disk: files that a crash leaves there are no part of it.
    const std::string beside = directory_ + ".load";
    std::error_code failed;
    fs::remove_all(beside, failed);
    if (!fs::create_directories(beside, failed)) {
      return Fail(Code::kUnavailable, "the directory of a bulk load cannot be made");
    }
    auto loaded = LoadFrom(beside, sorted);
    fs::remove_all(beside, failed);
    return loaded;
  }

  Result<void> Verify() const override {
    TL_TRY(Done(db_->VerifyChecksum(rocksdb::ReadOptions()), "verifying"));
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options));
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
    }
    return Done(at->status(), "verifying");
  }

  Result<void> CopyTo(const std::string& directory) const override {
    rocksdb::Checkpoint* made = nullptr;
    rocksdb::Status status = rocksdb::Checkpoint::Create(db_.get(), &made);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    if (status.ok()) status = checkpoint->CreateCheckpoint(directory);
    if (!status.ok()) return Fail(ErrorOf(status, "copying"));
    return {};
  }

  std::optional<Error> Fault() const override { return faults_.First(); }

 private:
  // A status that says that the store itself is in trouble, which is for good.
  Result<void> Done(const rocksdb::Status& status, std::string_view doing) const {
    if (!status.ok()) {
      faults_.Record(status, doing);
      return Fail(ErrorOf(status, doing));
    }
    return {};
  }

  // With each memtable RocksDB begins a WAL and syncs neither the old nor the new: a power cut
  // could keep the new one and lose the end of the old, a hole that recovery in this mode passes
  // over. So this store begins them itself, once the old WAL is synced, before RocksDB would.
  Result<void> SealIfFull() {
    std::uint64_t bytes = 0;
    if (!db_->GetIntProperty(rocksdb::DB::Properties::kCurSizeActiveMemTable, &bytes) ||
        bytes < write_buffer_bytes_) {
      return {};
    }
    TL_TRY(Done(db_->SyncWAL(), "syncing"));
    rocksdb::FlushOptions flush;
    flush.wait = false;
    return Done(db_->Flush(flush), "flushing");
  }

  Result<void> Writable(std::uint64_t bytes) const {
    if (faults_.First()) return Fail(*faults_.First());
    TL_ASSIGN(const std::uint64_t free, FreeBytes(directory_));
    if (free < low_water_ + bytes) {
      return Fail(Code::kUnavailable,
                  "the disk of {} is nearly full: {} MiB are free, and {} are needed: make room",
                  directory_, free >> 20, (low_water_ + bytes) >> 20);
    }
    return {};
  }

  Result<bool> Empty() const {
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(rocksdb::ReadOptions()));
    at->SeekToFirst();
    TL_TRY(Done(at->status(), "loading"));
    return !at->Valid();
  }

  Result<void> LoadFrom(const std::string& beside, const ByKey<std::string>& sorted) {
    std::vector<std::string> files;
    for (auto at = sorted.begin(); at != sorted.end();) {
      rocksdb::SstFileWriter writer(rocksdb::EnvOptions(options_), options_);
      files.push_back(fmt::format("{}/{:06}", beside, files.size()));
      rocksdb::Status status = writer.Open(files.back());
      for (; status.ok() && at != sorted.end() && writer.FileSize() < bulk_file_bytes_; ++at) {
        status = writer.Put(SliceOf(at->first.text()), SliceOf(at->second));
      }
      if (status.ok()) status = writer.Finish();
      TL_TRY(Done(status, "writing a bulk load"));
    }
    rocksdb::IngestExternalFileOptions ingest;
    ingest.move_files = true;
    ingest.failed_move_fall_back_to_copy = true;
    ingest.write_global_seqno = false;
    ingest.verify_checksums_before_ingest = true;
    return Done(db_->IngestExternalFile(files, ingest), "loading");
  }

  std::string directory_;
  std::uint64_t low_water_;
  std::uint64_t bulk_file_bytes_;
  std::uint64_t write_buffer_bytes_;
  mutable Faults faults_;
  rocksdb::Options options_;
  std::unique_ptr<rocksdb::DB> db_;
  std::unique_ptr<RocksReads> now_;
};

// Whether a directory holds the files of a store that lost its CURRENT: opening it would start an
// empty one over them.
bool LostItsCurrent(const std::string& directory) {
  std::error_code failed;
  if (fs::exists(directory + "/CURRENT", failed)) return false;
  for (const auto& entry : fs::directory_iterator(directory, failed)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("MANIFEST-") || name.ends_with(".sst")) return true;
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::Open(const std::string& directory, const Options& options) {
  std::error_code failed;
  if (LostItsCurrent(directory)) {
    return Fail(Code::kCorrupt, "a file of the store is missing, found while opening");
  }
  if (options.read_only) {
    if (!fs::exists(directory + "/CURRENT", failed)) {
      return Fail(Code::kNotFound, "there is no store");
    }
  } else {
    fs::create_directories(directory, failed);
    if (failed) return Fail(Code::kUnavailable, "the store's directory cannot be made");
  }
  auto store = std::make_unique<RocksStore>(directory, options);
  TL_TRY(store->OpenDb(options.read_only));
  return store;
}

}  // namespace throughline::projection
