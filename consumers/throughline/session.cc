#include "consumers/throughline/session.h"

#include <filesystem>
#include <utility>

#include "consumers/throughline/data_directory.h"
#include "consumers/throughline/offline.h"

namespace throughline::cli {

v1::LogMessage ToProto(const log::Message& message) {
  v1::LogMessage out;
  out.set_key(message.key);
  out.set_value(message.value);
  for (const auto& header : message.headers) {
    out.add_headers()->set_key(header.key);
    out.mutable_headers()->rbegin()->set_value(header.value);
  }
  return out;
}

log::Message FromProto(const v1::LogMessage& message) {
  log::Message out{message.key(), message.value(), {}};
  for (const auto& header : message.headers())
    out.headers.push_back({header.key(), header.value()});
  return out;
}

Result<std::unique_ptr<Session>> Session::Open(const std::string& directory) {
  DataDirectory paths{directory};
  std::error_code fault;
  if (!std::filesystem::is_directory(paths.Log(), fault)) {
    return Fail(Code::kNotFound,
                "no data directory at {}. Make one: throughline --data {} init --partnership NAME",
                directory, directory);
  }
  std::unique_ptr<Session> session(new Session(directory));
  if (auto client = SocketClient::Connect(paths.Socket())) session->client_ = std::move(*client);
  return session;
}

Result<v1::Response> Session::Ask(const v1::Request& request, const OnProgress& progress) {
  if (client_ == nullptr) return AnswerOffline(DataDirectory{directory_}, request, progress);
  TL_ASSIGN(v1::Response response, client_->Ask(request, progress));
  if (response.has_error()) return Fail(FromErrorAnswer(response.error()));
  return response;
}

Result<std::vector<std::int64_t>> Session::Append(const std::string& topic,
                                                  const std::vector<log::Message>& messages) {
  v1::Request request;
  request.mutable_append()->set_topic(topic);
  for (const auto& message : messages) *request.mutable_append()->add_messages() = ToProto(message);
  TL_ASSIGN(v1::Response response, Ask(request));
  return std::vector<std::int64_t>(response.append().offsets().begin(),
                                   response.append().offsets().end());
}

Result<bool> Session::Wait(const std::string& topic, std::int64_t offset, Millis timeout) {
  if (!running()) return false;
  v1::Request request;
  request.mutable_wait()->set_topic(topic);
  request.mutable_wait()->set_offset(offset);
  request.mutable_wait()->set_timeout_ms(timeout);
  TL_ASSIGN(v1::Response response, Ask(request));
  return response.wait().reached();
}

}  // namespace throughline::cli
