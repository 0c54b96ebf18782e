#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/log/event_log.h"
#include "engine/log/kafka/handles.h"

// Between the port's messages and librdkafka's.
namespace throughline::log::kafka {

// The port's header names are bytes, librdkafka hands names out as C strings: a NUL is written as
// %00 and a percent sign as %25. Names without either, as every known convention has them, are
// unchanged.
std::string EncodeName(std::string_view name);
std::string DecodeName(std::string_view name);

// nullptr for none.
Headers ToHeaders(const std::vector<Header>& headers);
Record ToRecord(const rd_kafka_message_t* message);

}  // namespace throughline::log::kafka
