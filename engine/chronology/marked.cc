#include "engine/chronology/marked.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "engine/base/uk_time.h"
#include "engine/chronology/handling.h"
#include "engine/contact/labels.h"

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

// By contact, the marks of its parts, and of whom it names.
using Parts = std::map<Target, std::vector<v1::Contact::Handling>>;

bool IsWhole(const v1::Contact::Handling& mark) {
  return mark.of_case() == v1::Contact::Handling::OF_NOT_SET;
}

// What a row says, and, of a correction, what it puts in the place of what it corrects.
struct Body {
  const v1::Contact& contact;
  Target of;  // the contact whose body it is
};
std::vector<Body> BodiesOf(const Row& row) {
  const v1::Contact& said = *row.contact;
  std::vector<Body> bodies = {{said, TargetOf(row)}};
  if (said.has_contact_corrected()) {
    const v1::ContactCorrected& detail = said.contact_corrected();
    bodies.push_back({detail.replaces(), contact::Resolve(detail.of(), row.stored->agency())});
  }
  return bodies;
}

void TakeMarks(const Row& row, Words& words, Parts& parts) {
  const Millis recorded = row.stored->recorded_ms();
  for (const auto& [body, of] : BodiesOf(row)) {
    for (const v1::Contact::Handling& mark : body.handling()) {
      if (!IsWhole(mark)) {
        parts[of].push_back(mark);
        continue;
      }
      Word& word = words[{of, mark.handling(), ""}];
      word.set = std::max(word.set, recorded);
    }
    if (!body.has_handling_set() || !body.handling_set().has_contact()) continue;
    const v1::HandlingSet& said = body.handling_set();
    const Target on = contact::Resolve(said.contact(), row.stored->agency());
    Word& word = words[{on, said.mark(), said.contact().item()}];
    Millis& at = said.state() == "lifted" ? word.lifted : word.set;
    at = std::max(at, recorded);
  }
}

// The contacts of which a body is a correction or the like: alone it would tell of them.
std::vector<Target> Concerns(const v1::Contact& body, std::string_view agency) {
  const auto of = [&](const v1::ContactRef& ref) { return contact::Resolve(ref, agency); };
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

bool HidesAFact(const std::string& mark) { return HidesWhat(mark) == Hides::kFact; }

// Whether a mark of a subject hides the contact from the chronology on which the person is named by
// those labels: from that subject's; what tells of a sensitive service, also from where it came by
// somebody in it.
bool HidesHere(const v1::Contact::Handling& mark, const std::vector<std::string_view>& labels) {
  const Hides hides = HidesWhat(mark.handling());
  if (!mark.has_label() || (hides != Hides::kFact && hides != Hides::kInformant)) return false;
  if (std::find(labels.begin(), labels.end(), mark.label()) != labels.end()) return true;
  return hides == Hides::kFact && labels.empty();
}

// The labels that one body of the row gives to the person.
std::vector<std::string_view> LabelsIn(const v1::Contact& body, const Row& row,
                                       const v1::Placement& placement) {
  std::vector<std::string_view> labels;
  contact::EachLabel(placement, [&](const std::string& label) {
    const contact::Labelled named = contact::LabelledIn(*row.contact, label);
    if (&named.contact == &body) labels.push_back(named.label);
  });
  return labels;
}

bool HidesHere(const std::vector<v1::Contact::Handling>& parts, const v1::Contact& body,
               const Row& row) {
  for (const v1::StoredStanding& standing : row.stored->standings()) {
    for (const v1::Placement& placement : standing.placements()) {
      const auto labels = LabelsIn(body, row, placement);
      // It stands here by the other body alone.
      if (labels.empty() && !placement.label().empty()) continue;
      const auto hides = [&](const auto& mark) { return HidesHere(mark, labels); };
      if (std::any_of(parts.begin(), parts.end(), hides)) return true;
    }
  }
  return false;
}

}  // namespace

bool SaysMarks(const Row& row) {
  const auto bodies = BodiesOf(row);
  return std::any_of(bodies.begin(), bodies.end(), [](const Body& body) {
    return body.contact.handling_size() > 0 || body.contact.has_handling_set();
  });
}

Marked::Marked(const std::vector<Row>& rows) {
  if (std::none_of(rows.begin(), rows.end(), SaysMarks)) return;
  Words words;
  Parts parts;
  for (const Row& row : rows) TakeMarks(row, words, parts);
  std::map<Target, Marks> whole;
  for (const auto& [of, word] : words) {
    if (word.set != 0 && word.set >= word.lifted) whole[std::get<0>(of)].insert(std::get<1>(of));
  }
  for (const auto& [of, marks] : whole) {
    if (std::any_of(marks.begin(), marks.end(), HidesAFact)) hidden_[of].insert(of.agency);
  }
  for (const Row& row : rows) {
    OfContact of;
    for (const auto& [body, target] : BodiesOf(row)) {
      if (const auto marks = whole.find(target); marks != whole.end()) {
        of.whole.insert(marks->second.begin(), marks->second.end());
      }
      const auto marks = parts.find(target);
      if (marks == parts.end()) continue;
      of.parts.insert(of.parts.end(), marks->second.begin(), marks->second.end());
      if (HidesHere(marks->second, body, row)) hidden_[target].insert(target.agency);
    }
    if (of.whole.empty() && of.parts.empty()) continue;
    of.hides_subject = std::any_of(of.parts.begin(), of.parts.end(), [](const auto& mark) {
      return mark.has_label() && HidesAFact(mark.handling());
    });
    of.agencies.insert(row.stored->agency());
    contacts_[row.seq] = std::move(of);
  }
  HideWhatTells(rows);
}

void Marked::HideWhatTells(const std::vector<Row>& rows) {
  const auto hide = [&](const Row& row, const Target& told) {
    if (!hidden_.contains(told)) return false;
    OfContact& of = contacts_[row.seq];
    const bool first = !std::exchange(of.hides_fact, true);
    of.agencies.insert({row.stored->agency(), told.agency});
    hidden_[TargetOf(row)].insert(of.agencies.begin(), of.agencies.end());
    return first;
  };
  for (bool more = !hidden_.empty(); more;) {
    more = false;
    for (const Row& row : rows) {
      if (hide(row, TargetOf(row))) more = true;
      for (const Body& body : BodiesOf(row)) {
        for (const Target& told : Concerns(body.contact, row.stored->agency())) {
          if (hide(row, told)) more = true;
        }
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
  for (const auto& [target, agencies] : hidden_) {
    if (!agencies.contains(from)) hidden.insert(target);
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
    if (is_marked) by.merge(MaskContent(of->second.whole, of->second.parts, *copy));
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
