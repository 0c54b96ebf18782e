#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/chronology/protection.h"
#include "engine/relations/answer.h"
#include "engine/relations/circle.h"
#include "tests/engine/chronology/written_journal.h"

namespace throughline::relations {

using chronology::At;
using chronology::PersonOf;

// A journal written by hand in which contacts state relations, and what is answered of it.
class WrittenCircle {
 public:
  // A person under a letter: its kind, and the name that contacts give.
  struct Person {
    std::string kind, name, more;
  };
  std::map<char, Person> people;
  chronology::WrittenJournal journal;

  // What one contact says of two.
  struct Say {
    std::string agency, id, relation;
    char from = 0, to = 0;
    std::string since{}, until{}, confidence = "recorded", basis{}, reason{};
    v1::Tri alone = v1::TRI_UNSPECIFIED;
    std::string doing{};
  };

  Seq State(const Say& say) { return Put(say, false); }
  Seq End(const Say& say) { return Put(say, true); }

  // `other` is part of `kept` from here on; its contacts go over.
  Seq Link(char kept, char other, const std::vector<Seq>& contacts, const std::string& by) {
    v1::Decision decision;
    v1::Linked& linked = *decision.mutable_linked();
    linked.set_kept(std::string(PersonOf(kept).Raw()));
    linked.set_joined(std::string(PersonOf(other).Raw()));
    linked.set_first(linked.kept());
    linked.set_second(linked.joined());
    linked.set_reason("the same man");
    linked.mutable_source()->set_agency(by);
    linked.set_parts(contacts.empty() ? 0 : 1);
    const Seq seq = journal.Decide(decision);
    if (!contacts.empty()) Move(seq, kept, other, contacts);
    return seq;
  }

  // The agency read a person's chronology.
  Seq Open(const std::string& agency, char person) {
    return journal.Place(
        agency,
        ContactOf(fmt::format("O-{}", journal.records().size() + 1), {person}, "record_opened",
                  fmt::format("{{what: chronology, purpose: p, as_known_at: {}}}",
                              journal.records().size())),
        {OnOf(person)});
  }

  Seq Retract(const std::string& agency, const std::string& of, Seq seq,
              const std::vector<char>& persons) {
    std::vector<chronology::WrittenJournal::On> on;
    for (const char one : persons) on.push_back(OnOf(one));
    return journal.Place(
        agency,
        ContactOf(fmt::format("R-{}", journal.records().size() + 1), persons, "contact_retracted",
                  fmt::format("{{of: {}, why: sent_in_error}}", of)),
        on, [&](v1::Placed& placed) { placed.add_unsaid(seq); });
  }

  v1::Contact ContactOf(const std::string& id, const std::vector<char>& persons,
                        const std::string& kind, const std::string& detail,
                        const std::string& more = "") const {
    std::string subjects;
    for (const char one : persons) {
      const Person& person = people.at(one);
      const bool child = person.kind == "child";
      const std::string role = child                             ? "subject_child"
                               : person.kind == "household"      ? "household"
                               : person.kind == "unknown_person" ? "unknown_adult"
                                                                 : "parent_carer";
      subjects += fmt::format("{}{{label: {}, person_kind: {}, roles: [{}], {}}}",
                              subjects.empty() ? "" : ", ", one, person.kind, role,
                              person.more.empty()
                                  ? fmt::format("demographics: {{names: [{}]}}", person.name)
                                  : person.more);
    }
    return chronology::ContactOf(
        fmt::format("contact_id: {}\nkind: {}\noccurred: {}\nrecorded: {}\nsubjects: [{}]\n"
                    "detail: {}\n{}\n",
                    id, kind, said_on, said_on, subjects, detail, more));
  }

  chronology::WrittenJournal::On OnOf(char person) const {
    return {person, std::string(1, person), "subject", people.at(person).kind};
  }

  v1::HouseholdAnswer Household(char person, std::string_view day, std::string_view agency = {},
                                std::optional<Millis> as_known_at = {}) const {
    const Stored source(*this, agency, as_known_at);
    Circle circle(source, *ParseDay(day));
    auto answer = HouseholdOf(circle, circle.PersonOf(PersonOf(person)), *ParseDay(day));
    EXPECT_FALSE(circle.fault().has_value());
    return answer;
  }

  v1::RelationsAnswer Relations(char person, std::string_view day, std::string_view agency = {},
                                std::optional<Millis> as_known_at = {}) const {
    const Stored source(*this, agency, as_known_at);
    Circle circle(source, *ParseDay(day));
    auto answer = RelationsOf(circle, circle.PersonOf(PersonOf(person)), *ParseDay(day));
    EXPECT_FALSE(circle.fault().has_value());
    return answer;
  }

  Millis PlacedAt(Seq seq) const { return journal.records()[seq - 1].envelope.placed_ms(); }

  std::string said_on = "2026-01-04";  // when what follows happened, and was written down
  bool dated = false;                  // and relations say so
  std::map<char, bool> marked;         // whose address somebody protected

 private:
  class Stored final : public Source {
   public:
    Stored(const WrittenCircle& written, std::string_view agency, std::optional<Millis> until)
        : written_(written), agency_(agency), until_(until) {}

    Result<Held> Read(const PersonId& record) const override {
      Held held;
      chronology::Query query;
      query.as_known_at = until_;
      const auto& reads = written_.journal.reads();
      held.shared =
          std::make_shared<const chronology::Known>(chronology::KnownAt(reads, record, query));
      held.known = held.shared;
      if (as_recorded()) {
        query.lens = v1::LENS_RECORDED;
        held.known = held.shared =
            std::make_shared<const chronology::Known>(chronology::KnownAt(reads, record, query));
        held.part_of = chronology::ReadPartOf(reads, record, {});
        return held;
      }
      if (through_agency()) {
        query.lens = v1::LENS_AGENCY;
        query.agency = agency_;
        held.known =
            std::make_shared<const chronology::Known>(chronology::KnownAt(reads, record, query));
      }
      held.part_of = chronology::ReadPartOf(reads, record, until_);
      return held;
    }
    std::optional<chronology::Header> Describe(const chronology::Known& known) const override {
      return chronology::ReadHeader(written_.journal.reads(), known);
    }
    Result<std::vector<PersonId>> StandsOn(const contact::Target& target) const override {
      std::vector<PersonId> persons;
      for (const auto& one :
           chronology::FindContact(written_.journal.reads(), target.agency, target.contact_id)) {
        persons.push_back(one.person);
      }
      return persons;
    }
    Result<bool> IsProtected(const PersonId& record) const override {
      return std::any_of(written_.marked.begin(), written_.marked.end(), [&](const auto& one) {
        return one.second && PersonOf(one.first) == record;
      });
    }
    Result<bool> MayGiveProtected(const PersonId& record) const override {
      const auto row = chronology::ReadPerson(written_.journal.reads(), record);
      return row && chronology::MayGiveProtected(*row, now());
    }
    Millis now() const override { return kLatest; }
    bool as_recorded() const override { return agency_ == "recorded"; }
    bool through_agency() const override { return !agency_.empty() && !as_recorded(); }

   private:
    const WrittenCircle& written_;
    std::string agency_;
    std::optional<Millis> until_;
  };

  Seq Put(const Say& say, bool ended) {
    const std::string detail = fmt::format("{{relation: {}, from: {}, to: {}{}{}}}", say.relation,
                                           say.from, say.to, ended ? ", until: 2026-01-01" : "",
                                           say.basis.empty() ? "" : ", basis: " + say.basis);
    const auto state = [&](v1::Placed& placed) {
      if (ended) {
        Fill(say, *placed.add_relations_ended());
        placed.mutable_relations_ended(0)->set_reason(say.reason);
      } else {
        v1::RelationKnown& relation = *placed.add_relations();
        Fill(say, relation);
        relation.set_basis(say.basis);
        relation.set_alone(say.alone);
        relation.set_doing(say.doing);
        if (!say.since.empty()) *relation.mutable_since() = *ParseUncertain(say.since);
      }
    };
    return journal.Place(say.agency,
                         ContactOf(say.id, {say.from, say.to},
                                   ended ? "relation_ended" : "relation_asserted", detail),
                         {OnOf(say.from), OnOf(say.to)}, state);
  }

  template <typename Relation>
  void Fill(const Say& say, Relation& relation) const {
    if (dated) relation.set_recorded_ms(Implied(*ParseUncertain(said_on))->latest);
    relation.set_from(std::string(PersonOf(say.from).Raw()));
    relation.set_to(std::string(PersonOf(say.to).Raw()));
    relation.set_relation(say.relation);
    relation.set_confidence(say.confidence);
    if (!say.until.empty()) *relation.mutable_until() = *ParseUncertain(say.until);
    relation.mutable_source()->set_agency(say.agency);
    relation.mutable_source()->set_contact_id(say.id);
  }

  void Move(Seq because, char kept, char other, const std::vector<Seq>& contacts) {
    v1::Decision decision;
    v1::PlacedBecause& placed = *decision.mutable_placed_because();
    placed.set_because(because);
    placed.set_part(1);
    placed.set_of(1);
    placed.set_reason("linked");
    std::vector<log::Item> items;
    for (const Seq seq : contacts) {
      const log::Accepted& first = journal.records().at(seq - 1);
      v1::EarlierContact& one = *placed.add_contacts();
      one.set_seq(seq);
      one.set_agency(first.decision.placed().agency());
      one.set_contact_id(first.decision.placed().contact_id());
      one.set_kind(first.decision.placed().kind());
      one.set_placed_ms(first.envelope.placed_ms());
      one.set_received_ms(first.envelope.received_ms());
      v1::Placement& to = *one.add_to();
      to = journal.PlacementOf(OnOf(other));
      to.set_record(to.person());
      to.set_person(std::string(PersonOf(kept).Raw()));
      one.add_from(std::string(PersonOf(other).Raw()));
      items.push_back(first.contacts.at(0));
    }
    journal.Decide(decision, items);
  }
};

}  // namespace throughline::relations
