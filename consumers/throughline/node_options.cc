#include <algorithm>

#include "consumers/risk/risk_fold.h"
#include "consumers/throughline/node.h"
#include "consumers/throughline/policy_bundle.h"
#include "consumers/throughline/seq_at.h"
#include "engine/base/log.h"
#include "engine/chronology/chronology_fold.h"

namespace throughline::cli {
namespace {

constexpr Log kOptionsLog("node");

std::size_t Size(const Settings& settings, std::string_view name) {
  return static_cast<std::size_t>(settings.Get(name));
}

}  // namespace

Result<log::JournalReader::Limits> ReadingLimits(log::EventLog& log) {
  constexpr int kIntervals = 3;
  log::JournalReader::Limits limits;
  const auto first = RecordAt(log, kJournal, 0);
  if (!first && first.error().code == Code::kUnavailable) return Fail(first.error());
  // What else is wrong with it, whoever reads it says.
  if (!first || !*first) return limits;
  const Millis interval = (*first)->decision.opened().tick_interval_ms();
  if (interval > 0) limits.park_after = kIntervals * interval;
  return limits;
}

intake::Settings IntakeSettings(const DataDirectory& directory, const Settings& settings,
                                const log::JournalReader::Limits& limits) {
  intake::Settings of;
  of.journal = kJournal;
  of.reading = limits;
  of.state_directory = directory.Intake();
  of.ticks.grace = settings.Get("tick_grace");
  of.ticks.largest_step = settings.Get("tick_largest_step");
  of.feed_kept = settings.Get("feed_kept");
  of.records_a_turn = Size(settings, "records_a_turn");
  of.batch.records = Size(settings, "intake_batch_records");
  of.batch.bytes = Size(settings, "intake_batch_bytes");
  of.compile_policy = CompilePolicy;
  of.note = [](std::string_view text) { kOptionsLog.Warning("intake_note", {{"text", text}}); };
  return of;
}

log::LocalLog::Options LogOptions(const Settings& settings) {
  log::LocalLog::Options options;
  options.segment_bytes = Size(settings, "segment");
  options.free_bytes = Size(settings, "free_bytes");
  options.free_percent = Size(settings, "free_percent");
  return options;
}

std::uint64_t FreeBytesNeeded(const DataDirectory& directory, const Settings& settings,
                              std::uint64_t disk_bytes) {
  const log::LocalLog::Options log = LogOptions(settings);
  return std::max(HostOptions(directory, settings, {}).store.low_water_bytes,
                  std::min(log.free_bytes, disk_bytes / 100 * log.free_percent));
}

projection::Host::Options HostOptions(const DataDirectory& directory, const Settings& settings,
                                      const log::JournalReader::Limits& limits) {
  projection::Host::Options options;
  options.limits = limits;
  options.directory = directory.Projections();
  options.name = kHostName;
  options.topic = kJournal;
  options.shards = static_cast<std::uint32_t>(settings.Get("shards"));
  options.batch_records = Size(settings, "batch_records");
  options.part_steps = Size(settings, "part_steps");
  options.memory_bytes = Size(settings, "rebuild_memory");
  options.store.block_cache_bytes = Size(settings, "block_cache");
  options.publishes = {std::string(log::kAlerts)};
  options.note = [](std::string_view text) { kOptionsLog.Warning("alerts", {{"text", text}}); };
  return options;
}

projection::Host::Folds MakeFolds() {
  projection::Host::Folds folds;
  folds.push_back(std::make_unique<chronology::ChronologyFold>());
  folds.push_back(std::make_unique<risk::RiskFold>());
  return folds;
}

}  // namespace throughline::cli
