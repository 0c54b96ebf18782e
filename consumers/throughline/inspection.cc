#include "consumers/throughline/inspection.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>

#include "consumers/risk/counted_days.h"
#include "consumers/risk/risk_fold.h"
#include "engine/base/uk_time.h"

namespace throughline::cli {
namespace {

std::optional<risk::InForce> InForceIn(const projection::View& view) {
  for (std::uint32_t i = 0; i < view.shards(); ++i) {
    const auto shard = view.At(i);
    if (!shard) continue;
    auto in_force = risk::ReadInForce(**shard);
    if (in_force && !(*shard)->fault()) return std::move(*in_force);
  }
  return std::nullopt;
}

std::string PolicyText(const risk::CompiledPolicy& compiled) {
  std::map<std::string, std::size_t> rules;
  for (const auto& rule : compiled.rules()) ++rules[rule.policy + " " + rule.version];
  std::string text;
  for (const auto& [policy, count] : rules) {
    text += fmt::format("{}{}, {} rules", text.empty() ? "" : "; ", policy, count);
  }
  return text.empty() ? kNoPolicy : text;
}

}  // namespace

void DescribeIntake(const intake::Status& status, v1::InspectAnswer& answer) {
  answer.set_partnership(status.partnership);
  answer.set_tick_interval_ms(status.tick_interval);
  answer.set_last_tick_ms(status.last_tick);
  answer.set_writer(status.writer);
  auto& out = *answer.mutable_intake();
  out.set_instance(status.instance);
  out.set_role(status.role == intake::Role::kWriter ? "writer" : "standby");
  out.set_writer(status.writer);
  out.set_distance(status.distance);
  out.set_last_accepted_ms(status.last_accepted);
  out.set_held(status.held);
  out.set_held_at_ms(status.held_at);
  out.set_stalled(status.stalled);
  out.set_placed(status.placed);
  out.set_refused(status.refused);
  out.set_conflicts(status.conflicts);
  out.set_repeats(status.repeats);
  for (const auto& topic : status.not_activated) out.add_not_activated(topic);
  for (const auto& feed : status.feeds) {
    auto& row = *out.add_feeds();
    row.set_topic(feed.topic);
    row.set_agency(feed.agency);
    row.set_active(feed.active);
    row.set_attests(feed.attests);
    row.set_position(feed.position);
    row.set_end(feed.end);
    row.set_last_received_ms(feed.last_received);
    row.set_behind(feed.behind);
    row.set_silent(feed.silent);
    row.set_trouble(feed.trouble);
    row.set_placed(feed.placed);
    row.set_refused(feed.refused);
    row.set_conflicts(feed.conflicts);
    row.set_repeats(feed.repeats);
  }
}

void DescribeClients(const std::vector<log::kafka::ClientStatistics>& clients,
                     v1::InspectAnswer& answer) {
  for (const auto& client : clients) {
    auto& out = *answer.add_clients();
    out.set_client(client.client);
    out.set_queued_messages(client.queued_messages);
    out.set_queued_bytes(client.queued_bytes);
    for (const auto& broker : client.brokers) {
      auto& row = *out.add_brokers();
      row.set_name(broker.name);
      row.set_state(broker.state);
      row.set_round_trip_us(broker.round_trip_us);
      row.set_waiting_requests(broker.waiting_requests);
      row.set_errors(broker.send_errors + broker.receive_errors);
      row.set_timeouts(broker.timeouts);
      row.set_disconnects(broker.disconnects);
    }
  }
}

void DescribeHost(const projection::HostStatus& status, v1::InspectAnswer& answer) {
  if (!status.shards.empty()) {
    answer.set_writer(status.shards.front().position.writer);
    answer.set_last_tick_ms(status.shards.front().position.last_tick);
  }
  auto& publisher = *answer.mutable_publisher();
  publisher.set_standby(status.publisher.standby);
  publisher.set_kept(status.publisher.kept);
  publisher.set_published(status.publisher.published);
  publisher.set_repeats(status.publisher.repeats);
  publisher.set_late(status.publisher.late);
  publisher.set_withheld(status.publisher.withheld);
  publisher.set_trouble(status.publisher.trouble);
  if (status.publisher.surplus) publisher.set_surplus(*status.publisher.surplus);
  for (std::size_t i = 0; i < status.shards.size(); ++i) {
    const auto& shard = status.shards[i];
    auto& row = *answer.add_shards();
    row.set_shard(static_cast<std::uint32_t>(i));
    row.set_state(std::string(projection::Name(shard.state)));
    row.set_reason(shard.reason);
    row.set_seq(shard.position.head.seq);
    row.set_folded(shard.position.folded);
    row.set_refused(shard.position.refused);
    row.set_read(shard.position.folded + shard.position.refused);
    row.set_outbox(shard.outbox);
  }
}

void DescribeInForce(const projection::View& view, v1::InspectAnswer& answer) {
  const auto in_force = InForceIn(view);
  if (!in_force) return;
  answer.set_policy(PolicyText(in_force->policy));
  std::map<std::string, v1::CalendarStatus> rows;
  for (const auto& [jurisdiction, calendar] : in_force->calendars) {
    auto& row = rows[jurisdiction];
    row.set_version(calendar.version());
    row.set_holidays_until(FormatDay(calendar.covers_until()));
    if (const auto terms = calendar.terms_until()) row.set_terms_until(FormatDay(*terms));
  }
  for (const auto& [jurisdiction, counted] : risk::CountedDaysOf(in_force->policy)) {
    if (!counted.working && !counted.school) continue;
    auto& row = rows[jurisdiction];
    row.set_counts_working_days(counted.working);
    row.set_counts_school_days(counted.school);
  }
  for (auto& [jurisdiction, row] : rows) {
    row.set_jurisdiction(jurisdiction);
    *answer.add_calendars() = std::move(row);
  }
}

void SetDigests(const projection::Host::Digests& digests, v1::InspectAnswer& answer) {
  answer.set_digest(digests.combined);
  for (std::size_t i = 0;
       i < digests.shards.size() && i < static_cast<std::size_t>(answer.shards_size()); ++i) {
    answer.mutable_shards(static_cast<int>(i))->set_digest(digests.shards[i]);
  }
}

}  // namespace throughline::cli
