#include "consumers/throughline/offline.h"

#include <filesystem>
#include <utility>

#include "consumers/throughline/answers.h"
#include "consumers/throughline/identity_marks.h"
#include "consumers/throughline/inspection.h"
#include "consumers/throughline/node.h"
#include "consumers/throughline/session.h"
#include "consumers/throughline/settings_rows.h"
#include "engine/base/bytes.h"
#include "engine/intake/intake.h"
#include "engine/intake/suggestions.h"

namespace throughline::cli {
namespace {

using projection::Host;

Result<v1::Response> AnswerAppend(const AtRest& at, const v1::AppendRequest& request) {
  SystemClock clock;
  TL_ASSIGN(const Settings settings, ReadSettings(at.directory.Settings(), {}));
  TL_ASSIGN(auto opened, OpenLog(at.directory, at.source, clock, LogOptions(settings)));
  v1::Response response;
  TL_ASSIGN(*response.mutable_append(), AppendTo(*opened.log, request));
  return response;
}

Result<v1::Response> AnswerRebuild(const AtRest& at, const v1::Request& request,
                                   const OnProgress& progress) {
  SystemClock clock;
  TL_ASSIGN(Settings settings, ReadSettings(at.directory.Settings(), {}));
  // Intake may run in another process.
  const Parts parts = at.source.embedded() ? Parts::kAll : Parts::kProjections;
  TL_ASSIGN(auto node, Node::Open(at.directory, clock, settings, {at.source, parts}));
  v1::Response response = node->Answer(request, progress);
  if (response.has_error()) return Fail(FromErrorAnswer(response.error()));
  return response;
}

Result<v1::Response> AnswerInspect(const AtRest& at, const v1::InspectRequest& request) {
  TL_ASSIGN(auto log, OpenLogForReading(at.directory, at.source));
  v1::Response response;
  TL_ASSIGN(*response.mutable_inspect(), InspectSource(request, *log, at.source));
  if (auto view = Host::OpenReadOnly(at.directory.Projections(), kHostName)) {
    response.mutable_inspect()->set_last_tick_ms((*view)->last_tick());
    for (std::uint32_t i = 0; i < (*view)->shards(); ++i) {
      TL_ASSIGN(const projection::Reads* shard, (*view)->At(i));
      auto& row = *response.mutable_inspect()->add_shards();
      row.set_shard(i);
      row.set_state("at_rest");
      row.set_seq((*view)->seq());
      TL_ASSIGN(const auto position, projection::PositionIn(*shard));
      response.mutable_inspect()->set_writer(position.writer);
      if (request.digests()) {
        TL_ASSIGN(std::string digest, projection::Digest(*shard));
        row.set_digest(Hex(digest));
      }
    }
    if (request.calendars()) DescribeInForce(**view, *response.mutable_inspect());
  }
  return response;
}

Result<v1::Response> AnswerCopy(const AtRest& at, const std::string& target) {
  TL_TRY(CanCopy(at.source));
  SystemClock clock;
  TL_ASSIGN(auto opened, OpenLog(at.directory, at.source, clock, {}));
  TL_TRY(MakeTarget(target));
  TL_TRY(opened.embedded->CopyTo(DataDirectory{target}.Log()));
  v1::Response response;
  TL_ASSIGN(*response.mutable_copy(), CopySettings(at.directory, target));
  return response;
}

}  // namespace

Result<v1::AppendAnswer> AppendTo(log::EventLog& log, const v1::AppendRequest& request) {
  if (!request.topic().starts_with("throughline.contacts.")) {
    return Fail(Code::kInvalid, "{} has one writing module; only feeds are written from outside",
                request.topic());
  }
  std::vector<log::Message> messages;
  messages.reserve(static_cast<std::size_t>(request.messages_size()));
  for (const auto& message : request.messages()) messages.push_back(FromProto(message));
  // An agency may often write its feed and nothing else: the topic is made only if it is not there.
  auto offsets = log.Append(request.topic(), messages);
  if (!offsets && offsets.error().code == Code::kNotFound) {
    TL_TRY(log.Create(request.topic()));
    offsets = log.Append(request.topic(), messages);
  }
  if (!offsets) return Fail(std::move(offsets.error()));
  v1::AppendAnswer answer;
  answer.mutable_offsets()->Add(offsets->begin(), offsets->end());
  return answer;
}

Result<void> CanCopy(const LogSource& source) {
  if (source.embedded()) return {};
  return Fail(Code::kInvalid,
              "the record lies on the brokers {}: they replicate it, and their own tools copy it. "
              "What this directory holds beside its settings is rebuilt from there",
              source.brokers);
}

Result<void> MakeTarget(const std::string& target) {
  std::error_code fault;
  if (std::filesystem::exists(target, fault))
    return Fail(Code::kExists, "{} is there already", target);
  std::filesystem::create_directories(target, fault);
  std::filesystem::permissions(target, std::filesystem::perms::owner_all, fault);
  if (fault) return Fail(Code::kUnavailable, "cannot make {}: {}", target, fault.message());
  return {};
}

Result<v1::CopyAnswer> CopySettings(const DataDirectory& from, const std::string& to) {
  namespace fs = std::filesystem;
  std::error_code fault;
  if (fs::exists(from.Settings(), fault))
    fs::copy_file(from.Settings(), DataDirectory{to}.Settings(), fault);
  if (fault)
    return Fail(Code::kUnavailable, "cannot copy the settings to {}: {}", to, fault.message());
  v1::CopyAnswer answer;
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(to, fault)) {
    if (entry.is_regular_file(fault)) bytes += entry.file_size(fault);
  }
  answer.set_bytes(bytes);
  return answer;
}

Result<v1::Response> AnswerOffline(const AtRest& at, const v1::Request& request,
                                   const OnProgress& progress) {
  switch (request.request_case()) {
    case v1::Request::kAppend:
      return AnswerAppend(at, request.append());
    case v1::Request::kRebuild:
      return AnswerRebuild(at, request, progress);
    case v1::Request::kInspect:
      return AnswerInspect(at, request.inspect());
    case v1::Request::kCopy:
      return AnswerCopy(at, request.copy().directory());
    case v1::Request::kIdentity: {
      TL_ASSIGN(const auto state, intake::StateAtRest(at.directory.Intake()));
      v1::Response response;
      TL_ASSIGN(*response.mutable_identity(), intake::AnswerIdentity(*state, request.identity()));
      const auto view = Host::OpenReadOnly(at.directory.Projections(), kHostName);
      MaskIdentity(*state, view ? view->get() : nullptr, *response.mutable_identity());
      return response;
    }
    case v1::Request::kWait:
      return Fail(Code::kUnavailable, "nobody runs on {}: start `throughline up`",
                  at.directory.root);
    default:
      break;
  }
  TL_ASSIGN(auto log, OpenLogForReading(at.directory, at.source));
  return AnswerReading(request,
                       {*log, [&]() -> Result<std::shared_ptr<const projection::View>> {
                          auto view = Host::OpenReadOnly(at.directory.Projections(), kHostName);
                          if (!view && view.error().code == Code::kNotFound) {
                            return Fail(Code::kNotFound,
                                        "nothing was placed here yet: start `throughline up`");
                          }
                          return view;
                        }});
}

}  // namespace throughline::cli
