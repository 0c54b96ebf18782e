#include "engine/chronology/read.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <random>
#include <sstream>

#include "tests/engine/chronology/noted.h"

namespace throughline::chronology {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using On = WrittenJournal::On;

TEST(AsKnownAt, ShowsWhatHadBeenPlacedByThen) {
  WrittenJournal journal;
  journal.Now("2026-03-04T09:00");
  const Seq late = journal.Place("school", Noted("S1", "", "2026-03-01"), {kA});
  journal.Now("2026-03-10T09:00");
  const Seq later = journal.Place("health", Noted("H1", "", "2026-02-20"), {kA});
  const auto at = [&](std::string_view when) {
    return KnownAt(journal.reads(), PersonOf('a'), {At(when), v1::LENS_SHARED, std::nullopt});
  };
  EXPECT_THAT(SeqsOf(at("2026-03-05")), ElementsAre(late));
  EXPECT_EQ(at("2026-03-05").hidden_later, 1U);
  EXPECT_THAT(SeqsOf(at("2026-03-10T09:00")), ElementsAre(late, later));
  EXPECT_THAT(SeqsOf(at("2026-03-01")), IsEmpty());
  EXPECT_THAT(SeqsOf(journal.Read()), ElementsAre(late, later));
}

TEST(AsKnownAt, ARangeMarksWhatCannotLieInIt) {
  WrittenJournal journal;
  const Seq about = journal.Place("a", Noted("N1", "", "about 2011-05"), {kA});
  journal.Place("a", Noted("N2", "", "2011-08-02"), {kA});
  const Query query{std::nullopt, v1::LENS_SHARED, Interval{At("2011-06-10"), At("2011-07-01")}};
  const Known known = KnownAt(journal.reads(), PersonOf('a'), query);
  ASSERT_EQ(known.entries.size(), 2U);
  EXPECT_EQ(known.entries[0].seq, about);
  EXPECT_FALSE(known.entries[0].outside);
  EXPECT_TRUE(known.entries[1].outside);
}

TEST(RecordedLens, TakesTheOrderInWhichAgenciesWroteThingsDown) {
  WrittenJournal journal;
  journal.Now("2026-05-01T09:00");
  const Seq second = journal.Place("school",
                                   Short("S1", "concern_noted", "{told_to: social_worker}", "",
                                         "2026-02-01", "2026-02-02T10:00"),
                                   {kA});
  const Seq first = journal.Place(
      "health",
      Short("H1", "concern_noted", "{told_to: social_worker}", "", "2026-01-20", "2026-01-21"),
      {kA});
  const auto at = [&](std::string_view when) {
    return KnownAt(journal.reads(), PersonOf('a'), {At(when), v1::LENS_RECORDED, std::nullopt});
  };
  EXPECT_THAT(SeqsOf(at("2026-03-01")), ElementsAre(first, second));
  EXPECT_THAT(SeqsOf(at("2026-02-02T09:59")), ElementsAre(first));
  // A day is taken at its end.
  EXPECT_THAT(SeqsOf(at("2026-01-21T12:00")), IsEmpty());
  EXPECT_EQ(at("2026-03-01").entries[0].known, At("2026-01-22") - 1);
}

// Labels are a contact's own: by what the new body calls them they are known, in its roles.
// A new body makes another record of whoever has no reference: by the old one they are known still.
TEST(Disputes, StandBesideWhatTheyDisputeWhichStillCounts) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  const Seq by = journal.Place(
      "police", Short("P1", "contact_disputed", "{of: gp N1, by: police, what: the day}"), {kA});
  EXPECT_THAT(Of(journal.Read(), first).disputed_by, ElementsAre(by));
  EXPECT_TRUE(Of(journal.Read(), first).counts);
  EXPECT_THAT(Of(journal.Read('a', first), first).disputed_by, IsEmpty());
}

TEST(Duplicates, AreCountedOnceFromTheLinkOn) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  const Seq second = journal.Place("police", Noted("P1", "links: [{duplicates: gp N1}]"), {kA});
  const Known known = journal.Read();
  EXPECT_TRUE(Of(known, first).counts);
  EXPECT_FALSE(Of(known, second).counts);
  EXPECT_EQ(Of(known, second).duplicate_of, first);
}

TEST(Duplicates, ADecisionOverrulesTheLinkAndCanBeUndone) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  const Seq second = journal.Place("police", Noted("P1"), {kA});
  const auto decide = [&](std::string_view id, std::string_view decision) {
    return journal.Place(
        "desk",
        Short(id, "duplicate_decided",
              fmt::format("{{first: police P1, second: gp N1, decision: {}}}", decision)),
        {kA});
  };
  const auto counts = [&] { return Of(journal.Read(), second).counts; };
  EXPECT_TRUE(counts());
  decide("D1", "same");
  EXPECT_FALSE(counts());
  EXPECT_EQ(Of(journal.Read(), second).duplicate_of, first);
  decide("D2", "undo_same");
  EXPECT_TRUE(counts());
  const Seq link = journal.Place("gp", Noted("N9", "links: [{duplicates: N1}]"), {kA});
  EXPECT_EQ(Of(journal.Read(), link).duplicate_of, first);
  journal.Place(
      "desk", Short("D3", "duplicate_decided", "{first: gp N9, second: gp N1, decision: not_same}"),
      {kA});
  EXPECT_TRUE(Of(journal.Read(), link).counts);
}

TEST(Duplicates, OfARetractedContactCountAgain) {
  WrittenJournal journal;
  journal.Place("gp", Noted("N1"), {kA});
  const Seq second = journal.Place("police", Noted("P1", "links: [{duplicates: gp N1}]"), {kA});
  EXPECT_FALSE(Of(journal.Read(), second).counts);
  journal.Place("gp", Retracted("N2", "N1"), {kA});
  EXPECT_TRUE(Of(journal.Read(), second).counts);
}

TEST(Withdrawal, IsKnownFromItsRecordOnAndTheEntryStaysBefore) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  const Seq by = journal.Withdraw('a', first, "relation_ended");
  EXPECT_EQ(Of(journal.Read(), first).withdrawn_by, by);
  EXPECT_EQ(Of(journal.Read(), first).withdrawn_reason, "relation_ended");
  EXPECT_FALSE(Of(journal.Read(), first).counts);
  EXPECT_FALSE(Of(journal.Read(), first).withheld);
  EXPECT_EQ(Of(journal.Read('a', first), first).withdrawn_by, 0U);
  EXPECT_TRUE(Of(journal.Read('a', first), first).counts);
}

TEST(Withdrawal, AsAnotherPersonsMasksThePastTooAndStillCountsThere) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  journal.Withdraw('a', first, "wrong_person");
  const Known then = journal.Read('a', first);
  EXPECT_TRUE(Of(then, first).withheld);
  EXPECT_TRUE(Of(then, first).counts);
  EXPECT_FALSE(Of(journal.Read(), first).counts);
}

TEST(Brought, IsSeenFromTheLastPartOnWhicheverPartHeldIt) {
  WrittenJournal journal;
  const Seq one = journal.Place("police", Noted("P1"), {{'m', "man"}});
  const Seq two = journal.Place("police", Noted("P2"), {{'m', "man"}});
  v1::Decision relation;
  relation.mutable_placed()->add_relations()->set_from(std::string(PersonOf('m').Raw()));
  relation.mutable_placed()->mutable_relations(0)->set_to(std::string(PersonOf('a').Raw()));
  const Seq because = journal.Decide(relation);
  const On on{'a', "", "relation"};
  const Seq part = journal.Bring(because, 1, 2, {one}, on);
  EXPECT_THAT(SeqsOf(journal.Read()), IsEmpty());
  const Seq last = journal.Bring(because, 2, 2, {two}, on);
  const Known known = journal.Read();
  EXPECT_THAT(SeqsOf(known), ElementsAre(one, two));
  EXPECT_EQ(known.entries[0].known_seq, last);
  EXPECT_EQ(known.entries[0].because, because);
  EXPECT_EQ(known.entries[0].agency, "police");
  EXPECT_EQ(known.entries[0].known, known.entries[1].known);
  EXPECT_LT(known.entries[0].placed, known.entries[0].known);
  EXPECT_THAT(SeqsOf(journal.Read('a', part)), IsEmpty());
}

TEST(Brought, ThroughTheRecordedLensCountsFromTheLaterOfBothTimes) {
  WrittenJournal journal;
  journal.Now("2026-06-01T09:00");
  const Seq incident = journal.Place("police",
                                     Short("P1", "concern_noted", "{told_to: social_worker}", "",
                                           "2026-01-03", "2026-01-03T10:00"),
                                     {{'m', "man"}});
  const Seq told =
      journal.Place("school",
                    Short("S1", "concern_noted", "{told_to: social_worker}", "", "2026-04-01",
                          "2026-04-01T10:00"),
                    {kA, {'m', "man"}}, [](v1::Placed& placed) {
                      placed.add_relations()->set_from(std::string(PersonOf('m').Raw()));
                      placed.mutable_relations(0)->set_to(std::string(PersonOf('a').Raw()));
                    });
  journal.Bring(told, 1, 1, {incident}, {'a', "", "relation"});
  const auto at = [&](std::string_view when) {
    return SeqsOf(
        KnownAt(journal.reads(), PersonOf('a'), {At(when), v1::LENS_RECORDED, std::nullopt}));
  };
  EXPECT_THAT(at("2026-03-01"), IsEmpty());
  EXPECT_THAT(at("2026-04-02"), ElementsAre(incident, told));
}

TEST(Brought, AfterAWithdrawalStandsAgain) {
  WrittenJournal journal;
  const Seq first = journal.Place("gp", Noted("N1"), {kA});
  const Seq gone = journal.Withdraw('a', first, "wrong_person");
  v1::Decision decision;
  decision.mutable_linked()->set_kept(std::string(PersonOf('a').Raw()));
  decision.mutable_linked()->set_joined(std::string(PersonOf('b').Raw()));
  const Seq because = journal.Decide(decision);
  journal.Bring(because, 1, 1, {first}, {'a', "child-a", "linked"});
  EXPECT_EQ(Of(journal.Read(), first).withdrawn_by, 0U);
  EXPECT_FALSE(Of(journal.Read(), first).withheld);
  EXPECT_EQ(Of(journal.Read(), first).placement.why(), "linked");
  EXPECT_EQ(Of(journal.Read('a', gone), first).withdrawn_by, gone);
}

TEST(Births, TheMostExactThenTheNewestIsWhatAgesAreTakenFrom) {
  WrittenJournal journal;
  const auto with = [&](std::string_view id, std::string_view born) {
    v1::Contact contact = Noted(id);
    *contact.mutable_subjects(0)->mutable_demographics()->mutable_date_of_birth() =
        *ParseUncertain(born);
    contact.mutable_subjects(0)->mutable_demographics()->add_names("Child " + std::string(id));
    return contact;
  };
  EXPECT_FALSE(BirthKnown(journal.Read()).has_value());
  journal.Place("police", with("N1", "2019"), {kA});
  const Seq exact = journal.Place("gp", with("N2", "2019-03-02"), {kA});
  journal.Place("school", with("N3", "2019-03"), {kA});
  const auto born = BirthKnown(journal.Read());
  ASSERT_TRUE(born.has_value());
  EXPECT_EQ(born->seq, exact);
  EXPECT_EQ(born->interval.earliest, At("2019-03-02"));
  const Seq newer = journal.Place("hospital", with("N4", "2019-03-20"), {kA});
  EXPECT_EQ(BirthKnown(journal.Read())->seq, newer);
  const auto header = ReadHeader(journal.reads(), journal.Read());
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->births.size(), 4U);
  ASSERT_EQ(header->names.size(), 4U);
  EXPECT_EQ(header->names[0].name.Reveal(), "Child N4");
}

// A picture of everything that a reading says.
std::string Picture(const Known& known) {
  std::ostringstream out;
  for (const Entry& entry : known.entries) {
    out << entry.seq << ' ' << entry.kind << ' ' << entry.known_seq << ' ' << entry.counts << ' '
        << entry.retracted_by << ' ' << entry.duplicate_of << ' ' << entry.withdrawn_by << ' '
        << entry.corrects << ' ' << Hex(entry.contact->SerializeAsString()) << ' '
        << Hex(entry.original == nullptr ? "" : *entry.original) << ' '
        << (entry.warnings == nullptr ? 0 : entry.warnings->size()) << ' '
        << entry.placement.ShortDebugString();
    for (const Seq seq : entry.corrected_by) out << " c" << seq;
    for (const Seq seq : entry.disputed_by) out << " d" << seq;
    out << '\n';
  }
  for (const Note& note : known.notes) out << "note " << note.seq << '\n';
  return out.str();
}

class Anything {
 public:
  explicit Anything(unsigned seed) : random_(seed) {}

  // One more record of any sort, about persons a and b.
  void Next(WrittenJournal& journal) {
    const Seq next = journal.records().size() + 1;
    const std::string id = "N" + std::to_string(next);
    const std::string target = "N" + std::to_string(1 + random_() % next);
    const std::string agency = random_() % 2 == 0 ? "gp" : "police";
    const std::string other = random_() % 2 == 0 ? "gp" : "police";
    std::vector<On> to = {{'a', "child-a"}};
    if (random_() % 3 == 0) to.push_back({'b', "child-a"});
    const std::string ref = other + " " + target;
    switch (random_() % 8) {
      case 0:
        journal.Place(agency, Corrected(id, ref, Noted(id, "statements: [{text: " + id + "}]")),
                      to);
        return;
      case 1:
        journal.Place(agency, Retracted(id, ref), to);
        return;
      case 2:
        journal.Place(agency,
                      Short(id, "contact_disputed",
                            fmt::format("{{of: {}, by: {}, what: all}}", ref, agency)),
                      to);
        return;
      case 3:
        journal.Place(agency,
                      Short(id, "duplicate_decided",
                            fmt::format("{{first: {}, second: gp N1, decision: {}}}", ref,
                                        random_() % 2 == 0 ? "same" : "undo_same")),
                      to);
        return;
      case 4:
        journal.Withdraw('a', 1 + random_() % next,
                         random_() % 2 == 0 ? "relation_ended" : "linked");
        return;
      case 5:
        if (BringOne(journal, next)) return;
        break;
      default:
        break;
    }
    if (random_() % 4 == 0 && ref != agency + " " + id) {
      journal.Place(agency, Noted(id, "links: [{duplicates: " + ref + "}]"), to);
    } else {
      journal.Place(agency, Noted(id), to);
    }
  }

 private:
  bool BringOne(WrittenJournal& journal, Seq next) {
    const Seq earlier = 1 + random_() % next;
    if (earlier >= next || !journal.records()[earlier - 1].decision.has_placed()) return false;
    v1::Decision decision;
    decision.mutable_linked()->set_kept(std::string(PersonOf('b').Raw()));
    decision.mutable_linked()->set_joined(std::string(PersonOf('a').Raw()));
    journal.Bring(journal.Decide(decision), 1, 1, {earlier}, {'b', "child-a", "linked"});
    return true;
  }

  std::mt19937 random_;
};

TEST(AsKnownAt, NeverChangesWhateverComesLater) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    WrittenJournal journal;
    Anything anything(seed);
    std::vector<std::pair<Millis, std::string>> pictures;
    std::vector<std::pair<Seq, std::string>> by_seq;
    for (int step = 0; step < 60; ++step) {
      anything.Next(journal);
      const Seq seq = journal.records().size();
      const Millis now = journal.records().back().envelope.placed_ms();
      for (const char person : {'a', 'b'}) {
        const Known known = journal.Read(person, seq);
        EXPECT_EQ(Picture(known), Picture(journal.Read(person)));
        by_seq.emplace_back(seq, Picture(known));
        pictures.emplace_back(now, Picture(known));
      }
    }
    std::size_t i = 0;
    for (const auto& [seq, picture] : by_seq) {
      const char person = i % 2 == 0 ? 'a' : 'b';
      ASSERT_EQ(Picture(journal.Read(person, seq)), picture) << "seed " << seed << " seq " << seq;
      const Query query{pictures[i].first, v1::LENS_SHARED, std::nullopt};
      ASSERT_EQ(Picture(KnownAt(journal.reads(), PersonOf(person), query)), picture)
          << "seed " << seed << " seq " << seq;
      ++i;
    }
  }
}

std::string PictureOf(const Known& known, std::size_t first) {
  Known some;
  some.entries.assign(known.entries.begin(),
                      known.entries.begin() + static_cast<std::ptrdiff_t>(first));
  return Picture(some);
}

TEST(DecodeCache, ReadingOnFromItIsReadingAnewAndSaysWhatStayed) {
  std::size_t extended = 0;
  for (unsigned seed = 1; seed <= 36; ++seed) {
    WrittenJournal journal;
    Anything anything(seed);
    // Room for everything, and for next to nothing.
    DecodeCache large;
    DecodeCache small(2000);
    std::map<std::pair<DecodeCache*, char>, Known> last;
    for (int step = 0; step < 60; ++step) {
      // Contacts of which none acts on another, and at last all that can happen, or all along.
      if (seed % 3 != 0 && (step < 40 || seed % 2 == 0)) {
        const std::string id = "P" + std::to_string(step);
        journal.Place("police", Noted(id), {{step % 3 == 0 ? 'b' : 'a', "child-a"}});
      } else {
        anything.Next(journal);
      }
      for (const char person : {'a', 'b'}) {
        Known plain = journal.Read(person, kEverything);
        plain.notes.clear();
        for (Entry& entry : plain.entries) {
          entry.original.reset();
          entry.warnings.reset();
        }
        for (DecodeCache* cache : {&large, &small}) {
          const KnownNow now = ReadNow(journal.reads(), PersonOf(person), *cache);
          ASSERT_EQ(Picture(*now.known), Picture(plain)) << "seed " << seed << " step " << step;
          ASSERT_EQ(now.known->hidden_later, plain.hidden_later);
          const Known& before = last[{cache, person}];
          ASSERT_LE(now.same, std::min(before.entries.size(), now.known->entries.size()));
          ASSERT_EQ(PictureOf(*now.known, now.same), PictureOf(before, now.same));
          extended += now.same > 0 && now.same < now.known->entries.size() ? 1 : 0;
          *now.derived = step;
          last[{cache, person}] = *now.known;
          if (step % 5 == 0) cache->CountDerived(PersonOf(person), 100);
        }
      }
    }
  }
  EXPECT_GT(extended, 500U);
}

TEST(Read, WhatIsKeptDoesWithoutTheBytes) {
  WrittenJournal journal;
  journal.Place("gp", Noted("N1"), {kA});
  EXPECT_NE(journal.Read().entries[0].original, nullptr);
  DecodeCache cache;
  EXPECT_EQ(ReadNow(journal.reads(), PersonOf('a'), cache).known->entries[0].original, nullptr);
}

}  // namespace
}  // namespace throughline::chronology
