#include "consumers/throughline/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "consumers/throughline/arguments.h"
#include "consumers/throughline/context.h"
#include "consumers/throughline/lens.h"
#include "consumers/throughline/session.h"
#include "engine/base/nearest.h"

namespace throughline::cli {
namespace {

constexpr const char* kExits =
    "Exit codes: 0 all well; 1 it ran and found something wrong; 2 the command line is wrong;\n"
    "65 the input or stored data cannot be read; 66 no such thing; 75 try again later.\n";

// The command that was typed, as far as there is one.
const CLI::App* CommandIn(const CLI::App& app, const std::vector<std::string>& typed) {
  const CLI::App* at = &app;
  for (const auto& word : typed) {
    for (const CLI::App* sub : at->get_subcommands({})) {
      if (sub->get_name() == word) {
        at = sub;
        break;
      }
    }
  }
  return at;
}

// The names that could have been typed there.
std::vector<std::string> NamesAt(const CLI::App* at) {
  std::vector<std::string> names;
  for (const CLI::App* sub : at->get_subcommands({})) names.push_back(sub->get_name());
  for (const CLI::Option* option : at->get_options({})) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

int SayUsage(const CLI::App& app, const std::vector<std::string>& arguments,
             const CLI::ParseError& fault, Terminal& terminal) {
  terminal.err << "throughline: " << fault.what() << "\n";
  const CLI::App* command = CommandIn(app, arguments);
  const std::vector<std::string> names = NamesAt(command);
  for (const auto& word : arguments) {
    if (std::find(names.begin(), names.end(), word) != names.end()) continue;
    std::vector<std::string_view> views(names.begin(), names.end());
    if (auto near = Nearest(word, views)) terminal.err << "Did you mean: " << *near << "\n";
  }
  std::string called;
  for (; command != nullptr && command != &app; command = command->get_parent()) {
    called.insert(0, command->get_name() + " ");
  }
  terminal.err << "Try: throughline " << called << "--help\n";
  return kUsage;
}

}  // namespace

CLI::App* AddCommand(CLI::App& parent, Context& context, const std::string& name,
                     const std::string& help, const std::string& examples,
                     std::function<int()> run) {
  CLI::App* command = parent.add_subcommand(name, help);
  if (!examples.empty()) command->footer("Examples:\n" + examples);
  if (run) {
    command->callback([&context, run = std::move(run)] { context.exit = run(); });
  } else {
    command->require_subcommand(1);
  }
  return command;
}

CLI::Option* AddPersonOption(CLI::App& command, const std::string& name, std::string& person) {
  return command
      .add_option(name, person, "32 hexadecimal digits, or SCHEME:VALUE, or SCHEME:VALUE@SCOPE")
      ->check(ReadBy(ParsePerson));
}

void AddKnownAtOption(CLI::App& command, std::string& as_known_at) {
  command
      .add_option("--as-known-at", as_known_at,
                  "Only what was known then: 2011-06-01 (its end), 2011-06-01T09:30")
      ->check(ReadBy(ParseKnownAt));
}

void AddLensOption(CLI::App& command, std::string& lens, const std::string& help) {
  command.add_option("--lens", lens, help)->check(ReadBy(ParseLens));
}

void SayUnknownAgency(Context& context, Session& session, std::string_view lens) {
  const auto read = ParseLens(lens);
  if (!read || read->agency.empty()) return;
  const auto had = session.HadFeed(read->agency);
  if (!had || had->value_or(true)) return;
  context.terminal.err << fmt::format(
      "throughline: no feed of {} was ever activated here: is the name right?\n", read->agency);
}

int Run(const std::vector<std::string>& arguments, Terminal& terminal) {
  CLI::App app(
      "Throughline: one chronology for each child, from every agency, and alerts that follow "
      "through.",
      "throughline");
  const char* from_environment = std::getenv("THROUGHLINE_DATA");
  Context context{
      terminal, from_environment != nullptr ? from_environment : "throughline-data", {}};
  app.add_option("--data", context.directory,
                 "The data directory (default: $THROUGHLINE_DATA, else ./throughline-data)")
      ->type_name("DIR");
  app.add_option(
         "--brokers", context.brokers.brokers,
         "Kafka brokers that hold the log (default: as the data directory recorded, else it "
         "has a log of its own)")
      ->type_name("HOST:PORT,...")
      ->envname("THROUGHLINE_BROKERS");
  app.add_option("--kafka-properties", context.brokers.properties_file,
                 "librdkafka's properties for TLS and login, name=value a line (default: "
                 "kafka.properties of the data directory)")
      ->type_name("FILE");
  app.set_version_flag("--version", "throughline 0.1.0");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(kExits);
  for (auto add : {AddInit,     AddUp,         AddPublish,     AddChronology, AddAlerts,
                   AddWhoKnew,  AddDifference, AddHousehold,   AddRelations,  AddPerson,
                   AddIdentity, AddActivate,   AddDeadLetters, AddCase,       AddInspect,
                   AddRebuild,  AddCopy,       AddDoctor,      AddDemo,       AddCompletion}) {
    add(app, context);
  }
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::Success& asked) {
    app.exit(asked, terminal.out, terminal.err);
    return kOk;
  } catch (const CLI::ParseError& fault) {
    return SayUsage(app, arguments, fault, terminal);
  }
  return context.exit;
}

}  // namespace throughline::cli
