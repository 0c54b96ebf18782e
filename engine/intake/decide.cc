#include "engine/intake/decide.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/utf8.h"
#include "engine/intake/activations.h"
#include "engine/intake/identity_decisions.h"
#include "engine/intake/place.h"
#include "engine/intake/rule_links.h"

namespace throughline::intake {
namespace {

using contact::Fault;

constexpr std::size_t kMaxFaultText = 500;
// What the warnings of one contact may take of the record.
constexpr std::size_t kMaxWarningBytes = std::size_t{32} << 10;
// The envelope, the salts and the framing of a record.
constexpr std::size_t kRecordOverhead = 512;
constexpr std::size_t kItemOverhead = 32;

// A text field of the journal takes UTF-8 only: one byte else would make the whole record
// unreadable.
std::string AsText(std::string_view text) {
  text = text.substr(0, kMaxFaultText);
  return std::string(text.substr(0, Utf8Prefix(text)));
}

class Decider {
 public:
  explicit Decider(const DecideInput& input)
      : input_(input),
        message_(input.record.message),
        examined_(input.examined),
        contact_(*input.examined.contact),
        speaker_(input.examined.speaker),
        state_(input.state) {}

  Decided Run() {
    if (!examined_.unreadable.empty()) return Refuse(examined_.unreadable);
    auto seen = state_.Seen(examined_.contact_key);
    if (seen && !contact_.contact_id().empty()) {
      if (seen->erased()) return Refuse({{"contact_id", "erased by order"}});
      if (seen->contact_sha256() == examined_.sha256) return {};
      return Clash(seen->seq());
    }
    if (!examined_.verdict.refused.empty()) return Refuse(examined_.verdict.refused);
    if (auto activation = Activate(input_)) return Answer(*std::move(activation));
    if (contact_.has_identity_decided()) {
      return Answer(DecideIdentity(input_));
    }
    return PlaceIt();
  }

 private:
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
    origin.set_contact_sha256(examined_.sha256);
    return Carry(std::move(draft));
  }

  Decided PlaceIt() const {
    if (auto decision = DecidedBefore(input_)) {
      log::Draft before;
      before.placed = input_.now;
      before.decision = *std::move(decision);
      return {std::move(before), true, nullptr, std::nullopt};
    }
    v1::Placed placed = Place(input_);
    placed.set_history(speaker_.history);
    placed.set_import(speaker_.import);
    placed.set_contact_sha256(examined_.sha256);
    KeepWarnings(examined_.verdict.warnings, placed);
    log::Draft draft = NewDraft();
    *draft.decision.mutable_placed() = std::move(placed);
    Decided decided = Carry(std::move(draft));
    if (decided.draft->decision.has_placed()) decided.placed = &examined_;
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
  const Examined& examined_;
  const v1::Contact& contact_;
  const Speaker& speaker_;
  State state_;
};

}  // namespace

bool IsRepeat(const State& state, const Examined& examined) {
  if (!examined.unreadable.empty() || examined.contact->contact_id().empty()) return false;
  const auto seen = state.Seen(examined.contact_key);
  return seen && !seen->erased() && seen->contact_sha256() == examined.sha256;
}

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
