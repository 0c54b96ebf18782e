#include <benchmark/benchmark.h>

#include <numeric>

#include "consumers/risk/alert_evidence.h"
#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/chronology/answer.h"
#include "engine/chronology/read.h"
#include "engine/contact/catalogue.h"
#include "engine/contact/read_contact.h"
#include "tests/bench/benches.h"
#include "tests/bench/recording.h"

// What is measured call by call, in the processor's time of the calling thread, so that others on
// the machine do not count: a decision, that is what one more contact costs on a child of whom
// so much is known, folded with the starter rules; and a chronology as known at an instant.
namespace throughline::bench {
namespace {

// The folds of one shard over a store on disk, and a journal up to where it was folded.
class OneShard {
 public:
  explicit OneShard(Recording& recording)
      : folds_(ChronologyAndRules()),
        store_(Must(projection::Store::Open(scratch_.path() + "/store", {}))),
        reader_(
            Must(log::JournalReader::Open(recording.log(), kJournal, {}, recording.clock(), {}))) {
    std::vector<projection::Fold*> plain;
    for (const auto& fold : folds_) plain.push_back(fold.get());
    shard_.emplace(nullptr, store_.get(), projection::ShardOf{}, plain);
  }

  // Folds up to a record, and gives the microseconds that each contact took from `measured` on.
  std::vector<double> Fold(Seq measured) {
    std::vector<double> took;
    for (auto some = Must(reader_->Poll(1000, 0)); !some.empty();
         some = Must(reader_->Poll(1000, 0))) {
      for (const log::Accepted& record : some) {
        const double began = ThreadSeconds();
        Must(shard_->Apply(record));
        const double ended = ThreadSeconds();
        if (record.seq() >= measured) Must(shard_->Commit());
        if (record.seq() >= measured && record.decision.has_placed()) {
          took.push_back((ended - began) * 1e6);
        }
      }
      Must(shard_->Commit());
    }
    return took;
  }
  // A contact placed on one child, right behind what was folded.
  void Place(const std::string& agency, const v1::Contact& contact, const PersonId& person) {
    const log::ChainHead head = Must(shard_->Position()).head;
    log::Accepted record;
    record.envelope.set_seq(head.seq + 1);
    record.envelope.set_placed_ms(contact::Occurred(contact).earliest);
    record.envelope.set_received_ms(record.envelope.placed_ms());
    record.hash = Sha256(std::to_string(head.seq + 1));
    record.offset = head.offset + 1;
    v1::Placed& placed = *record.decision.mutable_placed();
    placed.set_agency(agency);
    placed.set_contact_id(contact.contact_id());
    placed.set_kind(contact::KindName(contact));
    v1::Placement& on = *placed.add_to();
    on.set_person(std::string(person.Raw()));
    on.set_person_kind("child");
    on.set_label(contact.subjects(0).label());
    on.set_why("subject");
    const std::string bytes = contact.SerializeAsString();
    placed.set_contact_sha256(Sha256(bytes));
    record.contacts.push_back({bytes, false});
    Must(shard_->Apply(record));
    Must(shard_->Commit());
  }
  const projection::Reads& reads() const { return store_->Now(); }

 private:
  Scratch scratch_;
  projection::Host::Folds folds_;
  std::unique_ptr<projection::Store> store_;
  std::unique_ptr<log::JournalReader> reader_;
  std::optional<projection::Shard> shard_;
};

double MeanSeconds(const std::vector<double>& microseconds) {
  const double sum = std::accumulate(microseconds.begin(), microseconds.end(), 0.0);
  return sum / 1e6 / static_cast<double>(microseconds.size());
}

void ShowPercentiles(benchmark::State& state, const std::vector<double>& took) {
  state.counters["p50_us"] = Percentile(took, 0.5);
  state.counters["p99_us"] = Percentile(took, 0.99);
  state.counters["samples"] = static_cast<double>(took.size());
}

// The contacts come one an hour for each child, so that deadlines lapse as they do in life.
void Decision(benchmark::State& state, const Scale& scale, std::uint64_t entries) {
  const std::uint64_t children =
      std::max<std::uint64_t>(1, std::min<std::uint64_t>(scale.samples, 4000 / entries));
  const std::uint64_t measured = scale.samples;
  const std::uint64_t contacts = children * entries + measured;
  Recording& recording = Recording::Of({.contacts = contacts,
                                        .per_child = contacts / children,
                                        .window = children,
                                        .an_hour = std::max<std::uint64_t>(1, children / 4)});
  std::vector<double> took;
  for (auto _ : state) {
    OneShard shard(recording);
    took = shard.Fold(recording.records() * (children * entries) / contacts);
    state.SetIterationTime(MeanSeconds(took));
  }
  ShowPercentiles(state, took);
}

std::vector<PersonId> PersonsIn(const OneShard& shard) {
  std::vector<PersonId> persons;
  chronology::EachPerson(shard.reads(), [&](const PersonId& person, const v1::StoredPerson&) {
    persons.push_back(person);
    return true;
  });
  return persons;
}

// Asks of children at random; `ask(person, query)` is what is measured, and gives what it read.
template <typename QueryOf, typename Ask>
void MeasureQueries(benchmark::State& state, const Scale& scale,
                    const std::vector<PersonId>& persons, const QueryOf& query_of, const Ask& ask) {
  Dice dice(5);
  std::vector<double> took;
  double entries = 0;
  for (auto _ : state) {
    took.clear();
    for (std::uint64_t i = 0; i < scale.samples; ++i) {
      const PersonId& person = persons[dice.Below(persons.size())];
      chronology::Query query = query_of(person);
      const double began = ThreadSeconds();
      const chronology::Known known = ask(person, query);
      took.push_back((ThreadSeconds() - began) * 1e6);
      entries += static_cast<double>(known.entries.size());
    }
    state.SetIterationTime(MeanSeconds(took));
  }
  ShowPercentiles(state, took);
  state.counters["entries"] = entries / static_cast<double>(scale.samples);
}

void Query(benchmark::State& state, const Scale& scale, bool whole_answer) {
  constexpr std::uint64_t kKnown = 200;
  constexpr std::uint64_t kChildren = 50;
  // A tenth more comes later than what is asked for.
  const std::uint64_t contacts = kChildren * kKnown * 11 / 10;
  Recording& recording = Recording::Of({.contacts = contacts,
                                        .per_child = contacts / kChildren,
                                        .window = kChildren,
                                        .an_hour = 50});
  OneShard shard(recording);
  shard.Fold(recording.records() + 1);
  const std::vector<PersonId> persons = PersonsIn(shard);
  CHECK(persons.size() == kChildren);
  const auto query_of = [&](const PersonId& person) {
    const auto all = chronology::ReadKnown(shard.reads(), person);
    chronology::Query query;
    query.as_known_at = all.entries.at(std::min<std::size_t>(kKnown, all.entries.size()) - 1).known;
    return query;
  };
  MeasureQueries(
      state, scale, persons, query_of, [&](const PersonId& person, const chronology::Query& query) {
        auto known = chronology::KnownAt(shard.reads(), person, query);
        if (whole_answer) {
          const auto header = chronology::ReadHeader(shard.reads(), known);
          benchmark::DoNotOptimize(
              chronology::Answer(known, *header, query, recording.records()).entries_size());
        }
        return known;
      });
}

// That an agency opened a child's chronology as it stood at a record.
v1::Contact Opening(int number, Seq as_known_at) {
  v1::Contact contact;
  contact.set_contact_id("opened-" + std::to_string(number));
  *contact.mutable_occurred() = *ParseUncertain("2030-01-01T10:00");
  contact.add_subjects()->set_label("child");
  v1::RecordOpened& opened = *contact.mutable_record_opened();
  opened.set_what("chronology");
  opened.set_purpose("a conference");
  opened.set_as_known_at(as_known_at);
  return contact;
}

// One child as one agency knew it, that opened its chronology ten times over the years; or, of
// everyone, who knew what.
void AgencyQuery(benchmark::State& state, const Scale& scale, bool everyone) {
  constexpr std::uint64_t kEntries = 190;
  constexpr std::uint64_t kChildren = 50;
  constexpr int kOpenings = 10;
  Recording& recording = Recording::Of({.contacts = kChildren * kEntries,
                                        .per_child = kEntries,
                                        .window = kChildren,
                                        .an_hour = 50});
  OneShard shard(recording);
  shard.Fold(recording.records() + 1);
  const std::vector<PersonId> persons = PersonsIn(shard);
  for (const PersonId& person : persons) {
    const auto all = chronology::ReadKnown(shard.reads(), person);
    for (int i = 0; i < kOpenings; ++i) {
      const auto& until = all.entries.at((all.entries.size() - 1) * (i + 1) / kOpenings);
      shard.Place("childrens-services", Opening(i, until.known_seq), person);
    }
  }
  const auto query_of = [&](const PersonId&) {
    chronology::Query query;
    query.lens = everyone ? v1::LENS_SHARED : v1::LENS_AGENCY;
    query.agency = "childrens-services";
    return query;
  };
  MeasureQueries(
      state, scale, persons, query_of, [&](const PersonId& person, chronology::Query& query) {
        const auto alerts =
            risk::EvidenceOf(risk::AlertsOf(shard.reads(), person, chronology::kEverything));
        if (!everyone) query.alerts = alerts;
        auto known = chronology::KnownAt(shard.reads(), person, query);
        if (everyone) {
          benchmark::DoNotOptimize(chronology::WhoKnows(known, alerts).entries.data());
        }
        return known;
      });
}

template <typename Work>
void Register(const std::string& name, const Work& work) {
  benchmark::RegisterBenchmark(name.c_str(), work)
      ->Iterations(1)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
}

}  // namespace

void RegisterDecision(const Scale& scale) {
  for (const std::uint64_t entries : {10, 200, 2000}) {
    Register("decision/" + std::to_string(entries),
             [=](benchmark::State& state) { Decision(state, scale, entries); });
  }
}

void RegisterQuery(const Scale& scale) {
  Register("query/known", [=](benchmark::State& state) { Query(state, scale, false); });
  Register("query/answer", [=](benchmark::State& state) { Query(state, scale, true); });
  Register("query/agency", [=](benchmark::State& state) { AgencyQuery(state, scale, false); });
  Register("query/who-knew", [=](benchmark::State& state) { AgencyQuery(state, scale, true); });
}

}  // namespace throughline::bench
