#include "engine/base/log.h"

#include <fmt/core.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>
#include <cmath>
#include <mutex>
#include <string>

#include "engine/base/log_limit.h"
#include "engine/base/utf8.h"

namespace throughline {
namespace {

constexpr std::size_t kMaxNames = 1024;

void AppendEscaped(std::string& out, std::string_view text) {
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out.push_back(c);
    }
  }
}

void AppendText(std::string& out, std::string_view text) {
  const bool cut = text.size() > Log::kMaxText;
  text = text.substr(0, Log::kMaxText);
  out.push_back('"');
  while (!text.empty()) {
    const std::size_t whole = Utf8Prefix(text);
    AppendEscaped(out, text.substr(0, whole));
    if (whole == text.size()) break;
    out += "\\ufffd";
    text.remove_prefix(whole + 1);
  }
  out += cut ? "...\"" : "\"";
}

struct ValueWriter {
  std::string& out;
  void operator()(std::string_view value) const { AppendText(out, value); }
  void operator()(std::int64_t value) const { out += fmt::format("{}", value); }
  void operator()(double value) const {
    out += std::isfinite(value) ? fmt::format("{}", value) : "null";
  }
  void operator()(bool value) const { out += value ? "true" : "false"; }
};

std::string Body(std::string_view component, std::string_view event, Log::Fields fields) {
  std::string out = "\"component\":";
  AppendText(out, component);
  out += ",\"event\":";
  AppendText(out, event);
  for (const LogField& field : fields) {
    out.push_back(',');
    AppendText(out, field.name());
    out.push_back(':');
    std::visit(ValueWriter{out}, field.value());
  }
  return out;
}

class Writer {
 public:
  // Not destroyed, so that whatever ends last can still log.
  static Writer& Get() {
    static Writer& writer = *new Writer;
    return writer;
  }

  void Write(std::string_view component, std::string_view event, Log::Fields fields) {
    std::string name(component);
    name.push_back('/');
    name += event;
    const std::lock_guard lock(mutex_);
    const std::int64_t now = Now();
    Say(limit_.TakeEnded(now));
    if (limit_.Admit(name, now)) WriteLine(Body(component, event, fields));
  }

  void Flush() {
    const std::lock_guard lock(mutex_);
    Say(limit_.TakeAll());
    logger_.flush();
  }

 private:
  Writer() : logger_("", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_formatter(std::make_unique<spdlog::pattern_formatter>(
        R"({"ts":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l",%v})", spdlog::pattern_time_type::utc, "\n"));
  }

  static std::int64_t Now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  void WriteLine(const std::string& line) { logger_.warn(spdlog::string_view_t(line)); }

  void Say(const std::vector<LogLimit::Suppressed>& ended) {
    for (const LogLimit::Suppressed& each : ended) {
      WriteLine(Body("log", "log_suppressed", {{"of", each.name}, {"count", each.count}}));
    }
  }

  std::mutex mutex_;
  LogLimit limit_{Log::kMaxPerSecond, kMaxNames};
  spdlog::logger logger_;
};

}  // namespace

void Log::Warning(std::string_view event, Fields fields) const {
  Writer::Get().Write(component_, event, fields);
}
void Log::Flush() { Writer::Get().Flush(); }

}  // namespace throughline
