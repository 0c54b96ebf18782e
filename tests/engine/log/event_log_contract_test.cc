#include "tests/contract/event_log_contract.h"

#include "engine/log/local/local_log.h"
#include "engine/log/memory_log.h"
#include "tests/engine/log/fault_disk.h"
#include "tests/engine/log/scratch.h"

namespace throughline::log::contract {
namespace {

class MemoryStand final : public Stand {
 public:
  EventLog& log() override { return log_; }
  void Reopen() override { log_.DropUnacknowledged(); }

 private:
  MemoryLog log_{clock()};
};

class LocalStand final : public Stand {
 public:
  LocalStand(std::uint64_t segment_bytes, local::Disk& disk) : disk_(disk) {
    options_.segment_bytes = segment_bytes;
    options_.free_bytes = 0;
    Open();
  }
  EventLog& log() override { return *log_; }
  void Reopen() override {
    log_.reset();
    Open();
  }

 private:
  void Open() {
    auto opened = LocalLog::Open(scratch_ / "log", clock(), options_, disk_);
    ASSERT_TRUE(opened.has_value()) << opened.error().text;
    log_ = std::move(*opened);
  }

  local::Disk& disk_;
  Scratch scratch_;
  LocalLog::Options options_;
  std::unique_ptr<LocalLog> log_;
};

// What is tested there is crossing files, and each new one costs several syncs.
local::Disk& NoSyncs() {
  static FaultDisk disk;
  return disk;
}

std::vector<Implementation> Implementations() {
  Capabilities all{.reopen = true, .trim = true, .our_clock = true};
  return {
      {"memory", all, [] { return std::make_unique<MemoryStand>(); }},
      {"local", all, [] { return std::make_unique<LocalStand>(1500, local::MachineDisk()); }},
      {"local_many_files", all, [] { return std::make_unique<LocalStand>(300, NoSyncs()); }},
  };
}

INSTANTIATE_TEST_SUITE_P(Log, EventLogContract, testing::ValuesIn(Implementations()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace throughline::log::contract
