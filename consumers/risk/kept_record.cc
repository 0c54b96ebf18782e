#include "consumers/risk/kept_record.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/base/check.h"
#include "engine/contact/catalogue.h"
#include "engine/contact/labels.h"

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

bool SeenAs(const Fact& fact, std::string_view wanted) {
  const v1::Placement& placement = fact.source->placement;
  v1::Tri seen = v1::TRI_UNSPECIFIED;
  for (const auto& one : fact.contact->seen()) {
    if (contact::HasLabel(placement, one.child())) seen = one.seen();
  }
  // A school's attendance says that it saw the child, unless it says that the child never came.
  if (seen == v1::TRI_UNSPECIFIED && fact.contact->has_school_attendance() &&
      !placement.label().empty()) {
    const auto& attendance = fact.contact->school_attendance();
    if (!attendance.has_sessions_present() || attendance.sessions_present() > 0) seen = v1::TRI_YES;
  }
  if (wanted == "yes") return seen == v1::TRI_YES;
  if (wanted == "no") return seen == v1::TRI_NO;
  return seen == v1::TRI_UNSPECIFIED;
}

bool ForThisChild(const v1::Contact::Concern& concern, const ContactCondition& condition,
                  const v1::Placement& placement) {
  if (condition.any_child || concern.children().empty()) return true;
  return std::any_of(concern.children().begin(), concern.children().end(),
                     [&](const std::string& child) { return contact::HasLabel(placement, child); });
}

bool PassesConcerns(const ContactCondition& condition, const Fact& fact) {
  if (condition.concerns.empty() && !condition.any_counted_concern) return true;
  bool named = condition.concerns.empty();
  bool counted = !condition.any_counted_concern;
  for (const auto& concern : fact.contact->concerns()) {
    if (!ForThisChild(concern, condition, fact.source->placement)) continue;
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
      return condition.in.contains(value.text) ||
             (condition.in.contains(kThisChild) &&
              contact::HasLabel(fact.source->placement, value.text));
    });
    if (!any && !(values.empty() && condition.in.contains("not_recorded"))) return false;
  }
  if (!condition.at_least && !condition.at_most) return true;
  return std::any_of(values.begin(), values.end(), [&](const FieldValue& value) {
    return value.number && (!condition.at_least || *value.number >= *condition.at_least) &&
           (!condition.at_most || *value.number <= *condition.at_most);
  });
}

using Indexes = std::vector<std::size_t>;

// A name of a contact in a map, with the map's own and an id of some 36 characters.
constexpr std::size_t kBytesOfAName = sizeof(std::pair<Seq, contact::Target>) + 80;

// Room for a new fact: those from it on move up by one.
void MoveUpFrom(std::size_t index, Indexes& indexes) {
  for (auto at = indexes.rbegin(); at != indexes.rend() && *at >= index; ++at) ++*at;
}

void InsertInOrder(std::size_t index, Indexes& indexes) {
  indexes.insert(std::lower_bound(indexes.begin(), indexes.end(), index), index);
}

}  // namespace

std::optional<Fact> FactOf(const Child& child, std::size_t index, const Lens& lens) {
  const chronology::Entry& entry = child.entries[index];
  if (!entry.counts || entry.contact == nullptr) return std::nullopt;
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

bool PassesBesideLinks(const ContactCondition& condition, const Fact& fact) {
  if (!MayBeOf(condition, fact.kind)) return false;
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
  return std::all_of(condition.fields.begin(), condition.fields.end(),
                     [&](const FieldCondition& field) { return PassesField(field, fact); });
}

bool MayPass(const ContactCondition& condition, const Fact& fact) {
  if (!PassesBesideLinks(condition, fact)) return false;
  const auto may = [&](const ContactCondition& one) { return MayPass(one, fact); };
  if (!condition.any_of.empty() &&
      std::none_of(condition.any_of.begin(), condition.any_of.end(), may)) {
    return false;
  }
  return std::none_of(condition.unless.begin(), condition.unless.end(),
                      [&](const auto& one) { return !one.by_link && may(one); });
}

bool PassesAlone(const ContactCondition& condition, const Fact& fact) {
  CHECK(!condition.by_link);
  return MayPass(condition, fact);
}

void KeptRecord::ExtendPerson(const Child& child) {
  for (; person_entries < child.entries.size(); ++person_entries) {
    person.Add(child.entries[person_entries]);
  }
}

void KeptRecord::Extend(const CompiledRules& rules, const Child& child, const Lens& lens) {
  CHECK(entries <= child.entries.size());
  // The entries may have moved.
  for (Fact& fact : facts) fact.source = &child.entries[fact.entry];
  const auto born_before = person.born();
  const KindSet kinds_before = kinds;
  std::vector<Fact> added;
  for (; entries < child.entries.size(); ++entries) {
    NoteNames(child.entries[entries]);
    auto fact = FactOf(child, entries, lens);
    if (fact) added.push_back(*fact);
  }
  ExtendPerson(child);
  const std::string kind_before = std::exchange(person_kind, person.Kind());
  for (const Fact& fact : added) {
    person.Add(fact);
    if (fact.kind < kMostKinds) kinds.set(fact.kind);
  }
  if (facts.empty()) {
    facts = std::move(added);
    std::sort(facts.begin(), facts.end(), EarlierInTime);
    for (std::size_t i = 0; i < facts.size(); ++i) List(rules, i);
  } else {
    for (const Fact& fact : added) Insert(rules, fact);
  }
  all_touched = all_touched || person_kind != kind_before || person.born() != born_before;
  if (kinds == kinds_before) return;
  for (std::size_t i = 0; i < rules.rules().size(); ++i) {
    const auto& needs = rules.rules()[i].needs;
    if (!HasEach(needs, kinds_before) && HasEach(needs, kinds)) touched.push_back(i);
  }
}

void KeptRecord::NoteNames(const chronology::Entry& entry) {
  if (entry.corrects != 0) {
    also_named.insert({entry.corrects, {entry.agency, entry.contact_id}});
    return;
  }
  for (const auto& corrected : entry.corrects_in_turn) also_named.insert({entry.seq, corrected});
}

void KeptRecord::Insert(const CompiledRules& rules, Fact fact) {
  const auto place = std::upper_bound(facts.begin(), facts.end(), fact, EarlierInTime);
  const auto index = static_cast<std::size_t>(place - facts.begin());
  facts.insert(place, fact);
  if (index + 1 < facts.size()) {
    for (auto& [condition, indexes] : candidates) MoveUpFrom(index, indexes);
    for (auto& [name, from] : naming) from += from >= index ? 1 : 0;
  }
  List(rules, index);
}

// Every rule of which a condition may take the fact is touched; so is one that reads answers, by
// anything that may be one, and one that reads where contacts lead, by anything to which another
// leads: of a way from an anchor that is one, what comes to be known last.
void KeptRecord::List(const CompiledRules& rules, std::size_t index) {
  const Fact& fact = facts[index];
  for (const auto& looked : rules.LookedAt(fact.kind)) {
    const ContactCondition& condition = *looked.condition;
    if (!MayPass(condition, fact)) continue;
    InsertInOrder(index, candidates[condition.id]);
    touched.push_back(looked.rule);
  }
  NoteNaming(index);
  if (!rules.following().empty() && IsNamed(*fact.source)) {
    touched.insert(touched.end(), rules.following().begin(), rules.following().end());
  }
  if (fact.contact->links().empty()) return;
  touched.insert(touched.end(), rules.reading_answers().begin(), rules.reading_answers().end());
}

void KeptRecord::NoteNaming(std::size_t index) {
  const Fact& fact = facts[index];
  for (auto& name : contact::Targets(*fact.contact, fact.source->agency)) {
    naming.emplace(std::move(name), index);
  }
}

bool KeptRecord::IsNamed(const chronology::Entry& entry) const {
  if (naming.empty()) return false;
  if (naming.contains({entry.agency, entry.contact_id})) return true;
  const auto [begin, end] = also_named.equal_range(entry.seq);
  return std::any_of(begin, end, [&](const auto& also) { return naming.contains(also.second); });
}

std::size_t KeptRecord::bytes() const {
  std::size_t bytes =
      sizeof(*this) + facts.capacity() * sizeof(Fact) + touched.capacity() * sizeof(std::size_t) +
      (naming.size() + also_named.size()) * kBytesOfAName + candidates.bytes() + said.bytes();
  for (const auto& [condition, indexes] : candidates) {
    bytes += indexes.capacity() * sizeof(std::size_t);
  }
  for (const auto& [rule, one] : said) {
    bytes += one.ended.capacity() * sizeof(Ended) + one.episodes.capacity() * sizeof(Episode);
    for (const Ended& ended : one.ended) bytes += ended.of.capacity() * sizeof(std::size_t);
    for (const Episode& episode : one.episodes) {
      bytes += (episode.evidence.capacity() + episode.told.capacity()) * sizeof(std::size_t);
      for (const std::string& missing : episode.missing)
        bytes += sizeof(std::string) + missing.size();
    }
  }
  return bytes;
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

bool HasEach(const std::vector<KindSet>& needs, const KindSet& kinds) {
  return std::all_of(needs.begin(), needs.end(),
                     [&](const KindSet& need) { return (need & kinds).any(); });
}

}  // namespace throughline::risk
