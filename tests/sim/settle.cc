#include <fmt/core.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/contact/read_contact.h"
#include "tests/sim/world.h"

namespace throughline::sim {
namespace {

constexpr int kMostRounds = 120;
constexpr std::size_t kMostRestarts = 60;

}  // namespace

void World::ReleaseHeld() {
  for (auto& process : intakes_) {
    if (!process->up()) continue;
    const auto status = process->intake()->GetStatus();
    if (status.role != intake::Role::kWriter || status.held_at == 0) continue;
    if (status.held_at == released_) continue;
    released_ = status.held_at;
    Operate(Release(fmt::format("O{}", ++operator_contacts_), released_, world_.Now()));
    Note("the operator releases the tick");
    return;
  }
}

// True: everything published is decided on, a tick has passed since, and every reader has folded
// and published all of it.
bool World::SettleOnce() {
  world_.Set(world_.Now() + plan_.interval / 2 + 1);
  bool working = true;
  for (int i = 0; working && i < 60; ++i) {
    working = false;
    for (auto& process : intakes_) working = process->Step().worked() || working;
  }
  ReleaseHeld();
  bool settled = true;
  for (auto& reader : readers_) {
    reader->Drain();
  }
  Seq seq = 0;
  std::size_t writers = 0;
  for (auto& process : intakes_) {
    if (!process->up()) return false;
    const auto status = process->intake()->GetStatus();
    if (seq != 0 && status.seq != seq) settled = false;
    seq = std::max(seq, status.seq);
    if (status.role != intake::Role::kWriter) continue;
    ++writers;
    if (!status.held.empty() || status.last_tick + plan_.interval < world_.Now()) settled = false;
    for (const auto& feed : status.feeds) {
      if (feed.position != feed.end || !feed.trouble.empty()) settled = false;
    }
  }
  for (auto& reader : readers_) settled = settled && reader->Settled(seq);
  return settled && writers == 1;
}

void World::Settle() {
  Note("the faults stop");
  while (!broker_.in_flight.empty()) broker_.LandOne();
  for (const Sent& sent : retries_) {
    const std::string topic = log::FeedTopic(sent.agency);
    CHECK(broker_.log.Append(topic, {sent.message}).has_value());
    acknowledged_.emplace_back(topic, sent.message.value);
  }
  broker_clock_.skew = 0;
  for (auto& process : intakes_) {
    process->paused = false;
    process->clock.skew = 0;
    process->disk().refuse = 0;
    process->client.away = false;
    process->client.unreadable.clear();
    process->client.short_reads = 0;
    process->client.append_fault = AppendFault::kNone;
    process->client.died = false;
    process->final_errors = 0;
  }
  for (auto& reader : readers_) {
    reader->Mend();
    reader->client.away = false;
    reader->client.short_reads = 0;
    reader->client.append_fault = AppendFault::kNone;
    reader->client.died = false;
    reader->final_errors = 0;
  }
  int settled = 0;
  for (int round = 0; round < kMostRounds && settled < 3; ++round) {
    settled = SettleOnce() ? settled + 1 : 0;
  }
  if (settled < 3) Wrong("it does not come to rest after the faults stopped");
  for (auto& process : intakes_) {
    if (process->final_errors > kMostRestarts) Wrong(process->instance() + " ends again and again");
  }
}

}  // namespace throughline::sim
