#include "tests/sim/processes.h"

#include <fmt/core.h>

#include "consumers/risk/risk_fold.h"
#include "consumers/throughline/still_open.h"
#include "engine/base/check.h"
#include "engine/chronology/chronology_fold.h"
#include "engine/projection/host_keys.h"
#include "tests/sim/family.h"

namespace throughline::sim {
namespace {

constexpr std::size_t kMostReads = 30;  // an inbox holds 64 batches

std::string Salt(Random& random) {
  std::string salt;
  for (int i = 0; i < 2; ++i) {
    const std::uint64_t word = random.Next();
    salt.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  return salt;
}

Result<std::string> Compile(std::string_view source) {
  static std::map<std::string, std::string, std::less<>> known;
  const auto found = known.find(source);
  if (found != known.end()) return found->second;
  return known.emplace(source, CompileSome(std::string(source))).first->second;
}

projection::Host::Folds MakeFolds() {
  projection::Host::Folds folds;
  folds.push_back(std::make_unique<chronology::ChronologyFold>());
  folds.push_back(std::make_unique<risk::RiskFold>());
  return folds;
}

}  // namespace

IntakeProcess::IntakeProcess(Broker& broker, const Clock& world, Random& random, Options options,
                             Trace trace)
    : clock(world),
      client(broker, random),
      random_(random),
      options_(std::move(options)),
      trace_(std::move(trace)),
      disk_(std::make_shared<Disk>()) {}

void IntakeProcess::Start() {
  intake::Settings settings;
  settings.instance = options_.instance;
  settings.sole = options_.sole;
  settings.ticks.grace = 3 * options_.interval;
  settings.batch.records = options_.batch_records;
  settings.records_a_turn = options_.records_a_turn;
  settings.part_bytes = options_.part_bytes;
  settings.feed_kept = 0;  // the reference does not know of it
  settings.reads_ahead = false;
  settings.reading.park_after = 3 * options_.interval;
  settings.salt = [this] { return Salt(random_); };
  settings.compile_policy = Compile;
  if (options_.keeps_state) {
    settings.state_place =
        intake::StatePlace{.open = [this]() -> Result<std::unique_ptr<projection::Store>> {
                             return std::make_unique<SimStore>(disk_);
                           },
                           .discard = [this]() -> Result<void> {
                             LoseState();
                             return {};
                           }};
  }
  auto opened = intake::Intake::Open(client, clock, std::move(settings));
  if (opened) {
    intake_ = *std::move(opened);
    trace_(fmt::format("{} starts", options_.instance));
    return;
  }
  if (opened.error().code != Code::kUnavailable) ++final_errors;
  trace_(fmt::format("{} does not start: {}", options_.instance, opened.error().text));
}

intake::StepReport IntakeProcess::Step() {
  if (intake_ == nullptr) Start();
  if (intake_ == nullptr) return {};
  auto report = intake_->Step();
  if (client.died) {
    client.died = false;
    trace_(fmt::format("{} dies while it appends", options_.instance));
    Kill();
    return {};
  }
  if (!report) {
    ++final_errors;
    trace_(fmt::format("{} ends: {}", options_.instance, report.error().text));
    Kill();
    return {};
  }
  if (report->worked() || report->stalled || report->held) {
    trace_(fmt::format("{} ({}) wrote {} dropped {} followed {}{}{}{}", options_.instance,
                       report->role == intake::Role::kWriter ? "writer" : "standby",
                       report->written, report->repeats, report->followed,
                       report->ticked ? fmt::format(" tick {}", *report->ticked) : "",
                       report->held ? " held: " + *report->held : "",
                       report->stalled ? " stalled: " + report->stalled->text : ""));
  }
  return *report;
}

void IntakeProcess::Kill() { intake_.reset(); }

void IntakeProcess::CutPower() {
  CHECK(!up());
  disk_->LoseAfter(disk_->version - random_.Below(std::min<std::uint64_t>(disk_->version, 8) + 1));
}

void IntakeProcess::LoseState() { disk_ = std::make_shared<Disk>(); }

ReaderProcess::ReaderProcess(Broker& broker, const Clock& world, Random& random, Options options,
                             Trace trace)
    : clock(world),
      client(broker, random),
      random_(random),
      options_(std::move(options)),
      trace_(std::move(trace)),
      make_(MakeFolds) {
  host_options_.name = options_.name;
  host_options_.topic = log::JournalTopic(1);
  host_options_.shards = options_.shards;
  host_options_.batch_records = options_.batch_records;
  host_options_.memory_bytes = options_.memory_bytes;
  host_options_.part_steps = options_.part_steps;
  host_options_.before_trying_again = 0;
  host_options_.limits.park_after = options_.park_after;
}

ReaderProcess::~ReaderProcess() { Kill(); }

std::shared_ptr<projection::Generation> ReaderProcess::Open(std::uint32_t number) {
  auto opened = Generation::Open({.log = client,
                                  .clock = clock,
                                  .place = place_,
                                  .options = host_options_,
                                  .make = make_,
                                  .signal = signal_},
                                 number, host_options_.topic);
  if (opened) return *std::move(opened);
  if (opened.error().code != Code::kUnavailable) ++final_errors;
  trace_(fmt::format("{} does not start: {}", options_.name, opened.error().text));
  return nullptr;
}

bool ReaderProcess::Start() {
  if (live_ != nullptr) return true;
  live_ = Open(number_);
  if (live_ == nullptr) return false;
  trace_(fmt::format("{} starts at seq {}", options_.name, live_->journal_seq()));
  publisher_ = std::make_unique<projection::Publisher>(
      client, std::string(), std::vector<std::string>{std::string(log::kAlerts)},
      [this](const projection::Publication& publication) {
        const auto view = live_->board().NewestLocked();
        const bool open = view.has_value() && cli::StillOpen(**view, publication);
        if (!open) {
          withheld_.push_back({publication.id, publication.value, view ? (*view)->seq() : 0});
        }
        return open;
      },
      [this](std::string_view text) { trace_(std::string(text)); }, signal_);
  return true;
}

bool ReaderProcess::Read(Generation& generation) {
  if (++reads_since_drained_ >= kMostReads) {
    while (Fold(generation)) {
    }
    reads_since_drained_ = 0;
  }
  const auto read = generation.Turn(0);
  if (read) return *read;
  if (read.error().code == Code::kUnavailable) return false;
  trace_(fmt::format("{} ends: {}", options_.name, read.error().text));
  ++final_errors;
  Kill();
  return false;
}

bool ReaderProcess::Fold(Generation& generation) {
  bool worked = false;
  for (std::uint32_t i = 0; i < options_.shards; ++i) worked |= generation.runner(i).Turn();
  return worked;
}

bool ReaderProcess::Publish() {
  if (!options_.publishes) return false;
  const auto more = publisher_->Pass(*live_);
  if (client.died) {
    client.died = false;
    trace_(fmt::format("{} dies while it publishes", options_.name));
    Kill();
    return false;
  }
  return more && *more;
}

bool ReaderProcess::Swap() {
  if (beside_ == nullptr || !beside_->board().AllLiveLocked()) return false;
  if (beside_->board().CommittedLocked() < live_->board().CommittedLocked()) return false;
  trace_(fmt::format("{} goes over to generation {}", options_.name, beside_->number()));
  place_.RemoveGeneration(number_);
  number_ = beside_->number();
  live_ = std::move(beside_);
  return true;
}

void ReaderProcess::CheckFailure() {
  if (live_ == nullptr) return;
  const auto failure = live_->board().FailureLocked();
  if (!failure) return;
  trace_(fmt::format("{} fails: {}", options_.name, failure->text));
  Kill();
}

void ReaderProcess::Step() {
  if (!Start()) return;
  Generation& generation = beside_ != nullptr && random_.Chance(50) ? *beside_ : *live_;
  switch (random_.Below(5)) {
    case 0:
    case 1:
      Read(generation);
      break;
    case 2:
      generation.runner(static_cast<std::uint32_t>(random_.Below(options_.shards))).Turn();
      break;
    case 3:
      Publish();
      break;
    default:
      Swap();
  }
  CheckFailure();
}

bool ReaderProcess::Drain() {
  if (!Start()) return false;
  bool worked = false;
  for (bool more = true; more && live_ != nullptr;) {
    more = Read(*live_);
    if (live_ == nullptr) break;
    more = Fold(*live_) || more;
    if (beside_ != nullptr) {
      more = Read(*beside_) || more;
      if (live_ == nullptr) break;
      more = Fold(*beside_) || more;
      more = Swap() || more;
    }
    more = Publish() || more;
    worked = worked || more;
  }
  CheckFailure();
  return worked;
}

void ReaderProcess::Kill() {
  publisher_.reset();
  if (beside_ != nullptr) {
    const std::uint32_t number = beside_->number();
    beside_.reset();
    place_.RemoveGeneration(number);
  }
  live_.reset();
  reads_since_drained_ = 0;
}

void ReaderProcess::Rebuild() {
  if (!Start() || beside_ != nullptr) return;
  beside_ = Open(number_ + 1);
  if (beside_ != nullptr) trace_(fmt::format("{} rebuilds", options_.name));
}

void ReaderProcess::CutPower() {
  CHECK(!up());
  for (std::uint32_t i = 0; i < options_.shards; ++i) {
    Disk& disk = place_.At(number_, i);
    const std::uint64_t most = std::min<std::uint64_t>(disk.version - disk.synced, 8);
    disk.LoseAfter(disk.version - random_.Below(most + 1));
  }
}

void ReaderProcess::Damage() {
  CHECK(!up());
  Disk& disk = place_.At(number_, static_cast<std::uint32_t>(random_.Below(options_.shards)));
  disk.damage = Error{Code::kCorrupt, "the store is damaged"};
}

void ReaderProcess::Refuse(int commits) {
  for (std::uint32_t i = 0; i < options_.shards; ++i) place_.At(number_, i).refuse = commits;
}

void ReaderProcess::Mend() {
  Refuse(0);
  clock.skew = 0;
}

bool ReaderProcess::Settled(Seq seq) const {
  if (live_ == nullptr || beside_ != nullptr || !live_->board().AllLiveLocked()) return false;
  if (live_->board().CommittedLocked() < seq) return false;
  for (std::uint32_t i = 0; options_.publishes && i < options_.shards; ++i) {
    const auto store = StoreOf(i);
    if (!projection::Outbox(*store, 1).empty() || projection::keys::CatchUp(*store)) return false;
  }
  return true;
}

std::unique_ptr<projection::Reads> ReaderProcess::StoreOf(std::uint32_t shard) const {
  return (*place_.Open(number_, shard))->Snapshot();
}

}  // namespace throughline::sim
