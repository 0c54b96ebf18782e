#include "engine/log/local/local_log.h"

#include <filesystem>

#include "engine/log/local/beside.h"
#include "engine/log/local/reader.h"

namespace throughline::log {

using local::Disk;
using local::File;
using local::Topic;

namespace {

// With every directory above it that is not there. A name lasts once the directory that holds it is
// synced.
Result<void> MakeDirectories(const std::string& path, Disk& disk) {
  if (path.empty() || local::Exists(path)) return {};
  std::string parent = std::filesystem::path(path).parent_path().string();
  TL_TRY(MakeDirectories(parent, disk));
  auto made = local::MakeDirectory(path);
  // Another process may have been quicker; the lock decides between them.
  if (!made && made.error().code != Code::kExists) return made;
  TL_ASSIGN(File directory, File::Open(parent.empty() ? "." : parent, File::Mode::kDirectory));
  local::SyncOrAbort(disk, directory);
  return {};
}

}  // namespace

LocalLog::LocalLog(std::string directory, local::DirectoryLock lock, const Clock& clock,
                   const Options& options, Disk& disk)
    : directory_(std::move(directory)),
      lock_(std::move(lock)),
      clock_(clock),
      options_(options),
      disk_(disk) {}

LocalLog::~LocalLog() = default;

Result<std::unique_ptr<LocalLog>> LocalLog::Open(const std::string& directory, const Clock& clock,
                                                 const Options& options, Disk& disk) {
  TL_TRY(MakeDirectories(directory, disk));
  TL_ASSIGN(auto lock, local::DirectoryLock::Take(directory));
  std::unique_ptr<LocalLog> log(new LocalLog(directory, std::move(lock), clock, options, disk));
  TL_TRY(log->OpenTopics());
  return log;
}

Result<std::unique_ptr<LocalLog>> LocalLog::Open(const std::string& directory, const Clock& clock,
                                                 const Options& options) {
  return Open(directory, clock, options, local::MachineDisk());
}

Result<std::unique_ptr<LocalLog>> LocalLog::Open(const std::string& directory, const Clock& clock) {
  return Open(directory, clock, Options{});
}

Result<std::unique_ptr<EventLog>> LocalLog::OpenForReading(const std::string& directory) {
  return local::BesideLog::Open(directory);
}

Result<void> LocalLog::OpenTopics() {
  // A topic that was being made when the process ended.
  TL_TRY(local::RemoveTree(fmt::format("{}/{}", directory_, local::kCreating)));
  // The process before may have ended between naming a topic and syncing its name.
  TL_TRY(SyncNames());
  TL_ASSIGN(auto names, local::TopicNames(directory_));
  for (const std::string& name : names) TL_TRY(OpenTopic(name));
  return {};
}

Result<void> LocalLog::SyncNames() {
  TL_ASSIGN(File directory, File::Open(directory_, File::Mode::kDirectory));
  local::SyncOrAbort(disk_, directory);
  return {};
}

Result<void> LocalLog::OpenTopic(const std::string& name) {
  local::Surroundings around{
      clock_, disk_, publish_, options_.segment_bytes, options_.free_bytes, options_.free_percent};
  std::optional<local::Cut> cut;
  TL_ASSIGN(auto topic, Topic::Open(directory_ + "/" + name, name, around, cut));
  if (cut) cuts_.push_back(std::move(*cut));
  std::lock_guard lock(topics_mutex_);
  topics_.emplace(name, std::move(topic));
  return {};
}

Result<Topic*> LocalLog::Find(std::string_view topic) {
  std::lock_guard lock(topics_mutex_);
  auto found = topics_.find(topic);
  if (found == topics_.end()) return Fail(Code::kNotFound, "no topic {}", topic);
  return found->second.get();
}

Result<void> LocalLog::Create(std::string_view topic) {
  TL_TRY(CheckTopicName(topic));
  std::lock_guard maintenance(maintenance_);
  if (Find(topic)) return {};
  TL_ASSIGN(auto names, Topics());
  if (names.size() >= options_.topics) {
    return Fail(Code::kInvalid, "log {} has {} topics, the most that it may", directory_,
                names.size());
  }
  // Under another name until it is whole: a topic is there with all its files or not at all.
  std::string making = fmt::format("{}/{}", directory_, local::kCreating);
  std::string name(topic);
  TL_TRY(local::RemoveTree(making));
  TL_TRY(Topic::Make(making, topic, disk_));
  TL_TRY(local::Rename(making, directory_ + "/" + name));
  TL_TRY(SyncNames());
  return OpenTopic(name);
}

Result<std::vector<std::string>> LocalLog::Topics() {
  std::lock_guard lock(topics_mutex_);
  std::vector<std::string> names;
  names.reserve(topics_.size());
  for (const auto& [name, topic] : topics_) names.push_back(name);
  return names;
}

Result<std::vector<std::int64_t>> LocalLog::Append(std::string_view name,
                                                   const std::vector<Message>& messages) {
  TL_ASSIGN(Topic * topic, Find(name));
  return topic->Append(messages);
}

Result<std::unique_ptr<Reader>> LocalLog::Read(std::string_view name, std::int64_t from) {
  TL_ASSIGN(Topic * topic, Find(name));
  return local::LocalReader::Open(*topic, from);
}

Result<std::int64_t> LocalLog::Start(std::string_view name) {
  TL_ASSIGN(Topic * topic, Find(name));
  return topic->Now().start;
}

Result<std::int64_t> LocalLog::End(std::string_view name) {
  TL_ASSIGN(Topic * topic, Find(name));
  return topic->Now().end.offset;
}

Result<std::size_t> LocalLog::Waiting(std::string_view name) {
  TL_ASSIGN(Topic * topic, Find(name));
  return topic->Queued();
}

Result<void> LocalLog::Trim(std::string_view name, std::int64_t before) {
  TL_ASSIGN(Topic * topic, Find(name));
  std::lock_guard maintenance(maintenance_);
  return topic->Trim(before);
}

}  // namespace throughline::log
