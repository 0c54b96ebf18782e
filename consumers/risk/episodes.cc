#include "consumers/risk/episodes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "consumers/risk/wording.h"
#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/chronology/marked.h"

namespace throughline::risk {
namespace {

using Seqs = google::protobuf::RepeatedField<std::uint64_t>;

// (rule, anchor's agency, anchor's contact id); an episode about the child has no anchor. Of texts
// that stay where they are as long as there is a step.
using EpisodeKey = std::tuple<std::string_view, std::string_view, std::string_view>;

EpisodeKey KeyOf(const v1::EpisodeRecord& record) {
  return {record.rule(), record.anchor_agency(), record.anchor_contact_id()};
}

// Length before each text, so that no two lists of texts give the same bytes.
void AppendText(std::string& out, std::string_view text) {
  AppendU32(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

template <typename Seqs1, typename Seqs2>
bool Contains(const Seqs1& all, const Seqs2& some) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

void Join(Seqs* into, const Seqs& more) {
  std::vector<std::uint64_t> joined;
  std::set_union(into->begin(), into->end(), more.begin(), more.end(), std::back_inserter(joined));
  into->Assign(joined.begin(), joined.end());
}

v1::EvidenceRef RefOf(const chronology::Entry& entry) {
  v1::EvidenceRef ref;
  ref.set_seq(entry.seq);
  ref.set_withheld(entry.fact_masked);
  if (entry.fact_masked) return ref;
  ref.set_agency(entry.agency);
  ref.set_contact_id(entry.contact_id);
  ref.set_kind(entry.kind);
  const auto shown = chronology::AsShown(entry);
  ref.set_occurred(DateWording(entry));
  ref.set_placed_ms(entry.placed);
  ref.set_history(entry.history);
  std::set<std::string, std::less<>> told;
  for (const auto& sharing : shown->sharing()) {
    if (sharing.recipient().has_agency()) told.insert(sharing.recipient().agency());
  }
  for (const auto& agency : told) ref.add_told(agency);
  return ref;
}

constexpr std::string_view kMarkedAsItClosed = "What it rested on is not shown any more.";

// Why an entry that an episode rested on does not count any more; empty: it counts.
std::string_view LostBecause(const chronology::Entry& entry) {
  if (entry.counts) return {};
  if (entry.withdrawn_by != 0) return entry.withdrawn_reason;
  if (entry.erased) return "erased";
  if (entry.retracted_by != 0) return "retracted";
  if (entry.duplicate_of != 0) return "duplicate";
  return "superseded";
}

class Stepper {
 public:
  Stepper(v1::EpisodeState previous, const CompiledPolicy& policy, const Child& child,
          const Evaluation& evaluation, const Occasion& occasion)
      : policy_(policy), child_(child), evaluation_(evaluation), occasion_(occasion) {
    before_.Swap(previous.mutable_open());
    stepped_.state.mutable_closed()->Swap(previous.mutable_closed());
    stepped_.state.set_published_seq(previous.published_seq());
  }

  Stepped Run() {
    struct Change {
      v1::EpisodeRecord* before = nullptr;
      const Episode* now = nullptr;
    };
    std::map<EpisodeKey, Change> changes;
    for (auto& record : before_) changes[KeyOf(record)].before = &record;
    for (const Episode& episode : evaluation_.episodes) changes[KeyOf(episode)].now = &episode;
    for (const auto& [key, change] : changes) {
      if (change.now == nullptr) {
        Close(std::move(*change.before));
      } else if (change.before == nullptr) {
        Open(key, *change.now);
      } else {
        Keep(std::move(*change.before), *change.now);
      }
    }
    Finish();
    return std::move(stepped_);
  }

 private:
  EpisodeKey KeyOf(const Episode& episode) const {
    const std::string& rule = policy_.rules()[episode.rule].rule.id();
    if (!episode.anchor) return {rule, "", ""};
    const auto& anchor = child_.entries[*episode.anchor];
    return {rule, anchor.agency, anchor.contact_id};
  }
  static EpisodeKey KeyOf(const v1::EpisodeRecord& record) { return risk::KeyOf(record); }

  Seqs EvidenceOf(const Episode& episode) const {
    std::vector<std::uint64_t> seqs;
    seqs.reserve(episode.evidence.size());
    for (const std::size_t index : episode.evidence) seqs.push_back(child_.entries[index].seq);
    std::sort(seqs.begin(), seqs.end());
    seqs.erase(std::unique(seqs.begin(), seqs.end()), seqs.end());
    return {seqs.begin(), seqs.end()};
  }

  // Takes over what may change while an episode is open; says whether that is worth a change.
  bool Take(v1::EpisodeRecord& record, const Episode& episode) {
    const Seqs evidence = EvidenceOf(episode);
    const bool same_evidence = std::equal(evidence.begin(), evidence.end(),
                                          record.evidence().begin(), record.evidence().end());
    const bool same_missing = std::equal(episode.missing.begin(), episode.missing.end(),
                                         record.missing().begin(), record.missing().end());
    const bool same =
        same_evidence && same_missing && record.from_history() == episode.from_history;
    const Millis due = episode.due_hidden ? 0 : episode.due;
    stepped_.differs = stepped_.differs || !same || record.due_ms() != due;
    if (!same_evidence) {
      record.mutable_evidence()->CopyFrom(evidence);
      Join(record.mutable_evidence_ever(), evidence);
    }
    if (!same_missing) {
      record.clear_missing();
      for (const auto& missing : episode.missing) record.add_missing(missing);
    }
    record.set_due_ms(due);
    record.set_from_history(episode.from_history);
    return !same;
  }

  void Open(const EpisodeKey& key, const Episode& episode) {
    if (Resume(key, episode)) return;
    v1::EpisodeRecord record;
    record.set_rule(std::string(std::get<0>(key)));
    record.set_anchor_agency(std::string(std::get<1>(key)));
    record.set_anchor_contact_id(std::string(std::get<2>(key)));
    record.set_opened_seq(occasion_.seq);
    record.set_alert_id(AlertId(record.rule(), child_.person, record.anchor_agency(),
                                record.anchor_contact_id(), occasion_.seq));
    record.set_at_activation(occasion_.at_activation);
    Take(record, episode);
    Publish(record, episode, v1::ALERT_CHANGE_OPENED);
    *stepped_.state.add_open() = std::move(record);
  }

  // The last closed episode of the same key goes on if nothing that it now rests on is new to it.
  bool Resume(const EpisodeKey& key, const Episode& episode) {
    auto& closed = *stepped_.state.mutable_closed();
    for (int i = closed.size(); i-- > 0;) {
      if (KeyOf(closed[i]) != key) continue;
      const Seqs evidence = EvidenceOf(episode);
      if (!Contains(closed[i].evidence_ever(), evidence)) return false;
      v1::EpisodeRecord record = std::move(closed[i]);
      closed.DeleteSubrange(i, 1);
      record.clear_closed_seq();
      record.clear_closed_because();
      Take(record, episode);
      Publish(record, episode, v1::ALERT_CHANGE_RESUMED);
      *stepped_.state.add_open() = std::move(record);
      return true;
    }
    return false;
  }

  void Keep(v1::EpisodeRecord record, const Episode& episode) {
    const Seqs before = record.evidence();
    if (Take(record, episode) || IsToldOtherwise(record, episode)) {
      Publish(record, episode, v1::ALERT_CHANGE_UPDATED);
      AddLost(before, stepped_.changes.back());
    }
    *stepped_.state.add_open() = std::move(record);
  }

  // What it rests on was corrected or marked since, so that its sentence is another.
  bool IsToldOtherwise(const v1::EpisodeRecord& record, const Episode& episode) const {
    const bool may =
        std::any_of(episode.evidence.begin(), episode.evidence.end(), [&](std::size_t index) {
          const chronology::Entry& entry = child_.entries[index];
          return !entry.corrected_by.empty() || entry.fact_masked || entry.content_marks != nullptr;
        });
    if (!may) return false;
    return Sentence(policy_.rules()[episode.rule].rule, child_, episode) != record.sentence();
  }

  void Close(v1::EpisodeRecord record) {
    record.set_closed_seq(occasion_.seq);
    record.set_closed_because(std::string(Reason(record)));
    if (IsMarkedNow(record)) {
      // It holds no more, so that nothing can be told of it anew.
      record.set_sentence(std::string(kMarkedAsItClosed));
      record.clear_missing();
      record.set_due_ms(0);
    }
    v1::Alert alert = Base(record, v1::ALERT_CHANGE_CLOSED);
    // What it rested on, as far as that is still there.
    for (const auto seq : record.evidence()) {
      const auto* entry = EntryOf(seq);
      if (entry == nullptr) continue;
      if (alert.evidence_size() < static_cast<int>(kEvidenceNamed)) {
        *alert.add_evidence() = RefOf(*entry);
      }
    }
    AddLost(record.evidence(), alert);
    alert.set_closed_because(record.closed_because());
    if (record.closed_because() == "linked") alert.set_part_of(occasion_.part_of);
    stepped_.changes.push_back(std::move(alert));
    *stepped_.state.add_closed() = std::move(record);
  }

  // What it rested on is marked since the evaluation before, so that nobody was told of it as
  // marked yet: by this record, or by history, which waits for what comes next.
  bool IsMarkedNow(const v1::EpisodeRecord& record) const {
    const auto& entries = child_.entries;
    Seq evaluated = 0;
    for (const auto& entry : entries) {
      if (entry.history || entry.known_seq >= occasion_.seq) continue;
      evaluated = std::max(evaluated, entry.known_seq);
    }
    const bool marks = std::any_of(entries.begin(), entries.end(), [&](const auto& entry) {
      return entry.known_seq > evaluated && chronology::StatesMarks(*entry.stated);
    });
    return marks && std::any_of(record.evidence().begin(), record.evidence().end(), [&](Seq seq) {
             const auto* entry = EntryOf(seq);
             return entry != nullptr && (entry->fact_masked || entry->content_marks != nullptr);
           });
  }

  std::string_view Reason(const v1::EpisodeRecord& record) const {
    const auto rule = RuleOf(record.rule());
    if (!rule) return "rule_retired";
    bool lost = false;
    for (const auto seq : record.evidence()) {
      const auto* entry = EntryOf(seq);
      // That it stands elsewhere, or should never have stood here, says more than a retraction.
      if (entry != nullptr && entry->withdrawn_by != 0) return entry->withdrawn_reason;
      lost = lost || entry == nullptr || !entry->counts;
    }
    if (lost) return "lost_evidence";
    const auto ending = EndingOf(record, *rule);
    return ending ? EndingText(*ending) : "no_longer_true";
  }

  // By what most of what it rested on ended.
  std::optional<Ending> EndingOf(const v1::EpisodeRecord& record, std::size_t rule) const {
    std::optional<Ending> by;
    std::ptrdiff_t most = 0;
    for (const Ended& ended : evaluation_.ended) {
      if (ended.rule != rule || ended.anchor.has_value() == record.anchor_contact_id().empty()) {
        continue;
      }
      if (ended.anchor) {
        const auto& anchor = child_.entries[*ended.anchor];
        const bool same = anchor.agency == record.anchor_agency() &&
                          anchor.contact_id == record.anchor_contact_id();
        if (same) return ended.ending;
        continue;
      }
      const auto shared = std::count_if(ended.of.begin(), ended.of.end(), [&](std::size_t index) {
        return std::binary_search(record.evidence().begin(), record.evidence().end(),
                                  child_.entries[index].seq);
      });
      if (shared > most) by = ended.ending;
      most = std::max<std::ptrdiff_t>(most, shared);
    }
    return by;
  }

  // Of what it rested on, what does not count any more.
  void AddLost(const Seqs& before, v1::Alert& alert) const {
    for (const auto seq : before) {
      if (alert.lost_size() >= static_cast<int>(kEvidenceNamed)) return;
      const auto* entry = EntryOf(seq);
      if (entry == nullptr || entry->counts) continue;
      v1::LostEvidence& lost = *alert.add_lost();
      *lost.mutable_evidence() = RefOf(*entry);
      lost.set_because(std::string(LostBecause(*entry)));
    }
  }

  std::optional<std::size_t> RuleOf(std::string_view id) const {
    const auto& rules = policy_.rules();
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (rules[i].rule.id() == id) return i;
    }
    return std::nullopt;
  }

  const chronology::Entry* EntryOf(Seq seq) const {
    if (by_seq_.empty()) {
      for (const auto& entry : child_.entries) by_seq_.emplace_back(entry.seq, &entry);
      std::sort(by_seq_.begin(), by_seq_.end());
    }
    const auto found = std::lower_bound(by_seq_.begin(), by_seq_.end(), seq,
                                        [](const auto& one, Seq of) { return one.first < of; });
    return found == by_seq_.end() || found->first != seq ? nullptr : found->second;
  }

  const chronology::Entry* AnchorOf(const v1::EpisodeRecord& record) const {
    for (const auto& entry : child_.entries) {
      if (entry.agency == record.anchor_agency() &&
          entry.contact_id == record.anchor_contact_id()) {
        return &entry;
      }
    }
    return nullptr;
  }

  v1::Alert Base(const v1::EpisodeRecord& record, v1::AlertChange change) const {
    v1::Alert alert;
    alert.set_alert_id(record.alert_id());
    alert.set_change(change);
    alert.set_rule(record.rule());
    alert.set_person(child_.person.Text());
    if (!record.anchor_contact_id().empty()) {
      if (const auto* anchor = AnchorOf(record)) {
        *alert.mutable_anchor() = RefOf(*anchor);
      } else {
        alert.mutable_anchor()->set_agency(record.anchor_agency());
        alert.mutable_anchor()->set_contact_id(record.anchor_contact_id());
      }
    }
    alert.set_policy(record.policy());
    alert.set_policy_version(record.policy_version());
    alert.set_sentence(record.sentence());
    alert.set_opened_seq(record.opened_seq());
    alert.set_seq(occasion_.seq);
    alert.set_at_ms(occasion_.at);
    alert.set_due_ms(record.due_ms());
    *alert.mutable_missing() = record.missing();
    alert.set_from_history(record.from_history());
    alert.set_at_activation(record.at_activation());
    for (const auto& feed : occasion_.behind) alert.add_behind(feed);
    for (const auto& feed : occasion_.silent) alert.add_silent(feed);
    if (const auto rule = RuleOf(record.rule())) AddRule(policy_.rules()[*rule], alert);
    return alert;
  }

  static void AddRule(const CompiledPolicy::Rule& rule, v1::Alert& alert) {
    alert.set_addressee(rule.rule.addressee());
    alert.set_response(rule.rule.response());
    alert.set_respond_within(SpanWording(rule.rule.respond_within()));
    alert.mutable_basis()->set_kind(rule.rule.basis().kind());
    alert.mutable_basis()->set_source(rule.rule.basis().source());
    alert.set_title(rule.rule.title());
    alert.set_statement(rule.rule.statement());
  }

  void Publish(v1::EpisodeRecord& record, const Episode& episode, v1::AlertChange change) {
    const auto& rule = policy_.rules()[episode.rule];
    record.set_policy(rule.policy);
    record.set_policy_version(rule.version);
    record.set_sentence(Sentence(rule.rule, child_, episode));
    v1::Alert alert = Base(record, change);
    alert.set_joined(occasion_.joined);
    for (const std::size_t index : episode.evidence) {
      if (alert.evidence_size() >= static_cast<int>(kEvidenceNamed)) break;
      *alert.add_evidence() = RefOf(child_.entries[index]);
    }
    stepped_.changes.push_back(std::move(alert));
  }

  void Finish() {
    auto& state = stepped_.state;
    auto& closed = *state.mutable_closed();
    if (closed.size() > kClosedEpisodesKept) {
      closed.DeleteSubrange(0, closed.size() - kClosedEpisodesKept);
    }
    // All else that differs comes with a change.
    if (stepped_.changes.empty()) return;
    state.set_published_seq(occasion_.seq);
    stepped_.differs = true;
  }

  const CompiledPolicy& policy_;
  const Child& child_;
  // Its entries, once one was looked for.
  mutable std::vector<std::pair<Seq, const chronology::Entry*>> by_seq_;
  const Evaluation& evaluation_;
  const Occasion& occasion_;
  google::protobuf::RepeatedPtrField<v1::EpisodeRecord> before_;  // those that were open
  Stepped stepped_;
};

}  // namespace

Stepped Step(v1::EpisodeState previous, const CompiledPolicy& policy, const Child& child,
             const Evaluation& evaluation, const Occasion& occasion) {
  return Stepper(std::move(previous), policy, child, evaluation, occasion).Run();
}

std::string AlertId(std::string_view rule, const PersonId& person, std::string_view anchor_agency,
                    std::string_view anchor_contact_id, Seq opened) {
  std::string bytes;
  AppendText(bytes, rule);
  AppendText(bytes, person.Raw());
  AppendText(bytes, anchor_agency);
  AppendText(bytes, anchor_contact_id);
  AppendU64(bytes, opened);
  return Hex(Sha256(bytes));
}

std::string PublicationId(const v1::Alert& alert) {
  std::string bytes;
  AppendText(bytes, alert.alert_id());
  AppendU64(bytes, alert.seq());
  AppendU32(bytes, static_cast<std::uint32_t>(alert.change()));
  return Hex(Sha256(bytes));
}

}  // namespace throughline::risk
