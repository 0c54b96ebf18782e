#include "tests/engine/projection/toy.h"

#include <gtest/gtest.h>

#include "engine/base/bytes.h"
#include "engine/base/check.h"

namespace throughline::projection {
namespace {

constexpr char kCounts = 0x20;
constexpr char kSeen = 0x21;
constexpr char kFired = 0x30;
constexpr char kCopies = 0x31;

std::string KeyOf(char prefix, const PersonId& person) {
  std::string key(1, prefix);
  key += person.Raw();
  return key;
}

std::string KeyOf(char prefix, const PersonId& person, Seq seq) {
  std::string key = KeyOf(prefix, person);
  AppendU64(key, seq);
  return key;
}

// The first person with a key of that prefix, or the first after one.
std::optional<PersonId> NextWith(char prefix, const std::optional<PersonId>& after,
                                 const Reads& store) {
  const std::string all(1, prefix);
  std::optional<PersonId> next;
  store.Scan(after ? KeyOf(prefix, *after) + '\0' : all, PrefixEnd(all),
             [&](std::string_view key, std::string_view) {
               next = PersonId::FromRaw(key.substr(1));
               return false;
             });
  return next;
}

Publication Announcement(const PersonId& person, Seq seq, std::string_view why) {
  return {.topic = std::string(kToyAlerts),
          .id = Hex(Sha256(KeyOf('a', person, seq))),
          .value = std::string(why)};
}

class Tally final : public Fold {
 public:
  std::string_view name() const override { return "tally"; }
  std::string_view prefixes() const override { return {"\x20\x21\x30", 3}; }

  Result<void> Apply(const log::Accepted& record, FoldContext& context) override {
    if (record.decision.has_calendar_activated()) context.VisitEach();
    if (!record.decision.has_placed()) return {};
    const std::string& kind = record.decision.placed().kind();
    for (const PersonId& person : PersonsOf(record.decision)) {
      if (!context.shard().Owns(person)) continue;
      std::string count;
      AppendU64(count, ToyCount(context.store(), person) + 1);
      context.store().Put(KeyOf(kCounts, person), count);
      context.store().Put(KeyOf(kSeen, person, record.seq()), kind);
      const Millis placed = record.envelope.placed_ms();
      if (kind == "arm") {
        context.Arm(person, Timer{.due = placed + 5 * kMinute, .rule = "quiet", .person = person});
      }
      if (kind == "disarm") context.Arm(person, std::nullopt);
      if (kind == "announce") context.Publish(Announcement(person, record.seq(), "announced"));
    }
    return {};
  }

  Result<void> Due(const Timer& timer, const log::Accepted& tick, FoldContext& context) override {
    context.store().Put(KeyOf(kFired, timer.person, tick.seq()), timer.rule);
    context.Publish(Announcement(timer.person, tick.seq(), "due"));
    if (ToyCount(context.store(), timer.person) % 2 == 0) {
      context.Arm(
          timer.person,
          Timer{.due = timer.due + 10 * kMinute, .rule = timer.rule, .person = timer.person});
    }
    return {};
  }

  std::optional<PersonId> NextToVisit(const std::optional<PersonId>& after,
                                      const Reads& store) const override {
    return NextWith(kCounts, after, store);
  }
  Result<void> Visit(const PersonId& person, const log::Accepted& record,
                     FoldContext& context) override {
    // Long, so that what folds keep fills blocks of its own.
    std::string seen;
    for (char part = 'a'; part < 'e'; ++part) {
      seen += Hex(Sha256(KeyOf(part, person, record.seq())));
    }
    context.store().Put(KeyOf(kSeen, person, record.seq()), seen);
    context.Publish(Announcement(person, record.seq(), "everyone"));
    context.Arm(
        person,
        Timer{.due = record.envelope.placed_ms() + kMinute, .rule = "everyone", .person = person});
    return {};
  }
};

class Mirror final : public Fold {
 public:
  std::string_view name() const override { return "mirror"; }
  std::string_view prefixes() const override { return {"\x31", 1}; }

  Result<void> Apply(const log::Accepted& record, FoldContext& context) override {
    if (record.decision.has_calendar_activated()) context.VisitEach();
    for (const PersonId& person : PersonsOf(record.decision)) {
      if (!context.shard().Owns(person)) continue;
      const std::string copy = std::to_string(ToyCount(context.store(), person));
      context.store().Put(KeyOf(kCopies, person), copy);
      if (record.decision.placed().kind() == "trap") {
        context.Arm(person,
                    Timer{.due = record.envelope.placed_ms(), .rule = "trap", .person = person});
      }
    }
    if (record.decision.placed().kind() == "poison") return Fail(Code::kInvalid, "poison");
    return {};
  }

  Result<void> Due(const Timer& timer, const log::Accepted& /*tick*/,
                   FoldContext& context) override {
    context.store().Put(KeyOf(kCopies, timer.person), "half written");
    return Fail(Code::kInvalid, "trapped");
  }

  std::optional<PersonId> NextToVisit(const std::optional<PersonId>& after,
                                      const Reads& store) const override {
    return NextWith(kCopies, after, store);
  }
  Result<void> Visit(const PersonId& person, const log::Accepted& record,
                     FoldContext& context) override {
    context.store().Put(KeyOf(kCopies, person), "visited");
    context.Publish(Announcement(person, ~record.seq(), "mirrored"));
    if (ToyCount(context.store(), person) % 3 == 0) return Fail(Code::kInvalid, "not at home");
    return {};
  }
};

std::string SaltOf(std::uint64_t n) {
  std::string salt;
  AppendU64(salt, n);
  AppendU64(salt, ~n);
  return salt;
}

}  // namespace

PersonId Person(std::uint8_t n) {
  PersonId person;
  person.bytes.fill(n);
  return person;
}

v1::Decision PlacedOn(const std::vector<PersonId>& persons, std::string_view kind) {
  v1::Decision decision;
  decision.mutable_placed()->set_kind(std::string(kind));
  for (const PersonId& person : persons) {
    decision.mutable_placed()->add_to()->set_person(std::string(person.Raw()));
  }
  return decision;
}

v1::Decision TickAt(Millis at) {
  v1::Decision decision;
  decision.mutable_tick()->set_at_ms(at);
  return decision;
}

v1::Decision ForEveryone() {
  v1::Decision decision;
  decision.mutable_calendar_activated()->set_calendar("toy");
  return decision;
}

log::Accepted Record(Seq seq, v1::Decision decision, Millis placed) {
  log::Accepted record;
  record.envelope.set_seq(seq);
  record.envelope.set_placed_ms(placed);
  record.decision = std::move(decision);
  record.hash = Sha256(std::to_string(seq));
  record.offset = static_cast<std::int64_t>(seq) - 1;
  return record;
}

Host::Folds ToyFolds() {
  Host::Folds folds;
  folds.push_back(std::make_unique<Tally>());
  folds.push_back(std::make_unique<Mirror>());
  return folds;
}

std::vector<Fold*> Pointers(const Host::Folds& folds) {
  std::vector<Fold*> pointers;
  for (const auto& fold : folds) pointers.push_back(fold.get());
  return pointers;
}

std::uint64_t ToyCount(const Reads& reads, const PersonId& person) {
  const auto value = reads.Get(KeyOf(kCounts, person));
  if (!value) return 0;
  std::string_view in = *value;
  return TakeU64(in).value();
}

std::vector<log::Draft> ToyHistory(std::uint32_t seed, std::size_t records, std::uint8_t persons) {
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  const std::vector<std::string> kinds = {"plain", "plain",    "plain",  "arm",
                                          "arm",   "announce", "disarm", "trap"};
  std::vector<log::Draft> drafts;
  Millis now = 0;
  for (std::size_t i = 0; i < records; ++i) {
    log::Draft draft;
    now += static_cast<Millis>(below(30)) * kSecond;
    if (below(25) == 0) {
      draft.decision = ForEveryone();
    } else if (below(4) == 0) {
      now = (now / kMinute + 1) * kMinute;
      draft.decision = TickAt(now);
    } else {
      std::vector<PersonId> on;
      for (std::uint32_t n = 1 + below(3); n > 0; --n) {
        on.push_back(Person(static_cast<std::uint8_t>(below(persons))));
      }
      const bool poison = below(40) == 0;
      draft.decision = PlacedOn(on, poison ? "poison" : kinds[below(8)]);
      draft.feed = kToyFeed;
      draft.feed_offset = static_cast<std::int64_t>(i);
    }
    draft.placed = now;
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

std::vector<log::Accepted> ToyRecords(std::uint32_t seed, std::size_t records,
                                      std::uint8_t persons) {
  log::ChainHead writing;
  std::uint64_t salts = 0;
  const auto chained = log::Chain(ToyHistory(seed, records, persons), writing, [&] {
                         return SaltOf(++salts);
                       }).value();
  std::vector<log::Accepted> all;
  log::ChainHead reading;
  for (const auto& [bytes, record] : chained) {
    log::Accepted accepted;
    const auto offset = static_cast<std::int64_t>(all.size());
    CHECK(log::Offer(bytes, offset, reading, accepted) == log::Verdict::kAccepted);
    all.push_back(std::move(accepted));
  }
  return all;
}

ToyJournal::ToyJournal(log::EventLog& log, std::string topic)
    : log_(log), topic_(std::move(topic)) {
  CHECK(log_.Create(topic_).has_value() && log_.Create(kToyAlerts).has_value());
}

void ToyJournal::Append(const std::vector<log::Draft>& drafts) {
  std::vector<log::Message> messages;
  auto chained = log::Chain(drafts, head_, [&] { return SaltOf(++salts_); }).value();
  for (auto& [bytes, record] : chained) {
    messages.push_back({.key = {}, .value = std::move(bytes), .headers = {}});
  }
  const auto appended = log_.Append(topic_, messages);
  CHECK(appended.has_value());
}

std::int64_t ToyJournal::Place(const std::vector<PersonId>& persons, std::string_view kind) {
  log::Draft draft;
  draft.placed = head_.placed;
  draft.feed = kToyFeed;
  draft.feed_offset = ++feed_offset_;
  draft.decision = PlacedOn(persons, kind);
  Append({draft});
  return feed_offset_;
}

void ToyJournal::Took(std::string_view instance) {
  log::Draft draft;
  draft.decision.mutable_took()->set_instance(std::string(instance));
  Append({draft});
}

void ToyJournal::Tick(Millis at) {
  log::Draft draft;
  draft.placed = at;
  draft.decision = TickAt(at);
  Append({draft});
}

void ToyJournal::AppendStranger() {
  log::ChainHead elsewhere{.seq = head_.seq + 5, .hash = std::string(32, 'x')};
  log::Draft draft;
  draft.decision = TickAt(kMinute);
  auto chained = log::Chain({draft}, elsewhere, [&] { return SaltOf(++salts_); }).value();
  CHECK(log_.Append(topic_, {{.key = {}, .value = std::move(chained[0].bytes), .headers = {}}}));
}

std::vector<std::string> IdsIn(log::EventLog& log, std::string_view topic) {
  std::vector<std::string> ids;
  auto reader = log.Read(topic, 0);
  CHECK(reader.has_value());
  const std::int64_t end = log.End(topic).value();
  while ((*reader)->Position() < end) {
    const auto polled = (*reader)->Poll(1000, 0);
    CHECK(polled.has_value());
    for (const log::Record& record : *polled) ids.push_back(*record.message.Find("id"));
  }
  return ids;
}

}  // namespace throughline::projection
