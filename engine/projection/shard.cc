#include "engine/projection/shard.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/base/crash_point.h"
#include "engine/projection/host_keys.h"

namespace throughline::projection {
namespace {

constexpr std::size_t kMostReasonBytes = 512;
constexpr std::size_t kMostFolds = 64;
constexpr std::size_t kMostPublicationIdBytes = 1024;
constexpr std::size_t kTimersAtOnce = 256;
// A fold that arms a timer again for the same tick may do so, but not for ever.
constexpr std::uint32_t kMostFirings = 10000;

const Reads& BaseOf(const MemoryStore* memory, const Store* store) {
  CHECK((memory == nullptr) != (store == nullptr));
  return memory != nullptr ? static_cast<const Reads&>(*memory) : store->Now();
}

void CheckFolds(const std::vector<Fold*>& folds) {
  CHECK(!folds.empty() && folds.size() <= kMostFolds);
  std::array<bool, 256> taken{};
  for (const Fold* fold : folds) {
    CHECK(!fold->prefixes().empty());
    for (const char prefix : fold->prefixes()) {
      const auto byte = static_cast<unsigned char>(prefix);
      CHECK(byte >= keys::kFirstOfFolds && !taken[byte]);
      taken[byte] = true;
    }
  }
}

}  // namespace

// What one fold may do while one record is applied.
class Shard::Context final : public FoldContext, private Writes {
 public:
  Context(Shard& shard, Seq seq) : record_(*shard.overlay_), shard_(shard), seq_(seq) {}

  void Enter(std::size_t fold) {
    fold_ = static_cast<std::uint8_t>(fold);
    prefixes_ = shard_.folds_[fold]->prefixes();
  }
  // What a fold asked for and cannot be done, if it returned no error itself.
  Result<void> Checked(Result<void> result) const {
    if (result && refusal_) return Fail(*refusal_);
    return result;
  }
  // The least key of a timer that was armed or disarmed.
  const std::optional<std::string>& touched() const { return touched_; }

  Writes& store() override { return *this; }
  const ShardOf& shard() const override { return shard_.shard_; }

  void Arm(const PersonId& person, const std::optional<Timer>& timer) override {
    CHECK(shard_.shard_.Owns(person));
    const std::string armed = keys::ArmedKey(fold_, person);
    const auto before = record_.Get(armed);
    if (before) {
      auto old = keys::ParseArmedValue(person, *before);
      CHECK(old.has_value());
      Touch(keys::TimerKey({.timer = std::move(*old), .fold = fold_}), false);
    }
    if (!timer) {
      if (before) record_.Erase(armed);
      return;
    }
    CHECK(timer->person == person && timer->rule.find('\0') == std::string::npos);
    Touch(keys::TimerKey({.timer = *timer, .fold = fold_}), true);
    record_.Put(armed, keys::ArmedValue(*timer));
    if (shard_.earliest_) shard_.earliest_ = std::min(*shard_.earliest_, timer->due);
  }

  void VisitEach() override { visits_ |= std::uint64_t{1} << fold_; }
  std::uint64_t visits() const { return visits_; }

  void Publish(Publication publication) override {
    CHECK(!publication.topic.empty() && !publication.id.empty());
    // The log would refuse it for ever, and everything behind it would wait.
    if (publication.value.size() > log::kMaxValueBytes ||
        publication.id.size() > kMostPublicationIdBytes) {
      refusal_ = Error{Code::kInvalid, "a publication is larger than a message may be"};
      return;
    }
    record_.Put(keys::OutboxKey(seq_, shard_.rows_++), keys::OutboxValue(publication));
  }

 private:
  void Touch(std::string key, bool armed) {
    if (armed) {
      record_.Put(key, {});
    } else {
      record_.Erase(key);
    }
    if (!touched_ || key < *touched_) touched_ = std::move(key);
  }

  std::optional<std::string> Get(std::string_view key) const override { return record_.Get(key); }
  void Scan(std::string_view begin, std::string_view end,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    record_.Scan(begin, end, visit);
  }
  const std::optional<Error>& fault() const override { return record_.fault(); }
  void Put(std::string_view key, std::string_view value) override {
    CHECK(Owns(key));
    record_.Put(key, value);
  }
  void Erase(std::string_view key) override {
    CHECK(Owns(key));
    record_.Erase(key);
  }
  bool Owns(std::string_view key) const {
    return !key.empty() && prefixes_.find(key.front()) != std::string_view::npos;
  }

  Overlay& record_;
  Shard& shard_;
  Seq seq_;
  std::uint8_t fold_ = 0;
  std::string_view prefixes_;
  std::optional<std::string> touched_;
  std::optional<Error> refusal_;
  std::uint64_t visits_ = 0;
};

Result<std::optional<Unfinished>> UnfinishedIn(const Reads& store) {
  const auto value = store.Get(std::string(1, keys::kUnfinished));
  if (store.fault()) return Fail(*store.fault());
  if (!value) return std::nullopt;
  auto unfinished = keys::ParseUnfinished(*value);
  if (!unfinished) return Fail(Code::kCorrupt, "the store's unfinished record cannot be read");
  return unfinished;
}

Result<ShardPosition> PositionIn(const Reads& store) {
  const auto value = store.Get(std::string(1, keys::kPosition));
  if (store.fault()) return Fail(*store.fault());
  if (!value) return ShardPosition{};
  const auto position = keys::ParsePosition(*value);
  if (!position) return Fail(Code::kCorrupt, "the store's position cannot be read");
  return *position;
}

Shard::Shard(MemoryStore* memory, Store* store, ShardOf shard, std::vector<Fold*> folds,
             std::size_t part_steps)
    : memory_(memory),
      store_(store),
      shard_(shard),
      folds_(std::move(folds)),
      part_steps_(part_steps),
      overlay_(std::make_unique<Overlay>(BaseOf(memory, store))) {
  CHECK(shard_.index < shard_.count && part_steps_ > 0);
  CheckFolds(folds_);
  auto position = PositionIn(*overlay_);
  auto unfinished = UnfinishedIn(*overlay_);
  if (position && unfinished) {
    position_ = *position;
    unfinished_ = *unfinished;
    keeps_unfinished_ = unfinished_.has_value();
  } else {
    broken_ = position ? unfinished.error() : position.error();
  }
}

Shard::~Shard() = default;

Result<void> Shard::Check() const {
  if (broken_) return Fail(*broken_);
  if (overlay_->fault()) return Fail(*overlay_->fault());
  return {};
}

Result<ShardPosition> Shard::Position() const {
  TL_TRY(Check());
  return position_;
}

void Shard::Forget() {
  for (Fold* fold : folds_) fold->Forget();
}

void Shard::MarkIncomplete(const std::vector<PersonId>& persons, Seq since, const Fold& fold,
                           const Error& error) {
  const std::string value =
      keys::IncompleteValue({.since = since,
                             .fold = std::string(fold.name()),
                             .reason = error.text.substr(0, kMostReasonBytes)});
  const auto mark = [&](const std::string& key) {
    if (overlay_->Get(key).has_value()) return false;
    overlay_->Put(key, value);
    return true;
  };
  if (persons.empty()) mark(std::string(1, keys::kIncomplete));
  for (const PersonId& person : persons) {
    if (shard_.Owns(person) && mark(keys::IncompleteKey(person))) ++position_.incomplete;
  }
}

bool Shard::ApplyFolds(const log::Accepted& record) {
  overlay_->Begin();
  Context context(*this, record.seq());
  for (std::size_t i = 0; i < folds_.size(); ++i) {
    context.Enter(i);
    const auto applied = context.Checked(folds_[i]->Apply(record, context));
    if (!applied) {
      overlay_->Revert();
      rows_ = 0;
      Forget();
      MarkIncomplete(PersonsOf(record.decision), record.seq(), *folds_[i], applied.error());
      return false;
    }
  }
  overlay_->Keep();
  unfinished_->visits = context.visits();
  return true;
}

// False: the part is full.
bool Shard::TakeStep() {
  if (steps_ >= part_steps_) return false;
  ++steps_;
  return true;
}

// False: the part is full before everyone was visited.
bool Shard::VisitEach(const log::Accepted& record) {
  for (std::size_t i = 0; i < folds_.size(); ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    if ((unfinished_->visits & bit) == 0) continue;
    while (const auto person = folds_[i]->NextToVisit(unfinished_->visited, *overlay_)) {
      CHECK(shard_.Owns(*person));
      if (!TakeStep()) return false;
      Visit(i, *person, record);
      if (overlay_->fault()) return true;
      unfinished_->visited = person;
    }
    unfinished_->visits &= ~bit;
    unfinished_->visited.reset();
  }
  return true;
}

void Shard::Visit(std::size_t fold, const PersonId& person, const log::Accepted& record) {
  overlay_->Begin();
  Context context(*this, record.seq());
  context.Enter(fold);
  const std::uint32_t rows_before = rows_;
  const auto visited = context.Checked(folds_[fold]->Visit(person, record, context));
  if (!visited) {
    overlay_->Revert();
    rows_ = rows_before;
    Forget();
    MarkIncomplete({person}, record.seq(), *folds_[fold], visited.error());
    return;
  }
  overlay_->Keep();
}

// Fires the timers that are due at a tick, always the least of those armed, also of those that a
// firing armed.
class Shard::Firing {
 public:
  Firing(Shard& shard, const log::Accepted& tick, Millis at)
      : shard_(shard), tick_(tick), limit_(keys::TimersFrom(at + 1)) {}

  // False: the part is full.
  bool Run() {
    cursor_ = shard_.earliest_ ? keys::TimersFrom(*shard_.earliest_) : std::string(1, keys::kTimer);
    for (auto due = Next(); !due.empty(); due = Next()) {
      for (const std::string& key : due) {
        cursor_ = key;
        if (!shard_.TakeStep()) {
          // Not from the first on: RocksDB would pass over all that ever fired and was not yet
          // compacted away.
          shard_.earliest_ = keys::ParseTimerKey(key)->timer.due;
          return false;
        }
        if (!Fire(key)) break;
        if (shard_.overlay_->fault()) return true;
      }
    }
    shard_.earliest_ = std::numeric_limits<Millis>::max();
    shard_.overlay_->Scan(limit_, PrefixEnd(std::string(1, keys::kTimer)),
                          [&](std::string_view key, std::string_view) {
                            const auto armed = keys::ParseTimerKey(key);
                            CHECK(armed.has_value());
                            shard_.earliest_ = armed->timer.due;
                            return false;
                          });
    ForgetAgain();
    return true;
  }

 private:
  std::vector<std::string> Next() const {
    std::vector<std::string> due;
    shard_.overlay_->Scan(cursor_, limit_, [&](std::string_view key, std::string_view) {
      due.emplace_back(key);
      return due.size() < kTimersAtOnce;
    });
    return due;
  }

  // False: what is due has changed, and must be looked up again.
  bool Fire(const std::string& key) {
    const auto armed = keys::ParseTimerKey(key);
    CHECK(armed.has_value() && armed->fold < shard_.folds_.size());
    Fold& fold = *shard_.folds_[armed->fold];
    const PersonId& person = armed->timer.person;
    shard_.overlay_->Erase(key);
    shard_.overlay_->Erase(keys::ArmedKey(armed->fold, person));
    const std::uint32_t again = Again(person);
    if (again >= kMostFirings) {
      shard_.Forget();
      shard_.MarkIncomplete({person}, tick_.seq(), fold,
                            {Code::kInvalid, "armed its timer too often in one tick"});
      return true;
    }
    shard_.overlay_->Begin();
    Context context(shard_, tick_.seq());
    context.Enter(armed->fold);
    const std::uint32_t rows_before = shard_.rows_;
    const auto fired = context.Checked(fold.Due(armed->timer, tick_, context));
    if (!fired) {
      shard_.overlay_->Revert();
      shard_.rows_ = rows_before;
      shard_.Forget();
      shard_.MarkIncomplete({person}, tick_.seq(), fold, fired.error());
      return true;
    }
    shard_.overlay_->Keep();
    const auto& touched = context.touched();
    if (!touched || *touched >= limit_) return true;
    cursor_ = std::min(cursor_, *touched);
    std::string times;
    AppendU32(times, again + 1);
    shard_.overlay_->Put(keys::AgainKey(person), times);
    return false;
  }

  // How often a person's timer armed something for this same tick.
  std::uint32_t Again(const PersonId& person) const {
    const auto times = shard_.overlay_->Get(keys::AgainKey(person));
    if (!times) return 0;
    std::string_view in = *times;
    return TakeU32(in).value_or(0);
  }

  void ForgetAgain() {
    std::vector<std::string> known;
    const std::string prefix(1, keys::kAgain);
    shard_.overlay_->Scan(prefix, PrefixEnd(prefix), [&](std::string_view key, std::string_view) {
      known.emplace_back(key);
      return true;
    });
    for (const std::string& key : known) shard_.overlay_->Erase(key);
  }

  Shard& shard_;
  const log::Accepted& tick_;
  std::string limit_;
  std::string cursor_;
};

// False: the part is full.
bool Shard::FireDue(const log::Accepted& tick, Millis at) {
  if (earliest_ && *earliest_ > at) return true;
  return Firing(*this, tick, at).Run();
}

// What follows once every fold has applied the record. False: the part is full.
bool Shard::ApplyTheRest(const log::Accepted& record) {
  if (!VisitEach(record)) return false;
  return !record.decision.has_tick() || FireDue(record, record.decision.tick().at_ms());
}

Result<void> Shard::Apply(const log::Accepted& record) {
  TL_TRY(Check());
  if (record.seq() <= position_.head.seq) {
    if (record.seq() < position_.head.seq || record.hash == position_.head.hash) return {};
    broken_ = Error{Code::kCorrupt, "the store stands on a record that the journal does not hold"};
    return Fail(*broken_);
  }
  if (unfinished_ && unfinished_->head.hash != record.hash) {
    broken_ = Error{Code::kCorrupt, "the store holds a part of a record that the journal does not"};
    return Fail(*broken_);
  }
  const bool begins = !unfinished_;
  if (begins) {
    unfinished_.emplace();
    unfinished_->head = {.seq = record.seq(),
                         .hash = record.hash,
                         .offset = record.offset,
                         .placed = record.envelope.placed_ms()};
  }
  const std::uint32_t rows_before = rows_ = unfinished_->rows;
  if (begins) unfinished_->folded = ApplyFolds(record);
  TL_TRY(Check());
  const bool whole = ApplyTheRest(record);
  TL_TRY(Check());
  publications_ += rows_ - rows_before;
  unfinished_->rows = rows_;
  if (!whole) {
    overlay_->Put(std::string(1, keys::kUnfinished), keys::UnfinishedValue(*unfinished_));
    keeps_unfinished_ = true;
    return {};
  }
  End(record);
  return {};
}

void Shard::End(const log::Accepted& record) {
  position_.head = unfinished_->head;
  ++(unfinished_->folded ? position_.folded : position_.refused);
  unfinished_.reset();
  if (keeps_unfinished_) overlay_->Erase(std::string(1, keys::kUnfinished));
  keeps_unfinished_ = false;
  if (!record.envelope.feed().empty()) {
    feeds_[record.envelope.feed()] = record.envelope.feed_offset();
  }
  if (record.decision.has_tick()) position_.last_tick = record.decision.tick().at_ms();
  if (record.decision.has_took()) position_.writer = record.decision.took().instance();
  if (record.decision.has_continued()) {
    overlay_->Put(std::string(1, keys::kContinued), record.decision.continued().next());
  }
  ++pending_;
}

Result<void> Shard::Commit() {
  TL_TRY(Check());
  if (pending_ == 0 && !unfinished_) return {};
  overlay_->Put(std::string(1, keys::kPosition), keys::PositionValue(position_));
  for (const auto& [feed, offset] : feeds_) {
    std::string value;
    AppendI64(value, offset);
    overlay_->Put(keys::FeedKey(feed), value);
  }
  if (store_ != nullptr) {
    CrashPoint("before-commit");
    TL_TRY(store_->Commit(*overlay_));
    CrashPoint("after-commit");
  } else {
    overlay_->MoveTo(*memory_);
  }
  overlay_->Clear();
  feeds_.clear();
  pending_ = 0;
  publications_ = 0;
  steps_ = 0;
  return {};
}

}  // namespace throughline::projection
