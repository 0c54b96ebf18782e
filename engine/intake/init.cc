#include "engine/contact/identifiers.h"
#include "engine/intake/flow_table.h"
#include "engine/intake/intake.h"

namespace throughline::intake {
namespace {

Result<void> CheckOpening(const Opening& opening) {
  if (opening.partnership.empty()) return Fail(Code::kInvalid, "a partnership has a name");
  if (opening.tick_interval < kShortestTick || opening.tick_interval > kDay) {
    return Fail(Code::kInvalid, "tick interval {} ms: from {} ms to a day", opening.tick_interval,
                kShortestTick);
  }
  if (!contact::IsAgencyName(opening.operator_agency)) {
    return Fail(Code::kInvalid, "the operator's name is 1 to 64 of [a-z0-9-]");
  }
  return {};
}

std::uint32_t GenerationOf(std::string_view journal) {
  std::uint32_t generation = 1;
  while (generation < 1000000 && log::JournalTopic(generation) != journal) ++generation;
  return generation;
}

Result<std::vector<log::Draft>> OpeningDrafts(const Opening& opening, Millis now) {
  std::string feed = log::FeedTopic(opening.operator_agency);
  std::vector<log::Draft> drafts(2);
  v1::Opened& opened = *drafts[0].decision.mutable_opened();
  opened.set_partnership(opening.partnership);
  opened.set_tick_interval_ms(opening.tick_interval);
  opened.set_operator_feed(feed);
  opened.set_generation(GenerationOf(opening.journal));
  v1::FeedActivated& activated = *drafts[1].decision.mutable_feed_activated();
  activated.set_agency(opening.operator_agency);
  activated.set_topic(feed);
  activated.set_state("active");
  activated.set_attests(true);
  if (!opening.flow.empty()) {
    TL_ASSIGN(const FlowTable table, FlowTable::Parse(opening.flow, "flow"));
    v1::FlowActivated& flow = *drafts.emplace_back().decision.mutable_flow_activated();
    flow.set_version(table.version());
    flow.set_content(opening.flow);
    flow.set_household_most(table.household_most());
  }
  for (log::Draft& draft : drafts) draft.placed = now;
  return drafts;
}

}  // namespace

Result<void> Init(log::EventLog& log, const Clock& clock, const Opening& opening) {
  TL_TRY(CheckOpening(opening));
  TL_TRY(log::CheckTopicName(opening.journal));
  TL_ASSIGN(auto drafts, OpeningDrafts(opening, clock.Now()));
  TL_TRY(log.Create(opening.journal));
  TL_ASSIGN(std::int64_t end, log.End(opening.journal));
  if (end > 0) return Fail(Code::kExists, "journal {} holds records already", opening.journal);
  TL_TRY(log.Create(log::FeedTopic(opening.operator_agency)));
  TL_TRY(log.Create(log::kDeadLetters));
  TL_TRY(log.Create(log::kAlerts));
  TL_ASSIGN(auto reader, log::JournalReader::Open(log, opening.journal, {}, clock, {}));
  log::JournalWriter writer(log, opening.journal, *reader, {}, opening.salt);
  TL_ASSIGN(auto outcome, writer.Write(std::move(drafts)));
  if (!outcome.stood)
    return Fail(Code::kExists, "journal {} was opened by another", opening.journal);
  return {};
}

}  // namespace throughline::intake
