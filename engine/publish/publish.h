#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/contact/validate.h"
#include "engine/log/event_log.h"
#include "engine/publish/read_file.h"

// What an agency links or runs to publish its contacts.
namespace throughline::publish {

struct Options {
  std::string agency;       // whose feed: [a-z0-9-]{1,64}
  std::string import;       // the import's name, 1 to 128 printable characters; empty: no import
  bool is_history = false;  // declared history: evidence that arms no clock and notifies nobody
  // The agency that the contacts speak for; empty: the feed's own. Taken only from a feed that
  // attests.
  std::string states_agency{};
  // A batch is appended before it grows beyond these.
  std::size_t batch_contacts = 500;
  std::size_t batch_bytes = std::size_t{1} << 20;
};

struct Progress {
  std::uint64_t contacts = 0;  // durable
  std::uint64_t bytes = 0;
  std::vector<std::int64_t> offsets;  // in the feed, of each that is durable, in order
};

// Appends contacts to an agency's feed in batches, each durable before the next. To publish again
// is safe: whoever reads the feed drops a contact that it has. Threads: one. The log must outlive
// it. The feed's topic must be there.
class Publisher {
 public:
  using OnProgress = std::function<void(const Progress&)>;

  // `on_progress` is called after each batch; it may be empty.
  Publisher(log::EventLog& log, Options options, OnProgress on_progress = {});
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;
  // What was added and not flushed is not published.
  ~Publisher() = default;

  // Errors: as Flush; kInvalid: longer than contact::kMaxContactBytes, or the options are wrong.
  // The contact was then not taken.
  Result<void> Add(std::string_view contact_id, std::string bytes);
  // Appends what waits. kUnavailable: the log is away; nothing was lost, call it again.
  Result<void> Flush();

  const Progress& progress() const { return progress_; }

 private:
  log::EventLog& log_;
  Options options_;
  OnProgress on_progress_;
  std::string topic_;
  std::vector<log::Message> batch_;
  std::size_t batch_bytes_ = 0;
  Progress progress_;
};

// What is wrong with the options.
Result<void> CheckOptions(const Options& options);

// One contact of a file, validated as the engine would on its feed.
struct CheckedContact {
  int number = 0;
  std::string contact_id;
  std::vector<yaml::Fault> refused;  // `field: text`, at its line; what cannot be read is here too
  std::vector<yaml::Fault> warnings;
};

// Whether only a feed that attests may say it. Pure.
bool NeedsAttesting(const ReadContact& read);

// Validates and publishes nothing. What only the engine can know (an id used before with other
// content, a target that is not known) is not looked at. Pure.
CheckedContact Check(const ReadContact& read, std::string_view name, const contact::Feed& feed);

}  // namespace throughline::publish
