#include "engine/chronology/replies.h"

#include <map>
#include <set>
#include <utility>

#include "engine/contact/catalogue.h"

namespace throughline::chronology {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool HasWord(std::string_view words, std::string_view word) {
  for (std::size_t at = words.find(word); at != words.npos; at = words.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || words[at - 1] == ' ';
    if (begins && (end == words.size() || words[end] == ' ')) return true;
  }
  return false;
}

const Message* DetailOf(const v1::Contact& contact, const contact::Kind& kind) {
  return &contact.GetReflection()->GetMessage(contact, kind.field);
}

// Whether a code of the detail makes of the kind's answer a refusal.
bool Declines(const Message& detail) {
  const auto* descriptor = detail.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const std::string& codes = field->options().GetExtension(v1::declined_on);
    if (codes.empty() || field->is_repeated()) continue;
    const std::string code = detail.GetReflection()->GetString(detail, field);
    if (!code.empty() && HasWord(codes, code)) return true;
  }
  return false;
}

// A link by which an entry answers, with the entry.
using Answering = std::pair<const v1::Contact::Link*, const Entry*>;

// By what others may name an entry: what it stands for, and its corrections, included.
std::set<contact::Target> NamesOf(const Entry& entry, const Known& known) {
  std::set<contact::Target> names{{entry.agency, entry.contact_id}};
  names.insert(entry.corrects_in_turn.begin(), entry.corrects_in_turn.end());
  for (const Seq seq : entry.corrected_by) {
    const Entry* correction = known.Find(seq);
    if (correction != nullptr) names.insert({correction->agency, correction->contact_id});
  }
  return names;
}

// What stands and answers the entry, in the order of known.entries.
std::vector<Answering> AnswersTo(const Entry& entry, const Known& known) {
  const std::set<contact::Target> asked = NamesOf(entry, known);
  // By what a decision may name each as its referral, with the link that it then answers by.
  std::map<contact::Target, const v1::Contact::Link*> referrals;
  for (const auto& name : asked) referrals.emplace(name, &v1::Contact::Link::default_instance());
  std::vector<const Entry*> standing;
  for (const Entry& reply : known.entries) {
    const bool stands = reply.withdrawn_by == 0 && reply.retracted_by == 0 && reply.corrects == 0;
    if (&reply == &entry || !stands) continue;
    standing.push_back(&reply);
    for (const v1::Contact::Link& link : reply.contact->links()) {
      const auto answered = AnsweredBy(link, reply.agency);
      if (!answered || !asked.contains(*answered)) continue;
      for (const auto& name : NamesOf(reply, known)) referrals.emplace(name, &link);
    }
  }
  std::vector<Answering> answers;
  for (const Entry* reply : standing) {
    const std::size_t before = answers.size();
    for (const v1::Contact::Link& link : reply->contact->links()) {
      const auto answered = AnsweredBy(link, reply->agency);
      if (answered && asked.contains(*answered)) answers.emplace_back(&link, reply);
    }
    const auto decides_on = DecidesOn(*reply->contact, reply->agency);
    if (!decides_on || answers.size() > before) continue;
    const auto referral = referrals.find(*decides_on);
    if (referral != referrals.end()) answers.emplace_back(referral->second, reply);
  }
  return answers;
}

}  // namespace

bool ToldBySender(const v1::Contact& reply) {
  const contact::Kind* kind = contact::Catalogue::Get().Of(reply);
  if (kind == nullptr) return false;
  const Message* detail = DetailOf(reply, *kind);
  const FieldDescriptor* told_by = detail->GetDescriptor()->FindFieldByName("told_by");
  return told_by != nullptr && detail->GetReflection()->GetString(*detail, told_by) == "sender";
}

std::optional<contact::Target> AnsweredBy(const v1::Contact::Link& link, std::string_view agency) {
  if (link.link() != "answers" || !link.has_target()) return std::nullopt;
  return contact::Resolve(link.target(), agency);
}

std::optional<contact::Target> DecidesOn(const v1::Contact& reply, std::string_view agency) {
  if (!reply.referral_decided().has_referral()) return std::nullopt;
  return contact::Resolve(reply.referral_decided().referral(), agency);
}

std::string ReplyState(const v1::Contact& reply, const v1::Contact::Link& link) {
  const contact::Kind* kind = contact::Catalogue::Get().Of(reply);
  if (kind != nullptr && !kind->options.fixes_state().empty()) {
    return Declines(*DetailOf(reply, *kind)) ? "declined" : kind->options.fixes_state();
  }
  return link.state().empty() ? "received" : link.state();
}

bool WordCounts(const Sent& reply, const v1::Contact::Link& link,
                const v1::Contact::Sharing& sharing, const Sent& sender) {
  const std::string& unit = link.target().unit();
  if (!unit.empty() && unit != sharing.unit()) return false;
  if (sender.contact.sharing_size() == 1) return true;
  const v1::Recipient& recipient = sharing.recipient();
  if (recipient.has_agency() && recipient.agency() == reply.agency) return true;
  return reply.agency == sender.agency && (!recipient.has_agency() || ToldBySender(reply.contact));
}

std::vector<std::vector<Reply>> RepliesTo(const Entry& entry, const Known& known) {
  std::vector<std::vector<Reply>> replies(static_cast<std::size_t>(entry.contact->sharing_size()));
  if (replies.empty()) return replies;
  for (const auto& [link, reply] : AnswersTo(entry, known)) {
    for (std::size_t i = 0; i < replies.size(); ++i) {
      const auto& sharing = entry.contact->sharing(static_cast<int>(i));
      if (WordCounts({*reply->contact, reply->agency}, *link, sharing,
                     {*entry.contact, entry.agency})) {
        replies[i].push_back({reply, ReplyState(*reply->contact, *link)});
      }
    }
  }
  return replies;
}

}  // namespace throughline::chronology
