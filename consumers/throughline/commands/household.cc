#include <memory>

#include "consumers/throughline/arguments.h"
#include "consumers/throughline/context.h"
#include "consumers/throughline/lens.h"
#include "consumers/throughline/session.h"
#include "consumers/throughline/show/household_text.h"
#include "engine/base/clock.h"
#include "engine/contact/compact.h"

namespace throughline::cli {
namespace {

struct HomeOptions {
  std::string of, on, as_known_at, lens = "shared";
  bool json = false;
};

Result<Day> ReadDay(const std::string& text) {
  const auto day = ParseDay(text);
  if (!day) return Fail(Code::kInvalid, "takes a day: 2011-06-01");
  return *day;
}

// The day asked about: the one named, else that as known at, else today.
template <typename Question>
Result<void> FillHome(const HomeOptions& options, Question& question) {
  TL_ASSIGN(*question.mutable_of(), ParsePerson(options.of));
  question.set_lens(options.lens);
  Day day = DayOf(SystemClock().Now());
  if (!options.as_known_at.empty()) {
    TL_ASSIGN(const Millis at, ParseKnownAt(options.as_known_at));
    question.set_as_known_at_ms(at);
    day = DayOf(at);
  }
  if (!options.on.empty()) {
    TL_ASSIGN(day, ReadDay(options.on));
  }
  question.set_on(FormatDay(day));
  return {};
}

// Asks, and prints the answer as JSON or as a page.
template <typename Question, typename Answer>
int SayHome(Context& context, const HomeOptions& options, const Question& question_of,
            const Answer& answer_of) {
  v1::Request request;
  if (auto filled = FillHome(options, question_of(request)); !filled) {
    return Complain(context.terminal, filled.error());
  }
  auto session = Session::Open(context.directory, context.brokers);
  if (!session) return Complain(context.terminal, session.error(), kUsage);
  auto response = (*session)->Ask(request);
  if (!response) return Complain(context.terminal, response.error());
  SayUnknownAgency(context, **session, options.lens);
  const auto& answer = answer_of(*response);
  const show::Style style{context.terminal.width, context.terminal.colour};
  context.terminal.out << (options.json ? contact::ToJson(answer) + "\n"
                                        : show::HomeText(answer, style));
  return kOk;
}

int RunHousehold(Context& context, const HomeOptions& options) {
  return SayHome(
      context, options, [](v1::Request& request) -> auto& { return *request.mutable_household(); },
      [](const v1::Response& response) -> const auto& { return response.household(); });
}

int RunRelations(Context& context, const HomeOptions& options) {
  return SayHome(
      context, options, [](v1::Request& request) -> auto& { return *request.mutable_relations(); },
      [](const v1::Response& response) -> const auto& { return response.relations(); });
}

void AddHomeOptions(CLI::App* command, const std::string& name, HomeOptions& options) {
  AddPersonOption(*command, name, options.of)->required();
  command
      ->add_option("--on", options.on,
                   "The day asked about: 2011-06-01 (default: that of --as-known-at, else today)")
      ->check(ReadBy(ReadDay));
  AddKnownAtOption(*command, options.as_known_at);
  AddLensOption(*command, options.lens,
                "shared: what the integrated chronology held; agency:NAME: what that agency had "
                "a source of knowing");
  command->add_flag("--json", options.json, "As JSON");
}

}  // namespace

void AddHousehold(CLI::App& app, Context& context) {
  auto options = std::make_shared<HomeOptions>();
  CLI::App* command = AddCommand(
      app, context, "household",
      "Who lived where a person lived, or at an address, on a day, and who had care",
      "  throughline household review-role:child-r --on 2011-05-14\n"
      "  throughline household uprn:100000000001 --on 2011-05-14 --as-known-at 2011-05-14\n"
      "  throughline household review-role:child-r --lens agency:childrens-services\n",
      [&context, options] { return RunHousehold(context, *options); });
  AddHomeOptions(command, "PERSON|ADDRESS", *options);
}

void AddRelations(CLI::App& app, Context& context) {
  auto options = std::make_shared<HomeOptions>();
  CLI::App* command = AddCommand(
      app, context, "relations",
      "Parents, brothers and sisters, carers, partners, homes, and the children an adult reaches",
      "  throughline relations review-role:child-r --on 2011-05-14\n"
      "  throughline relations review-role:father --as-known-at 2009-01-01\n",
      [&context, options] { return RunRelations(context, *options); });
  AddHomeOptions(command, "PERSON", *options);
}

}  // namespace throughline::cli
