#include <poll.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <thread>

#include "consumers/throughline/arguments.h"
#include "consumers/throughline/context.h"
#include "consumers/throughline/data_disk.h"
#include "consumers/throughline/findings.h"
#include "consumers/throughline/node.h"
#include "consumers/throughline/reminder.h"
#include "consumers/throughline/settings_rows.h"
#include "engine/base/log.h"

namespace throughline::cli {
namespace {

std::atomic<bool> g_stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler stores it");

void OnSignal(int) { g_stop.store(true); }

struct UpOptions {
  std::vector<std::string> assignments;
  std::string only;
};

std::string Length(Millis waited) {
  return waited < kMinute ? fmt::format("{} s", waited / kSecond)
                          : fmt::format("{} min", waited / kMinute);
}

int SayStopped(Context& context) {
  context.terminal.err << "throughline stopped\n";
  return kOk;
}

// A stop does not wait for a call to a silent broker, nor for stores that are being verified: the
// process ends there, which leaves no more undone than a kill would.
Result<std::unique_ptr<Node>> OpenOrStop(Context& context,
                                         std::function<Result<std::unique_ptr<Node>>()> open) {
  constexpr auto kLook = std::chrono::milliseconds(100);
  std::packaged_task<Result<std::unique_ptr<Node>>()> task(std::move(open));
  auto opened = task.get_future();
  const std::jthread opens(std::move(task));
  while (opened.wait_for(kLook) != std::future_status::ready) {
    if (!g_stop.load()) continue;
    const int exit = SayStopped(context);
    context.terminal.err << std::flush;
    Log::Flush();
    std::quick_exit(exit);
  }
  return opened.get();
}

// With brokers that are away, or a disk that is full, it waits, and says so. Nothing: it was
// stopped meanwhile.
Result<std::unique_ptr<Node>> OpenPatiently(Context& context, const DataDirectory& directory,
                                            const Clock& clock, const Settings& settings,
                                            const Node::Options& options) {
  constexpr int kPauseMillis = 500;
  Reminder reminder;
  while (!g_stop.load()) {
    auto node =
        OpenOrStop(context, [&] { return Node::Open(directory, clock, settings, options); });
    const bool waits = !node && IsWaitedFor(node.error(), options.source.embedded(),
                                            LookAtDisk(directory, settings));
    const auto waited = reminder.Waited(clock.Now());
    if (!waits) {
      if (node && waited) {
        context.terminal.err << "throughline begins, after " << Length(*waited) << "\n";
      }
      return node;
    }
    if (g_stop.load()) break;
    if (reminder.Due(clock.Now())) {
      context.terminal.err << "throughline cannot begin on "
                           << (options.source.embedded() ? directory.root : options.source.brokers)
                           << " yet, and waits" << (waited ? ", for " + Length(*waited) : "")
                           << ": " << node.error().text << "\n"
                           << std::flush;
    }
    ::poll(nullptr, 0, kPauseMillis);  // a signal ends it
  }
  return nullptr;
}

Parts PartsOf(const std::string& only) {
  if (only == "intake") return Parts::kIntake;
  return only == "projections" ? Parts::kProjections : Parts::kAll;
}

int RunUp(Context& context, const UpOptions& options) {
  DataDirectory directory{context.directory};
  auto settings = ReadSettings(directory.Settings(), options.assignments);
  if (!settings) return Complain(context.terminal, settings.error(), kData);
  auto source = FindLog(directory, context.brokers);
  if (!source) return Complain(context.terminal, source.error(), kUsage);
  if (auto same = CheckBrokers(directory, *source); !same) {
    return Complain(context.terminal, same.error(), kUsage);
  }
  g_stop.store(false);
  std::signal(SIGTERM, OnSignal);
  std::signal(SIGINT, OnSignal);
  std::signal(SIGPIPE, SIG_IGN);
  SystemClock clock;
  auto node = OpenPatiently(context, directory, clock, *settings, {*source, PartsOf(options.only)});
  if (!node) return Complain(context.terminal, node.error());
  if (*node == nullptr) return SayStopped(context);
  if (auto noted = RecordBrokers(directory, *source); !noted) {
    return Complain(context.terminal, noted.error());
  }
  if (auto started = (*node)->Start(); !started) return Complain(context.terminal, started.error());
  context.terminal.err << "throughline is up on " << context.directory
                       << (source->embedded() ? "" : " and " + source->brokers)
                       << " (stop with Ctrl-C or SIGTERM)\n"
                       << std::flush;
  auto ended = (*node)->RunUntil([] { return g_stop.load(); });
  node->reset();
  Log::Flush();
  if (!ended) return Complain(context.terminal, ended.error());
  return SayStopped(context);
}

int RunSettings(Context& context) {
  auto settings = ReadSettings(DataDirectory{context.directory}.Settings(), {});
  if (!settings) return Complain(context.terminal, settings.error(), kData);
  for (const auto& row : settings->Rows()) {
    context.terminal.out << fmt::format("{:<22} {:>12} {:<13} {} to {}. {}\n", row.name, row.value,
                                        row.unit, row.lowest, row.highest, row.help);
  }
  return kOk;
}

}  // namespace

void AddUp(CLI::App& app, Context& context) {
  auto options = std::make_shared<UpOptions>();
  CLI::App* up = AddCommand(app, context, "up",
                            "Take contacts, keep the chronology, raise alerts, until stopped",
                            "  throughline up\n  throughline up --set tick_grace=60000\n"
                            "  throughline --brokers kafka:9092 up\n",
                            [&context, options] { return RunUp(context, *options); });
  up->add_option("--set", options->assignments,
                 "name=value, over settings.yaml; see `throughline settings`")
      ->check(ReadBy([](const std::string& text) { return ReadSettings("", {text}); }));
  up->add_option("--only", options->only,
                 "One part of the engine: the other runs in a process of its own on the same data "
                 "directory (with brokers)")
      ->check(CLI::IsMember({"intake", "projections"}));
  AddCommand(app, context, "settings", "What can be set, with bounds, and what it is set to", "",
             [&context] { return RunSettings(context); });
}

}  // namespace throughline::cli
