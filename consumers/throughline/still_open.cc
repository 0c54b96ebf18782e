#include "consumers/throughline/still_open.h"

#include <algorithm>

#include "consumers/risk/risk_fold.h"
#include "throughline/v1/alert.pb.h"

namespace throughline::cli {

bool StillOpen(const projection::View& view, const projection::Publication& publication) {
  v1::Alert alert;
  if (!alert.ParseFromString(publication.value)) return false;
  auto person = PersonId::FromText(alert.person());
  if (!person) return false;
  auto shard = view.Of(*person);
  if (!shard) return false;
  auto histories = risk::AlertsOf(**shard, *person, view.seq());
  return std::any_of(histories.begin(), histories.end(), [&](const risk::AlertHistory& history) {
    return history.open && history.last.alert_id() == alert.alert_id();
  });
}

}  // namespace throughline::cli
