#include "consumers/throughline/findings.h"

#include <fmt/format.h>

#include <algorithm>

namespace throughline::cli {
namespace {

using Findings = std::vector<Finding>;

Finding Brokers(const v1::InspectAnswer& answer) {
  const std::string& trouble = answer.log_trouble();
  return {"brokers", answer.brokers() + (trouble.empty() ? ": answer" : ": " + trouble),
          trouble.empty() ? "" : "see that they run and that this machine reaches them"};
}

Finding Chain(const v1::InspectAnswer& answer) {
  const auto& chain = answer.chain();
  if (chain.whole()) return {"chain", fmt::format("whole, {} records", chain.records()), ""};
  return {"chain", chain.fault(),
          answer.brokers().empty() ? "restore a copy"
                                   : "restore the journal's topic on the brokers with their tools"};
}

Finding Store(const v1::ShardStatus& shard) {
  const std::string refused =
      shard.refused() == 0 ? "" : fmt::format(", {} records refused", shard.refused());
  const bool well = shard.state() == "live" && shard.refused() == 0;
  std::string advice = shard.reason().empty() ? "see `throughline inspect`" : shard.reason();
  return {fmt::format("store {}", shard.shard()), shard.state() + refused,
          well ? std::string() : std::move(advice)};
}

void LookAtFeeds(const v1::IntakeStatus& intake, Findings& findings) {
  for (const auto& feed : intake.feeds()) {
    if (!feed.active()) continue;
    const std::string what = "feed of " + feed.agency();
    if (!feed.trouble().empty()) {
      findings.push_back({what, feed.trouble(), "nothing of it is taken till then"});
    } else if (feed.behind() || feed.silent()) {
      findings.push_back({what, feed.behind() ? "behind" : "silent", "ask the agency"});
    }
  }
}

// Published, perhaps for weeks, and read by nobody.
void LookAtNotActivated(const v1::InspectAnswer& answer, Findings& findings) {
  for (const std::string& topic : answer.intake().not_activated()) {
    const auto row = std::find_if(answer.topics().begin(), answer.topics().end(),
                                  [&](const auto& one) { return one.topic() == topic; });
    if (row == answer.topics().end() || row->end() <= row->start()) continue;
    const std::string agency = topic.substr(topic.rfind('.') + 1);
    findings.push_back({"feed of " + agency,
                        fmt::format("holds {} contacts and is not activated: none is read",
                                    row->end() - row->start()),
                        "throughline feed activate --agency " + agency});
  }
}

void LookAtProcess(const v1::InspectAnswer& answer, Findings& findings) {
  const auto& intake = answer.intake();
  if (!intake.held().empty())
    findings.push_back({"time", "held: " + intake.held(), "throughline tick release"});
  if (!intake.stalled().empty())
    findings.push_back({"intake", intake.stalled(), "make room, or see to the disk"});
  if (const std::string& trouble = answer.publisher().trouble(); !trouble.empty()) {
    findings.push_back({"alerts", "cannot be published: " + trouble, "they wait till then"});
  }
  for (const auto& shard : answer.shards()) findings.push_back(Store(shard));
  LookAtFeeds(intake, findings);
  LookAtNotActivated(answer, findings);
}

}  // namespace

Finding NoRecord(const Error& error) {
  return {"the record", error.text, "no command works here till that is put right"};
}

Finding Unreadable(const Error& error, bool embedded) {
  return {"the record", error.text,
          embedded ? "see `throughline inspect`; a copy restores it"
                   : "see `throughline inspect`, and to the brokers: what is on them is in no copy "
                     "of this directory"};
}

Findings FindingsIn(const v1::InspectAnswer& answer) {
  Findings findings;
  if (!answer.brokers().empty()) findings.push_back(Brokers(answer));
  findings.push_back({"process", answer.running() ? "runs" : "none runs",
                      answer.running() ? "" : "throughline up"});
  if (answer.has_chain()) findings.push_back(Chain(answer));
  for (const auto& topic : answer.topics()) {
    if (topic.trouble().empty()) continue;
    findings.push_back(
        {"topic " + topic.topic(), topic.trouble(), "nothing of it is read or written till then"});
  }
  if (answer.running()) LookAtProcess(answer, findings);
  return findings;
}

}  // namespace throughline::cli
