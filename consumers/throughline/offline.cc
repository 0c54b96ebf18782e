#include "consumers/throughline/offline.h"

#include <filesystem>
#include <utility>

#include "consumers/throughline/answers.h"
#include "consumers/throughline/inspection.h"
#include "consumers/throughline/node.h"
#include "consumers/throughline/session.h"
#include "consumers/throughline/settings_rows.h"
#include "engine/base/bytes.h"
#include "engine/log/local/local_log.h"

namespace throughline::cli {
namespace {

using projection::Host;

Result<v1::Response> AnswerAppend(const DataDirectory& directory,
                                  const v1::AppendRequest& request) {
  SystemClock clock;
  TL_ASSIGN(auto log, log::LocalLog::Open(directory.Log(), clock));
  v1::Response response;
  TL_ASSIGN(*response.mutable_append(), AppendTo(*log, request));
  return response;
}

Result<v1::Response> AnswerRebuild(const DataDirectory& directory, const v1::Request& request,
                                   const OnProgress& progress) {
  SystemClock clock;
  TL_ASSIGN(Settings settings, ReadSettings(directory.Settings(), {}));
  TL_ASSIGN(auto node, Node::Open(directory, clock, settings));
  v1::Response response = node->Answer(request, progress);
  if (response.has_error()) return Fail(FromErrorAnswer(response.error()));
  return response;
}

Result<v1::Response> AnswerInspect(const DataDirectory& directory,
                                   const v1::InspectRequest& request) {
  TL_ASSIGN(auto log, log::LocalLog::OpenForReading(directory.Log()));
  v1::Response response;
  TL_ASSIGN(*response.mutable_inspect(), InspectLog(request, *log));
  if (auto view = Host::OpenReadOnly(directory.Projections(), kHostName)) {
    for (std::uint32_t i = 0; i < (*view)->shards(); ++i) {
      TL_ASSIGN(const projection::Reads* shard, (*view)->At(i));
      auto& row = *response.mutable_inspect()->add_shards();
      row.set_shard(i);
      row.set_state("at_rest");
      row.set_seq((*view)->seq());
      if (request.digests()) {
        TL_ASSIGN(std::string digest, projection::Digest(*shard));
        row.set_digest(Hex(digest));
      }
    }
  }
  return response;
}

Result<v1::Response> AnswerCopy(const DataDirectory& directory, const std::string& target) {
  SystemClock clock;
  TL_ASSIGN(auto log, log::LocalLog::Open(directory.Log(), clock));
  TL_TRY(MakeTarget(target));
  TL_TRY(log->CopyTo(DataDirectory{target}.Log()));
  v1::Response response;
  TL_ASSIGN(*response.mutable_copy(), CopySettings(directory, target));
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
  TL_TRY(log.Create(request.topic()));
  TL_ASSIGN(std::vector<std::int64_t> offsets, log.Append(request.topic(), messages));
  v1::AppendAnswer answer;
  answer.mutable_offsets()->Add(offsets.begin(), offsets.end());
  return answer;
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

Result<v1::Response> AnswerOffline(const DataDirectory& directory, const v1::Request& request,
                                   const OnProgress& progress) {
  switch (request.request_case()) {
    case v1::Request::kAppend:
      return AnswerAppend(directory, request.append());
    case v1::Request::kRebuild:
      return AnswerRebuild(directory, request, progress);
    case v1::Request::kInspect:
      return AnswerInspect(directory, request.inspect());
    case v1::Request::kCopy:
      return AnswerCopy(directory, request.copy().directory());
    case v1::Request::kWait:
      return Fail(Code::kUnavailable, "nobody runs on {}: start `throughline up`", directory.root);
    default:
      break;
  }
  TL_ASSIGN(auto log, log::LocalLog::OpenForReading(directory.Log()));
  return AnswerReading(request,
                       {*log, [&]() -> Result<std::shared_ptr<const projection::View>> {
                          auto view = Host::OpenReadOnly(directory.Projections(), kHostName);
                          if (!view && view.error().code == Code::kNotFound) {
                            return Fail(Code::kNotFound,
                                        "nothing was placed here yet: start `throughline up`");
                          }
                          return view;
                        }});
}

}  // namespace throughline::cli
