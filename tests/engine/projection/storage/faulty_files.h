#pragma once

#include <rocksdb/file_system.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace throughline::projection {

// A file system over the real one that knows what a power cut would leave: of each file what was
// synced, of each directory the names that were there when it was last synced. And one that fails
// a call. Threads: any.
class FaultyFiles final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyFiles(const std::shared_ptr<rocksdb::FileSystem>& base);
  ~FaultyFiles() override;
  const char* Name() const override { return "FaultyFiles"; }

  // The call of that number (1: the first) fails.
  void FailCall(std::uint64_t number);
  std::uint64_t calls() const;
  // From here on nothing reaches the disk, and what was not synced is gone from it: all of it, or,
  // with `chance`, as much of each file's end and of the new names as it decides.
  void CutPower(std::mt19937_64* chance);

  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& name,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetChildren(const std::string& directory, const rocksdb::IOOptions& options,
                                std::vector<std::string>* names,
                                rocksdb::IODebugContext* debug) override;

  // For the files that it hands out.
  rocksdb::IOStatus Call();
  void Appended(const std::string& name, std::uint64_t bytes);
  void Truncated(const std::string& name, std::uint64_t size);
  void Synced(const std::string& name);
  void DirectorySynced(const std::string& directory);

 private:
  struct File {
    std::uint64_t size = 0;
    std::uint64_t synced = 0;
    bool named = false;                 // its name survives
    std::optional<std::string> before;  // what its name held, if that was replaced
  };

  mutable std::mutex mutex_;
  std::uint64_t calls_ = 0;
  std::uint64_t fail_ = 0;
  bool dead_ = false;
  std::map<std::string, File> files_;
};

}  // namespace throughline::projection
