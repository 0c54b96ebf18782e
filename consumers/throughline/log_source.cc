#include "consumers/throughline/log_source.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "consumers/throughline/files.h"
#include "engine/log/journal.h"

namespace throughline::cli {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOthers = 077;

std::string Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kSpace) - begin + 1));
}

bool IsThere(const std::string& path) {
  std::error_code fault;
  return fs::exists(path, fault);
}

std::set<std::string> Addresses(const std::string& brokers) {
  std::set<std::string> addresses;
  std::istringstream parts(brokers);
  for (std::string part; std::getline(parts, part, ',');) addresses.insert(Trimmed(part));
  return addresses;
}

Result<std::unique_ptr<log::KafkaLog>> OpenBrokers(const LogSource& source,
                                                   std::function<void(std::string_view)> note) {
  log::KafkaLog::Options options;
  options.brokers = source.brokers;
  options.note = std::move(note);
  if (!source.properties_file.empty()) {
    TL_ASSIGN(options.client, ReadClientProperties(source.properties_file));
  }
  return log::KafkaLog::Open(std::move(options));
}

// What it says of damage names the journal's last good seq too.
Result<std::unique_ptr<log::LocalLog>> OpenEmbedded(const DataDirectory& directory,
                                                    const Clock& clock,
                                                    const log::LocalLog::Options& options) {
  auto own = log::LocalLog::Open(directory.Log(), clock, options);
  if (own || own.error().code != Code::kCorrupt) return own;
  auto beside = log::LocalLog::OpenForReading(directory.Log());
  if (!beside) return own;
  return Fail(log::WithLastGoodSeq(std::move(own.error()), **beside, kJournal));
}

}  // namespace

Result<LogSource> FindLog(const DataDirectory& directory, const BrokerOptions& options) {
  LogSource source{options.brokers, options.properties_file};
  if (source.properties_file.empty() && IsThere(directory.Client())) {
    source.properties_file = directory.Client();
  }
  bool has_own = IsThere(directory.Log());
  if (!options.brokers.empty() && has_own) {
    return Fail(Code::kInvalid,
                "{} holds a log of its own, not one on brokers: name another data directory",
                directory.root);
  }
  if (!options.brokers.empty() || has_own) return source;
  if (!IsThere(directory.Brokers())) {
    return Fail(Code::kNotFound,
                "no data directory at {}. Make one: throughline --data {} init --partnership NAME",
                directory.root, directory.root);
  }
  TL_ASSIGN(std::string recorded, ReadFile(directory.Brokers()));
  source.brokers = Trimmed(recorded);
  if (source.brokers.empty()) {
    return Fail(Code::kInvalid, "{} names no brokers: write host:port there, or name --brokers",
                directory.Brokers());
  }
  return source;
}

Result<void> MakeDirectory(const DataDirectory& directory) {
  std::error_code fault;
  bool fresh = fs::create_directories(directory.root, fault);
  if (fault) return Fail(Code::kUnavailable, "cannot make {}: {}", directory.root, fault.message());
  if (fresh) fs::permissions(directory.root, fs::perms::owner_all, fault);
  return {};
}

Result<void> CheckBrokers(const DataDirectory& directory, const LogSource& source) {
  if (source.embedded() || !IsThere(directory.Brokers())) return {};
  TL_ASSIGN(const std::string text, ReadFile(directory.Brokers()));
  const std::string recorded = Trimmed(text);
  const auto own = Addresses(recorded);
  const auto named = Addresses(source.brokers);
  // Brokers are added and replaced: a list that names one of the old is of the same cluster.
  const bool same = std::any_of(named.begin(), named.end(),
                                [&](const std::string& address) { return own.contains(address); });
  if (same || recorded.empty()) return {};
  return Fail(Code::kInvalid,
              "{} has its record on the brokers {}, not on {}: name another data directory, or, "
              "where these hold the same record, remove {}",
              directory.root, recorded, source.brokers, directory.Brokers());
}

Result<void> RecordBrokers(const DataDirectory& directory, const LogSource& source) {
  if (source.embedded()) return {};
  // Both halves of an engine may begin at once.
  TL_ASSIGN(const Descriptor held, HoldDirectory(directory.root));
  std::string fresh = directory.Brokers() + ".new";
  std::ofstream(fresh) << source.brokers << "\n";
  std::error_code fault;
  fs::rename(fresh, directory.Brokers(), fault);
  if (!fault) return {};
  return Fail(Code::kUnavailable, "cannot write {}: {}", directory.Brokers(), fault.message());
}

Result<std::map<std::string, std::string>> ReadClientProperties(const std::string& file) {
  TL_ASSIGN(std::string text, ReadFile(file));
  struct stat status {};
  if (file != "-" && ::stat(file.c_str(), &status) == 0 && (status.st_mode & kOthers) != 0) {
    return Fail(Code::kInvalid, "{} may hold secrets, and others may read it: chmod 600 {}", file,
                file);
  }
  std::map<std::string, std::string> properties;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::string trimmed = Trimmed(line);
    if (trimmed.empty() || trimmed.front() == '#') continue;
    auto equals = trimmed.find('=');
    std::string name = Trimmed(trimmed.substr(0, equals));
    if (equals == std::string::npos || name.empty()) {
      return Fail(Code::kInvalid, "{}:{}: a line is name=value, with a name of librdkafka", file,
                  number);
    }
    properties[name] = Trimmed(trimmed.substr(equals + 1));
  }
  return properties;
}

Result<OpenedLog> OpenLog(const DataDirectory& directory, const LogSource& source,
                          const Clock& clock, const log::LocalLog::Options& options,
                          std::function<void(std::string_view)> note) {
  OpenedLog opened;
  if (source.embedded()) {
    TL_ASSIGN(auto local, OpenEmbedded(directory, clock, options));
    opened.embedded = local.get();
    opened.log = std::move(local);
  } else {
    TL_ASSIGN(auto kafka, OpenBrokers(source, std::move(note)));
    opened.kafka = kafka.get();
    opened.log = std::move(kafka);
  }
  return opened;
}

Result<std::unique_ptr<log::EventLog>> OpenLogForReading(const DataDirectory& directory,
                                                         const LogSource& source) {
  if (source.embedded()) return log::LocalLog::OpenForReading(directory.Log());
  TL_ASSIGN(auto kafka, OpenBrokers(source, {}));
  return std::unique_ptr<log::EventLog>(std::move(kafka));
}

}  // namespace throughline::cli
