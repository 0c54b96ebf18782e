#include "consumers/throughline/case/runner.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "consumers/risk/policy_file.h"
#include "consumers/risk/recorded.h"
#include "consumers/risk/risk_fold.h"
#include "consumers/throughline/case/answered.h"
#include "consumers/throughline/case/case_file.h"
#include "consumers/throughline/case/lives.h"
#include "consumers/throughline/case/played_alerts.h"
#include "consumers/throughline/case/player.h"
#include "consumers/throughline/case/who.h"
#include "consumers/throughline/files.h"
#include "consumers/throughline/operator.h"
#include "consumers/throughline/policy_bundle.h"
#include "engine/base/calendar.h"
#include "engine/chronology/read.h"
#include "engine/contact/feed_headers.h"
#include "engine/log/local/disk.h"
#include "engine/log/local/local_log.h"
#include "engine/log/memory_log.h"
#include "throughline/v1/alert.pb.h"

namespace throughline::cases {
namespace {

constexpr std::size_t kMostTicks = 200000;
constexpr std::string_view kOperator = "operator";

// Nothing of a case is wanted after it: a sync for each of its ticks would only take time.
class ScratchDisk final : public log::local::Disk {
 public:
  int Sync(const log::local::File& /*file*/) override { return 0; }
};

// A folder of its own that goes with it.
class Scratch {
 public:
  static Result<std::unique_ptr<Scratch>> Make() {
    std::error_code fault;
    std::string path =
        (std::filesystem::temp_directory_path(fault) / "throughline-case-XXXXXX").string();
    if (fault || ::mkdtemp(path.data()) == nullptr) {
      return Fail(Code::kUnavailable, "cannot make a temporary directory");
    }
    return std::unique_ptr<Scratch>(new Scratch(std::move(path)));
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  explicit Scratch(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

Millis OnGrid(Millis instant) {
  const Millis past = ((instant % kTickInterval) + kTickInterval) % kTickInterval;
  return instant - past;
}

Millis UpToGrid(Millis instant) { return OnGrid(instant + kTickInterval - 1); }

// By what a case is judged.
struct Basis {
  v1::Policy policy;
  std::string policy_source;
  std::string calendar;  // its name
  std::string calendar_source;
  std::string calendar_version;
};

std::string PolicyPath(const std::string& policy, const std::string& name,
                       const std::string& deploy) {
  namespace fs = std::filesystem;
  if (policy.find('/') == std::string::npos) return deploy + "/policy/" + policy;
  return (fs::path(name).parent_path() / policy).string();
}

Result<Basis> ReadBasis(const CaseFile& file, const std::string& name, const RunOptions& options) {
  Basis basis;
  // A path given on the command line is one from there; a path in the case, from the case.
  const std::string path =
      options.policy.find('/') != std::string::npos
          ? options.policy
          : PolicyPath(options.policy.empty() ? file.policy : options.policy, name, options.deploy);
  TL_ASSIGN(std::vector<risk::PolicyFile> files, cli::ReadPolicyFiles(path));
  TL_ASSIGN(basis.policy, risk::ReadPolicy(files));
  basis.policy_source = risk::BundlePolicy(std::move(files));
  basis.calendar = file.calendar;
  TL_ASSIGN(basis.calendar_source,
            cli::ReadFile(options.deploy + "/calendars/" + file.calendar + ".yaml"));
  TL_ASSIGN(Calendar calendar, Calendar::Parse(basis.calendar_source, file.calendar + ".yaml"));
  basis.calendar_version = calendar.version();
  std::vector<std::string> rules;
  for (const auto& rule : basis.policy.rules()) rules.push_back(rule.id());
  TL_TRY(CheckRules(file, name, rules));
  return basis;
}

Result<void> Activate(const CaseFile& file, const Basis& basis, const Clock& clock,
                      Player& player) {
  std::vector<v1::Contact> orders;
  for (const auto& agency : file.Agencies()) {
    v1::Contact order = cli::OperatorContact("feed-" + agency, clock.Now());
    auto& feed = *order.mutable_feed_activated();
    feed.set_agency(agency);
    feed.set_topic(log::FeedTopic(agency));
    feed.set_state("active");
    const bool answers =
        std::any_of(file.contacts.begin(), file.contacts.end(),
                    [&](const CaseContact& one) { return one.agency == agency && one.answers; });
    // As a desk where people log in.
    if (answers) feed.set_attests(v1::TRI_YES);
    if (auto delay = file.delays.find(agency); delay != file.delays.end()) {
      feed.set_publishing_delay_minutes(static_cast<std::uint32_t>(delay->second / kMinute));
    }
    orders.push_back(std::move(order));
  }
  v1::Contact calendar = cli::OperatorContact("calendar", clock.Now());
  calendar.mutable_calendar_activated()->set_calendar(basis.calendar);
  calendar.mutable_calendar_activated()->set_version(basis.calendar_version);
  calendar.mutable_calendar_activated()->set_content(basis.calendar_source);
  calendar.mutable_calendar_activated()->set_state("active");
  orders.push_back(std::move(calendar));
  v1::Contact policy = cli::OperatorContact("policy", clock.Now());
  policy.mutable_policy_activated()->set_policy(basis.policy.id());
  policy.mutable_policy_activated()->set_version(basis.policy.version());
  policy.mutable_policy_activated()->set_content(basis.policy_source);
  policy.mutable_policy_activated()->set_state("active");
  orders.push_back(std::move(policy));
  for (const auto& order : orders) {
    TL_TRY(player.Publish(std::string(kOperator),
                          {order.contact_id(), order.SerializeAsString(), {}}));
  }
  return {};
}

Result<void> Refused(const CaseFile& file, const std::string& name, const Player& player) {
  if (player.refusals().empty()) return {};
  std::vector<yaml::Fault> faults;
  for (const auto& refusal : player.refusals()) {
    yaml::Fault fault{name, {1, 1}, {}};
    for (const auto& one : file.contacts) {
      if (one.agency == refusal.agency && one.contact.contact_id() == refusal.contact_id) {
        fault.place = one.place;
      }
    }
    fault.text = fmt::format("intake did not take {} {}: {}", refusal.agency, refusal.contact_id,
                             refusal.reason);
    faults.push_back(std::move(fault));
  }
  return Fail(yaml::Refused(faults));
}

// The next instant at which time is let pass: a day has gone by, something is due, or a contact
// comes after it.
Millis NextTick(const Player& player, Millis before_contact) {
  const Millis last = player.last_tick();
  Millis next = StartOfDay(DayOf(last) + 1);
  if (auto due = player.NextDue()) next = std::min(next, UpToGrid(std::max(*due, last + 1)));
  if (before_contact > last) next = std::min(next, before_contact);
  return next;
}

Result<void> Play(const CaseFile& file, const std::string& name, ManualClock& clock,
                  Player& player) {
  TL_TRY(player.Tick(clock.Now() + kTickInterval));
  for (const auto& one : file.contacts) {
    const Millis grid = OnGrid(one.published);
    while (player.last_tick() < grid) {
      TL_TRY(player.Tick(NextTick(player, grid)));
      if (player.ticks() > kMostTicks)
        return Fail(Code::kInvalid, "more than {} ticks", kMostTicks);
    }
    clock.Set(one.published);
    TL_ASSIGN(const v1::Contact contact, AsPublished(one, name, player));
    log::Message message{contact.contact_id(),
                         contact.SerializeAsString(),
                         {{std::string(contact::kImportHeader), file.import}}};
    TL_TRY(player.Publish(one.agency, std::move(message)));
  }
  while (player.last_tick() < file.until) {
    TL_TRY(player.Tick(std::min(NextTick(player, 0), file.until)));
    if (player.ticks() > kMostTicks) return Fail(Code::kInvalid, "more than {} ticks", kMostTicks);
  }
  return {};
}

// Every alert of the topic, in order, each once.
Result<std::vector<v1::Alert>> ReadAlerts(log::EventLog& log) {
  std::vector<v1::Alert> alerts;
  std::set<std::string> ids;
  TL_ASSIGN(std::int64_t start, log.Start(log::kAlerts));
  TL_ASSIGN(std::int64_t end, log.End(log::kAlerts));
  TL_ASSIGN(std::unique_ptr<log::Reader> reader, log.Read(log::kAlerts, start));
  while (reader->Position() < end) {
    TL_ASSIGN(std::vector<log::Record> records, reader->Poll(kRecordsAtOnce, 0));
    for (const auto& record : records) {
      const std::string* id = record.message.Find("id");
      if (id == nullptr || !ids.insert(*id).second) continue;
      v1::Alert alert;
      if (!alert.ParseFromString(record.message.value)) {
        return Fail(Code::kCorrupt, "not an alert: offset {} of {}", record.offset, log::kAlerts);
      }
      alerts.push_back(std::move(alert));
    }
  }
  return alerts;
}

Labels LabelsOf(const Player& player) {
  Labels labels;
  for (const auto& [label, persons] : player.persons()) {
    for (const auto& person : persons) labels[person.Text()].push_back(label);
  }
  return labels;
}

std::vector<std::string> Notes(const CaseFile& file, const Player& player) {
  std::vector<std::string> notes;
  for (const auto& [label, records] : player.records()) {
    auto person = file.people.find(label);
    const bool unknown = person != file.people.end() && !person->second.unknown.empty();
    std::set<PersonId> apart;
    for (PersonId one : records) {
      while (auto of = chronology::ReadPartOf(player.state(), one, std::nullopt)) one = of->person;
      apart.insert(one);
    }
    if (apart.size() < 2 || unknown) continue;
    notes.push_back(label + " stands on " + std::to_string(apart.size()) +
                    " chronologies: agencies name them by ids that nothing links.");
  }
  return notes;
}

Result<std::vector<Raised>> RecordedLens(const Player& player, Millis until, const Labels& labels) {
  TL_ASSIGN(risk::InForce in_force, risk::ReadInForce(player.state()));
  Lives lives(labels);
  for (const PersonId& person : risk::PersonsEvaluated(player.state())) {
    chronology::Query query;
    query.lens = v1::LENS_RECORDED;
    query.unmasked = true;
    const auto known = chronology::KnownAt(player.state(), person, query);
    for (const auto& episode :
         risk::RecordedAlerts(known, in_force.policy, in_force.calendars, until, kTickInterval)) {
      for (const auto& change : episode.changes) lives.Add(change);
    }
  }
  if (player.state().fault()) return Fail(*player.state().fault());
  return lives.Take();
}

bool ChangesThePast(const v1::StoredNote& note) {
  const auto& ended = note.relations_ended();
  return (note.has_linked() && note.linked().parts() > 0) || note.has_unlinked() ||
         note.unsaid_seq() != 0 || note.unsaid_before_size() > 0 ||
         std::any_of(ended.begin(), ended.end(),
                     [](const auto& one) { return one.reason() == "in_error"; });
}

// The children whose records were linked or taken apart, or of whom a relation was said in error.
// The recorded lens takes what holds today, so of these it says what nobody could have known then.
Result<std::set<std::string>> Relinked(const CaseFile& file, const Player& player,
                                       const Labels& labels) {
  std::set<std::string> relinked;
  const auto is_child = [&](const std::string& label) {
    const auto person = file.people.find(label);
    return person != file.people.end() && IsChildKind(person->second.kind);
  };
  for (const auto& [id, all] : labels) {
    if (std::none_of(all.begin(), all.end(), is_child)) continue;
    const auto known = chronology::ReadKnown(player.state(), *PersonId::FromText(id));
    for (const auto& note : known.notes) {
      if (ChangesThePast(note.note)) relinked.insert(all.begin(), all.end());
    }
  }
  if (player.state().fault()) return Fail(*player.state().fault());
  return relinked;
}

std::vector<Raised> Without(const std::set<std::string>& children, std::vector<Raised> raised) {
  std::erase_if(raised, [&](const Raised& one) {
    return std::any_of(one.labels.begin(), one.labels.end(),
                       [&](const std::string& label) { return children.contains(label); });
  });
  return raised;
}

Result<CaseReport> RunOn(const CaseFile& file, const Basis& basis, const std::string& name,
                         log::EventLog& log, ManualClock& clock) {
  CaseReport report;
  report.title = file.title;
  report.about = file.about;
  report.source = file.source;
  report.policy = basis.policy.id();
  report.policy_version = basis.policy.version();
  report.calendar_version = basis.calendar_version;
  report.contacts = file.contacts.size();
  report.from = clock.Now();
  report.until = file.until;
  TL_ASSIGN(std::unique_ptr<Player> player, Player::Begin(log, clock, file.title));
  TL_TRY(Activate(file, basis, clock, *player));
  TL_TRY(Refused(file, name, *player));
  TL_TRY(Play(file, name, clock, *player));
  TL_TRY(Refused(file, name, *player));
  report.ticks = player->ticks();
  report.notes = Notes(file, *player);
  const Labels labels = LabelsOf(*player);
  TL_ASSIGN(std::vector<v1::Alert> alerts, ReadAlerts(log));
  report.alerts = alerts.size();
  Lives lives(labels);
  for (const auto& alert : alerts) lives.Add(alert);
  std::vector<Raised> live = lives.Take();
  TL_TRY(AddAnswers(*player, log, live));
  TL_ASSIGN(std::vector<Raised> recorded, RecordedLens(*player, file.until, labels));
  report.episodes = recorded.size();
  Millis longest_delay = 0;
  for (const auto& [agency, delay] : file.delays) longest_delay = std::max(longest_delay, delay);
  TL_ASSIGN(std::set<std::string> relinked, Relinked(file, *player, labels));
  for (const std::string& child : relinked) {
    report.notes.push_back(child +
                           ": records were linked or taken apart, or a relation was said in error. "
                           "The recorded lens takes what holds today and is not compared.");
  }
  report.differences = Compare(Without(relinked, live), Without(relinked, std::move(recorded)),
                               kTickInterval, longest_delay);
  Judge(file.expectations, std::move(live), report);
  TL_ASSIGN(report.answered, Ask(file.questions, *player));
  return report;
}

}  // namespace

Result<CaseReport> RunCase(std::string_view contents, const std::string& name,
                           const RunOptions& options) {
  TL_ASSIGN(CaseFile file, ParseCase(contents, name));
  TL_ASSIGN(Basis basis, ReadBasis(file, name, options));
  ManualClock clock(OnGrid(file.contacts.front().published) - kDay);
  if (options.memory) {
    log::MemoryLog log(clock);
    return RunOn(file, basis, name, log, clock);
  }
  TL_ASSIGN(std::unique_ptr<Scratch> scratch, Scratch::Make());
  ScratchDisk disk;
  TL_ASSIGN(std::unique_ptr<log::LocalLog> log,
            log::LocalLog::Open(scratch->path() + "/log", clock, {}, disk));
  return RunOn(file, basis, name, *log, clock);
}

}  // namespace throughline::cases
