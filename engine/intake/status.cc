#include <algorithm>
#include <set>

#include "engine/intake/decide.h"
#include "engine/intake/intake_impl.h"

namespace throughline::intake {
namespace {

constexpr std::int64_t kMostRepeats = 10'000;
constexpr std::size_t kRepeatsAtOnce = 1000;
constexpr Millis kRepeatsWait = kSecond;

}  // namespace

void IntakeImpl::Publish(const StepReport& report) {
  State state = keeper_->state();
  v1::IntakeJournal journal = state.Journal();
  std::set<std::string> behind(journal.behind().begin(), journal.behind().end());
  std::set<std::string> silent(journal.silent().begin(), journal.silent().end());
  std::vector<FeedStatus> feeds;
  for (const auto& [topic, feed] : state.Feeds()) {
    FeedStatus& status = feeds.emplace_back();
    status.topic = topic;
    status.agency = feed.agency();
    status.active = feed.active();
    status.attests = feed.attests();
    status.position = feed.position();
    status.last_received = feed.last_received_ms();
    status.behind = behind.contains(topic);
    status.silent = silent.contains(topic);
    status.placed = feed.placed();
    status.refused = feed.refused();
    status.conflicts = feed.conflicts();
    auto cursor = cursors_.find(topic);
    if (cursor == cursors_.end()) continue;
    status.position = cursor->second.reader.position();
    status.trouble = cursor->second.reader.trouble();
    status.repeats = cursor->second.repeats;
  }
  std::lock_guard lock(mutex_);
  status_.partnership = journal.partnership();
  status_.journal = settings_.journal;
  status_.seq = keeper_->journal().head().seq;
  // One that has not been able to say so yet writes all the same, if there is no other.
  status_.role = settings_.sole ? Role::kWriter : takeover_.role();
  status_.instance = settings_.instance;
  status_.writer = journal.writer();
  status_.position = keeper_->journal().Position();
  status_.last_accepted = accepted_at_;
  status_.tick_interval = journal.tick_interval_ms();
  status_.last_tick = journal.last_tick_ms();
  status_.held = journal.held_why();
  status_.held_at = journal.held_at_ms();
  status_.stalled = stalled_;
  status_.placed = journal.placed();
  status_.refused = journal.refused();
  status_.conflicts = journal.conflicts();
  status_.repeats += report.repeats;
  if (journal.owed_because() == 0) {
    for (const FeedStatus& feed : feeds) decided_[feed.topic] = feed.position;
    decided_seq_ = status_.seq;
  }
  status_.feeds = std::move(feeds);
}

Status IntakeImpl::GetStatus() const {
  Status status;
  {
    std::lock_guard lock(mutex_);
    status = status_;
  }
  auto end = log_.End(status.journal);
  if (end) status.distance = std::max<std::int64_t>(*end - status.position, 0);
  // With the log away each question would take its time to fail.
  bool away = !end && end.error().code == Code::kUnavailable;
  std::set<std::string> known;
  for (FeedStatus& feed : status.feeds) {
    known.insert(feed.topic);
    if (away) continue;
    if (auto its = log_.End(feed.topic)) feed.end = *its;
  }
  if (away) return status;
  if (auto topics = log_.Topics()) {
    for (const std::string& topic : *topics) {
      if (topic.starts_with(kFeedPrefix) && !known.contains(topic)) {
        status.not_activated.push_back(topic);
      }
    }
  }
  return status;
}

Seq IntakeImpl::Told() const {
  std::lock_guard lock(mutex_);
  return decided_seq_;
}

std::optional<Seq> IntakeImpl::DecidedBy(std::string_view feed, std::int64_t offset) const {
  std::lock_guard lock(mutex_);
  if (status_.role != Role::kWriter) return std::nullopt;
  const auto decided = decided_.find(feed);
  if (decided == decided_.end() || decided->second <= offset) return std::nullopt;
  return decided_seq_;
}

std::optional<Seq> IntakeImpl::RepeatedBy(std::string_view feed, std::int64_t offset) const {
  {
    std::lock_guard lock(mutex_);
    if (status_.role == Role::kWriter) return std::nullopt;
  }
  const auto snapshot = Snapshot();
  if (!snapshot) return std::nullopt;
  const State state(**snapshot);
  const auto row = state.Feed(feed);
  if (!row || !row->active() || !row->has_position()) return std::nullopt;
  if (offset - row->position() >= kMostRepeats) return std::nullopt;
  const Terms terms{row->agency(), row->attests(), nullptr};
  auto reader = log_.Read(feed, row->position());
  while (reader && (*reader)->Position() <= offset) {
    const auto records = (*reader)->Poll(kRepeatsAtOnce, kRepeatsWait);
    if (!records || records->empty()) return std::nullopt;
    for (const log::Record& record : *records) {
      if (record.offset <= offset && !IsRepeat(state, Examine(record, terms))) return std::nullopt;
    }
  }
  const auto position = projection::PositionIn(**snapshot);
  if (!reader || !position || (*snapshot)->fault()) return std::nullopt;
  return position->head.seq;
}

Result<std::shared_ptr<const projection::Reads>> IntakeImpl::Snapshot() const {
  std::shared_ptr<const projection::Store> store;
  {
    std::lock_guard lock(mutex_);
    store = store_;
  }
  if (store == nullptr) return Fail(Code::kUnavailable, "intake keeps no state that can be read");
  // The view may not outlive the store.
  struct Held {
    std::shared_ptr<const projection::Store> store;
    std::unique_ptr<projection::Reads> reads;
  };
  auto held = std::make_shared<Held>(Held{store, store->Snapshot()});
  return std::shared_ptr<const projection::Reads>(held, held->reads.get());
}

}  // namespace throughline::intake
