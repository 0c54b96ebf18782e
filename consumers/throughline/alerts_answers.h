#pragma once

#include "engine/base/result.h"
#include "engine/log/event_log.h"
#include "engine/projection/view.h"
#include "throughline/v1/service.pb.h"

// Alerts with their reasons and what was answered to them, out of the stores.
namespace throughline::cli {

// Of one person or of everyone. The journal says at which record an instant was.
Result<v1::AlertsAnswer> AnswerAlerts(const projection::View& view, log::EventLog& log,
                                      const v1::AlertsRequest& request);

}  // namespace throughline::cli
