#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/chronology/knowledge.h"
#include "tests/engine/chronology/written_journal.h"

// What several agencies do to one child's record, at random; what each of them has a source of
// knowing is worked out a second time from what they did, slowly, by another way.
namespace throughline::chronology {
namespace {

constexpr const char* kAgencies[] = {"gp", "police", "school", "social-care"};
constexpr std::size_t kMostActs = 40;

enum class Do { kNote, kCorrect, kRetract, kAnswer, kOpenAll, kOpenOne, kAlert };

// One act; its place in the list, from 1, is its record. Numbers choose, wrapped to what is there.
struct Act {
  Do what = Do::kNote;
  unsigned agency = 0;
  unsigned of = 0;      // which earlier act it is about
  unsigned handed = 0;  // bits: the agencies to which it hands over
  unsigned as_of = 0;   // 0: says nothing of it
};

void showValue(const Act& act, std::ostream& out) {
  out << fmt::format("{{{}, {}, of {}, to {:04b}, as of {}}}", static_cast<int>(act.what),
                     kAgencies[act.agency % 4], act.of, act.handed % 16, act.as_of);
}

rc::Gen<Act> AnyAct() {
  // Notes are the commonest: the rest is about them.
  const auto what =
      rc::gen::element(Do::kNote, Do::kNote, Do::kNote, Do::kCorrect, Do::kRetract, Do::kAnswer,
                       Do::kAnswer, Do::kAnswer, Do::kOpenAll, Do::kOpenOne, Do::kAlert);
  const auto number = rc::gen::inRange(0U, 1000U);
  return rc::gen::build<Act>(
      rc::gen::set(&Act::what, what), rc::gen::set(&Act::agency, rc::gen::inRange(0U, 4U)),
      rc::gen::set(&Act::of, number), rc::gen::set(&Act::handed, rc::gen::inRange(0U, 16U)),
      rc::gen::set(&Act::as_of, number));
}

// The acts as they were really done: each names an earlier one that it can be about.
struct Done {
  Do what = Do::kNote;
  std::string agency;
  std::size_t of = 0;  // a record; 0: none
  std::set<std::string> handed;
  std::size_t as_of = 0;
  std::vector<std::size_t> evidence;  // of an alert, raised just before
};

std::string IdOf(std::size_t record) { return fmt::format("N{}", record); }

std::vector<Done> Cast(const std::vector<Act>& acts) {
  std::vector<Done> all;
  for (const Act& act : acts) {
    Done done{act.what, kAgencies[act.agency], 0, {}, 0, {}};
    for (unsigned i = 0; i < 4; ++i) {
      if ((act.handed >> i & 1U) != 0 && kAgencies[i] != done.agency)
        done.handed.insert(kAgencies[i]);
    }
    // Of its own: what it may correct or retract. Corrections correct notes.
    std::vector<std::size_t> candidates;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool own = all[i].agency == done.agency;
      const bool note = all[i].what == Do::kNote;
      const bool fits = (done.what == Do::kCorrect && own && note) ||
                        (done.what == Do::kRetract && own) || (done.what == Do::kAnswer && note) ||
                        done.what == Do::kOpenOne || (done.what == Do::kAlert && note);
      if (fits) candidates.push_back(i + 1);
    }
    const bool about = done.what != Do::kNote && done.what != Do::kOpenAll;
    if (about && candidates.empty()) continue;
    if (about) done.of = candidates[act.of % candidates.size()];
    if (done.what == Do::kAlert)
      done.evidence = {done.of, candidates[act.as_of % candidates.size()]};
    const bool opens = done.what == Do::kOpenAll || done.what == Do::kOpenOne;
    if (opens) done.as_of = 1 + act.as_of % (all.size() + 1);
    all.push_back(std::move(done));
  }
  return all;
}

// What a note says, and what a correction of it says instead.
std::string TextOf(std::size_t record) { return fmt::format("as said in {}", record); }

v1::Contact NoteOf(std::size_t record, std::size_t id, const Done& done) {
  std::string sharing;
  for (const std::string& agency : done.handed) {
    sharing +=
        fmt::format("{}{{recipient: {}, expectation: act}}", sharing.empty() ? "" : ", ", agency);
  }
  return ContactOf(fmt::format(
      "contact_id: {}\nkind: concern_noted\noccurred: 2026-01-04\nrecorded: 2026-01-05T08:00\n"
      "subjects: [{{label: child-a, person_kind: child, roles: [subject_child]}}]\n"
      "detail: {{told_to: social_worker}}\nstatements: [{{text: {}}}]\nsharing: [{}]\n",
      IdOf(id), TextOf(record), sharing));
}

v1::Contact ContactOf(std::size_t record, const std::vector<Done>& all) {
  const Done& done = all[record - 1];
  if (done.what == Do::kNote) return NoteOf(record, record, done);
  const std::string of = done.of == 0 ? "" : all[done.of - 1].agency + " " + IdOf(done.of);
  const auto made = [&](std::string_view kind, const std::string& detail,
                        const std::string& more = "") {
    return chronology::ContactOf(
        fmt::format("contact_id: {}\nkind: {}\noccurred: 2026-01-04\nrecorded: 2026-01-05T08:00\n"
                    "subjects: [{{label: child-a, person_kind: child, roles: [subject_child]}}]\n"
                    "detail: {}\n{}\n",
                    IdOf(record), kind, detail, more));
  };
  switch (done.what) {
    case Do::kCorrect: {
      v1::Contact correction = made("contact_corrected", fmt::format("{{of: {}, why: w}}", of));
      *correction.mutable_contact_corrected()->mutable_replaces() = NoteOf(record, done.of, done);
      return correction;
    }
    case Do::kRetract:
      return made("contact_retracted", fmt::format("{{of: {}, why: sent_in_error}}", of));
    case Do::kAnswer:
      return made("handover_received", "{by: social_worker}",
                  fmt::format("links: [{{answers: {}}}]", of));
    case Do::kOpenAll:
      return made("record_opened",
                  fmt::format("{{what: chronology, purpose: p, as_known_at: {}}}", done.as_of));
    case Do::kOpenOne:
      return made("record_opened",
                  fmt::format("{{what: contact, contact: {}, purpose: p, as_known_at: {}}}", of,
                              done.as_of));
    default:
      return made("alert_delivered",
                  fmt::format("{{alert: a{}, channel: desk, to: safeguarding_lead}}", record));
  }
}

// The second way: nothing but definitions, over the acts up to a record.
class Slow {
 public:
  Slow(const std::vector<Done>& all, std::size_t until) : all_(all), until_(until) {}

  // Whether the agency had a source of knowing a record; which are retracted, as far as `knows`.
  bool Knows(const std::string& agency, std::size_t record) const {
    if (At(record).agency == agency) return true;
    for (std::size_t source = 1; source <= until_; ++source) {
      if (At(source).agency == agency && !Retracted(source) && Tells(source, record)) return true;
    }
    return false;
  }

  // By what the agency knows of retractions; what it reads in the place of a note that it does not
  // know is retracted with that.
  bool RetractedFor(const std::string& agency, std::size_t record) const {
    if (TakenBack(agency, record)) return true;
    const std::size_t note = At(record).of;
    return At(record).what == Do::kCorrect && !Knows(agency, note) && TakenBack(agency, note) &&
           record == ReadInPlaceOf(agency, note);
  }

  // The text of a note as the agency reads it.
  std::string Reads(const std::string& agency, std::size_t note) const {
    std::size_t newest = note;
    for (std::size_t by = note + 1; by <= until_; ++by) {
      if (At(by).what == Do::kCorrect && At(by).of == note && Knows(agency, by) &&
          !TakenBack(agency, by)) {
        newest = by;
      }
    }
    return TextOf(newest);
  }

 private:
  const Done& At(std::size_t record) const { return all_[record - 1]; }

  bool TakenBack(const std::string& agency, std::size_t record) const {
    for (std::size_t by = record + 1; by <= until_; ++by) {
      if (At(by).what == Do::kRetract && At(by).of == record && Knows(agency, by) &&
          !TakenBack(agency, by)) {
        return true;
      }
    }
    return false;
  }

  // Of the corrections that the agency knows, the last that stands; if none does, the last.
  std::size_t ReadInPlaceOf(const std::string& agency, std::size_t note) const {
    std::size_t standing = 0;
    std::size_t last = 0;
    for (std::size_t by = note + 1; by <= until_; ++by) {
      if (At(by).what != Do::kCorrect || At(by).of != note || !Knows(agency, by)) continue;
      last = by;
      if (!TakenBack(agency, by)) standing = by;
    }
    return standing != 0 ? standing : last;
  }

  bool Retracted(std::size_t record, std::size_t as_of = kMostActs) const {
    for (std::size_t by = record + 1; by <= std::min(until_, as_of); ++by) {
      if (At(by).what == Do::kRetract && At(by).of == record && !Retracted(by, as_of)) return true;
    }
    return false;
  }

  bool Tells(std::size_t source, std::size_t record) const {
    const Done& by = At(source);
    const std::size_t shown = std::min(by.as_of, source);
    switch (by.what) {
      case Do::kAnswer:
        return record == FirstHandedTo(by.agency, by.of, source);
      case Do::kOpenAll:
        return record <= shown;
      case Do::kOpenOne:
        return by.of <= shown && record <= shown &&
               (record == by.of || IsReadBeside(record, by.of));
      case Do::kAlert:
        return record <= source &&
               std::any_of(by.evidence.begin(), by.evidence.end(), [&](std::size_t one) {
                 return record == one || IsReadBeside(record, one);
               });
      default:
        return false;
    }
  }

  // Which body of a note was the first that was handed to an agency: the note's own, or that of a
  // correction known by then; 0: none.
  std::size_t FirstHandedTo(const std::string& agency, std::size_t note, std::size_t until) const {
    if (At(note).handed.contains(agency)) return note;
    for (std::size_t by = note + 1; by <= until; ++by) {
      if (At(by).what == Do::kCorrect && At(by).of == note && At(by).handed.contains(agency)) {
        return by;
      }
    }
    return 0;
  }

  // It corrects or retracts that, or what does.
  bool IsReadBeside(std::size_t record, std::size_t of) const {
    const Done& by = At(record);
    if (by.what != Do::kCorrect && by.what != Do::kRetract) return false;
    return by.of == of || IsReadBeside(by.of, of);
  }

  const std::vector<Done>& all_;
  std::size_t until_;
};

struct World {
  explicit World(std::vector<Done> acts) : done(std::move(acts)) {
    for (std::size_t record = 1; record <= done.size(); ++record) {
      const Done& one = done[record - 1];
      if (one.what == Do::kAlert) {
        AlertChanged change{record, 0, {}};
        for (const std::size_t seq : one.evidence) change.evidence.push_back(seq);
        alerts[fmt::format("a{}", record)].push_back(std::move(change));
      }
      journal.Place(one.agency, ContactOf(record, done), {{'a', "child-a"}});
    }
  }

  Known Through(const std::string& agency, std::size_t until) const {
    Query query;
    query.lens = v1::LENS_AGENCY;
    query.agency = agency;
    query.as_known_at = journal.records()[until - 1].envelope.placed_ms();
    query.alerts = alerts;
    return KnownAt(journal.reads(), PersonOf('a'), query);
  }

  std::vector<Done> done;
  WrittenJournal journal;
  AlertEvidence alerts;
};

std::string Picture(const Known& known) {
  std::string picture;
  for (const Entry& entry : known.entries) {
    const bool says = entry.contact->statements_size() > 0;
    picture += fmt::format(
        "{} {} {}{}\n", entry.contact_id, says ? entry.contact->statements(0).text() : "-",
        entry.retracted_by != 0 ? "retracted " : "", entry.counts ? "counts" : "");
    for (const Learned& learned : entry.learned) {
      picture += fmt::format("  {} {} {}\n", HowName(learned.how), learned.since_seq, learned.by);
    }
  }
  return picture;
}

void Compare(const World& world, const std::string& agency, std::size_t until) {
  const Slow slow(world.done, until);
  const Known known = world.Through(agency, until);
  std::set<std::string> shown;
  for (const Entry& entry : known.entries) shown.insert(entry.contact_id);
  for (std::size_t record = 1; record <= until; ++record) {
    RC_ASSERT(shown.contains(IdOf(record)) == slow.Knows(agency, record));
    if (!shown.contains(IdOf(record))) continue;
    const Entry& entry = *known.Find(Seq{record});
    RC_ASSERT((entry.retracted_by != 0) == slow.RetractedFor(agency, record));
    if (world.done[record - 1].what == Do::kNote) {
      RC_ASSERT(entry.contact->statements(0).text() == slow.Reads(agency, record));
    }
  }
  RC_ASSERT(shown.size() == known.entries.size());
}

std::vector<Done> AnyHistory() {
  auto acts = *rc::gen::resize(kMostActs, rc::gen::container<std::vector<Act>>(AnyAct()));
  if (acts.size() > kMostActs) acts.resize(kMostActs);
  return Cast(acts);
}

RC_GTEST_PROP(AnyKnowledge, NoLensShowsMoreOrLessThanItsAgencyHadASourceOfKnowing, ()) {
  const World world(AnyHistory());
  RC_PRE(!world.done.empty());
  const auto until = *rc::gen::inRange<std::size_t>(1, world.done.size() + 1);
  for (const char* agency : kAgencies) {
    Compare(world, agency, until);
    Compare(world, agency, world.done.size());
  }
}

RC_GTEST_PROP(AnyKnowledge, AsKnownAtThroughAnyLensNeverChangesWhateverComesLater, ()) {
  const std::vector<Done> all = AnyHistory();
  RC_PRE(!all.empty());
  const auto until = *rc::gen::inRange<std::size_t>(1, all.size() + 1);
  const World then({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(until)});
  const World later(all);
  for (const char* agency : kAgencies) {
    RC_ASSERT(Picture(later.Through(agency, until)) == Picture(then.Through(agency, until)));
  }
}

}  // namespace
}  // namespace throughline::chronology
