#include "consumers/throughline/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/intake/intake.h"
#include "engine/intake/state.h"

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

Result<std::unique_ptr<Session>> Session::Open(const std::string& directory,
                                               const BrokerOptions& brokers) {
  DataDirectory paths{directory};
  TL_ASSIGN(LogSource source, FindLog(paths, brokers));
  std::unique_ptr<Session> session(new Session({paths, source}));
  if (!brokers.brokers.empty()) {
    // A process that runs there may have another record's log.
    auto recorded = FindLog(paths, {});
    if (!recorded || recorded->brokers != source.brokers) return session;
  }
  if (auto client = SocketClient::Connect(paths.Socket())) session->client_ = std::move(*client);
  if (auto intake = SocketClient::Connect(paths.IntakeSocket())) {
    session->intake_ = std::move(*intake);
  }
  return session;
}

std::string Session::Answerer() const {
  if (running() || embedded()) return fmt::format("the engine on {}", at_.directory.root);
  return fmt::format("the brokers {}", at_.source.brokers);
}

Result<v1::Response> Session::AskOne(SocketClient& client, const v1::Request& request,
                                     const OnProgress& progress) {
  TL_ASSIGN(v1::Response response, client.Ask(request, progress));
  if (response.has_error()) return Fail(FromErrorAnswer(response.error()));
  return response;
}

Result<v1::Response> Session::Ask(const v1::Request& request, const OnProgress& progress) {
  if (request.has_inspect() && intake_ != nullptr) return Inspect(request);
  if (request.has_identity() && intake_ != nullptr) return AskOne(*intake_, request, progress);
  if (client_ == nullptr && request.has_append() && !at_.source.embedded()) {
    return AppendAtRest(request);
  }
  if (client_ == nullptr) return AnswerOffline(at_, request, progress);
  return AskOne(*client_, request, progress);
}

// The connections stay for the next batch.
Result<v1::Response> Session::AppendAtRest(const v1::Request& request) {
  static const SystemClock clock;
  if (brokers_.log == nullptr) {
    TL_ASSIGN(brokers_, OpenLog(at_.directory, at_.source, clock, {}));
  }
  v1::Response response;
  TL_ASSIGN(*response.mutable_append(), AppendTo(*brokers_.log, request.append()));
  return response;
}

// What both processes of one directory know.
Result<v1::Response> Session::Inspect(const v1::Request& request) {
  TL_ASSIGN(v1::Response response,
            client_ == nullptr ? AnswerOffline(at_, request, {}) : AskOne(*client_, request, {}));
  v1::Request briefly;
  briefly.mutable_inspect();
  TL_ASSIGN(v1::Response other, AskOne(*intake_, briefly, {}));
  v1::InspectAnswer& answer = *response.mutable_inspect();
  const v1::InspectAnswer& intake = other.inspect();
  answer.set_running(true);
  answer.set_instance(intake.instance());
  answer.set_writer(intake.writer());
  answer.set_last_tick_ms(intake.last_tick_ms());
  *answer.mutable_intake() = intake.intake();
  answer.mutable_clients()->MergeFrom(intake.clients());
  return response;
}

Result<std::optional<v1::FeedStatus>> Session::LastKnownFeed(const std::string& agency) {
  if (running()) return FeedOf(agency);
  const auto reads = intake::StateAtRest(at_.directory.Intake());
  if (!reads) return std::nullopt;
  v1::FeedStatus status;
  const std::string topic = log::FeedTopic(agency);
  if (const auto feed = intake::State(**reads).Feed(topic)) {
    status.set_topic(topic);
    status.set_attests(feed->attests());
  }
  return status;
}

Result<std::optional<bool>> Session::Attests(const std::string& agency) {
  TL_ASSIGN(const auto feed, LastKnownFeed(agency));
  return feed ? std::optional(feed->attests()) : std::nullopt;
}

Result<std::optional<bool>> Session::HadFeed(const std::string& agency) {
  TL_ASSIGN(const auto feed, LastKnownFeed(agency));
  return feed ? std::optional(!feed->topic().empty()) : std::nullopt;
}

Result<std::optional<v1::FeedStatus>> Session::FeedOf(const std::string& agency) {
  if (!running()) return std::nullopt;
  v1::Request request;
  request.mutable_inspect();
  TL_ASSIGN(const v1::Response response, Ask(request));
  if (!response.inspect().has_intake()) return std::nullopt;
  const std::string topic = log::FeedTopic(agency);
  for (const v1::FeedStatus& feed : response.inspect().intake().feeds()) {
    if (feed.topic() == topic) return feed;
  }
  return v1::FeedStatus();
}

Result<std::unique_ptr<log::EventLog>> Session::OpenForReading() const {
  return OpenLogForReading(at_.directory, at_.source);
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
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout);
  // Where intake runs apart, it alone knows of repeats: they leave no record that comes to stores.
  TL_ASSIGN(const v1::Response response,
            AskOne(intake_ != nullptr ? *intake_ : *client_, request, {}));
  if (!response.wait().reached() || intake_ == nullptr || client_ == nullptr) {
    return response.wait().reached();
  }
  v1::Request stores;
  stores.mutable_wait()->set_seq(response.wait().seq());
  const auto left = until - std::chrono::steady_clock::now();
  stores.mutable_wait()->set_timeout_ms(
      std::max<Millis>(std::chrono::duration_cast<std::chrono::milliseconds>(left).count(), 0));
  const auto folded = AskOne(*client_, stores, {});
  return folded && folded->wait().reached();  // else it was stopped; what was decided is decided
}

}  // namespace throughline::cli
