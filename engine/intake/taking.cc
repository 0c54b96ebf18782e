#include <algorithm>

#include "engine/base/crash_point.h"
#include "engine/intake/intake_impl.h"
#include "engine/intake/store_dead_letters.h"

namespace throughline::intake {
namespace {

// Repeats leave no record: a feed full of them must not keep the rest waiting.
constexpr std::size_t kMaxRepeatsAStep = 20000;
// So many chunks are read ahead, of all feeds together; but of each so many that one is examined
// while another is decided on.
constexpr std::size_t kChunks = 10;
constexpr std::size_t kLeastChunks = 2;

}  // namespace

Result<void> IntakeImpl::TakeContacts(StepReport& report) {
  const log::JournalReader& journal = keeper_->journal();
  auto batch = std::make_shared<Batch>(keeper_->reads(), journal.head(), journal.Position(),
                                       settings_.batch);
  Fill(*batch, report);
  TellOfFeeds();
  if (batch->empty()) return {};
  TL_TRY(CheckState());
  if (!batch->letters().empty()) CrashPoint("before-dead-letters");
  TL_ASSIGN(auto offsets, StoreDeadLetters(log_, batch->letters()));
  if (!batch->letters().empty()) CrashPoint("after-dead-letters");
  batch->SetLetters(offsets);
  ahead_.Foresee(batch);
  const Foreseen foreseen = batch->foreseen();
  auto written = Write(batch->TakeDrafts(), report, foreseen).map([](bool) {});
  if (!written) ahead_.Forget();
  worker_.Discard(std::move(batch));
  return written;
}

// In turns of at most records_a_turn of each feed, beginning with the one whose turn it is.
void IntakeImpl::Fill(Batch& batch, StepReport& report) {
  const TickState ticks = TickStateNow();
  bool more = !cursors_.empty();
  while (more && !batch.closed() && report.repeats < kMaxRepeatsAStep) {
    more = false;
    auto next = cursors_.lower_bound(turn_);
    for (std::size_t i = 0; i < cursors_.size() && !batch.closed(); ++i) {
      if (next == cursors_.end()) next = cursors_.begin();
      more = TakeTurn(next->first, ticks, next->second, batch, report) || more;
      ++next;
      turn_ = next == cursors_.end() ? std::string() : next->first;
    }
  }
  batch.committed().Consult(nullptr);
  // While the batch is written, what the next will ask is read.
  for (auto& [topic, cursor] : cursors_) ReadOn(cursor, 0);
}

bool IntakeImpl::TakeTurn(const std::string& topic, const TickState& ticks, Cursor& cursor,
                          Batch& batch, StepReport& report) {
  auto feed = State(batch.state()).Feed(topic);
  if (!feed || !feed->active() || Rests(cursor)) return false;
  const Terms terms{feed->agency(), feed->attests(), calendar_};
  for (std::size_t i = 0; i < settings_.records_a_turn; ++i) {
    if (batch.closed()) return false;
    const ExaminedRecord* front = cursor.reader.Front(terms);
    if (front == nullptr) {
      if (!cursor.reader.trouble().empty()) cursor.failed = clock_.Now();
      return false;
    }
    // Whoever comes first is not waited for.
    if (i == 0) ReadOn(cursor, 1);
    batch.committed().Consult(ahead_.Of(*cursor.reader.chunks().front()));
    Millis now = PlacedAt(ticks, clock_.Now(), batch.last_placed(), settings_.ticks);
    const FlowTable* flow = flow_ ? &*flow_ : nullptr;
    Decided decided =
        Decide({batch.state(), topic, front->record, front->examined, now, batch.next_seq(), flow,
                settings_.compile_policy, settings_.part_bytes});
    if (!decided.draft) {
      ++report.repeats;
      ++cursor.repeats;
    } else {
      if (!batch.Fits(decided)) return false;
      const bool before = decided.before;
      batch.Add(std::move(decided));
      if (before) continue;
    }
    cursor.reader.Pop();
  }
  return true;
}

void IntakeImpl::ReadOn(Cursor& cursor, std::size_t from) {
  cursor.reader.ReadOn(std::max(kLeastChunks, kChunks / cursors_.size()));
  const projection::Reads* state = keeper_->shared_reads();
  if (state == nullptr) return;
  const auto& chunks = cursor.reader.chunks();
  for (std::size_t i = from; i < chunks.size(); ++i) ahead_.Begin(chunks[i], *state);
}

// Each try asks the brokers several times.
bool IntakeImpl::Rests(const Cursor& cursor) const {
  if (settings_.sole || cursor.reader.trouble().empty() || !cursor.failed) return false;
  Millis now = clock_.Now();
  return *cursor.failed <= now && now - *cursor.failed < settings_.trouble_wait;
}

void IntakeImpl::TellOfFeeds() {
  for (auto& [topic, cursor] : cursors_) {
    const std::string& trouble = cursor.reader.trouble();
    if (trouble.empty() != cursor.told) continue;
    cursor.told = !trouble.empty();
    Note(cursor.told ? trouble : fmt::format("feed {} is read again", topic));
  }
}

// From where the chain's decisions on it end: a feed of which records were lost is no better here.
bool IntakeImpl::CanRead(const std::string& topic) {
  auto feed = keeper_->state().Feed(topic);
  if (!feed || !feed->has_position()) return log_.Start(topic).has_value();
  return log_.Read(topic, feed->position()).has_value();
}

// Opens what was activated and drops what was closed.
void IntakeImpl::RefreshCursors() {
  auto feeds = keeper_->state().Feeds();
  for (auto cursor = cursors_.begin(); cursor != cursors_.end();) {
    auto feed = feeds.find(cursor->first);
    bool active = feed != feeds.end() && feed->second.active();
    cursor = active ? std::next(cursor) : cursors_.erase(cursor);
  }
  for (const auto& [topic, feed] : feeds) {
    if (!feed.active()) continue;
    if (auto open = cursors_.find(topic); open != cursors_.end()) {
      // Activated anew: it is read from its start.
      bool anew = !feed.has_position() && !open->second.reader.trouble().empty();
      if (anew) open->second.reader.Reset(std::nullopt);
      continue;
    }
    Cursor& cursor =
        cursors_.emplace(topic, Cursor(FeedReader(log_, topic, worker_))).first->second;
    if (feed.has_position()) cursor.reader.Reset(feed.position());
  }
}

void IntakeImpl::ResetCursors() {
  ahead_.Forget();
  for (auto& [topic, cursor] : cursors_) {
    auto feed = keeper_->state().Feed(topic);
    bool known = feed && feed->has_position();
    cursor.reader.Reset(known ? std::optional(feed->position()) : std::nullopt);
  }
}

// England's, or else the first in force: it only says whether "out of hours" is what the calendar
// says.
void IntakeImpl::RefreshCalendar() {
  auto calendars = keeper_->state().Calendars();
  auto chosen = calendars.find("england");
  if (chosen == calendars.end()) chosen = calendars.begin();
  if (chosen == calendars.end()) {
    calendar_.reset();
    calendar_seq_ = 0;
    return;
  }
  if (chosen->second.seq() == calendar_seq_) return;
  auto parsed = Calendar::Parse(chosen->second.content(), chosen->first);
  calendar_.reset();
  if (parsed) calendar_ = std::make_shared<const Calendar>(*std::move(parsed));
  calendar_seq_ = chosen->second.seq();
}

void IntakeImpl::RefreshFlow() {
  auto in_force = keeper_->state().Flow();
  if (!in_force || in_force->seq() == flow_seq_) return;
  auto parsed = FlowTable::Parse(in_force->content(), "flow");
  flow_.reset();
  if (parsed) flow_ = *std::move(parsed);
  flow_seq_ = in_force->seq();
}

}  // namespace throughline::intake
