#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/check.h"
#include "engine/intake/intake.h"
#include "engine/log/memory_log.h"
#include "tests/engine/intake/bench.h"

namespace throughline::intake {

// An opened journal on a log in memory, with a clock that the test sets.
class Rig {
 public:
  // Over what is there already.
  Rig(ManualClock& a_clock, log::MemoryLog& a_log) : clock(a_clock), log(a_log) {}
  Rig()
      : owned_clock(std::make_unique<ManualClock>(kMonday)),
        owned_log(std::make_unique<log::MemoryLog>(*owned_clock)),
        clock(*owned_clock),
        log(*owned_log) {
    auto opened = Init(log, clock, {.partnership = "Testshire"});
    CHECK(opened.has_value());
  }

  Settings With(std::string state_directory = {}) {
    Settings settings;
    settings.state_directory = std::move(state_directory);
    settings.compile_policy = ToyCompiler;
    settings.note = [this](std::string_view text) { notes.emplace_back(text); };
    return settings;
  }

  std::unique_ptr<Intake> Open(const Settings& settings) {
    auto intake = Intake::Open(log, clock, settings);
    CHECK(intake.has_value());
    return *std::move(intake);
  }
  std::unique_ptr<Intake> Open() { return Open(With()); }

  // Activates feeds, and takes the activations.
  void Activate(Intake& intake, const std::vector<std::string>& agencies) {
    for (const std::string& agency : agencies) {
      Publish("operator", FeedContact("feed-" + agency, agency));
      CHECK(log.Create(log::FeedTopic(agency)).has_value());
    }
    Drain(intake);
  }

  std::int64_t Publish(std::string_view agency, const log::Message& message) {
    auto offsets = log.Append(log::FeedTopic(agency), {message});
    CHECK(offsets.has_value());
    return offsets->front();
  }
  std::int64_t Publish(std::string_view agency, const v1::Contact& contact) {
    return Publish(agency, Published(contact));
  }

  // Steps until nothing is left to do; the sum of what was done.
  StepReport Drain(Intake& intake) {
    StepReport sum;
    while (true) {
      auto report = intake.Step();
      CHECK(report.has_value());
      sum.role = report->role;
      sum.written += report->written;
      sum.placed += report->placed;
      sum.refused += report->refused;
      sum.conflicts += report->conflicts;
      sum.repeats += report->repeats;
      if (report->ticked) sum.ticked = report->ticked;
      if (report->held) sum.held = report->held;
      sum.stalled = report->stalled;
      if (!report->worked() || report->stalled) return sum;
    }
  }

  std::vector<log::Accepted> Journal() {
    auto reader = log::JournalReader::Open(log, "throughline.journal.g1", {}, clock, {});
    CHECK(reader.has_value());
    std::vector<log::Accepted> all;
    while (true) {
      auto records = (*reader)->Poll(1000, 0);
      CHECK(records.has_value());
      if (records->empty()) return all;
      for (auto& record : *records) all.push_back(std::move(record));
    }
  }

  std::vector<log::Accepted> Placed() {
    std::vector<log::Accepted> placed;
    for (auto& record : Journal()) {
      if (record.decision.has_placed()) placed.push_back(std::move(record));
    }
    return placed;
  }

  std::vector<Millis> Ticks() {
    std::vector<Millis> ticks;
    for (auto& record : Journal()) {
      if (record.decision.has_tick()) ticks.push_back(record.decision.tick().at_ms());
    }
    return ticks;
  }

  // Starts on the minute: no tick is due until the clock moves.
  std::unique_ptr<ManualClock> owned_clock;
  std::unique_ptr<log::MemoryLog> owned_log;
  ManualClock& clock;
  log::MemoryLog& log;
  std::vector<std::string> notes;
};

}  // namespace throughline::intake
