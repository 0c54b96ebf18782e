#include "engine/intake/decide.h"

#include <algorithm>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/base/utf8.h"
#include "engine/contact/catalogue.h"
#include "engine/contact/feed_headers.h"
#include "engine/contact/identifiers.h"
#include "engine/intake/activations.h"
#include "engine/intake/identity_decisions.h"
#include "engine/intake/place.h"

namespace throughline::intake {
namespace {

using contact::Fault;

constexpr std::size_t kMaxImportName = 128;
constexpr std::size_t kMaxFaultText = 500;
// What the warnings of one contact may take of the record.
constexpr std::size_t kMaxWarningBytes = std::size_t{32} << 10;
// The envelope, the salts and the framing of a record.
constexpr std::size_t kRecordOverhead = 512;
constexpr std::size_t kItemOverhead = 32;

bool IsPrintable(std::string_view text) {
  return IsUtf8(text) && std::none_of(text.begin(), text.end(),
                                      [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

// A text field of the journal takes UTF-8 only: one byte else would make the whole record
// unreadable.
std::string AsText(std::string_view text) {
  text = text.substr(0, kMaxFaultText);
  return std::string(text.substr(0, Utf8Prefix(text)));
}

class Decider {
 public:
  explicit Decider(const DecideInput& input)
      : input_(input), message_(input.record.message), state_(input.state) {
    speaker_.agency = input.feed.agency();
  }

  Decided Run() {
    std::vector<Fault> faults = ReadHeaders();
    if (!faults.empty()) return Refuse(faults);
    if (message_.value.size() > kMaxTakenBytes) {
      return Refuse(
          {{"", fmt::format("{} bytes; at most {}", message_.value.size(), kMaxTakenBytes)}});
    }
    auto decoded = contact::Decode(message_.value);
    if (!decoded) return Refuse({{"", decoded.error().text}});
    contact_ = *std::move(decoded);
    sha256_ = Sha256(message_.value);

    auto seen = state_.Seen(ContactKey(speaker_.agency, contact_.contact_id()));
    if (seen && !contact_.contact_id().empty()) {
      if (seen->erased()) return Refuse({{"contact_id", "erased by order"}});
      if (seen->contact_sha256() == sha256_) return {};
      return Clash(seen->seq());
    }
    contact::Verdict verdict = contact::Validate(contact_, AsFeed());
    if (!verdict.refused.empty()) return Refuse(verdict.refused);
    if (auto activation = Activate(input_, contact_)) return Answer(*std::move(activation));
    if (contact_.has_identity_decided()) {
      return Answer(DecideIdentity(input_, contact_, speaker_));
    }
    return PlaceIt(verdict.warnings);
  }

 private:
  // Who speaks. All that the headers claim beyond the topic is refused unless the feed attests.
  std::vector<Fault> ReadHeaders() {
    std::vector<Fault> faults;
    if (const std::string* agency = message_.Find(contact::kAgencyHeader);
        agency != nullptr && *agency != speaker_.agency) {
      if (!input_.feed.attests()) {
        faults.push_back({"", "states an agency that is not that of its topic"});
      } else if (!contact::IsAgencyName(*agency)) {
        faults.push_back({"", "states an agency whose name is not 1 to 64 of [a-z0-9-]"});
      } else {
        speaker_.agency = *agency;
      }
    }
    if (const std::string* import = message_.Find(contact::kImportHeader)) {
      if (import->empty() || import->size() > kMaxImportName || !IsPrintable(*import)) {
        faults.push_back({"", fmt::format("states an import whose name is not 1 to {} printable "
                                          "characters",
                                          kMaxImportName)});
      } else {
        speaker_.import = *import;
      }
    }
    const std::string* history = message_.Find(contact::kHistoryHeader);
    speaker_.history = history != nullptr && *history == contact::kHistoryYes;
    return faults;
  }

  contact::Feed AsFeed() const {
    contact::Feed feed;
    feed.agency = speaker_.agency;
    feed.attests = input_.feed.attests();
    feed.received = input_.record.appended;
    feed.calendar = input_.calendar;
    return feed;
  }

  log::Draft NewDraft() const {
    log::Draft draft;
    draft.placed = input_.now;
    draft.feed = std::string(input_.topic);
    draft.feed_offset = input_.record.offset;
    draft.received = input_.record.appended;
    return draft;
  }

  v1::DeadLetter Letter(const std::vector<Fault>& faults) const {
    v1::DeadLetter letter;
    letter.set_topic(std::string(input_.topic));
    letter.set_offset(input_.record.offset);
    letter.set_appended_ms(input_.record.appended);
    letter.set_key(message_.key.substr(0, log::kMaxOverheadBytes));
    std::size_t overhead = message_.key.size();
    for (const log::Header& header : message_.headers) {
      overhead += header.key.size() + header.value.size() + log::kHeaderCost;
      if (overhead > log::kMaxOverheadBytes) {
        letter.set_more_headers(letter.more_headers() + 1);
        continue;
      }
      v1::DeadLetterHeader& kept = *letter.add_headers();
      kept.set_key(header.key);
      kept.set_value(header.value);
    }
    letter.set_original(message_.value);
    for (const Fault& fault : faults) {
      if (letter.faults_size() == static_cast<int>(kMaxFaults)) {
        letter.set_more_faults(static_cast<std::uint32_t>(faults.size() - kMaxFaults));
        break;
      }
      v1::DeadLetterFault& kept = *letter.add_faults();
      kept.set_field(AsText(fault.field));
      kept.set_text(AsText(fault.text));
    }
    letter.set_agency(speaker_.agency);
    letter.set_contact_id(AsText(contact_.contact_id()));
    letter.set_refused_ms(input_.now);
    return letter;
  }

  Decided Refuse(const std::vector<Fault>& faults) const {
    CHECK(!faults.empty());
    log::Draft draft = NewDraft();
    v1::Refused& refused = *draft.decision.mutable_refused();
    refused.set_agency(speaker_.agency);
    refused.set_contact_id(AsText(contact_.contact_id()));
    const Fault& first = faults.front();
    refused.set_reason(AsText(first.field.empty() ? first.text : first.field + ": " + first.text));
    return {std::move(draft), false, nullptr, Letter(faults)};
  }

  Decided Clash(Seq first) const {
    log::Draft draft = NewDraft();
    v1::Conflict& conflict = *draft.decision.mutable_conflict();
    conflict.set_agency(speaker_.agency);
    conflict.set_contact_id(contact_.contact_id());
    conflict.set_first(first);
    return {std::move(draft), false, nullptr,
            Letter({{"contact_id",
                     fmt::format("used before with other content (seq {}): send contact_corrected",
                                 first)}})};
  }

  Decided Answer(Activation activation) const {
    if (!activation.faults.empty()) return Refuse(activation.faults);
    log::Draft draft = NewDraft();
    draft.decision = std::move(activation.decision);
    v1::ContactOrigin& origin = *draft.decision.mutable_origin();
    origin.set_agency(speaker_.agency);
    origin.set_contact_id(contact_.contact_id());
    origin.set_contact_sha256(sha256_);
    return Carry(std::move(draft));
  }

  Decided PlaceIt(const std::vector<Fault>& warnings) {
    if (auto link = LinkBefore(input_, contact_, speaker_)) {
      log::Draft before;
      before.placed = input_.now;
      *before.decision.mutable_linked() = *std::move(link);
      return {std::move(before), true, nullptr, std::nullopt};
    }
    v1::Placed placed = Place(input_, contact_, speaker_);
    placed.set_agency(speaker_.agency);
    placed.set_contact_id(contact_.contact_id());
    placed.set_kind(contact::KindName(contact_));
    placed.set_history(speaker_.history);
    placed.set_import(speaker_.import);
    placed.set_contact_sha256(sha256_);
    KeepWarnings(warnings, placed);
    log::Draft draft = NewDraft();
    *draft.decision.mutable_placed() = std::move(placed);
    Decided decided = Carry(std::move(draft));
    if (decided.draft->decision.has_placed()) {
      decided.contact = std::make_shared<const v1::Contact>(std::move(contact_));
    }
    return decided;
  }

  // The validator's first, then intake's own, as many as there is room for.
  static void KeepWarnings(const std::vector<Fault>& warnings, v1::Placed& placed) {
    auto& kept = *placed.mutable_warnings();
    std::remove_reference_t<decltype(kept)> own;
    own.Swap(&kept);
    const std::size_t all = warnings.size() + static_cast<std::size_t>(own.size());
    std::size_t bytes = 0;
    const auto keep = [&](std::string field, std::string text) {
      v1::Warning& warning = *kept.Add();
      warning.set_field(std::move(field));
      warning.set_text(std::move(text));
      bytes += warning.ByteSizeLong() + 4;
      if (kept.size() <= static_cast<int>(kMaxWarnings) && bytes <= kMaxWarningBytes) return true;
      warning.clear_field();
      warning.set_text(
          fmt::format("{} more warnings", all - static_cast<std::size_t>(kept.size() - 1)));
      return false;
    };
    for (const Fault& warning : warnings) {
      if (!keep(AsText(warning.field), AsText(warning.text))) return;
    }
    for (v1::Warning& warning : own) {
      if (!keep(std::move(*warning.mutable_field()), std::move(*warning.mutable_text()))) return;
    }
  }

  Decided Carry(log::Draft draft) const {
    draft.contacts.push_back(message_.value);
    if (StoredBytes(draft) > log::kMaxValueBytes) {
      return Refuse({{"", "its content and what it names are together too long for one record"}});
    }
    return {std::move(draft), false, nullptr, std::nullopt};
  }

  const DecideInput& input_;
  const log::Message& message_;
  State state_;
  Speaker speaker_;
  v1::Contact contact_;
  std::string sha256_;
};

}  // namespace

Decided Decide(const DecideInput& input) { return Decider(input).Run(); }

void SetDeadLetter(log::Draft& draft, std::int64_t offset) {
  if (draft.decision.has_refused()) {
    draft.decision.mutable_refused()->set_dead_letter(offset);
  } else {
    CHECK(draft.decision.has_conflict());
    draft.decision.mutable_conflict()->set_dead_letter(offset);
  }
}

std::size_t StoredBytes(const log::Draft& draft) {
  std::size_t bytes = kRecordOverhead + draft.feed.size() + draft.decision.ByteSizeLong();
  for (const std::string& contact : draft.contacts) bytes += contact.size() + kItemOverhead;
  return bytes;
}

}  // namespace throughline::intake
