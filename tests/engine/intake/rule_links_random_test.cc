#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/intake/taking_back.h"
#include "engine/intake/unborn.h"
#include "tests/engine/intake/people.h"

// What links by rule make of contacts that are told, corrected and taken back in any order, held
// against what the contacts that stand say.
namespace throughline::intake {
namespace {

enum class Do { kTell, kCorrect, kRetract };

// Numbers choose, wrapped to what is there.
struct Act {
  Do what = Do::kTell;
  unsigned of = 0;  // which earlier act
  bool wrong_person = false;
  unsigned one = 0;
  unsigned other = 0;
  unsigned day = 0;
};

void showValue(const Act& act, std::ostream& out) {
  out << fmt::format("{{{}, of {}, wrong {}, {} {}, day {}}}", static_cast<int>(act.what), act.of,
                     act.wrong_person, act.one, act.other, act.day);
}

rc::Gen<std::vector<Act>> AnyActs() {
  return rc::gen::resize(
      10, rc::gen::container<std::vector<Act>>(rc::gen::build<Act>(
              rc::gen::set(&Act::what, rc::gen::element(Do::kTell, Do::kTell, Do::kCorrect,
                                                        Do::kRetract, Do::kRetract)),
              rc::gen::set(&Act::of, rc::gen::inRange(0U, 1000U)),
              rc::gen::set(&Act::wrong_person, rc::gen::arbitrary<bool>()),
              rc::gen::set(&Act::one, rc::gen::inRange(0U, 6U)),
              rc::gen::set(&Act::other, rc::gen::inRange(0U, 6U)),
              rc::gen::set(&Act::day, rc::gen::inRange(0U, 20U)))));
}

std::string IdOf(std::size_t act) { return fmt::format("S-{}", act); }

class Played : public PeopleTest {
 public:
  void TestBody() override {}

  // Takes the act of that place in the list: `told` is what it tells, if it tells something.
  void Play(std::size_t at, const Act& act, v1::Contact told) {
    const std::string of = IdOf(at == 0 ? 0 : act.of % at);
    v1::Contact contact = Envelope(IdOf(at));
    bool tells = true;
    if (act.what == Do::kRetract && at > 0) {
      contact.mutable_contact_retracted()->mutable_of()->set_contact_id(of);
      contact.mutable_contact_retracted()->set_why(act.wrong_person ? "wrong_person" : "not_ours");
      // It may name somebody itself.
      tells = !told.has_birth() && act.day % 2 == 0;
      if (tells) *contact.mutable_subjects() = told.subjects();
    } else if (act.what == Do::kCorrect && at > 0) {
      told.set_contact_id(of);
      contact.mutable_contact_corrected()->mutable_of()->set_contact_id(of);
      contact.mutable_contact_corrected()->set_why("mistyped");
      *contact.mutable_contact_corrected()->mutable_replaces() = std::move(told);
    } else {
      told.set_contact_id(IdOf(at));
      contact = std::move(told);
    }
    const v1::Decision decision = Take("school", contact);
    RC_ASSERT(decision.has_placed());
    if (tells) tellers_[at] = act;
  }

  Seq Of(std::size_t act) const {
    return bench_.state().Seen(ContactKey("school", IdOf(act)))->seq();
  }
  PersonId PersonOf(std::string_view local_id) const {
    return bench_.state().PartOf(Record("school", local_id));
  }

  State state() const { return bench_.state(); }
  const std::map<std::size_t, Act>& tellers() const { return tellers_; }
  using PeopleTest::About;
  using PeopleTest::Record;
  using PeopleTest::Take;

 private:
  std::map<std::size_t, Act> tellers_;
};

constexpr std::array<const char*, 3> kIds = {"A", "B", "C"};

// About one child by two ids, which were two children's before.
v1::Contact GivesBoth(unsigned one, unsigned other) {
  v1::Contact contact = Played::About("", {{"child", "child", "subject_child", "", kIds[one]}});
  contact.mutable_subjects(0)->clear_demographics();
  v1::Reference& second = *contact.mutable_subjects(0)->add_references();
  second.set_scheme("local-id");
  second.set_value(kIds[other]);
  return contact;
}

RC_GTEST_PROP(RuleLinksRandomTest, RecordsAreOneWhileContactsThatGiveBothAreTheirs, ()) {
  const std::vector<Act> acts = *AnyActs();
  Played played;
  for (const char* id : kIds) {
    v1::Contact contact =
        Played::About(std::string("K-") + id, {{"child", "child", "subject_child", "", id}});
    contact.mutable_subjects(0)->clear_demographics();
    played.Take("school", contact);
  }
  for (std::size_t at = 0; at < acts.size(); ++at) {
    const unsigned one = acts[at].one % 3;
    played.Play(at, acts[at], GivesBoth(one, (one + 1 + acts[at].other % 2) % 3));
    std::array<unsigned, 3> group = {0, 1, 2};
    for (const auto& [teller, act] : played.tellers()) {
      if (played.state().Contact(played.Of(teller))->wrong_person()) continue;
      const unsigned from = group[act.one % 3];
      const unsigned to = group[(act.one % 3 + 1 + act.other % 2) % 3];
      for (unsigned& each : group) each = each == from ? to : each;
    }
    for (std::size_t i = 0; i < 3; ++i) {
      const std::size_t next = (i + 1) % 3;
      const bool are_one = played.PersonOf(kIds[i]) == played.PersonOf(kIds[next]);
      RC_ASSERT(are_one == (group[i] == group[next]));
    }
  }
}

v1::Contact On(v1::Contact contact, unsigned day) {
  *contact.mutable_occurred() = At(fmt::format("2026-06-{:02}", 1 + day));
  *contact.mutable_recorded() = At("2026-11-15T02:05");
  return contact;
}

v1::Contact Pregnant(const std::string& mother) {
  v1::Contact contact =
      Played::About("P-" + mother, {{"mother", "adult", "parent_carer", "", mother}});
  v1::Contact::Subject& child = *contact.add_subjects();
  child.set_label("unborn");
  child.set_person_kind("unborn_child");
  child.add_roles("subject_child");
  child.mutable_unborn()->set_mother("mother");
  contact.mutable_pregnancy_known()->set_mother("mother");
  return On(contact, 0);
}

v1::Contact Birth(const std::string& mother, const std::string& child, unsigned day) {
  v1::Contact contact = Played::About("", {{"mother", "adult", "parent_carer", "", mother},
                                           {"child", "child", "subject_child", "", child}});
  contact.mutable_subjects(1)->clear_demographics();
  contact.mutable_birth()->set_child("child");
  contact.mutable_birth()->set_mother("mother");
  return On(contact, day);
}

RC_GTEST_PROP(RuleLinksRandomTest, AnUnbornChildIsOnlyWhoIsBornByWhatStands, ()) {
  const std::vector<Act> acts = *AnyActs();
  Played played;
  std::map<std::string, PersonId> unborn;
  for (const std::string mother : {"MO", "OTHER"}) {
    const v1::Decision decision = played.Take("school", Pregnant(mother));
    for (const auto& to : decision.placed().to()) {
      if (to.label() == "unborn") unborn.emplace(mother, PersonIn(to.person()));
    }
  }
  const auto mother_of = [](const Act& act) { return act.one % 2 == 0 ? "MO" : "OTHER"; };
  const auto child_of = [](const Act& act) { return kIds[act.other % 2]; };
  for (std::size_t at = 0; at < acts.size(); ++at) {
    played.Play(at, acts[at], Birth(mother_of(acts[at]), child_of(acts[at]), acts[at].day));
    std::map<std::string, std::set<std::string>> born;
    for (const auto& [teller, act] : played.tellers()) {
      if (!Stands(played.state(), played.Of(teller))) continue;
      born[mother_of(act)].emplace(played.Record("school", child_of(act)).Raw());
    }
    for (const auto& [mother, child] : unborn) {
      const auto row = played.state().Person(child);
      RC_ASSERT(BornBy(*row).has_value() == !born[mother].empty());
      for (const std::string& other : row->links()) RC_ASSERT(born[mother].contains(other));
    }
  }
}

}  // namespace
}  // namespace throughline::intake
