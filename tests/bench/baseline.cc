#include "tests/bench/baseline.h"

#include <fmt/core.h>
#include <rocksdb/db.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <thread>

#include "engine/base/check.h"
#include "throughline/v1/contact.pb.h"
#include "throughline/v1/journal.pb.h"

namespace throughline::bench {
namespace {

constexpr std::size_t kThreads = 2;
constexpr std::size_t kRunBytes = std::size_t{64} << 20;

void Check(const rocksdb::Status& status) { CHECK(status.ok()); }

rocksdb::Options PlainOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  options.max_background_jobs = 2;
  return options;
}

// Reads and parses batch by batch, into messages that are used again.
class Parser {
 public:
  explicit Parser(Recording& recording) : log_(recording.log()) {}

  void Batch(std::size_t batch) {
    auto reader = Must(log_.Read(kJournal, static_cast<std::int64_t>(batch * kBatch)));
    for (const log::Record& record : Must(reader->Poll(kBatch, 0))) {
      CHECK(record_.ParseFromString(record.message.value));
      CHECK(envelope_.ParseFromString(record_.envelope()));
      CHECK(decision_.ParseFromString(record_.items(0).content()));
      if (decision_.has_placed()) CHECK(contact_.ParseFromString(record_.items(1).content()));
    }
  }

 private:
  log::EventLog& log_;
  v1::JournalRecord record_;
  v1::JournalEnvelope envelope_;
  v1::Decision decision_;
  v1::Contact contact_;
};

std::unique_ptr<rocksdb::DB> OpenDb(const std::string& directory) {
  rocksdb::DB* db = nullptr;
  Check(rocksdb::DB::Open(PlainOptions(), directory, &db));
  return std::unique_ptr<rocksdb::DB>(db);
}

void LiveThread(Recording& recording, const std::vector<Changes>& commits,
                const std::string& directory, std::size_t thread) {
  const auto db = OpenDb(directory);
  Parser parser(recording);
  rocksdb::WriteBatch writes;
  for (std::size_t batch = thread; batch < commits.size(); batch += kThreads) {
    parser.Batch(batch);
    for (const auto& [key, value] : commits[batch]) {
      Check(value ? writes.Put(key, *value) : writes.Delete(key));
    }
    Check(db->Write(rocksdb::WriteOptions(), &writes));
    writes.Clear();
  }
}

class SortedRun {
 public:
  SortedRun(rocksdb::DB& db, std::string directory) : db_(db), directory_(std::move(directory)) {}

  void Add(const std::string& key, const std::string& value) {
    bytes_ += key.size() + value.size();
    rows_.emplace_back(key, value);
    if (bytes_ > kRunBytes) Ingest();
  }

  void Ingest() {
    if (rows_.empty()) return;
    std::sort(rows_.begin(), rows_.end());
    const std::string file = fmt::format("{}/run-{}", directory_, files_++);
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), PlainOptions());
    Check(writer.Open(file));
    for (const auto& [key, value] : rows_) Check(writer.Put(key, value));
    Check(writer.Finish());
    rocksdb::IngestExternalFileOptions options;
    options.move_files = true;
    Check(db_.IngestExternalFile({file}, options));
    rows_.clear();
    bytes_ = 0;
  }

 private:
  rocksdb::DB& db_;
  std::string directory_;
  std::vector<std::pair<std::string, std::string>> rows_;
  std::size_t bytes_ = 0;
  int files_ = 0;
};

void BulkThread(Recording& recording, const std::vector<Changes>& last_writes,
                const std::string& directory, std::size_t thread) {
  const auto db = OpenDb(directory);
  Parser parser(recording);
  SortedRun run(*db, directory);
  for (std::size_t batch = thread; batch < last_writes.size(); batch += kThreads) {
    parser.Batch(batch);
    for (const auto& [key, value] : last_writes[batch]) run.Add(key, *value);
  }
  run.Ingest();
}

template <typename Work>
Took InThreads(const Work& work) {
  const Scratch scratch;
  const Watch watch;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] { work(fmt::format("{}/{}", scratch.path(), i), i); });
  }
  for (std::thread& thread : threads) thread.join();
  return watch.Stop();
}

}  // namespace

Took RawLive(Recording& recording, const std::vector<Changes>& commits) {
  return InThreads([&](const std::string& directory, std::size_t thread) {
    LiveThread(recording, commits, directory, thread);
  });
}

Took RawBulkLoad(Recording& recording, const std::vector<Changes>& last_writes) {
  return InThreads([&](const std::string& directory, std::size_t thread) {
    std::filesystem::create_directories(directory);
    BulkThread(recording, last_writes, directory, thread);
  });
}

std::vector<Changes> LastWrites(const std::vector<Changes>& commits) {
  std::map<std::string_view, std::size_t> last;
  for (std::size_t batch = 0; batch < commits.size(); ++batch) {
    for (const auto& [key, value] : commits[batch]) last[key] = batch;
  }
  std::vector<Changes> kept(commits.size());
  for (std::size_t batch = 0; batch < commits.size(); ++batch) {
    for (const auto& [key, value] : commits[batch]) {
      if (last[key] == batch && value) kept[batch].emplace_back(key, value);
    }
  }
  return kept;
}

}  // namespace throughline::bench
