#include "engine/log/kafka/wire.h"

namespace throughline::log::kafka {
namespace {

std::string Bytes(const void* data, std::size_t size) {
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
}

}  // namespace

std::string EncodeName(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (c == '\0') {
      out += "%00";
    } else if (c == '%') {
      out += "%25";
    } else {
      out += c;
    }
  }
  return out;
}

std::string DecodeName(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    std::string_view code = name.substr(i, 3);
    if (code == "%00" || code == "%25") {
      out += code == "%00" ? '\0' : '%';
      i += 2;
    } else {
      out += name[i];
    }
  }
  return out;
}

Headers ToHeaders(const std::vector<Header>& headers) {
  if (headers.empty()) return nullptr;
  Headers out(rd_kafka_headers_new(headers.size()));
  for (const Header& header : headers) {
    std::string name = EncodeName(header.key);
    rd_kafka_header_add(out.get(), name.data(), static_cast<ssize_t>(name.size()),
                        header.value.data(), static_cast<ssize_t>(header.value.size()));
  }
  return out;
}

Record ToRecord(const rd_kafka_message_t* message) {
  Record record;
  record.offset = message->offset;
  record.appended = rd_kafka_message_timestamp(message, nullptr);
  record.message.key = Bytes(message->key, message->key_len);
  record.message.value = Bytes(message->payload, message->len);
  rd_kafka_headers_t* headers = nullptr;  // the message's own
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    record.message.headers.push_back({DecodeName(name), Bytes(value, size)});
  }
  return record;
}

}  // namespace throughline::log::kafka
