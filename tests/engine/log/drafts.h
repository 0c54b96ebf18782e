#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/log/journal.h"

// Drafts and salts that are the same in every run.
namespace throughline::log {

inline Salt CountingSalt() {
  return [count = std::uint8_t{0}]() mutable {
    std::string salt(16, 's');
    salt.back() = static_cast<char>(count++);
    return salt;
  };
}

inline Draft TickAt(Millis at) {
  Draft draft;
  draft.placed = at;
  draft.decision.mutable_tick()->set_at_ms(at);
  return draft;
}

// A draft that decides on a record of a feed and carries contacts.
inline Draft Carrying(const std::string& id, std::vector<std::string> contacts) {
  Draft draft;
  draft.placed = 60'000;
  draft.feed = "throughline.contacts.school";
  draft.feed_offset = 17;
  draft.received = 59'000;
  draft.decision.mutable_placed()->set_contact_id(id);
  draft.contacts = std::move(contacts);
  return draft;
}

inline std::vector<Draft> Ticks(int count, Millis from = 60'000) {
  std::vector<Draft> drafts;
  for (int i = 0; i < count; ++i) drafts.push_back(TickAt(from + i * kMinute));
  return drafts;
}

// The bytes of a chain from `head` on, which moves.
inline std::vector<std::string> Bytes(const std::vector<Draft>& drafts, ChainHead& head) {
  std::vector<std::string> bytes;
  auto chained = Chain(drafts, head, CountingSalt());
  for (Chained& record : chained.value()) bytes.push_back(std::move(record.bytes));
  return bytes;
}

inline void Put(EventLog& log, const std::string& topic, const std::vector<std::string>& records) {
  std::vector<Message> messages;
  for (const std::string& record : records) {
    messages.push_back({.key = "", .value = record, .headers = {}});
  }
  auto appended = log.Append(topic, messages);
  if (!appended) throw std::runtime_error(appended.error().text);
}

inline std::vector<Seq> Seqs(const std::vector<Accepted>& records) {
  std::vector<Seq> out;
  for (const Accepted& record : records) out.push_back(record.seq());
  return out;
}

}  // namespace throughline::log
