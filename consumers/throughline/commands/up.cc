#include <atomic>
#include <csignal>
#include <memory>

#include "consumers/throughline/context.h"
#include "consumers/throughline/node.h"
#include "consumers/throughline/settings_rows.h"
#include "engine/base/log.h"

namespace throughline::cli {
namespace {

std::atomic<bool> g_stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler stores it");

void OnSignal(int) { g_stop.store(true); }

int RunUp(Context& context, const std::vector<std::string>& assignments) {
  DataDirectory directory{context.directory};
  auto settings = ReadSettings(directory.Settings(), assignments);
  if (!settings) return Complain(context.terminal, settings.error());
  SystemClock clock;
  auto node = Node::Open(directory, clock, *settings);
  if (!node) return Complain(context.terminal, node.error());
  std::signal(SIGTERM, OnSignal);
  std::signal(SIGINT, OnSignal);
  std::signal(SIGPIPE, SIG_IGN);
  if (auto started = (*node)->Start(); !started) return Complain(context.terminal, started.error());
  context.terminal.err << "throughline is up on " << context.directory
                       << " (stop with Ctrl-C or SIGTERM)\n"
                       << std::flush;
  auto ended = (*node)->RunUntil([] { return g_stop.load(); });
  node->reset();
  Log::Flush();
  if (!ended) return Complain(context.terminal, ended.error());
  context.terminal.err << "throughline stopped\n";
  return kOk;
}

int RunSettings(Context& context) {
  auto settings = ReadSettings(DataDirectory{context.directory}.Settings(), {});
  if (!settings) return Complain(context.terminal, settings.error());
  for (const auto& row : settings->Rows()) {
    context.terminal.out << fmt::format("{:<22} {:>12} {:<13} {} to {}. {}\n", row.name, row.value,
                                        row.unit, row.lowest, row.highest, row.help);
  }
  return kOk;
}

}  // namespace

void AddUp(CLI::App& app, Context& context) {
  auto assignments = std::make_shared<std::vector<std::string>>();
  CLI::App* up = AddCommand(app, context, "up",
                            "Take contacts, keep the chronology, raise alerts, until stopped",
                            "  throughline up\n  throughline up --set tick_grace=60000\n",
                            [&context, assignments] { return RunUp(context, *assignments); });
  up->add_option("--set", *assignments,
                 "name=value, over settings.yaml; see `throughline settings`");
  AddCommand(app, context, "settings", "What can be set, with bounds, and what it is set to", "",
             [&context] { return RunSettings(context); });
}

}  // namespace throughline::cli
