#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "consumers/throughline/log_source.h"
#include "consumers/throughline/terminal.h"

namespace throughline::cli {

class Session;

// What every command gets.
struct Context {
  Terminal& terminal;
  std::string directory;  // --data
  BrokerOptions brokers;  // --brokers, --kafka-properties
  int exit = kOk;
};

// Adds a command with its help and examples; `run` gives the exit code. Options are added to what
// it returns by the caller.
CLI::App* AddCommand(CLI::App& parent, Context& context, const std::string& name,
                     const std::string& help, const std::string& examples,
                     std::function<int()> run);

// An argument or option by which people name a person, refused unless it is read as one.
CLI::Option* AddPersonOption(CLI::App& command, const std::string& name, std::string& person);
// --as-known-at, and --lens with that help: refused likewise.
void AddKnownAtOption(CLI::App& command, std::string& as_known_at);
void AddLensOption(CLI::App& command, std::string& lens, const std::string& help);
// Says on the error stream that an agency of that lens never had a feed here, where that is known:
// one that knew nothing and a name that was mistyped look alike.
void SayUnknownAgency(Context& context, Session& session, std::string_view lens);

// Each adds one command (or one group of commands) to the program.
void AddInit(CLI::App& app, Context& context);
void AddUp(CLI::App& app, Context& context);
void AddPublish(CLI::App& app, Context& context);
void AddChronology(CLI::App& app, Context& context);
void AddAlerts(CLI::App& app, Context& context);
void AddWhoKnew(CLI::App& app, Context& context);
void AddDifference(CLI::App& app, Context& context);
void AddHousehold(CLI::App& app, Context& context);
void AddRelations(CLI::App& app, Context& context);
void AddPerson(CLI::App& app, Context& context);
void AddIdentity(CLI::App& app, Context& context);
void AddActivate(CLI::App& app, Context& context);  // feed, policy, calendar, flow, tick
void AddDeadLetters(CLI::App& app, Context& context);
void AddCase(CLI::App& app, Context& context);
void AddInspect(CLI::App& app, Context& context);
void AddRebuild(CLI::App& app, Context& context);
void AddCopy(CLI::App& app, Context& context);
void AddDoctor(CLI::App& app, Context& context);
void AddDemo(CLI::App& app, Context& context);
void AddCompletion(CLI::App& app, Context& context);

}  // namespace throughline::cli
