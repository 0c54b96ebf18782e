#include <memory>

#include "consumers/throughline/context.h"
#include "consumers/throughline/findings.h"
#include "consumers/throughline/inspection.h"
#include "consumers/throughline/session.h"
#include "engine/base/clock.h"
#include "engine/base/uk_time.h"
#include "engine/contact/compact.h"

namespace throughline::cli {
namespace {

struct InspectOptions {
  bool digests = false, chain = false, json = false;
};

// Who writes, and how far this instance is from it.
void SayWriter(std::ostream& out, const v1::InspectAnswer& answer) {
  out << fmt::format("Log         on the brokers {}{}\n", answer.brokers(),
                     answer.log_trouble().empty() ? "" : "  AWAY: " + answer.log_trouble());
  std::string writer = answer.writer().empty() ? "nobody yet" : answer.writer();
  if (answer.instance().empty()) {
    out << "Writer      " << writer << "\n";
    return;
  }
  bool own = answer.writer() == answer.instance();
  out << fmt::format("Writer      {}; this instance is {}\n", own ? "this instance" : writer,
                     answer.instance());
  if (!answer.has_intake()) return;
  const auto& intake = answer.intake();
  std::string distance =
      intake.distance() < 0 ? "how far behind the journal's end is not known"
                            : fmt::format("{} records behind the journal's end", intake.distance());
  Millis ago = SystemClock().Now() - intake.last_accepted_ms();
  out << fmt::format("Journal     {}; {}\n", distance,
                     intake.last_accepted_ms() == 0
                         ? "nothing came since this process started"
                         : fmt::format("the last record came {} s ago", ago / kSecond));
}

void SayPublisher(std::ostream& out, const v1::PublisherStatus& publisher) {
  out << fmt::format(
      "Alerts      {}; published {}{}{}{}\n",
      publisher.standby() ? "the writer publishes" : "published from here", publisher.published(),
      publisher.kept() == 0 ? "" : fmt::format(", kept {}", publisher.kept()),
      publisher.late() + publisher.withheld() == 0
          ? ""
          : fmt::format(", late {}, withheld {}", publisher.late(), publisher.withheld()),
      publisher.trouble().empty() ? "" : "; CANNOT NOW: " + publisher.trouble());
}

void SayClients(std::ostream& out, const v1::InspectAnswer& answer) {
  for (const auto& client : answer.clients()) {
    for (const auto& broker : client.brokers()) {
      out << fmt::format(
          "Client      {:<12} {} {}; round trip {} us, waiting {}, queued {}; errors {}, time-outs "
          "{}, disconnects {}\n",
          client.client(), broker.name(), broker.state(), broker.round_trip_us(),
          broker.waiting_requests(), client.queued_messages(), broker.errors(), broker.timeouts(),
          broker.disconnects());
    }
  }
}

void SayIntake(std::ostream& out, const v1::InspectAnswer& answer) {
  const auto& intake = answer.intake();
  out << fmt::format(
      "Intake      {} as {}; placed {}, refused {}, conflicts {}, repeats dropped {}\n",
      intake.role(), intake.instance(), intake.placed(), intake.refused(), intake.conflicts(),
      intake.repeats());
  if (!intake.held().empty()) out << "            TIME IS HELD: " << intake.held() << "\n";
  if (intake.held_at_ms() != 0)
    out << "            to let it pass: " << ReleaseCommand(intake.held_at_ms()) << "\n";
  if (!intake.stalled().empty())
    out << "            NO CONTACTS ARE TAKEN: " << intake.stalled() << "\n";
  for (const auto& feed : intake.feeds()) {
    out << fmt::format(
        "Feed        {:<24} at {} of {}; placed {}, refused {}; last received {}{}{}{}{}{}\n",
        feed.agency(), feed.position(), feed.end() < 0 ? "?" : std::to_string(feed.end()),
        feed.placed(), feed.refused(),
        feed.last_received_ms() == 0 ? "never" : FormatMinute(feed.last_received_ms()),
        feed.attests() ? "  attests" : "", feed.active() ? "" : "  closed",
        feed.behind() ? "  BEHIND" : "", feed.silent() ? "  SILENT" : "",
        feed.trouble().empty() ? "" : "  " + feed.trouble());
  }
  for (const auto& topic : intake.not_activated()) {
    out << "Feed        " << topic
        << "  NOT ACTIVATED: it is not read (throughline feed activate)\n";
  }
}

void Say(std::ostream& out, const v1::InspectAnswer& answer) {
  out << fmt::format("Record of   {} ({})\n",
                     answer.partnership().empty() ? "?" : answer.partnership(),
                     answer.running() ? "a process runs on it" : "no process runs on it");
  if (answer.last_tick_ms() != 0)
    out << "Last tick   " << FormatMinute(answer.last_tick_ms()) << "\n";
  if (!answer.brokers().empty()) SayWriter(out, answer);
  if (answer.has_intake()) SayIntake(out, answer);
  if (answer.has_publisher()) SayPublisher(out, answer.publisher());
  for (const auto& shard : answer.shards()) {
    out << fmt::format(
        "Store {}     {} at seq {}{}{}{}\n", shard.shard(), shard.state(), shard.seq(),
        shard.read() == 0
            ? ""
            : fmt::format("; read {} = folded {} + refused {}; outbox {}", shard.read(),
                          shard.folded(), shard.refused(), shard.outbox()),
        shard.reason().empty() ? "" : "; " + shard.reason(),
        shard.digest().empty() ? "" : "\n            digest " + shard.digest());
  }
  if (!answer.policy().empty()) {
    out << fmt::format("Policy      {}\n", answer.policy() == kNoPolicy
                                               ? "NONE IS IN FORCE: no alert is raised"
                                               : answer.policy());
  }
  for (const auto& calendar : answer.calendars()) {
    out << fmt::format("Calendar    {}  {}\n", calendar.jurisdiction(),
                       calendar.version().empty()
                           ? "NONE IS IN FORCE, and rules count its days"
                           : calendar.version() + ", " + CoverText(calendar));
  }
  SayClients(out, answer);
  if (!answer.digest().empty()) out << "Digest      " << answer.digest() << "\n";
  for (const auto& topic : answer.topics()) {
    out << fmt::format("Topic       {:<44} {}\n", topic.topic(),
                       topic.trouble().empty()
                           ? fmt::format("{} records", topic.end() - topic.start())
                           : "CANNOT BE USED: " + topic.trouble());
  }
  if (answer.has_chain()) {
    const auto& chain = answer.chain();
    out << (chain.whole()
                ? fmt::format(
                      "Chain       whole: {} records, {} erased items, {} dropped; head {} {}\n",
                      chain.records(), chain.erased_items(), chain.dropped(), answer.journal_seq(),
                      answer.journal_hash())
                : "Chain       BROKEN: " + chain.fault() + "\n");
  }
}

int RunInspect(Context& context, const InspectOptions& options) {
  auto session = Session::Open(context.directory, context.brokers);
  if (!session) return Complain(context.terminal, session.error(), kUsage);
  v1::Request request;
  request.mutable_inspect()->set_digests(options.digests);
  request.mutable_inspect()->set_chain(options.chain);
  request.mutable_inspect()->set_calendars(true);
  auto response = (*session)->Ask(request);
  if (!response) return Complain(context.terminal, response.error());
  if (options.json) {
    context.terminal.out << contact::ToJson(response->inspect()) << "\n";
  } else {
    Say(context.terminal.out, response->inspect());
  }
  return response->inspect().has_chain() && !response->inspect().chain().whole() ? kData : kOk;
}

}  // namespace

void AddInspect(CLI::App& app, Context& context) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command =
      AddCommand(app, context, "inspect", "Who writes, positions, counts, feeds, stores, chain",
                 "  throughline inspect --digests --chain\n",
                 [&context, options] { return RunInspect(context, *options); });
  command->add_flag("--digests", options->digests, "The digest of every store (reads them whole)");
  command->add_flag("--chain", options->chain, "Verify the chain (reads the journal whole)");
  command->add_flag("--json", options->json, "As JSON");
}

}  // namespace throughline::cli
