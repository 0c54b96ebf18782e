#include "consumers/throughline/operator.h"

#include <fmt/core.h>

#include "consumers/throughline/outcome.h"
#include "engine/base/clock.h"
#include "engine/base/uk_time.h"

namespace throughline::cli {
namespace {

constexpr const char* kOperator = "operator";
constexpr Millis kUntilDecided = 30 * kSecond;

v1::UncertainTime MinuteNow(Millis now) {
  v1::UncertainTime time;
  time.set_precision(v1::PRECISION_MINUTE);
  std::string text = FormatMinute(now);
  text[10] = 'T';
  time.set_at(text);
  return time;
}

}  // namespace

v1::Contact OperatorContact(const std::string& what, Millis now) {
  v1::Contact contact;
  contact.set_contact_id(fmt::format("{}-{}", what, now));
  *contact.mutable_occurred() = MinuteNow(now);
  *contact.mutable_recorded() = MinuteNow(now);
  contact.mutable_author()->set_role("data_steward");
  contact.mutable_author()->set_team("operator");
  contact.mutable_source()->set_system("throughline");
  contact.mutable_source()->set_record_ref(contact.contact_id());
  return contact;
}

int PublishAsOperator(Context& context, const v1::Contact& contact, const std::string& said) {
  auto session = Session::Open(context.directory, context.brokers);
  if (!session) return Complain(context.terminal, session.error(), kUsage);
  auto watch = Watch::Begin(**session);
  if (!watch) return Complain(context.terminal, watch.error());
  std::string topic = log::FeedTopic(kOperator);
  auto offsets =
      (*session)->Append(topic, {{contact.contact_id(), contact.SerializeAsString(), {}}});
  if (!offsets) return Complain(context.terminal, offsets.error());
  auto& err = context.terminal.err;
  if (!(*session)->running()) {
    err << said
        << ": published; decided on when `throughline up` runs (see `throughline dead-letters "
           "list` then)\n";
    return kOk;
  }
  auto reached = (*session)->Wait(topic, offsets->front(), kUntilDecided);
  if (!reached) return Complain(context.terminal, reached.error());
  auto outcome = watch->Of(topic, *offsets, 0);
  if (!outcome) return Complain(context.terminal, outcome.error());
  for (const auto& [offset, refusal] : outcome->refused) {
    for (const auto& fault : refusal.faults) err << fault << "\n";
    err << fmt::format("{}: refused (throughline dead-letters show {})\n", said,
                       refusal.dead_letter);
    return kProblems;
  }
  if (!*reached) {
    err << said << ": published, and not decided on yet (see `throughline inspect`)\n";
    return kTemporary;
  }
  err << said << ": decided\n";
  return kOk;
}

}  // namespace throughline::cli
