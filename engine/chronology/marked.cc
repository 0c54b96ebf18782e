#include "engine/chronology/marked.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "engine/base/uk_time.h"
#include "engine/chronology/handling.h"

namespace throughline::chronology {
namespace {

using contact::Target;

struct Word {
  Millis set = 0;
  Millis lifted = 0;
};
// By contact, mark, and the item that is marked alone: empty for the whole.
using Words = std::map<std::tuple<Target, std::string, std::string>, Word>;

Target TargetOf(const Row& row) { return {row.stored->agency(), row.stored->contact_id()}; }

void Set(const Target& of, const v1::Contact& body, Millis recorded, Words& words) {
  for (const v1::Contact::Handling& mark : body.handling()) {
    if (mark.of_case() != v1::Contact::Handling::OF_NOT_SET) continue;
    Word& word = words[{of, mark.handling(), ""}];
    word.set = std::max(word.set, recorded);
  }
}

void TakeWords(const Row& row, Words& words) {
  const v1::Contact& body = *row.contact;
  const Millis recorded = row.stored->recorded_ms();
  Set(TargetOf(row), body, recorded, words);
  if (body.has_contact_corrected()) {
    const auto of = contact::Resolve(body.contact_corrected().of(), row.stored->agency());
    Set(of, body.contact_corrected().replaces(), recorded, words);
  }
  if (!body.has_handling_set() || !body.handling_set().has_contact()) return;
  const v1::HandlingSet& said = body.handling_set();
  const Target of = contact::Resolve(said.contact(), row.stored->agency());
  Word& word = words[{of, said.mark(), said.contact().item()}];
  Millis& at = said.state() == "lifted" ? word.lifted : word.set;
  at = std::max(at, recorded);
}

// The contacts of which it is a correction or the like: alone it would tell of them.
std::vector<Target> Concerns(const Row& row) {
  const v1::Contact& body = *row.contact;
  const auto of = [&](const v1::ContactRef& ref) {
    return contact::Resolve(ref, row.stored->agency());
  };
  switch (body.detail_case()) {
    case v1::Contact::kContactCorrected:
      return {of(body.contact_corrected().of())};
    case v1::Contact::kContactRetracted:
      return {of(body.contact_retracted().of())};
    case v1::Contact::kContactDisputed:
      return {of(body.contact_disputed().of())};
    case v1::Contact::kAccountChecked:
      return {of(body.account_checked().of())};
    case v1::Contact::kDuplicateDecided:
      return {of(body.duplicate_decided().first()), of(body.duplicate_decided().second())};
    case v1::Contact::kHandlingSet:
      return {of(body.handling_set().contact())};
    case v1::Contact::kRecordOpened:
      return {of(body.record_opened().contact())};
    default:
      return {};
  }
}

// Whether a mark of a subject hides it from this chronology: from that subject's; what tells of a
// sensitive service, also from where it came by somebody in it.
bool HidesHere(const v1::Contact::Handling& mark, const v1::Placement& placement) {
  const Hides hides = HidesWhat(mark.handling());
  const auto& roles = placement.roles();
  if (mark.of_case() == v1::Contact::Handling::OF_NOT_SET) {
    return hides == Hides::kInformant &&
           std::find(roles.begin(), roles.end(), "informant") != roles.end();
  }
  if (!mark.has_label()) return false;
  if (hides == Hides::kFact && placement.label().empty()) return true;
  return (hides == Hides::kFact || hides == Hides::kInformant) && mark.label() == placement.label();
}

bool HidesItselfHere(const Row& row) {
  for (const v1::Contact::Handling& mark : row.contact->handling()) {
    for (const v1::StoredStanding& standing : row.stored->standings()) {
      const auto& all = standing.placements();
      const bool hides = std::any_of(all.begin(), all.end(), [&](const v1::Placement& placement) {
        return HidesHere(mark, placement);
      });
      if (hides) return true;
    }
  }
  return false;
}

}  // namespace

bool SaysMarks(const Row& row) {
  const v1::Contact& body = *row.contact;
  return body.handling_size() > 0 || body.has_handling_set() ||
         (body.has_contact_corrected() && body.contact_corrected().replaces().handling_size() > 0);
}

Marked::Marked(const std::vector<Row>& rows) {
  if (std::none_of(rows.begin(), rows.end(), SaysMarks)) return;
  Words words;
  for (const Row& row : rows) TakeWords(row, words);
  std::map<Target, Marks> whole;
  for (const auto& [of, word] : words) {
    if (word.set != 0 && word.set >= word.lifted) whole[std::get<0>(of)].insert(std::get<1>(of));
  }
  for (const Row& row : rows) {
    const auto marks = whole.find(TargetOf(row));
    OfContact of;
    if (marks != whole.end()) of.whole = marks->second;
    const bool fact = std::any_of(of.whole.begin(), of.whole.end(),
                                  [](const auto& mark) { return HidesWhat(mark) == Hides::kFact; });
    of.hides_subject = chronology::HidesFact(*row.contact);
    of.hides_fact = fact || HidesItselfHere(row);
    if (of.whole.empty() && row.contact->handling_size() == 0) continue;
    of.agencies.insert(row.stored->agency());
    if (of.hides_fact) hidden_[TargetOf(row)] = row.seq;
    contacts_[row.seq] = std::move(of);
  }
  for (const Row& row : rows) {
    for (const Target& target : Concerns(row)) {
      const auto marks = whole.find(target);
      const bool hidden = hidden_.contains(target);
      if (!hidden && marks == whole.end()) continue;
      OfContact& of = contacts_[row.seq];
      of.agencies.insert(row.stored->agency());
      of.agencies.insert(target.agency);
      if (hidden) of.hides_fact = true;
      // What a correction puts in its place is marked as that is.
      if (marks != whole.end() && row.contact->has_contact_corrected()) {
        of.whole.insert(marks->second.begin(), marks->second.end());
      }
    }
  }
}

bool Marked::HidesFact(Seq seq) const {
  const auto of = contacts_.find(seq);
  return of != contacts_.end() && of->second.hides_fact;
}

bool Marked::IsHidden(Seq seq, std::string_view from) const {
  const auto of = contacts_.find(seq);
  return of != contacts_.end() && of->second.hides_fact && !of->second.agencies.contains(from);
}

bool Marked::HidesRelations(Seq seq, std::string_view from) const {
  const auto of = contacts_.find(seq);
  return of != contacts_.end() && (of->second.hides_fact || of->second.hides_subject) &&
         !of->second.agencies.contains(from);
}

void Marked::Mask(std::string_view from, Known& known) const {
  std::set<Target> hidden;
  for (const auto& [target, seq] : hidden_) {
    if (IsHidden(seq, from)) hidden.insert(target);
  }
  known.masked = known.masked || !hidden.empty();
  for (Entry& entry : known.entries) {
    MaskEntry(from, hidden, entry);
    known.masked = known.masked || !entry.masked.empty();
  }
}

void Marked::MaskEntry(std::string_view from, const std::set<Target>& hidden, Entry& entry) const {
  const auto of = contacts_.find(entry.seq);
  const bool is_marked = of != contacts_.end() && !of->second.agencies.contains(from);
  Marks by;
  const auto masked = [&](const std::shared_ptr<const v1::Contact>& body) {
    auto copy = std::make_shared<v1::Contact>(*body);
    if (is_marked) by.merge(MaskContent(of->second.whole, *copy));
    if (entry.agency != from) DropReferences(hidden, entry.agency, *copy);
    return std::shared_ptr<const v1::Contact>(std::move(copy));
  };
  if (!is_marked && (hidden.empty() || entry.agency == from)) return;
  const bool is_one = entry.contact == entry.stated;
  entry.contact = masked(entry.contact);
  entry.stated = is_one ? entry.contact : masked(entry.stated);
  entry.masked.assign(by.begin(), by.end());
  if (!by.empty()) entry.original.clear();
  const bool content = std::any_of(by.begin(), by.end(), [](const std::string& mark) {
    return HidesWhat(mark) == Hides::kContent;
  });
  if (content) entry.warnings.clear();
}

}  // namespace throughline::chronology
