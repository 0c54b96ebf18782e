#include "tests/contract/event_log_contract.h"

#include "engine/log/kafka/kafka_log.h"
#include "tests/kafka/broker.h"

namespace throughline::log::contract {
namespace {

class KafkaStand final : public Stand {
 public:
  KafkaStand() {
    kafka_test::TheBroker().DeleteAllTopics();
    Open();
  }
  EventLog& log() override { return *log_; }
  void Reopen() override {
    log_.reset();
    Open();
  }

 private:
  void Open() {
    KafkaLog::Options options;
    options.brokers = kafka_test::TheBroker().address();
    log_ = std::move(KafkaLog::Open(std::move(options)).value());
  }
  std::unique_ptr<KafkaLog> log_;
};

INSTANTIATE_TEST_SUITE_P(Kafka, EventLogContract,
                         testing::Values(Implementation{
                             "kafka",
                             Capabilities{.reopen = true, .trim = true, .our_clock = false},
                             [] { return std::make_unique<KafkaStand>(); },
                             [] { return kafka_test::Lacking().value_or(""); }}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace throughline::log::contract
