#include "engine/base/settings.h"

#include <algorithm>
#include <charconv>

#include "engine/base/check.h"
#include "engine/base/nearest.h"
#include "engine/base/yaml.h"

namespace throughline {
namespace {

bool ByName(const SettingRow& row, std::string_view name) { return row.name < name; }

}  // namespace

void Settings::Register(std::span<const SettingRow> rows) {
  for (const SettingRow& row : rows) {
    CHECK(!row.name.empty() && !row.help.empty() && !row.unit.empty());
    CHECK(row.lowest <= row.value && row.value <= row.highest);
    const auto at = std::lower_bound(rows_.begin(), rows_.end(), row.name, ByName);
    CHECK(at == rows_.end() || at->name != row.name);
    rows_.insert(at, row);
  }
}

SettingRow* Settings::Find(std::string_view name) {
  const auto at = std::lower_bound(rows_.begin(), rows_.end(), name, ByName);
  return at == rows_.end() || at->name != name ? nullptr : &*at;
}

Result<Settings::Change> Settings::Checked(std::string_view name, std::string_view value) {
  SettingRow* row = Find(name);
  if (row == nullptr) {
    std::vector<std::string_view> names;
    names.reserve(rows_.size());
    for (const SettingRow& each : rows_) names.push_back(each.name);
    return Fail(Code::kInvalid, "unknown setting `{}`{}", name, DidYouMean(name, names));
  }
  std::int64_t number = 0;
  const char* end = value.data() + value.size();
  const auto [stop, fault] = std::from_chars(value.data(), end, number);
  const bool whole = stop == end && !value.empty() && fault != std::errc::invalid_argument;
  if (!whole) {
    return Fail(Code::kInvalid, "`{}` must be a whole number of {}", name, row->unit);
  }
  if (fault != std::errc{} || number < row->lowest || number > row->highest) {
    return Fail(Code::kInvalid, "`{}` must be from {} to {} {}", name, row->lowest, row->highest,
                row->unit);
  }
  return Change{row, number};
}

Result<> Settings::Load(std::string_view yaml, std::string_view file) {
  TL_ASSIGN(const yaml::Node root, yaml::Parse(yaml, file));
  std::vector<yaml::Fault> faults;
  std::vector<Change> changes;
  if (root.kind != yaml::Node::Kind::kMap && root.kind != yaml::Node::Kind::kNull) {
    faults.push_back({std::string(file), root.place, "expected a map of settings"});
  }
  for (std::size_t i = 0; i < root.entries.size(); ++i) {
    const auto& [name, node] = root.entries[i];
    auto change = Checked(name, node.kind == yaml::Node::Kind::kScalar ? node.scalar : "");
    if (change) {
      changes.push_back(*change);
    } else {
      const bool known = Find(name) != nullptr;
      faults.push_back({std::string(file), known ? node.place : root.key_places[i],
                        std::move(change.error().text)});
    }
  }
  if (!faults.empty()) return Fail(yaml::Refused(faults));
  for (const Change& change : changes) change.row->value = change.value;
  return {};
}

Result<> Settings::Load(std::span<const std::string> pairs) {
  std::vector<yaml::Fault> faults;
  std::vector<Change> changes;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos) {
      faults.push_back({pair, {}, "expected name=value"});
      continue;
    }
    const std::string_view text = pair;
    auto change = Checked(text.substr(0, equals), text.substr(equals + 1));
    if (change) {
      changes.push_back(*change);
    } else {
      faults.push_back({pair, {}, std::move(change.error().text)});
    }
  }
  if (!faults.empty()) return Fail(yaml::Refused(faults));
  for (const Change& change : changes) change.row->value = change.value;
  return {};
}

Result<> Settings::Set(std::string_view name, std::string_view value) {
  TL_ASSIGN(const Change change, Checked(name, value));
  change.row->value = change.value;
  return {};
}

std::int64_t Settings::Get(std::string_view name) const {
  const auto setting = std::lower_bound(rows_.begin(), rows_.end(), name, ByName);
  CHECK(setting != rows_.end() && setting->name == name);
  return setting->value;
}

}  // namespace throughline
