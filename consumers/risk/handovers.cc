#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <set>
#include <string>

#include "consumers/risk/families.h"
#include "engine/chronology/replies.h"

// How far each hand-over of a contact has come, from what answers it.
namespace throughline::risk {
namespace {

using google::protobuf::util::MessageDifferencer;

struct Answer {
  std::size_t fact = 0;
  const v1::Contact::Link* link = nullptr;
  HandoverState state = HandoverState::kReceived;
};

// Of what names a contact, each that decides on it as a referral.
template <typename Take>
void EachDecisionOn(std::size_t referral, const RecordView& view, const Take& take) {
  for (const std::size_t i : view.Naming(referral)) {
    const Fact& fact = view.fact(i);
    const auto decided = chronology::DecidesOn(*fact.contact, fact.source->agency);
    if (decided && i != referral && view.IsNamedBy(*decided, referral)) take(i);
  }
}

// What links to the contact as `answers`, or decides on it or on what so links, with the state that
// it gives.
std::vector<Answer> AnswersTo(std::size_t to, const RecordView& view) {
  std::vector<Answer> answers;
  const auto add = [&](std::size_t by, const v1::Contact::Link& link) {
    const auto state = HandoverStateOf(chronology::ReplyState(*view.fact(by).contact, link));
    // A state that is newer than this engine has at least been received.
    answers.push_back({by, &link, state.value_or(HandoverState::kReceived)});
  };
  for (const std::size_t i : view.Naming(to)) {
    if (i == to) continue;
    const Fact& fact = view.fact(i);
    for (const auto& link : fact.contact->links()) {
      const auto answered = chronology::AnsweredBy(link, fact.source->agency);
      if (!answered || !view.IsNamedBy(*answered, to)) continue;
      add(i, link);
      EachDecisionOn(i, view, [&](std::size_t decision) { add(decision, link); });
    }
  }
  EachDecisionOn(to, view, [&](std::size_t decision) {
    add(decision, v1::Contact::Link::default_instance());
  });
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

bool Counts(const Answer& answer, const v1::Contact::Sharing& sharing, const Fact& sender,
            const RecordView& view) {
  const Fact& fact = view.fact(answer.fact);
  return chronology::WordCounts({*fact.contact, fact.source->agency}, *answer.link, sharing,
                                {*sender.contact, sender.source->agency});
}

// A contact that was handed over, with what answers it.
struct Sending {
  std::size_t fact = 0;
  std::vector<Answer> answers;
};

// The contact, and each that sends it again, or sends such a one again.
std::vector<Sending> SendingsOf(std::size_t fact, const RecordView& view) {
  std::vector<Sending> sendings{{fact, AnswersTo(fact, view)}};
  std::set<std::size_t> known = {fact};
  for (std::size_t i = 0; i < sendings.size(); ++i) {
    for (const std::size_t again : view.Naming(sendings[i].fact)) {
      const Fact& later = view.fact(again);
      const auto& links = later.contact->links();
      const bool is_again = std::any_of(links.begin(), links.end(), [&](const auto& link) {
        return link.link() == "sends_again" && link.has_target() &&
               view.IsNamedBy(contact::Resolve(link.target(), later.source->agency),
                              sendings[i].fact);
      });
      if (!is_again || !known.insert(again).second) continue;
      sendings.push_back({again, AnswersTo(again, view)});
    }
  }
  return sendings;
}

const v1::Contact::Sharing* SharedWith(const v1::Recipient& recipient, const v1::Contact& contact) {
  const auto found = std::find_if(contact.sharing().begin(), contact.sharing().end(),
                                  [&](const v1::Contact::Sharing& one) {
                                    return MessageDifferencer::Equals(one.recipient(), recipient);
                                  });
  return found == contact.sharing().end() ? nullptr : &*found;
}

// How far it has come by what answers one sending of it.
void Follow(const Sending& sending, const v1::Contact::Sharing& sharing, HandoverState wanted,
            const RecordView& view, Handover& handover) {
  for (const Answer& answer : sending.answers) {
    if (!Counts(answer, sharing, view.fact(sending.fact), view)) continue;
    handover.state = std::max(handover.state, answer.state);
    if (answer.state < wanted) continue;
    const Millis judged = view.fact(answer.fact).judged;
    if (handover.answered == 0 || judged < handover.answered) handover.answered = judged;
  }
}

}  // namespace

const v1::Contact::Sharing* Handover::In(const v1::Contact& shown) const {
  return SharedWith(sharing->recipient(), shown);
}

std::string Handover::Recipient(const v1::Contact& shown) const {
  if (In(shown) == nullptr) return "a recipient that is not shown";
  return sharing->recipient().has_agency() ? sharing->recipient().agency()
                                           : "a body outside the system";
}

std::vector<Handover> HandoversOf(const HandoverCondition& condition, HandoverState wanted,
                                  std::size_t fact, const RecordView& view) {
  std::vector<Handover> handovers;
  const Fact& sender = view.fact(fact);
  if (sender.contact->sharing().empty()) return handovers;
  std::vector<Sending> sendings;
  for (const auto& sharing : sender.contact->sharing()) {
    if (!Means(condition, sharing)) continue;
    if (sendings.empty()) sendings = SendingsOf(fact, view);
    Handover handover{&sharing, HandoverState::kSent, 0};
    Follow(sendings.front(), sharing, wanted, view, handover);
    for (std::size_t i = 1; i < sendings.size(); ++i) {
      const auto* again = SharedWith(sharing.recipient(), *view.fact(sendings[i].fact).contact);
      if (again != nullptr) Follow(sendings[i], *again, wanted, view, handover);
    }
    if (handover.Reached(condition.reached)) handovers.push_back(handover);
  }
  return handovers;
}

}  // namespace throughline::risk
