#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "consumers/throughline/data_directory.h"
#include "engine/base/clock.h"
#include "engine/base/settings.h"
#include "engine/log/kafka/kafka_log.h"
#include "engine/log/local/local_log.h"

// Where a record's log lies, and how it is opened: the one place that knows of more than the port.
namespace throughline::cli {

// What was said on the command line.
struct BrokerOptions {
  std::string brokers;          // --brokers; empty: as the data directory says
  std::string properties_file;  // --kafka-properties; empty: the data directory's, if it is there
};

struct LogSource {
  std::string brokers;  // empty: embedded in the data directory
  std::string properties_file;
  bool embedded() const { return brokers.empty(); }
};

// Of a data directory: the brokers named, or those that it recorded, or its own log. kInvalid:
// brokers are named and it has a log of its own. kNotFound: it is none yet, and no brokers are
// named.
Result<LogSource> FindLog(const DataDirectory& directory, const BrokerOptions& options);
// Makes the directory, its owner's alone, where it is not there yet.
Result<void> MakeDirectory(const DataDirectory& directory);
// kInvalid: the directory recorded other brokers, none of which is named: what it keeps stands on
// their record.
Result<void> CheckBrokers(const DataDirectory& directory, const LogSource& source);
// So that later commands need not name them.
Result<void> RecordBrokers(const DataDirectory& directory, const LogSource& source);

// librdkafka's properties: lines `name=value`, `#` begins a comment line. No error bears a value.
// kInvalid: a line that is none, with its number; a file that others than its owner may read.
Result<std::map<std::string, std::string>> ReadClientProperties(const std::string& file);

// An open log; exactly one of the two is what it is beyond the port.
struct OpenedLog {
  std::unique_ptr<log::EventLog> log;
  log::LocalLog* embedded = nullptr;
  log::KafkaLog* kafka = nullptr;
};
// To append to it: the embedded one under its lock. `note` is told what the brokers' client has to
// say.
Result<OpenedLog> OpenLog(const DataDirectory& directory, const LogSource& source,
                          const Clock& clock, const log::LocalLog::Options& options,
                          std::function<void(std::string_view)> note = {});
// Beside whoever owns it.
Result<std::unique_ptr<log::EventLog>> OpenLogForReading(const DataDirectory& directory,
                                                         const LogSource& source);

}  // namespace throughline::cli
