#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"

namespace throughline::log {

// Of a record; keys and values are bytes. Order is kept, and so are repeats.
struct Header {
  std::string key;
  std::string value;
  bool operator==(const Header&) const = default;
};

// What a writer gives.
struct Message {
  std::string key;
  std::string value;
  std::vector<Header> headers;
  bool operator==(const Message&) const = default;
  // The first header of that name, or nullptr. Lives as long as the message.
  const std::string* Find(std::string_view header) const;
};

// What a reader gets. Offsets of a topic rise and never repeat; they may have holes (transactions,
// trimming).
struct Record {
  std::int64_t offset = 0;
  Millis appended = 0;  // when the log took it (Kafka's LogAppendTime); never decreases in a topic
  Message message;
};

// Reads one topic from a position on. Threads: one. It may not outlive its log.
class Reader {
 public:
  virtual ~Reader() = default;
  // The next records in order, at most `most`; waits up to `wait` milliseconds for the first.
  // Empty: none came. It may hold fewer than there are: what is returned at once is bounded in
  // bytes. kNotFound: the topic's start has moved past the position (its history was removed), or
  // its end lies before it (its tail was lost): never skipped silently. kUnavailable: try again.
  // kCorrupt: damaged.
  virtual Result<std::vector<Record>> Poll(std::size_t most, Millis wait) = 0;
  // The offset from which the next Poll reads.
  virtual std::int64_t Position() const = 0;
};

// The port to the event log. A topic is one partition. Implementations: MemoryLog, local/
// (embedded) and, behind the same contract (tests/contract), a broker's client. Threads: any, at
// once.
class EventLog {
 public:
  virtual ~EventLog() = default;

  // Makes a topic, if it is not there. kInvalid: not a topic's name (CheckTopicName).
  virtual Result<void> Create(std::string_view topic) = 0;
  // Whether the log keeps what the topic holds as the record needs it; makes nothing. kNotFound: no
  // such topic. kInvalid: it does not, and how that is put right.
  virtual Result<void> Check(std::string_view topic);
  // Their names, sorted.
  virtual Result<std::vector<std::string>> Topics() = 0;
  // Appends in order. When it returns, all are durable; an error means that a prefix, possibly
  // empty, of them may be. kInvalid: one of them is too big (CheckMessage), and nothing was
  // written. kUnavailable: no room, or the log is away. Returns the offset of each. What failed may
  // still be written later, though not after what is appended next; an append of nothing waits
  // until that is decided.
  virtual Result<std::vector<std::int64_t>> Append(std::string_view topic,
                                                   const std::vector<Message>& messages) = 0;
  // kNotFound: no such topic, or `from` lies before its start or beyond its end.
  virtual Result<std::unique_ptr<Reader>> Read(std::string_view topic, std::int64_t from) = 0;
  // The offset of the first record that is still there, and that which the next append gets.
  virtual Result<std::int64_t> Start(std::string_view topic) = 0;
  virtual Result<std::int64_t> End(std::string_view topic) = 0;
  // Lets the log drop records before `before` (it may keep some).
  virtual Result<void> Trim(std::string_view topic, std::int64_t before) = 0;
};

constexpr std::size_t kMaxValueBytes = std::size_t{1} << 20;
// Key and headers together; each header counts 8 bytes above its own.
constexpr std::size_t kMaxOverheadBytes = std::size_t{64} << 10;
constexpr std::size_t kHeaderCost = 8;

// What every implementation refuses (kInvalid), so that what one takes another takes.
// Names: [a-z0-9._-]{1,200}, but for "." and "..".
Result<void> CheckTopicName(std::string_view topic);
// A value above kMaxValueBytes, or key and headers above kMaxOverheadBytes.
Result<void> CheckMessage(const Message& message);

// The names of Throughline's topics. An agency's name is [a-z0-9-]{1,64}.
std::string FeedTopic(std::string_view agency);      // throughline.contacts.<agency>
std::string JournalTopic(std::uint32_t generation);  // throughline.journal.g<N>
inline constexpr std::string_view kDeadLetters = "throughline.dead-letters";
inline constexpr std::string_view kAlerts = "throughline.alerts";

}  // namespace throughline::log
