#include "tests/sim/world.h"

#include <fmt/core.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/intake/flow_table.h"

namespace throughline::sim {
namespace {

constexpr Millis kStart = 1794819600000;  // Monday 2026-11-16 09:00
constexpr Millis kIntervals[] = {kMinute, 10 * kMinute, kHour};

}  // namespace

Plan::Plan(Random& random) {
  interval = kIntervals[random.Below(3)];
  steps = 60 + random.Below(160);
  intakes = 1 + random.Below(3);
  readers = 1 + random.Below(2);
  children = 1 + random.Below(4);
  contacts = 10 + random.Below(30);
  append_faults = random.Chance(50);
  short_reads = random.Chance(30);
  pauses = random.Chance(50);
  kills = random.Chance(60);
  interleaves = random.Chance(40);
  disk_faults = random.Chance(40);
  unreadable_feeds = random.Chance(30);
  skews = random.Chance(30);
  long_jumps = random.Chance(25);
  lost_tails = random.Chance(15);
  people = random.Chance(25);
  if (random.Chance(50)) part_bytes = std::size_t{1} << (6 + random.Below(8));
}

World::World(std::uint64_t seed, bool trace)
    : random_(seed),
      plan_(random_),
      tracing_(trace),
      world_(kStart),
      broker_clock_(world_),
      broker_(broker_clock_),
      family_(random_, plan_.children),
      agencies_(std::begin(kAgencies), std::end(kAgencies)) {
  if (!plan_.people) return;
  people_.emplace(random_, 10 + random_.Below(40));
  agencies_ = People::Agencies();
}

void World::Note(const std::string& text) {
  if (tracing_) outcome_.trace.push_back(fmt::format("{:>12} {}", world_.Now() - kStart, text));
}

void World::Wrong(const std::string& text) {
  Note("WRONG: " + text);
  outcome_.faults.push_back(text);
}

void World::Open() {
  intake::Opening opening{.partnership = "Testshire", .tick_interval = plan_.interval};
  opening.salt = [] { return std::string(16, 's'); };
  if (plan_.people) opening.flow = std::string(intake::DefaultFlow());
  CHECK(intake::Init(broker_.log, world_, opening).has_value());
  for (const std::string& agency : agencies_) {
    CHECK(broker_.log.Create(log::FeedTopic(agency)).has_value());
  }
  const auto trace = [this](const std::string& text) { Note(text); };
  for (std::size_t i = 0; i < plan_.intakes; ++i) {
    IntakeProcess::Options options;
    options.instance = fmt::format("intake-{}", i);
    options.sole = plan_.intakes == 1 && random_.Chance(50);
    options.keeps_state = random_.Chance(60);
    options.interval = plan_.interval;
    options.batch_records = 1 + random_.Below(20);
    options.records_a_turn = 1 + random_.Below(8);
    options.part_bytes = plan_.part_bytes;
    intakes_.push_back(
        std::make_unique<IntakeProcess>(broker_, world_, random_, std::move(options), trace));
  }
  for (std::size_t i = 0; i < plan_.readers; ++i) {
    ReaderProcess::Options options;
    options.name = fmt::format("reader-{}", i);
    options.shards = static_cast<std::uint32_t>(1 + random_.Below(3));
    options.batch_records = 1 + random_.Below(30);
    options.memory_bytes = random_.Chance(30) ? 20000 : std::size_t{1} << 20;
    options.part_steps = random_.Chance(50) ? 1 + random_.Below(3) : 1000;
    options.park_after = 3 * plan_.interval;
    options.publishes = i == 0;
    readers_.push_back(
        std::make_unique<ReaderProcess>(broker_, world_, random_, std::move(options), trace));
  }
}

void World::Operate(const v1::Contact& contact) {
  const std::string topic = log::FeedTopic("operator");
  const std::string bytes = contact.SerializeAsString();
  CHECK(broker_.log.Append(topic, {{.key = {}, .value = bytes, .headers = {}}}).has_value());
  acknowledged_.emplace_back(topic, bytes);
}

std::string World::SomeRules() {
  static const std::vector<std::size_t> speaking = SpeakingRules();
  std::set<std::size_t> rules;
  const std::size_t count = random_.Chance(5) ? StarterRules() : 2 + random_.Below(6);
  while (rules.size() < count) {
    const bool any = count == StarterRules() || random_.Chance(30);
    rules.insert(any ? random_.Below(StarterRules()) : speaking[random_.Below(speaking.size())]);
  }
  std::string version;
  for (const std::size_t rule : rules)
    version += (version.empty() ? "" : "-") + std::to_string(rule);
  return version;
}

void World::Activate() {
  const auto id = [this] { return fmt::format("O{}", ++operator_contacts_); };
  if (random_.Chance(70)) Operate(CalendarActivation(id(), world_.Now()));
  if (random_.Chance(90)) Operate(PolicyActivation(id(), SomeRules(), true, world_.Now()));
  for (const std::string& agency : agencies_) {
    const Millis delay = random_.Chance(20) ? kDay : 0;
    Operate(FeedActivation(id(), agency, delay, world_.Now()));
  }
}

void World::Publish(const Sent& sent) {
  const std::string topic = log::FeedTopic(sent.agency);
  const std::size_t chance = plan_.append_faults ? random_.Below(100) : 99;
  if (chance < 8) {  // nothing landed, the producer tries again
    broker_.log.FailNextAppend(0);
    CHECK(!broker_.log.Append(topic, {sent.message}).has_value());
    retries_.push_back(sent);
    return;
  }
  if (chance < 16) {  // it landed, and the producer does not know
    broker_.log.FailNextAppend(1);
    CHECK(!broker_.log.Append(topic, {sent.message}).has_value());
    retries_.push_back(sent);
    return;
  }
  if (chance < 24) {  // it lands later
    broker_.in_flight.push_back({topic, {sent.message}});
    return;
  }
  CHECK(broker_.log.Append(topic, {sent.message}).has_value());
  acknowledged_.emplace_back(topic, sent.message.value);
}

Sent World::NextSent() {
  const std::size_t which = random_.Below(100);
  if (which < 8) {
    Sent sent = family_.Invalid(world_.Now());
    invalid_.insert(sent.message.value);
    return sent;
  }
  if (which < 20 && !family_.empty()) return family_.Again(world_.Now(), random_.Chance(30));
  return family_.Next(world_.Now());
}

void World::PublishSome() {
  if (!retries_.empty() && random_.Chance(50)) {
    const Sent again = retries_.front();
    retries_.erase(retries_.begin());
    return Publish(again);
  }
  const std::size_t count = random_.Chance(10) ? 1 + random_.Below(12) : 1;
  for (std::size_t i = 0; i < count; ++i) {
    if (!people_) {
      Publish(NextSent());
    } else if (!people_->empty() && (people_->done() || random_.Chance(12))) {
      Publish(people_->Again(random_));
    } else {
      Publish(people_->Next());
    }
  }
  if (random_.Chance(4)) {
    const std::string id = fmt::format("O{}", ++operator_contacts_);
    switch (random_.Below(4)) {
      case 0:
        return Operate(PolicyActivation(id, SomeRules(), true, world_.Now()));
      case 1:
        return Operate(PolicyActivation(id, "1", false, world_.Now()));
      case 2:
        return Operate(CalendarActivation(id, world_.Now()));
      default:
        return Operate(FeedActivation(id, agencies_[random_.Below(agencies_.size())],
                                      random_.Chance(50) ? kDay : 0, world_.Now()));
    }
  }
}

void World::PassTime() {
  Millis by = random_.Between(1, plan_.interval / 2);
  const std::size_t which = random_.Below(100);
  if (which < 25) by = random_.Between(plan_.interval, 20 * plan_.interval);
  if (which < 8) by = random_.Between(1, 6 * 24) * kHour;
  if (which < 2 && plan_.long_jumps) by = random_.Between(8, 40) * kDay;
  world_.Set(world_.Now() + by);
  Note("time passes");
}

void World::StepIntake(IntakeProcess& intake) {
  if (intake.paused) return;
  if (plan_.interleaves && intakes_.size() > 1 && random_.Chance(15)) {
    IntakeProcess& other = *intakes_[random_.Below(intakes_.size())];
    if (&other != &intake && !other.paused) {
      intake.client.on_append = [this, &other](std::string_view) {
        Note("meanwhile");
        for (int i = 0; i < 3; ++i) other.Step();
      };
    }
  }
  intake.Step();
  intake.client.on_append = nullptr;
}

void World::FaultOfIntake(IntakeProcess& intake) {
  switch (random_.Below(8)) {
    case 0:
      if (plan_.append_faults) {
        intake.client.append_fault = static_cast<AppendFault>(1 + random_.Below(4));
      }
      return;
    case 1:
      if (plan_.append_faults) intake.client.away = !intake.client.away;
      return;
    case 2:
      if (plan_.pauses) intake.paused = !intake.paused;
      if (plan_.pauses) Note(intake.instance() + (intake.paused ? " is paused" : " goes on"));
      return;
    case 3:
      if (plan_.kills) intake.Kill();
      return;
    case 4:
      if (plan_.disk_faults) intake.disk().refuse = static_cast<int>(1 + random_.Below(3));
      return;
    case 5:
      if (!plan_.disk_faults) return;
      intake.Kill();
      return random_.Chance(50) ? intake.CutPower() : intake.LoseState();
    case 6:
      if (!plan_.unreadable_feeds) return;
      if (!intake.client.unreadable.empty()) return intake.client.unreadable.clear();
      intake.client.unreadable.insert(log::FeedTopic(agencies_[random_.Below(agencies_.size())]));
      return;
    default:
      if (plan_.short_reads) intake.client.short_reads = random_.Below(60);
      if (plan_.skews) {
        intake.clock.skew = random_.Between(-50, 50) * kSecond * (random_.Chance(10) ? 10 : 1);
        most_skew_ = std::max({most_skew_, intake.clock.skew, -intake.clock.skew});
      }
  }
}

void World::FaultOfReader(ReaderProcess& reader) {
  switch (random_.Below(7)) {
    case 0:
      if (plan_.append_faults) {
        reader.client.append_fault = static_cast<AppendFault>(1 + random_.Below(4));
      }
      return;
    case 1:
      if (plan_.append_faults) reader.client.away = !reader.client.away;
      return;
    case 2:
      if (plan_.kills) reader.Kill();
      return;
    case 3:
      if (plan_.kills && random_.Chance(50)) reader.Rebuild();
      return;
    case 4:
      if (plan_.disk_faults) reader.Refuse(static_cast<int>(1 + random_.Below(3)));
      return;
    case 5:
      if (!plan_.disk_faults) return;
      reader.Kill();
      return random_.Chance(60) ? reader.CutPower() : reader.Damage();
    default:
      if (plan_.short_reads) reader.client.short_reads = random_.Below(60);
  }
}

void World::LoseTail() {
  const std::string topic = log::JournalTopic(1);
  const auto end = *broker_.log.End(topic);
  // The first Took stays: without any, the next intake takes over at once, while the writer that
  // was lost with it still writes. Before it stand what Init writes, the flow of several people
  // too.
  const std::int64_t after_took = plan_.people ? 4 : 3;
  const std::int64_t from =
      std::max<std::int64_t>(after_took, end - 1 - static_cast<std::int64_t>(random_.Below(12)));
  if (from >= end) return;
  auto reader = *broker_.log.Read(topic, from);
  const auto records = *reader->Poll(1, 0);
  v1::JournalRecord record;
  v1::JournalEnvelope envelope;
  CHECK(record.ParseFromString(records.front().message.value));
  CHECK(envelope.ParseFromString(record.envelope()));
  lost_from_ = lost_from_ == 0 ? envelope.seq() : std::min(lost_from_, envelope.seq());
  broker_.log.LoseTail(topic, from);
  // What was on its way to the broker went with it.
  std::erase_if(broker_.in_flight, [&](const auto& each) { return each.topic == topic; });
  Note(fmt::format("the broker loses the journal from offset {}, seq {}", from, envelope.seq()));
}

void World::Fault() {
  const std::size_t which = random_.Below(100);
  if (which < 40) return FaultOfIntake(*intakes_[random_.Below(intakes_.size())]);
  if (which < 70) return FaultOfReader(*readers_[random_.Below(readers_.size())]);
  if (which < 80) {
    broker_.LandOne();
    return;
  }
  if (which < 90 && plan_.skews) {
    broker_clock_.skew = random_.Between(-40, 40) * kSecond;
    most_skew_ = std::max({most_skew_, broker_clock_.skew, -broker_clock_.skew});
    return;
  }
  if (which < 93 && plan_.lost_tails) LoseTail();
}

void World::Step() {
  const std::size_t which = random_.Below(100);
  if (which < plan_.contacts) return PublishSome();
  if (which < plan_.contacts + 10) return PassTime();
  if (which < plan_.contacts + 20) return Fault();
  if (which < plan_.contacts + 38) {
    return readers_[random_.Below(readers_.size())]->Step();
  }
  StepIntake(*intakes_[random_.Below(intakes_.size())]);
}

Outcome World::Run() {
  Open();
  Activate();
  for (std::size_t i = 0; i < plan_.steps; ++i) Step();
  Settle();
  Check();
  return std::move(outcome_);
}

Outcome RunHistory(std::uint64_t seed, bool trace) { return World(seed, trace).Run(); }

}  // namespace throughline::sim
