#include "consumers/throughline/inspection.h"

namespace throughline::cli {

void DescribeIntake(const intake::Status& status, v1::InspectAnswer& answer) {
  answer.set_partnership(status.partnership);
  answer.set_tick_interval_ms(status.tick_interval);
  answer.set_last_tick_ms(status.last_tick);
  auto& out = *answer.mutable_intake();
  out.set_instance(status.instance);
  out.set_role(status.role == intake::Role::kWriter ? "writer" : "standby");
  out.set_writer(status.writer);
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

void DescribeHost(const projection::HostStatus& status, v1::InspectAnswer& answer) {
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

void SetDigests(const projection::Host::Digests& digests, v1::InspectAnswer& answer) {
  answer.set_digest(digests.combined);
  for (std::size_t i = 0;
       i < digests.shards.size() && i < static_cast<std::size_t>(answer.shards_size()); ++i) {
    answer.mutable_shards(static_cast<int>(i))->set_digest(digests.shards[i]);
  }
}

}  // namespace throughline::cli
