#include <algorithm>
#include <iterator>

#include "consumers/risk/episodes.h"
#include "consumers/risk/wording.h"
#include "engine/base/check.h"
#include "engine/chronology/effects.h"
#include "engine/contact/read_contact.h"
#include "tests/sim/model.h"

namespace throughline::sim {
namespace {

using chronology::Entry;

std::string KindOf(const v1::Contact& contact) {
  const auto* field = contact.GetDescriptor()->FindFieldByNumber(contact.detail_case());
  CHECK(field != nullptr);
  return field->name();
}

// Compiling is the same for the same bytes, and slow.
const risk::CompiledPolicy& Compiled(const std::string& bytes) {
  static std::map<std::string, risk::CompiledPolicy> known;
  const auto found = known.find(bytes);
  if (found != known.end()) return found->second;
  std::vector<v1::Policy> policies;
  if (!bytes.empty()) CHECK(policies.emplace_back().ParseFromString(bytes));
  auto compiled = risk::CompiledPolicy::Compile(policies);
  CHECK(compiled.has_value());
  return known.emplace(bytes, *compiled).first->second;
}

std::vector<Entry> WithEffects(std::vector<Entry> entries) {
  chronology::ApplyEffects(entries);
  return entries;
}

}  // namespace

void Model::Stand(int person, Seq seq, Seq known_seq, Millis known, Seq because) {
  const Placement& placement = placements_.at(seq);
  v1::Contact contact;
  CHECK(contact.ParseFromString(placement.bytes));
  Entry entry;
  entry.seq = seq;
  std::tie(entry.agency, entry.contact_id) = placement.key;
  entry.kind = entry.stated_kind = KindOf(contact);
  entry.occurred = contact::Occurred(contact);
  entry.recorded = contact::RecordedInstant(contact, placement.received);
  entry.received = placement.received;
  entry.placed = placement.placed;
  entry.history = placement.history;
  entry.placement.set_person_kind(kinds_[static_cast<std::size_t>(person)]);
  entry.placement.set_why("linked");
  for (const auto& [record, subject] : placement.roles) {
    if (PartOf(record) != person) continue;
    entry.placement.set_why("subject");
    for (const std::string& label : subject.first) {
      if (entry.placement.label().empty()) {
        entry.placement.set_label(label);
      } else {
        entry.placement.add_also_labels(label);
      }
    }
    for (const std::string& role : subject.second) {
      const auto& given = entry.placement.roles();
      if (std::find(given.begin(), given.end(), role) == given.end()) {
        entry.placement.add_roles(role);
      }
    }
  }
  if (contact.has_contact_corrected()) {
    entry.corrects_in_turn = {contact::Resolve(contact.contact_corrected().of(), entry.agency)};
  }
  entry.contact = entry.stated = std::make_shared<const v1::Contact>(std::move(contact));
  entry.known_seq = known_seq;
  entry.known = known;
  entry.because = because;
  // One that left by the same decision and comes again is the one that stood here.
  for (Entry& stood : children_[person].entries) {
    if (stood.seq != seq) continue;
    entry.known_seq = stood.known_seq;
    entry.known = stood.known;
    entry.because = stood.because;
    stood = std::move(entry);
    return;
  }
  children_[person].entries.push_back(std::move(entry));
}

void Model::Concern(int person, Seq seq, bool history) {
  if (!history) return EvaluateChild(person, seq, false);
  // Evaluated at the next tick.
  Child& child = children_[person];
  child.due = tick_ ? *tick_ + 1 : 0;
}

void Model::InForce(const v1::Decision& decision, Seq seq) {
  if (decision.has_policy_activated()) {
    const auto& policy = decision.policy_activated();
    policy_ = policy.state() == "active" ? policy.compiled() : "";
  } else if (decision.has_calendar_activated()) {
    const auto& calendar = decision.calendar_activated();
    calendars_[calendar.calendar()] = calendar.content();
  } else {
    const auto& feed = decision.feed_activated();
    const auto before = delays_.find(feed.topic());
    const Millis delay_before = before == delays_.end() ? 0 : before->second.second;
    delays_[feed.topic()] = {feed.agency(), feed.delay_ms()};
    if (delay_before == feed.delay_ms()) return;
  }
  std::vector<int> evaluated;
  for (const auto& [person, child] : children_) {
    if (child.evaluated) evaluated.push_back(person);
  }
  for (const int person : evaluated) EvaluateChild(person, seq, true);
}

void Model::Fire(Seq seq) {
  for (bool fired = true; fired;) {
    fired = false;
    std::vector<int> due;
    for (const auto& [person, child] : children_) {
      if (child.due && *child.due <= *tick_) due.push_back(person);
    }
    for (const int person : due) {
      children_[person].due.reset();
      EvaluateChild(person, seq, false);
      fired = true;
    }
  }
}

void Model::EvaluateChild(int person, Seq seq, bool at_activation) {
  Child& child = children_[person];
  if (!tick_) {
    child.due = 0;
    return;
  }
  const auto id = ids_.find(person);
  if (id == ids_.end()) return;
  const std::vector<Entry> entries = WithEffects(child.entries);
  const risk::Child shown{id->second, entries};
  if (!child.evaluated && !risk::IsChild(shown)) return;
  child.evaluated = true;
  risk::Evaluation evaluation;
  if (risk::IsChild(shown)) {
    static std::map<std::string, Calendar> parsed;
    risk::Calendars calendars;
    for (const auto& [name, content] : calendars_) {
      auto known = parsed.find(content);
      if (known == parsed.end()) {
        auto calendar = Calendar::Parse(content, name);
        CHECK(calendar.has_value());
        known = parsed.emplace(content, *calendar).first;
      }
      calendars.emplace(known->second.jurisdiction(), known->second);
    }
    risk::Setting setting{&calendars, {}, {}};
    for (const auto& [topic, feed] : delays_) {
      if (feed.second > 0) {
        Millis& delay = setting.delays[feed.first];
        delay = std::max(delay, feed.second);
      }
    }
    evaluation = risk::Evaluate(Compiled(policy_), shown, *tick_, setting);
  }
  Step(id->second, child, entries, evaluation, seq);
  child.due.reset();
  if (evaluation.next_due) child.due = evaluation.next_due->at;
  (void)at_activation;
}

void Model::Step(const PersonId& person, Child& child, const std::vector<Entry>& entries,
                 const risk::Evaluation& evaluation, Seq seq) {
  const auto& rules = Compiled(policy_).rules();
  std::map<EpisodeKey, Open> now;
  for (const risk::Episode& episode : evaluation.episodes) {
    EpisodeKey key{rules[episode.rule].rule.id(), "", ""};
    if (episode.anchor) {
      std::get<1>(key) = entries[*episode.anchor].agency;
      std::get<2>(key) = entries[*episode.anchor].contact_id;
    }
    Open& open = now[key];
    for (const std::size_t index : episode.evidence) open.evidence.insert(entries[index].seq);
    open.missing = episode.missing;
    open.from_history = episode.from_history;
    open.sentence = risk::Sentence(rules[episode.rule].rule, risk::Child{person, entries}, episode);
    open.corrected =
        std::any_of(episode.evidence.begin(), episode.evidence.end(),
                    [&](std::size_t index) { return !entries[index].corrected_by.empty(); });
  }
  for (auto at = child.open.begin(); at != child.open.end();) {
    if (now.contains(at->first)) {
      ++at;
      continue;
    }
    Publish(person, at->first, at->second, seq, v1::ALERT_CHANGE_CLOSED);
    child.closed.emplace_back(at->first, at->second);
    at = child.open.erase(at);
  }
  for (auto& [key, open] : now) {
    const auto before = child.open.find(key);
    v1::AlertChange change = v1::ALERT_CHANGE_UPDATED;
    if (before != child.open.end()) {
      const bool told_otherwise = open.corrected && before->second.sentence != open.sentence;
      const bool same = before->second.evidence == open.evidence &&
                        before->second.missing == open.missing &&
                        before->second.from_history == open.from_history && !told_otherwise;
      open.alert_id = before->second.alert_id;
      open.ever = before->second.ever;
      if (same) change = v1::ALERT_CHANGE_UNSPECIFIED;
      if (same) open.sentence = before->second.sentence;
    } else {
      change = v1::ALERT_CHANGE_OPENED;
      open.alert_id =
          risk::AlertId(std::get<0>(key), person, std::get<1>(key), std::get<2>(key), seq);
      auto last = std::find_if(child.closed.rbegin(), child.closed.rend(),
                               [&](const auto& closed) { return closed.first == key; });
      const bool resumes = last != child.closed.rend() &&
                           std::includes(last->second.ever.begin(), last->second.ever.end(),
                                         open.evidence.begin(), open.evidence.end());
      if (resumes) {
        change = v1::ALERT_CHANGE_RESUMED;
        open.alert_id = last->second.alert_id;
        open.ever = last->second.ever;
        child.closed.erase(std::next(last).base());
      }
    }
    open.ever.insert(open.evidence.begin(), open.evidence.end());
    child.open[key] = open;
    if (change != v1::ALERT_CHANGE_UNSPECIFIED) Publish(person, key, open, seq, change);
  }
}

void Model::Publish(const PersonId& person, const EpisodeKey& key, const Open& open, Seq seq,
                    v1::AlertChange change) {
  v1::Alert alert;
  alert.set_alert_id(open.alert_id);
  alert.set_seq(seq);
  alert.set_change(change);
  Change made{open.alert_id, std::get<0>(key), person, change, seq, {}};
  if (change != v1::ALERT_CHANGE_CLOSED) {
    made.evidence.assign(open.evidence.begin(), open.evidence.end());
  }
  changes_[risk::PublicationId(alert)] = std::move(made);
}

std::map<PersonId, std::vector<Entry>> Model::Chronologies() const {
  std::map<PersonId, std::vector<Entry>> all;
  for (const auto& [person, child] : children_) {
    const auto id = ids_.find(person);
    if (id != ids_.end()) all[id->second] = WithEffects(child.entries);
  }
  return all;
}

std::set<std::string> Model::OpenAt(const PersonId& person, Seq seq) const {
  std::map<std::string, std::pair<Seq, bool>> last;
  for (const auto& [id, change] : changes_) {
    if (change.person != person || change.seq > seq) continue;
    auto& [at, open] = last[change.alert_id];
    // Two changes of one alert at one record (an activation and a timer cannot meet there).
    if (change.seq >= at) {
      at = change.seq;
      open = change.change != v1::ALERT_CHANGE_CLOSED;
    }
  }
  std::set<std::string> ids;
  for (const auto& [id, state] : last) {
    if (state.second) ids.insert(id);
  }
  return ids;
}

}  // namespace throughline::sim
