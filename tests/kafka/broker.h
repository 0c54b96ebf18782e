#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace throughline::kafka_test {

// A real broker on a free port, started by deploy/kafka/broker in a directory of its own. It is
// killed and wiped with the object, and when this process dies, however it dies.
class Broker {
 public:
  // What lacks (Java, Maven, the artifacts), when it cannot be started for that; throws when it
  // should have started and did not.
  static std::unique_ptr<Broker> Start(std::string& lacking);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  const std::string& address() const { return address_; }
  void Kill();     // kill -9
  void Restart();  // waits until it answers again
  void Suspend();  // SIGSTOP
  void Resume();
  int ControllerPort() const;  // beside the one that clients use, and chosen by the script

  // As an operator would with Kafka's own tools; of topics made and deleted, the broker tells
  // everyone when these return.
  using Settings = std::map<std::string, std::string>;
  void MakeTopic(const std::string& topic, int partitions, const Settings& settings) const;
  void AddPartitions(const std::string& topic, int partitions) const;  // to so many
  // Replaces all settings of the topic.
  void Alter(const std::string& topic, const Settings& settings) const;
  void DeleteAllTopics() const;

 private:
  Broker() = default;
  int Run(const std::string& arguments) const;
  void Signal(int number) const;

  std::string directory_;
  std::string address_;
  int input_ = -1;  // the holder's; it lives until this closes
  int holder_ = -1;
};

// The one broker of this test program, begun at the first call.
Broker& TheBroker();

// Skips the test, saying why, where there can be no broker.
#define NEEDS_BROKER()                                           \
  if (auto lacking = ::throughline::kafka_test::Lacking()) {     \
    GTEST_SKIP() << "NOT TESTED: no Kafka broker: " << *lacking; \
  }
std::optional<std::string> Lacking();

}  // namespace throughline::kafka_test
