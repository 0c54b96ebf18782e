#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "consumers/risk/risk_fold.h"
#include "consumers/risk/store_keys.h"
#include "engine/base/bytes.h"
#include "engine/base/check.h"

// Alerts as of a record, from the changes that the fold keeps.
namespace throughline::risk {
namespace {

auto OrderOf(const AlertHistory& history) {
  const v1::Alert& last = history.last;
  return std::make_tuple(last.opened_seq(),
                         std::tie(last.rule(), last.anchor().agency(), last.anchor().contact_id()));
}

// The persons that follow `prefix` in keys, each once, with one seek for each.
std::vector<PersonId> PersonsUnder(const projection::Reads& reads, std::string_view prefix) {
  std::vector<PersonId> persons;
  const std::string end = PrefixEnd(prefix);
  std::string from(prefix);
  for (;;) {
    std::optional<PersonId> next;
    reads.Scan(from, end, [&](std::string_view key, std::string_view) {
      next = keys::PersonAt(key, prefix.size());
      CHECK(next.has_value());
      return false;
    });
    if (!next) return persons;
    persons.push_back(*next);
    from = PrefixEnd(std::string(prefix) + std::string(next->Raw()));
    if (from.empty() || from >= end) return persons;
  }
}

}  // namespace

std::vector<AlertHistory> AlertsOf(const projection::Reads& reads, const PersonId& person,
                                   Seq as_known) {
  std::map<std::string, AlertHistory, std::less<>> by_id;
  const std::string begin = keys::AlertChanges(person);
  reads.Scan(begin, PrefixEnd(begin), [&](std::string_view, std::string_view value) {
    v1::Alert alert;
    CHECK(alert.ParseFromArray(value.data(), static_cast<int>(value.size())));
    if (alert.seq() > as_known) return false;
    AlertHistory& history = by_id[alert.alert_id()];
    history.open = alert.change() != v1::ALERT_CHANGE_CLOSED;
    history.changes.push_back(std::move(alert));
    return true;
  });
  std::vector<AlertHistory> alerts;
  for (auto& [id, history] : by_id) {
    history.last = history.changes.back();
    alerts.push_back(std::move(history));
  }
  std::sort(alerts.begin(), alerts.end(),
            [](const AlertHistory& a, const AlertHistory& b) { return OrderOf(a) < OrderOf(b); });
  return alerts;
}

std::vector<PersonId> PersonsWithAlerts(const projection::Reads& reads) {
  return PersonsUnder(reads, keys::kAlerts);
}

std::vector<PersonId> PersonsEvaluated(const projection::Reads& reads) {
  return PersonsUnder(reads, keys::kEpisodes);
}

}  // namespace throughline::risk
