#include "consumers/throughline/node.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "consumers/throughline/answers.h"
#include "consumers/throughline/identity_marks.h"
#include "consumers/throughline/inspection.h"
#include "consumers/throughline/instance.h"
#include "consumers/throughline/offline.h"
#include "consumers/throughline/still_open.h"
#include "engine/base/log.h"
#include "engine/intake/suggestions.h"

namespace throughline::cli {
namespace {

constexpr Log kLog("node");
constexpr Millis kCatchUp = 10 * kSecond;  // how long a reader waits for it
constexpr Millis kSettle = 30 * kSecond;   // how long a rebuild's answer waits for the publisher
constexpr std::chrono::milliseconds kBeforeAskingAgain{1};
constexpr std::chrono::milliseconds kBeforeLookingAgain{500};  // for repeats: it reads the feed

// Makes what is missing of the topics that every record has, and checks the settings of all: each
// wrong one is an error that says how it is put right.
Result<void> CheckTopics(log::EventLog& log, const std::string& brokers) {
  TL_ASSIGN(auto topics, log.Topics());
  if (std::find(topics.begin(), topics.end(), kJournal) == topics.end()) {
    return Fail(Code::kNotFound,
                "no record was begun on {}: throughline init --brokers {} --partnership NAME",
                brokers, brokers);
  }
  for (std::string_view topic : {std::string_view(kJournal), log::kDeadLetters, log::kAlerts}) {
    TL_TRY(log.Create(topic));
  }
  return {};
}

// The views go with it: what was replaced goes when nobody reads it any more.
Result<Seq> RebuildAndCompare(projection::Host& host, v1::RebuildAnswer& answer) {
  TL_ASSIGN(const auto rebuilt, host.Rebuild());
  if (rebuilt.after == nullptr) return Fail(Code::kUnavailable, "the new stores are not served");
  if (rebuilt.before != nullptr) {
    if (const auto before = projection::Host::DigestOf(*rebuilt.before)) {
      answer.set_digest_before(before->combined);
      answer.set_seq_before(before->seq);
    }
  }
  TL_ASSIGN(const auto after, projection::Host::DigestOf(*rebuilt.after));
  answer.set_records(after.seq);
  answer.set_digest_after(after.combined);
  answer.set_seq_after(after.seq);
  return after.seq;
}

}  // namespace

Node::Node(DataDirectory directory, const Clock& clock, Settings settings, Options options)
    : directory_(std::move(directory)),
      clock_(clock),
      settings_(std::move(settings)),
      options_(std::move(options)) {}

Result<std::unique_ptr<Node>> Node::Open(const DataDirectory& directory, const Clock& clock,
                                         const Settings& settings, const Options& options) {
  std::unique_ptr<Node> node(new Node(directory, clock, settings, options));
  if (options.source.embedded() && options.parts != Parts::kAll) {
    return Fail(Code::kInvalid, "the embedded log has one owner: its parts run in one process");
  }
  TL_ASSIGN(node->log_, OpenLog(directory, options.source, clock, LogOptions(settings),
                                [own = node.get()](std::string_view text) {
                                  if (!own->is_open_) return;
                                  kLog.Warning("brokers", {{"text", text}});
                                }));
  if (node->log_.embedded != nullptr) {
    for (const auto& cut : node->log_.embedded->cuts()) {
      kLog.Warning("torn_tail_cut", {{"file", cut.file}, {"bytes", cut.bytes}});
    }
  } else {
    TL_TRY(MakeDirectory(directory));
    TL_TRY(CheckTopics(*node->log_.log, options.source.brokers));
    TL_ASSIGN(node->instance_, InstanceOf(directory));
  }
  TL_TRY(node->OpenParts());
  node->is_open_ = true;
  return node;
}

Result<void> Node::OpenParts() {
  TL_ASSIGN(const auto limits, ReadingLimits(*log_.log));
  if (options_.parts != Parts::kProjections) {
    intake::Settings settings = IntakeSettings(directory_, settings_, limits);
    if (!options_.source.embedded()) {
      settings.instance = instance_;
      settings.sole = false;
    }
    TL_ASSIGN(intake_, intake::Intake::Open(*log_.log, clock_, std::move(settings)));
  }
  if (options_.parts != Parts::kIntake) TL_TRY(OpenHost(limits));
  return {};
}

Result<void> Node::OpenHost(const log::JournalReader::Limits& limits) {
  auto options = HostOptions(directory_, settings_, limits);
  options.instance = instance_;
  options.still_open = [this](const projection::Publication& publication) {
    auto view = host_->Open();
    return view.has_value() && StillOpen(**view, publication);
  };
  host_ = std::make_unique<projection::Host>(*log_.log, clock_, std::move(options), MakeFolds);
  return host_->Start();
}

Node::~Node() {
  // The server waits for its answers, and those for what is stopped here.
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    ended_.notify_all();
  }
  if (host_) host_->Stop();
  server_.reset();
  if (intake_thread_.joinable()) {
    intake_thread_.request_stop();
    intake_thread_.join();
  }
}

Result<void> Node::Start() {
  const std::string path =
      options_.parts == Parts::kIntake ? directory_.IntakeSocket() : directory_.Socket();
  auto answer = [this](const v1::Request& request, const OnProgress& progress) {
    return Answer(request, progress);
  };
  TL_ASSIGN(server_, SocketServer::Listen(path, answer));
  if (intake_ == nullptr) return {};
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
  while (!stopped() && !intake_end_) {
    const auto failure = host_ == nullptr ? std::nullopt : host_->Failure();
    if (failure) return Fail(*failure);
    ended_.wait_for(lock, kLook);
  }
  return intake_end_ ? *intake_end_ : Result<void>{};
}

v1::Response Node::Answer(const v1::Request& request, const OnProgress& progress) {
  auto response = Handle(request, progress);
  return response ? std::move(*response) : ErrorResponse(response.error());
}

Result<v1::Response> Node::Handle(const v1::Request& request, const OnProgress& progress) {
  v1::Response response;
  if (request.has_identity()) {
    TL_ASSIGN(*response.mutable_identity(), Identity(request.identity()));
    return response;
  }
  bool needs_stores = request.request_case() != v1::Request::kAppend &&
                      request.request_case() != v1::Request::kWait &&
                      request.request_case() != v1::Request::kInspect;
  if (needs_stores && host_ == nullptr) {
    return Fail(Code::kUnavailable,
                "only intake runs here: start `throughline up --only projections`");
  }
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
      host_->WaitUntilLive(kCatchUp);
      return AnswerReading(request, {*log_.log, [this] { return host_->Open(); }});
  }
}

Result<v1::IdentityAnswer> Node::Identity(const v1::IdentityRequest& request) const {
  if (intake_ == nullptr) {
    return Fail(Code::kUnavailable, "intake, which knows who may be who, does not run here");
  }
  TL_ASSIGN(const auto state, intake_->Snapshot());
  TL_ASSIGN(v1::IdentityAnswer answer, intake::AnswerIdentity(*state, request));
  std::shared_ptr<const projection::View> view;
  if (host_ != nullptr) {
    if (auto opened = host_->Open()) view = *std::move(opened);
  }
  MaskIdentity(*state, view.get(), answer);
  return answer;
}

Result<v1::AppendAnswer> Node::Append(const v1::AppendRequest& request) {
  return AppendTo(*log_.log, request);
}

Result<v1::WaitAnswer> Node::Wait(const v1::WaitRequest& request) {
  v1::WaitAnswer answer;
  if (request.topic().empty()) {
    if (host_ == nullptr) return Fail(Code::kUnavailable, "only intake runs here");
    answer.set_reached(host_->WaitForSeq(request.seq(), request.timeout_ms()));
    answer.set_seq(host_->Status().journal_seq);
    return answer;
  }
  const Millis until = clock_.Now() + request.timeout_ms();
  const auto left = [&] { return std::max<Millis>(until - clock_.Now(), 0); };
  const auto seq = AwaitDecided(request.topic(), request.offset(), request.timeout_ms());
  const auto stores_reach = [&] {
    return host_ == nullptr ||
           (host_->WaitForSeq(*seq, left()) && host_->WaitForPublished(*seq, left()));
  };
  answer.set_reached(seq && stores_reach() && WaitForIntake(*seq, left()));
  if (seq || host_ != nullptr) answer.set_seq(seq ? *seq : host_->Status().journal_seq);
  return answer;
}

// Until a feed's record is decided on, as intake knows it here, which drops repeats without a
// record, or as a record that came says; the seq by which it is. Nothing: not in time.
std::optional<Seq> Node::AwaitDecided(const std::string& feed, std::int64_t offset,
                                      Millis timeout) {
  std::optional<Seq> seq;
  std::optional<Seq> came;
  auto look = std::chrono::steady_clock::now();
  Await(
      [&] {
        if (intake_ != nullptr) seq = intake_->DecidedBy(feed, offset);
        if (!seq && !came && host_ != nullptr && host_->WaitFor(feed, offset, 0)) {
          came = host_->Status().journal_seq;
        }
        // What a decision brings follows it.
        if (!seq && came && (intake_ == nullptr || intake_->Told() >= *came)) {
          seq = intake_ == nullptr ? *came : intake_->Told();
        }
        if (!seq && !came && intake_ != nullptr && std::chrono::steady_clock::now() >= look) {
          seq = intake_->RepeatedBy(feed, offset);
          look = std::chrono::steady_clock::now() + kBeforeLookingAgain;
        }
        return seq.has_value();
      },
      timeout);
  return seq;
}

// Until intake, which answers who may be who and how feeds stand by its own state, holds what was
// decided: it appends that to the journal first. False: not in time.
bool Node::WaitForIntake(Seq seq, Millis timeout) {
  if (intake_ == nullptr) return true;
  return Await(
      [&] {
        if (intake_->Told() < seq) return false;
        const auto state = intake_->Snapshot();
        if (!state) return true;  // one that cannot be asked does not get any further
        const auto position = projection::PositionIn(**state);
        return !position || position->head.seq >= seq;
      },
      timeout);
}

// False: not in time. Where intake ended nothing is waited for.
bool Node::Await(const std::function<bool()>& holds, Millis timeout) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout);
  bool held = holds();
  std::unique_lock lock(mutex_);
  while (!held && !intake_end_ && !stopping_ && std::chrono::steady_clock::now() < until) {
    ended_.wait_for(lock, kBeforeAskingAgain);
    lock.unlock();
    held = holds();
    lock.lock();
  }
  return held || intake_end_;
}

Result<v1::InspectAnswer> Node::Inspect(const v1::InspectRequest& request) {
  TL_ASSIGN(v1::InspectAnswer answer, InspectSource(request, *log_.log, options_.source));
  answer.set_running(true);
  answer.set_instance(instance_);
  if (host_ != nullptr) DescribeHost(host_->Status(), answer);
  if (intake_ != nullptr) DescribeIntake(intake_->GetStatus(), answer);
  if (log_.kafka != nullptr) DescribeClients(log_.kafka->Statistics(), answer);
  if (request.digests() && host_ != nullptr) {
    TL_ASSIGN(auto digests, host_->Digest());
    SetDigests(digests, answer);
  }
  if (request.calendars() && host_ != nullptr) {
    if (const auto view = host_->Open()) DescribeInForce(**view, answer);
  }
  return answer;
}

Result<v1::RebuildAnswer> Node::Rebuild(const OnProgress& progress) {
  // Stores that are being built from nothing have no digest to compare with.
  host_->WaitUntilLive(kSettle);
  auto status_before = host_->Status().publisher;
  v1::Progress step;
  step.set_text("rebuilding");
  step.set_of(host_->Status().journal_seq);
  if (progress) progress(step);
  v1::RebuildAnswer answer;
  TL_ASSIGN(auto after, RebuildAndCompare(*host_, answer));
  auto status = host_->Status();
  if (!status.publisher.standby) {
    host_->WaitForPublished(after, kSettle);
    status = host_->Status();
  }
  answer.set_published_late(status.publisher.late - status_before.late);
  answer.set_differences(status.publisher.withheld - status_before.withheld +
                         status.publisher.surplus.value_or(0));
  return answer;
}

Result<v1::CopyAnswer> Node::CopyTo(const std::string& target) {
  TL_TRY(CanCopy(options_.source));
  TL_TRY(MakeTarget(target));
  TL_TRY(log_.embedded->CopyTo(DataDirectory{target}.Log()));
  return CopySettings(directory_, target);
}

}  // namespace throughline::cli
