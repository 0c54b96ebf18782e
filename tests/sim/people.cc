#include "tests/sim/people.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/chronology/read.h"
#include "engine/intake/state.h"

namespace throughline::sim {
namespace {

constexpr unsigned kChoices = 1000;

std::string Told(const std::set<intake::Stand>& stands) {
  std::string text;
  for (const intake::Stand& one : stands) {
    text += fmt::format(" [{} {} {}]", fmt::join(one.person, "+"), one.why, one.record);
  }
  return text;
}

Sent SentOf(const intake::FamilyStep& step) {
  return {step.agency, step.id, {{}, step.AsContact().SerializeAsString(), {}}};
}

}  // namespace

const std::vector<std::string>& People::Agencies() {
  static const std::vector<std::string> all{"police", "health", "school", "desk"};
  return all;
}

People::People(Random& random, std::size_t steps) {
  const auto number = [&] { return static_cast<unsigned>(random.Below(kChoices)); };
  std::vector<intake::Choice> choices(steps);
  for (intake::Choice& choice : choices) {
    choice = {number(), number(), number(), number(), number(), number(), number(), number()};
  }
  steps_ = intake::StepsOf(choices);
}

Sent People::Next() {
  CHECK(!done());
  return SentOf(steps_[next_++]);
}

Sent People::Again(Random& random) const {
  CHECK(!empty());
  return SentOf(steps_[random.Below(next_)]);
}

void PeopleModel::Run(const History& history) {
  for (const log::Accepted& record : history.journal) {
    const std::string& topic = record.envelope.feed();
    if (topic.empty() || topic == log::FeedTopic("operator")) continue;
    Take(record, history);
  }
  for (const std::string& agency : People::Agencies()) {
    const std::string topic = log::FeedTopic(agency);
    const auto& feed = history.feeds.at(topic);
    for (std::size_t i = next_[topic]; i < feed.size(); ++i) {
      if (taken_.contains(feed[i].message.value)) continue;
      faults_.push_back(fmt::format("offset {} of {} was never decided on", i, topic));
    }
  }
}

void PeopleModel::Take(const log::Accepted& record, const History& history) {
  const std::string& topic = record.envelope.feed();
  const auto& feed = history.feeds.at(topic);
  std::size_t& next = next_[topic];
  const auto wrong = [&](std::string_view what) {
    faults_.push_back(fmt::format("seq {}: {}", record.seq(), what));
  };
  for (; next < feed.size() && feed[next].offset < record.envelope.feed_offset(); ++next) {
    if (!taken_.contains(feed[next].message.value)) wrong("passes over a contact");
  }
  if (next == feed.size() || feed[next].offset != record.envelope.feed_offset()) {
    return wrong("decides on what is not there, or again");
  }
  const std::string& bytes = feed[next++].message.value;
  if (taken_.contains(bytes)) return wrong("decides on a repeat");
  v1::Contact contact;
  CHECK(contact.ParseFromString(bytes));
  const auto step = std::find_if(people_.steps().begin(), people_.steps().end(),
                                 [&](const auto& one) { return one.id == contact.contact_id(); });
  CHECK(step != people_.steps().end());
  const bool taken = !record.decision.has_refused();
  if (taken != slow_.Take(*step)) wrong(step->id + (taken ? " is taken" : " is refused"));
  if (!taken) return;
  taken_.insert(bytes);
  decided_ += step->say == intake::Say::kDecision ? 1 : 0;
  if (record.decision.has_placed()) seqs_[step->id] = record.seq();
}

PeopleModel::Standings PeopleModel::StandingsIn(const projection::Reads& intake) const {
  const intake::State state(intake);
  std::map<PersonId, std::string> names;  // of records
  for (const intake::FamilyStep& step : people_.steps()) {
    for (const intake::Known& known : step.subjects) {
      v1::ScopedReference reference;
      reference.set_scheme("local-id");
      reference.set_value(known.name);
      reference.set_scope(known.agency);
      const auto key = intake::ReferenceKey(reference, known.Kind() == "household");
      if (const auto record = state.Resolve(key)) names[*record] = known.Record();
    }
  }
  Standings all;
  for (const auto& [id, seq] : seqs_) {
    std::set<intake::Stand>& stands = all[id];
    const auto contact = state.Contact(seq);
    CHECK(contact.has_value());
    for (const v1::IntakeStanding& standing : contact->standings()) {
      intake::Stand stand;
      for (const PersonId& record : state.RecordsOf(*PersonId::FromRaw(standing.person()))) {
        stand.person.insert(names.at(record));
      }
      stand.why = standing.why();
      if (stand.why == "subject") stand.record = names.at(*PersonId::FromRaw(standing.record()));
      stands.insert(std::move(stand));
    }
  }
  return all;
}

void PeopleModel::Compare(const projection::Reads& intake, const projection::Reads& chronologies) {
  const Standings stand = StandingsIn(intake);
  const Standings belong = slow_.Standings();
  for (const auto& [id, stands] : stand) {
    const auto found = belong.find(id);
    if (found != belong.end() && found->second == stands) continue;
    faults_.push_back(fmt::format("{} stands{}, and belongs{}", id, Told(stands),
                                  found == belong.end() ? "" : Told(found->second)));
  }
  // What intake says and what is shown is one.
  std::set<std::pair<Seq, PersonId>> said;
  for (const auto& [id, seq] : seqs_) {
    const auto contact = intake::State(intake).Contact(seq);
    for (const v1::IntakeStanding& standing : contact->standings()) {
      said.emplace(seq, *PersonId::FromRaw(standing.person()));
    }
  }
  std::set<std::pair<Seq, PersonId>> shown;
  chronology::EachPerson(chronologies, [&](const PersonId& person, const v1::StoredPerson&) {
    const auto known = chronology::ReadKnown(chronologies, person);
    for (const chronology::Entry& entry : known.entries) {
      if (entry.withdrawn_by == 0) shown.emplace(entry.seq, person);
    }
    return true;
  });
  for (const auto& [seq, person] : said) {
    if (!shown.contains({seq, person})) faults_.push_back(fmt::format("seq {} is not shown", seq));
  }
  for (const auto& [seq, person] : shown) {
    if (!said.contains({seq, person})) faults_.push_back(fmt::format("seq {} is shown", seq));
  }
}

}  // namespace throughline::sim
