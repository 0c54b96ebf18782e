#include "consumers/throughline/case/case_contact.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "consumers/throughline/case/who.h"
#include "engine/contact/catalogue.h"
#include "engine/contact/compact.h"
#include "engine/contact/validate.h"

namespace throughline::cases {
namespace {

using yaml::Node;

// The file's own keys, beside the envelope's.
constexpr std::array<std::string_view, 9> kOwnKeys = {"agency", "id",   "by",    "who",   "says",
                                                      "shared", "kind", "alert", "review"};
// The envelope's fields that have another name here.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kRenamed = {
    {{"contact_id", "id"},
     {"author", "by"},
     {"subjects", "who"},
     {"statements", "says"},
     {"sharing", "shared"}}};

std::vector<std::string_view> KnownKeys() {
  std::vector<std::string_view> keys(kOwnKeys.begin(), kOwnKeys.end());
  const auto* envelope = v1::Contact::descriptor();
  for (int i = 0; i < envelope->field_count(); ++i) {
    const auto* field = envelope->field(i);
    if (field->real_containing_oneof() == nullptr && field->name() != "contact_id") {
      keys.push_back(field->name());
    }
  }
  keys.push_back("detail");
  return keys;
}

bool IsAgencyName(std::string_view name) {
  return name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

// A map whose keys are one field of an item and whose values are another, or the item's other
// fields: {child-r: yes}, {childrens-services: {expectation: act, due: 2011-06}}.
Node Pairs(const Node& node, const std::string& key_field, const std::string& value_field) {
  if (node.kind != Node::Kind::kMap) return node;
  std::vector<Node> items;
  for (std::size_t i = 0; i < node.entries.size(); ++i) {
    const auto& [key, value] = node.entries[i];
    Node item = MapNode(node.key_places[i]);
    Set(item, key_field, ScalarNode(key, node.key_places[i]));
    if (value.kind == Node::Kind::kMap) {
      for (std::size_t j = 0; j < value.entries.size(); ++j) {
        item.entries.push_back(value.entries[j]);
        item.key_places.push_back(value.key_places[j]);
      }
    } else {
      Set(item, value_field, value);
    }
    items.push_back(std::move(item));
  }
  return ListNode(std::move(items), node.place);
}

Node Statements(const Node& says) {
  std::vector<Node> statements;
  const bool many = says.kind == Node::Kind::kList;
  for (const auto& one : many ? says.items : std::vector<Node>{says}) {
    if (one.kind == Node::Kind::kMap) {
      statements.push_back(one);
      continue;
    }
    Node statement = MapNode(one.place);
    Set(statement, "text", one);
    Set(statement, "basis", ScalarNode("not_separated", one.place));
    statements.push_back(std::move(statement));
  }
  return ListNode(std::move(statements), says.place);
}

// Every concern is about every child named, unless it says otherwise.
Node Concerns(const Node& concerns, const std::vector<std::string>& children) {
  std::vector<Node> items;
  const bool many = concerns.kind == Node::Kind::kList;
  for (const auto& one : many ? concerns.items : std::vector<Node>{concerns}) {
    Node concern = one;
    if (one.kind != Node::Kind::kMap) {
      concern = MapNode(one.place);
      Set(concern, "concern", one);
    }
    if (concern.Find("children") == nullptr && !children.empty()) {
      std::vector<Node> labels;
      labels.reserve(children.size());
      for (const auto& child : children) labels.push_back(ScalarNode(child, one.place));
      Set(concern, "children", ListNode(std::move(labels), one.place));
    }
    items.push_back(std::move(concern));
  }
  return ListNode(std::move(items), concerns.place);
}

Node Author(const Node* by, std::string_view agency, const yaml::Place& place) {
  Node author = MapNode(by != nullptr ? by->place : place);
  Set(author, "role", by != nullptr ? *by : ScalarNode(std::string(UsualRole(agency)), place));
  return author;
}

void CheckForms(const Node& node, Faults& faults);
bool OpensAlert(const Node& node);
Node Expand(const Node& node, std::string_view agency, const People& people, Faults& faults);

// What a correction says instead is a contact like any other, of the same agency and id.
Node Corrected(const Node& detail, std::string_view agency, const People& people, Faults& faults) {
  Node out = detail;
  const Node* of = detail.Find("of");
  for (auto& [key, value] : out.entries) {
    if (key != "replaces" || value.kind != Node::Kind::kMap) continue;
    CheckForms(value, faults);
    if (OpensAlert(value)) {
      faults.Add(value.Find("alert")->place,
                 "what a correction puts in its place names an alert by its id, in `detail`");
    }
    const bool named = value.Find("id") != nullptr || value.Find("contact_id") != nullptr;
    Node replaces = Expand(value, agency, people, faults);
    if (!named && of != nullptr) Set(replaces, "contact_id", *of);
    value = std::move(replaces);
  }
  return out;
}

// Whether it is an answer to an alert, by its kind.
bool IsAnswer(const Node& node) {
  const Node* written = node.Find("kind");
  const auto* kind = written == nullptr ? nullptr : contact::Catalogue::Get().Find(written->scalar);
  return kind != nullptr && kind->options.attested_only() &&
         kind->field->message_type()->FindFieldByName("alert") != nullptr;
}

bool IsOpening(const Node& node) {
  const Node* kind = node.Find("kind");
  return kind != nullptr && kind->scalar == "record_opened";
}

// Whether it tells that an alert was opened that `alert` names.
bool OpensAlert(const Node& node) { return IsOpening(node) && node.Find("alert") != nullptr; }

std::optional<MeantAlert> ReadAlert(const Node& node, const People& people,
                                    const WrittenContacts& written, Faults& faults) {
  static constexpr std::array<std::string_view, 3> kKeys = {"rule", "child", "about"};
  const Node* alert = node.Find("alert");
  if (!IsAnswer(node) && !IsOpening(node)) {
    if (alert != nullptr) {
      faults.Add(alert->place, "a contact of this kind answers no alert, and opens none");
    }
    return std::nullopt;
  }
  if (alert == nullptr && IsOpening(node)) return std::nullopt;
  if (alert == nullptr) {
    faults.Add(node.place,
               "an answer says to which alert: `alert: {{rule: DA-02, child: a label}}`");
    return std::nullopt;
  }
  if (!IsMap(*alert, "`alert`", faults)) return std::nullopt;
  CheckKeys(*alert, kKeys, faults);
  MeantAlert meant;
  meant.place = alert->place;
  if (const Node* rule = Required(*alert, "rule", "`alert`", faults)) {
    meant.rule = TextOf(*rule, faults);
    meant.rule_place = rule->place;
  }
  if (const Node* child = Required(*alert, "child", "`alert`", faults)) {
    meant.child = ReadChild(*child, people, faults);
  }
  if (const Node* about = alert->Find("about")) {
    auto targets = written.Read(*about, faults);
    if (targets.size() > 1) faults.Add(about->place, "an alert is about one contact");
    if (targets.size() == 1) meant.about = std::move(targets.front());
  }
  return meant;
}

// The detail of an opening says what was opened: that alert, and nothing else.
void CheckOpened(const Node& detail, Faults& faults) {
  for (std::size_t i = 0; i < detail.entries.size(); ++i) {
    const auto& [key, value] = detail.entries[i];
    if (key == "what" && value.scalar != "alert") {
      faults.Add(value.place, "`alert` names what was opened: `what` is alert, or left out");
    }
    if (key == "contact" || key == "sha256" || key == "label") {
      faults.Add(detail.key_places[i], "`alert` names what was opened: `{}` is left out", key);
    }
  }
}

// The alert's id is known once the case is played.
void NameAlert(const Node& node, Node& out, Faults& faults) {
  const bool opens = OpensAlert(node);
  const std::string field = opens ? "alert_id" : "alert";
  const Node* detail = node.Find("detail");
  if (detail != nullptr && detail->Find(field) != nullptr) {
    faults.Add(detail->place, "`alert` names the alert: its id is left out");
  }
  if (detail != nullptr && opens) CheckOpened(*detail, faults);
  const Node id = ScalarNode(std::string(kNoAlert), node.place);
  Node named = MapNode(node.place);
  Set(named, field, id);
  if (opens) Set(named, "what", ScalarNode("alert", node.place));
  Node link = MapNode(node.place);
  Set(link, "alert_id", id);
  Set(link, "link", ScalarNode(opens ? "follows" : "answers", node.place));
  bool has_detail = false;
  bool has_links = false;
  for (auto& [key, value] : out.entries) {
    if (key == "detail") {
      has_detail = true;
      for (const auto& [name, given] : named.entries) {
        if (value.Find(name) == nullptr) Set(value, name, given);
      }
    }
    if (key == "links") has_links = true, value.items.push_back(link);
  }
  if (!has_detail) Set(out, "detail", named);
  if (!has_links) Set(out, "links", ListNode({link}, node.place));
}

// The contact in the form that people write contacts in.
Node Expand(const Node& node, std::string_view agency, const People& people, Faults& faults) {
  const Node* occurred_node = node.Find("occurred");
  std::optional<v1::UncertainTime> occurred;
  if (occurred_node != nullptr && occurred_node->kind == Node::Kind::kScalar) {
    if (auto time = ParseUncertain(occurred_node->scalar)) occurred = *time;
  }
  Who who(people, occurred, faults);
  Node out = MapNode(node.place);
  // First, because the concerns are about the children that it names.
  if (const Node* named = node.Find("who")) Set(out, "subjects", who.Subjects(*named));
  for (std::size_t i = 0; i < node.entries.size(); ++i) {
    const auto& [key, value] = node.entries[i];
    if (key == "agency" || key == "review" || key == "who" || key == "by" || key == "alert")
      continue;
    std::string name = key;
    Node written = value;
    if (key == "id") name = "contact_id";
    if (key == "says") name = "statements", written = Statements(value);
    if (key == "shared") name = "sharing", written = Pairs(value, "recipient", "expectation");
    if (key == "seen") written = Pairs(value, "child", "seen");
    if (key == "concerns") written = Concerns(value, who.children());
    if (key == "detail") written = Corrected(value, agency, people, faults);
    out.entries.emplace_back(std::move(name), std::move(written));
    out.key_places.push_back(node.key_places[i]);
  }
  if (node.Find("author") == nullptr) {
    Set(out, "author", Author(node.Find("by"), agency, node.place));
  }
  if (IsAnswer(node) || OpensAlert(node)) NameAlert(node, out, faults);
  const Node* recorded = node.Find("recorded");
  if (recorded == nullptr) Set(out, "recorded", ScalarNode("unknown", node.place));
  if (node.Find("source") == nullptr) {
    Node source = MapNode(node.place);
    Set(source, "system", ScalarNode(recorded == nullptr ? "review-import" : "case", node.place));
    if (recorded == nullptr) Set(source, "retrospective", ScalarNode("yes", node.place));
    Set(out, "source", std::move(source));
  }
  return out;
}

// Where a field of the contact stands in the file, as near as can be told.
yaml::Place PlaceOf(const Node& node, std::string_view field) {
  std::string top(field.substr(0, field.find_first_of(".[")));
  for (const auto& [schema, own] : kRenamed) {
    if (top == schema && node.Find(own) != nullptr) top = std::string(own);
  }
  for (std::size_t i = 0; i < node.entries.size(); ++i) {
    if (node.entries[i].first == top) return node.key_places[i];
  }
  return node.place;
}

void CheckForms(const Node& node, Faults& faults) {
  static const std::vector<std::string_view> known = KnownKeys();
  CheckKeys(node, known, faults);
  for (const auto& [schema, own] : kRenamed) {
    if (node.Find(schema) != nullptr && node.Find(own) != nullptr) {
      faults.Add(PlaceOf(node, own), "`{}` and `{}` are the same: give one", own, schema);
    }
  }
}

}  // namespace

std::string_view UsualRole(std::string_view agency) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 24> kRoles = {
      {{"police", "police_officer"},
       {"probation", "probation_officer"},
       {"visiting", "health_visitor"},
       {"gp", "gp"},
       {"surgery", "gp"},
       {"midwifery", "midwife"},
       {"maternity", "midwife"},
       {"hospital", "emergency_doctor"},
       {"emergency", "emergency_doctor"},
       {"paediatrics", "paediatrician"},
       {"ambulance", "paramedic"},
       {"emas", "paramedic"},
       {"childrens", "social_worker"},
       {"social", "social_worker"},
       {"triage", "triage_officer"},
       {"mash", "triage_officer"},
       {"help", "early_help_worker"},
       {"school", "designated_safeguarding_lead"},
       {"primary", "designated_safeguarding_lead"},
       {"nursery", "early_years_worker"},
       {"housing", "housing_officer"},
       {"camhs", "camhs_clinician"},
       {"court", "solicitor"},
       {"nursing", "school_nurse"}}};
  while (!agency.empty()) {
    const auto hyphen = std::min(agency.find('-'), agency.size());
    const auto word = agency.substr(0, hyphen);
    for (const auto& [part, role] : kRoles) {
      if (word == part) return role;
    }
    agency.remove_prefix(std::min(hyphen + 1, agency.size()));
  }
  return "other";
}

std::optional<CaseContact> ReadContact(const yaml::Node& node, const People& people,
                                       const std::map<std::string, Millis, std::less<>>& delays,
                                       const WrittenContacts& written, Faults& faults) {
  if (!IsMap(node, "a contact", faults)) return std::nullopt;
  Faults own(faults.file());
  CheckForms(node, own);
  CaseContact read;
  read.place = node.place;
  if (const Node* agency = Required(node, "agency", "a contact", own)) {
    read.agency = TextOf(*agency, own);
    if (!IsAgencyName(read.agency)) {
      own.Add(agency->place, "an agency is written in small letters, digits and hyphens");
    }
  }
  for (std::string_view key : {"id", "kind", "occurred"}) Required(node, key, "a contact", own);
  if (const Node* review = node.Find("review")) read.review = TextOf(*review, own);
  read.alert = ReadAlert(node, people, written, own);
  read.answers = read.alert.has_value() && IsAnswer(node);
  Node expanded = Expand(node, read.agency, people, own);
  if (own.empty()) {
    contact::Compact compact = contact::FromCompact(expanded, faults.file());
    for (auto& fault : compact.faults) own.Add(std::move(fault));
    read.contact = std::move(compact.contact);
  }
  if (own.empty()) {
    const Millis recorded =
        contact::RecordedInstant(read.contact, std::numeric_limits<Millis>::max());
    if (recorded >= kLatest) {
      own.Add(node.place, "nothing says by when it was written down: give `recorded`");
    } else {
      auto delay = delays.find(read.agency);
      read.published = recorded + (delay == delays.end() ? 0 : delay->second);
    }
  }
  if (own.empty()) {
    contact::Feed feed;
    feed.agency = read.agency;
    feed.received = read.published;
    feed.attests = read.answers;
    for (const auto& fault : contact::Validate(read.contact, feed).refused) {
      own.Add(PlaceOf(node, fault.field), "{}{}{}", fault.field, fault.field.empty() ? "" : ": ",
              fault.text);
    }
  }
  const bool sound = own.empty();
  for (auto& fault : own.Sorted()) faults.Add(std::move(fault));
  if (!sound) return std::nullopt;
  return read;
}

}  // namespace throughline::cases
