#include "tests/engine/intake/families/family_steps.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ostream>

#include "engine/base/check.h"
#include "tests/engine/intake/contacts.h"

namespace throughline::intake {
namespace {

constexpr const char* kAgencies[] = {"police", "health", "school"};
constexpr unsigned kOfEachKind = 3;

Known Pick(const char* kind, unsigned number) {
  return {kAgencies[number / kOfEachKind % 3], fmt::format("{}-{}", kind, number % kOfEachKind)};
}

// The agency's own number for the person, or another agency's, so that records come about.
Known Own(const char* kind, unsigned number, const std::string& agency) {
  Known known = Pick(kind, number);
  if (number % 7 != 0) known.agency = agency;
  return known;
}

struct Relation {
  const char* code;
  const char* from;
  const char* to;
};
constexpr Relation kRelations[] = {
    {"parent", "adult", "child"},
    {"carer", "adult", "child"},
    {"partner", "adult", "adult"},
    {"former_partner", "adult", "adult"},
    {"sibling", "child", "child"},
    {"grandparent", "adult", "child"},
    {"member_of_household", "adult", "household"},
    {"member_of_household", "child", "household"},
    {"member_of_household", "child", "household"},
};

std::optional<int> Year(unsigned number) {
  if (number % 3 == 0) return std::nullopt;
  return 2000 + static_cast<int>(number % 12);
}

class Telling {
 public:
  explicit Telling(const std::vector<Choice>& choices) : choices_(choices) {}

  std::vector<FamilyStep> Run() {
    for (std::size_t i = 0; i < choices_.size(); ++i) Tell(i);
    PointBack();
    return std::move(steps_);
  }

 private:
  void Tell(std::size_t i) {
    const Choice& choice = choices_[i];
    FamilyStep step;
    step.id = fmt::format("K{}", i + 1);
    step.agency = kAgencies[choice.agency % 3];
    step.year = 2000 + static_cast<int>(choice.until % 14);
    step.recorded = 2015 + static_cast<int>(choice.since % 6);
    const unsigned say = choice.say % 100;
    if (say < 30) {
      Meet(choice, step);
    } else if (say < 56) {
      Relate(choice, step);
    } else if (say < 61) {
      step.say = Say::kPlaced;
      step.kind = choice.which % 2 == 0 ? "placement_started" : "placement_ended";
      step.subjects = {Own("child", choice.first, step.agency)};
      if (choice.which % 3 != 0) {
        step.subjects.push_back(Own("household", choice.second, step.agency));
      }
    } else if (say < 66) {
      step.say = Say::kAddress;
      step.subjects = {Own(choice.which % 2 == 0 ? "child" : "adult", choice.first, step.agency),
                       Own("household", choice.second, step.agency)};
      step.since = Year(choice.since);
    } else if (say < 74) {
      Relate(choice, step);
      step.say = Say::kEnded;
      constexpr const char* kReasons[] = {"in_error", "separation", "court"};
      step.reason = kReasons[choice.of % 3];
      if (step.reason == "court") EndParent(step);
    } else if (say < 86) {
      Decide(choice, step);
    } else if (say < 94) {
      step.say = Say::kRetraction;
      step.reason = choice.which % 2 == 0 ? "wrong_person" : "sent_in_error";
    } else {
      step.say = Say::kAnswer;
    }
    steps_.push_back(std::move(step));
  }

  static void Meet(const Choice& choice, FamilyStep& step) {
    step.say = Say::kMet;
    constexpr const char* kKinds[] = {"domestic_abuse_callout", "conversation",
                                      "ambulance_attended"};
    step.kind = kKinds[choice.which % 3];
    const char* kinds[] = {"child", "adult"};
    step.subjects.push_back(Own(kinds[choice.first / 9 % 2], choice.first, step.agency));
    if (choice.second % 3 == 0) return;
    Known second = Own(kinds[choice.second / 9 % 2], choice.second, step.agency);
    if (second != step.subjects.front()) step.subjects.push_back(std::move(second));
  }

  static void Relate(const Choice& choice, FamilyStep& step) {
    step.say = Say::kRelation;
    const Relation& relation = kRelations[choice.which % std::size(kRelations)];
    step.relation = relation.code;
    Known from = Own(relation.from, choice.first, step.agency);
    Known to = Own(relation.to, choice.second, step.agency);
    if (from == to) to = Own(relation.to, choice.second + 1, from.agency);
    if (from == to) to.name = fmt::format("{}-{}", relation.to, (choice.second + 1) % kOfEachKind);
    step.subjects = {std::move(from), std::move(to)};
    constexpr const char* kConfidence[] = {"recorded", "stated", "verified", "suspected",
                                           "disputed"};
    step.confidence = kConfidence[choice.of % 5];
    step.since = Year(choice.since);
    step.until = Year(choice.until);
    if (step.since && step.until && *step.until < *step.since) std::swap(step.since, step.until);
  }

  // Of the last who were said to be parent and child.
  void EndParent(FamilyStep& step) const {
    for (const FamilyStep& before : steps_) {
      if (before.say != Say::kRelation || before.relation != "parent") continue;
      step.relation = before.relation;
      step.subjects = before.subjects;
    }
  }

  // Mostly about those who were named before; what is undone was mostly decided before.
  void Decide(const Choice& choice, FamilyStep& step) const {
    step.say = Say::kDecision;
    step.agency = "desk";
    constexpr const char* kDecisions[] = {"same",      "same",     "same",  "undo_same",
                                          "undo_same", "not_same", "split", "split"};
    step.decision = kDecisions[choice.which % std::size(kDecisions)];
    constexpr const char* kKinds[] = {"child", "adult", "household"};
    const char* kind = kKinds[choice.of % 3];
    std::vector<Known> named;
    std::vector<std::vector<Known>> linked;
    for (const FamilyStep& before : steps_) {
      if (before.decision == "same") linked.push_back(before.subjects);
      if (before.say == Say::kDecision) continue;
      for (const Known& one : before.subjects) {
        if (one.Kind() == kind) named.push_back(one);
      }
    }
    step.subjects = {Pick(kind, choice.first), Pick(kind, choice.second)};
    if (named.size() > 1 && choice.first % 5 != 0) {
      step.subjects = {named[choice.first % named.size()], named[choice.second % named.size()]};
    }
    const bool undoes = step.decision == "undo_same" || step.decision == "not_same";
    if (undoes && !linked.empty() && choice.second % 4 != 0) {
      step.subjects = linked[choice.first % linked.size()];
    }
  }

  // What is taken back, answered or split may come earlier or later; no two wait for each other.
  void PointBack() {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      FamilyStep& step = steps_[i];
      const bool split = step.decision == "split";
      if (step.say != Say::kRetraction && step.say != Say::kAnswer && !split) continue;
      const std::size_t of = choices_[i].of % steps_.size();
      const FamilyStep& target = steps_[of];
      const bool plain = target.say != Say::kDecision && target.say != Say::kAnswer &&
                         target.say != Say::kRetraction;
      const bool again = step.say == Say::kRetraction && target.say == Say::kRetraction && of < i;
      step.of = plain || again ? target.id : "K0";
      step.of_agency = plain || again ? target.agency : "police";
      if (split && plain && choices_[i].first % 5 != 0) {
        const Known& first = target.subjects[choices_[i].first % target.subjects.size()];
        step.subjects = {first, Pick(first.Kind().c_str(), choices_[i].second)};
      }
      if (step.say == Say::kRetraction) step.agency = step.of_agency;
    }
  }

  const std::vector<Choice>& choices_;
  std::vector<FamilyStep> steps_;
};

void SetReference(const Known& known, v1::Reference& reference) {
  reference.set_scheme("local-id");
  reference.set_value(known.name);
  reference.set_authority(known.agency);
}

}  // namespace

std::vector<FamilyStep> StepsOf(const std::vector<Choice>& choices) {
  return Telling(choices).Run();
}

v1::Contact FamilyStep::AsContact() const {
  v1::Contact contact = Envelope(id);
  contact.mutable_occurred()->set_at(std::to_string(year));
  contact.mutable_recorded()->set_at(fmt::format("{}-06-01", recorded));
  const auto time = [](std::optional<int> in, v1::UncertainTime* out) {
    out->set_at(std::to_string(*in));
  };
  for (std::size_t i = 0; i < subjects.size() && say != Say::kDecision; ++i) {
    const std::string called = subjects[i].Kind();
    auto& subject = AddSubject(contact, {fmt::format("s{}", i), called,
                                         called == "child"       ? "subject_child"
                                         : called == "household" ? "household"
                                                                 : "other_adult",
                                         "local-id", subjects[i].name});
    subject.mutable_references(0)->set_authority(subjects[i].agency);
  }
  switch (say) {
    case Say::kMet:
      if (kind == "conversation") contact.mutable_conversation()->set_started_by("professional");
      if (kind == "ambulance_attended") {
        contact.mutable_ambulance_attended()->set_home_seen(v1::TRI_YES);
      }
      if (kind == "domestic_abuse_callout") {
        contact.mutable_domestic_abuse_callout()->set_incident_ref("1");
      }
      break;
    case Say::kRelation: {
      auto& detail = *contact.mutable_relation_asserted();
      detail.set_relation(relation);
      detail.set_from("s0");
      detail.set_to("s1");
      detail.set_confidence(confidence);
      if (since) time(since, detail.mutable_since());
      if (until) time(until, detail.mutable_until());
      break;
    }
    case Say::kEnded: {
      auto& detail = *contact.mutable_relation_ended();
      detail.set_relation(relation);
      detail.set_from("s0");
      detail.set_to("s1");
      detail.set_reason(reason);
      detail.set_confidence(confidence);
      if (until) time(until, detail.mutable_until());
      break;
    }
    case Say::kAddress: {
      auto& detail = *contact.mutable_address_known();
      detail.set_address("s1");
      detail.add_who("s0");
      if (since) time(since, detail.mutable_since());
      break;
    }
    case Say::kPlaced: {
      const std::string home = subjects.size() > 1 ? "s1" : "";
      if (kind == "placement_started") {
        contact.mutable_placement_started()->set_address(home);
      } else {
        contact.mutable_placement_ended()->set_reason("E4A");
        contact.mutable_placement_ended()->set_to(home);
      }
      break;
    }
    case Say::kDecision: {
      contact.mutable_author()->set_role("data_steward");
      auto& detail = *contact.mutable_identity_decided();
      SetReference(subjects[0], *detail.mutable_first());
      SetReference(subjects[1], *detail.mutable_second());
      detail.set_decision(decision);
      detail.set_grounds("seen");
      if (decision == "split") {
        detail.add_contacts()->set_agency(of_agency);
        detail.mutable_contacts(0)->set_contact_id(of);
      }
      break;
    }
    case Say::kRetraction:
      contact.mutable_contact_retracted()->mutable_of()->set_contact_id(of);
      contact.mutable_contact_retracted()->set_why(reason);
      break;
    case Say::kAnswer:
      contact = Answer(id, of_agency, of);
      break;
  }
  return contact;
}

std::ostream& operator<<(std::ostream& out, const FamilyStep& step) {
  std::vector<std::string> who;
  for (const Known& known : step.subjects) who.push_back(known.Record());
  return out << fmt::format("{} {} {}: {} {}{}{}{} since {} until {} {} {} of {}, of {}, in {}",
                            step.id, step.agency, static_cast<int>(step.say), fmt::join(who, " "),
                            step.kind, step.relation, step.decision, " " + step.confidence,
                            step.since.value_or(0), step.until.value_or(0), step.reason,
                            step.recorded, step.of, step.year, step.recorded);
}

}  // namespace throughline::intake
