#include "engine/intake/parts.h"

#include "engine/base/check.h"
#include "engine/contact/validate.h"
#include "engine/intake/belonging.h"
#include "engine/intake/corrections.h"
#include "engine/intake/links.h"

namespace throughline::intake {
namespace {

constexpr Millis kReadWait = 30 * kSecond;

// Opening a reader passes over about as many before it comes to a record.
constexpr std::int64_t kReadOver = 64;

// Records of the journal, by their offsets, which rise. They were accepted once; the log vouches
// for their bytes.
class ReadsBack {
 public:
  ReadsBack(log::EventLog& log, std::string_view journal) : log_(log), journal_(journal) {}

  Result<log::Accepted> At(std::int64_t offset, Seq seq) {
    TL_ASSIGN(const std::optional<log::Record> found, Find(offset));
    v1::JournalRecord record;
    v1::JournalEnvelope envelope;
    log::Accepted accepted;
    bool holds = found && record.ParseFromString(found->message.value) &&
                 envelope.ParseFromString(record.envelope()) && envelope.seq() == seq;
    if (holds) {
      // Offered to a head just before it: its items are checked against what it committed to.
      log::ChainHead before{seq - 1, envelope.prev(), offset - 1, envelope.placed_ms()};
      holds = log::Offer(found->message.value, offset, before, accepted) == log::Verdict::kAccepted;
    }
    if (!holds) {
      return Fail(Code::kCorrupt, "journal {}: offset {} is not the record of seq {}", journal_,
                  offset, seq);
    }
    return accepted;
  }

 private:
  // Nothing: the journal goes on behind it without it.
  Result<std::optional<log::Record>> Find(std::int64_t offset) {
    if (!reader_ || offset < reader_->Position() || offset > reader_->Position() + kReadOver) {
      TL_ASSIGN(reader_, log_.Read(journal_, offset));
    }
    while (reader_->Position() <= offset) {
      const auto most = static_cast<std::size_t>(offset - reader_->Position() + 1);
      TL_ASSIGN(auto records, reader_->Poll(most, kReadWait));
      if (records.empty()) {
        return Fail(Code::kUnavailable, "journal {}: offset {} did not come", journal_, offset);
      }
      for (log::Record& record : records) {
        if (record.offset == offset) return std::move(record);
      }
    }
    return std::nullopt;
  }

  log::EventLog& log_;
  const std::string_view journal_;
  std::unique_ptr<log::Reader> reader_;
};

// What only its own record tells of a placement: how the contact names the person there, and the
// reference by which. The marks of the whole contact go with every placement.
void Describe(const v1::Contact* contact, const v1::Placed& placed, const v1::IntakeContact& stored,
              v1::Placement& placement) {
  if (placement.why() == "subject") {
    const std::string& record =
        placement.record().empty() ? placement.person() : placement.record();
    // A split has since made another record of the one that it was placed as.
    std::string named = record;
    for (const v1::IntakeSubject& subject : stored.subjects()) {
      if (subject.record() == record && !subject.placed().empty()) named = subject.placed();
    }
    for (const v1::Placement& to : placed.to()) {
      if (to.why() != "subject" || (to.record().empty() ? to.person() : to.record()) != named) {
        continue;
      }
      v1::Placement whole = to;
      whole.set_person(placement.person());
      whole.set_record(placement.record());
      placement = std::move(whole);
      return;
    }
  }
  if (contact != nullptr) MarkHandling(*contact, placement);
}

// As its Placed said.
void Describe(const log::Accepted& record, const v1::IntakeContact& stored,
              v1::EarlierContact& earlier) {
  const v1::Placed& placed = record.decision.placed();
  std::optional<v1::Contact> contact;
  if (!record.contacts.empty()) {
    if (auto decoded = contact::Decode(record.contacts.front().content)) {
      contact = *std::move(decoded);
    }
  }
  for (v1::Placement& placement : *earlier.mutable_to()) {
    Describe(contact ? &*contact : nullptr, placed, stored, placement);
  }
  earlier.set_agency(placed.agency());
  earlier.set_contact_id(placed.contact_id());
  earlier.set_kind(placed.kind());
  *earlier.mutable_warnings() = placed.warnings();
  earlier.set_history(placed.history());
  earlier.set_import(placed.import());
  for (int i = kCorrectsFurther; i < stored.chain_size(); ++i) {
    earlier.add_corrects_further(stored.chain(i));
  }
  earlier.set_placed_ms(record.envelope.placed_ms());
  earlier.set_received_ms(record.envelope.received_ms());
}

}  // namespace

std::vector<std::vector<v1::EarlierContact>> CutIntoParts(const State& state,
                                                          std::vector<v1::EarlierContact> earlier,
                                                          std::size_t part_bytes) {
  std::vector<std::vector<v1::EarlierContact>> parts(1);
  std::size_t bytes = 0;
  for (v1::EarlierContact& contact : earlier) {
    auto stored = state.Contact(contact.seq());
    CHECK(stored.has_value());
    std::size_t more = contact.ByteSizeLong() + (contact.to_size() > 0 ? stored->bytes() : 0);
    if (!parts.back().empty() && bytes + more > part_bytes) {
      parts.emplace_back();
      bytes = 0;
    }
    bytes += more;
    parts.back().push_back(std::move(contact));
  }
  return parts;
}

Result<std::vector<log::Draft>> OwedParts(log::EventLog& log, std::string_view journal,
                                          const State& state, Millis placed, std::size_t part_bytes,
                                          std::size_t records, std::size_t bytes) {
  v1::IntakeJournal stands = state.Journal();
  CHECK(stands.owed_because() != 0);
  auto parts = CutIntoParts(state, Owed(state), part_bytes);
  std::vector<log::Draft> drafts;
  ReadsBack read_back(log, journal);
  std::size_t total = 0;
  for (std::size_t i = 0; i < parts.size() && i < records; ++i) {
    log::Draft draft;
    draft.placed = placed;
    v1::PlacedBecause& because = *draft.decision.mutable_placed_because();
    because.set_because(stands.owed_because());
    because.set_part(stands.owed_done() + static_cast<std::uint32_t>(i) + 1);
    because.set_of(stands.owed_done() + static_cast<std::uint32_t>(parts.size()));
    because.set_reason(stands.owed_reason());
    for (v1::EarlierContact& earlier : parts[i]) {
      auto contact = state.Contact(earlier.seq());
      CHECK(contact.has_value());
      // What is only withdrawn needs no bytes.
      std::string content;
      if (earlier.to_size() > 0) {
        TL_ASSIGN(log::Accepted record, read_back.At(contact->offset(), earlier.seq()));
        Describe(record, *contact, earlier);
        if (!record.contacts.empty()) content = std::move(record.contacts.front().content);
      }
      total += content.size();
      draft.contacts.push_back(std::move(content));
      *because.add_contacts() = std::move(earlier);
    }
    total += draft.decision.ByteSizeLong() + 512 + 32 * draft.contacts.size();
    if (!drafts.empty() && total > bytes) break;
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

}  // namespace throughline::intake
