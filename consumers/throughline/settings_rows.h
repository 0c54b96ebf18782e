#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/base/settings.h"

namespace throughline::cli {

// What an operator may set, in settings.yaml of the data directory or by `up --set name=value`;
// `throughline settings` lists each with its meaning, unit, value and bounds.
std::span<const SettingRow> NodeSettingRows();

// The settings of a data directory, with `assignments` (name=value) over them. All faults at once.
Result<Settings> ReadSettings(const std::string& file, const std::vector<std::string>& assignments);

}  // namespace throughline::cli
