#include "consumers/throughline/settings_rows.h"

#include <array>
#include <filesystem>

#include "consumers/throughline/files.h"
#include "engine/base/clock.h"

namespace throughline::cli {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

constexpr std::array kRows{
    SettingRow{"batch_records", "How many records a store commits together at most.", "records",
               1000, 1, 100000},
    SettingRow{"block_cache", "Memory for blocks of each store that were read.", "bytes", 64 * kMiB,
               kMiB, 65536 * kMiB},
    SettingRow{
        "calendar_notice",
        "How long before the bank holidays or school terms of a calendar end `doctor` tells of it.",
        "milliseconds", 120 * kDay, 0, 3660 * kDay},
    SettingRow{"feed_kept",
               "How long after it was journalled a feed's record is deleted, by the writer.",
               "milliseconds", 30 * kDay, kDay, 366 * kDay},
    SettingRow{
        "free_bytes",
        "No contact is taken while less of the disk is free than this and less than free_percent. "
        "Stores need 512 MiB in any case.",
        "bytes", 256 * kMiB, 16 * kMiB, 1048576 * kMiB},
    SettingRow{"free_percent", "See free_bytes.", "percent", 5, 1, 50},
    SettingRow{"intake_batch_bytes", "How large a batch of the journal may be.", "bytes", 4 * kMiB,
               2 * kMiB, 64 * kMiB},
    SettingRow{"intake_batch_records", "How many records a batch of the journal holds at most.",
               "records", 2000, 1, 20000},
    SettingRow{"part_steps",
               "How many decisions a store commits together at most, where a tick or an activation "
               "brings more.",
               "decisions", 1000, 1, 100000},
    SettingRow{"rebuild_memory",
               "How much of a shard is folded in memory before it goes to disk, in a rebuild.",
               "bytes", 2048 * kMiB, 16 * kMiB, 1048576 * kMiB},
    SettingRow{"records_a_turn",
               "How many contacts of one feed are taken before the next feed has its turn.",
               "records", 200, 1, 20000},
    SettingRow{"segment", "How long a file of the embedded log grows.", "bytes", 64 * kMiB, kMiB,
               4096 * kMiB},
    SettingRow{
        "shards",
        "Into how many stores persons are cut. Another number is a rebuild at the next start.",
        "stores", 1, 1, 256},
    SettingRow{"tick_grace", "How long a feed that is not read up to a tick may delay it.",
               "milliseconds", 10 * kMinute, 0, kDay},
    SettingRow{"tick_largest_step",
               "A tick further than this beyond the last waits for an operator.", "milliseconds",
               7 * kDay, kHour, 366 * kDay},
};

}  // namespace

std::span<const SettingRow> NodeSettingRows() { return kRows; }

Result<Settings> ReadSettings(const std::string& file,
                              const std::vector<std::string>& assignments) {
  Settings settings;
  settings.Register(kRows);
  std::error_code fault;
  if (std::filesystem::exists(file, fault)) {
    TL_ASSIGN(std::string text, ReadFile(file));
    TL_TRY(settings.Load(text, file));
  }
  TL_TRY(settings.Load(assignments));
  return settings;
}

}  // namespace throughline::cli
