#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "tests/engine/relations/written_circle.h"

// Whatever is said, ended, opened, taken back and linked: an agency is shown what it had a source
// of knowing, and what was known at an instant stays so.
namespace throughline::relations {
namespace {

constexpr std::size_t kMostActs = 14;
const char* const kAgencies[] = {"police", "school", "housing"};
constexpr char kPeople[] = {'c', 'd', 'm', 'f', 'u'};
const char* const kRelations[] = {"parent", "partner", "carer", "sibling"};

enum class Do { kState, kLive, kEnd, kOpen, kRetract, kLink };

struct Act {
  Do what = Do::kState;
  std::size_t agency = 0, first = 0, second = 0, relation = 0, of = 0;
};

rc::Gen<Act> AnyAct() {
  return rc::gen::build<Act>(
      rc::gen::set(&Act::what, rc::gen::weightedElement<Do>({{5, Do::kState},
                                                             {5, Do::kLive},
                                                             {2, Do::kEnd},
                                                             {3, Do::kOpen},
                                                             {1, Do::kRetract},
                                                             {1, Do::kLink}})),
      rc::gen::set(&Act::agency, rc::gen::inRange<std::size_t>(0, std::size(kAgencies))),
      rc::gen::set(&Act::first, rc::gen::inRange<std::size_t>(0, std::size(kPeople))),
      rc::gen::set(&Act::second, rc::gen::inRange<std::size_t>(1, std::size(kPeople))),
      rc::gen::set(&Act::relation, rc::gen::inRange<std::size_t>(0, std::size(kRelations))),
      rc::gen::set(&Act::of, rc::gen::inRange<std::size_t>(0, kMostActs)));
}

// A contact that was published: by whom, and on whose chronologies it stood when.
struct Published {
  Seq seq = 0;
  std::string agency, id, relation;
  char from = 0, to = 0;
};

class World {
 public:
  explicit World(const std::vector<Act>& acts) {
    circle.people = {{'c', {"child", "Child C", ""}},
                     {'d', {"child", "Child D", ""}},
                     {'m', {"adult", "Mother", ""}},
                     {'f', {"adult", "Father", ""}},
                     {'h', {"household", "", "demographics: {address: 1 Mill Lane}"}},
                     {'u', {"unknown_person", "", "unknown: {description: a tall man}"}}};
    for (const Act& act : acts) Play(act);
  }

  // Who had a source of knowing a contact by a record: whoever wrote it, and whoever opened the
  // chronology of somebody on which it stood.
  bool Knew(const std::string& agency, const std::string& id, Seq until) const {
    return std::any_of(sources_.begin(), sources_.end(), [&](const auto& one) {
      return one.agency == agency && one.id == id && one.seq <= until;
    });
  }

  // Whether it knew a contact that names the person.
  bool KnewOf(const std::string& agency, char person) const {
    return opened_.contains({agency, person}) ||
           std::any_of(said_.begin(), said_.end(), [&](const Published& one) {
             return (one.from == person || one.to == person) && Knew(agency, one.id, last());
           });
  }

  WrittenCircle circle;
  Seq last() const { return circle.journal.records().size(); }

 private:
  struct Learned {
    std::string agency, id;
    Seq seq = 0;
  };

  // Where the contacts of a person stand.
  char RootOf(char person) const { return person == 'u' && linked_ ? 'f' : person; }

  void Play(const Act& act) {
    const std::string agency = kAgencies[act.agency];
    const std::string id = fmt::format("N{}", last() + 1);
    const char first = kPeople[act.first];
    const char second = kPeople[(act.first + act.second) % std::size(kPeople)];
    const bool apart = RootOf(first) != RootOf(second);
    // What is said of somebody joined would have to be placed on whom that is part of.
    const bool joined = linked_ && (first == 'u' || second == 'u');
    switch (act.what) {
      case Do::kState:
        if (apart && !joined) Say(agency, id, kRelations[act.relation], first, second, false);
        return;
      case Do::kLive:
        if (!joined) Say(agency, id, "member_of_household", first, 'h', false);
        return;
      case Do::kEnd:
        if (said_.empty()) return;
        return End(agency, id, said_[act.of % said_.size()]);
      case Do::kOpen:
        return Open(agency, act.relation == 0 ? 'h' : RootOf(first));
      case Do::kRetract:
        if (said_.empty()) return;
        return Retract(said_[act.of % said_.size()]);
      case Do::kLink:
        return Link();
    }
  }

  void Say(const std::string& agency, const std::string& id, const std::string& relation, char from,
           char to, bool ended) {
    WrittenCircle::Say say{agency, id, relation, from, to, "2025-01-01"};
    if (ended) say.until = "2025-03-01", say.reason = "moved_out", say.since = "";
    const Seq seq = ended ? circle.End(say) : circle.State(say);
    said_.push_back({seq, agency, id, relation, from, to});
    sources_.push_back({agency, id, seq});
  }

  void End(const std::string& agency, const std::string& id, const Published& of) {
    if (linked_ && (of.from == 'u' || of.to == 'u')) return;
    Say(agency, id, of.relation, of.from, of.to, true);
  }

  void Open(const std::string& agency, char person) {
    const Seq seq = circle.Open(agency, person);
    opened_.insert({agency, person});
    for (const Published& one : said_) {
      if (RootOf(one.from) == person || RootOf(one.to) == person) {
        sources_.push_back({agency, one.id, seq});
      }
    }
  }

  void Retract(const Published& of) {
    if (linked_ && (of.from == 'u' || of.to == 'u')) return;
    circle.Retract(of.agency, of.agency + " " + of.id, of.seq, {of.from, of.to});
  }

  void Link() {
    if (linked_) return;
    std::vector<Seq> moved;
    for (const Published& one : said_) {
      const bool of_both = RootOf(one.from) == 'f' || RootOf(one.to) == 'f';
      if (one.from != 'u' && one.to != 'u') continue;
      if (of_both) return;  // a relation between the two: nothing to try here
      moved.push_back(one.seq);
    }
    circle.Link('f', 'u', moved, "police");
    linked_ = true;
  }

  std::vector<Published> said_;
  std::vector<Learned> sources_;
  std::set<std::pair<std::string, char>> opened_;
  bool linked_ = false;
};

std::vector<Act> AnyHistory() {
  auto acts = *rc::gen::resize(kMostActs, rc::gen::container<std::vector<Act>>(AnyAct()));
  if (acts.size() > kMostActs) acts.resize(kMostActs);
  return acts;
}

// The ids of every contact that an answer cites anywhere.
void Cited(const google::protobuf::Message& message, std::set<std::string>& ids) {
  if (message.GetDescriptor() == v1::ContactRef::descriptor()) {
    ids.insert(static_cast<const v1::ContactRef&>(message).contact_id());
    return;
  }
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->message_type() == nullptr) continue;
    if (!field->is_repeated()) {
      Cited(reflection->GetMessage(message, field), ids);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      Cited(reflection->GetRepeatedMessage(message, field, i), ids);
    }
  }
}

RC_GTEST_PROP(AnyRelations, NoAgencyIsShownARelationThatItHadNoSourceOfKnowing, ()) {
  const World world(AnyHistory());
  RC_PRE(world.last() > 0);
  for (const std::string agency : kAgencies) {
    for (const char person : {'c', 'm', 'f', 'h', 'u'}) {
      std::set<std::string> cited;
      Cited(world.circle.Household(person, "2025-02-01", agency), cited);
      Cited(world.circle.Relations(person, "2025-02-01", agency), cited);
      for (const std::string& id : cited) RC_ASSERT(world.Knew(agency, id, world.last()));
    }
  }
}

RC_GTEST_PROP(AnyRelations, NoAgencyIsToldANameThatNoContactOfItsGave, ()) {
  const World world(AnyHistory());
  for (const std::string agency : kAgencies) {
    for (const char asked : {'c', 'm', 'f', 'h', 'u'}) {
      const std::string told = world.circle.Household(asked, "2025-02-01", agency).DebugString() +
                               world.circle.Relations(asked, "2025-02-01", agency).DebugString();
      for (const auto& [person, is] : world.circle.people) {
        const std::string name = person == 'h'   ? "Mill Lane"
                                 : person == 'u' ? "a tall man"
                                                 : is.name;
        if (told.find(name) != std::string::npos) RC_ASSERT(world.KnewOf(agency, person));
      }
    }
  }
}

RC_GTEST_PROP(AnyRelations, WhatWasKnownAtAnInstantStaysWhateverComesLater, ()) {
  const std::vector<Act> all = AnyHistory();
  RC_PRE(!all.empty());
  const auto until = *rc::gen::inRange<std::size_t>(1, all.size() + 1);
  const World then({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(until)});
  const World later(all);
  RC_PRE(then.last() > 0);
  const Millis at = then.circle.PlacedAt(then.last());
  for (const std::string agency : {"", "police", "school"}) {
    for (const char person : {'c', 'm', 'f', 'h', 'u'}) {
      RC_ASSERT(then.circle.Household(person, "2025-02-01", agency, at).DebugString() ==
                later.circle.Household(person, "2025-02-01", agency, at).DebugString());
      RC_ASSERT(then.circle.Relations(person, "2025-02-01", agency, at).DebugString() ==
                later.circle.Relations(person, "2025-02-01", agency, at).DebugString());
    }
  }
}

}  // namespace
}  // namespace throughline::relations
