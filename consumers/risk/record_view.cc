#include "consumers/risk/record_view.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "engine/base/check.h"

namespace throughline::risk {
namespace {

// One agency's own order among contacts of one coarse date: below 0 when `a` comes first, 0 when it
// does not say.
int StatedOrder(const Fact& a, const Fact& b) {
  if (!a.contact->has_sequence() || !b.contact->has_sequence()) return 0;
  if (a.source->agency != b.source->agency || a.source->occurred != b.source->occurred) return 0;
  if (a.contact->sequence() == b.contact->sequence()) return 0;
  return a.contact->sequence() < b.contact->sequence() ? -1 : 1;
}

// The sender's number of the plan of which a contact is; empty: of none.
std::string PlanOf(const Fact& fact) {
  const auto* kind =
      v1::Contact::descriptor()->FindFieldByNumber(static_cast<int>(fact.contact->detail_case()));
  const auto* plan = kind == nullptr ? nullptr : kind->message_type()->FindFieldByName("plan_ref");
  if (plan == nullptr) return "";
  const auto& detail = fact.contact->GetReflection()->GetMessage(*fact.contact, kind);
  return detail.GetReflection()->GetString(detail, plan);
}

// An instant far from the present and from any date of birth is none that a calendar need reckon
// with.
Millis MonthsAfter(Millis instant, int months) {
  return StartOfDay(AddMonths(DayOf(instant), months));
}

}  // namespace

RecordView::RecordView(const CompiledRules& rules, const Child& child, Millis at,
                       const Setting& setting, KeptRecord& kept)
    : setting_(setting), at_(at), kept_(kept) {
  kept_.Extend(rules, child, setting.lens);
}

bool RecordView::Passes(const ContactCondition& condition, std::size_t index,
                        std::optional<std::size_t> anchor) const {
  if (condition.links_to_anchor > 0) return PassesLinked(condition, index, anchor);
  const auto& passing = Candidates(condition);
  return std::binary_search(passing.begin(), passing.end(), index);
}

bool RecordView::PassesAny(const std::vector<ContactCondition>& conditions, std::size_t index,
                           std::optional<std::size_t> anchor) const {
  return std::any_of(conditions.begin(), conditions.end(),
                     [&](const auto& condition) { return Passes(condition, index, anchor); });
}

const std::vector<std::size_t>& RecordView::Passing(const ContactCondition& condition) const {
  CHECK(condition.links_to_anchor == 0);
  return Candidates(condition);
}

const std::vector<std::size_t>& RecordView::Candidates(const ContactCondition& condition) const {
  static const std::vector<std::size_t> none;
  CHECK(condition.looked_at);
  const auto* kept = kept_.candidates.Find(condition.id);
  if (kept == nullptr) return none;
  if (!condition.by_link || condition.links_to_anchor > 0) return *kept;
  const auto [passing, fresh] = passing_by_link_.try_emplace(condition.id);
  if (fresh) {
    for (const std::size_t i : *kept) {
      if (PassesLinked(condition, i, std::nullopt)) passing->second.push_back(i);
    }
  }
  return passing->second;
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

std::vector<std::size_t>::const_iterator RecordView::NotBefore(
    const std::vector<std::size_t>& facts, Millis instant) const {
  return std::partition_point(facts.begin(), facts.end(), [&](std::size_t index) {
    return kept_.facts[index].when.latest < instant;
  });
}

const RecordView::ByTarget& RecordView::Targets() const {
  if (by_target_) return *by_target_;
  by_target_.emplace();
  for (std::size_t i = 0; i < kept_.facts.size(); ++i) {
    for (auto& name : NamesOf(i)) by_target_->push_back({std::move(name), i});
  }
  std::sort(by_target_->begin(), by_target_->end());
  return *by_target_;
}

bool RecordView::PassesLinked(const ContactCondition& condition, std::size_t index,
                              std::optional<std::size_t> anchor) const {
  if (!condition.by_link) return PassesAlone(condition, fact(index));
  if (!PassesBesideLinks(condition, fact(index))) return false;
  if (!condition.any_of.empty() && !AnyLinked(condition.any_of, index, anchor)) return false;
  if (AnyLinked(condition.unless, index, anchor)) return false;
  return condition.link.empty() || PassesLink(condition, index, anchor);
}

bool RecordView::AnyLinked(const std::vector<ContactCondition>& conditions, std::size_t index,
                           std::optional<std::size_t> anchor) const {
  return std::any_of(conditions.begin(), conditions.end(),
                     [&](const auto& one) { return PassesLinked(one, index, anchor); });
}

bool RecordView::PassesLink(const ContactCondition& condition, std::size_t index,
                            std::optional<std::size_t> anchor) const {
  const auto leads = [&](std::size_t to) {
    return to != index &&
           (condition.linked_to.empty() ? anchor == to
                                        : AnyLinked(condition.linked_to, to, anchor));
  };
  if (condition.link == kAnyLink || condition.link == kSamePlan) {
    const auto& to = condition.link == kAnyLink ? TargetsOf(index) : OfSamePlan(index);
    return std::any_of(to.begin(), to.end(), leads);
  }
  const auto& links = fact(index).contact->links();
  return std::any_of(links.begin(), links.end(), [&](const auto& link) {
    if (link.link() != condition.link || !link.has_target()) return false;
    const auto to = Named(contact::Resolve(link.target(), fact(index).source->agency));
    return std::any_of(to.begin(), to.end(), leads);
  });
}

std::vector<std::size_t> RecordView::Named(const contact::Target& name) const {
  std::vector<std::size_t> named;
  const ByTarget& all = Targets();
  for (auto at = std::lower_bound(all.begin(), all.end(), std::make_pair(name, std::size_t{0}));
       at != all.end() && at->first == name; ++at) {
    named.push_back(at->second);
  }
  return named;
}

const std::vector<std::size_t>& RecordView::TargetsOf(std::size_t index) const {
  targets_.resize(kept_.facts.size());
  auto& targets = targets_[index];
  if (targets) return *targets;
  targets.emplace();
  for (const auto& name : contact::Targets(*fact(index).contact, fact(index).source->agency)) {
    const auto named = Named(name);
    targets->insert(targets->end(), named.begin(), named.end());
  }
  std::sort(targets->begin(), targets->end());
  return *targets;
}

bool RecordView::Names(std::size_t from, std::size_t to) const {
  const auto& targets = TargetsOf(from);
  return std::binary_search(targets.begin(), targets.end(), to);
}

const std::vector<std::size_t>& RecordView::OfSamePlan(std::size_t index) const {
  static const std::vector<std::size_t> none;
  if (!plans_) {
    plans_.emplace();
    for (std::size_t i = 0; i < facts().size(); ++i) {
      std::string plan = PlanOf(fact(i));
      if (!plan.empty()) (*plans_)[{fact(i).source->agency, std::move(plan)}].push_back(i);
    }
  }
  const auto same = plans_->find({fact(index).source->agency, PlanOf(fact(index))});
  return same == plans_->end() ? none : same->second;
}

std::vector<std::size_t> RecordView::LinkedTo(std::size_t index) const {
  std::vector<std::size_t> linked = Naming(index);
  for (const auto& name : contact::Targets(*fact(index).contact, fact(index).source->agency)) {
    const auto named = Named(name);
    for (const std::size_t target : named) {
      linked.push_back(target);
      linked.insert(linked.end(), Naming(target).begin(), Naming(target).end());
    }
    if (!named.empty()) continue;
    const auto [begin, end] = kept_.naming.equal_range(name);
    for (auto at = begin; at != end; ++at) linked.push_back(at->second);
  }
  return linked;
}

std::vector<std::size_t> RecordView::LeadingTo(std::size_t index, std::size_t links) const {
  std::set<std::size_t> leading;
  std::vector<std::size_t> last = {index};
  for (; links > 0; --links) {
    std::vector<std::size_t> next;
    for (const std::size_t to : last) {
      for (const auto& from : {Naming(to), OfSamePlan(to)}) {
        std::copy_if(from.begin(), from.end(), std::back_inserter(next),
                     [&](std::size_t one) { return leading.insert(one).second; });
      }
    }
    last = std::move(next);
  }
  return {leading.begin(), leading.end()};
}

std::vector<std::size_t> RecordView::LeadsTo(std::size_t from, std::size_t kind) const {
  std::vector<std::size_t> found;
  std::set<std::size_t> seen = {from};
  for (std::vector<std::size_t> next = {from}; !next.empty();) {
    const std::size_t index = next.back();
    next.pop_back();
    for (const std::size_t to : TargetsOf(index)) {
      if (seen.insert(to).second) (fact(to).kind == kind ? found : next).push_back(to);
    }
  }
  return found;
}

bool RecordView::Linked(std::size_t a, std::size_t b) const { return Names(a, b) || Names(b, a); }

// A link leads to an earlier contact.
bool RecordView::LinksTo(std::size_t from, std::size_t to) const {
  const auto& links = kept_.facts[from].contact->links();
  return std::any_of(links.begin(), links.end(), [&](const auto& link) {
    return link.has_target() &&
           IsNamedBy(contact::Resolve(link.target(), kept_.facts[from].source->agency), to);
  });
}

bool RecordView::IsNamedBy(const contact::Target& name, std::size_t index) const {
  const chronology::Entry& entry = *kept_.facts[index].source;
  if (name.agency == entry.agency && name.contact_id == entry.contact_id) return true;
  const auto [begin, end] = kept_.also_named.equal_range(entry.seq);
  return std::any_of(begin, end, [&](const auto& also) { return also.second == name; });
}

std::vector<contact::Target> RecordView::NamesOf(std::size_t index) const {
  const chronology::Entry& entry = *kept_.facts[index].source;
  std::vector<contact::Target> names = {{entry.agency, entry.contact_id}};
  const auto [begin, end] = kept_.also_named.equal_range(entry.seq);
  for (auto at = begin; at != end; ++at) names.push_back(at->second);
  return names;
}

const std::vector<std::size_t>& RecordView::Naming(std::size_t index) const {
  naming_.resize(kept_.facts.size());
  auto& naming = naming_[index];
  if (naming) return *naming;
  naming.emplace();
  for (const auto& name : NamesOf(index)) {
    const auto [begin, end] = kept_.naming.equal_range(name);
    for (auto at = begin; at != end; ++at) naming->push_back(at->second);
  }
  std::sort(naming->begin(), naming->end());
  naming->erase(std::unique(naming->begin(), naming->end()), naming->end());
  return *naming;
}

bool RecordView::CanFollow(std::size_t x, std::size_t y) const {
  if (kept_.facts[x].when.latest < kept_.facts[y].when.earliest) return false;
  return StatedOrder(kept_.facts[x], kept_.facts[y]) >= 0 && !LinksTo(y, x);
}

bool RecordView::CertainlyAfter(std::size_t x, std::size_t y) const {
  if (kept_.facts[x].when.earliest > kept_.facts[y].when.latest) return true;
  return StatedOrder(kept_.facts[x], kept_.facts[y]) > 0 || LinksTo(x, y);
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

bool RecordView::HoldsAge(const ChildCondition& condition, Millis instant) const {
  if (!condition.age_months_below && !condition.age_months_from) return true;
  if (!kept_.person.born()) return false;
  const Interval& born = *kept_.person.born();
  if (condition.age_months_below &&
      instant >= MonthsAfter(born.earliest, *condition.age_months_below)) {
    return false;
  }
  return !condition.age_months_from ||
         instant >= MonthsAfter(born.latest, *condition.age_months_from);
}

bool RecordView::Left(const ChildCondition& condition, std::size_t index, Millis instant,
                      const Calendar& calendar) const {
  const Millis earliest = kept_.facts[index].when.earliest;
  return condition.known_within && earliest != kEarliest &&
         instant >= Deadline(earliest, *condition.known_within, calendar);
}

std::optional<std::size_t> RecordView::LatestKnown(const ChildCondition& condition, Millis instant,
                                                   const Calendar& calendar,
                                                   std::optional<std::size_t> judged) {
  const auto candidates = CandidatesOfAny(condition.known);
  std::optional<std::size_t> itself;
  for (auto at = candidates.rbegin(); at != candidates.rend(); ++at) {
    const std::size_t i = *at;
    const Interval& when = kept_.facts[i].when;
    if (!PassesAny(condition.known, i, std::nullopt)) continue;
    if (when.earliest > instant) continue;
    if (condition.known_within && when.earliest == kEarliest) continue;
    if (Left(condition, i, instant, calendar)) continue;
    if (i != judged) return i;
    itself = i;
  }
  return itself;
}

bool RecordView::Hold(const std::vector<ChildCondition>& conditions, Millis instant,
                      const Calendar& calendar, std::vector<std::size_t>& evidence,
                      std::optional<std::size_t> judged) {
  for (const auto& condition : conditions) {
    if (!condition.person_kind.empty() && condition.person_kind != kept_.person_kind) return false;
    if (!HoldsAge(condition, instant)) return false;
    for (const std::size_t i : CandidatesOfAny(condition.not_known)) {
      if (Left(condition, i, instant, calendar)) continue;
      if (PassesAny(condition.not_known, i, std::nullopt)) return false;
    }
    if (condition.known.empty()) continue;
    const auto known = LatestKnown(condition, instant, calendar, judged);
    if (!known) return false;
    evidence.push_back(*known);
  }
  return true;
}

}  // namespace throughline::risk
