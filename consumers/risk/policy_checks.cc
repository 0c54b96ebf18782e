#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "consumers/risk/field_path.h"
#include "consumers/risk/policy_inputs.h"
#include "consumers/risk/policy_reader.h"
#include "consumers/risk/wording.h"
#include "engine/base/uk_time.h"
#include "engine/contact/catalogue.h"
#include "throughline/v1/contact.pb.h"

// What a policy must hold beyond its shape.
namespace throughline::risk {
namespace {

using Kind = yaml::Node::Kind;

constexpr std::string_view kJurisdictions[] = {"england", "wales", "scotland", "northern_ireland"};
constexpr std::string_view kBases[] = {"statute", "guidance", "local", "review"};

template <std::size_t kSize>
std::string OneOf(std::string_view key, std::string_view text,
                  const std::string_view (&allowed)[kSize]) {
  if (std::find(std::begin(allowed), std::end(allowed), text) != std::end(allowed)) return "";
  const std::vector<std::string> all(std::begin(allowed), std::end(allowed));
  return fmt::format("`{}` takes {}, not `{}`", key, Listed(all), text);
}

bool IsRuleId(std::string_view id) {
  return id.size() >= 2 && id.size() <= 40 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '-';
         });
}

bool SaysNothing(const v1::ContactTest& test) {
  return test.kinds().empty() && test.concerns().empty() && !test.any_counted_concern() &&
         test.fields().empty() && test.any_of().empty() && test.link().empty() &&
         test.child_seen().empty() && test.person_kinds().empty();
}

}  // namespace

void PolicyReader::Require(const yaml::Node& node, std::string_view key) {
  if (node.Find(key) == nullptr) Fault(node.place, fmt::format("`{}` is missing", key));
}

void PolicyReader::CheckTest(const yaml::Node& node, const TestUse& use,
                             const v1::ContactTest& test, bool sound) {
  if (sound && SaysNothing(test)) {
    Fault(node.place, "this test lets every contact pass: say kinds, concerns, fields or a link");
  }
  for (const auto& [kind, place] : TextsOf(node.Find("kinds"))) {
    if (KindField(kind) == nullptr) {
      Fault(place, fmt::format("no kind is named `{}`{}", kind, Meant(kind, KindNames())));
    } else if (const auto why = RefusedKind(kind); why && use.raises) {
      Fault(place, fmt::format("`{}` cannot raise concern: {}", kind, *why));
    }
  }
  for (const auto& [concern, place] : TextsOf(node.Find("concerns"))) {
    if (auto fault = ConcernFault(concern); !fault.empty()) Fault(place, std::move(fault));
  }
  CheckCodes(node, use);
  if (!test.child_seen().empty()) {
    constexpr std::string_view kTri[] = {"yes", "no", "not_recorded"};
    auto fault = OneOf("child_seen", test.child_seen(), kTri);
    if (!fault.empty()) Fault(PlaceOf(node, "child_seen"), std::move(fault));
  }
  if (node.Find("is") != nullptr && node.Find("any_of") != nullptr) {
    Fault(PlaceOf(node, "is"), "`is` and `any_of` cannot stand in one test: put `is` below any_of");
  }
}

void PolicyReader::CheckCodes(const yaml::Node& node, const TestUse& use) {
  for (const auto& [role, place] : TextsOf(node.Find("roles"))) {
    if (auto fault = ListFault("subject_role", role); !fault.empty()) {
      Fault(place, std::move(fault));
    }
  }
  for (const auto& [link, place] : TextsOf(node.Find("link"))) {
    const bool ours = link == kAnyLink || link == kSamePlan;
    auto fault = ours ? std::string() : ListFault("link", link);
    if (!fault.empty()) Fault(place, std::move(fault));
    if (!use.has_anchor && node.Find("linked_to") == nullptr) {
      Fault(place, "there is no anchor here to link to: say `linked_to`");
    }
  }
  constexpr std::string_view kWays[] = {"subject", "linked", "flow", "relation"};
  for (const auto& [way, place] : TextsOf(node.Find("came_by"))) {
    if (auto fault = OneOf("came_by", way, kWays); !fault.empty()) Fault(place, std::move(fault));
  }
  constexpr std::string_view kChildren[] = {"child", "unborn_child"};
  for (const auto& [kind, place] : TextsOf(node.Find("person_kinds"))) {
    auto fault = OneOf("person_kinds", kind, kChildren);
    if (!fault.empty()) Fault(place, std::move(fault));
  }
}

void PolicyReader::CheckField(const yaml::Node& value, const yaml::Place& place, const TestUse& use,
                              const v1::FieldTest& field) {
  const std::string_view path = field.path();
  if (const auto why = RefusedField(path)) {
    return Fault(place, fmt::format("`{}` cannot be read: {}", path, *why));
  }
  std::vector<const google::protobuf::FieldDescriptor*> ends;
  const auto resolve = [&](const google::protobuf::Descriptor* from, std::string_view rest,
                           std::string_view of) {
    const auto resolved = ResolvePath(from, rest);
    if (resolved.missing.empty()) return ends.push_back(resolved.chain.back());
    Fault(place,
          fmt::format("`{}` has no `{}`: no field is named `{}`{}", of, path, resolved.missing,
                      Meant(resolved.missing, FieldNames(resolved.within))));
  };
  if (!path.starts_with(kDetail)) {
    resolve(v1::Contact::descriptor(), path, "a contact");
  } else {
    if (use.kinds.empty()) {
      Fault(place, fmt::format("`{}` is a field of a kind: say `kinds` beside it", path));
    }
    for (const auto& kind : use.kinds) {
      const auto* of = KindField(kind);
      if (of != nullptr) resolve(of->message_type(), path.substr(kDetail.size()), kind);
    }
  }
  std::set<std::string> told;
  for (const auto* end : ends) {
    for (const auto& [text, at] : TextsOf(&value)) {
      if (field.absent() || field.present()) continue;
      auto fault = CodeFault(end, text);
      const auto refused = use.raises ? RefusedCode(end, text) : std::nullopt;
      if (fault.empty() && refused) {
        fault = fmt::format("`{}` cannot raise concern: {}", text, *refused);
      }
      if (fault.empty() && end->options().GetExtension(v1::list) == "concern") {
        fault = ConcernFault(text);
      }
      if (!fault.empty() && told.insert(fault).second) Fault(at, fault);
    }
    const bool counts = field.has_at_least() || field.has_at_most();
    if (counts && (!IsComparable(end) || end->cpp_type() == end->CPPTYPE_STRING ||
                   end->cpp_type() == end->CPPTYPE_ENUM)) {
      Fault(place, fmt::format("`{}` is no number", path));
    }
  }
}

v1::Rule PolicyReader::ReadRule(const yaml::Node& node) {
  v1::Rule rule;
  anchor_kinds_.clear();
  anchored_ = false;
  ReadMap(node, &rule);
  if (node.kind == Kind::kMap) CheckRule(node, rule);
  return rule;
}

void PolicyReader::CheckRule(const yaml::Node& node, const v1::Rule& rule) {
  CheckHeading(node, rule);
  CheckSentence(node, rule);
  int blocks = 0;
  for (const std::string_view block : {"clock", "process", "pattern"}) {
    blocks += node.Find(block) == nullptr ? 0 : 1;
  }
  if (blocks != 1) {
    return Fault(node.place, "a rule has exactly one of `clock`, `process` and `pattern`");
  }
  const v1::RuleFamily family = rule.has_clock()     ? v1::RULE_FAMILY_CLOCK
                                : rule.has_process() ? v1::RULE_FAMILY_PROCESS
                                                     : v1::RULE_FAMILY_PATTERN;
  if (rule.family() != v1::RULE_FAMILY_UNSPECIFIED && rule.family() != family) {
    Fault(PlaceOf(node, "family"), "`family` and the block of the rule disagree");
  }
  if (const auto* clock = node.Find("clock"); clock != nullptr && clock->kind == Kind::kMap) {
    CheckClock(*clock, rule.clock());
  }
  if (const auto* process = node.Find("process");
      process != nullptr && process->kind == Kind::kMap) {
    CheckProcess(*process, rule.process());
  }
  if (const auto* pattern = node.Find("pattern");
      pattern != nullptr && pattern->kind == Kind::kMap) {
    CheckPattern(*pattern, rule.pattern());
  }
}

void PolicyReader::CheckHeading(const yaml::Node& node, const v1::Rule& rule) {
  for (const std::string_view key :
       {"id", "title", "statement", "basis", "jurisdiction", "addressee", "response",
        "respond_within", "family", "sentence"}) {
    Require(node, key);
  }
  if (!rule.id().empty() && !IsRuleId(rule.id())) {
    Fault(PlaceOf(node, "id"), "an id has 2 to 40 letters, digits and hyphens");
  }
  if (const auto* basis = node.Find("basis"); basis != nullptr && basis->kind == Kind::kMap) {
    Require(*basis, "kind");
    Require(*basis, "source");
    if (!rule.basis().kind().empty()) {
      auto fault = OneOf("kind", rule.basis().kind(), kBases);
      if (!fault.empty()) Fault(PlaceOf(*basis, "kind"), std::move(fault));
    }
  }
  if (!rule.jurisdiction().empty()) {
    auto fault = OneOf("jurisdiction", rule.jurisdiction(), kJurisdictions);
    if (!fault.empty()) Fault(PlaceOf(node, "jurisdiction"), std::move(fault));
  }
  if (!rule.addressee().empty()) {
    auto fault = ListFault("role", rule.addressee());
    if (!fault.empty()) Fault(PlaceOf(node, "addressee"), std::move(fault));
  }
  for (const std::string_view key : {"valid_from", "valid_until"}) {
    const auto* value = node.Find(key);
    if (value != nullptr && value->kind == Kind::kScalar && !ParseDay(value->scalar)) {
      Fault(value->place, fmt::format("`{}` wants a day, YYYY-MM-DD", key));
    }
  }
  if (!rule.valid_from().empty() && !rule.valid_until().empty() &&
      rule.valid_until() < rule.valid_from()) {
    Fault(PlaceOf(node, "valid_until"), "`valid_until` lies before `valid_from`");
  }
}

void PolicyReader::CheckSentence(const yaml::Node& node, const v1::Rule& rule) {
  const auto& known = Placeholders();
  const std::vector<std::string> names(known.begin(), known.end());
  const bool has_anchor = rule.has_clock() || rule.has_process() || rule.pattern().anchored();
  const bool misses = rule.has_clock() || rule.has_process() || rule.pattern().absent_size() > 0;
  const yaml::Place& place = PlaceOf(node, "sentence");
  for (const auto& name : PlaceholdersIn(rule.sentence())) {
    if (name == "{") {
      Fault(place, "an open brace has no end");
    } else if (std::find(names.begin(), names.end(), name) == names.end()) {
      Fault(place, fmt::format("no placeholder is named `{}`{}", name, Meant(name, names)));
    } else if (name.starts_with("anchor_") && !has_anchor) {
      Fault(place, fmt::format("`{}`: an episode about the child has no anchor", name));
    } else if ((name == "missing" || name == "due") && !misses) {
      Fault(place, fmt::format("`{}`: nothing is due or missing in this rule", name));
    } else if (name == "window" && rule.has_process()) {
      Fault(place, "`window`: a process has none");
    }
  }
}

void PolicyReader::CheckClock(const yaml::Node& node, const v1::Clock& clock) {
  for (const std::string_view key : {"anchor", "within", "what"}) Require(node, key);
  if (clock.has_handovers() == clock.has_satisfied_by()) {
    Fault(node.place, "a clock has either `satisfied_by` or `handovers`");
  }
  for (const std::string_view key : {"by_link", "repeating", "satisfied_from"}) {
    if (clock.has_handovers() && node.Find(key) != nullptr) {
      Fault(PlaceOf(node, key), fmt::format("`{}` does not go with `handovers`", key));
    }
  }
  if (!clock.has_handovers() && node.Find("stated_due") != nullptr) {
    Fault(PlaceOf(node, "stated_due"), "only a hand-over states when it is due");
  }
  CheckHandovers(node);
  CheckStarts(node, clock);
}

// Of a clock or of something unfinished.
void PolicyReader::CheckHandovers(const yaml::Node& node) {
  const auto* handovers = node.Find("handovers");
  if ((handovers == nullptr) != (node.Find("state") == nullptr)) {
    Fault(node.place, "`handovers` and `state` go together");
  }
  if (handovers == nullptr) return;
  for (const auto& [code, place] : TextsOf(handovers->Find("expectations"))) {
    auto fault = ListFault("expectation", code);
    if (!fault.empty()) Fault(place, std::move(fault));
  }
  constexpr std::string_view kStates[] = {"received", "considered", "acted_on"};
  for (const auto& [on, key] : {std::pair{&node, "state"}, {handovers, "reached"}}) {
    for (const auto& [code, place] : TextsOf(on->Find(key))) {
      auto fault = OneOf(key, code, kStates);
      if (!fault.empty()) Fault(place, std::move(fault));
    }
  }
  constexpr std::string_view kPositions[] = {"to", "copy"};
  for (const auto& [code, place] : TextsOf(handovers->Find("positions"))) {
    auto fault = OneOf("positions", code, kPositions);
    if (!fault.empty()) Fault(place, std::move(fault));
  }
}

void PolicyReader::CheckStarts(const yaml::Node& node, const v1::Clock& clock) {
  const std::string_view starts = clock.starts();
  if (starts.empty() || starts == "occurred" || starts == "recorded") return;
  if (KindField(starts) != nullptr) return;
  const yaml::Place& place = PlaceOf(node, "starts");
  std::vector<std::pair<const google::protobuf::Descriptor*, std::string_view>> from;
  if (starts.starts_with(kDetail)) {
    if (clock.anchor().kinds().empty()) Fault(place, "say the anchor's `kinds`");
    for (const auto& kind : clock.anchor().kinds()) {
      const auto* field = KindField(kind);
      if (field != nullptr) from.emplace_back(field->message_type(), starts.substr(kDetail.size()));
    }
  } else {
    from.emplace_back(v1::Contact::descriptor(), starts);
  }
  for (const auto& [message, path] : from) {
    const auto resolved = ResolvePath(message, path);
    const bool is_time = resolved.missing.empty() &&
                         resolved.chain.back()->message_type() == v1::UncertainTime::descriptor() &&
                         std::none_of(resolved.chain.begin(), resolved.chain.end(),
                                      [](const auto* one) { return one->is_repeated(); });
    if (!is_time) {
      Fault(place,
            fmt::format("`starts` takes occurred, recorded, a kind or the path of a time; {} has "
                        "no time `{}`",
                        message->name(), path));
    }
  }
}

void PolicyReader::CheckProcess(const yaml::Node& node, const v1::Process& process) {
  Require(node, "anchor");
  const int reasons =
      process.expected_size() + process.unfinished_size() + process.shortfalls_size();
  if (reasons == 0) {
    Fault(node.place, "a process wants one of `expected`, `unfinished` and `shortfalls`");
  }
  if (static_cast<int>(process.at_least()) > reasons) {
    Fault(PlaceOf(node, "at_least"), "`at_least` asks for more reasons than there are");
  }
  const auto each = [&node](std::string_view key, const auto& check) {
    const auto* value = node.Find(key);
    if (value == nullptr) return;
    if (value->kind == Kind::kMap) check(*value);
    for (const auto& item : value->items) {
      if (item.kind == Kind::kMap) check(item);
    }
  };
  const auto what_and_contact = [this](const yaml::Node& one) {
    Require(one, "what");
    Require(one, "contact");
  };
  each("expected", what_and_contact);
  each("shortfalls", what_and_contact);
  each("unfinished", [this](const yaml::Node& one) {
    Require(one, "what");
    Require(one, "opened_by");
    if ((one.Find("finished_by") == nullptr) == (one.Find("handovers") == nullptr)) {
      Fault(one.place, "what is unfinished has either `finished_by` or `handovers`");
    }
    CheckHandovers(one);
  });
}

void PolicyReader::CheckPattern(const yaml::Node& node, const v1::Pattern& pattern) {
  Require(node, "steps");
  if (const auto* steps = node.Find("steps"); steps != nullptr) {
    for (const auto& step : steps->items) Require(step, "contact");
    if (steps->kind == Kind::kMap) Require(*steps, "contact");
  }
  if (!pattern.anchored() && pattern.cleared_by().empty() && !pattern.has_lapses_after()) {
    Fault(node.place, "nothing ends this episode: say `cleared_by` or `lapses_after`");
  }
  if (pattern.absent().empty() == !pattern.absent_what().empty()) {
    Fault(node.place, "`absent` and `absent_what` go together");
  }
  for (const std::string_view key : {"absent_within", "absent_since"}) {
    if (pattern.absent().empty() && node.Find(key) != nullptr) {
      Fault(PlaceOf(node, key), fmt::format("`{}` without `absent`", key));
    }
  }
}

}  // namespace throughline::risk
