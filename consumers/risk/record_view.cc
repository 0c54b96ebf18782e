#include "consumers/risk/record_view.h"

#include <algorithm>
#include <tuple>

#include "engine/base/check.h"
#include "engine/contact/catalogue.h"

namespace throughline::risk {
namespace {

std::uint32_t SequenceOf(const Fact& fact) { return fact.contact->sequence(); }

bool EarlierInTime(const Fact& a, const Fact& b) {
  const auto key = [](const Fact& fact) {
    return std::make_tuple(fact.when.latest, fact.when.earliest, SequenceOf(fact), fact.judged);
  };
  const auto ka = key(a);
  const auto kb = key(b);
  if (ka != kb) return ka < kb;
  if (a.source->agency != b.source->agency) return a.source->agency < b.source->agency;
  return a.source->contact_id < b.source->contact_id;
}

// One agency's own order among contacts of one coarse date: below 0 when `a` comes first, 0 when it
// does not say.
int StatedOrder(const Fact& a, const Fact& b) {
  if (!a.contact->has_sequence() || !b.contact->has_sequence()) return 0;
  if (a.source->agency != b.source->agency || a.source->occurred != b.source->occurred) return 0;
  if (a.contact->sequence() == b.contact->sequence()) return 0;
  return a.contact->sequence() < b.contact->sequence() ? -1 : 1;
}

const google::protobuf::OneofDescriptor& Detail() {
  static const auto* detail = v1::Contact::descriptor()->FindOneofByName("detail");
  CHECK(detail != nullptr);
  return *detail;
}

// The place in the oneof of each field number of a detail.
std::size_t KindOf(const v1::Contact& contact) {
  static const std::vector<std::size_t> kinds = [] {
    std::vector<std::size_t> by_number;
    for (int i = 0; i < Detail().field_count(); ++i) {
      const auto number = static_cast<std::size_t>(Detail().field(i)->number());
      if (by_number.size() <= number) by_number.resize(number + 1, kMostKinds);
      by_number[number] = static_cast<std::size_t>(i);
    }
    return by_number;
  }();
  return contact.detail_case() == v1::Contact::DETAIL_NOT_SET
             ? kMostKinds
             : kinds.at(static_cast<std::size_t>(contact.detail_case()));
}

Fact FactOf(const chronology::Entry& entry, std::size_t index, const Lens& lens) {
  Fact fact;
  fact.entry = index;
  fact.contact = entry.contact.get();
  fact.source = &entry;
  fact.kind = KindOf(*fact.contact);
  fact.judged = entry.received > 0 ? std::min(entry.recorded, entry.received) : entry.recorded;
  fact.when = entry.occurred;
  fact.when.latest = std::min(fact.when.latest, std::max(fact.when.earliest, fact.judged));
  fact.history = entry.history && !lens.history_counts_as_live;
  if (fact.contact->occurrences().has_count()) {
    fact.occurrences = std::max<std::uint32_t>(1, fact.contact->occurrences().count());
  }
  return fact;
}

bool SeenAs(const Fact& fact, std::string_view wanted) {
  const std::string& label = fact.source->placement.label();
  v1::Tri seen = v1::TRI_UNSPECIFIED;
  for (const auto& one : fact.contact->seen()) {
    if (!label.empty() && one.child() == label) seen = one.seen();
  }
  // A school's attendance says that it saw the child, unless it says that the child never came.
  if (seen == v1::TRI_UNSPECIFIED && fact.contact->has_school_attendance() && !label.empty()) {
    const auto& attendance = fact.contact->school_attendance();
    if (!attendance.has_sessions_present() || attendance.sessions_present() > 0) seen = v1::TRI_YES;
  }
  if (wanted == "yes") return seen == v1::TRI_YES;
  if (wanted == "no") return seen == v1::TRI_NO;
  return seen == v1::TRI_UNSPECIFIED;
}

bool ForThisChild(const v1::Contact::Concern& concern, const ContactCondition& condition,
                  const std::string& label) {
  if (condition.any_child || concern.children().empty()) return true;
  return std::find(concern.children().begin(), concern.children().end(), label) !=
         concern.children().end();
}

bool PassesConcerns(const ContactCondition& condition, const Fact& fact) {
  if (condition.concerns.empty() && !condition.any_counted_concern) return true;
  bool named = condition.concerns.empty();
  bool counted = !condition.any_counted_concern;
  for (const auto& concern : fact.contact->concerns()) {
    if (!ForThisChild(concern, condition, fact.source->placement.label())) continue;
    named = named || condition.concerns.contains(concern.concern());
    counted = counted || contact::Catalogue::Get().Counts(concern.concern());
  }
  return named && counted;
}

bool PassesField(const FieldCondition& condition, const Fact& fact) {
  const v1::Contact& contact = *fact.contact;
  std::vector<FieldValue> values;
  if (!condition.of_envelope.empty()) {
    values = ValuesAt(contact, condition.of_envelope);
  } else {
    if (fact.kind >= condition.of_detail.size() || condition.of_detail[fact.kind].empty()) {
      return false;
    }
    const auto* field = Detail().field(static_cast<int>(fact.kind));
    values = ValuesAt(contact.GetReflection()->GetMessage(contact, field),
                      condition.of_detail[fact.kind]);
  }
  if (condition.absent && !values.empty()) return false;
  if (condition.present && values.empty()) return false;
  if (!condition.in.empty()) {
    const bool any = std::any_of(values.begin(), values.end(), [&](const FieldValue& value) {
      return condition.in.contains(value.text);
    });
    if (!any && !(values.empty() && condition.in.contains("not_recorded"))) return false;
  }
  if (!condition.at_least && !condition.at_most) return true;
  return std::any_of(values.begin(), values.end(), [&](const FieldValue& value) {
    return value.number && (!condition.at_least || *value.number >= *condition.at_least) &&
           (!condition.at_most || *value.number <= *condition.at_most);
  });
}

// An instant far from the present and from any date of birth is none that a calendar need reckon
// with.
Millis MonthsAfter(Millis instant, int months) {
  return StartOfDay(AddMonths(DayOf(instant), months));
}

}  // namespace

RecordView::RecordView(const CompiledRules& rules, const Child& child, Millis at,
                       const Setting& setting, Remembered& remembered)
    : setting_(setting),
      at_(at),
      remembered_(remembered),
      by_link_(rules.conditions()),
      candidates_(rules.conditions()) {
  CHECK(remembered.said_.empty() || remembered.conditions_ == rules.conditions());
  remembered.conditions_ = rules.conditions();
  remembered.said_.resize(child.entries.size() * rules.conditions());
  facts_.reserve(child.entries.size());
  for (std::size_t i = 0; i < child.entries.size(); ++i) {
    const auto& entry = child.entries[i];
    if (entry.counts && entry.contact != nullptr) facts_.push_back(FactOf(entry, i, setting.lens));
  }
  std::sort(facts_.begin(), facts_.end(), EarlierInTime);
  for (const Fact& fact : facts_) {
    if (fact.kind < kMostKinds) kinds_.set(fact.kind);
  }
  targets_.resize(facts_.size());
  person_kind_ = PersonKindOf(child);
  ReadBirth();
}

bool RecordView::Has(const std::vector<KindSet>& needs) const {
  return std::all_of(needs.begin(), needs.end(),
                     [&](const KindSet& need) { return (need & kinds_).any(); });
}

bool RecordView::Passes(const ContactCondition& condition, std::size_t index,
                        std::optional<std::size_t> anchor) const {
  if (condition.needs_anchor) return PassesPlain(condition, index, anchor);
  auto& by_link = by_link_[condition.id];
  if (condition.by_link && by_link.empty()) by_link.resize(facts_.size());
  std::uint8_t& said =
      condition.by_link
          ? by_link[index]
          : remembered_.said_[facts_[index].entry * remembered_.conditions_ + condition.id];
  if (said == 0) said = PassesPlain(condition, index, anchor) ? 2 : 1;
  return said == 2;
}

bool RecordView::PassesAny(const std::vector<ContactCondition>& conditions, std::size_t index,
                           std::optional<std::size_t> anchor) const {
  return std::any_of(conditions.begin(), conditions.end(),
                     [&](const auto& condition) { return Passes(condition, index, anchor); });
}

const std::vector<std::size_t>& RecordView::Passing(const ContactCondition& condition) const {
  CHECK(!condition.needs_anchor);
  return Candidates(condition);
}

const std::vector<std::size_t>& RecordView::Candidates(const ContactCondition& condition) const {
  auto& candidates = candidates_[condition.id];
  if (candidates) return *candidates;
  candidates.emplace();
  for (std::size_t i = 0; i < facts_.size(); ++i) {
    const bool may = condition.needs_anchor ? condition.of_any_kind || IsOf(condition.kinds, i)
                                            : Passes(condition, i, std::nullopt);
    if (may) candidates->push_back(i);
  }
  return *candidates;
}

std::vector<std::size_t> RecordView::CandidatesOfAny(
    const std::vector<ContactCondition>& conditions) const {
  std::vector<std::size_t> all;
  for (const auto& condition : conditions) {
    const auto& candidates = Candidates(condition);
    all.insert(all.end(), candidates.begin(), candidates.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

const std::vector<std::size_t>& RecordView::Linking() const {
  if (linking_) return *linking_;
  linking_.emplace();
  for (std::size_t i = 0; i < facts_.size(); ++i) {
    if (!facts_[i].contact->links().empty()) linking_->push_back(i);
  }
  return *linking_;
}

const RecordView::ByTarget& RecordView::Targets() const {
  if (by_target_) return *by_target_;
  by_target_.emplace();
  for (std::size_t i = 0; i < facts_.size(); ++i) {
    by_target_->push_back({{facts_[i].source->agency, facts_[i].source->contact_id}, i});
  }
  std::sort(by_target_->begin(), by_target_->end());
  return *by_target_;
}

bool RecordView::PassesPlain(const ContactCondition& condition, std::size_t index,
                             std::optional<std::size_t> anchor) const {
  const Fact& fact = facts_[index];
  if (!condition.of_any_kind && !IsOf(condition.kinds, index)) return false;
  const v1::Placement& placement = fact.source->placement;
  if (!condition.agencies.empty() && !NamesAgency(condition.agencies, fact.source->agency)) {
    return false;
  }
  if (!condition.came_by.empty() && !condition.came_by.contains(placement.why())) return false;
  if (!condition.person_kinds.empty() &&
      !condition.person_kinds.contains(placement.person_kind())) {
    return false;
  }
  if (!condition.roles.empty() &&
      std::none_of(placement.roles().begin(), placement.roles().end(),
                   [&](const std::string& role) { return condition.roles.contains(role); })) {
    return false;
  }
  if (!condition.child_seen.empty() && !SeenAs(fact, condition.child_seen)) return false;
  if (!PassesConcerns(condition, fact)) return false;
  for (const auto& field : condition.fields) {
    if (!PassesField(field, fact)) return false;
  }
  if (!condition.any_of.empty() && !PassesAny(condition.any_of, index, anchor)) return false;
  if (PassesAny(condition.unless, index, anchor)) return false;
  return condition.link.empty() || PassesLink(condition, index, anchor);
}

bool RecordView::PassesLink(const ContactCondition& condition, std::size_t index,
                            std::optional<std::size_t> anchor) const {
  const Fact& fact = facts_[index];
  for (const auto& link : fact.contact->links()) {
    if (link.link() != condition.link || !link.has_target()) continue;
    const auto target = contact::Resolve(link.target(), fact.source->agency);
    const ByTarget& all = Targets();
    for (auto at = std::lower_bound(all.begin(), all.end(), std::make_pair(target, std::size_t{0}));
         at != all.end() && at->first == target; ++at) {
      if (at->second == index) continue;
      if (condition.linked_to.empty() ? anchor == at->second
                                      : PassesAny(condition.linked_to, at->second, anchor)) {
        return true;
      }
    }
  }
  return false;
}

const std::vector<std::size_t>& RecordView::TargetsOf(std::size_t index) const {
  auto& targets = targets_[index];
  if (targets) return *targets;
  targets.emplace();
  for (const auto& target :
       contact::Targets(*facts_[index].contact, facts_[index].source->agency)) {
    const ByTarget& all = Targets();
    for (auto at = std::lower_bound(all.begin(), all.end(), std::make_pair(target, std::size_t{0}));
         at != all.end() && at->first == target; ++at) {
      targets->push_back(at->second);
    }
  }
  std::sort(targets->begin(), targets->end());
  return *targets;
}

bool RecordView::Names(std::size_t from, std::size_t to) const {
  const auto& targets = TargetsOf(from);
  return std::binary_search(targets.begin(), targets.end(), to);
}

bool RecordView::Linked(std::size_t a, std::size_t b) const { return Names(a, b) || Names(b, a); }

// A link leads to an earlier contact.
bool RecordView::LinksTo(std::size_t from, std::size_t to) const {
  const auto& links = facts_[from].contact->links();
  const chronology::Entry& target = *facts_[to].source;
  return std::any_of(links.begin(), links.end(), [&](const auto& link) {
    if (!link.has_target()) return false;
    const auto named = contact::Resolve(link.target(), facts_[from].source->agency);
    return named.agency == target.agency && named.contact_id == target.contact_id;
  });
}

bool RecordView::CanFollow(std::size_t x, std::size_t y) const {
  if (facts_[x].when.latest < facts_[y].when.earliest) return false;
  return StatedOrder(facts_[x], facts_[y]) >= 0 && !LinksTo(y, x);
}

bool RecordView::CertainlyAfter(std::size_t x, std::size_t y) const {
  if (facts_[x].when.earliest > facts_[y].when.latest) return true;
  return StatedOrder(facts_[x], facts_[y]) > 0 || LinksTo(x, y);
}

bool RecordView::Reached(Millis instant) {
  if (at_ >= instant) return true;
  if (!horizon_ || instant < *horizon_) horizon_ = instant;
  return false;
}

std::optional<Millis> RecordView::TakeHorizon() { return std::exchange(horizon_, std::nullopt); }

const Calendar& RecordView::CalendarOf(std::string_view jurisdiction) const {
  static const Calendar weekdays;
  if (setting_.calendars == nullptr) return weekdays;
  const auto found = setting_.calendars->find(jurisdiction);
  return found == setting_.calendars->end() ? weekdays : found->second;
}

Millis RecordView::DelayOf(const std::set<std::string, std::less<>>& agencies) const {
  Millis longest = 0;
  for (const auto& [agency, delay] : setting_.delays) {
    if (agencies.empty() || NamesAgency(agencies, agency)) longest = std::max(longest, delay);
  }
  return longest;
}

bool RecordView::AtOrAfter(Instant instant, Millis threshold) {
  return instant.now ? Reached(threshold) : instant.value >= threshold;
}

bool RecordView::HoldsAge(const ChildCondition& condition, Instant instant) {
  if (!condition.age_months_below && !condition.age_months_from) return true;
  if (!born_) return false;
  if (condition.age_months_below &&
      AtOrAfter(instant, MonthsAfter(born_->earliest, *condition.age_months_below))) {
    return false;
  }
  return !condition.age_months_from ||
         AtOrAfter(instant, MonthsAfter(born_->latest, *condition.age_months_from));
}

std::optional<std::size_t> RecordView::LatestKnown(const ChildCondition& condition, Instant instant,
                                                   const Calendar& calendar) {
  const auto candidates = CandidatesOfAny(condition.known);
  for (auto at = candidates.rbegin(); at != candidates.rend(); ++at) {
    const std::size_t i = *at;
    const Interval& when = facts_[i].when;
    if (!PassesAny(condition.known, i, std::nullopt)) continue;
    if (!instant.now && when.earliest > instant.value) continue;
    if (condition.known_within) {
      if (when.earliest == kEarliest) continue;
      const Millis leaves = Deadline(when.earliest, *condition.known_within, calendar);
      if (AtOrAfter(instant, leaves)) continue;
    }
    return i;
  }
  return std::nullopt;
}

bool RecordView::Hold(const std::vector<ChildCondition>& conditions, Instant instant,
                      const Calendar& calendar, std::vector<std::size_t>& evidence) {
  for (const auto& condition : conditions) {
    if (!condition.person_kind.empty() && condition.person_kind != person_kind_) return false;
    if (!HoldsAge(condition, instant)) return false;
    for (const std::size_t i : CandidatesOfAny(condition.not_known)) {
      if (PassesAny(condition.not_known, i, std::nullopt)) return false;
    }
    if (condition.known.empty()) continue;
    const auto known = LatestKnown(condition, instant, calendar);
    if (!known) return false;
    evidence.push_back(*known);
  }
  return true;
}

bool NamesAgency(const std::set<std::string, std::less<>>& names, std::string_view agency) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    for (std::size_t at = agency.find(name); at != std::string_view::npos;
         at = agency.find(name, at + 1)) {
      const std::size_t end = at + name.size();
      if ((at == 0 || agency[at - 1] == '-') && (end == agency.size() || agency[end] == '-')) {
        return true;
      }
    }
    return false;
  });
}

}  // namespace throughline::risk
