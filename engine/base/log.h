#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <utility>
#include <variant>

namespace throughline {

// One named value of a log line. The set of types is closed, and Personal<T> is not in it: what
// identifies a person does not compile. Lives no longer than what it was made from.
class LogField {
 public:
  LogField(std::string_view name, std::string_view value) : name_(name), value_(value) {}
  LogField(std::string_view name, const char* value)
      : name_(name), value_(std::string_view(value)) {}
  template <std::same_as<bool> T>
  LogField(std::string_view name, T value) : name_(name), value_(value) {}
  template <std::floating_point T>
  LogField(std::string_view name, T value) : name_(name), value_(static_cast<double>(value)) {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  LogField(std::string_view name, T value) : name_(name), value_(Whole(value)) {}

  using Value = std::variant<std::string_view, std::int64_t, double, bool>;
  std::string_view name() const { return name_; }
  const Value& value() const { return value_; }

 private:
  template <typename T>
  static std::int64_t Whole(T value) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    return std::cmp_greater(value, kMost) ? kMost : static_cast<std::int64_t>(value);
  }

  std::string_view name_;
  Value value_;
};

// Writes one JSON object a line to standard error: ts (UTC, RFC 3339, microseconds), level,
// component, event, then the fields as given. An event is a snake_case name that never changes;
// what changes is in its fields. Of one event of a component at most kMaxPerSecond lines are
// written in a second; then a line `log_suppressed` says of which event and how many were not.
// Texts are cut after kMaxText bytes, and what is not UTF-8 in them is replaced. Threads: any.
// Never fails.
class Log {
 public:
  static constexpr int kMaxPerSecond = 20;
  static constexpr std::size_t kMaxText = 2048;
  using Fields = std::initializer_list<LogField>;

  // `component` lives as long as the log: a folder's name, say.
  explicit constexpr Log(std::string_view component) : component_(component) {}

  // Something that a person should look at: all else is what inspect shows.
  void Warning(std::string_view event, Fields fields = {}) const;

  // Says what is suppressed and not yet said. To be called before the program ends.
  static void Flush();

 private:
  std::string_view component_;
};

}  // namespace throughline
