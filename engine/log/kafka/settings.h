#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "engine/base/result.h"
#include "engine/log/kafka/handles.h"

namespace throughline::log::kafka {

enum class Role { kQueries, kProducer, kReaders };

// The largest batch of records on the wire, and so the least max.message.bytes of a topic: the
// largest message that the port allows, and what the protocol adds.
constexpr std::size_t kMaxBatchBytes = (std::size_t{1} << 20) + (std::size_t{128} << 10);

struct Properties {
  std::string brokers;
  std::map<std::string, std::string> client;  // the operator's
  std::size_t reader_bytes = 0;
};

// The properties of one client. kInvalid: one of the operator's is Throughline's own, unknown, or
// has a value that librdkafka does not take; the text names it, not its value, which may be secret.
Result<Conf> MakeConf(Role role, const Properties& properties);

}  // namespace throughline::log::kafka
