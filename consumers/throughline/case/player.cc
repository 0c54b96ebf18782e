#include "consumers/throughline/case/player.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "consumers/throughline/policy_bundle.h"
#include "engine/base/bytes.h"
#include "engine/contact/labels.h"
#include "engine/intake/flow_table.h"
#include "engine/projection/host_keys.h"

namespace throughline::cases {
namespace {

// A step that does not come to rest is a fault of the engine, not of the case.
constexpr int kMostSteps = 100000;

// A case gives the same journal, byte for byte, whenever it is played: nothing in it is secret.
log::Salt CountedSalts() {
  auto count = std::make_shared<std::uint64_t>(0);
  return [count] {
    std::string salt(8, '\0');
    AppendU64(salt, ++*count);
    return salt;
  };
}

}  // namespace

Player::Player(log::EventLog& log, ManualClock& clock) : log_(log), clock_(clock) {}

Result<std::unique_ptr<Player>> Player::Begin(log::EventLog& log, ManualClock& clock,
                                              const std::string& partnership) {
  intake::Opening opening;
  opening.partnership = partnership;
  opening.tick_interval = kTickInterval;
  opening.salt = CountedSalts();
  opening.flow = intake::DefaultFlow();
  TL_TRY(intake::Init(log, clock, opening));
  std::unique_ptr<Player> player(new Player(log, clock));
  intake::Settings settings;
  settings.journal = opening.journal;
  settings.compile_policy = cli::CompilePolicy;
  settings.salt = opening.salt;
  TL_ASSIGN(player->intake_, intake::Intake::Open(log, clock, std::move(settings)));
  TL_ASSIGN(player->reader_, log::JournalReader::Open(log, opening.journal, {}, clock,
                                                      log::JournalReader::Limits{}));
  player->shard_ = std::make_unique<projection::Shard>(
      &player->store_, nullptr, projection::ShardOf{},
      std::vector<projection::Fold*>{&player->chronology_, &player->risk_});
  TL_TRY(player->Settle());
  return player;
}

projection::View Player::view() const {
  const std::shared_ptr<const projection::Reads> reads(std::shared_ptr<void>(), &store_);
  return {nullptr, records_, last_tick_, {{reads, std::nullopt}}};
}

Result<void> Player::Publish(const std::string& agency, log::Message message) {
  publishing_ = {agency, message.key, {}};
  TL_TRY(log_.Append(log::FeedTopic(agency), {std::move(message)}));
  return Settle();
}

Result<void> Player::Tick(Millis at) {
  clock_.Set(at);
  TL_TRY(Settle());
  if (last_tick_ != at) return Fail(Code::kInvalid, "time did not pass to {}", FormatMinute(at));
  return {};
}

Result<void> Player::Settle() {
  for (int i = 0; i < kMostSteps; ++i) {
    TL_ASSIGN(intake::StepReport step, intake_->Step());
    if (step.stalled) return Fail(*step.stalled);
    if (step.held) return Fail(Code::kInvalid, "time is held: {}", *step.held);
    TL_TRY(Follow());
    if (!step.worked()) return {};
  }
  return Fail(Code::kCorrupt, "intake does not come to rest");
}

Result<void> Player::Follow() {
  for (;;) {
    TL_ASSIGN(std::vector<log::Accepted> records, reader_->Poll(kRecordsAtOnce, 0));
    for (const auto& record : records) {
      TL_TRY(shard_->Apply(record));
      Note(record);
    }
    if (!records.empty()) {
      TL_TRY(shard_->Commit());
      TL_TRY(PublishOutbox());
    }
    TL_ASSIGN(bool at_end, reader_->AtEnd());
    if (at_end) return {};
  }
}

void Player::Note(const log::Accepted& record) {
  const v1::Decision& decision = record.decision;
  records_ = record.seq();
  if (decision.has_tick()) {
    last_tick_ = decision.tick().at_ms();
    ++ticks_;
  }
  // One that could not be read does not say its id: it is the one that was published last.
  if (decision.has_refused() || decision.has_conflict()) {
    refusals_.push_back(publishing_);
    refusals_.back().reason =
        decision.has_refused() ? decision.refused().reason() : "another has this id";
  }
  for (const auto& placement : decision.placed().to()) {
    auto person = PersonId::FromRaw(placement.person());
    if (!person) continue;
    const auto named = PersonId::FromRaw(placement.record());
    contact::EachLabel(placement, [&](const std::string& label) {
      const std::string without(contact::WithoutReplaces(label));
      persons_[without].insert(*person);
      named_[without].insert(named.value_or(*person));
    });
  }
}

Result<void> Player::PublishOutbox() {
  for (;;) {
    const auto rows = projection::Outbox(store_, kRecordsAtOnce);
    if (rows.empty()) return {};
    for (const auto& row : rows) {
      const auto& publication = row.publication;
      if (published_.insert(publication.id).second) {
        TL_TRY(log_.Append(publication.topic, {{"", publication.value, {{"id", publication.id}}}}));
      }
      store_.Erase(row.key);
    }
  }
}

std::optional<Millis> Player::NextDue() const {
  std::optional<Millis> due;
  const std::string first(1, projection::keys::kTimer);
  const std::string end(1, static_cast<char>(projection::keys::kTimer + 1));
  store_.Scan(first, end, [&](std::string_view key, std::string_view) {
    if (auto armed = projection::keys::ParseTimerKey(key)) due = armed->timer.due;
    return !due.has_value();
  });
  return due;
}

}  // namespace throughline::cases
