#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/log/event_log.h"
#include "engine/log/local/reader.h"

namespace throughline::log::local {

// The names of the topics in a log's directory, sorted.
Result<std::vector<std::string>> TopicNames(const std::string& directory);

// A topic as a process beside the owner sees it: by its files. Threads: any, at once.
class BesideView final : public View {
 public:
  BesideView(std::string folder, std::string_view topic)
      : folder_(std::move(folder)), name_(topic) {}
  const std::string& folder() const override { return folder_; }
  const std::string& name() const override { return name_; }
  // Looks at the mark again from time to time while it waits.
  Result<Extent> Look(std::int64_t seen, Millis wait) override;
  Result<Place> Near(std::int64_t offset) override;

 private:
  Result<Extent> Newest();

  const std::string folder_;
  const std::string name_;
  std::mutex mutex_;
  std::condition_variable look_again_;
  Extent last_;  // the end never goes back, though the older slot may be what can be read
};

// A log that another process may own: reading alone. Threads: any, at once.
class BesideLog final : public EventLog {
 public:
  static Result<std::unique_ptr<EventLog>> Open(const std::string& directory);

  Result<void> Create(std::string_view topic) override;
  Result<std::vector<std::string>> Topics() override;
  Result<std::vector<std::int64_t>> Append(std::string_view topic,
                                           const std::vector<Message>& messages) override;
  Result<std::unique_ptr<Reader>> Read(std::string_view topic, std::int64_t from) override;
  Result<std::int64_t> Start(std::string_view topic) override;
  Result<std::int64_t> End(std::string_view topic) override;
  Result<void> Trim(std::string_view topic, std::int64_t before) override;

 private:
  explicit BesideLog(std::string directory) : directory_(std::move(directory)) {}
  Result<BesideView*> Find(std::string_view topic);
  tl::unexpected<Error> Refuse() const;

  const std::string directory_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<BesideView>, std::less<>> views_;
};

}  // namespace throughline::log::local
