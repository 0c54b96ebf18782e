#include "consumers/throughline/findings.h"

#include <fmt/format.h>

#include <algorithm>

#include "consumers/throughline/inspection.h"
#include "engine/base/uk_time.h"

namespace throughline::cli {
namespace {

using Findings = std::vector<Finding>;

Finding Brokers(const v1::InspectAnswer& answer) {
  const std::string& trouble = answer.log_trouble();
  return {"brokers", answer.brokers() + (trouble.empty() ? ": answer" : ": " + trouble),
          trouble.empty() ? ""
                          : "see that they run, that this machine reaches them, and that "
                            "kafka.properties says how to log in"};
}

Finding Chain(const v1::InspectAnswer& answer) {
  const auto& chain = answer.chain();
  if (chain.whole()) {
    const std::string dropped =
        chain.dropped() == 0
            ? ""
            : fmt::format(", and {} that follow nothing and count for nothing", chain.dropped());
    return {"chain", fmt::format("whole, {} records{}", chain.records(), dropped), ""};
  }
  return {"chain", chain.fault(),
          answer.brokers().empty() ? "restore a copy"
                                   : "restore the journal's topic on the brokers with their tools"};
}

// What is read at once: one that is further behind does not keep up.
constexpr std::uint64_t kBehind = 1000;

Finding Store(const v1::ShardStatus& shard, std::uint64_t end) {
  if (shard.state() == "at_rest") {
    return {fmt::format("store {}", shard.shard()), "nothing reads the journal into it",
            "throughline up --only projections"};
  }
  const std::string refused =
      shard.refused() == 0 ? "" : fmt::format(", {} records refused", shard.refused());
  if (shard.state() == "live" && end > shard.seq() + kBehind) {
    return {fmt::format("store {}", shard.shard()),
            fmt::format("{} records behind the journal's end", end - shard.seq()),
            "alerts and answers are as late till it has read them: look whether that shrinks"};
  }
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

// Only a tick that waits for an operator can be released: what else holds time passes by itself, or
// is put right where it is wrong.
Finding Held(const v1::IntakeStatus& intake) {
  return {"time", "held: " + intake.held(),
          intake.held_at_ms() == 0
              ? "no alert falls due till then: see to the feeds that cannot be read, and the clock"
              : "if the clock is right: " + ReleaseCommand(intake.held_at_ms())};
}

Finding Stalled(const v1::InspectAnswer& answer) {
  return {"intake", "no contacts are taken: " + answer.intake().stalled(),
          answer.log_trouble().empty() ? "make room, or see to the disk"
                                       : "it takes them again by itself once the brokers answer"};
}

void LookAtProcess(const v1::InspectAnswer& answer, Findings& findings) {
  const auto& intake = answer.intake();
  if (!intake.held().empty()) findings.push_back(Held(intake));
  if (!intake.stalled().empty()) findings.push_back(Stalled(answer));
  if (!answer.has_intake() && answer.writer() == answer.instance() && !answer.instance().empty()) {
    findings.push_back({"intake", "does not run, and this is the instance that writes",
                        "throughline up --only intake"});
  }
  if (const std::string& trouble = answer.publisher().trouble(); !trouble.empty()) {
    findings.push_back({"alerts", "cannot be published: " + trouble, "they wait till then"});
  }
  for (const auto& shard : answer.shards()) findings.push_back(Store(shard, answer.journal_seq()));
  LookAtFeeds(intake, findings);
  LookAtNotActivated(answer, findings);
}

}  // namespace

Finding Disk(std::uint64_t free, std::uint64_t all, std::uint64_t needed) {
  Finding finding{"disk", fmt::format("{} MiB free of {}", free >> 20, all >> 20), ""};
  if (free < 2 * needed) {
    finding.advice = fmt::format("make room: no contact is taken {} less than {} MiB is free",
                                 free < needed ? "while" : "once", needed >> 20);
  }
  return finding;
}

bool IsWaitedFor(const Error& error, bool embedded, const Finding& disk) {
  return error.code == Code::kUnavailable && (!embedded || !disk.advice.empty());
}

std::string ReleaseCommand(Millis at) {
  std::string minute = FormatMinute(at);
  minute[10] = 'T';
  return fmt::format("throughline tick release --at {} --why ...", minute);
}

Finding NoRecord(const Error& error) {
  return {"the record", error.text, "no command works here till that is put right"};
}

Finding Unreadable(const Error& error, bool embedded) {
  return {"the record", error.text,
          embedded ? "see `throughline inspect`; a copy restores it"
                   : "see `throughline inspect`, and to the brokers: what is on them is in no copy "
                     "of this directory"};
}

Findings Policies(const v1::InspectAnswer& answer) {
  if (answer.policy().empty()) return {};
  if (answer.policy() != kNoPolicy) return {{"policy", answer.policy(), ""}};
  return {{"policy", "none is in force", "no alert is raised: throughline policy activate FILE"}};
}

Findings FindingsIn(const v1::InspectAnswer& answer) {
  Findings findings;
  if (!answer.brokers().empty()) findings.push_back(Brokers(answer));
  findings.push_back({"process", answer.running() ? "runs" : "none runs",
                      answer.running() ? "" : "throughline up"});
  if (answer.has_chain()) findings.push_back(Chain(answer));
  for (const auto& topic : answer.topics()) {
    if (topic.trouble().empty()) continue;
    findings.push_back({"topic " + topic.topic(), topic.trouble(),
                        answer.brokers().empty()
                            ? "restore a copy: no process begins on it till then"
                            : "put that right: nothing of it is to be relied on till then"});
  }
  if (answer.running()) LookAtProcess(answer, findings);
  return findings;
}

}  // namespace throughline::cli
