#include <memory>

#include "consumers/throughline/arguments.h"
#include "consumers/throughline/context.h"
#include "consumers/throughline/files.h"
#include "consumers/throughline/operator.h"
#include "consumers/throughline/policy_bundle.h"
#include "engine/base/calendar.h"
#include "engine/base/clock.h"
#include "engine/intake/flow_table.h"

namespace throughline::cli {
namespace {

constexpr const char* kApprover = "policy_owner";

struct Feed {
  std::string agency, delay, expected_every;
  bool attests = false, attests_no_more = false, close = false;
};

Result<Millis> ReadMinutes(const std::string& text) {
  if (text == "none") return 0;
  TL_ASSIGN(const Millis length, ParseLength(text));
  if (length % kMinute != 0) return Fail(Code::kInvalid, "in whole minutes: {}", text);
  return length;
}

int ActivateFeed(Context& context, const Feed& feed) {
  v1::Contact contact = OperatorContact("feed-" + feed.agency, SystemClock().Now());
  auto& detail = *contact.mutable_feed_activated();
  detail.set_agency(feed.agency);
  detail.set_topic(log::FeedTopic(feed.agency));
  detail.set_state(feed.close ? "closed" : "active");
  if (feed.attests) detail.set_attests(v1::TRI_YES);
  if (feed.attests_no_more) detail.set_attests(v1::TRI_NO);
  for (auto [text, set] :
       {std::pair{&feed.delay, &v1::FeedActivatedDetail::set_publishing_delay_minutes},
        std::pair{&feed.expected_every, &v1::FeedActivatedDetail::set_expected_every_minutes}}) {
    if (text->empty()) continue;
    auto length = ReadMinutes(*text);
    if (!length) return Complain(context.terminal, length.error());
    (detail.*set)(static_cast<std::uint32_t>(*length / kMinute));
  }
  detail.set_approved_by(kApprover);
  return PublishAsOperator(context, contact,
                           "feed of " + feed.agency + (feed.close ? " closed" : ""));
}

// Every fault on a line of its own; the exit code.
int SayPolicyFaults(Context& context, const std::vector<yaml::Fault>& faults, int exit) {
  for (const auto& fault : faults) context.terminal.err << fault.Text() << "\n";
  context.terminal.err << faults.size() << (faults.size() == 1 ? " fault\n" : " faults\n");
  return exit;
}

int CheckPolicyAt(Context& context, const std::string& path) {
  auto files = ReadPolicyFiles(path);
  if (!files) return Complain(context.terminal, files.error());
  auto checked = risk::CheckPolicy(*files);
  if (!checked.policy) return SayPolicyFaults(context, checked.faults, kProblems);
  context.terminal.out << fmt::format("{} {}: {} rules, no faults\n", checked.policy->id(),
                                      checked.policy->version(), checked.policy->rules_size());
  return kOk;
}

int ActivatePolicy(Context& context, const std::string& path, bool retire) {
  auto files = ReadPolicyFiles(path);
  if (!files) return Complain(context.terminal, files.error());
  auto checked = risk::CheckPolicy(*files);
  if (!checked.policy) return SayPolicyFaults(context, checked.faults, kData);
  v1::Contact contact = OperatorContact("policy-" + checked.policy->id(), SystemClock().Now());
  auto& detail = *contact.mutable_policy_activated();
  detail.set_policy(checked.policy->id());
  detail.set_version(checked.policy->version());
  detail.set_content(risk::BundlePolicy(*files));
  detail.set_state(retire ? "retired" : "active");
  detail.add_approved_by(kApprover);
  return PublishAsOperator(
      context, contact,
      fmt::format("policy {} {} with {} rules{}", checked.policy->id(), checked.policy->version(),
                  checked.policy->rules_size(), retire ? " retired" : ""));
}

int ActivateCalendar(Context& context, const std::string& path) {
  auto text = ReadFile(path);
  if (!text) return Complain(context.terminal, text.error());
  auto calendar = Calendar::Parse(*text, path);
  if (!calendar) return Complain(context.terminal, calendar.error(), kData);
  v1::Contact contact =
      OperatorContact("calendar-" + calendar->jurisdiction(), SystemClock().Now());
  auto& detail = *contact.mutable_calendar_activated();
  detail.set_calendar(calendar->jurisdiction());
  detail.set_version(calendar->version());
  detail.set_content(*text);
  detail.set_state("active");
  detail.add_approved_by(kApprover);
  const auto terms = calendar->terms_until();
  return PublishAsOperator(
      context, contact,
      fmt::format("calendar of {}, which knows bank holidays until {} and {}",
                  calendar->jurisdiction(), FormatDay(calendar->covers_until()),
                  terms ? "school terms until " + FormatDay(*terms) : "no school terms"));
}

int CheckFlow(Context& context, const std::string& path) {
  auto text = ReadFile(path);
  if (!text) return Complain(context.terminal, text.error());
  auto flow = intake::FlowTable::Parse(*text, path);
  if (!flow) return Complain(context.terminal, flow.error());
  context.terminal.err << path << ": flow " << flow->version() << ", no fault\n";
  return kOk;
}

int ActivateFlow(Context& context, const std::string& path) {
  auto text = ReadFile(path);
  if (!text) return Complain(context.terminal, text.error());
  auto flow = intake::FlowTable::Parse(*text, path);
  if (!flow) return Complain(context.terminal, flow.error(), kData);
  v1::Contact contact = OperatorContact("flow-" + flow->version(), SystemClock().Now());
  auto& detail = *contact.mutable_flow_activated();
  detail.set_version(flow->version());
  detail.set_content(*text);
  detail.add_approved_by(kApprover);
  return PublishAsOperator(context, contact, "flow " + flow->version());
}

struct Release {
  std::string at, why;
};

int ReleaseTick(Context& context, const Release& release) {
  auto at = ParseUncertain(release.at);
  if (!at) return Complain(context.terminal, at.error());
  v1::Contact contact = OperatorContact("tick", SystemClock().Now());
  *contact.mutable_tick_released()->mutable_at() = *at;
  contact.mutable_tick_released()->set_why(release.why);
  return PublishAsOperator(context, contact, "tick at " + release.at);
}

void AddPolicy(CLI::App& app, Context& context) {
  auto path = std::make_shared<std::string>();
  auto retire = std::make_shared<bool>(false);
  CLI::App* policy =
      AddCommand(app, context, "policy", "Check and activate the rules", "", nullptr);
  CLI::App* check =
      AddCommand(*policy, context, "check", "Check policy files; every fault with its place",
                 "  throughline policy check deploy/policy/starter\n",
                 [&context, path] { return CheckPolicyAt(context, *path); });
  CLI::App* activate =
      AddCommand(*policy, context, "activate", "Put a policy in force from here on",
                 "  throughline policy activate deploy/policy/starter\n",
                 [&context, path, retire] { return ActivatePolicy(context, *path, *retire); });
  for (CLI::App* command : {check, activate})
    command->add_option("DIR", *path, "A folder of *.yaml, or one file")->required();
  activate->add_flag("--retire", *retire, "Retire it instead");
}

}  // namespace

void AddActivate(CLI::App& app, Context& context) {
  auto feed = std::make_shared<Feed>();
  CLI::App* feeds =
      AddCommand(app, context, "feed", "Open, change or close an agency's feed", "", nullptr);
  CLI::App* activate =
      AddCommand(*feeds, context, "activate",
                 "Open or change a feed. What is not said stays as it was said before",
                 "  throughline feed activate --agency police --expected-every 24h\n"
                 "  throughline feed activate --agency health-visiting --delay 12h\n"
                 "  throughline feed activate --agency desk --no-attests --expected-every none\n",
                 [&context, feed] { return ActivateFeed(context, *feed); });
  activate->add_option("--agency", feed->agency, "Whose feed")
      ->required()
      ->check([](const std::string& text) {
        bool name =
            !text.empty() && text.size() <= 64 &&
            text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
        return name ? std::string() : std::string("an agency is 1 to 64 of a-z, 0-9 and -");
      });
  activate
      ->add_option("--delay", feed->delay,
                   "How much later than it records it publishes, at most (12h; none)")
      ->check(ReadBy(ReadMinutes));
  activate->add_option("--expected-every", feed->expected_every, "Silent beyond this (24h; none)")
      ->check(ReadBy(ReadMinutes));
  auto* attests = activate->add_flag("--attests", feed->attests,
                                     "It states the agency of each contact from a login");
  activate->add_flag("--no-attests", feed->attests_no_more, "It does that no more")
      ->excludes(attests);
  activate->add_flag("--close", feed->close, "Read it no more");

  AddPolicy(app, context);

  auto path = std::make_shared<std::string>();
  CLI::App* calendars =
      AddCommand(app, context, "calendar", "Bank holidays and school terms", "", nullptr);
  AddCommand(*calendars, context, "activate", "Put a calendar in force from here on",
             "  throughline calendar activate deploy/calendars/england.yaml\n",
             [&context, path] { return ActivateCalendar(context, *path); })
      ->add_option("FILE", *path, "The calendar")
      ->required();

  CLI::App* flow =
      AddCommand(app, context, "flow", "Which contacts travel along which relation", "", nullptr);
  CLI::App* check =
      AddCommand(*flow, context, "check", "Check a flow file; every fault with its place",
                 "  throughline flow check deploy/flow/england.yaml\n",
                 [&context, path] { return CheckFlow(context, *path); });
  CLI::App* put = AddCommand(*flow, context, "activate", "Put a flow in force from here on",
                             "  throughline flow activate deploy/flow/england.yaml\n",
                             [&context, path] { return ActivateFlow(context, *path); });
  for (CLI::App* command : {check, put}) {
    command->add_option("FILE", *path, "The flow")->required();
  }

  auto release = std::make_shared<Release>();
  CLI::App* tick = AddCommand(app, context, "tick", "Time that waits for an operator", "", nullptr);
  CLI::App* let = AddCommand(
      *tick, context, "release", "Let a held tick pass (`inspect` names it)",
      "  throughline tick release --at 2026-11-20T09:00 --why \"back after maintenance\"\n",
      [&context, release] { return ReleaseTick(context, *release); });
  let->add_option("--at", release->at, "The tick, UK time")
      ->required()
      ->check(ReadBy(ParseUncertain));
  let->add_option("--why", release->why, "Why it is right")->required();
}

}  // namespace throughline::cli
