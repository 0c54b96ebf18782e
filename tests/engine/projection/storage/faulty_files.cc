#include "tests/engine/projection/storage/faulty_files.h"

#include <filesystem>
#include <utility>

#include "tests/engine/projection/scratch.h"

namespace throughline::projection {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

#define CALL(files) \
  if (IOStatus called = (files).Call(); !called.ok()) return called

std::string Folder(const std::string& name) {
  return std::filesystem::path(name).lexically_normal().parent_path().string();
}
std::string Normal(const std::string& name) {
  std::string normal = std::filesystem::path(name).lexically_normal().string();
  if (normal.ends_with('/')) normal.pop_back();
  return normal;
}

class Writable final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  Writable(FaultyFiles& files, std::string name, std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), files_(files), name_(std::move(name)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    CALL(files_);
    IOStatus done = target()->Append(data, options, debug);
    if (done.ok()) files_.Appended(name_, data.size());
    return done;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    CALL(files_);
    IOStatus done = target()->Truncate(size, options, debug);
    if (done.ok()) files_.Truncated(name_, size);
    return done;
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    CALL(files_);
    return target()->Close(options, debug);
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    CALL(files_);
    return target()->Flush(options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    CALL(files_);
    IOStatus done = target()->Sync(options, debug);
    if (done.ok()) files_.Synced(name_);
    return done;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    CALL(files_);
    IOStatus done = target()->Fsync(options, debug);
    if (done.ok()) files_.Synced(name_);
    return done;
  }

 private:
  FaultyFiles& files_;
  std::string name_;
};

class Sequential final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  Sequential(FaultyFiles& files, std::unique_ptr<rocksdb::FSSequentialFile> file)
      : FSSequentialFileOwnerWrapper(std::move(file)), files_(files) {}
  IOStatus Read(std::size_t bytes, const IOOptions& options, Slice* result, char* scratch,
                IODebugContext* debug) override {
    CALL(files_);
    return target()->Read(bytes, options, result, scratch, debug);
  }

 private:
  FaultyFiles& files_;
};

class RandomAccess final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  RandomAccess(FaultyFiles& files, std::unique_ptr<rocksdb::FSRandomAccessFile> file)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), files_(files) {}
  IOStatus Read(std::uint64_t offset, std::size_t bytes, const IOOptions& options, Slice* result,
                char* scratch, IODebugContext* debug) const override {
    CALL(files_);
    return target()->Read(offset, bytes, options, result, scratch, debug);
  }

 private:
  FaultyFiles& files_;
};

class Directory final : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(FaultyFiles& files, std::string name, std::unique_ptr<rocksdb::FSDirectory> directory)
      : FSDirectoryWrapper(std::move(directory)), files_(files), name_(std::move(name)) {}
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    CALL(files_);
    IOStatus done = FSDirectoryWrapper::Fsync(options, debug);
    if (done.ok()) files_.DirectorySynced(name_);
    return done;
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  FaultyFiles& files_;
  std::string name_;
};

}  // namespace

FaultyFiles::FaultyFiles(const std::shared_ptr<rocksdb::FileSystem>& base)
    : FileSystemWrapper(base) {}
FaultyFiles::~FaultyFiles() = default;

void FaultyFiles::FailCall(std::uint64_t number) {
  const std::scoped_lock lock(mutex_);
  fail_ = number;
}

std::uint64_t FaultyFiles::calls() const {
  const std::scoped_lock lock(mutex_);
  return calls_;
}

IOStatus FaultyFiles::Call() {
  const std::scoped_lock lock(mutex_);
  if (dead_) return IOStatus::IOError("the power is off");
  if (++calls_ == fail_) return IOStatus::IOError("this call fails");
  return IOStatus::OK();
}

void FaultyFiles::Appended(const std::string& name, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  files_[name].size += bytes;
}

void FaultyFiles::Truncated(const std::string& name, std::uint64_t size) {
  const std::scoped_lock lock(mutex_);
  File& file = files_[name];
  file.size = size;
  file.synced = std::min(file.synced, size);
}

void FaultyFiles::Synced(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  files_[name].synced = files_[name].size;
}

void FaultyFiles::DirectorySynced(const std::string& directory) {
  const std::scoped_lock lock(mutex_);
  for (auto& [name, file] : files_) {
    if (Folder(name) != directory) continue;
    file.named = true;
    file.before.reset();
  }
}

void FaultyFiles::CutPower(std::mt19937_64* chance) {
  const std::scoped_lock lock(mutex_);
  dead_ = true;
  const auto keeps = [&] { return chance != nullptr && (*chance)() % 2 == 0; };
  for (const auto& [name, file] : files_) {
    std::error_code failed;
    if (!file.named && !keeps()) {
      if (file.before) {
        WriteFile(name, *file.before);
      } else {
        std::filesystem::remove(name, failed);
      }
      continue;
    }
    std::uint64_t left = file.synced;
    if (chance != nullptr && file.size > file.synced) {
      left += (*chance)() % (file.size - file.synced + 1);
    }
    std::filesystem::resize_file(name, left, failed);
  }
}

IOStatus FaultyFiles::NewSequentialFile(const std::string& name, const FileOptions& options,
                                        std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                        IODebugContext* debug) {
  CALL(*this);
  IOStatus done = FileSystemWrapper::NewSequentialFile(name, options, file, debug);
  if (done.ok()) *file = std::make_unique<Sequential>(*this, std::move(*file));
  return done;
}

IOStatus FaultyFiles::NewRandomAccessFile(const std::string& name, const FileOptions& options,
                                          std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                          IODebugContext* debug) {
  CALL(*this);
  IOStatus done = FileSystemWrapper::NewRandomAccessFile(name, options, file, debug);
  if (done.ok()) *file = std::make_unique<RandomAccess>(*this, std::move(*file));
  return done;
}

IOStatus FaultyFiles::NewWritableFile(const std::string& name, const FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      IODebugContext* debug) {
  CALL(*this);
  IOStatus done = FileSystemWrapper::NewWritableFile(name, options, file, debug);
  if (!done.ok()) return done;
  *file = std::make_unique<Writable>(*this, Normal(name), std::move(*file));
  const std::scoped_lock lock(mutex_);
  files_[Normal(name)] = File();
  return done;
}

IOStatus FaultyFiles::ReopenWritableFile(const std::string& name, const FileOptions& options,
                                         std::unique_ptr<rocksdb::FSWritableFile>* file,
                                         IODebugContext* debug) {
  CALL(*this);
  IOStatus done = FileSystemWrapper::ReopenWritableFile(name, options, file, debug);
  if (!done.ok()) return done;
  *file = std::make_unique<Writable>(*this, Normal(name), std::move(*file));
  const std::scoped_lock lock(mutex_);
  if (!files_.contains(Normal(name))) {
    std::error_code failed;
    const std::uint64_t size = std::filesystem::file_size(name, failed);
    files_[Normal(name)] = {.size = size, .synced = size, .named = true, .before = {}};
  }
  return done;
}

IOStatus FaultyFiles::NewDirectory(const std::string& name, const IOOptions& options,
                                   std::unique_ptr<rocksdb::FSDirectory>* directory,
                                   IODebugContext* debug) {
  CALL(*this);
  IOStatus done = FileSystemWrapper::NewDirectory(name, options, directory, debug);
  if (done.ok()) {
    *directory = std::make_unique<Directory>(*this, Normal(name), std::move(*directory));
  }
  return done;
}

IOStatus FaultyFiles::DeleteFile(const std::string& name, const IOOptions& options,
                                 IODebugContext* debug) {
  CALL(*this);
  IOStatus done = FileSystemWrapper::DeleteFile(name, options, debug);
  const std::scoped_lock lock(mutex_);
  if (done.ok()) files_.erase(Normal(name));
  return done;
}

IOStatus FaultyFiles::RenameFile(const std::string& from, const std::string& to,
                                 const IOOptions& options, IODebugContext* debug) {
  CALL(*this);
  std::optional<std::string> before;
  if (std::filesystem::exists(to)) before = ReadFile(to);
  IOStatus done = FileSystemWrapper::RenameFile(from, to, options, debug);
  if (!done.ok()) return done;
  const std::scoped_lock lock(mutex_);
  File moved = files_[Normal(from)];
  files_.erase(Normal(from));
  moved.named = false;
  moved.before = std::move(before);
  files_[Normal(to)] = std::move(moved);
  return done;
}

IOStatus FaultyFiles::LinkFile(const std::string& from, const std::string& to,
                               const IOOptions& options, IODebugContext* debug) {
  CALL(*this);
  IOStatus done = FileSystemWrapper::LinkFile(from, to, options, debug);
  if (!done.ok()) return done;
  const std::scoped_lock lock(mutex_);
  File linked = files_[Normal(from)];
  linked.named = false;
  files_[Normal(to)] = std::move(linked);
  return done;
}

IOStatus FaultyFiles::GetChildren(const std::string& directory, const IOOptions& options,
                                  std::vector<std::string>* names, IODebugContext* debug) {
  CALL(*this);
  return FileSystemWrapper::GetChildren(directory, options, names, debug);
}

#undef CALL

}  // namespace throughline::projection
