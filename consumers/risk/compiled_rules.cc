#include "consumers/risk/compiled_rules.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "throughline/v1/contact.pb.h"

namespace throughline::risk {
namespace {

template <typename Repeated>
std::set<std::string, std::less<>> SetOf(const Repeated& items) {
  return {items.begin(), items.end()};
}

// A path below `detail`, for each kind that it is asked of; else one chain from the contact.
struct PathOfKinds {
  std::vector<FieldChain> of_detail;
  FieldChain of_envelope;
};

Result<PathOfKinds> ResolveFor(std::string_view path, const KindSet& kinds) {
  PathOfKinds resolved;
  const auto* contact = v1::Contact::descriptor();
  if (!path.starts_with(kDetail)) {
    auto envelope = ResolvePath(contact, path);
    if (!envelope.missing.empty()) return Fail(Code::kInvalid, "no field {}", path);
    resolved.of_envelope = std::move(envelope.chain);
    return resolved;
  }
  const auto* detail = contact->FindOneofByName("detail");
  resolved.of_detail.resize(static_cast<std::size_t>(detail->field_count()));
  if (kinds.none()) return Fail(Code::kInvalid, "{} without kinds", path);
  for (int i = 0; i < detail->field_count(); ++i) {
    const auto number = static_cast<std::size_t>(i);
    if (!kinds.test(number)) continue;
    auto chain = ResolvePath(detail->field(i)->message_type(), path.substr(kDetail.size()));
    if (!chain.missing.empty()) {
      return Fail(Code::kInvalid, "no field {} in {}", path, detail->field(i)->name());
    }
    resolved.of_detail[number] = std::move(chain.chain);
  }
  return resolved;
}

class Compiler {
 public:
  // `inherited` are the kinds to which the enclosing condition of the same contact has restricted
  // it; nullptr: there is none.
  Result<ContactCondition> Contact(const v1::ContactTest& test,
                                   const KindSet* inherited = nullptr) {
    ContactCondition condition;
    condition.id = next_id_++;
    condition.of_any_kind = test.kinds().empty();
    for (const auto& kind : test.kinds()) {
      const auto number = KindNumber(kind);
      if (!number) return Fail(Code::kInvalid, "no kind {}", kind);
      condition.kinds.set(*number);
    }
    KindSet kinds = condition.kinds;
    if (condition.of_any_kind && inherited != nullptr) kinds = *inherited;
    condition.concerns = SetOf(test.concerns());
    condition.any_counted_concern = test.any_counted_concern();
    condition.any_child = test.any_child();
    condition.agencies = SetOf(test.agencies());
    condition.roles = SetOf(test.roles());
    condition.came_by = SetOf(test.came_by());
    // What happened to a sibling or in an adult's life is not the child's own, unless a rule says
    // so; what it says holds for the tests within it as well.
    if (condition.came_by.empty() && inherited == nullptr)
      condition.came_by = {"subject", "linked"};
    condition.person_kinds = SetOf(test.person_kinds());
    condition.child_seen = test.child_seen();
    condition.link = test.link();
    condition.links_to_anchor = !test.link().empty() && test.linked_to().empty() ? 1 : 0;
    for (const auto& field : test.fields()) {
      TL_ASSIGN(auto compiled, Field(field, kinds));
      condition.fields.push_back(std::move(compiled));
    }
    TL_ASSIGN(condition.unless, Contacts(test.unless(), &kinds));
    TL_ASSIGN(condition.any_of, Contacts(test.any_of(), &kinds));
    TL_ASSIGN(condition.linked_to, Contacts(test.linked_to()));
    condition.by_link = !test.link().empty();
    for (const auto* below : {&condition.unless, &condition.any_of, &condition.linked_to}) {
      for (const auto& one : *below) {
        const std::size_t further = below == &condition.linked_to ? 1 : 0;
        if (one.links_to_anchor > 0) {
          condition.links_to_anchor =
              std::max(condition.links_to_anchor, one.links_to_anchor + further);
        }
        condition.by_link |= one.by_link;
      }
    }
    return condition;
  }

  template <typename Repeated>
  Result<std::vector<ContactCondition>> Contacts(const Repeated& tests,
                                                 const KindSet* inherited = nullptr) {
    std::vector<ContactCondition> conditions;
    for (const auto& test : tests) {
      TL_ASSIGN(auto condition, Contact(test, inherited));
      conditions.push_back(std::move(condition));
    }
    return conditions;
  }

  template <typename Repeated>
  Result<std::vector<ChildCondition>> Children(const Repeated& tests) {
    std::vector<ChildCondition> conditions;
    for (const auto& test : tests) {
      ChildCondition condition;
      if (test.has_age_months_below()) {
        condition.age_months_below = static_cast<int>(test.age_months_below());
      }
      if (test.has_age_months_from()) {
        condition.age_months_from = static_cast<int>(test.age_months_from());
      }
      condition.person_kind = test.person_kind();
      TL_ASSIGN(condition.known, Contacts(test.known()));
      TL_ASSIGN(condition.not_known, Contacts(test.not_known()));
      TL_ASSIGN(condition.known_within,
                OptionalLength(test.has_known_within(), test.known_within()));
      conditions.push_back(std::move(condition));
    }
    return conditions;
  }

  Result<CompiledClock> Clock(const v1::Clock& clock) {
    CompiledClock compiled;
    TL_ASSIGN(compiled.anchor, Contact(clock.anchor()));
    if (clock.has_satisfied_by()) {
      TL_ASSIGN(auto satisfied_by, Contact(clock.satisfied_by()));
      compiled.satisfied_by.push_back(std::move(satisfied_by));
    } else if (!clock.has_handovers()) {
      return Fail(Code::kInvalid, "a clock that nothing satisfies");
    }
    TL_ASSIGN(compiled.within, RequiredLength(clock.within()));
    TL_ASSIGN(compiled.stopped_by, Contacts(clock.stopped_by()));
    TL_ASSIGN(compiled.only_while, Children(clock.only_while()));
    TL_ASSIGN(compiled.satisfied_from,
              OptionalLength(clock.has_satisfied_from(), clock.satisfied_from()));
    compiled.by_link = clock.by_link();
    compiled.repeating = clock.repeating();
    compiled.what = clock.what();
    compiled.stated_due = clock.stated_due();
    if (clock.has_handovers()) {
      TL_ASSIGN(compiled.handovers, Handovers(clock.handovers()));
      TL_ASSIGN(compiled.state, State(clock.state()));
    }
    compiled.starts_recorded = clock.starts() == "recorded";
    compiled.starts_with_kind = KindNumber(clock.starts());
    compiled.starts_at_path = !clock.starts().empty() && clock.starts() != "occurred" &&
                              !compiled.starts_recorded && !compiled.starts_with_kind;
    if (compiled.starts_at_path) {
      TL_ASSIGN(auto path, ResolveFor(clock.starts(), compiled.anchor.kinds));
      compiled.starts_of_detail = std::move(path.of_detail);
      compiled.starts_of_envelope = std::move(path.of_envelope);
    }
    return compiled;
  }

  Result<CompiledProcess> Process(const v1::Process& process) {
    CompiledProcess compiled;
    TL_ASSIGN(compiled.anchor, Contact(process.anchor()));
    for (const auto& expected : process.expected()) {
      CompiledExpected one;
      one.what = expected.what();
      one.by_link = expected.by_link();
      TL_ASSIGN(one.contact, Contact(expected.contact()));
      TL_ASSIGN(one.since, OptionalLength(expected.has_since(), expected.since()));
      TL_ASSIGN(one.within, OptionalLength(expected.has_within(), expected.within()));
      compiled.expected.push_back(std::move(one));
    }
    for (const auto& unfinished : process.unfinished()) {
      CompiledUnfinished one;
      one.what = unfinished.what();
      one.without_link = unfinished.without_link();
      TL_ASSIGN(one.opened_by, Contact(unfinished.opened_by()));
      TL_ASSIGN(one.since, OptionalLength(unfinished.has_since(), unfinished.since()));
      if (unfinished.has_finished_by()) {
        TL_ASSIGN(one.finished_by, Contact(unfinished.finished_by()));
      }
      if (unfinished.has_handovers()) {
        TL_ASSIGN(one.handovers, Handovers(unfinished.handovers()));
        TL_ASSIGN(one.state, State(unfinished.state()));
      }
      compiled.unfinished.push_back(std::move(one));
    }
    for (const auto& shortfall : process.shortfalls()) {
      CompiledShortfall one;
      one.what = shortfall.what();
      TL_ASSIGN(one.contact, Contact(shortfall.contact(), &compiled.anchor.kinds));
      compiled.shortfalls.push_back(std::move(one));
    }
    TL_ASSIGN(compiled.only_while, Children(process.only_while()));
    TL_ASSIGN(compiled.cleared_by, Contacts(process.cleared_by()));
    TL_ASSIGN(compiled.lapses_after,
              OptionalLength(process.has_lapses_after(), process.lapses_after()));
    compiled.at_least = process.at_least() == 0 ? 1 : process.at_least();
    return compiled;
  }

  Result<CompiledPattern> Pattern(const v1::Pattern& pattern) {
    CompiledPattern compiled;
    for (const auto& step : pattern.steps()) {
      CompiledStep one;
      one.at_least = step.at_least() == 0 ? 1 : step.at_least();
      TL_ASSIGN(one.contact, Contact(step.contact()));
      compiled.steps.push_back(std::move(one));
    }
    if (compiled.steps.empty()) return Fail(Code::kInvalid, "a pattern without steps");
    compiled.in_order = pattern.in_order();
    compiled.distinct_agencies = pattern.distinct_agencies();
    compiled.distinct_kinds = pattern.distinct_kinds();
    compiled.distinct_days = pattern.distinct_days();
    compiled.anchored = pattern.anchored();
    compiled.absent_what = pattern.absent_what();
    TL_ASSIGN(compiled.window, OptionalLength(pattern.has_window(), pattern.window()));
    TL_ASSIGN(compiled.only_while, Children(pattern.only_while()));
    TL_ASSIGN(compiled.cleared_by, Contacts(pattern.cleared_by()));
    TL_ASSIGN(compiled.absent, Contacts(pattern.absent()));
    TL_ASSIGN(compiled.absent_within,
              OptionalLength(pattern.has_absent_within(), pattern.absent_within()));
    TL_ASSIGN(compiled.absent_since,
              OptionalLength(pattern.has_absent_since(), pattern.absent_since()));
    TL_ASSIGN(compiled.lapses_after,
              OptionalLength(pattern.has_lapses_after(), pattern.lapses_after()));
    return compiled;
  }

 private:
  static Result<FieldCondition> Field(const v1::FieldTest& test, const KindSet& kinds) {
    FieldCondition condition;
    TL_ASSIGN(auto path, ResolveFor(test.path(), kinds));
    condition.of_detail = std::move(path.of_detail);
    condition.of_envelope = std::move(path.of_envelope);
    condition.in = SetOf(test.in());
    condition.absent = test.absent();
    condition.present = test.present();
    if (test.has_at_least()) condition.at_least = test.at_least();
    if (test.has_at_most()) condition.at_most = test.at_most();
    return condition;
  }

  static Result<Length> RequiredLength(const v1::Span& span) {
    const auto length = LengthOf(span);
    if (!length) return Fail(Code::kInvalid, "no such span: {} {}", span.count(), span.unit());
    return *length;
  }

  static Result<std::optional<Length>> OptionalLength(bool has, const v1::Span& span) {
    if (!has) return std::nullopt;
    TL_ASSIGN(const auto length, RequiredLength(span));
    return length;
  }

  static Result<HandoverState> State(std::string_view code) {
    const auto state = HandoverStateOf(code);
    if (!state || *state == HandoverState::kDeclined) {
      return Fail(Code::kInvalid, "no state of a hand-over: {}", code);
    }
    return *state;
  }

  static Result<HandoverCondition> Handovers(const v1::HandoverTest& test) {
    HandoverCondition condition{SetOf(test.expectations()), SetOf(test.positions()),
                                SetOf(test.recipients()), HandoverState::kSent};
    if (!test.reached().empty()) {
      TL_ASSIGN(condition.reached, State(test.reached()));
    }
    return condition;
  }

  std::size_t next_id_ = 0;
};

void Need(const ContactCondition& condition, CompiledRule& rule) {
  if (!condition.of_any_kind) rule.needs.push_back(condition.kinds);
}

Result<CompiledRule> CompileRule(const v1::Rule& rule, Compiler& compiler) {
  CompiledRule compiled;
  compiled.id = rule.id();
  compiled.jurisdiction = rule.jurisdiction();
  if (!rule.valid_from().empty()) {
    const auto day = ParseDay(rule.valid_from());
    if (!day) return Fail(Code::kInvalid, "valid_from is no day");
    compiled.valid_from = StartOfDay(*day);
  }
  if (!rule.valid_until().empty()) {
    const auto day = ParseDay(rule.valid_until());
    if (!day) return Fail(Code::kInvalid, "valid_until is no day");
    compiled.valid_until = StartOfDay(*day + 1);
  }
  if (rule.has_clock()) {
    TL_ASSIGN(auto clock, compiler.Clock(rule.clock()));
    Need(clock.anchor, compiled);
    compiled.test = std::move(clock);
  } else if (rule.has_process()) {
    TL_ASSIGN(auto process, compiler.Process(rule.process()));
    Need(process.anchor, compiled);
    compiled.test = std::move(process);
  } else if (rule.has_pattern()) {
    TL_ASSIGN(auto pattern, compiler.Pattern(rule.pattern()));
    for (const auto& step : pattern.steps) Need(step.contact, compiled);
    compiled.test = std::move(pattern);
  } else {
    return Fail(Code::kInvalid, "no clock, process or pattern");
  }
  return compiled;
}

// Every condition with which a rule looks for contacts.
class Looking {
 public:
  const std::vector<ContactCondition*>& conditions() const { return conditions_; }

  // Whether the test reads answers too.
  template <typename Test>
  bool At(Test& test) {
    return std::visit([this](auto& one) { return this->Family(one); }, test);
  }

 private:
  bool Family(CompiledClock& clock) {
    One(clock.anchor);
    Each(clock.satisfied_by);
    Each(clock.stopped_by);
    Children(clock.only_while);
    return clock.handovers.has_value();
  }

  bool Family(CompiledProcess& process) {
    bool answers = false;
    One(process.anchor);
    for (auto& expected : process.expected) One(expected.contact);
    for (auto& unfinished : process.unfinished) {
      One(unfinished.opened_by);
      if (unfinished.finished_by) One(*unfinished.finished_by);
      answers = answers || unfinished.handovers.has_value();
    }
    for (auto& shortfall : process.shortfalls) One(shortfall.contact);
    Each(process.cleared_by);
    Children(process.only_while);
    return answers;
  }

  bool Family(CompiledPattern& pattern) {
    for (auto& step : pattern.steps) One(step.contact);
    Each(pattern.absent);
    Each(pattern.cleared_by);
    Children(pattern.only_while);
    return false;
  }

  void Children(std::vector<ChildCondition>& conditions) {
    for (auto& condition : conditions) {
      Each(condition.known);
      Each(condition.not_known);
    }
  }

  void Each(std::vector<ContactCondition>& conditions) {
    for (auto& condition : conditions) One(condition);
  }

  void One(ContactCondition& condition) {
    conditions_.push_back(&condition);
    Linked(condition);
  }

  // What is asked of the contact itself is decided with it; what it links to is another contact.
  void Linked(ContactCondition& condition) {
    Each(condition.linked_to);
    for (auto& one : condition.any_of) Linked(one);
    for (auto& one : condition.unless) Linked(one);
  }

  std::vector<ContactCondition*> conditions_;
};

}  // namespace

const std::vector<CompiledRules::Looked>& CompiledRules::LookedAt(std::size_t kind) const {
  static const std::vector<Looked> nothing;
  return looked_at_.empty() ? nothing : looked_at_[std::min(kind, kMostKinds)];
}

std::optional<std::size_t> KindNumber(std::string_view kind) {
  const auto* field = KindField(kind);
  if (field == nullptr) return std::nullopt;
  const auto number = static_cast<std::size_t>(field->index_in_oneof());
  CHECK(number < kMostKinds);
  return number;
}

std::optional<HandoverState> HandoverStateOf(std::string_view code) {
  if (code == "received") return HandoverState::kReceived;
  if (code == "considered") return HandoverState::kConsidered;
  if (code == "acted_on") return HandoverState::kActedOn;
  if (code == "declined") return HandoverState::kDeclined;
  return std::nullopt;
}

Result<CompiledRules> CompiledRules::Compile(const std::vector<v1::Rule>& rules) {
  CompiledRules compiled;
  Compiler compiler;
  for (const auto& rule : rules) {
    auto one = CompileRule(rule, compiler);
    if (!one) return Fail(one.error().code, "rule {}: {}", rule.id(), one.error().text);
    compiled.rules_.push_back(std::move(*one));
  }
  compiled.looked_at_.resize(kMostKinds + 1);
  for (std::size_t i = 0; i < compiled.rules_.size(); ++i) {
    Looking looking;
    const bool answers = looking.At(compiled.rules_[i].test);
    if (answers) compiled.reading_answers_.push_back(i);
    const auto* clock = std::get_if<CompiledClock>(&compiled.rules_[i].test);
    if (clock != nullptr && clock->starts_with_kind) compiled.following_.push_back(i);
    for (ContactCondition* condition : looking.conditions()) {
      condition->looked_at = true;
      for (std::size_t kind = 0; kind <= kMostKinds; ++kind) {
        if (MayBeOf(*condition, kind)) compiled.looked_at_[kind].push_back({condition, i});
      }
    }
  }
  return compiled;
}

}  // namespace throughline::risk
