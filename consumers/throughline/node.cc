#include "consumers/throughline/node.h"

#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "consumers/risk/policy_file.h"
#include "consumers/risk/risk_fold.h"
#include "consumers/throughline/answers.h"
#include "consumers/throughline/inspection.h"
#include "consumers/throughline/offline.h"
#include "consumers/throughline/policy_bundle.h"
#include "consumers/throughline/still_open.h"
#include "engine/base/log.h"
#include "engine/chronology/chronology_fold.h"

namespace throughline::cli {
namespace {

constexpr Log kLog("node");
constexpr Millis kCatchUp = 10 * kSecond;  // how long a reader waits for it
constexpr Millis kSettle = 30 * kSecond;   // how long a rebuild's answer waits for the publisher

std::size_t Size(const Settings& settings, std::string_view name) {
  return static_cast<std::size_t>(settings.Get(name));
}

intake::Settings IntakeSettings(const DataDirectory& directory, const Settings& settings) {
  intake::Settings of;
  of.journal = kJournal;
  of.state_directory = directory.Intake();
  of.ticks.grace = settings.Get("tick_grace");
  of.ticks.largest_step = settings.Get("tick_largest_step");
  of.records_a_turn = Size(settings, "records_a_turn");
  of.batch.records = Size(settings, "intake_batch_records");
  of.batch.bytes = Size(settings, "intake_batch_bytes");
  of.compile_policy = CompilePolicy;
  of.note = [](std::string_view text) { kLog.Warning("intake_note", {{"text", text}}); };
  return of;
}

log::LocalLog::Options LogOptions(const Settings& settings) {
  log::LocalLog::Options options;
  options.segment_bytes = Size(settings, "segment");
  options.free_bytes = Size(settings, "free_bytes");
  options.free_percent = Size(settings, "free_percent");
  return options;
}

}  // namespace

projection::Host::Options HostOptions(const DataDirectory& directory, const Settings& settings) {
  projection::Host::Options options;
  options.directory = directory.Projections();
  options.name = kHostName;
  options.topic = kJournal;
  options.shards = static_cast<std::uint32_t>(settings.Get("shards"));
  options.batch_records = Size(settings, "batch_records");
  options.memory_bytes = Size(settings, "rebuild_memory");
  options.store.block_cache_bytes = Size(settings, "block_cache");
  options.publishes = {std::string(log::kAlerts)};
  return options;
}

projection::Host::Folds MakeFolds() {
  projection::Host::Folds folds;
  folds.push_back(std::make_unique<chronology::ChronologyFold>());
  folds.push_back(std::make_unique<risk::RiskFold>());
  return folds;
}

Node::Node(DataDirectory directory, const Clock& clock, Settings settings)
    : directory_(std::move(directory)), clock_(clock), settings_(std::move(settings)) {}

Result<std::unique_ptr<Node>> Node::Open(const DataDirectory& directory, const Clock& clock,
                                         const Settings& settings) {
  std::unique_ptr<Node> node(new Node(directory, clock, settings));
  TL_ASSIGN(node->log_, log::LocalLog::Open(directory.Log(), clock, LogOptions(settings)));
  for (const auto& cut : node->log_->cuts()) {
    kLog.Warning("torn_tail_cut", {{"file", cut.file}, {"bytes", cut.bytes}});
  }
  TL_ASSIGN(node->intake_,
            intake::Intake::Open(*node->log_, clock, IntakeSettings(directory, settings)));
  auto options = HostOptions(directory, settings);
  options.still_open = [raw = node.get()](const projection::Publication& publication) {
    auto view = raw->host_->Open();
    return view.has_value() && StillOpen(**view, publication);
  };
  node->host_ =
      std::make_unique<projection::Host>(*node->log_, clock, std::move(options), MakeFolds);
  node->opened_at_ = node->intake_->GetStatus().seq;
  TL_TRY(node->host_->Start());
  return node;
}

Node::~Node() {
  server_.reset();
  if (intake_thread_.joinable()) {
    intake_thread_.request_stop();
    intake_thread_.join();
  }
  if (host_) host_->Stop();
}

Result<void> Node::Start() {
  TL_ASSIGN(server_, SocketServer::Listen(directory_.Socket(), [this](const v1::Request& request,
                                                                      const OnProgress& progress) {
              return Answer(request, progress);
            }));
  intake_thread_ = std::jthread([this](const std::stop_token& stop) {
    Result<void> end = intake_->Run(stop);
    std::lock_guard lock(mutex_);
    intake_end_ = std::move(end);
    ended_.notify_all();
  });
  return {};
}

Result<void> Node::RunUntil(const std::function<bool()>& stopped) {
  constexpr auto kLook = std::chrono::milliseconds(100);
  std::unique_lock lock(mutex_);
  while (!stopped() && !intake_end_) ended_.wait_for(lock, kLook);
  return intake_end_ ? *intake_end_ : Result<void>{};
}

v1::Response Node::Answer(const v1::Request& request, const OnProgress& progress) {
  auto response = Handle(request, progress);
  return response ? std::move(*response) : ErrorResponse(response.error());
}

Result<v1::Response> Node::Handle(const v1::Request& request, const OnProgress& progress) {
  v1::Response response;
  switch (request.request_case()) {
    case v1::Request::kAppend: {
      TL_ASSIGN(*response.mutable_append(), Append(request.append()));
      return response;
    }
    case v1::Request::kWait: {
      TL_ASSIGN(*response.mutable_wait(), Wait(request.wait()));
      return response;
    }
    case v1::Request::kInspect: {
      TL_ASSIGN(*response.mutable_inspect(), Inspect(request.inspect()));
      return response;
    }
    case v1::Request::kRebuild: {
      TL_ASSIGN(*response.mutable_rebuild(), Rebuild(progress));
      return response;
    }
    case v1::Request::kCopy: {
      TL_ASSIGN(*response.mutable_copy(), CopyTo(request.copy().directory()));
      return response;
    }
    default:
      // Right after a start the stores may still be catching up with what was there before it.
      host_->WaitForSeq(opened_at_, kCatchUp);
      return AnswerReading(request, {*log_, [this] { return host_->Open(); }});
  }
}

Result<v1::AppendAnswer> Node::Append(const v1::AppendRequest& request) {
  return AppendTo(*log_, request);
}

Result<v1::WaitAnswer> Node::Wait(const v1::WaitRequest& request) {
  v1::WaitAnswer answer;
  Millis until = clock_.Now() + request.timeout_ms();
  bool reached = host_->WaitFor(request.topic(), request.offset(), request.timeout_ms());
  Seq seq = host_->Status().journal_seq;
  Millis left = until - clock_.Now();
  answer.set_reached(reached && host_->WaitForPublished(seq, left > 0 ? left : 0));
  answer.set_seq(seq);
  return answer;
}

Result<v1::InspectAnswer> Node::Inspect(const v1::InspectRequest& request) {
  TL_ASSIGN(v1::InspectAnswer answer, InspectLog(request, *log_));
  answer.set_running(true);
  DescribeIntake(intake_->GetStatus(), answer);
  DescribeHost(host_->Status(), answer);
  if (request.digests()) {
    TL_ASSIGN(auto digests, host_->Digest());
    SetDigests(digests, answer);
  }
  return answer;
}

Result<v1::RebuildAnswer> Node::Rebuild(const OnProgress& progress) {
  // Stores that are being built from nothing have no digest to compare with.
  host_->WaitForSeq(intake_->GetStatus().seq, kSettle);
  TL_ASSIGN(auto before, host_->Digest());
  auto status_before = host_->Status().publisher;
  v1::Progress step;
  step.set_text("rebuilding");
  step.set_of(host_->Status().journal_seq);
  if (progress) progress(step);
  TL_TRY(host_->Rebuild());
  TL_ASSIGN(auto after, host_->Digest());
  host_->WaitForPublished(after.seq, kSettle);
  auto status = host_->Status();
  v1::RebuildAnswer answer;
  answer.set_records(after.seq);
  answer.set_digest_before(before.combined);
  answer.set_digest_after(after.combined);
  answer.set_published_late(status.publisher.late - status_before.late);
  answer.set_differences(status.publisher.withheld - status_before.withheld +
                         status.publisher.surplus.value_or(0));
  return answer;
}

Result<v1::CopyAnswer> Node::CopyTo(const std::string& target) {
  TL_TRY(MakeTarget(target));
  TL_TRY(log_->CopyTo(DataDirectory{target}.Log()));
  return CopySettings(directory_, target);
}

}  // namespace throughline::cli
