#include <algorithm>
#include <string>

#include "consumers/risk/families.h"
#include "throughline/v1/options.pb.h"

// How far each hand-over of a contact has come, from what answers it.
namespace throughline::risk {
namespace {

using google::protobuf::FieldDescriptor;

bool HasWord(const std::string& words, std::string_view word) {
  for (std::size_t at = words.find(word); at != std::string::npos; at = words.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' '))
      return true;
  }
  return false;
}

// The state that a kind fixes to what it answers; declined when a code of its own says so.
std::optional<HandoverState> FixedState(const v1::Contact& answer) {
  const auto* field =
      v1::Contact::descriptor()->FindFieldByNumber(static_cast<int>(answer.detail_case()));
  if (field == nullptr) return std::nullopt;
  const auto* kind = field->message_type();
  const auto& options = kind->options().GetExtension(v1::kind);
  if (options.fixes_state().empty()) return std::nullopt;
  const auto& detail = answer.GetReflection()->GetMessage(answer, field);
  for (int i = 0; i < kind->field_count(); ++i) {
    const FieldDescriptor* one = kind->field(i);
    const std::string& codes = one->options().GetExtension(v1::declined_on);
    if (codes.empty() || one->is_repeated()) continue;
    const std::string value = detail.GetReflection()->GetString(detail, one);
    if (!value.empty() && HasWord(codes, value)) return HandoverState::kDeclined;
  }
  return HandoverStateOf(options.fixes_state());
}

bool ToldBySender(const v1::Contact& answer) {
  const auto* field =
      v1::Contact::descriptor()->FindFieldByNumber(static_cast<int>(answer.detail_case()));
  if (field == nullptr) return false;
  const auto* told_by = field->message_type()->FindFieldByName("told_by");
  if (told_by == nullptr) return false;
  const auto& detail = answer.GetReflection()->GetMessage(answer, field);
  return detail.GetReflection()->GetString(detail, told_by) == "sender";
}

struct Answer {
  std::size_t fact = 0;
  HandoverState state = HandoverState::kReceived;
  std::string unit;  // of the target, when the answer names one
};

// What links to the contact as `answers`, with the state that it gives.
std::vector<Answer> AnswersTo(std::size_t to, const RecordView& view) {
  std::vector<Answer> answers;
  const auto& target = *view.fact(to).source;
  for (std::size_t i = 0; i < view.facts().size(); ++i) {
    if (i == to) continue;
    const Fact& fact = view.fact(i);
    for (const auto& link : fact.contact->links()) {
      if (link.link() != "answers") continue;
      const auto named = contact::Resolve(link.target(), fact.source->agency);
      if (named.agency != target.agency || named.contact_id != target.contact_id) continue;
      auto state = FixedState(*fact.contact);
      if (!state) state = HandoverStateOf(link.state());
      // An answer that does not say what state it brings has at least been received.
      answers.push_back({i, state.value_or(HandoverState::kReceived), link.target().unit()});
    }
  }
  return answers;
}

bool Means(const HandoverCondition& condition, const v1::Contact::Sharing& sharing) {
  const auto& recipient = sharing.recipient();
  if (recipient.recipient_case() == v1::Recipient::kLabel ||
      recipient.recipient_case() == v1::Recipient::RECIPIENT_NOT_SET) {
    return false;
  }
  const std::string expectation =
      sharing.expectation().empty() ? "not_recorded" : sharing.expectation();
  if (!condition.expectations.empty() && !condition.expectations.contains(expectation)) {
    return false;
  }
  const std::string position = sharing.position().empty() ? "to" : sharing.position();
  if (!condition.positions.empty() && !condition.positions.contains(position)) return false;
  return condition.recipients.empty() || NamesAgency(condition.recipients, recipient.agency());
}

// Whose word counts: the recipient's; the sender's where it passes on what a recipient told it, or
// for a body outside, which cannot answer by itself; anybody's when there is only one hand-over
// that can be meant.
bool Answers(const Answer& answer, const v1::Contact::Sharing& sharing, const Fact& sender,
             bool only_one, const RecordView& view) {
  if (!answer.unit.empty() && answer.unit != sharing.unit()) return false;
  const Fact& fact = view.fact(answer.fact);
  if (only_one || fact.source->agency == sharing.recipient().agency()) return true;
  return fact.source->agency == sender.source->agency &&
         (!sharing.recipient().has_agency() || ToldBySender(*fact.contact));
}

}  // namespace

std::string Handover::Recipient() const {
  return sharing->recipient().has_agency() ? sharing->recipient().agency()
                                           : "a body outside the system";
}

std::vector<Handover> HandoversOf(const HandoverCondition& condition, HandoverState wanted,
                                  std::size_t fact, const RecordView& view) {
  std::vector<Handover> handovers;
  const Fact& sender = view.fact(fact);
  if (sender.contact->sharing().empty()) return handovers;
  const auto answers = AnswersTo(fact, view);
  for (const auto& sharing : sender.contact->sharing()) {
    if (!Means(condition, sharing)) continue;
    Handover handover{&sharing, HandoverState::kSent, 0};
    for (const Answer& answer : answers) {
      if (!Answers(answer, sharing, sender, sender.contact->sharing_size() == 1, view)) continue;
      handover.state = std::max(handover.state, answer.state);
      if (answer.state < wanted) continue;
      const Millis judged = view.fact(answer.fact).judged;
      if (handover.answered == 0 || judged < handover.answered) handover.answered = judged;
    }
    if (handover.Reached(condition.reached)) handovers.push_back(handover);
  }
  return handovers;
}

}  // namespace throughline::risk
