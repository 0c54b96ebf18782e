#include "consumers/throughline/case/case_file.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include "consumers/throughline/case/case_contact.h"
#include "consumers/throughline/case/expectations.h"
#include "consumers/throughline/case/faults.h"
#include "consumers/throughline/case/written_contacts.h"
#include "engine/base/nearest.h"
#include "engine/contact/catalogue.h"
#include "engine/contact/identifiers.h"

namespace throughline::cases {
namespace {

using yaml::Node;

constexpr std::size_t kMostContacts = 5000;
constexpr std::size_t kMostPeople = 500;
constexpr std::size_t kMostImportName = 128;

constexpr std::array<std::string_view, 11> kHeadKeys = {"case",     "about",    "source", "policy",
                                                        "calendar", "import",   "until",  "delays",
                                                        "people",   "contacts", "expect"};
constexpr std::array<std::string_view, 7> kPersonKeys = {"kind",    "born",   "name",    "ids",
                                                         "unknown", "mother", "expected"};

// Names the import after the file: child-r.case.yaml is child-r.
std::string ImportName(std::string_view file) {
  const auto slash = file.find_last_of('/');
  if (slash != std::string_view::npos) file.remove_prefix(slash + 1);
  return std::string(file.substr(0, file.find('.')));
}

std::vector<v1::Reference> ReadIds(const Node& node, Faults& faults) {
  std::vector<v1::Reference> ids;
  if (!IsMap(node, "`ids`", faults)) return ids;
  std::vector<std::string_view> schemes;
  for (const auto& code : contact::Catalogue::Get().Codes("scheme")) schemes.push_back(code);
  for (std::size_t i = 0; i < node.entries.size(); ++i) {
    const auto& [scheme, values] = node.entries[i];
    if (!contact::Catalogue::Get().Has("scheme", scheme)) {
      faults.Add(node.key_places[i], "no such scheme: {}{}", scheme, DidYouMean(scheme, schemes));
      continue;
    }
    for (const auto& [value, place] : TextsOf(values, faults)) {
      v1::Reference id;
      id.set_scheme(scheme);
      id.set_value(value);
      if (auto fault = contact::ReferenceFault(id)) faults.Add(place, "{}", *fault);
      ids.push_back(std::move(id));
    }
  }
  return ids;
}

Person ReadPerson(const std::string& label, const Node& node, Faults& faults) {
  Person person;
  person.place = node.place;
  if (!IsMap(node, "a person", faults)) return person;
  CheckKeys(node, kPersonKeys, faults);
  const Node* unknown = node.Find("unknown");
  if (unknown != nullptr) person.unknown = TextOf(*unknown, faults);
  person.kind = unknown != nullptr ? "unknown_person" : "adult";
  if (const Node* kind = node.Find("kind")) {
    person.kind = TextOf(*kind, faults);
    const auto& kinds = contact::Catalogue::Get().Codes("person_kind");
    if (!kinds.contains(person.kind)) {
      std::vector<std::string_view> known(kinds.begin(), kinds.end());
      faults.Add(kind->place, "no such kind of person: {}{}", person.kind,
                 DidYouMean(person.kind, known));
    }
  }
  if (const Node* born = node.Find("born")) person.born = TimeOf(*born, faults);
  if (const Node* expected = node.Find("expected")) person.expected = TimeOf(*expected, faults);
  if (const Node* mother = node.Find("mother")) person.mother = TextOf(*mother, faults);
  if (const Node* names = node.Find("name")) {
    for (auto& [name, place] : TextsOf(*names, faults)) person.names.push_back(std::move(name));
  }
  if (const Node* ids = node.Find("ids")) {
    person.ids = ReadIds(*ids, faults);
  } else if (unknown == nullptr) {
    v1::Reference role;
    role.set_scheme("review-role");
    role.set_value(label);
    person.ids.push_back(std::move(role));
  }
  return person;
}

void ReadPeople(const Node& root, CaseFile& file, Faults& faults) {
  const Node* people = Required(root, "people", "a case", faults);
  if (people == nullptr || !IsMap(*people, "`people`", faults)) return;
  if (people->entries.size() > kMostPeople) {
    faults.Add(people->place, "more than {} people", kMostPeople);
    return;
  }
  for (const auto& [label, node] : people->entries) {
    file.people.emplace(label, ReadPerson(label, node, faults));
  }
  for (const auto& [label, person] : file.people) {
    if (!person.mother.empty() && !file.people.contains(person.mother)) {
      faults.Add(person.place, "`mother`: nobody has the label {}", person.mother);
    }
  }
}

void ReadDelays(const Node& node, CaseFile& file, Faults& faults) {
  if (!IsMap(node, "`delays`", faults)) return;
  for (const auto& [agency, length] : node.entries) {
    auto delay = LengthOf(length, faults);
    // A feed states its delay in minutes.
    if (delay && *delay % kMinute != 0) faults.Add(length.place, "a delay is whole minutes");
    if (delay) file.delays.emplace(agency, *delay);
  }
}

void ReadContacts(const Node& root, CaseFile& file, Faults& faults) {
  const Node* contacts = Required(root, "contacts", "a case", faults);
  if (contacts == nullptr) return;
  if (contacts->kind != Node::Kind::kList || contacts->items.empty()) {
    faults.Add(contacts->place, "`contacts` is a list, of one at least");
    return;
  }
  if (contacts->items.size() > kMostContacts) {
    faults.Add(contacts->place, "more than {} contacts", kMostContacts);
    return;
  }
  const WrittenContacts written(root);
  std::map<contact::Target, yaml::Place> seen;
  for (const auto& node : contacts->items) {
    const Node* agency = node.Find("agency");
    const Node* id = node.Find("id");
    if (agency != nullptr && id != nullptr) {
      auto [first, added] =
          seen.try_emplace(contact::Target{agency->scalar, id->scalar}, node.place);
      if (!added) {
        faults.Add(node.place, "{} {} stands on line {} already", agency->scalar, id->scalar,
                   first->second.line);
        continue;
      }
    }
    if (auto read = ReadContact(node, file.people, file.delays, written, faults)) {
      file.contacts.push_back(std::move(*read));
    }
  }
  std::sort(file.contacts.begin(), file.contacts.end(), [](const auto& a, const auto& b) {
    return std::forward_as_tuple(a.published, a.agency, a.contact.contact_id()) <
           std::forward_as_tuple(b.published, b.agency, b.contact.contact_id());
  });
}

// Where the clock stops: what is expected on a day is judged at its end.
void ReadUntil(const Node& root, CaseFile& file, Faults& faults) {
  Millis wanted = 0;
  for (const auto& expectation : file.expectations) {
    for (const auto& day : {expectation.by, expectation.closed}) {
      if (day) wanted = std::max(wanted, StartOfDay(*day + 1));
    }
  }
  for (const auto& question : file.questions) {
    if (question.as_known_at) wanted = std::max(wanted, StartOfDay(*question.as_known_at + 1));
  }
  Millis last = 0;
  for (const auto& one : file.contacts) last = std::max(last, one.published);
  const Node* until = root.Find("until");
  if (until == nullptr) {
    file.until = std::max(wanted, StartOfDay(DayOf(last) + kRunOnDays + 1));
    return;
  }
  auto day = DayIn(*until, faults);
  if (!day) return;
  file.until = StartOfDay(*day + 1);
  if (file.until < last) faults.Add(until->place, "the last contact comes after `until`");
  if (file.until < wanted) faults.Add(until->place, "something is expected after `until`");
}

void ReadHead(const Node& root, std::string_view name, CaseFile& file, Faults& faults) {
  CheckKeys(root, kHeadKeys, faults);
  if (const Node* title = Required(root, "case", "a case", faults)) {
    file.title = TextOf(*title, faults);
  }
  if (const Node* source = Required(root, "source", "a case", faults)) {
    file.source = TextOf(*source, faults);
  }
  if (const Node* about = root.Find("about")) file.about = TextOf(*about, faults);
  file.policy = kDefaultPolicy;
  if (const Node* policy = root.Find("policy")) file.policy = TextOf(*policy, faults);
  file.calendar = kDefaultCalendar;
  if (const Node* calendar = root.Find("calendar")) file.calendar = TextOf(*calendar, faults);
  file.import = ImportName(name);
  const Node* import = root.Find("import");
  if (import != nullptr) file.import = TextOf(*import, faults);
  if (file.import.empty() || file.import.size() > kMostImportName) {
    faults.Add(import != nullptr ? import->place : root.place,
               "an import's name has 1 to {} characters", kMostImportName);
  }
  if (const Node* delays = root.Find("delays")) ReadDelays(*delays, file, faults);
}

}  // namespace

std::vector<std::string> CaseFile::Agencies() const {
  std::set<std::string> agencies;
  for (const auto& one : contacts) agencies.insert(one.agency);
  return {agencies.begin(), agencies.end()};
}

Result<CaseFile> ParseCase(std::string_view text, std::string_view name) {
  TL_ASSIGN(Node root, yaml::Parse(text, name));
  Faults faults(name);
  CaseFile file;
  if (IsMap(root, "a case", faults)) {
    ReadHead(root, name, file, faults);
    ReadPeople(root, file, faults);
    ReadContacts(root, file, faults);
    ReadExpectations(root, file, faults);
    ReadUntil(root, file, faults);
  }
  if (!faults.empty()) return Fail(yaml::Refused(faults.Sorted()));
  return file;
}

Result<void> CheckRules(const CaseFile& file, std::string_view name,
                        const std::vector<std::string>& rules) {
  Faults faults(name);
  const std::vector<std::string_view> known(rules.begin(), rules.end());
  const auto check = [&](const std::string& rule, const yaml::Place& place) {
    if (std::find(known.begin(), known.end(), rule) != known.end()) return;
    faults.Add(place, "the policy has no rule {}{}", rule, DidYouMean(rule, known));
  };
  for (const auto& one : file.contacts) {
    if (one.alert) check(one.alert->rule, one.alert->rule_place);
  }
  for (const auto& expectation : file.expectations) {
    if (expectation.quiet && expectation.rule == kAnyRule) continue;
    check(expectation.rule, expectation.rule_place);
  }
  if (!faults.empty()) return Fail(yaml::Refused(faults.Sorted()));
  return {};
}

}  // namespace throughline::cases
