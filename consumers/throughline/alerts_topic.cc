#include "consumers/throughline/alerts_topic.h"

#include <set>

namespace throughline::cli {

Result<std::vector<v1::Alert>> ReadAlertsTopic(Session& session) {
  std::vector<v1::Alert> alerts;
  std::set<std::string> seen;
  v1::Request request;
  request.mutable_read()->set_topic(std::string(log::kAlerts));
  while (true) {
    TL_ASSIGN(v1::Response response, session.Ask(request));
    if (response.read().records().empty()) return alerts;
    for (const auto& record : response.read().records()) {
      request.mutable_read()->set_from(record.offset() + 1);
      log::Message message = FromProto(record.message());
      const std::string* id = message.Find("id");
      if (id != nullptr && !seen.insert(*id).second) continue;
      v1::Alert alert;
      if (!alert.ParseFromString(message.value)) {
        return Fail(Code::kCorrupt, "{} offset {} is no alert", log::kAlerts, record.offset());
      }
      alerts.push_back(std::move(alert));
    }
  }
}

}  // namespace throughline::cli
