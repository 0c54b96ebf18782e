#include <memory>

#include "consumers/throughline/alerts_topic.h"
#include "consumers/throughline/arguments.h"
#include "consumers/throughline/context.h"
#include "consumers/throughline/find_person.h"
#include "consumers/throughline/lens.h"
#include "consumers/throughline/session.h"
#include "consumers/throughline/show/alert_lives.h"
#include "consumers/throughline/show/alerts_text.h"
#include "consumers/throughline/show/chronology_text.h"
#include "engine/base/clock.h"
#include "engine/contact/compact.h"

namespace throughline::cli {
namespace {

struct ReadOptions {
  std::string person, as_known_at, lens = "shared", from, until;
  bool json = false, from_topic = false, live = false;
};

// Fills in what both questions share.
template <typename Question>
Result<void> Fill(const ReadOptions& options, Question& question) {
  if (!options.person.empty()) {
    TL_ASSIGN(*question.mutable_person(), ParsePerson(options.person));
  }
  question.set_lens(options.lens);
  if (!options.as_known_at.empty()) {
    TL_ASSIGN(Millis at, ParseKnownAt(options.as_known_at));
    question.set_as_known_at_ms(at);
  }
  return {};
}

Result<v1::AlertsAnswer> AskAlerts(Session& session, const ReadOptions& options) {
  v1::Request request;
  TL_TRY(Fill(options, *request.mutable_alerts()));
  // The recorded lens is played up to an instant: now, where none is named.
  if (options.lens == "recorded" && options.as_known_at.empty()) {
    request.mutable_alerts()->set_as_known_at_ms(SystemClock().Now());
  }
  TL_ASSIGN(v1::Response response, session.Ask(request));
  return response.alerts();
}

Result<v1::ChronologyAnswer> AskChronology(Session& session, const ReadOptions& options) {
  v1::Request request;
  auto& question = *request.mutable_chronology();
  TL_TRY(Fill(options, question));
  if (!options.from.empty()) {
    TL_ASSIGN(WrittenTime from, ParseWrittenTime(options.from));
    question.set_from_ms(from.interval.earliest);
  }
  if (!options.until.empty()) {
    TL_ASSIGN(WrittenTime until, ParseWrittenTime(options.until));
    question.set_until_ms(until.interval.latest);
  }
  TL_ASSIGN(v1::Response response, session.Ask(request));
  return response.chronology();
}

Result<void> CheckSpan(const ReadOptions& options) {
  if (options.from.empty() || options.until.empty()) return {};
  TL_ASSIGN(const WrittenTime from, ParseWrittenTime(options.from));
  TL_ASSIGN(const WrittenTime until, ParseWrittenTime(options.until));
  if (from.interval.earliest <= until.interval.latest) return {};
  return Fail(Code::kInvalid, "--until lies before --from");
}

show::Style StyleOf(const Context& context) {
  return {context.terminal.width, context.terminal.colour};
}

int RunChronology(Context& context, const ReadOptions& options) {
  if (auto span = CheckSpan(options); !span) {
    return Complain(context.terminal, span.error(), kUsage);
  }
  auto session = Session::Open(context.directory, context.brokers);
  if (!session) return Complain(context.terminal, session.error(), kUsage);
  auto answer = AskChronology(**session, options);
  if (!answer) return Complain(context.terminal, answer.error());
  SayUnknownAgency(context, **session, options.lens);
  if (options.json) {
    context.terminal.out << contact::ToJson(*answer) << "\n";
    return kOk;
  }
  auto alerts = AskAlerts(**session, options);
  if (!alerts) return Complain(context.terminal, alerts.error());
  // An alert stands in its place when it was raised and again when it closed.
  std::vector<v1::Alert> in_place;
  for (const auto& life : alerts->alerts()) {
    in_place.push_back(life.raised());
    if (!life.open()) in_place.push_back(life.last());
  }
  context.terminal.out << show::ChronologyText(*answer, in_place, StyleOf(context));
  return kOk;
}

int SayTopic(Context& context, Session& session, const ReadOptions& options) {
  auto published = ReadAlertsTopic(session);
  if (!published) return Complain(context.terminal, published.error());
  std::vector<v1::Alert> alerts;
  for (auto& alert : *published) {
    if (!options.live || !alert.from_history()) alerts.push_back(std::move(alert));
  }
  if (!options.json) {
    context.terminal.out << show::AlertsText(alerts, StyleOf(context));
    return kOk;
  }
  for (const auto& alert : alerts) context.terminal.out << contact::ToJson(alert) << "\n";
  return kOk;
}

int RunAlerts(Context& context, const ReadOptions& options) {
  auto session = Session::Open(context.directory, context.brokers);
  if (!session) return Complain(context.terminal, session.error(), kUsage);
  if (options.from_topic) return SayTopic(context, **session, options);
  auto answer = AskAlerts(**session, options);
  if (!answer) return Complain(context.terminal, answer.error());
  SayUnknownAgency(context, **session, options.lens);
  context.terminal.out << (options.json ? contact::ToJson(*answer) + "\n"
                                        : show::AlertLivesText(*answer, StyleOf(context)));
  return kOk;
}

int RunFind(Context& context, const ReadOptions& options) {
  auto session = Session::Open(context.directory, context.brokers);
  if (!session) return Complain(context.terminal, session.error(), kUsage);
  v1::Request request;
  auto person = ParsePerson(options.person);
  if (!person) return Complain(context.terminal, person.error());
  *request.mutable_find()->mutable_person() = *person;
  auto response = (*session)->Ask(request);
  if (!response) return Complain(context.terminal, response.error());
  const auto& found = response->find();
  if (options.json) {
    context.terminal.out << contact::ToJson(found) << "\n";
  } else {
    for (const auto& row : found.persons()) {
      context.terminal.out << fmt::format("{}  {}  {} contacts\n", row.id(), row.person_kind(),
                                          row.contacts());
    }
  }
  if (found.persons().empty()) {
    context.terminal.err << NobodyKnown(*person) << "\n";
    return kNotThere;
  }
  return kOk;
}

void AddKnownOptions(CLI::App* command, ReadOptions& options) {
  AddKnownAtOption(*command, options.as_known_at);
  AddLensOption(*command, options.lens,
                "shared: what the integrated chronology held; recorded: had every agency "
                "published when it recorded; agency:NAME: what that agency had a source of "
                "knowing");
  command->add_flag("--json", options.json, "As JSON");
}

}  // namespace

void AddChronology(CLI::App& app, Context& context) {
  auto options = std::make_shared<ReadOptions>();
  CLI::App* command = AddCommand(
      app, context, "chronology", "One person's chronology, with its alerts in their place",
      "  throughline chronology review-role:child-r\n"
      "  throughline chronology nhs-number:9434765919 --as-known-at 2026-03-01\n"
      "  throughline chronology review-role:child-r --lens recorded --as-known-at 2011-01-31\n"
      "  throughline chronology review-role:child-r --lens agency:childrens-services\n",
      [&context, options] { return RunChronology(context, *options); });
  AddPersonOption(*command, "PERSON", options->person)->required();
  AddKnownOptions(command, *options);
  command->add_option("--from", options->from, "Only what can have happened since")
      ->check(ReadBy(ParseWrittenTime));
  command->add_option("--until", options->until, "Only what can have happened until")
      ->check(ReadBy(ParseWrittenTime));
}

void AddAlerts(CLI::App& app, Context& context) {
  auto options = std::make_shared<ReadOptions>();
  CLI::App* command =
      AddCommand(app, context, "alerts", "Alerts with their reasons and evidence",
                 "  throughline alerts\n"
                 "  throughline alerts --person review-role:child-r --lens recorded\n",
                 [&context, options] { return RunAlerts(context, *options); });
  AddPersonOption(*command, "--person", options->person);
  AddKnownOptions(command, *options);
  command
      ->add_flag("--from-topic", options->from_topic,
                 "Every change as it was published, of everybody, read from the alerts topic")
      ->excludes("--person")
      ->excludes("--lens")
      ->excludes("--as-known-at");
  command
      ->add_flag("--live", options->live,
                 "With --from-topic: leave out what rests on imported history alone")
      ->needs("--from-topic");
}

void AddPerson(CLI::App& app, Context& context) {
  auto options = std::make_shared<ReadOptions>();
  CLI::App* person = AddCommand(app, context, "person", "Who is known here", "", nullptr);
  CLI::App* find = AddCommand(*person, context, "find", "The id of a person, by a reference",
                              "  throughline person find upn:B801200005001\n"
                              "  throughline person find local-id:N-88121@police\n",
                              [&context, options] { return RunFind(context, *options); });
  AddPersonOption(*find, "REFERENCE", options->person)->required();
  find->add_flag("--json", options->json, "As JSON");
}

}  // namespace throughline::cli
