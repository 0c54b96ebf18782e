#include "engine/projection/host_keys.h"

#include "engine/base/bytes.h"

namespace throughline::projection::keys {
namespace {

constexpr char kPositionFormat = 2;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kPersonBytes = 16;

void AppendText(std::string& out, std::string_view text) {
  AppendU32(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

std::optional<std::string> TakeBytes(std::string_view& in, std::size_t size) {
  if (in.size() < size) return std::nullopt;
  std::string bytes(in.substr(0, size));
  in.remove_prefix(size);
  return bytes;
}

std::optional<std::string> TakeText(std::string_view& in) {
  const auto size = TakeU32(in);
  if (!size) return std::nullopt;
  return TakeBytes(in, *size);
}

}  // namespace

std::string PositionValue(const ShardPosition& position) {
  std::string out(1, kPositionFormat);
  AppendU64(out, position.head.seq);
  out += position.head.hash;
  AppendI64(out, position.head.offset);
  AppendI64(out, position.head.placed);
  AppendU64(out, position.folded);
  AppendU64(out, position.refused);
  AppendU64(out, position.incomplete);
  AppendI64(out, position.last_tick);
  AppendText(out, position.writer);
  return out;
}

std::optional<ShardPosition> ParsePosition(std::string_view value) {
  if (value.empty() || value.front() != kPositionFormat) return std::nullopt;
  value.remove_prefix(1);
  const auto seq = TakeU64(value);
  const auto hash = TakeBytes(value, kHashBytes);
  const auto offset = TakeI64(value);
  const auto placed = TakeI64(value);
  const auto folded = TakeU64(value);
  const auto refused = TakeU64(value);
  const auto incomplete = TakeU64(value);
  const auto last_tick = TakeI64(value);
  auto writer = TakeText(value);
  if (!seq || !hash || !offset || !placed || !folded || !refused || !incomplete || !last_tick ||
      !writer || !value.empty()) {
    return std::nullopt;
  }
  ShardPosition position;
  position.head = {.seq = *seq, .hash = *hash, .offset = *offset, .placed = *placed};
  position.folded = *folded;
  position.refused = *refused;
  position.incomplete = *incomplete;
  position.last_tick = *last_tick;
  position.writer = std::move(*writer);
  return position;
}

std::string TimersFrom(Millis due) {
  std::string key(1, kTimer);
  AppendI64(key, due);
  return key;
}

std::string TimerKey(const ArmedTimer& armed) {
  std::string key = TimersFrom(armed.timer.due);
  key += armed.timer.rule;
  key += '\0';
  key += armed.timer.person.Raw();
  key += static_cast<char>(armed.fold);
  return key;
}

std::optional<ArmedTimer> ParseTimerKey(std::string_view key) {
  if (key.empty() || key.front() != kTimer) return std::nullopt;
  key.remove_prefix(1);
  const auto due = TakeI64(key);
  const auto rule_end = key.find('\0');
  if (!due || rule_end == std::string_view::npos || key.size() != rule_end + kPersonBytes + 2) {
    return std::nullopt;
  }
  const auto person = PersonId::FromRaw(key.substr(rule_end + 1, kPersonBytes));
  if (!person) return std::nullopt;
  return ArmedTimer{
      .timer = {.due = *due, .rule = std::string(key.substr(0, rule_end)), .person = *person},
      .fold = static_cast<std::uint8_t>(key.back())};
}

std::string ArmedKey(std::uint8_t fold, const PersonId& person) {
  std::string key{kArmed, static_cast<char>(fold)};
  key += person.Raw();
  return key;
}

std::string ArmedValue(const Timer& timer) {
  std::string value;
  AppendI64(value, timer.due);
  value += timer.rule;
  return value;
}

std::optional<Timer> ParseArmedValue(const PersonId& person, std::string_view value) {
  const auto due = TakeI64(value);
  if (!due) return std::nullopt;
  return Timer{.due = *due, .rule = std::string(value), .person = person};
}

std::string OutboxKey(Seq seq, std::uint32_t n) {
  std::string key(1, kOutbox);
  AppendU64(key, seq);
  AppendU32(key, n);
  return key;
}

std::string OutboxValue(const Publication& publication) {
  std::string value;
  AppendText(value, publication.topic);
  AppendText(value, publication.id);
  AppendText(value, publication.value);
  return value;
}

std::optional<OutboxRow> ParseOutbox(std::string_view key, std::string_view value) {
  OutboxRow row{.key = std::string(key), .seq = 0, .publication = {}};
  if (key.empty() || key.front() != kOutbox) return std::nullopt;
  key.remove_prefix(1);
  const auto seq = TakeU64(key);
  const auto n = TakeU32(key);
  auto topic = TakeText(value);
  auto id = TakeText(value);
  auto body = TakeText(value);
  if (!seq || !n || !key.empty() || !topic || !id || !body || !value.empty()) return std::nullopt;
  row.seq = *seq;
  row.publication = {.topic = std::move(*topic), .id = std::move(*id), .value = std::move(*body)};
  return row;
}

std::string IncompleteKey(const PersonId& person) {
  std::string key(1, kIncomplete);
  key += person.Raw();
  return key;
}

std::string IncompleteValue(const Incomplete& incomplete) {
  std::string value;
  AppendU64(value, incomplete.since);
  AppendText(value, incomplete.fold);
  AppendText(value, incomplete.reason);
  return value;
}

std::optional<Incomplete> ParseIncomplete(std::string_view value) {
  const auto since = TakeU64(value);
  auto fold = TakeText(value);
  auto reason = TakeText(value);
  if (!since || !fold || !reason || !value.empty()) return std::nullopt;
  return Incomplete{.since = *since, .fold = std::move(*fold), .reason = std::move(*reason)};
}

std::string FeedKey(std::string_view feed) {
  std::string key(1, kFeed);
  key += feed;
  return key;
}

std::string UnfinishedValue(const Unfinished& unfinished) {
  std::string out(1, kPositionFormat);
  AppendU64(out, unfinished.head.seq);
  out += unfinished.head.hash;
  AppendI64(out, unfinished.head.offset);
  AppendI64(out, unfinished.head.placed);
  AppendU32(out, unfinished.folded ? 1 : 0);
  AppendU64(out, unfinished.visits);
  AppendU32(out, unfinished.rows);
  if (unfinished.visited) out += unfinished.visited->Raw();
  return out;
}

std::optional<Unfinished> ParseUnfinished(std::string_view value) {
  if (value.empty() || value.front() != kPositionFormat) return std::nullopt;
  value.remove_prefix(1);
  const auto seq = TakeU64(value);
  const auto hash = TakeBytes(value, kHashBytes);
  const auto offset = TakeI64(value);
  const auto placed = TakeI64(value);
  const auto folded = TakeU32(value);
  const auto visits = TakeU64(value);
  const auto rows = TakeU32(value);
  if (!seq || !hash || !offset || !placed || !folded || !visits || !rows) return std::nullopt;
  Unfinished unfinished;
  unfinished.head = {.seq = *seq, .hash = *hash, .offset = *offset, .placed = *placed};
  unfinished.folded = *folded != 0;
  unfinished.visits = *visits;
  unfinished.rows = *rows;
  if (!value.empty()) {
    unfinished.visited = PersonId::FromRaw(value);
    if (!unfinished.visited) return std::nullopt;
  }
  return unfinished;
}

std::string AgainKey(const PersonId& person) {
  std::string key(1, kAgain);
  key += person.Raw();
  return key;
}

std::string CatchUpKey() { return std::string(1, kOutbox); }

std::string CatchUpValue(Seq through) {
  std::string value;
  AppendU64(value, through);
  return value;
}

std::optional<Seq> CatchUp(const Reads& store) {
  const auto value = store.Get(CatchUpKey());
  if (!value) return std::nullopt;
  std::string_view in = *value;
  return TakeU64(in);
}

}  // namespace throughline::projection::keys
