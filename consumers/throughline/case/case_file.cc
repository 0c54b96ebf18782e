#include "consumers/throughline/case/case_file.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include "consumers/throughline/case/case_contact.h"
#include "consumers/throughline/case/faults.h"
#include "engine/base/nearest.h"
#include "engine/contact/catalogue.h"
#include "engine/contact/identifiers.h"

namespace throughline::cases {
namespace {

using yaml::Node;

constexpr std::size_t kMostContacts = 5000;
constexpr std::size_t kMostPeople = 500;
constexpr std::size_t kMostExpectations = 1000;
constexpr std::size_t kMostImportName = 128;

constexpr std::array<std::string_view, 11> kHeadKeys = {"case",     "about",    "source", "policy",
                                                        "calendar", "import",   "until",  "delays",
                                                        "people",   "contacts", "expect"};
constexpr std::array<std::string_view, 7> kPersonKeys = {"kind",    "born",   "name",    "ids",
                                                         "unknown", "mother", "expected"};
constexpr std::array<std::string_view, 8> kRaisedKeys = {"rule",     "child",  "by",      "from",
                                                         "evidence", "closed", "because", "missed"};
constexpr std::array<std::string_view, 6> kQuietKeys = {"quiet", "child",   "from",
                                                        "until", "because", "missed"};

bool IsChildKind(std::string_view kind) { return kind == "child" || kind == "unborn_child"; }

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
    if (auto read = ReadContact(node, file.people, file.delays, faults)) {
      file.contacts.push_back(std::move(*read));
    }
  }
  std::sort(file.contacts.begin(), file.contacts.end(), [](const auto& a, const auto& b) {
    return std::forward_as_tuple(a.published, a.agency, a.contact.contact_id()) <
           std::forward_as_tuple(b.published, b.agency, b.contact.contact_id());
  });
}

// The contacts that the file writes, whether sound or not: so that a fault in one is not repeated
// at every expectation that names it.
std::set<contact::Target> WrittenContacts(const Node& root) {
  std::set<contact::Target> written;
  const Node* contacts = root.Find("contacts");
  if (contacts == nullptr) return written;
  for (const auto& node : contacts->items) {
    const Node* agency = node.Find("agency");
    const Node* id = node.Find("id");
    if (agency != nullptr && id != nullptr) written.insert({agency->scalar, id->scalar});
  }
  return written;
}

std::vector<contact::Target> ReadEvidence(const Node& node,
                                          const std::set<contact::Target>& written,
                                          Faults& faults) {
  std::vector<contact::Target> evidence;
  std::vector<std::string> names;
  for (const auto& target : written) names.push_back(target.agency + " " + target.contact_id);
  for (const auto& [text, place] : TextsOf(node, faults)) {
    const auto space = text.find(' ');
    if (space == std::string::npos) {
      faults.Add(place, "evidence is an agency and its id, as in police P-1");
      continue;
    }
    contact::Target target{text.substr(0, space), text.substr(space + 1)};
    if (!written.contains(target)) {
      std::vector<std::string_view> known(names.begin(), names.end());
      faults.Add(place, "no such contact: {}{}", text, DidYouMean(text, known));
      continue;
    }
    evidence.push_back(std::move(target));
  }
  return evidence;
}

void ReadClosed(const Node& node, Expectation& expectation, Faults& faults) {
  // A day, or {by: DAY, because: REASON}.
  if (node.kind != Node::Kind::kMap) {
    expectation.closed = DayOf(node, faults);
    return;
  }
  static constexpr std::array<std::string_view, 2> kKeys = {"by", "because"};
  CheckKeys(node, kKeys, faults);
  if (const Node* by = Required(node, "by", "`closed`", faults)) {
    expectation.closed = DayOf(*by, faults);
  }
  const Node* because = node.Find("because");
  if (because == nullptr) return;
  static constexpr std::array<std::string_view, 7> kReasons = {
      "satisfied",     "satisfied_late", "cleared",       "lapsed",
      "lost_evidence", "rule_retired",   "no_longer_true"};
  expectation.closed_because = TextOf(*because, faults);
  if (std::find(kReasons.begin(), kReasons.end(), expectation.closed_because) == kReasons.end()) {
    faults.Add(because->place, "no such reason: {}{}", expectation.closed_because,
               DidYouMean(expectation.closed_because, kReasons));
  }
}

void ReadChild(const Node& child, const CaseFile& file, Expectation& expectation, Faults& faults) {
  expectation.child = TextOf(child, faults);
  auto person = file.people.find(expectation.child);
  if (person != file.people.end() && IsChildKind(person->second.kind)) return;
  std::vector<std::string_view> children;
  for (const auto& [label, known] : file.people) {
    if (IsChildKind(known.kind)) children.push_back(label);
  }
  faults.Add(child.place, "no child has the label {}{}", expectation.child,
             DidYouMean(expectation.child, children));
}

Expectation ReadExpectation(const Node& node, const CaseFile& file,
                            const std::set<contact::Target>& written, Faults& faults) {
  Expectation expectation;
  expectation.place = node.place;
  expectation.rule_place = node.place;
  if (!IsMap(node, "an expectation", faults)) return expectation;
  const Node* quiet = node.Find("quiet");
  expectation.quiet = quiet != nullptr;
  if (expectation.quiet) {
    CheckKeys(node, kQuietKeys, faults);
  } else {
    CheckKeys(node, kRaisedKeys, faults);
  }
  const Node* rule = expectation.quiet ? quiet : Required(node, "rule", "an expectation", faults);
  if (rule != nullptr) {
    expectation.rule = TextOf(*rule, faults);
    expectation.rule_place = rule->place;
  }
  if (const Node* child = Required(node, "child", "an expectation", faults)) {
    ReadChild(*child, file, expectation, faults);
  }
  if (const Node* from = node.Find("from")) expectation.from = DayOf(*from, faults);
  const std::string_view end = expectation.quiet ? "until" : "by";
  const Node* by =
      expectation.quiet ? node.Find(end) : Required(node, end, "an expectation", faults);
  if (by != nullptr) expectation.by = DayOf(*by, faults);
  if (expectation.from && expectation.by && *expectation.by < *expectation.from) {
    faults.Add(by->place, "`{}` lies before `from`", end);
  }
  if (const Node* evidence = node.Find("evidence")) {
    expectation.evidence = ReadEvidence(*evidence, written, faults);
  }
  if (const Node* closed = node.Find("closed")) ReadClosed(*closed, expectation, faults);
  if (const Node* because = node.Find("because")) expectation.because = TextOf(*because, faults);
  if (const Node* missed = node.Find("missed")) expectation.missed = TextOf(*missed, faults);
  return expectation;
}

void ReadExpectations(const Node& root, CaseFile& file, Faults& faults) {
  const Node* expect = Required(root, "expect", "a case", faults);
  if (expect == nullptr) return;
  if (expect->kind != Node::Kind::kList || expect->items.empty()) {
    faults.Add(expect->place, "`expect` is a list, of one at least");
    return;
  }
  if (expect->items.size() > kMostExpectations) {
    faults.Add(expect->place, "more than {} expectations", kMostExpectations);
    return;
  }
  const auto written = WrittenContacts(root);
  for (const auto& node : expect->items) {
    file.expectations.push_back(ReadExpectation(node, file, written, faults));
  }
}

// Where the clock stops: what is expected on a day is judged at its end.
void ReadUntil(const Node& root, CaseFile& file, Faults& faults) {
  Millis wanted = 0;
  for (const auto& expectation : file.expectations) {
    for (const auto& day : {expectation.by, expectation.closed}) {
      if (day) wanted = std::max(wanted, StartOfDay(*day + 1));
    }
  }
  Millis last = 0;
  for (const auto& one : file.contacts) last = std::max(last, one.published);
  const Node* until = root.Find("until");
  if (until == nullptr) {
    file.until = std::max(wanted, StartOfDay(throughline::DayOf(last) + kRunOnDays + 1));
    return;
  }
  auto day = DayOf(*until, faults);
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
  for (const auto& expectation : file.expectations) {
    const std::string& rule = expectation.rule;
    if (expectation.quiet && rule == kAnyRule) continue;
    if (std::find(known.begin(), known.end(), rule) != known.end()) continue;
    faults.Add(expectation.rule_place, "the policy has no rule {}{}", rule,
               DidYouMean(rule, known));
  }
  if (!faults.empty()) return Fail(yaml::Refused(faults.Sorted()));
  return {};
}

}  // namespace throughline::cases
