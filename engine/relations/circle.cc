#include "engine/relations/circle.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "engine/contact/labels.h"

namespace throughline::relations {
namespace {

using chronology::Entry;
using chronology::Known;
using chronology::Note;
using chronology::PartOf;

// Links that lead on for longer are a fault of the store.
constexpr int kMostLinks = 64;

std::string_view EndsPartner(const v1::RelationKnown& relation) {
  return relation.relation() == "former_partner" ? "partner" : std::string_view();
}

// The record that an entry names, on the row of `person`.
PersonId RecordOf(const Entry& entry, const PersonId& person) {
  return PersonId::FromRaw(entry.placement.record()).value_or(person);
}

// The latest that it can have been said, by what it says itself: when it became known here tells
// nothing of that.
Millis SaidBy(Millis recorded, const Entry* entry) {
  return entry == nullptr ? recorded : std::min(recorded, entry->occurred.latest);
}

std::string KnownSince(const Note& note, const Entry* entry) {
  Millis since = note.placed;
  if (entry != nullptr && !entry->learned.empty()) {
    since = std::max(since, entry->learned.front().since);
  }
  return FormatUtc(since);
}

template <typename All, typename One>
bool Contains(const All& all, const One& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

contact::Target TargetOf(const v1::ContactRef& source) {
  return {source.agency(), source.contact_id()};
}

const v1::UncertainTime* Given(bool has, const v1::UncertainTime& time) {
  return has ? &time : nullptr;
}

}  // namespace

template <typename T>
T Circle::Take(Result<T> result) {
  if (result.has_value()) return *std::move(result);
  if (!fault_.has_value()) fault_ = std::move(result.error());
  return T{};
}

const Held& Circle::Read(const PersonId& record) {
  const auto kept = held_.find(record);
  if (kept != held_.end()) return kept->second;
  Held held;
  if (held_.size() < kMostRead) {
    held = Take(source_.Read(record));
  } else {
    unread_.insert(record);
  }
  static const auto kNothing = std::make_shared<const Known>();
  if (held.shared == nullptr) held.shared = kNothing;
  if (held.known == nullptr) held.known = held.shared;
  return held_.emplace(record, std::move(held)).first->second;
}

PersonId Circle::RootOf(const PersonId& record) {
  PersonId root = record;
  for (int i = 0; i < kMostLinks; ++i) {
    const auto& part_of = Read(root).part_of;
    if (!part_of.has_value()) break;
    root = part_of->person;
  }
  return root;
}

const Note* Circle::NoteOf(const PersonId& record, Seq decision, bool shared) {
  const Held& held = Read(record);
  const auto& notes = (shared ? held.shared : held.known)->notes;
  const auto note = std::find_if(notes.begin(), notes.end(),
                                 [&](const Note& one) { return one.seq == decision; });
  return note == notes.end() ? nullptr : &*note;
}

bool Circle::Follows(const PersonId& record, const PartOf& part_of) {
  if (!source_.through_agency()) return true;
  const Note* note = NoteOf(record, part_of.decision, true);
  if (note != nullptr && note->note.linked().by_rule()) return true;
  return NoteOf(record, part_of.decision, false) != nullptr ||
         NoteOf(part_of.person, part_of.decision, false) != nullptr;
}

PersonId Circle::PersonOf(const PersonId& record) {
  PersonId person = record;
  for (int i = 0; i < kMostLinks; ++i) {
    const auto part_of = Read(person).part_of;
    if (!part_of.has_value() || !Follows(person, *part_of)) break;
    person = part_of->person;
  }
  return person;
}

std::optional<Circle::Joined> Circle::HowJoined(const PersonId& record) {
  const auto part_of = Read(record).part_of;
  if (part_of.has_value()) {
    if (!Follows(record, *part_of)) return std::nullopt;
    const Note* note = NoteOf(record, part_of->decision, true);
    return Joined{part_of->since, note == nullptr ? "" : note->note.linked().reason()};
  }
  // It is the one that others were joined to.
  for (const Note& note : Read(record).shared->notes) {
    const v1::Linked& linked = note.note.linked();
    const auto joined = PersonId::FromRaw(linked.joined());
    if (linked.kept() != record.Raw() || !joined || PersonOf(*joined) != record) continue;
    return Joined{note.placed, linked.reason()};
  }
  return std::nullopt;
}

std::vector<PersonId> Circle::EverJoined(const PersonId& root) {
  std::vector<PersonId> met{root};
  std::set<PersonId> seen{root};
  for (std::size_t i = 0; i < met.size(); ++i) {
    const PersonId one = met[i];
    for (const PersonId& record : chronology::JoinedBy(Read(one).shared->notes, one)) {
      if (seen.insert(record).second) met.push_back(record);
    }
  }
  return met;
}

std::vector<PersonId> Circle::RecordsOf(const PersonId& person) {
  const PersonId root = RootOf(person);
  std::vector<PersonId> records;
  for (const PersonId& one : EverJoined(root)) {
    if (RootOf(one) == root && PersonOf(one) == person) records.push_back(one);
  }
  return records;
}

const Entry* Circle::Find(const contact::Target& contact, const PersonId& from,
                          const PersonId& to) {
  const Entry* found = nullptr;
  for (const PersonId& end : {from, to}) {
    for (const PersonId& row : {RootOf(end), end}) {
      const Entry* entry = Read(row).known->Find(contact.agency, contact.contact_id);
      if (entry == nullptr) continue;
      // What is somebody else's is shown at no instant.
      if (entry->withheld) return entry;
      if (found == nullptr) found = entry;
    }
  }
  return found;
}

// Whoever knows a contact knows whom it names.
void Circle::Tell(const PersonId& end, const Entry& entry) {
  if (!source_.through_agency()) return;
  if (Read(RootOf(end)).known->Find(entry.agency, entry.contact_id) != nullptr) return;
  About& about = about_[PersonOf(end)];
  if (!about.told.emplace(contact::Target{entry.agency, entry.contact_id}, entry).second) return;
  about.known = nullptr;
  about.own.reset();
  about.who.reset();
  about.life.reset();
}

bool Circle::IsUnsaid(const Note& note, const Entry* entry) const {
  if (!source_.through_agency() && (!source_.as_recorded() || entry == nullptr)) {
    return note.note.unsaid_seq() != 0;
  }
  // By what is known through the lens of retractions and corrections.
  return entry != nullptr && entry->unsaid;
}

bool Circle::IsMasked(const PersonId& end) {
  return Read(end).known->masked || Read(RootOf(end)).known->masked;
}

template <typename Relation>
std::optional<Circle::Told> Circle::ToldBy(Seq seq, const Relation& relation) {
  auto from = PersonId::FromRaw(relation.from());
  auto to = PersonId::FromRaw(relation.to());
  if (!from || !to) return std::nullopt;
  from = MeantBy(seq, *from);
  to = MeantBy(seq, *to);
  const Entry* entry = Find(TargetOf(relation.source()), *from, *to);
  // Where marks hide some of what is there, they may hide the contact that says so.
  if (entry == nullptr && (source_.through_agency() || IsMasked(*from) || IsMasked(*to))) {
    return std::nullopt;
  }
  if (entry != nullptr && (entry->withheld || entry->erased)) return std::nullopt;
  return Told{*from, *to, entry};
}

std::optional<Statement> Circle::StatementOf(const Note& note, const v1::RelationKnown& relation) {
  const auto told = ToldBy(note.seq, relation);
  if (!told) return std::nullopt;
  const auto& [from, to, entry] = *told;
  if (entry != nullptr) {
    Tell(from, *entry);
    Tell(to, *entry);
  }
  Statement out;
  out.seq = note.seq;
  out.recorded = relation.recorded_ms() != 0 ? relation.recorded_ms() : note.placed;
  out.from = PersonOf(from);
  out.to = PersonOf(to);
  v1::RelationStatement& said = out.said;
  said.set_relation(relation.relation());
  said.set_confidence(relation.confidence());
  said.set_basis(relation.basis());
  said.set_doing(relation.doing());
  said.set_alone(relation.alone());
  said.set_apart(relation.apart());
  if (relation.has_since()) *said.mutable_since() = relation.since();
  if (relation.has_until()) *said.mutable_until() = relation.until();
  *said.mutable_source() = relation.source();
  said.set_seq(note.seq);
  said.set_known(KnownSince(note, entry));
  said.set_from(out.from.Text());
  said.set_to(out.to.Text());
  said.set_status(IsUnsaid(note, entry) ? "unsaid" : "stands");
  if (entry != nullptr) {
    for (const Seq seq : entry->disputed_by) {
      for (const PersonId& end : {RootOf(from), RootOf(to)}) {
        const Entry* by = Read(end).known->Find(seq);
        if (by == nullptr) continue;
        said.add_disputed_by()->set_agency(by->agency);
        said.mutable_disputed_by()->rbegin()->set_contact_id(by->contact_id);
        break;
      }
    }
  }
  out.span = SpanSaid(Given(relation.has_since(), relation.since()),
                      Given(relation.has_until(), relation.until()), SaidBy(out.recorded, entry));
  return out;
}

std::optional<Ending> Circle::EndingOf(const Note& note, const v1::RelationEnded& relation) {
  const auto told = ToldBy(note.seq, relation);
  if (!told) return std::nullopt;
  const auto& [from, to, entry] = *told;
  if (IsUnsaid(note, entry)) return std::nullopt;
  Ending out;
  out.seq = note.seq;
  out.recorded = relation.recorded_ms() != 0 ? relation.recorded_ms() : note.placed;
  out.from = PersonOf(from);
  out.to = PersonOf(to);
  out.relation = relation.relation();
  out.ended = relation.has_until() ? Implied(relation.until()).value_or(Interval{}) : Interval{};
  const Millis said_by = SaidBy(out.recorded, entry);
  if (out.ended.earliest <= said_by) out.ended.latest = std::min(out.ended.latest, said_by);
  out.said.set_reason(relation.reason());
  out.said.set_confidence(relation.confidence());
  if (relation.has_until()) *out.said.mutable_until() = relation.until();
  *out.said.mutable_source() = relation.source();
  out.said.set_known(KnownSince(note, entry));
  if (entry != nullptr) out.said.set_basis(entry->contact->relation_ended().basis());
  return out;
}

// What is known of a joined record lies on its own row, and on that of the person; what a split
// brought, on the rows of whom it came from, of records too that have left them since.
std::vector<PersonId> Circle::RowsOf(const PersonId& person) {
  std::vector<PersonId> rows;
  std::set<PersonId> met;
  const auto add = [&](const PersonId& record) {
    for (const PersonId& row : {record, RootOf(record)}) {
      if (met.insert(row).second) rows.push_back(row);
    }
  };
  for (const PersonId& record : RecordsOf(person)) add(record);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const PersonId into = rows[i];
    for (const Note& note : Read(into).shared->notes) {
      const v1::Unlinked& unlinked = note.note.unlinked();
      const auto from = PersonId::FromRaw(unlinked.first());
      if (unlinked.split().empty() || unlinked.second() != into.Raw() || !from) continue;
      for (const PersonId& record : EverJoined(*from)) add(record);
    }
  }
  return rows;
}

// The split lies on the row of whom the record was part of then, which it may have left since.
const Note* Circle::SplitOff(Seq seq, const PersonId& record, Seq after) {
  PersonId root = record;
  Seq then = 0;
  for (int i = 0; i < kMostLinks; ++i) {
    const PersonId before = root;
    for (const Note& note : Read(before).shared->notes) {
      if (note.seq <= then) continue;
      const v1::Linked& linked = note.note.linked();
      const v1::Unlinked& unlinked = note.note.unlinked();
      const bool was_of = unlinked.first() == before.Raw();
      if (was_of && note.seq > after && Contains(unlinked.split(), seq)) return &note;
      const bool joins = linked.joined() == before.Raw() && linked.kept() != before.Raw();
      const bool leaves = was_of && Contains(unlinked.records(), record.Raw());
      if (!joins && !leaves) continue;
      root = PersonId::FromRaw(joins ? linked.kept() : unlinked.second()).value_or(before);
      then = note.seq;
      break;
    }
    if (root == before) return nullptr;
  }
  return nullptr;
}

PersonId Circle::MeantBy(Seq seq, const PersonId& record) {
  PersonId meant = record;
  Seq after = 0;
  while (const Note* split = SplitOff(seq, meant, after)) {
    meant = PersonId::FromRaw(split->note.unlinked().second()).value_or(meant);
    after = split->seq;
  }
  return meant;
}

std::vector<Statement> Circle::Gather(const PersonId& person) {
  std::map<std::pair<Seq, std::string>, Statement> said;
  std::map<std::pair<Seq, std::string>, Ending> ended;
  const auto of_person = [&](const auto& one) {
    return one.has_value() && one->from != one->to && (one->from == person || one->to == person);
  };
  for (const PersonId& row : RowsOf(person)) {
    for (const Note& note : Read(row).shared->notes) {
      for (const v1::RelationKnown& relation : note.note.relations()) {
        const auto key = std::pair(note.seq, relation.SerializeAsString());
        if (said.contains(key)) continue;
        auto one = StatementOf(note, relation);
        if (!of_person(one)) continue;
        if (const auto ends = EndsPartner(relation);
            !ends.empty() && one->said.status() == "stands") {
          Ending ending{note.seq,          one->recorded,   one->from, one->to,
                        std::string(ends), one->span.began, {}};
          ending.said.set_reason("separation");
          ending.said.set_confidence(relation.confidence());
          if (relation.has_since()) *ending.said.mutable_until() = relation.since();
          *ending.said.mutable_source() = relation.source();
          ending.said.set_known(one->said.known());
          ended.emplace(key, std::move(ending));
        }
        said.emplace(key, *std::move(one));
      }
      for (const v1::RelationEnded& relation : note.note.relations_ended()) {
        auto one = EndingOf(note, relation);
        if (!of_person(one)) continue;
        ended.emplace(std::pair(note.seq, relation.SerializeAsString()), *std::move(one));
      }
    }
  }
  std::vector<Statement> statements;
  statements.reserve(said.size());
  for (auto& [key, one] : said) statements.push_back(std::move(one));
  std::vector<Ending> endings;
  endings.reserve(ended.size());
  for (auto& [key, one] : ended) endings.push_back(std::move(one));
  EndPlacements(statements, endings);
  ApplyEndings(endings, statements);
  std::set<PersonId> persons;
  for (const Statement& one : statements) persons.insert({one.from, one.to});
  for (const PersonId& one : persons) ApplyLife(LifeOf(one), statements);
  return statements;
}

const std::vector<Statement>& Circle::Around(const PersonId& person) {
  About& about = about_[person];
  if (!about.statements.has_value()) about.statements = Gather(person);
  return *about.statements;
}

const Known& Circle::KnownOf(const PersonId& person) {
  About& about = about_[person];
  if (about.known != nullptr) return *about.known;
  const PersonId root = RootOf(person);
  const Known& row = *Read(root).known;
  if (!source_.through_agency()) return *(about.known = &row);
  about.own = row;
  about.own->person = person;
  auto& entries = about.own->entries;
  for (const Entry& one : Read(root).shared->entries) {
    const auto told = about.told.find({one.agency, one.contact_id});
    if (told == about.told.end() || one.withdrawn_by != 0 || one.withheld) continue;
    entries.push_back(told->second);
    // By the labels of the body that the agency knows.
    const bool first = told->second.corrected_by.empty() && one.stated_placement != nullptr;
    entries.back().placement = first ? *one.stated_placement : one.placement;
  }
  const auto others = [&](const Entry& one) { return PersonOf(RecordOf(one, root)) != person; };
  entries.erase(std::remove_if(entries.begin(), entries.end(), others), entries.end());
  return *(about.known = &*about.own);
}

std::vector<Named> Circle::NamedBy(const Entry& entry, const Known& known) {
  // Whom a correction alone names, that stands for the contact where they are.
  std::vector<contact::Target> targets = {{entry.agency, entry.contact_id}};
  for (const Seq seq : entry.corrected_by) {
    if (const Entry* by = known.Find(seq)) targets.push_back({by->agency, by->contact_id});
  }
  std::vector<Named> named;
  std::set<std::pair<PersonId, std::string>> met;
  // Whom one version names is not named again by a later one, which without a reference made
  // another record of them.
  std::set<std::string> before;
  for (const contact::Target& target : targets) {
    for (const auto& [record, label] : met) before.insert(label);
    for (const PersonId& row : Take(source_.StandsOn(target))) {
      const Entry* one = Read(row).known->Find(target.agency, target.contact_id);
      if (one == nullptr || one->withdrawn_by != 0 || one->withheld || one->corrects != 0) continue;
      const PersonId record = RecordOf(*one, row);
      contact::EachLabel(one->placement, [&](const std::string& label) {
        if (before.contains(label) || !met.emplace(record, label).second) return;
        named.push_back({record, PersonOf(record), label});
      });
    }
  }
  return named;
}

bool Circle::IsMarked(const PersonId& person) {
  for (const PersonId& record : RecordsOf(person)) {
    if (Take(source_.IsProtected(record))) return true;
  }
  return false;
}

// Whoever lived with somebody who died may be looked for there still.
bool Circle::IsProtected(const PersonId& person) {
  const auto may_be = [this](const PersonId& one) {
    return IsMarked(one) || unread_.contains(RootOf(one));
  };
  if (may_be(person)) return true;
  if (!IsHousehold(person)) return false;
  const std::vector<Statement> statements = Around(person);
  return std::any_of(statements.begin(), statements.end(), [&](const Statement& one) {
    return one.said.relation() == "member_of_household" && one.to == person &&
           (one.span.ended.latest >= source_.now() || one.said.ending().reason() == "death") &&
           may_be(one.from);
  });
}

bool Circle::MayGiveProtected(const PersonId& person) {
  if (IsProtected(person)) return true;
  const std::vector<PersonId> records = RecordsOf(person);
  return std::any_of(records.begin(), records.end(), [this](const PersonId& record) {
    return Take(source_.MayGiveProtected(record));
  });
}

// One who was a child in the contacts of her own childhood is a child no longer.
std::string Circle::KindOn(const Known& known, const std::string& kind) const {
  if (kind != "child" && kind != "adult") return kind;
  constexpr int kGrownMonths = 18 * 12;
  if (const auto birth = chronology::BirthKnown(known); birth && !birth->expected) {
    if (AddMonths(DayOf(birth->interval.latest), kGrownMonths) <= day_) return "adult";
    if (AddMonths(DayOf(birth->interval.earliest), kGrownMonths) > day_) return "child";
  }
  const Entry* last = nullptr;
  for (const Entry& entry : known.entries) {
    const std::string& said = entry.placement.person_kind();
    if (said != "child" && said != "adult") continue;
    if (entry.placement.label().empty() || entry.withheld) continue;
    if (entry.occurred.earliest >= StartOfDay(day_ + 1)) continue;
    if (last == nullptr || entry.occurred.latest >= last->occurred.latest) last = &entry;
  }
  return last == nullptr ? kind : last->placement.person_kind();
}

void Circle::DescribeHome(const PersonId& person, v1::RelatedPerson& out) {
  out.set_protected_address(MayGiveProtected(person));
  if (out.protected_address()) {
    out.clear_name();
    out.clear_references();
    return;
  }
  for (const Entry& entry : KnownOf(person).entries) {
    if (entry.withdrawn_by != 0 || entry.withheld || entry.retracted_by != 0) continue;
    contact::EachLabel(entry.placement, [&](const std::string& label) {
      const auto* subject = contact::SubjectWith(*entry.contact, label);
      if (subject == nullptr || subject->demographics().address().empty()) return;
      out.set_name(subject->demographics().address());
    });
  }
}

void Circle::Describe(const PersonId& person, v1::RelatedPerson& out) {
  out.set_person(person.Text());
  const Known& known = KnownOf(person);
  const auto header = source_.Describe(known);
  if (!header.has_value()) return;
  out.set_person_kind(KindOn(known, header->person_kind));
  if (!header->names.empty()) out.set_name(header->names.front().name.Reveal());
  if (!header->births.empty()) {
    *out.mutable_date_of_birth() = header->births.front().date.Reveal();
  }
  for (const auto& reference : header->references) {
    if (reference.scheme == "uprn" && MayGiveProtected(person)) continue;
    v1::ScopedReference& one = *out.add_references();
    one.set_scheme(reference.scheme);
    one.set_value(reference.value.Reveal());
    one.set_scope(reference.scope);
  }
  if (header->person_kind == "household") return DescribeHome(person, out);
  if (header->person_kind != "unknown_person") return;
  for (const Entry& entry : known.entries) {
    if (entry.withdrawn_by != 0 || entry.withheld || entry.retracted_by != 0) continue;
    contact::EachLabel(entry.placement, [&](const std::string& label) {
      const auto* subject = contact::SubjectWith(*entry.contact, label);
      if (subject == nullptr || !subject->has_unknown()) return;
      out.set_description(subject->unknown().description());
      if (out.name().empty()) out.set_name(subject->unknown().said_name());
    });
  }
}

const v1::RelatedPerson& Circle::Who(const PersonId& person) {
  auto& who = about_[person].who;
  if (!who.has_value()) {
    v1::RelatedPerson out;
    Describe(person, out);
    who = std::move(out);
  }
  return *who;
}

bool Circle::IsChild(const PersonId& person) {
  const std::string& kind = Who(person).person_kind();
  return kind == "child" || kind == "unborn_child";
}

bool Circle::IsHousehold(const PersonId& person) {
  const auto header = source_.Describe(*Read(RootOf(person)).shared);
  return header.has_value() && header->person_kind == "household";
}

std::vector<std::string> Circle::Incomplete() const {
  std::vector<std::string> persons;
  for (const auto& [record, held] : held_) {
    if (held.incomplete) persons.push_back(record.Text());
  }
  return persons;
}

}  // namespace throughline::relations
