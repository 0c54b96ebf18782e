#include <memory>

#include "consumers/throughline/context.h"
#include "consumers/throughline/data_directory.h"
#include "engine/base/clock.h"
#include "engine/intake/flow_table.h"
#include "engine/intake/intake.h"

namespace throughline::cli {
namespace {

struct InitOptions {
  std::string partnership;
  std::int64_t tick_seconds = 60;
  std::int64_t tick_millis = 0;
};

Result<LogSource> SourceOfNew(const DataDirectory& directory, const BrokerOptions& brokers) {
  auto source = FindLog(directory, brokers);
  if (!source && source.error().code == Code::kNotFound) return LogSource{};
  return source;
}

Result<void> Init(const DataDirectory& directory, const BrokerOptions& brokers,
                  const InitOptions& options) {
  TL_ASSIGN(LogSource source, SourceOfNew(directory, brokers));
  TL_TRY(CheckBrokers(directory, source));
  TL_TRY(MakeDirectory(directory));
  SystemClock clock;
  TL_ASSIGN(auto opened, OpenLog(directory, source, clock, {}));
  intake::Opening opening;
  opening.partnership = options.partnership;
  opening.tick_interval =
      options.tick_millis != 0 ? options.tick_millis : options.tick_seconds * kSecond;
  opening.journal = kJournal;
  opening.flow = intake::DefaultFlow();
  auto begun = intake::Init(*opened.log, clock, opening);
  if (begun) return RecordBrokers(directory, source);
  if (source.embedded() || begun.error().code != Code::kExists) return begun;
  return Fail(Code::kExists,
              "{} hold a record already: `throughline --data {} --brokers {} up` takes part in it",
              source.brokers, directory.root, source.brokers);
}

int RunInit(Context& context, const InitOptions& options) {
  if (auto done = Init(DataDirectory{context.directory}, context.brokers, options); !done) {
    return Complain(context.terminal, done.error(), kUsage);
  }
  context.terminal.err << "A record was begun in " << context.directory << " for "
                       << options.partnership << ".\n"
                       << "Next: activate feeds and a policy, then start it:\n"
                       << "  throughline --data " << context.directory
                       << " feed activate --agency police\n"
                       << "  throughline --data " << context.directory
                       << " policy activate deploy/policy/starter\n"
                       << "  throughline --data " << context.directory << " up\n";
  return kOk;
}

}  // namespace

void AddInit(CLI::App& app, Context& context) {
  auto options = std::make_shared<InitOptions>();
  CLI::App* command =
      AddCommand(app, context, "init", "Begin a record in a new data directory",
                 "  throughline --data /srv/throughline init --partnership \"Hill County\"\n"
                 "  throughline --data /srv/throughline --brokers kafka:9092 init --partnership "
                 "\"Hill County\"\n",
                 [&context, options] { return RunInit(context, *options); });
  command->add_option("--partnership", options->partnership, "Whose record it is")->required();
  command
      ->add_option("--tick-seconds", options->tick_seconds,
                   "Ticks fall on multiples of it (default 60)")
      ->check(CLI::Range(1, 86400));
  command
      ->add_option("--tick-millis", options->tick_millis,
                   "For trials of take-over, which takes three ticks: shorter ones")
      ->check(CLI::Range(static_cast<int>(intake::kShortestTick), 999));
}

}  // namespace throughline::cli
