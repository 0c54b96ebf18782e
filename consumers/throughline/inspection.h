#pragma once

#include "engine/intake/intake.h"
#include "engine/log/kafka/statistics.h"
#include "engine/projection/host.h"
#include "throughline/v1/service.pb.h"

// What modules know of themselves, as `inspect` tells it.
namespace throughline::cli {

void DescribeIntake(const intake::Status& status, v1::InspectAnswer& answer);
void DescribeClients(const std::vector<log::kafka::ClientStatistics>& clients,
                     v1::InspectAnswer& answer);
void DescribeHost(const projection::HostStatus& status, v1::InspectAnswer& answer);
void SetDigests(const projection::Host::Digests& digests, v1::InspectAnswer& answer);

}  // namespace throughline::cli
