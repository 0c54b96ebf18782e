#include "engine/publish/publish.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "consumers/throughline/context.h"
#include "consumers/throughline/fault_lines.h"
#include "consumers/throughline/files.h"
#include "consumers/throughline/outcome.h"
#include "consumers/throughline/session_log.h"
#include "engine/base/clock.h"

namespace throughline::cli {
namespace {

constexpr Millis kPatience = 60 * kSecond;
// Where the engine runs elsewhere, if it does.
constexpr Millis kUntilOthersDecide = 5 * kSecond;

struct PublishOptions {
  std::string file, agency, as, import, format = "detect";
  bool history = false, check = false, attests = false, all_faults = false;
  std::size_t batch = 500;
};

struct Counts {
  std::size_t read = 0, refused = 0, warned = 0;
  bool stuck = false;  // the feed cannot be read
};

publish::Format FormatOf(const std::string& name) {
  if (name == "json") return publish::Format::kJsonLines;
  if (name == "protobuf") return publish::Format::kDelimited;
  if (name == "yaml") return publish::Format::kYaml;
  return publish::Format::kDetect;
}

// Whether the feed attests, where something hangs on it: the record is asked, unless somebody says
// so. Says why not.
Result<bool> Attests(Context& context, const PublishOptions& options, Session* session,
                     const std::vector<publish::ReadContact>& contacts) {
  if (options.attests) return true;
  const bool is_needed =
      !options.as.empty() || std::any_of(contacts.begin(), contacts.end(), publish::NeedsAttesting);
  if (!is_needed) return false;
  std::optional<bool> attests;
  if (session != nullptr) {
    TL_ASSIGN(attests, session->Attests(options.agency));
  }
  if (attests.value_or(false)) return true;
  context.terminal.err << fmt::format(
      "Only a feed that attests may say some of this: what became of an alert, a decision on "
      "identity, what another agency says. {}\n"
      "To let it: throughline feed activate --agency {} --attests. If it does: publish --attests\n",
      attests.has_value()
          ? fmt::format("The record does not say that the feed of {} attests.", options.agency)
          : "There is no record here that would say whether this one does.",
      options.agency);
  return false;
}

// Says what is wrong; the contacts that can be published.
std::vector<publish::ReadContact> CheckAll(Context& context, const PublishOptions& options,
                                           std::vector<publish::ReadContact> contacts, bool attests,
                                           Counts& counts) {
  contact::Feed feed;
  feed.agency = options.as.empty() ? options.agency : options.as;
  feed.attests = attests;
  feed.received = SystemClock().Now();
  std::vector<publish::ReadContact> good;
  FaultLines faults(context.terminal, options.all_faults);
  FaultLines warnings(context.terminal, options.all_faults);
  for (auto& read : contacts) {
    ++counts.read;
    publish::CheckedContact checked = publish::Check(read, options.file, feed);
    for (const auto& fault : checked.refused) faults.Say(fault, fault.text);
    if (!checked.warnings.empty()) ++counts.warned;
    if (options.check) {
      for (const auto& warning : checked.warnings)
        warnings.Say(warning, warning.text, " (warning)");
    }
    if (checked.refused.empty()) {
      good.push_back(std::move(read));
    } else {
      ++counts.refused;
    }
  }
  faults.SayRest("more faults");
  warnings.SayRest("more warnings");
  return good;
}

struct Published {
  std::vector<std::int64_t> offsets;  // in the feed, of each that is durable
  std::vector<int> lines;             // in the file
};

// `published`: how far it came, where it fails too.
Result<void> PublishAll(Context& context, const PublishOptions& options, Session& session,
                        Waiting& waiting, std::vector<publish::ReadContact> contacts,
                        Published& published) {
  SessionLog log(session, waiting);
  ProgressLine line(context.terminal);
  publish::Options of;
  of.agency = options.agency;
  of.import = options.import;
  of.is_history = options.history;
  if (options.as != options.agency) of.states_agency = options.as;
  of.batch_contacts = options.batch;
  publish::Publisher publisher(log, of, [&](const publish::Progress& progress) {
    line.Show(fmt::format("published {} of {}", progress.contacts, contacts.size()));
  });
  const auto add_all = [&]() -> Result<void> {
    for (auto& read : contacts) {
      TL_TRY(publisher.Add(read.contact_id, std::move(read.bytes)));
      published.lines.push_back(read.number);
    }
    return publisher.Flush();
  };
  auto all = add_all();
  published.offsets = publisher.progress().offsets;
  return all;
}

// `decided`: what the journal says nothing of is on record already.
std::string InWords(const Outcome& outcome, bool decided) {
  std::vector<std::string> parts;
  if (outcome.placed > 0) parts.push_back(fmt::format("{} placed", outcome.placed));
  if (outcome.without > 0) {
    parts.push_back(fmt::format(
        "{} {}", outcome.without,
        decided ? "on record already"
                : "on record already, or not decided on yet (see `throughline inspect`)"));
  }
  if (parts.size() == 1 && outcome.refused.empty() && (decided || outcome.placed > 0)) {
    return outcome.placed > 0 ? ", and placed" : ", and on record already";
  }
  return parts.empty() ? "" : fmt::format(": {}", fmt::join(parts, ", "));
}

void SayRefused(Context& context, const PublishOptions& options, const Outcome& outcome,
                const Published& published) {
  FaultLines faults(context.terminal, options.all_faults);
  for (const auto& [offset, refusal] : outcome.refused) {
    const auto at = std::lower_bound(published.offsets.begin(), published.offsets.end(), offset);
    const int line = published.lines[static_cast<std::size_t>(at - published.offsets.begin())];
    for (const auto& fault : refusal.faults) {
      faults.Say({options.file, {line, 0}, fmt::format("{}: {}", refusal.contact_id, fault)}, fault,
                 fmt::format(" (throughline dead-letters show {})", refusal.dead_letter));
    }
  }
  faults.SayRest("more faults");
}

// Why a feed is not read on; empty: it is. Whoever stands by knows no more of it than its ends.
std::string WhyStuck(const v1::FeedStatus& feed) {
  if (!feed.trouble().empty()) return feed.trouble();
  if (feed.end() < 0 || feed.position() <= feed.end()) return "";
  return fmt::format("{} was read up to {} and ends at {}: see `throughline inspect` of the writer",
                     feed.topic(), feed.position(), feed.end());
}

// Why no contacts are taken of any feed now; empty: they are, as far as is known.
Result<std::string> WhyNoneAreTaken(Session& session) {
  if (!session.running()) return std::string();
  v1::Request request;
  request.mutable_inspect();
  TL_ASSIGN(const v1::Response response, session.Ask(request));
  return response.inspect().intake().stalled();
}

// Says what was refused; what became of the rest, behind how much was published.
Result<std::string> Became(Context& context, const PublishOptions& options, Session& session,
                           Waiting& waiting, Result<Watch>& watch, const Published& published,
                           Counts& counts) {
  if (published.offsets.empty()) return std::string();
  const std::string topic = log::FeedTopic(options.agency);
  TL_ASSIGN(const auto feed, waiting.For([&] { return session.FeedOf(options.agency); }));
  if (feed && !feed->active()) {
    return fmt::format("; not read until the feed is: throughline feed activate --agency {}",
                       options.agency);
  }
  if (const std::string why = feed ? WhyStuck(*feed) : ""; !why.empty()) {
    counts.stuck = true;
    return "; NOT TAKEN: " + why;
  }
  TL_ASSIGN(const std::string stalled, waiting.For([&] { return WhyNoneAreTaken(session); }));
  if (!stalled.empty()) return "; decided on once contacts are taken again: " + stalled;
  const bool running = session.running();
  bool decided = false;
  if (running) {
    // Only intake knows of repeats, for which nothing else comes.
    TL_ASSIGN(decided, waiting.For([&] {
      return session.Wait(topic, published.offsets.back(), feed ? kPatience : kUntilOthersDecide);
    }));
  }
  std::optional<Outcome> outcome;
  if (watch && (running || !session.embedded())) {
    TL_ASSIGN(outcome, waiting.For([&] {
      return watch->Of(topic, published.offsets, running ? 0 : kUntilOthersDecide);
    }));
  }
  if (running && !outcome) {
    return fmt::format("; what became of them cannot be read: {}", watch.error().text);
  }
  if (!running && (!outcome || outcome->without == published.offsets.size())) {
    return fmt::format("; {} (see `throughline dead-letters list` then)",
                       session.embedded()
                           ? "decided on when `throughline up` runs"
                           : "on record already, or decided on when an engine takes them");
  }
  SayRefused(context, options, *outcome, published);
  counts.refused += outcome->refused.size();
  return InWords(*outcome, decided);
}

int RunPublish(Context& context, const PublishOptions& options) {
  publish::Options check;
  check.agency = options.agency;
  check.states_agency = options.as;
  check.import = options.import;
  if (auto well = publish::CheckOptions(check); !well) {
    context.terminal.err << "throughline: " << well.error().text << "\n";
    return kUsage;
  }
  auto bytes = ReadFile(options.file);
  if (!bytes) return Complain(context.terminal, bytes.error(), kData);
  auto contacts = publish::ReadContacts(*bytes, options.file, FormatOf(options.format));
  if (!contacts) return Complain(context.terminal, contacts.error(), kData);
  auto session = Session::Open(context.directory, context.brokers);
  if (!session && !options.check) return Complain(context.terminal, session.error(), kUsage);
  auto attests = Attests(context, options, session ? session->get() : nullptr, *contacts);
  if (!attests) return Complain(context.terminal, attests.error());
  if (!options.as.empty() && !*attests) return kProblems;
  Counts counts;
  auto good = CheckAll(context, options, std::move(*contacts), *attests, counts);
  if (options.check) {
    context.terminal.err << fmt::format(
        "{} contacts: {} would be refused, {} have warnings; nothing was published\n", counts.read,
        counts.refused, counts.warned);
    return counts.refused == 0 ? kOk : kProblems;
  }
  Waiting waiting(context.terminal, (*session)->Answerer());
  auto watch = waiting.For([&] { return Watch::Begin(**session); });
  Published published;
  auto all = PublishAll(context, options, **session, waiting, std::move(good), published);
  if (!all) {
    const int exit = Complain(context.terminal, all.error());
    context.terminal.err << fmt::format(
        "{} of {} contacts are known to be published. Later publish the file again: what is on "
        "record is "
        "dropped\n",
        published.offsets.size(), counts.read);
    return exit;
  }
  auto became = Became(context, options, **session, waiting, watch, published, counts);
  if (!became) return Complain(context.terminal, became.error());
  context.terminal.err << fmt::format(
      "{} of {} contacts published for {}{}; {} refused, {} with warnings{}\n",
      published.offsets.size(), counts.read, options.as.empty() ? options.agency : options.as,
      *became, counts.refused, counts.warned,
      counts.warned > 0 ? " (publish --check says them)" : "");
  return counts.refused == 0 && !counts.stuck ? kOk : kProblems;
}

}  // namespace

void AddPublish(CLI::App& app, Context& context) {
  auto options = std::make_shared<PublishOptions>();
  CLI::App* command =
      AddCommand(app, context, "publish", "Publish an agency's contacts from a file",
                 "  throughline publish --agency police contacts.jsonl\n"
                 "  throughline publish --agency police --check contacts.jsonl\n"
                 "  throughline publish --agency desk --as childrens-services answer.yaml\n"
                 "  throughline --brokers kafka:9092 publish --agency police contacts.jsonl\n"
                 "  throughline publish --agency gp --history --import archive-2019 old.jsonl\n",
                 [&context, options] { return RunPublish(context, *options); });
  command
      ->add_option("FILE", options->file,
                   "JSON lines, YAML or length-delimited protobuf; - for standard input")
      ->required();
  command->add_option("--agency", options->agency, "Whose feed")->required();
  command->add_option("--as", options->as,
                      "The agency that the contacts speak for, on a feed that attests");
  command->add_flag("--attests", options->attests,
                    "The feed attests: it may answer alerts. Otherwise the record is asked");
  command->add_flag("--history", options->history,
                    "Evidence that arms no clock and notifies nobody");
  command->add_option("--import", options->import,
                      "The import's name, within which review-role references are one person");
  command->add_option("--format", options->format, "detect, json, yaml or protobuf")
      ->check(CLI::IsMember({"detect", "json", "yaml", "protobuf"}));
  command->add_option("--batch", options->batch, "Contacts appended together (default 500)")
      ->check(CLI::Range(1, 10000));
  command->add_flag("--check", options->check, "Validate only; say warnings too");
  command->add_flag("--all-faults", options->all_faults,
                    "Say each fault; otherwise of more than a hundred only which they are");
}

}  // namespace throughline::cli
