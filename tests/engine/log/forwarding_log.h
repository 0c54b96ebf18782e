#pragma once

#include "engine/log/event_log.h"

namespace throughline::log {

// Passes everything on to another log, which must outlive it: for a test that changes one thing.
class ForwardingLog : public EventLog {
 public:
  explicit ForwardingLog(EventLog& log) : log_(log) {}
  Result<void> Create(std::string_view topic) override { return log_.Create(topic); }
  Result<void> Check(std::string_view topic) override { return log_.Check(topic); }
  Result<std::vector<std::string>> Topics() override { return log_.Topics(); }
  Result<std::vector<std::int64_t>> Append(std::string_view topic,
                                           const std::vector<Message>& messages) override {
    return log_.Append(topic, messages);
  }
  Result<std::unique_ptr<Reader>> Read(std::string_view topic, std::int64_t from) override {
    return log_.Read(topic, from);
  }
  Result<std::int64_t> Start(std::string_view topic) override { return log_.Start(topic); }
  Result<std::int64_t> End(std::string_view topic) override { return log_.End(topic); }
  Result<void> Trim(std::string_view topic, std::int64_t before) override {
    return log_.Trim(topic, before);
  }

 private:
  EventLog& log_;
};

}  // namespace throughline::log
