#include "consumers/throughline/case/who.h"

#include <algorithm>

#include "engine/base/nearest.h"

namespace throughline::cases {
namespace {

using yaml::Node;

std::string_view UsualSubjectRole(std::string_view kind) {
  if (IsChildKind(kind)) return "subject_child";
  if (kind == "household") return "household";
  if (kind == "unknown_person") return "unknown_adult";
  return "parent_carer";
}

}  // namespace

bool IsChildKind(std::string_view kind) { return kind == "child" || kind == "unborn_child"; }

std::string ReadChild(const Node& label, const People& people, Faults& faults) {
  std::string read = TextOf(label, faults);
  const auto person = people.find(read);
  if (person != people.end() && IsChildKind(person->second.kind)) return read;
  std::vector<std::string_view> children;
  for (const auto& [one, known] : people) {
    if (IsChildKind(known.kind)) children.push_back(one);
  }
  faults.Add(label.place, "no child has the label {}{}", read, DidYouMean(read, children));
  return read;
}

Who::Who(const People& people, const std::optional<v1::UncertainTime>& occurred, Faults& faults)
    : people_(people), faults_(faults) {
  if (!occurred) return;
  if (auto interval = Implied(*occurred)) occurred_ = *interval;
}

Node Who::Subjects(const Node& who) {
  if (who.kind == Node::Kind::kMap) {
    for (std::size_t i = 0; i < who.entries.size(); ++i) {
      Name(who.entries[i].first, who.key_places[i]);
    }
  } else {
    for (const auto& [label, place] : TextsOf(who, faults_)) Name(label, place);
  }
  std::vector<Node> subjects;
  subjects.reserve(named_.size());
  for (const auto& [label, place] : named_) {
    subjects.push_back(Subject(label, place, who.Find(label)));
  }
  return ListNode(std::move(subjects), who.place);
}

void Who::Name(const std::string& label, const yaml::Place& place) {
  if (people_.contains(label)) {
    named_.emplace_back(label, place);
    return;
  }
  std::vector<std::string_view> labels;
  for (const auto& [known, person] : people_) labels.push_back(known);
  faults_.Add(place, "nobody has the label {}{}", label, DidYouMean(label, labels));
}

bool Who::IsNamed(std::string_view label) const {
  return std::any_of(named_.begin(), named_.end(),
                     [&](const auto& named) { return named.first == label; });
}

// Whoever is certainly not born yet then is an unborn child.
std::string Who::KindThen(const Person& person) const {
  if (person.kind != "child" || !person.born || !occurred_) return person.kind;
  auto born = Implied(*person.born);
  return born && occurred_->latest < born->earliest ? "unborn_child" : person.kind;
}

Node Who::Subject(const std::string& label, const yaml::Place& place, const Node* given) {
  Person person = people_.find(label)->second;
  const bool full = given != nullptr && given->kind == Node::Kind::kMap;
  const Node* roles = full ? given->Find("roles") : given;
  const Node* as = full ? given->Find("as") : nullptr;
  // Agencies may hold different dates of birth of one child.
  const Node* born = full ? given->Find("born") : nullptr;
  if (born != nullptr) person.born = TimeOf(*born, faults_);
  std::string kind = as != nullptr ? TextOf(*as, faults_) : KindThen(person);
  if (IsChildKind(kind)) children_.push_back(label);
  Node subject = MapNode(place);
  Set(subject, "label", ScalarNode(label, place));
  Set(subject, "person_kind", ScalarNode(kind, as != nullptr ? as->place : place));
  if (roles != nullptr && roles->kind != Node::Kind::kNull) {
    Set(subject, "roles", *roles);
  } else {
    Set(subject, "roles", ScalarNode(std::string(UsualSubjectRole(kind)), place));
  }
  Identify(person, kind, place, subject);
  if (!full) return subject;
  for (std::size_t i = 0; i < given->entries.size(); ++i) {
    const auto& [key, value] = given->entries[i];
    if (key == "roles" || key == "as" || key == "born") continue;
    if (subject.Find(key) != nullptr) {
      faults_.Add(given->key_places[i], "`{}` is said in `people`", key);
      continue;
    }
    subject.entries.emplace_back(key, value);
    subject.key_places.push_back(given->key_places[i]);
  }
  return subject;
}

Node Who::References(const Person& person, const yaml::Place& place) {
  std::vector<Node> references;
  for (const auto& id : person.ids) {
    Node reference = MapNode(place);
    Set(reference, "scheme", ScalarNode(id.scheme(), place));
    Set(reference, "value", ScalarNode(id.value(), place));
    references.push_back(std::move(reference));
  }
  return ListNode(std::move(references), place);
}

void Who::Identify(const Person& person, std::string_view kind, const yaml::Place& place,
                   Node& subject) const {
  if (!person.ids.empty()) Set(subject, "references", References(person, place));
  const bool unborn = kind == "unborn_child";
  if (unborn && IsNamed(person.mother)) {
    Node form = MapNode(place);
    Set(form, "mother", ScalarNode(person.mother, place));
    if (person.expected) {
      Set(form, "expected_date_of_birth", ScalarNode(Describe(*person.expected), place));
    }
    Set(subject, "unborn", std::move(form));
  }
  if (!unborn && (person.born || !person.names.empty())) {
    Node form = MapNode(place);
    std::vector<Node> names;
    names.reserve(person.names.size());
    for (const auto& name : person.names) names.push_back(ScalarNode(name, place));
    if (!names.empty()) Set(form, "names", ListNode(std::move(names), place));
    if (person.born) Set(form, "date_of_birth", ScalarNode(Describe(*person.born), place));
    Set(subject, "demographics", std::move(form));
  }
  if (!person.unknown.empty()) {
    Node form = MapNode(place);
    Set(form, "description", ScalarNode(person.unknown, place));
    Set(subject, "unknown", std::move(form));
  }
}

}  // namespace throughline::cases
