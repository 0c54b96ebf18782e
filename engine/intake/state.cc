#include "engine/intake/state.h"

#include <algorithm>

#include "engine/base/bytes.h"
#include "engine/base/check.h"

namespace throughline::intake {
namespace {

void AppendText(std::string& out, std::string_view text) {
  AppendU32(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

std::string Prefixed(char prefix, std::string_view rest) {
  std::string key(1, prefix);
  key += rest;
  return key;
}

std::uint64_t ReadU64(std::string_view value) {
  auto number = TakeU64(value);
  CHECK(number && value.empty());
  return *number;
}

}  // namespace

PersonId PersonIn(std::string_view raw) {
  auto person = PersonId::FromRaw(raw);
  CHECK(person.has_value());
  return *person;
}

std::string ContactKey(std::string_view agency, std::string_view contact_id) {
  std::string bytes;
  AppendText(bytes, agency);
  AppendText(bytes, contact_id);
  return Sha256(bytes);
}

std::string ReferenceKey(const v1::ScopedReference& reference, bool household) {
  std::string bytes(1, household ? 'h' : 'p');
  AppendText(bytes, reference.scheme());
  AppendText(bytes, reference.scope());
  AppendText(bytes, reference.value());
  return Sha256(bytes);
}

namespace keys {

std::string Feed(std::string_view topic) { return Prefixed('f', topic); }
std::string Day(std::string_view topic, std::int64_t day) {
  std::string key = Prefixed('t', topic);
  key += '\0';
  auto slot = static_cast<std::uint64_t>(day % kDaysKept);
  key += static_cast<char>(slot >> 8);
  key += static_cast<char>(slot & 0xff);
  return key;
}
std::string Identity(std::string_view reference_key) { return Prefixed('i', reference_key); }
std::string Person(std::string_view person) { return Prefixed('p', person); }
std::string Relations(std::string_view record) { return Person(record) + 'o'; }
std::string PersonContact(std::string_view person, Seq seq) {
  std::string key = Prefixed('c', person);
  AppendU64(key, seq);
  return key;
}
std::string Seen(std::string_view contact_key) { return Prefixed('s', contact_key); }
std::string Contact(Seq seq) {
  std::string key(1, 'q');
  AppendU64(key, seq);
  return key;
}
std::string Waiting(std::string_view contact_key) { return Prefixed('w', contact_key); }
std::string Waiting(std::string_view contact_key, Seq seq) {
  std::string key = Waiting(contact_key);
  AppendU64(key, seq);
  return key;
}
std::string Policy(std::string_view name) { return Prefixed('y', name); }
std::string Calendar(std::string_view name) { return Prefixed('k', name); }

}  // namespace keys

template <typename T>
std::optional<T> State::Read(std::string_view key) const {
  auto value = reads_.Get(key);
  if (!value) return std::nullopt;
  T message;
  CHECK(message.ParseFromString(*value));
  return message;
}

template <typename T>
std::map<std::string, T> State::ReadAll(char prefix) const {
  std::map<std::string, T> all;
  std::string begin(1, prefix);
  reads_.Scan(begin, PrefixEnd(begin), [&](std::string_view key, std::string_view value) {
    T message;
    CHECK(message.ParseFromArray(value.data(), static_cast<int>(value.size())));
    all.emplace(key.substr(1), std::move(message));
    return true;
  });
  return all;
}

v1::IntakeJournal State::Journal() const {
  return Read<v1::IntakeJournal>(keys::kJournal).value_or(v1::IntakeJournal());
}

std::optional<v1::IntakeFeed> State::Feed(std::string_view topic) const {
  return Read<v1::IntakeFeed>(keys::Feed(topic));
}

std::map<std::string, v1::IntakeFeed> State::Feeds() const { return ReadAll<v1::IntakeFeed>('f'); }

std::map<std::int64_t, std::int64_t> State::DaysOf(std::string_view topic) const {
  std::map<std::int64_t, std::int64_t> days;
  std::string begin = Prefixed('t', topic) + '\0';
  reads_.Scan(begin, PrefixEnd(begin), [&](std::string_view, std::string_view value) {
    auto day = TakeI64(value);
    auto position = TakeI64(value);
    CHECK(day && position && value.empty());
    days.emplace(*day, *position);
    return true;
  });
  return days;
}

std::optional<std::int64_t> JournalledBefore(const State& state, std::string_view topic,
                                             Millis instant) {
  auto feed = state.Feed(topic);
  std::int64_t day = instant / kDay;
  if (!feed || !feed->has_position() || instant < 0) return std::nullopt;
  if (feed->placed_day() < day) return feed->position();
  auto days = state.DaysOf(topic);
  auto after = days.upper_bound(day);
  if (after == days.begin()) return std::nullopt;
  return std::min(std::prev(after)->second, feed->position());
}

bool State::HasAgency(std::string_view agency) const {
  const auto own = Feed(fmt::format("{}{}", kFeedPrefix, agency));
  if (own && own->active() && own->agency() == agency) return true;
  auto feeds = Feeds();
  return std::any_of(feeds.begin(), feeds.end(), [&](const auto& feed) {
    return feed.second.active() && feed.second.agency() == agency;
  });
}

std::optional<PersonId> State::Resolve(std::string_view reference_key) const {
  const auto claimants = Claimants(reference_key);
  if (claimants.empty()) return std::nullopt;
  return claimants.front();
}

std::vector<PersonId> State::Claimants(std::string_view reference_key) const {
  std::vector<PersonId> claimants;
  auto value = reads_.Get(keys::Identity(reference_key));
  if (!value) return claimants;
  for (std::string_view rest = *value; !rest.empty(); rest.remove_prefix(16)) {
    claimants.push_back(PersonIn(rest.substr(0, 16)));
  }
  return claimants;
}

std::optional<v1::IntakePerson> State::Person(const PersonId& person) const {
  return Read<v1::IntakePerson>(keys::Person(person.Raw()));
}

PersonId State::PartOf(const PersonId& record) const {
  const auto row = Person(record);
  if (!row || row->part_of().empty()) return record;
  return PersonIn(row->part_of());
}

std::vector<PersonId> State::RecordsOf(const PersonId& person) const {
  std::vector<PersonId> records{person};
  if (auto row = Person(person)) {
    for (const std::string& member : row->members()) records.push_back(PersonIn(member));
  }
  return records;
}

v1::IntakeRelations State::Relations(const PersonId& record) const {
  return Read<v1::IntakeRelations>(keys::Relations(record.Raw())).value_or(v1::IntakeRelations());
}

std::optional<v1::IntakeSeen> State::Seen(std::string_view contact_key) const {
  v1::IntakeSeen seen = SeenOrWaited(contact_key);
  if (seen.seq() == 0 && !seen.erased()) return std::nullopt;
  return seen;
}

v1::IntakeSeen State::SeenOrWaited(std::string_view contact_key) const {
  return Read<v1::IntakeSeen>(keys::Seen(contact_key)).value_or(v1::IntakeSeen());
}

std::optional<v1::IntakeContact> State::Contact(Seq seq) const {
  return Read<v1::IntakeContact>(keys::Contact(seq));
}

std::vector<std::pair<Seq, std::int64_t>> State::ContactsOf(const PersonId& person) const {
  std::vector<std::pair<Seq, std::int64_t>> contacts;
  std::string begin = "c" + std::string(person.Raw());
  reads_.Scan(begin, PrefixEnd(begin), [&](std::string_view key, std::string_view value) {
    key.remove_prefix(begin.size());
    auto offset = TakeI64(value);
    CHECK(offset.has_value());
    contacts.emplace_back(ReadU64(key), *offset);
    return true;
  });
  return contacts;
}

std::uint64_t State::WaitingCount(std::string_view contact_key) const {
  return SeenOrWaited(contact_key).waiting();
}

std::vector<Seq> State::WaitingFor(std::string_view contact_key) const {
  std::vector<Seq> seqs;
  std::string begin = keys::Waiting(contact_key);
  reads_.Scan(begin, PrefixEnd(begin), [&](std::string_view key, std::string_view) {
    seqs.push_back(ReadU64(key.substr(begin.size())));
    return true;
  });
  return seqs;
}

std::map<std::string, v1::IntakeInForce> State::Policies() const {
  return ReadAll<v1::IntakeInForce>('y');
}

std::map<std::string, v1::IntakeInForce> State::Calendars() const {
  return ReadAll<v1::IntakeInForce>('k');
}

std::optional<v1::IntakeInForce> State::Flow() const {
  return Read<v1::IntakeInForce>(keys::kFlow);
}

}  // namespace throughline::intake
