#include <memory>

#include "consumers/throughline/arguments.h"
#include "consumers/throughline/context.h"
#include "consumers/throughline/session.h"
#include "consumers/throughline/show/who_knew_text.h"
#include "engine/contact/compact.h"

namespace throughline::cli {
namespace {

struct KnewOptions {
  std::string person, as_known_at, contact, between;
  bool json = false;
};

template <typename Question>
Result<void> Fill(const KnewOptions& options, Question& question) {
  TL_ASSIGN(*question.mutable_person(), ParsePerson(options.person));
  if (options.as_known_at.empty()) return {};
  TL_ASSIGN(Millis at, ParseKnownAt(options.as_known_at));
  question.set_as_known_at_ms(at);
  return {};
}

Result<v1::Request> WhoKnewOf(const KnewOptions& options) {
  v1::Request request;
  TL_TRY(Fill(options, *request.mutable_who_knew()));
  if (!options.contact.empty()) {
    TL_ASSIGN(*request.mutable_who_knew()->mutable_contact(), ParseContact(options.contact));
  }
  return request;
}

using Between = std::pair<std::string, std::string>;

Result<Between> ParseBetween(const std::string& text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos) {
    return Fail(Code::kInvalid, "takes two: agency:NAME,shared or two agencies");
  }
  return Between(text.substr(0, comma), text.substr(comma + 1));
}

Result<v1::Request> DifferenceOf(const KnewOptions& options) {
  v1::Request request;
  TL_TRY(Fill(options, *request.mutable_difference()));
  TL_ASSIGN(const Between between, ParseBetween(options.between));
  request.mutable_difference()->set_first(between.first);
  request.mutable_difference()->set_second(between.second);
  return request;
}

// Asks, and prints the answer as JSON or as `text` puts it.
template <typename Text>
int Say(Context& context, const KnewOptions& options, const Result<v1::Request>& request,
        const Text& text) {
  if (!request) return Complain(context.terminal, request.error());
  auto session = Session::Open(context.directory, context.brokers);
  if (!session) return Complain(context.terminal, session.error(), kUsage);
  auto response = (*session)->Ask(*request);
  if (!response) return Complain(context.terminal, response.error());
  SayUnknownAgency(context, **session, request->difference().first());
  SayUnknownAgency(context, **session, request->difference().second());
  const show::Style style{context.terminal.width, context.terminal.colour};
  if (!options.json) {
    context.terminal.out << text(*response, style);
  } else if (response->has_who_knew()) {
    context.terminal.out << contact::ToJson(response->who_knew()) << "\n";
  } else {
    context.terminal.out << contact::ToJson(response->difference()) << "\n";
  }
  return kOk;
}

int RunWhoKnew(Context& context, const KnewOptions& options) {
  return Say(context, options, WhoKnewOf(options), [&](const v1::Response& response, auto style) {
    return options.contact.empty() ? show::WhoKnewText(response.who_knew(), style)
                                   : show::WhoKnewInFull(response.who_knew(), style);
  });
}

int RunDifference(Context& context, const KnewOptions& options) {
  return Say(context, options, DifferenceOf(options), [](const v1::Response& response, auto style) {
    return show::DifferenceText(response.difference(), style);
  });
}

void AddOptions(CLI::App* command, KnewOptions& options) {
  AddPersonOption(*command, "PERSON", options.person)->required();
  AddKnownAtOption(*command, options.as_known_at);
  command->add_flag("--json", options.json, "As JSON");
}

}  // namespace

void AddWhoKnew(CLI::App& app, Context& context) {
  auto options = std::make_shared<KnewOptions>();
  CLI::App* command = AddCommand(
      app, context, "who-knew", "Which agency knew each contact of a person, since when and how",
      "  throughline who-knew review-role:child-r\n"
      "  throughline who-knew nhs-number:9434765919 --contact police:DA-11873\n"
      "  throughline who-knew upn:B801200005001 --as-known-at 2026-03-01 --json\n",
      [&context, options] { return RunWhoKnew(context, *options); });
  AddOptions(command, *options);
  command
      ->add_option("--contact", options->contact,
                   "One contact, with every source of everyone who knew it: AGENCY:ID")
      ->check(ReadBy(ParseContact));
}

void AddDifference(CLI::App& app, Context& context) {
  auto options = std::make_shared<KnewOptions>();
  CLI::App* command = AddCommand(
      app, context, "difference", "What others knew of a person and one agency did not",
      "  throughline difference review-role:child-r --between agency:childrens-services,shared\n"
      "  throughline difference upn:B801200005001 --between agency:police,agency:school\n",
      [&context, options] { return RunDifference(context, *options); });
  AddOptions(command, *options);
  command
      ->add_option("--between", options->between,
                   "agency:NAME,shared: what anyone knew and that agency did not; "
                   "agency:NAME,agency:OTHER: what each of them knew and the other did not")
      ->required()
      ->check(ReadBy(ParseBetween));
}

}  // namespace throughline::cli
