#include "engine/projection/host_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

namespace throughline::projection {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostDamaged = 2;
constexpr mode_t kPrivate = 0600;
constexpr std::string_view kDamaged = ".damaged-";

std::optional<std::uint32_t> Number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Lines of "<name> <value>". The last is "end", so that a file that was cut is seen.
using Lines = std::multimap<std::string, std::string>;

std::optional<Lines> ReadLines(const std::string& path) {
  std::ifstream file(path);
  Lines lines;
  for (std::string line; std::getline(file, line);) {
    if (line == "end") return lines;
    const std::size_t space = line.find(' ');
    if (space == std::string::npos) return std::nullopt;
    lines.emplace(line.substr(0, space), line.substr(space + 1));
  }
  return std::nullopt;
}

std::string One(const Lines& lines, const std::string& name) {
  const auto found = lines.find(name);
  return found == lines.end() ? std::string() : found->second;
}

bool SyncDirectory(const std::string& path) {
  const int opened = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return false;
  const bool synced = ::fsync(opened) == 0;
  ::close(opened);
  return synced;
}

bool WriteAll(const std::string& path, std::string_view text) {
  const int opened = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kPrivate);
  if (opened < 0) return false;
  const bool written =
      ::write(opened, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool synced = written && ::fsync(opened) == 0;
  return ::close(opened) == 0 && synced;
}

Result<void> Replace(const std::string& path, std::string_view text) {
  const std::string temporary = path + ".new";
  if (!WriteAll(temporary, text) || std::rename(temporary.c_str(), path.c_str()) != 0 ||
      !SyncDirectory(fs::path(path).parent_path())) {
    return Fail(Code::kUnavailable, "a file of the host cannot be written: {}",
                std::generic_category().message(errno));
  }
  return {};
}

std::optional<std::uint32_t> GenerationOf(std::string_view name) {
  if (!name.starts_with('g')) return std::nullopt;
  return Number(name.substr(1));
}

}  // namespace

Result<HostDirectory> HostDirectory::Own(const std::string& directory, const std::string& name) {
  const std::string path = directory + "/" + name;
  std::error_code failed;
  fs::create_directories(path, failed);
  const int lock = ::open((path + "/LOCK").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kPrivate);
  if (lock < 0) {
    return Fail(Code::kUnavailable, "the host's directory cannot be opened: {}",
                std::generic_category().message(errno));
  }
  HostDirectory owned(path, lock);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    return Fail(Code::kConflict, "another process owns the directory of host {}", name);
  }
  return owned;
}

HostDirectory HostDirectory::Peek(const std::string& directory, const std::string& name) {
  return {directory + "/" + name, -1};
}

HostDirectory::HostDirectory(HostDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

HostDirectory::~HostDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

std::optional<Current> HostDirectory::ReadCurrent() const {
  const auto lines = ReadLines(path_ + "/CURRENT");
  if (!lines) return std::nullopt;
  const auto generation = Number(One(*lines, "generation"));
  if (!generation) return std::nullopt;
  return Current{.generation = *generation,
                 .configured = One(*lines, "configured"),
                 .topic = One(*lines, "topic")};
}

Result<void> HostDirectory::WriteCurrent(const Current& current) const {
  return Replace(path_ + "/CURRENT",
                 fmt::format("generation {}\nconfigured {}\ntopic {}\nend\n", current.generation,
                             current.configured, current.topic));
}

std::optional<Layout> HostDirectory::ReadLayout(std::uint32_t generation) const {
  const auto lines = ReadLines(GenerationPath(generation) + "/LAYOUT");
  if (!lines) return std::nullopt;
  const auto shards = Number(One(*lines, "shards"));
  if (!shards) return std::nullopt;
  Layout layout{.shards = *shards, .topic = One(*lines, "topic"), .folds = {}};
  const auto [begin, end] = lines->equal_range("fold");
  for (auto at = begin; at != end; ++at) layout.folds.push_back(at->second);
  return layout;
}

Result<void> HostDirectory::MakeGeneration(std::uint32_t generation, const Layout& layout) const {
  const std::string path = GenerationPath(generation);
  std::error_code failed;
  Remove(generation);
  fs::create_directories(path, failed);
  std::string text = fmt::format("shards {}\ntopic {}\n", layout.shards, layout.topic);
  for (const std::string& fold : layout.folds) text += fmt::format("fold {}\n", fold);
  TL_TRY(Replace(path + "/LAYOUT", text + "end\n"));
  if (!SyncDirectory(path_)) {
    return Fail(Code::kUnavailable, "the host's directory cannot be synced");
  }
  return {};
}

std::vector<std::uint32_t> HostDirectory::Generations() const {
  std::vector<std::uint32_t> generations;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(path_, failed)) {
    const auto generation = GenerationOf(entry.path().filename().string());
    if (generation) generations.push_back(*generation);
  }
  return generations;
}

std::uint32_t HostDirectory::NextGeneration() const {
  const std::vector<std::uint32_t> taken = Generations();
  return taken.empty() ? 1 : *std::max_element(taken.begin(), taken.end()) + 1;
}

void HostDirectory::Remove(std::uint32_t generation) const {
  std::error_code failed;
  fs::remove_all(GenerationPath(generation), failed);
}

void HostDirectory::RemoveOthers(std::uint32_t generation) const {
  for (const std::uint32_t other : Generations()) {
    if (other != generation) Remove(other);
  }
}

std::string HostDirectory::GenerationPath(std::uint32_t generation) const {
  return fmt::format("{}/g{}", path_, generation);
}

std::string HostDirectory::ShardPath(std::uint32_t generation, std::uint32_t shard) const {
  return fmt::format("{}/shard-{}", GenerationPath(generation), shard);
}

void HostDirectory::RemoveShard(std::uint32_t generation, std::uint32_t shard) const {
  std::error_code failed;
  fs::remove_all(ShardPath(generation, shard), failed);
}

Result<void> HostDirectory::SetAside(std::uint32_t generation, std::uint32_t shard) const {
  std::map<std::uint32_t, fs::path> damaged;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(path_, failed)) {
    const std::string name = entry.path().filename();
    const std::size_t mark = name.rfind(kDamaged);
    if (mark == std::string::npos) continue;
    if (const auto n = Number(std::string_view(name).substr(mark + kDamaged.size()))) {
      damaged.emplace(*n, entry.path());
    }
  }
  const std::uint32_t next = damaged.empty() ? 1 : damaged.rbegin()->first + 1;
  for (; damaged.size() >= kMostDamaged; damaged.erase(damaged.begin())) {
    fs::remove_all(damaged.begin()->second, failed);
  }
  const std::string aside =
      fmt::format("{}/g{}-shard-{}{}{}", path_, generation, shard, kDamaged, next);
  if (std::rename(ShardPath(generation, shard).c_str(), aside.c_str()) != 0) {
    return Fail(Code::kUnavailable, "a damaged store cannot be moved aside: {}",
                std::generic_category().message(errno));
  }
  return {};
}

}  // namespace throughline::projection
