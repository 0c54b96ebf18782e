#include "engine/chronology/marked.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <tuple>
#include <utility>

#include "engine/base/uk_time.h"
#include "engine/chronology/contact_marks.h"
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

using Handling = v1::Contact::Handling;
// By contact, the marks of its parts, and of whom it names.
using Parts = std::map<Target, std::vector<PartMark>>;

bool IsWhole(const Handling& mark) { return mark.of_case() == Handling::OF_NOT_SET; }

// What a row says, and, of a correction, what it puts in the place of what it corrects.
std::vector<const v1::Contact*> BodiesOf(const Row& row) {
  if (!row.contact->has_contact_corrected()) return {row.contact.get()};
  return {row.contact.get(), &row.contact->contact_corrected().replaces()};
}

// `root`: the contact whose mark a contact's is.
template <typename Root>
void TakeMarks(const Row& row, const Root& root, Words& words, Parts& parts) {
  const Millis recorded = row.stored->recorded_ms();
  const Target of = root(TargetOf(row));
  for (const v1::Contact* body : BodiesOf(row)) {
    for (const Handling& mark : body->handling()) {
      if (IsWhole(mark)) continue;
      PartMark& part = parts[of].emplace_back();
      part.mark = mark;
      for (const auto& subject : body->subjects()) part.named.insert(subject.label());
    }
  }
  for (const MarkWord& said : WordsOf(*row.contact, TargetOf(row))) {
    Word& word = words[{root(said.on), said.mark, said.item}];
    Millis& at = said.lifts ? word.lifted : word.set;
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
    case v1::Contact::kComplaintWithdrawn:
      return {of(body.complaint_withdrawn().of())};
    case v1::Contact::kAllegationWithdrawn:
      return {of(body.allegation_withdrawn().of())};
    default:
      return {};
  }
}

// Whether it names nobody who is here, and stands beside what it points at: as that does, if it
// names nobody at all.
bool StandsBeside(const Row& row) {
  const v1::Contact& body = row.contact->contact_corrected().replaces();
  bool stands = row.contact->subjects().empty() && body.subjects().empty();
  for (const v1::StoredStanding& standing : row.stored->standings()) {
    for (const v1::Placement& placement : standing.placements()) {
      if (placement.why() == "subject") return false;
      stands = stands || placement.why() == "linked";
    }
  }
  return stands;
}

bool HidesSomething(const std::string& mark) {
  const Hides hides = HidesWhat(mark);
  return hides != Hides::kNothing && hides != Hides::kAddress;
}

bool HidesAFact(const std::string& mark) { return HidesWhat(mark) == Hides::kFact; }
bool HidesInformants(const std::string& mark) { return HidesWhat(mark) == Hides::kInformant; }

// Whether a mark of a subject hides the contact from the chronology on which the person is named by
// those labels: from that subject's; what tells of a sensitive service, also from where it came by
// somebody in it.
bool HidesHere(const Handling& mark, const std::vector<std::string_view>& labels) {
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

bool HidesHere(const std::vector<Handling>& parts, const v1::Contact& body, const Row& row) {
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

// Those who inform, by the marks of the whole that hide who they are.
std::vector<Handling> OfInformants(const Marks& whole, const v1::Contact& body) {
  std::vector<Handling> marks;
  const auto mark = std::find_if(whole.begin(), whole.end(), HidesInformants);
  if (mark == whole.end()) return marks;
  for (const v1::Contact::Subject& subject : body.subjects()) {
    if (!contact::HasRole(subject, "informant")) continue;
    Handling& one = marks.emplace_back();
    one.set_handling(*mark);
    one.set_label(subject.label());
  }
  return marks;
}

// Whether a body may say how that subject is related: its relations are not told apart here.
bool RelatesTo(std::string_view label, const v1::Contact& body) {
  switch (body.detail_case()) {
    case v1::Contact::kRelationAsserted:
    case v1::Contact::kRelationEnded:
    case v1::Contact::kAddressKnown:
    case v1::Contact::kCareEpisode:
    case v1::Contact::kAdultObserved:
    case v1::Contact::kBirth:
    case v1::Contact::kPlacementStarted:
    case v1::Contact::kPrivateFosteringKnown:
      return true;
    default:
      break;
  }
  const auto& subjects = body.subjects();
  return std::any_of(subjects.begin(), subjects.end(), [&](const v1::Contact::Subject& one) {
    if (!one.has_stated_relation() && !one.has_unborn()) return false;
    return one.label() == label || one.stated_relation().to() == label ||
           one.unborn().mother() == label;
  });
}

// Whether what the body says of relations may tell of whom a mark of a subject hides.
bool HidesRelations(const Handling& mark, const v1::Contact& body) {
  if (!mark.has_label()) return false;
  const Hides hides = HidesWhat(mark.handling());
  if (hides == Hides::kFact) return true;
  if (hides != Hides::kInformant && hides != Hides::kContent) return false;
  return RelatesTo(mark.label(), body);
}

}  // namespace

bool StatesMarks(const v1::Contact& contact) {
  const auto says = [](const v1::Contact& body) {
    return body.handling_size() > 0 || body.has_handling_set();
  };
  return says(contact) || says(contact.contact_corrected().replaces());
}

bool SaysMarks(const Row& row) { return StatesMarks(*row.contact); }

Marked::Marked(const std::vector<Row>& rows, const std::set<Target>& elsewhere) {
  if (elsewhere.empty() && std::none_of(rows.begin(), rows.end(), SaysMarks)) return;
  for (const Target& of : elsewhere) hidden_[of] = {of.agency};
  // What a contact and its corrections say of marks is said of the contact: which that is.
  Corrected corrected;
  for (const Row& row : rows) corrected.Add(TargetOf(row), CorrectsInTurn(row));
  Words words;
  Parts parts;
  const auto root_of = [&](const Target& target) { return corrected.Root(target); };
  for (const Row& row : rows) TakeMarks(row, root_of, words, parts);
  std::map<Target, Marks> whole;
  for (const auto& [of, word] : words) {
    if (word.set != 0 && word.set >= word.lifted) whole[std::get<0>(of)].insert(std::get<1>(of));
  }
  for (const auto& [of, marks] : whole) {
    if (std::any_of(marks.begin(), marks.end(), HidesAFact)) hidden_[of] = {of.agency};
  }
  for (const Row& row : rows) {
    const Target root = corrected.Root(TargetOf(row));
    OfContact of;
    of.agency = row.stored->agency();
    if (const auto marks = whole.find(root); marks != whole.end()) of.whole = marks->second;
    if (const auto marks = parts.find(root); marks != parts.end()) of.parts = marks->second;
    if (of.whole.empty() && of.parts.empty()) continue;
    of.hides_relations = std::any_of(of.whole.begin(), of.whole.end(), [](const auto& mark) {
      return HidesWhat(mark) == Hides::kContent;
    });
    for (const v1::Contact* body : BodiesOf(row)) {
      std::vector<Handling> marks = OfInformants(of.whole, *body);
      for (Handling& mark : MarksIn(*body, of.parts)) marks.push_back(std::move(mark));
      if (HidesHere(marks, *body, row)) hidden_[root] = {root.agency};
      of.hides_relations =
          of.hides_relations || std::any_of(marks.begin(), marks.end(), [&](const auto& mark) {
            return chronology::HidesRelations(mark, *body);
          });
    }
    contacts_[row.seq] = std::move(of);
  }
  HideWhatTells(rows, corrected);
}

void Marked::HideWhatTells(const std::vector<Row>& rows, const Corrected& corrected) {
  // Whoever is of one of several hidden ones sees no more of what tells of them than they all may.
  const auto hide = [&](const Row& row, const Target& told) {
    if (!hidden_.contains(told)) return false;
    OfContact& of = contacts_[row.seq];
    of.agency = row.stored->agency();
    const Agencies may{of.agency, told.agency};
    const bool first = !std::exchange(of.hides_fact, true);
    if (first) of.may_see = may;
    std::erase_if(of.may_see, [&](const std::string& one) { return !may.contains(one); });
    hidden_[TargetOf(row)] = of.may_see;
    return first;
  };
  std::set<Target> here;
  for (const Row& row : rows) here.insert(corrected.Root(TargetOf(row)));
  // Beside hidden ones alone: that it stands here would tell of them.
  const auto beside = [&](const Row& row) {
    std::vector<Target> all;
    if (!StandsBeside(row)) return all;
    for (const Target& target : contact::Targets(*row.contact, row.stored->agency())) {
      const Target told = corrected.Root(target);
      if (hidden_.contains(told)) {
        all.push_back(told);
      } else if (here.contains(told)) {
        return std::vector<Target>();
      }
    }
    return all;
  };
  for (bool more = !hidden_.empty(); more;) {
    more = false;
    for (const Row& row : rows) {
      for (const Target& told : beside(row)) more = hide(row, told) || more;
      if (hide(row, corrected.Root(TargetOf(row)))) more = true;
      for (const v1::Contact* body : BodiesOf(row)) {
        for (const Target& told : Concerns(*body, row.stored->agency())) {
          if (hide(row, corrected.Root(told))) more = true;
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
  return of != contacts_.end() && of->second.hides_fact && !of->second.may_see.contains(from);
}

bool Marked::HidesRelations(Seq seq, std::string_view from) const {
  const auto of = contacts_.find(seq);
  if (of == contacts_.end()) return false;
  return IsHidden(seq, from) || (of->second.hides_relations && of->second.agency != from);
}

Marks Marked::HidingContent(Seq seq, std::string_view from) const {
  Marks marks;
  const auto of = contacts_.find(seq);
  if (of == contacts_.end() || of->second.agency == from) return marks;
  std::copy_if(of->second.whole.begin(), of->second.whole.end(), std::inserter(marks, marks.end()),
               HidesSomething);
  return marks;
}

std::shared_ptr<const ContentMarks> Marked::ContentMarksOf(Seq seq) const {
  const auto of = contacts_.find(seq);
  if (of == contacts_.end()) return nullptr;
  const Marks& whole = of->second.whole;
  const std::vector<PartMark>& parts = of->second.parts;
  const bool any = std::any_of(whole.begin(), whole.end(), HidesSomething) ||
                   std::any_of(parts.begin(), parts.end(), [&](const PartMark& part) {
                     return HidesSomething(part.mark.handling());
                   });
  return any ? std::make_shared<ContentMarks>(ContentMarks{whole, parts}) : nullptr;
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
  for (Note& note : known.notes) MaskNote(hidden, note);
}

void Marked::MaskNote(const std::set<Target>& hidden, Note& note) {
  // A link is there; what the contact gave by which it was made would tell of that.
  const auto mask = [&](auto& decision) {
    if (!hidden.contains(contact::Resolve(decision.source(), ""))) return;
    decision.clear_source();
    decision.clear_reason();
  };
  if (note.note.has_linked()) mask(*note.note.mutable_linked());
  if (note.note.has_kept_apart()) mask(*note.note.mutable_kept_apart());
  if (note.note.has_unlinked()) mask(*note.note.mutable_unlinked());
}

void Marked::MaskEntry(std::string_view from, const std::set<Target>& hidden, Entry& entry) const {
  const auto of = contacts_.find(entry.seq);
  const bool is_marked = of != contacts_.end() && of->second.agency != from;
  const bool is_one = entry.contact == entry.stated;
  const Marks& unread = is_one ? entry.unread : entry.unread_as_corrected;
  const bool hides = is_marked || !entry.unread.empty() || !unread.empty();
  if (!hides && (hidden.empty() || entry.agency == from)) return;
  const OfContact mine = is_marked ? of->second : OfContact{};
  Marks by;
  bool dropped = false;
  const auto masked = [&](const std::shared_ptr<const v1::Contact>& body, const Marks& also) {
    auto copy = std::make_shared<v1::Contact>(*body);
    Marks whole = mine.whole;
    whole.insert(also.begin(), also.end());
    if (hides) by.merge(MaskContent(whole, mine.parts, *copy));
    if (entry.agency != from) dropped |= DropReferences(hidden, entry.agency, *copy);
    return std::shared_ptr<const v1::Contact>(std::move(copy));
  };
  entry.contact = masked(entry.contact, unread);
  entry.stated = is_one ? entry.contact : masked(entry.stated, entry.unread);
  entry.masked.assign(by.begin(), by.end());
  entry.original.reset();
  // It would name whom the marks may hide.
  if (!by.empty() || mine.hides_relations) entry.placement.clear_through();
  const bool content = std::any_of(by.begin(), by.end(), [](const std::string& mark) {
    return HidesWhat(mark) == Hides::kContent;
  });
  // They say of what places: there are as many as are not shown.
  if (content || dropped) entry.warnings.reset();
}

std::shared_ptr<const v1::Contact> AsShown(const Entry& entry) {
  if (entry.fact_masked) return std::make_shared<v1::Contact>();
  if (entry.content_marks == nullptr) return entry.contact;
  auto shown = std::make_shared<v1::Contact>(*entry.contact);
  MaskContent(entry.content_marks->whole, entry.content_marks->parts, *shown);
  return shown;
}

}  // namespace throughline::chronology
