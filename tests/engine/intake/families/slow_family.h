#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/engine/intake/families/family_steps.h"

// A small and slow model of whose chronologies contacts belong on, by the default flow. It keeps
// what was said and decided, and works everything out anew from that. It shares nothing with the
// engine.
namespace throughline::intake {

// The records of one person, as agencies know them.
using Person = std::set<std::string>;

struct Stand {
  Person person;
  std::string why;
  std::string record;  // of a subject
  auto operator<=>(const Stand&) const = default;
};

class SlowFamily {
 public:
  // Whether it can be taken; what cannot changes nothing.
  bool Take(const FamilyStep& step);
  // Of every contact that was taken, by id.
  std::map<std::string, std::set<Stand>> Standings() const;

 private:
  struct Contact {
    FamilyStep step;
    std::vector<std::string> records;  // as a split has left them
  };
  struct Tie {
    Person other;
    bool is_from = false;
    std::string relation;
    Interval when;
    int recorded = 0;
    Millis stopped = kLatest;  // of what happened later it carries nothing
  };

  // What one contact says of two persons, and when it can have been so.
  struct Held {
    std::string relation;
    Person from, to;
    Interval when;
    bool so = true;
    Millis stopped = kLatest;
    bool IsOf(const std::string& other_relation, const Person& one, const Person& other) const;
  };

  bool Decide(const FamilyStep& step);
  bool Split(const FamilyStep& step);
  bool IsApart(const std::string& first, const std::string& second) const;
  bool Linked(const std::string& first, const std::string& second) const;
  Person PersonOf(const std::string& record) const;
  bool StandsYet(const std::string& id) const;
  bool SomebodyElses(const std::string& id) const;
  Held HeldBy(const std::string& id, const Contact& contact) const;
  Millis EndBy(const Held& held, const std::vector<const FamilyStep*>& ends) const;
  bool IsMoveOf(const Contact& contact, const Person& child) const;
  std::optional<int> PlacementEnd(const Contact& started, int& recorded) const;
  Millis OwnEnd(const FamilyStep& said, const Held& held) const;
  std::vector<Tie> TiesOf(const Person& person) const;
  bool HasLeft(const Person& child, const Person& household, const Tie& stay,
               const Interval& then) const;
  std::set<Person> ChildrenIn(const Person& household, const Interval& lived,
                              const Interval& then) const;
  std::set<Person> SiblingsOf(const Person& child, const Interval& then) const;
  std::set<Person> ReachedBy(const Person& adult, const Interval& then) const;
  std::set<Person> ReachedAlone(const Person& adult, const Interval& then) const;
  std::set<Stand> Of(const Contact& contact) const;

  std::set<std::string> records_;
  std::map<std::string, Contact> contacts_;
  std::set<std::pair<std::string, std::string>> links_;
  std::set<std::pair<std::string, std::string>> apart_;
};

}  // namespace throughline::intake
