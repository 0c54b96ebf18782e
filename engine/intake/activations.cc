#include "engine/intake/activations.h"

#include "engine/base/bytes.h"
#include "engine/contact/identifiers.h"
#include "engine/intake/flow_table.h"
#include "throughline/v1/policy.pb.h"

namespace throughline::intake {
namespace {

class Activator {
 public:
  explicit Activator(const DecideInput& input) : input_(input), state_(input.state) {}

  Activation Run(const v1::Contact& contact) {
    if (input_.topic != state_.Journal().operator_feed()) {
      Fault("", "taken on the operator feed only");
      return std::move(activation_);
    }
    switch (contact.detail_case()) {
      case v1::Contact::kPolicyActivated:
        ActivatePolicy(contact.policy_activated());
        break;
      case v1::Contact::kCalendarActivated:
        ActivateCalendar(contact.calendar_activated());
        break;
      case v1::Contact::kFlowActivated:
        ActivateFlow(contact.flow_activated());
        break;
      case v1::Contact::kFeedActivated:
        ActivateFeed(contact.feed_activated());
        break;
      case v1::Contact::kTickReleased:
        ReleaseTick(contact.tick_released());
        break;
      default:
        Fault("detail", "not supported yet: erasure");
        break;
    }
    return std::move(activation_);
  }

 private:
  void Fault(std::string field, std::string text) {
    activation_.faults.push_back({std::move(field), std::move(text)});
  }

  // One fault for each line of an error.
  void Faults(const std::string& field, std::string_view text) {
    while (!text.empty()) {
      auto end = text.find('\n');
      if (auto line = text.substr(0, end); !line.empty()) Fault(field, std::string(line));
      if (end == std::string_view::npos) return;
      text.remove_prefix(end + 1);
    }
  }

  void CheckState(std::string_view state, std::string_view other) {
    if (state != "active" && state != other) {
      Fault("detail.state", fmt::format("neither active nor {}", other));
    }
  }

  // What an alert says was in force can be looked up only if a version has one content.
  void CheckVersion(const v1::IntakeInForce& in_force, std::string_view version,
                    std::string_view content) {
    if (in_force.version() == version && in_force.source_sha256() != Sha256(content)) {
      Fault("detail.version",
            fmt::format("version {} is in force with other content: what is changed has a version "
                        "of its own",
                        version));
    }
  }

  void ActivatePolicy(const v1::PolicyActivatedDetail& detail) {
    CheckState(detail.state(), "retired");
    v1::PolicyActivated& policy = *activation_.decision.mutable_policy_activated();
    policy.set_policy(detail.policy());
    policy.set_version(detail.version());
    policy.set_source(detail.content());
    policy.set_state(detail.state());
    *policy.mutable_approved_by() = detail.approved_by();
    if (detail.state() == "retired") {
      if (!input_.state.Get(keys::Policy(detail.policy()))) {
        Fault("detail.policy", "no policy of that name is in force");
      }
      return;
    }
    auto compiled = input_.compile_policy(detail.content());
    if (!compiled) return Faults("detail.content", compiled.error().text);
    v1::Policy parsed;
    if (!parsed.ParseFromString(*compiled)) {
      return Fault("detail.content", "the compiled policy cannot be read");
    }
    if (parsed.id() != detail.policy()) {
      Fault("detail.policy", "the policy file states another id");
    }
    if (parsed.version() != detail.version()) {
      Fault("detail.version", "the policy file states another version");
    }
    CheckVersion(state_.Policies()[detail.policy()], detail.version(), detail.content());
    policy.set_compiled(*std::move(compiled));
  }

  void ActivateCalendar(const v1::CalendarActivatedDetail& detail) {
    CheckState(detail.state(), "retired");
    v1::CalendarActivated& calendar = *activation_.decision.mutable_calendar_activated();
    calendar.set_calendar(detail.calendar());
    calendar.set_version(detail.version());
    calendar.set_content(detail.content());
    calendar.set_state(detail.state());
    *calendar.mutable_approved_by() = detail.approved_by();
    if (detail.state() == "retired") {
      if (!input_.state.Get(keys::Calendar(detail.calendar()))) {
        Fault("detail.calendar", "no calendar of that name is in force");
      }
      return;
    }
    auto parsed = Calendar::Parse(detail.content(), detail.calendar());
    if (!parsed) return Faults("detail.content", parsed.error().text);
    if (parsed->version() != detail.version()) {
      Fault("detail.version", "the calendar file states another version");
    }
    CheckVersion(state_.Calendars()[detail.calendar()], detail.version(), detail.content());
  }

  void ActivateFlow(const v1::FlowActivatedDetail& detail) {
    v1::FlowActivated& flow = *activation_.decision.mutable_flow_activated();
    flow.set_version(detail.version());
    flow.set_content(detail.content());
    *flow.mutable_approved_by() = detail.approved_by();
    auto parsed = FlowTable::Parse(detail.content(), "flow");
    if (!parsed) return Faults("detail.content", parsed.error().text);
    if (parsed->version() != detail.version()) {
      Fault("detail.version", "the flow file states another version");
    }
    CheckVersion(state_.Flow().value_or(v1::IntakeInForce()), detail.version(), detail.content());
    flow.set_household_most(parsed->household_most());
  }

  void ActivateFeed(const v1::FeedActivatedDetail& detail) {
    CheckState(detail.state(), "closed");
    if (!contact::IsAgencyName(detail.agency())) {
      Fault("detail.agency", "an agency's name is 1 to 64 of [a-z0-9-]");
    }
    const std::string& topic = detail.topic();
    if (!topic.starts_with(kFeedPrefix) || topic.size() == kFeedPrefix.size() ||
        !log::CheckTopicName(topic)) {
      Fault("detail.topic", fmt::format("a feed's topic is {}<name>, of [a-z0-9._-]", kFeedPrefix));
      return;
    }
    auto before = state_.Feed(topic);
    if (before && before->active() && before->agency() != detail.agency()) {
      Fault("detail.topic", "it is the feed of another agency: close that first");
    }
    const bool is_own = before && before->agency() == detail.agency();
    const v1::IntakeFeed stands = is_own ? *before : v1::IntakeFeed();
    const bool attests =
        detail.attests() == v1::TRI_YES || (detail.attests() != v1::TRI_NO && stands.attests());
    if (topic == state_.Journal().operator_feed() && (detail.state() != "active" || !attests)) {
      Fault("detail.topic", "the operator feed stays active and attests");
    }
    v1::FeedActivated& feed = *activation_.decision.mutable_feed_activated();
    feed.set_agency(detail.agency());
    feed.set_topic(topic);
    feed.set_state(detail.state());
    feed.set_delay_ms(detail.has_publishing_delay_minutes()
                          ? Millis{detail.publishing_delay_minutes()} * kMinute
                          : stands.delay_ms());
    feed.set_expected_every_ms(detail.has_expected_every_minutes()
                                   ? Millis{detail.expected_every_minutes()} * kMinute
                                   : stands.expected_every_ms());
    feed.set_attests(attests);
    feed.set_approved_by(detail.approved_by());
  }

  void ReleaseTick(const v1::TickReleased& detail) {
    Millis held = state_.Journal().held_at_ms();
    auto at = Implied(detail.at());
    if (!at) return Fault("detail.at", at.error().text);
    if (held == 0) return Fault("detail.at", "no tick waits for an operator");
    if (held < at->earliest || held > at->latest) {
      return Fault("detail.at", fmt::format("the tick that waits is {}", FormatUtc(held)));
    }
    v1::Released& released = *activation_.decision.mutable_released();
    released.set_at_ms(held);
    released.set_why(detail.why());
  }

  const DecideInput& input_;
  State state_;
  Activation activation_;
};

}  // namespace

std::optional<Activation> Activate(const DecideInput& input) {
  const v1::Contact& contact = *input.examined.contact;
  switch (contact.detail_case()) {
    case v1::Contact::kPolicyActivated:
    case v1::Contact::kCalendarActivated:
    case v1::Contact::kFlowActivated:
    case v1::Contact::kFeedActivated:
    case v1::Contact::kTickReleased:
    case v1::Contact::kErasureOrdered:
      return Activator(input).Run(contact);
    default:
      return std::nullopt;
  }
}

}  // namespace throughline::intake
