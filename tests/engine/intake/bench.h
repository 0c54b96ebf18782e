#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/intake/belonging.h"
#include "engine/intake/decide.h"
#include "engine/intake/intake_fold.h"
#include "tests/engine/intake/contacts.h"
#include "throughline/v1/policy.pb.h"

namespace throughline::intake {

// Compiles `id version`; anything else has two faults.
inline Result<std::string> ToyCompiler(std::string_view source) {
  auto space = source.find(' ');
  if (space == std::string_view::npos) {
    return Fail(Code::kInvalid, "policy:1:1: no version\npolicy:1:1: no rules");
  }
  v1::Policy policy;
  policy.set_id(std::string(source.substr(0, space)));
  policy.set_version(std::string(source.substr(space + 1)));
  return policy.SerializeAsString();
}

// Decides record by record over a state in memory, as the shell does, without log or clock.
class Bench {
 public:
  Bench() {
    log::Draft opened;
    opened.decision.mutable_opened()->set_partnership("Testshire");
    opened.decision.mutable_opened()->set_tick_interval_ms(kMinute);
    opened.decision.mutable_opened()->set_operator_feed(log::FeedTopic("operator"));
    Apply(opened);
    for (const char* agency : {"police", "health", "school"}) Activate(agency, false);
    Activate("desk", true);
  }

  void Activate(std::string_view agency, bool attests) {
    log::Draft draft;
    v1::FeedActivated& feed = *draft.decision.mutable_feed_activated();
    feed.set_agency(std::string(agency));
    feed.set_topic(log::FeedTopic(agency));
    feed.set_state("active");
    feed.set_attests(attests);
    Apply(draft);
  }

  // What would be decided, without applying it.
  Decided Decide(std::string_view agency, const log::Message& message) {
    std::string topic = log::FeedTopic(agency);
    auto feed = state().Feed(topic);
    log::Record record{next_offset_, now, message};
    examined_ = Examine(record, {feed->agency(), feed->attests(), nullptr});
    return intake::Decide({store_, topic, record, examined_, now, next_seq_,
                           flow ? &*flow : nullptr, compiler_, kPartBytes});
  }

  // The default flow is in force from now on.
  void ActivateFlow() {
    flow = *FlowTable::Parse(DefaultFlow(), "flow");
    log::Draft draft;
    draft.decision.mutable_flow_activated()->set_household_most(flow->household_most());
    Apply(draft);
  }

  // Writes what is owed, in one part.
  std::vector<v1::EarlierContact> Bring() {
    Seq because = state().Journal().owed_because();
    auto earlier = Owed(state());
    log::Draft draft;
    v1::PlacedBecause& brought = *draft.decision.mutable_placed_because();
    brought.set_because(because);
    brought.set_part(1);
    brought.set_of(1);
    for (const auto& contact : earlier) *brought.add_contacts() = contact;
    Apply(draft);
    return earlier;
  }

  // Writes what is owed, a part for each contact, as a writer does who dies after each: what is
  // left is worked out anew. How many contacts did not come; 0: all.
  std::size_t BringEach() {
    const Seq because = state().Journal().owed_because();
    const auto of = static_cast<std::uint32_t>(Owed(state()).size());
    for (std::uint32_t part = 1; part <= of; ++part) {
      const auto left = Owed(state());
      if (left.size() != of - part + 1) return of - part + 1;
      log::Draft draft;
      v1::PlacedBecause& brought = *draft.decision.mutable_placed_because();
      brought.set_because(because);
      brought.set_part(part);
      brought.set_of(of);
      *brought.add_contacts() = left.front();
      Apply(draft);
    }
    return 0;
  }

  // Decides and applies. The decision is empty for a repeat.
  v1::Decision Take(std::string_view agency, const log::Message& message) {
    last = Decide(agency, message);
    ++next_offset_;
    if (!last.draft) return {};
    v1::Decision decision = last.draft->decision;
    Apply(*last.draft, last.placed);
    if (last.before) {
      if (state().Journal().owed_because() != 0) Bring();
      return Take(agency, message);
    }
    return decision;
  }
  v1::Decision Take(std::string_view agency, const v1::Contact& contact) {
    return Take(agency, Published(contact));
  }

  Seq Apply(const log::Draft& draft, const Examined* placed = nullptr) {
    v1::JournalEnvelope envelope;
    envelope.set_seq(next_seq_);
    envelope.set_placed_ms(draft.placed);
    envelope.set_feed(draft.feed);
    envelope.set_feed_offset(draft.feed_offset);
    envelope.set_received_ms(draft.received);
    AppliedRecord record;
    record.hash = std::string(32, 'h');
    record.offset = static_cast<std::int64_t>(next_seq_) * 10;
    if (placed != nullptr) {
      record.contact = placed->contact.get();
      record.descriptions = &placed->descriptions;
    }
    if (!draft.contacts.empty()) {
      record.contact_bytes = static_cast<std::uint32_t>(draft.contacts.front().size());
    }
    ApplyRecord(envelope, draft.decision, record, store_);
    return next_seq_++;
  }

  State state() const { return State(store_); }
  const projection::MemoryStore& store() const { return store_; }
  Seq next_seq() const { return next_seq_; }

  Millis now = kMonday;
  Decided last;
  std::optional<FlowTable> flow;

 private:
  projection::MemoryStore store_;
  CompilePolicy compiler_ = ToyCompiler;
  Seq next_seq_ = 1;
  std::int64_t next_offset_ = 0;
  Examined examined_;  // what was decided on last
};

}  // namespace throughline::intake
