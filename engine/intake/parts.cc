#include "engine/intake/parts.h"

#include "engine/base/check.h"
#include "engine/contact/validate.h"
#include "engine/intake/links.h"

namespace throughline::intake {
namespace {

constexpr Millis kReadWait = 30 * kSecond;

// One record of the journal, by its offset. It was accepted once; the log vouches for its bytes.
Result<log::Accepted> ReadBack(log::EventLog& log, std::string_view journal, std::int64_t offset,
                               Seq seq) {
  TL_ASSIGN(auto reader, log.Read(journal, offset));
  TL_ASSIGN(auto records, reader->Poll(1, kReadWait));
  if (records.empty()) {
    return Fail(Code::kUnavailable, "journal {}: offset {} did not come", journal, offset);
  }
  v1::JournalRecord record;
  v1::JournalEnvelope envelope;
  log::Accepted accepted;
  bool holds = records.front().offset == offset &&
               record.ParseFromString(records.front().message.value) &&
               envelope.ParseFromString(record.envelope()) && envelope.seq() == seq;
  if (holds) {
    // Offered to a head just before it: its items are checked against what it committed to.
    log::ChainHead before{seq - 1, envelope.prev(), offset - 1, envelope.placed_ms()};
    holds = log::Offer(records.front().message.value, offset, before, accepted) ==
            log::Verdict::kAccepted;
  }
  if (!holds) {
    return Fail(Code::kCorrupt, "journal {}: offset {} is not the record of seq {}", journal,
                offset, seq);
  }
  return accepted;
}

// As its Placed said. The marks of the whole contact go with every placement.
void Describe(const log::Accepted& record, v1::EarlierContact& earlier) {
  if (!record.contacts.empty()) {
    if (auto contact = contact::Decode(record.contacts.front().content)) {
      for (v1::Placement& placement : *earlier.mutable_to()) MarkHandling(*contact, {}, placement);
    }
  }
  const v1::Placed& placed = record.decision.placed();
  earlier.set_agency(placed.agency());
  earlier.set_contact_id(placed.contact_id());
  earlier.set_kind(placed.kind());
  *earlier.mutable_warnings() = placed.warnings();
  earlier.set_history(placed.history());
  earlier.set_import(placed.import());
  earlier.set_placed_ms(record.envelope.placed_ms());
  earlier.set_received_ms(record.envelope.received_ms());
}

}  // namespace

std::vector<std::vector<v1::EarlierContact>> CutIntoParts(const State& state,
                                                          std::vector<v1::EarlierContact> earlier) {
  std::vector<std::vector<v1::EarlierContact>> parts(1);
  std::size_t bytes = 0;
  for (v1::EarlierContact& contact : earlier) {
    auto stored = state.Contact(contact.seq());
    CHECK(stored.has_value());
    std::size_t more = stored->bytes() + contact.ByteSizeLong();
    if (!parts.back().empty() && bytes + more > kPartBytes) {
      parts.emplace_back();
      bytes = 0;
    }
    bytes += more;
    parts.back().push_back(std::move(contact));
  }
  return parts;
}

Result<std::vector<log::Draft>> OwedParts(log::EventLog& log, std::string_view journal,
                                          const State& state, Millis placed, std::size_t bytes) {
  v1::IntakeJournal stands = state.Journal();
  CHECK(stands.owed_because() != 0);
  auto parts = CutIntoParts(state, state.Earlier(stands.owed_because()));
  std::vector<log::Draft> drafts;
  std::size_t total = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    log::Draft draft;
    draft.placed = placed;
    v1::PlacedBecause& because = *draft.decision.mutable_placed_because();
    because.set_because(stands.owed_because());
    because.set_part(stands.owed_done() + static_cast<std::uint32_t>(i) + 1);
    because.set_of(stands.owed_done() + static_cast<std::uint32_t>(parts.size()));
    for (v1::EarlierContact& earlier : parts[i]) {
      auto contact = state.Contact(earlier.seq());
      CHECK(contact.has_value());
      TL_ASSIGN(log::Accepted record, ReadBack(log, journal, contact->offset(), earlier.seq()));
      Describe(record, earlier);
      total += record.contacts.empty() ? 0 : record.contacts.front().content.size();
      draft.contacts.push_back(
          record.contacts.empty() ? std::string() : std::move(record.contacts.front().content));
      *because.add_contacts() = std::move(earlier);
    }
    total += draft.decision.ByteSizeLong() + 512 + 32 * draft.contacts.size();
    if (!drafts.empty() && total > bytes) break;
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

}  // namespace throughline::intake
