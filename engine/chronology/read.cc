#include "engine/chronology/read.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/chronology/contact_marks.h"
#include "engine/chronology/effects.h"
#include "engine/chronology/hidden_then.h"
#include "engine/chronology/keys.h"
#include "engine/chronology/marked.h"
#include "engine/chronology/placement.h"
#include "engine/chronology/protection.h"
#include "engine/chronology/rows.h"
#include "engine/contact/catalogue.h"
#include "engine/contact/read_contact.h"

namespace throughline::chronology {
namespace {

bool Complete(const v1::StoredStanding& standing) { return standing.since_ms() != 0; }

// Somebody else's, by what the store holds: nothing keeps it here any more, and not because it was
// taken back.
bool Withheld(const v1::StoredEntry& stored) {
  bool masked = false;
  for (const v1::StoredStanding& standing : stored.standings()) {
    if (standing.withdrawn_ms() == 0) return false;
    masked = masked || standing.withdrawn_reason() == "wrong_person";
  }
  return masked;
}

// When and how a row is seen; nothing when it is not.
struct Seen {
  Seq seq = 0;
  Millis at = 0;
  Seq because = 0;
  Seq withdrawn_by = 0;
  Millis withdrawn_at = 0;
  std::string withdrawn_reason;
  v1::Placement placement;
  std::vector<contact::Target> corrects_in_turn;
};

// `since` gives a standing's instant where it is seen, `until` whether it has gone by then.
template <typename Since, typename Gone>
std::optional<Seen> See(const Row& row, const Since& since, const Gone& gone) {
  std::optional<Seen> seen;
  bool stands = false;
  for (const v1::StoredStanding& standing : row.stored->standings()) {
    if (!Complete(standing)) continue;
    const std::optional<Millis> at = since(standing);
    if (!at.has_value()) continue;
    if (!seen.has_value()) {
      seen.emplace();
      seen->seq = standing.since_seq();
      seen->at = *at;
      seen->because = standing.because();
    } else if (*at < seen->at) {
      seen->at = *at;
    }
    const bool here = !gone(standing);
    // What stands says how the person is in it; of what went, only while nothing stands.
    if (here && !stands) seen->placement.Clear();
    if (here || !stands) {
      for (const v1::Placement& placement : standing.placements()) {
        Merge(placement, seen->placement);
      }
    }
    stands = stands || here;
    if (!here) {
      seen->withdrawn_by = standing.withdrawn_seq();
      seen->withdrawn_at = standing.withdrawn_ms();
      seen->withdrawn_reason = standing.withdrawn_reason();
    }
  }
  if (seen.has_value() && stands) {
    seen->withdrawn_by = 0;
    seen->withdrawn_at = 0;
    seen->withdrawn_reason.clear();
  }
  return seen;
}

Entry ToEntry(const Row& row, Seen seen) {
  const v1::StoredEntry& stored = *row.stored;
  Entry entry;
  entry.seq = row.seq;
  entry.agency = stored.agency();
  entry.contact_id = stored.contact_id();
  entry.kind = stored.kind();
  entry.stated_kind = stored.kind();
  entry.occurred = {stored.earliest_ms(), stored.latest_ms()};
  entry.recorded = stored.recorded_ms();
  entry.received = stored.received_ms();
  entry.placed = stored.placed_ms();
  entry.history = stored.history();
  entry.placement = std::move(seen.placement);
  if (!stored.warnings().empty()) entry.warnings = {row.stored, &stored.warnings()};
  entry.contact = row.contact;
  entry.stated = row.contact;
  if (!stored.original().empty()) entry.original = {row.stored, &stored.original()};
  entry.known_seq = seen.seq;
  entry.known = seen.at;
  entry.because = seen.because;
  entry.withdrawn_by = seen.withdrawn_by;
  entry.withdrawn_at = seen.withdrawn_at;
  entry.withdrawn_reason = std::move(seen.withdrawn_reason);
  entry.withheld = Withheld(stored);
  entry.erased = stored.erased();
  entry.counts = entry.withdrawn_by == 0 && !entry.erased;
  entry.corrects_in_turn = std::move(seen.corrects_in_turn);
  return entry;
}

// What `see` shows of a person from the `from`-th row on, in the order of the rows, behind what
// `known` holds already.
template <typename See>
void CollectFrom(std::size_t from, const PersonRows& rows, const See& see, Known& known) {
  for (std::size_t i = from; i < rows.entries.size(); ++i) {
    if (auto seen = see(rows.entries[i])) {
      known.entries.push_back(ToEntry(rows.entries[i], std::move(*seen)));
    } else {
      ++known.hidden_later;
    }
  }
}

// Who looks, as far as marks hide something from them.
struct Looking {
  const Marked& marked;
  bool unmasked = false;    // nothing is hidden
  std::string_view from{};  // the agency through whose lens; empty: no agency's

  bool Hides(Seq seq) const { return !unmasked && marked.IsHidden(seq, from); }
  bool HidesNote(const Note& note) const {
    return !unmasked && StatesRelations(note) && marked.HidesRelations(note.seq, from);
  }
};

template <typename See>
Known Collect(const PersonId& person, const PersonRows& rows, const Looking& looking,
              const See& see) {
  Known known;
  known.person = person;
  known.entries.reserve(rows.entries.size());
  if (looking.marked.empty()) {
    CollectFrom(0, rows, see, known);
    return known;
  }
  for (const Row& row : rows.entries) {
    if (looking.Hides(row.seq)) continue;
    if (auto seen = see(row)) {
      known.entries.push_back(ToEntry(row, std::move(*seen)));
      known.entries.back().fact_masked = looking.marked.HidesFact(row.seq);
      if (looking.unmasked) {
        known.entries.back().content_marks = looking.marked.ContentMarksOf(row.seq);
      }
    } else {
      ++known.hidden_later;
    }
  }
  return known;
}

// Mostly they are in order already, and an entry is large.
template <typename Key>
void Sort(std::vector<Entry>& entries, const Key& key) {
  const auto before = [&](const Entry& a, const Entry& b) { return key(a) < key(b); };
  if (!std::is_sorted(entries.begin(), entries.end(), before)) {
    std::sort(entries.begin(), entries.end(), before);
  }
}

std::optional<Seen> SeeShared(const Row& row, Seq up_to, Millis until) {
  auto seen = See(
      row,
      [&](const v1::StoredStanding& standing) -> std::optional<Millis> {
        if (standing.since_seq() > up_to || standing.since_ms() > until) return std::nullopt;
        return standing.since_ms();
      },
      [&](const v1::StoredStanding& standing) {
        return standing.withdrawn_ms() != 0 && standing.withdrawn_seq() <= up_to &&
               standing.withdrawn_ms() <= until;
      });
  if (seen.has_value()) seen->corrects_in_turn = CorrectsInTurn(row, up_to, until);
  return seen;
}

// Whether what the note's contact says of relations was taken back then.
void SetUnsaidAsOf(Seq up_to, Millis until, v1::StoredNote& note) {
  const bool unsaid = note.unsaid_seq() <= up_to && note.unsaid_ms() <= until;
  if (!unsaid) note.clear_unsaid_seq();
  for (const v1::StoredUnsaid& before : note.unsaid_before()) {
    const bool began = before.since_seq() <= up_to && before.since_ms() <= until;
    const bool over = before.until_seq() <= up_to && before.until_ms() <= until;
    if (began && !over) note.set_unsaid_seq(before.since_seq());
  }
}

// In the order in which things became known, in which effects take them; what a decision brought
// came later than its seq tells.
Known Held(const PersonId& person, const PersonRows& rows, Seq up_to, Millis until,
           const Looking& looking) {
  Known known =
      Collect(person, rows, looking, [&](const Row& row) { return SeeShared(row, up_to, until); });
  for (const Note& note : rows.notes) {
    if (looking.HidesNote(note)) continue;
    if (note.placed == 0 || note.note.since_seq() > up_to || note.placed > until) continue;
    known.notes.push_back(note);
    SetUnsaidAsOf(up_to, until, known.notes.back().note);
  }
  Sort(known.entries, [](const Entry& entry) { return std::pair(entry.known_seq, entry.seq); });
  return known;
}

Known Shared(const PersonId& person, const PersonRows& rows, Seq up_to, Millis until,
             const Looking& looking) {
  Known known = Held(person, rows, up_to, until, looking);
  ApplyEffects(known.entries);
  Sort(known.entries, [](const Entry& entry) { return entry.seq; });
  return known;
}

// The last record of those known at an instant, as far as it concerns the person.
Seq LastKnown(const PersonRows& rows, Millis until) {
  Seq last = 0;
  const auto take = [&](Seq seq, Millis at) {
    if (seq != 0 && at != 0 && at <= until) last = std::max(last, seq);
  };
  for (const Row& row : rows.entries) {
    for (const v1::StoredStanding& standing : row.stored->standings()) {
      take(standing.since_seq(), standing.since_ms());
      take(standing.withdrawn_seq(), standing.withdrawn_ms());
    }
  }
  for (const Note& note : rows.notes) take(note.seq, note.placed);
  return last;
}

// When the agency that told of a relation wrote that down; nothing if no contact here tells of it.
std::optional<Millis> RelationRecorded(const PersonRows& rows, Seq because) {
  const auto note = std::find_if(rows.notes.begin(), rows.notes.end(),
                                 [&](const Note& one) { return one.seq == because; });
  if (note == rows.notes.end() || note->note.relations().empty()) return std::nullopt;
  for (const Row& row : rows.entries) {
    if (row.seq == because) return row.stored->recorded_ms();
  }
  return std::nullopt;
}

// When the agency wrote down what a contact says of relations; a decision, when it was made.
Millis NoteRecorded(const Note& note) {
  const v1::StoredNote& said = note.note;
  Millis at = 0;
  if (!said.relations().empty()) at = said.relations(0).recorded_ms();
  if (!said.relations_ended().empty()) at = said.relations_ended(0).recorded_ms();
  return at != 0 ? at : note.placed;
}

bool IsWithdrawn(const v1::StoredStanding& standing) { return standing.withdrawn_ms() != 0; }

Known Recorded(const PersonId& person, const PersonRows& rows, Millis until,
               const Looking& looking) {
  std::vector<Seq> gone;
  std::uint32_t left_out = 0;
  Known known = Collect(person, rows, looking, [&](const Row& row) -> std::optional<Seen> {
    const auto& standings = row.stored->standings();
    if (std::all_of(standings.begin(), standings.end(), IsWithdrawn)) {
      for (const auto& standing : standings) gone.push_back(standing.since_seq());
      ++left_out;
      return std::nullopt;
    }
    auto seen = See(
        row,
        [&](const v1::StoredStanding& standing) -> std::optional<Millis> {
          // Links and relations are those of today.
          if (IsWithdrawn(standing)) return std::nullopt;
          Millis at = row.stored->recorded_ms();
          if (standing.because() != 0) {
            at = std::max(at, RelationRecorded(rows, standing.because()).value_or(at));
          }
          if (at > until) return std::nullopt;
          return at;
        },
        [](const v1::StoredStanding&) { return false; });
    // Whoever corrects a correction wrote it down later than that.
    if (seen.has_value()) seen->corrects_in_turn = CorrectsInTurn(row);
    return seen;
  });
  known.gone = std::move(gone);
  known.hidden_later -= left_out;
  for (Note note : rows.notes) {
    if (note.placed == 0 || looking.HidesNote(note)) continue;
    note.placed = NoteRecorded(note);
    const bool decided = !StatesRelations(note);
    if (decided || note.placed <= until) known.notes.push_back(std::move(note));
  }
  std::sort(known.entries.begin(), known.entries.end(), [](const auto& a, const auto& b) {
    return std::tie(a.known, a.agency, a.contact_id) < std::tie(b.known, b.agency, b.contact_id);
  });
  ApplyEffects(known.entries);
  return known;
}

// Whether one of the rows may say that it, or another, is marked.
bool AnyMarks(const PersonRows& rows, std::size_t from) {
  return std::any_of(rows.entries.begin() + static_cast<std::ptrdiff_t>(from), rows.entries.end(),
                     SaysMarks);
}

bool AnyActs(const PersonRows& rows, std::size_t from) {
  return std::any_of(rows.entries.begin() + static_cast<std::ptrdiff_t>(from), rows.entries.end(),
                     [](const Row& row) { return Acts(*row.contact); });
}

// Whether the rows begin with the very ones of which the reading was made.
bool Extends(const PersonRows& now, const Reading& reading) {
  return reading.rows > 0 && reading.rows <= now.entries.size() &&
         now.entries[reading.rows - 1].stored == reading.last &&
         now.person.rewritten_seq() <= reading.changed_seq;
}

void AddTargets(const Row& row, std::set<contact::Target>& targets) {
  for (auto& target : contact::Targets(*row.contact, row.stored->agency())) {
    targets.insert(std::move(target));
  }
}

// Of those, the ones that do not stand here, and of which marks hide the fact.
std::set<contact::Target> HiddenAmong(const projection::Reads& reads, const PersonRows& rows,
                                      std::set<contact::Target> targets) {
  for (const Row& row : rows.entries) {
    targets.erase(TargetOf(row));
  }
  return WithHiddenFact(reads, targets);
}

// Of all at which the rows point.
std::set<contact::Target> HiddenElsewhere(const projection::Reads& reads, const PersonRows& rows) {
  if (!AnyMarksKept(reads)) return {};
  std::set<contact::Target> targets;
  for (const Row& row : rows.entries) AddTargets(row, targets);
  for (const Note& note : rows.notes) {
    const v1::StoredNote& said = note.note;
    if (said.has_linked()) targets.insert(contact::Resolve(said.linked().source(), ""));
    if (said.has_unlinked()) targets.insert(contact::Resolve(said.unlinked().source(), ""));
    if (said.has_kept_apart()) targets.insert(contact::Resolve(said.kept_apart().source(), ""));
  }
  return HiddenAmong(reads, rows, std::move(targets));
}

// Of those on which rows act: of what stands here only such rows are hidden with what does not.
std::set<contact::Target> HiddenActedOn(const projection::Reads& reads, const PersonRows& rows) {
  if (!AnyMarksKept(reads)) return {};
  std::set<contact::Target> targets;
  for (const Row& row : rows.entries) {
    if (Acts(*row.contact)) AddTargets(row, targets);
  }
  return HiddenAmong(reads, rows, std::move(targets));
}

bool CanOverlap(const Interval& a, const Interval& b) {
  return a.earliest <= b.latest && b.earliest <= a.latest;
}

}  // namespace

const Entry* Known::Find(std::string_view agency, std::string_view contact_id) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
    return entry.agency == agency && entry.contact_id == contact_id;
  });
  return found == entries.end() ? nullptr : &*found;
}

const Entry* Known::Find(Seq seq) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.seq == seq; });
  return found == entries.end() ? nullptr : &*found;
}

Known ReadKnown(const projection::Reads& reads, const PersonId& person, Seq up_to) {
  const auto rows = ReadRows(reads, person);
  Known known;
  if (rows != nullptr) {
    const Marked marked(rows->entries, HiddenElsewhere(reads, *rows));
    known = Shared(person, *rows, up_to, kLatest, {marked, true});
  }
  known.person = person;
  known.up_to = up_to;
  return known;
}

KnownNow ReadNow(const projection::Reads& reads, const PersonId& person, DecodeCache& cache) {
  const auto rows = ReadRows(reads, person, cache);
  Reading& reading = cache.rows().ReadingOf(person);
  const bool extends = rows != nullptr && Extends(*rows, reading);
  const std::size_t same = reading.known.entries.size();
  const std::size_t from = extends ? reading.rows : 0;
  const bool acts = rows != nullptr && ((extends && reading.acts) || AnyActs(*rows, from));
  const bool marks = rows != nullptr && ((extends && reading.marks) || AnyMarks(*rows, from));
  std::set<contact::Target> elsewhere;
  if (acts) elsewhere = HiddenActedOn(reads, *rows);
  const bool same_marks = extends && elsewhere == reading.hidden_elsewhere;
  if (same_marks && from == rows->entries.size()) {
    return {&reading.known, same, &reading.derived};
  }
  const bool anew = !same_marks || acts || marks;
  if (!anew) {
    // What does not act comes behind the rest, in the order of the rows, and changes none of it.
    CollectFrom(
        from, *rows, [](const Row& row) { return SeeShared(row, kEverything, kLatest); },
        reading.known);
  } else {
    reading.known = {};
    if (rows != nullptr) {
      const Marked marked(rows->entries, elsewhere);
      reading.known = Shared(person, *rows, kEverything, kLatest, {marked, true});
    }
    reading.known.person = person;
    reading.known.up_to = kEverything;
  }
  reading.acts = acts;
  reading.marks = marks;
  reading.hidden_elsewhere = std::move(elsewhere);
  reading.rows = rows == nullptr ? 0 : rows->entries.size();
  reading.last = reading.rows == 0 ? nullptr : rows->entries.back().stored;
  reading.changed_seq = rows == nullptr ? 0 : rows->person.changed_seq();
  return {&reading.known, anew ? 0 : same, &reading.derived};
}

Known KnownAt(const projection::Reads& reads, const PersonId& person, const Query& query) {
  const auto rows = ReadRows(reads, person);
  const Millis until = query.as_known_at.value_or(kLatest);
  Known known;
  known.person = person;
  if (rows == nullptr) return known;
  const Marked marked(rows->entries, HiddenElsewhere(reads, *rows));
  const bool through_agency = query.lens == v1::LENS_AGENCY;
  const Looking looking{marked, query.unmasked,
                        through_agency ? std::string_view(query.agency) : std::string_view()};
  if (query.lens == v1::LENS_RECORDED) {
    known = Recorded(person, *rows, until, looking);
  } else if (through_agency) {
    known = Held(person, *rows, kEverything, until, looking);
    NoteWhatWasHidden(*rows, query.agency, known);
    LeaveWhatIsKnownTo(query.agency, query.alerts, known);
  } else {
    known = Shared(person, *rows, kEverything, until, looking);
    NoteWhatWasHidden(*rows, {}, known);
  }
  if (!query.unmasked) marked.Mask(looking.from, known);
  const bool by_record = query.lens != v1::LENS_RECORDED && query.as_known_at.has_value();
  if (by_record) known.up_to = LastKnown(*rows, until);
  if (query.occurred.has_value()) {
    for (Entry& entry : known.entries) {
      entry.outside = !CanOverlap(entry.occurred, *query.occurred);
    }
  }
  return known;
}

std::vector<PersonId> FindPersons(const projection::Reads& reads, std::string_view scheme,
                                  std::string_view value, std::string_view scope) {
  const std::string begin =
      scope.empty() ? PersonsOf(scheme, value) : PersonsOf(scheme, value, scope);
  std::set<PersonId> persons;
  reads.Scan(begin, PrefixEnd(begin), [&](std::string_view key, std::string_view) {
    persons.insert(*LastPerson(key));
    return true;
  });
  return {persons.begin(), persons.end()};
}

std::vector<Whereabouts> FindContact(const projection::Reads& reads, std::string_view agency,
                                     std::string_view contact_id) {
  const std::string begin = ContactsOf(agency, contact_id);
  std::vector<Whereabouts> found;
  reads.Scan(begin, PrefixEnd(begin), [&](std::string_view key, std::string_view value) {
    found.push_back({*LastPerson(key), *LastSeq(value)});
    return true;
  });
  return found;
}

std::vector<v1::Placement> ReadPlacements(const projection::Reads& reads, const PersonId& person,
                                          Seq seq) {
  const auto value = reads.Get(EntryKey(person, seq));
  if (!value.has_value()) return {};
  v1::StoredEntry stored;
  CHECK(stored.ParseFromString(*value));
  std::vector<v1::Placement> placements;
  for (const v1::StoredStanding& standing : stored.standings()) {
    placements.insert(placements.end(), standing.placements().begin(), standing.placements().end());
  }
  return placements;
}

std::optional<PartOf> ReadPartOf(const projection::Reads& reads, const PersonId& record,
                                 std::optional<Millis> as_known_at) {
  const auto stored = ReadPerson(reads, record);
  if (!stored.has_value()) return std::nullopt;
  std::optional<PartOf> part_of;
  for (const v1::StoredPartOf& one : stored->part_of()) {
    if (one.since_ms() == 0 || one.since_ms() > as_known_at.value_or(kLatest)) continue;
    part_of.reset();
    if (const auto person = PersonId::FromRaw(one.person())) {
      part_of = PartOf{*person, one.decision(), one.since_ms()};
    }
  }
  return part_of;
}

std::optional<v1::StoredNote> ReadNote(const projection::Reads& reads, const PersonId& person,
                                       Seq decision) {
  const auto value = reads.Get(NoteKey(person, decision));
  if (!value.has_value()) return std::nullopt;
  v1::StoredNote note;
  CHECK(note.ParseFromString(*value));
  return note;
}

std::vector<PersonId> JoinedBy(const std::vector<Note>& notes, const PersonId& person) {
  std::set<PersonId> joined;
  const auto add = [&](const std::string& raw) {
    if (const auto record = PersonId::FromRaw(raw)) joined.insert(*record);
  };
  for (const Note& note : notes) {
    const v1::StoredNote& said = note.note;
    if (said.has_linked() && said.linked().kept() == person.Raw()) add(said.linked().joined());
    if (!said.has_unlinked() || said.unlinked().second() != person.Raw()) continue;
    for (const std::string& record : said.unlinked().records()) add(record);
  }
  joined.erase(person);
  return {joined.begin(), joined.end()};
}

std::vector<PersonId> ReadJoined(const projection::Reads& reads, const PersonId& person,
                                 std::optional<Millis> as_known_at) {
  std::vector<Note> known;
  for (Note& note : ReadNotes(reads, person)) {
    const bool then = note.placed != 0 && note.placed <= as_known_at.value_or(kLatest);
    if (then) known.push_back(std::move(note));
  }
  return JoinedBy(known, person);
}

void EachPerson(const projection::Reads& reads,
                const std::function<bool(const PersonId&, const v1::StoredPerson&)>& visit) {
  const std::string begin(1, kPersonPrefix);
  reads.Scan(begin, PrefixEnd(begin), [&](std::string_view key, std::string_view value) {
    v1::StoredPerson person;
    CHECK(person.ParseFromArray(value.data(), static_cast<int>(value.size())));
    return visit(*LastPerson(key), person);
  });
}

}  // namespace throughline::chronology
