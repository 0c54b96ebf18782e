#include "engine/projection/host.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/base/crash_point.h"
#include "engine/projection/generation.h"
#include "engine/projection/publisher.h"

namespace throughline::projection {
namespace {

constexpr std::uint32_t kMostShards = 256;
constexpr std::size_t kMostNameBytes = 64;
constexpr std::chrono::milliseconds kBeforeLookingAgain{200};
// How long a replacement waits for both generations to stand at one record, to be compared.
constexpr std::chrono::milliseconds kForOneRecord{2000};

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kMostNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

}  // namespace

std::string_view Name(State state) {
  switch (state) {
    case State::kRebuilding:
      return "rebuilding";
    case State::kLive:
      return "live";
    case State::kParked:
      return "parked";
    case State::kFailed:
      return "failed";
  }
  CHECK(false);
}

class Host::Impl {
 public:
  Impl(log::EventLog& log, const Clock& clock, Options options, std::function<Folds()> make)
      : log_(log),
        clock_(clock),
        options_(std::move(options)),
        make_(std::move(make)),
        publisher_(log, options_.instance, options_.publishes, options_.still_open, options_.note,
                   signal_) {
    CHECK(IsName(options_.name) && options_.shards >= 1 && options_.shards <= kMostShards);
    CHECK(options_.batch_records >= 1);
  }

  Result<void> Start();
  void Stop();
  Result<Rebuilt> Rebuild(const std::string& topic);
  Result<Rebuilt> Rebuild() {
    const auto live = Live();
    if (live == nullptr) return Fail(Code::kUnavailable, "the host is not running");
    return Rebuild(live->topic());
  }
  Result<std::shared_ptr<const View>> Open() const {
    const std::scoped_lock lock(signal_.mutex);
    if (live_ == nullptr) return Fail(Code::kUnavailable, "the host was not started");
    return live_->board().NewestLocked();
  }
  HostStatus Status() const;
  std::optional<Error> Failure() const {
    const std::scoped_lock lock(signal_.mutex);
    return live_ == nullptr ? std::nullopt : live_->board().ReaderFailureLocked();
  }

  // Waits for something to become true of the live generation's board.
  template <typename Condition>
  bool Wait(Millis timeout, const Condition& condition) const {
    std::unique_lock lock(signal_.mutex);
    bool holds = false;
    signal_.changed.wait_for(lock, std::chrono::milliseconds(timeout), [&] {
      if (live_ == nullptr) return stopping_;
      holds = condition(live_->board());
      return holds || stopping_ || live_->board().AllFailedLocked();
    });
    return holds;
  }

 private:
  std::shared_ptr<Generation> Live() const {
    const std::scoped_lock lock(signal_.mutex);
    return live_;
  }
  Generation::Host Surroundings() const {
    return {.log = log_,
            .clock = clock_,
            .place = *stores_,
            .options = options_,
            .make = make_,
            .signal = signal_};
  }
  Result<Current> FindGeneration() const;
  Result<std::shared_ptr<Generation>> MakeBeside(const std::string& topic);
  Result<void> WaitUntilEven(Generation& made);
  Rebuilt PairLocked(Generation& made) const;
  Result<Rebuilt> Replace(const std::shared_ptr<Generation>& made);
  void Publish();
  void FollowContinued();
  void Notify() {
    {
      const std::scoped_lock lock(signal_.mutex);
      ++signal_.version;
    }
    signal_.changed.notify_all();
  }

  log::EventLog& log_;
  const Clock& clock_;
  const Options options_;
  const std::function<Folds()> make_;
  mutable Signal signal_;
  Publisher publisher_;
  std::optional<HostDirectory> directory_;
  std::optional<DirectoryStores> stores_;
  std::string configured_;
  // Guarded by the signal's mutex.
  std::shared_ptr<Generation> live_;
  std::shared_ptr<Generation> rebuilding_;
  bool rebuild_runs_ = false;
  bool stopping_ = false;
  std::thread publisher_thread_;
  std::thread keeper_thread_;
};

// Which generation to open: the current one, unless it was built for something else.
Result<Current> Host::Impl::FindGeneration() const {
  auto current = directory_->ReadCurrent();
  const bool follows =
      current && (current->configured == options_.topic || current->topic == options_.topic);
  if (follows) {
    const auto layout = directory_->ReadLayout(current->generation);
    if (layout == LayoutOf(options_, current->topic, make_())) return *current;
  }
  const Current fresh{.generation = directory_->NextGeneration(),
                      .configured = options_.topic,
                      .topic = follows ? current->topic : options_.topic};
  TL_TRY(directory_->MakeGeneration(fresh.generation, LayoutOf(options_, fresh.topic, make_())));
  TL_TRY(directory_->WriteCurrent(fresh));
  return fresh;
}

Result<void> Host::Impl::Start() {
  CHECK(!directory_);
  TL_ASSIGN(auto owned, HostDirectory::Own(options_.directory, options_.name));
  directory_.emplace(std::move(owned));
  stores_.emplace(*directory_, options_.store);
  TL_ASSIGN(const Current current, FindGeneration());
  directory_->RemoveOthers(current.generation);
  configured_ = current.configured;
  TL_ASSIGN(std::shared_ptr<Generation> live,
            Generation::Open(Surroundings(), current.generation, current.topic));
  live->Start();
  {
    const std::scoped_lock lock(signal_.mutex);
    live_ = std::move(live);
  }
  publisher_thread_ = std::thread([this] { Publish(); });
  keeper_thread_ = std::thread([this] { FollowContinued(); });
  return {};
}

void Host::Impl::Stop() {
  std::shared_ptr<Generation> live;
  {
    const std::scoped_lock lock(signal_.mutex);
    stopping_ = true;
    ++signal_.version;
    live = live_;
  }
  signal_.changed.notify_all();
  if (keeper_thread_.joinable()) keeper_thread_.join();
  {
    std::unique_lock lock(signal_.mutex);
    signal_.changed.wait(lock, [this] { return !rebuild_runs_; });
  }
  if (publisher_thread_.joinable()) publisher_thread_.join();
  live = Live();
  if (live != nullptr) live->Stop();
}

void Host::Impl::Publish() {
  for (;;) {
    std::shared_ptr<Generation> live;
    std::uint64_t seen = 0;
    {
      const std::scoped_lock lock(signal_.mutex);
      if (stopping_) return;
      live = live_;
      seen = signal_.version;
    }
    const auto more = publisher_.Pass(*live);
    publisher_.Trouble(more ? std::string() : more.error().text);
    if (more && *more) continue;
    live.reset();
    std::unique_lock lock(signal_.mutex);
    if (more && publisher_.keeps()) {
      signal_.changed.wait_for(lock, kBeforeLookingAgain,
                               [&] { return stopping_ || signal_.version != seen; });
    } else if (more) {
      signal_.changed.wait(lock, [&] { return stopping_ || signal_.version != seen; });
    } else {
      signal_.changed.wait_for(lock, kBeforeTryingAgain, [&] { return stopping_; });
    }
  }
}

// Intake closed the journal's generation: everything derived from it is built again from the next.
void Host::Impl::FollowContinued() {
  const auto next = [this]() -> std::optional<std::string> {
    return rebuild_runs_ ? std::nullopt : live_->ContinuedLocked();
  };
  std::unique_lock lock(signal_.mutex);
  for (;;) {
    signal_.changed.wait(lock, [&] { return stopping_ || next().has_value(); });
    if (stopping_) return;
    const std::string topic = *next();
    lock.unlock();
    const auto rebuilt = Rebuild(topic);
    lock.lock();
    if (!rebuilt) {
      signal_.changed.wait_for(lock, kBeforeTryingAgain, [&] { return stopping_; });
    }
  }
}

Result<std::shared_ptr<Generation>> Host::Impl::MakeBeside(const std::string& topic) {
  const std::uint32_t number = directory_->NextGeneration();
  TL_TRY(directory_->MakeGeneration(number, LayoutOf(options_, topic, make_())));
  auto made = Generation::Open(Surroundings(), number, topic);
  if (made) return std::shared_ptr<Generation>(std::move(*made));
  directory_->Remove(number);
  return Fail(made.error());
}

// Until a generation is live and shows at least what the live one does.
Result<void> Host::Impl::WaitUntilEven(Generation& made) {
  std::unique_lock lock(signal_.mutex);
  signal_.changed.wait(lock, [&] {
    return stopping_ || made.board().FailureLocked().has_value() ||
           (made.board().AllLiveLocked() &&
            made.board().CommittedLocked() >= live_->board().CommittedLocked());
  });
  if (stopping_) return Fail(Code::kUnavailable, "the host was stopped");
  if (auto failure = made.board().FailureLocked()) return Fail(*failure);
  return {};
}

Host::Rebuilt Host::Impl::PairLocked(Generation& made) const {
  return {.before = live_->board().NewestLocked().value_or(nullptr),
          .after = made.board().NewestLocked().value_or(nullptr)};
}

Result<Host::Rebuilt> Host::Impl::Replace(const std::shared_ptr<Generation>& made) {
  TL_TRY(WaitUntilEven(*made));
  CrashPoint("before-current-swap");
  TL_TRY(directory_->WriteCurrent(
      {.generation = made->number(), .configured = configured_, .topic = made->topic()}));
  CrashPoint("after-current-swap");
  std::shared_ptr<Generation> old;
  Rebuilt pair;
  {
    std::unique_lock lock(signal_.mutex);
    const auto failed = [&] { return stopping_ || made->board().FailureLocked().has_value(); };
    signal_.changed.wait_for(lock, kForOneRecord, [&] {
      pair = PairLocked(*made);
      return failed() || !pair.before || (pair.after && pair.before->seq() == pair.after->seq());
    });
    // What was seen once does not go back, even if the old one went on meanwhile.
    signal_.changed.wait(lock, [&] {
      return failed() || made->board().CommittedLocked() >= live_->board().CommittedLocked();
    });
    pair = PairLocked(*made);
    old = std::exchange(live_, made);
    ++signal_.version;
  }
  signal_.changed.notify_all();
  old->Stop();
  old->stores()->RemoveAtTheEnd();
  return pair;
}

Result<Host::Rebuilt> Host::Impl::Rebuild(const std::string& topic) {
  {
    const std::scoped_lock lock(signal_.mutex);
    if (stopping_) return Fail(Code::kUnavailable, "the host was stopped");
    if (rebuild_runs_) return Fail(Code::kConflict, "a rebuild is running");
    rebuild_runs_ = true;
  }
  auto made = MakeBeside(topic);
  Result<Rebuilt> done;
  if (made) {
    (*made)->Start();
    {
      const std::scoped_lock lock(signal_.mutex);
      rebuilding_ = *made;
    }
    done = Replace(*made);
    if (!done) {
      (*made)->Stop();
      (*made)->stores()->RemoveAtTheEnd();
    }
  } else {
    done = Fail(made.error());
  }
  {
    const std::scoped_lock lock(signal_.mutex);
    rebuilding_.reset();
    rebuild_runs_ = false;
  }
  Notify();
  return done;
}

HostStatus Host::Impl::Status() const {
  HostStatus status;
  status.name = options_.name;
  const std::scoped_lock lock(signal_.mutex);
  status.publisher = publisher_.StatusLocked();
  if (live_ == nullptr) return status;
  status.generation = live_->number();
  status.topic = live_->topic();
  status.journal_seq = live_->journal_seq();
  status.journal_offset = live_->journal_offset();
  status.journal_end = live_->journal_end();
  status.dropped = live_->dropped();
  status.shards = live_->board().StatusLocked();
  if (rebuilding_ != nullptr) status.rebuild = rebuilding_->board().StatusLocked();
  return status;
}

Host::Host(log::EventLog& log, const Clock& clock, Options options, std::function<Folds()> make)
    : impl_(std::make_unique<Impl>(log, clock, std::move(options), std::move(make))) {}

Host::~Host() { Stop(); }

Result<void> Host::Start() { return impl_->Start(); }
void Host::Stop() { impl_->Stop(); }
Result<Host::Rebuilt> Host::Rebuild() { return impl_->Rebuild(); }
Result<std::shared_ptr<const View>> Host::Open() const { return impl_->Open(); }
HostStatus Host::Status() const { return impl_->Status(); }
std::optional<Error> Host::Failure() const { return impl_->Failure(); }

bool Host::WaitUntilLive(Millis timeout) const {
  bool live = false;
  impl_->Wait(timeout, [&](const Board& board) {
    live = board.AllLiveLocked() && board.SeenLocked(0);
    // One that failed will not be live.
    return live || board.FailureLocked().has_value();
  });
  return live;
}

bool Host::WaitFor(std::string_view feed, std::int64_t offset, Millis timeout) const {
  return impl_->Wait(timeout,
                     [&](const Board& board) { return board.ReachedLocked(feed, offset); });
}

bool Host::WaitForSeq(Seq seq, Millis timeout) const {
  return impl_->Wait(timeout, [&](const Board& board) { return board.SeenLocked(seq); });
}

bool Host::WaitForPublished(Seq seq, Millis timeout) const {
  return impl_->Wait(timeout, [&](const Board& board) { return board.DrainedLocked(seq); });
}

Result<Host::Digests> Host::Digest() const {
  TL_ASSIGN(const auto view, Open());
  return DigestOf(*view);
}

Result<Host::Digests> Host::DigestOf(const View& view) {
  TL_ASSIGN(const auto all, view.All());
  Digests digests{.seq = view.seq(), .shards = {}, .combined = {}};
  std::string each;
  for (const Reads* reads : all) {
    TL_ASSIGN(const std::string digest, projection::Digest(*reads));
    each += digest;
    digests.shards.push_back(Hex(digest));
  }
  digests.combined = Hex(Sha256(each));
  return digests;
}

Result<std::shared_ptr<const View>> Host::OpenReadOnly(const std::string& directory,
                                                       const std::string& name) {
  const HostDirectory host = HostDirectory::Peek(directory, name);
  const auto current = host.ReadCurrent();
  const auto layout = current ? host.ReadLayout(current->generation) : std::nullopt;
  if (!layout) return Fail(Code::kNotFound, "there is no store of host {}", name);
  std::vector<std::unique_ptr<Store>> stores;
  for (std::uint32_t i = 0; i < layout->shards; ++i) {
    TL_ASSIGN(auto store, Store::Open(host.ShardPath(current->generation, i), {.read_only = true}));
    stores.push_back(std::move(store));
  }
  const auto keep =
      std::make_shared<StoreSet>(host.GenerationPath(current->generation), std::move(stores));
  std::optional<ShardPosition> first;
  std::vector<View::Part> parts;
  for (std::uint32_t i = 0; i < keep->size(); ++i) {
    TL_ASSIGN(const ShardPosition position, PositionIn(keep->At(i).Now()));
    TL_ASSIGN(const auto unfinished, UnfinishedIn(keep->At(i).Now()));
    if (!first) first = position;
    if (unfinished) {
      return Fail(Code::kUnavailable,
                  "a shard of host {} stands within record {}: start it once, and it goes on", name,
                  unfinished->head.seq);
    }
    if (position.head != first->head) {
      return Fail(Code::kUnavailable,
                  "the shards of host {} stand at different records: start it once", name);
    }
    parts.push_back({.reads = keep->At(i).Snapshot(), .fault = std::nullopt});
  }
  CHECK(first.has_value());
  return std::make_shared<const View>(keep, first->head.seq, first->last_tick, std::move(parts));
}

}  // namespace throughline::projection
