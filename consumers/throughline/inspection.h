#pragma once

#include "engine/intake/intake.h"
#include "engine/log/kafka/statistics.h"
#include "engine/projection/host.h"
#include "engine/projection/view.h"
#include "throughline/v1/service.pb.h"

// What modules know of themselves, as `inspect` tells it.
namespace throughline::cli {

void DescribeIntake(const intake::Status& status, v1::InspectAnswer& answer);
void DescribeClients(const std::vector<log::kafka::ClientStatistics>& clients,
                     v1::InspectAnswer& answer);
void DescribeHost(const projection::HostStatus& status, v1::InspectAnswer& answer);
// What `policy` of an answer says where none is in force; empty: it could not be read.
inline constexpr const char* kNoPolicy = "none";
// The policies in force, until when the calendars in force know their days, and which the rules in
// force count. Every shard holds all: of the first that can be read; nothing where none can, which
// its status tells.
void DescribeInForce(const projection::View& view, v1::InspectAnswer& answer);
void SetDigests(const projection::Host::Digests& digests, v1::InspectAnswer& answer);

}  // namespace throughline::cli
