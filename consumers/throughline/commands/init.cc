#include <filesystem>
#include <memory>

#include "consumers/throughline/context.h"
#include "consumers/throughline/data_directory.h"
#include "engine/base/clock.h"
#include "engine/intake/intake.h"
#include "engine/log/local/local_log.h"

namespace throughline::cli {
namespace {

struct InitOptions {
  std::string partnership;
  std::int64_t tick_seconds = 60;
};

Result<void> Init(const DataDirectory& directory, const InitOptions& options) {
  std::error_code fault;
  std::filesystem::create_directories(directory.root, fault);
  if (fault) return Fail(Code::kUnavailable, "cannot make {}: {}", directory.root, fault.message());
  std::filesystem::permissions(directory.root, std::filesystem::perms::owner_all, fault);
  SystemClock clock;
  TL_ASSIGN(auto log, log::LocalLog::Open(directory.Log(), clock));
  intake::Opening opening;
  opening.partnership = options.partnership;
  opening.tick_interval = options.tick_seconds * kSecond;
  opening.journal = kJournal;
  return intake::Init(*log, clock, opening);
}

int RunInit(Context& context, const InitOptions& options) {
  if (auto done = Init(DataDirectory{context.directory}, options); !done) {
    return Complain(context.terminal, done.error());
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
                 "  throughline --data /srv/throughline init --partnership \"Hill County\"\n",
                 [&context, options] { return RunInit(context, *options); });
  command->add_option("--partnership", options->partnership, "Whose record it is")->required();
  command
      ->add_option("--tick-seconds", options->tick_seconds,
                   "Ticks fall on multiples of it (default 60)")
      ->check(CLI::Range(1, 86400));
}

}  // namespace throughline::cli
