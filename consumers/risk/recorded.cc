#include "consumers/risk/recorded.h"

#include <algorithm>
#include <map>
#include <span>
#include <tuple>
#include <utility>

#include "engine/base/check.h"
#include "engine/chronology/effects.h"
#include "engine/contact/read_contact.h"

namespace throughline::risk {
namespace {

using chronology::Entry;

// The entry as first sent, before anything was done to it.
Entry AsSent(const Entry& known) {
  Entry entry = known;
  if (entry.stated != nullptr) {
    entry.contact = entry.stated;
    entry.kind = entry.stated_kind;
    if (entry.contact->has_occurred()) entry.occurred = contact::Occurred(*entry.contact);
  }
  if (entry.stated_placement != nullptr) entry.placement = *entry.stated_placement;
  entry.stated_placement.reset();
  entry.received = entry.recorded;
  entry.corrected_by.clear();
  entry.retracted_by = 0;
  entry.disputed_by.clear();
  entry.checked_by.clear();
  entry.taken_back_by.clear();
  entry.superseded_by = 0;
  entry.duplicate_of = 0;
  entry.decided_apart.clear();
  entry.corrects = 0;
  entry.unsaid = false;
  entry.counts = entry.withdrawn_by == 0 && !entry.erased;
  return entry;
}

Millis RoundDown(Millis instant, Millis interval) {
  const Millis rest = ((instant % interval) + interval) % interval;
  return instant - rest;
}

Millis RoundUp(Millis instant, Millis interval) {
  const Millis down = RoundDown(instant, interval);
  return down == instant ? down : down + interval;
}

class Player {
 public:
  Player(const PersonId& person, const CompiledPolicy& policy, const Calendars& calendars,
         Millis interval)
      : person_(person), policy_(policy), setting_{&calendars, {}, {true}}, interval_(interval) {
    CHECK(interval_ > 0);
  }

  void Add(const Entry& entry) {
    PassTime(entry.known);
    known_.push_back(entry);
    shown_ = known_;
    chronology::ApplyEffects(shown_);
    EvaluateAt(RoundDown(entry.known, interval_), entry.known);
  }

  // Every tick up to `until` at which something is due.
  void PassTime(Millis until) {
    while (next_due_ && RoundUp(*next_due_, interval_) <= until) {
      const Millis tick = RoundUp(*next_due_, interval_);
      EvaluateAt(tick, tick);
    }
  }

  std::vector<RecordedEpisode> Take() && {
    std::vector<RecordedEpisode> episodes;
    episodes.reserve(episodes_.size());
    for (auto& [id, episode] : episodes_) episodes.push_back(std::move(episode));
    std::sort(episodes.begin(), episodes.end(), [](const auto& a, const auto& b) {
      return std::tie(a.opened, a.rule, a.anchor_agency, a.anchor_contact_id) <
             std::tie(b.opened, b.rule, b.anchor_agency, b.anchor_contact_id);
    });
    return episodes;
  }

 private:
  // `when` is what is shown of it: the tick, or the contact that told.
  void EvaluateAt(Millis at, Millis when) {
    const Child child{person_, shown_};
    Evaluation evaluation;
    if (IsChild(child)) evaluation = Evaluate(policy_, child, at, setting_);
    Occasion occasion;
    occasion.seq = ++evaluations_;
    occasion.at = when;
    Stepped stepped = Step(std::move(state_), policy_, child, evaluation, occasion);
    state_ = std::move(stepped.state);
    next_due_.reset();
    if (evaluation.next_due) next_due_ = evaluation.next_due->at;
    for (v1::Alert& alert : stepped.changes) Keep(std::move(alert));
  }

  void Keep(v1::Alert alert) {
    RecordedEpisode& episode = episodes_[alert.alert_id()];
    if (episode.changes.empty()) {
      episode.rule = alert.rule();
      episode.anchor_agency = alert.anchor().agency();
      episode.anchor_contact_id = alert.anchor().contact_id();
      episode.opened = alert.at_ms();
    }
    episode.closed.reset();
    episode.closed_because = alert.closed_because();
    if (alert.change() == v1::ALERT_CHANGE_CLOSED) episode.closed = alert.at_ms();
    alert.clear_alert_id();
    episode.changes.push_back(std::move(alert));
  }

  PersonId person_;
  const CompiledPolicy& policy_;
  Setting setting_;
  Millis interval_;
  std::vector<Entry> known_;  // as sent, in the order in which they became known
  std::vector<Entry> shown_;  // with what they do to each other
  v1::EpisodeState state_;
  std::optional<Millis> next_due_;
  Seq evaluations_ = 0;
  std::map<std::string, RecordedEpisode, std::less<>> episodes_;  // by the id that they have here
};

}  // namespace

std::vector<RecordedEpisode> RecordedAlerts(const chronology::Known& known,
                                            const CompiledPolicy& policy,
                                            const Calendars& calendars, Millis until,
                                            Millis interval) {
  std::vector<Entry> entries;
  for (const Entry& one : known.entries) {
    Entry entry = AsSent(one);
    if (entry.known <= until) entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.known, a.agency, a.contact_id, a.seq) <
           std::tie(b.known, b.agency, b.contact_id, b.seq);
  });
  Player player(known.person, policy, calendars, interval);
  for (const Entry& entry : entries) player.Add(entry);
  player.PassTime(until);
  return std::move(player).Take();
}

}  // namespace throughline::risk
