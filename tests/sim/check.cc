#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "consumers/risk/episodes.h"
#include "consumers/risk/risk_fold.h"
#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/chronology/chronology_fold.h"
#include "engine/chronology/read.h"
#include "engine/intake/dead_letters.h"
#include "engine/intake/intake_fold.h"
#include "engine/projection/shard.h"
#include "tests/sim/world.h"

namespace throughline::sim {
namespace {

std::vector<log::Record> Whole(log::MemoryLog& log, std::string_view topic) {
  auto reader = *log.Read(topic, *log.Start(topic));
  std::vector<log::Record> all;
  for (;;) {
    auto records = *reader->Poll(1000, 0);
    if (records.empty()) return all;
    std::move(records.begin(), records.end(), std::back_inserter(all));
  }
}

std::string Line(const chronology::Entry& entry) {
  std::string text = fmt::format(
      "{} {} {} {} known {} because {} {} counts {} corrects {} retracted {} by", entry.seq,
      entry.agency, entry.contact_id, entry.kind, entry.known_seq, entry.because,
      entry.placement.why(), entry.counts, entry.corrects, entry.retracted_by);
  for (const Seq seq : entry.corrected_by) text += fmt::format(" {}", seq);
  return text;
}

Change ChangeOf(const v1::Alert& alert) {
  Change change{alert.alert_id(), alert.rule(), *PersonId::FromText(alert.person()),
                alert.change(),   alert.seq(),  {}};
  if (alert.change() == v1::ALERT_CHANGE_CLOSED) return change;
  for (const auto& evidence : alert.evidence()) change.evidence.push_back(evidence.seq());
  std::sort(change.evidence.begin(), change.evidence.end());
  return change;
}

std::string Line(const Change& change) {
  std::string text =
      fmt::format("{} change {} seq {} alert {} evidence", change.rule,
                  static_cast<int>(change.change), change.seq, change.alert_id.substr(0, 8));
  for (const Seq seq : change.evidence) text += fmt::format(" {}", seq);
  return text;
}

}  // namespace

History World::Gather() {
  History history;
  history.interval = plan_.interval;
  history.skew = 2 * most_skew_;
  history.invalid = invalid_;
  log::ChainHead head;
  for (const log::Record& record : Whole(broker_.log, log::JournalTopic(1))) {
    log::Accepted accepted;
    const auto verdict = log::Offer(record.message.value, record.offset, head, accepted);
    if (verdict == log::Verdict::kAccepted) history.journal.push_back(std::move(accepted));
  }
  std::vector<std::string> topics{log::FeedTopic("operator")};
  for (const std::string& agency : agencies_) topics.push_back(log::FeedTopic(agency));
  for (const std::string& topic : topics) history.feeds[topic] = Whole(broker_.log, topic);
  outcome_.records = history.journal.size();
  return history;
}

void World::CheckAcknowledged(const History& history) {
  std::set<std::pair<std::string, std::string>> there;
  for (const auto& [topic, records] : history.feeds) {
    for (const log::Record& record : records) there.emplace(topic, record.message.value);
  }
  for (const auto& each : acknowledged_) {
    if (!there.contains(each)) Wrong("an acknowledged contact is not on its feed");
  }
}

void World::CheckDeadLetters(const History& history) {
  std::map<std::int64_t, v1::DeadLetter> letters;
  const auto visited =
      intake::VisitDeadLetters(broker_.log, 0, [&](const intake::StoredDeadLetter& stored) {
        letters[stored.offset] = stored.letter;
        return true;
      });
  CHECK(visited.has_value());
  // One that was written twice is visited once: found by what it is of.
  std::map<std::pair<std::string, std::int64_t>, std::string> by_place;
  for (const auto& [offset, letter] : letters) {
    by_place[{letter.topic(), letter.offset()}] = letter.original();
  }
  for (const log::Accepted& record : history.journal) {
    if (!record.decision.has_refused() && !record.decision.has_conflict()) continue;
    const auto& envelope = record.envelope;
    const auto found = by_place.find({envelope.feed(), envelope.feed_offset()});
    const auto& feed = history.feeds.at(envelope.feed());
    const auto& original = feed.at(static_cast<std::size_t>(envelope.feed_offset())).message.value;
    if (found == by_place.end() || found->second != original) {
      Wrong(fmt::format("seq {}: no dead letter bears what it refuses", record.seq()));
    }
  }
}

std::vector<std::unique_ptr<projection::MemoryStore>> World::FoldAnew(const History& history,
                                                                      std::uint32_t shards) {
  std::vector<std::unique_ptr<projection::MemoryStore>> stores;
  for (std::uint32_t i = 0; i < shards; ++i) {
    auto store = std::make_unique<projection::MemoryStore>();
    const std::size_t batch = 1 + random_.Below(50);
    const std::size_t part_steps = random_.Chance(50) ? 1 + random_.Below(3) : 1000;
    chronology::ChronologyFold chronology;
    std::unique_ptr<risk::RiskFold> risk;
    std::unique_ptr<projection::Shard> shard;
    const auto begin = [&] {
      if (shard != nullptr) return;
      risk = std::make_unique<risk::RiskFold>();
      shard = std::make_unique<projection::Shard>(
          store.get(), nullptr, projection::ShardOf{i, shards},
          std::vector<projection::Fold*>{&chronology, risk.get()}, part_steps);
    };
    for (const log::Accepted& record : history.journal) {
      begin();
      if (auto applied = shard->Apply(record); !applied) {
        Wrong(fmt::format("seq {} cannot be folded: {}", record.seq(), applied.error().text));
        break;
      }
      while (shard->unfinished() == record.seq()) {
        CHECK(shard->Commit().has_value());
        if (random_.Chance(20)) shard.reset();
        begin();
        CHECK(shard->Apply(record).has_value());
      }
      if (shard->pending_records() < batch) continue;
      CHECK(shard->Commit().has_value());
      if (random_.Chance(5)) shard.reset();
    }
    if (shard != nullptr) CHECK(shard->Commit().has_value());
    stores.push_back(std::move(store));
  }
  return stores;
}

void World::CheckChronologies(const projection::Reads& store, const Model& model) {
  for (const auto& [person, expected] : model.Chronologies()) {
    const auto known = chronology::ReadKnown(store, person);
    std::set<std::string> there;
    for (const auto& entry : known.entries) there.insert(Line(entry));
    std::set<std::string> wanted;
    for (const auto& entry : expected) wanted.insert(Line(entry));
    for (const std::string& line : wanted) {
      if (!there.contains(line)) Wrong("a chronology lacks " + line);
    }
    for (const std::string& line : there) {
      if (!wanted.contains(line)) Wrong("a chronology must not hold " + line);
    }
    if (known.entries.size() != expected.size()) Wrong("a contact stands on a chronology twice");
    std::set<std::string> open;
    for (const auto& alert : risk::AlertsOf(store, person, chronology::kEverything)) {
      if (alert.open) open.insert(alert.last.alert_id());
    }
    if (open != model.OpenAt(person, chronology::kEverything)) Wrong("other alerts are open");
    if (projection::IncompleteSince(store, person)) Wrong("a record was refused by a fold");
  }
}

std::unique_ptr<projection::MemoryStore> World::CheckStores(const History& history) {
  std::set<std::uint32_t> counts{1, 2};
  for (const auto& reader : readers_) counts.insert(reader->shards());
  std::unique_ptr<projection::MemoryStore> whole;
  std::map<PersonId, std::size_t> expected;
  for (const std::uint32_t shards : counts) {
    auto stores = FoldAnew(history, shards);
    std::map<PersonId, std::size_t> entries;
    for (const auto& store : stores) {
      chronology::EachPerson(*store, [&](const PersonId& person, const v1::StoredPerson&) {
        const auto known = chronology::ReadKnown(*store, person);
        entries[person] = known.entries.size();
        return true;
      });
    }
    for (const auto& reader : readers_) {
      if (reader->shards() != shards) continue;
      for (std::uint32_t i = 0; i < shards; ++i) {
        const auto live = reader->StoreOf(i);
        if (*projection::Digest(*live) != *projection::Digest(*stores[i])) {
          Wrong(fmt::format("{}: shard {} is not what a rebuild gives", reader->name(), i));
        }
      }
    }
    if (shards == 1) {
      expected = std::move(entries);
      whole = std::move(stores.front());
    } else if (entries != expected) {
      Wrong("another number of shards, other chronologies");
    }
  }
  return whole;
}

World::Raised World::CheckFamily(const History& history, const projection::Reads& store) {
  const auto model = std::make_shared<Model>(history);
  model->Run();
  outcome_.placed = model->placed();
  for (const std::string& fault : model->faults()) Wrong(fault);
  CheckChronologies(store, *model);
  std::size_t persons = 0;
  chronology::EachPerson(store, [&](const PersonId&, const v1::StoredPerson&) {
    ++persons;
    return true;
  });
  if (persons != model->Chronologies().size()) Wrong("other persons are known");
  return {model->changes(),
          [model](const PersonId& person, Seq seq) { return model->OpenAt(person, seq); }};
}

// What the rules say of people is held against a fold anew: no model of it is here.
World::Raised World::CheckPeople(const History& history, const projection::Reads& store) {
  projection::MemoryStore state;
  intake::IntakeFold fold;
  projection::Shard shard(&state, nullptr, projection::ShardOf{0, 1}, {&fold});
  for (const log::Accepted& record : history.journal) CHECK(shard.Apply(record).has_value());
  CHECK(shard.Commit().has_value());
  PeopleModel model(*people_);
  model.Run(history);
  model.Compare(state, store);
  outcome_.placed = model.placed();
  outcome_.decided = model.decided();
  for (const std::string& fault : model.faults()) Wrong(fault);
  for (const log::Accepted& record : history.journal) {
    const v1::PlacedBecause& part = record.decision.placed_because();
    if (part.of() > 1 && part.part() == part.of()) outcome_.parts += part.of();
  }
  Raised raised;
  for (const PersonId& person : risk::PersonsWithAlerts(store)) {
    for (const auto& history_of : risk::AlertsOf(store, person, chronology::kEverything)) {
      for (const v1::Alert& alert : history_of.changes) {
        raised.changes[risk::PublicationId(alert)] = ChangeOf(alert);
      }
    }
  }
  raised.open_at = [&store](const PersonId& person, Seq seq) {
    std::set<std::string> open;
    for (const auto& alert : risk::AlertsOf(store, person, seq)) {
      if (alert.open) open.insert(alert.last.alert_id());
    }
    return open;
  };
  return raised;
}

void World::CheckAlerts(const Raised& raised) {
  std::map<std::string, v1::Alert> published;
  for (const log::Record& record : Whole(broker_.log, log::kAlerts)) {
    v1::Alert alert;
    CHECK(alert.ParseFromString(record.message.value));
    const std::string* id = record.message.Find("id");
    CHECK(id != nullptr);
    const auto [first, added] = published.emplace(*id, alert);
    if (!added && first->second.SerializeAsString() != alert.SerializeAsString() &&
        (lost_from_ == 0 || alert.seq() < lost_from_)) {
      Wrong("an alert was published twice under one id with other content");
    }
  }
  outcome_.alerts = published.size();
  std::set<std::string> withheld;
  for (const auto& reader : readers_) {
    for (const auto& each : reader->withheld()) {
      withheld.insert(each.id);
      v1::Alert alert;
      CHECK(alert.ParseFromString(each.value));
      if (lost_from_ != 0 && each.seen_at >= lost_from_) continue;
      const auto open = raised.open_at(*PersonId::FromText(alert.person()), each.seen_at);
      if (open.contains(alert.alert_id())) Wrong("an alert that is open was withheld");
    }
  }
  for (const auto& [id, change] : raised.changes) {
    const auto found = published.find(id);
    if (found == published.end()) {
      if (!withheld.contains(id)) Wrong("an alert is missing: " + Line(change));
      continue;
    }
    const Change made = ChangeOf(found->second);
    if (made == change || (lost_from_ != 0 && change.seq >= lost_from_)) continue;
    Wrong("an alert says " + Line(made) + ", not " + Line(change));
  }
  for (const auto& [id, alert] : published) {
    if (raised.changes.contains(id)) continue;
    if (lost_from_ != 0 && alert.seq() >= lost_from_) continue;
    Wrong("an alert must not be: " + Line(ChangeOf(alert)));
  }
}

// Intakes that kept their state, lost it or followed all along hold the same.
void World::CheckIntakes() {
  IntakeProcess::Options options;
  options.instance = "fresh";
  options.interval = plan_.interval;
  IntakeProcess fresh(broker_, world_, random_, std::move(options), [](const std::string&) {});
  fresh.Step();
  if (!fresh.up()) return Wrong("no intake can start from the journal");
  const auto digest = fresh.intake()->StateDigest();
  for (auto& process : intakes_) {
    if (!process->up()) continue;
    if (*process->intake()->StateDigest() != *digest) {
      Wrong(process->instance() + " holds another state than a fresh one");
    }
  }
}

void World::Check() {
  if (!outcome_.faults.empty()) return;
  const auto chain = log::VerifyChain(broker_.log, log::JournalTopic(1));
  if (!chain) return Wrong("the chain does not verify: " + chain.error().text);
  if (chain->dropped_at_end != 0) Wrong("the journal ends on records that do not follow");
  const History history = Gather();
  CheckAcknowledged(history);
  CheckDeadLetters(history);
  const auto whole = CheckStores(history);
  CheckAlerts(people_ ? CheckPeople(history, *whole) : CheckFamily(history, *whole));
  CheckIntakes();
  for (const log::Accepted& record : history.journal) {
    if (!tracing_) break;
    outcome_.journal.push_back(fmt::format("journal {} at {} offset {} {} {} {}", record.seq(),
                                           record.envelope.placed_ms(), record.offset,
                                           record.envelope.feed(), record.envelope.feed_offset(),
                                           record.decision.ShortDebugString().substr(0, 300)));
  }
}

}  // namespace throughline::sim
