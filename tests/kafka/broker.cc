#include "tests/kafka/broker.h"

#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>
#include <thread>

#include "engine/log/kafka/admin.h"

namespace throughline::kafka_test {
namespace {

constexpr int kLacking = 77;  // deploy/kafka/broker's status
const std::string kScript = std::string(THROUGHLINE_SOURCE_DIR) + "/deploy/kafka/broker";

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Operator {
 public:
  explicit Operator(const std::string& address)
      : shared_({.brokers = address, .client = {}, .reader_bytes = 1 << 20}, {}),
        client_(log::kafka::Client::Open(log::kafka::Role::kQueries, "operator", shared_).value()) {
  }
  rd_kafka_t* get() const { return client_->get(); }

 private:
  log::kafka::Shared shared_;
  std::unique_ptr<log::kafka::Client> client_;
};

constexpr std::chrono::seconds kKnownWithin{60};

// The topics with their partitions, those alone that have a leader, as the broker tells them to
// whoever asks.
std::map<std::string, int> TopicsOf(rd_kafka_t* client) {
  const rd_kafka_metadata_t* raw = nullptr;
  if (rd_kafka_metadata(client, 1, nullptr, &raw, 30'000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error("the topics could not be listed");
  }
  log::kafka::Metadata metadata(raw);
  std::map<std::string, int> topics;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic& topic = metadata->topics[i];
    topics[topic.topic] = static_cast<int>(
        std::count_if(topic.partitions, topic.partitions + topic.partition_cnt,
                      [](const auto& partition) { return partition.leader >= 0; }));
  }
  return topics;
}

// The controller acknowledges a change, and the broker tells of it a moment later.
void AwaitTopics(const std::string& address,
                 const std::function<bool(const std::map<std::string, int>&)>& known) {
  Operator lister(address);
  const auto until = std::chrono::steady_clock::now() + kKnownWithin;
  while (!known(TopicsOf(lister.get()))) {
    if (std::chrono::steady_clock::now() > until) {
      throw std::runtime_error("the broker does not tell of what was changed");
    }
    std::this_thread::yield();
  }
}

// Makes one administrative call and waits for its result.
void Administer(const std::string& address,
                const std::function<void(rd_kafka_t*, rd_kafka_queue_t*)>& call) {
  Operator operator_client(address);
  log::kafka::Queue queue(rd_kafka_queue_new(operator_client.get()));
  call(operator_client.get(), queue.get());
  log::kafka::Event event(rd_kafka_queue_poll(queue.get(), 30'000));
  if (!event) throw std::runtime_error("no result of an administrative call");
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error(rd_kafka_event_error_string(event.get()));
  }
}

}  // namespace

std::unique_ptr<Broker> Broker::Start(std::string& lacking) {
  std::unique_ptr<Broker> broker(new Broker);
  std::string pattern = std::filesystem::temp_directory_path() / "throughline-kafka-XXXXXX";
  broker->directory_ = mkdtemp(pattern.data());
  std::string complaints = broker->directory_ + ".err";
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("pipe");
  }
  broker->holder_ = fork();
  if (broker->holder_ == 0) {
    setsid();  // what is sent to the tests' group is not for it
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    int err = open(complaints.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    dup2(err, STDERR_FILENO);
    execl(kScript.c_str(), kScript.c_str(), "hold", "--dir", broker->directory_.c_str(), "--port",
          "0", nullptr);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  broker->input_ = in[1];
  FILE* answer = fdopen(out[0], "r");
  std::array<char, 256> line{};
  bool answered = fgets(line.data(), line.size(), answer) != nullptr;
  fclose(answer);
  if (answered) {
    broker->address_ = line.data();
    broker->address_.pop_back();
    std::filesystem::remove(complaints);
    return broker;
  }
  int status = 0;
  waitpid(broker->holder_, &status, 0);
  broker->holder_ = -1;
  std::string why = ReadFile(complaints);
  std::filesystem::remove(complaints);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != kLacking) throw std::runtime_error(why);
  lacking = why;
  return nullptr;
}

Broker::~Broker() {
  close(input_);
  if (holder_ > 0) waitpid(holder_, nullptr, 0);
  std::filesystem::remove_all(directory_);
}

int Broker::Run(const std::string& arguments) const {
  std::string command = kScript + " " + arguments + " --dir " + directory_ + " >/dev/null";
  return std::system(command.c_str());  // NOLINT(cert-env33-c): a script of ours
}

void Broker::Kill() {
  if (Run("stop --now") != 0) throw std::runtime_error("the broker could not be killed");
}

void Broker::Restart() {
  if (Run("start") != 0) {
    throw std::runtime_error("the broker did not start:\n" + ReadFile(directory_ + "/broker.log"));
  }
}

int Broker::ControllerPort() const {
  const std::string settings = ReadFile(directory_ + "/server.properties");
  constexpr std::string_view kBefore = "CONTROLLER://127.0.0.1:";
  return std::stoi(settings.substr(settings.find(kBefore) + kBefore.size()));
}

void Broker::Signal(int number) const { kill(std::stoi(ReadFile(directory_ + "/pid")), number); }

void Broker::Suspend() {
  Signal(SIGSTOP);
  std::filesystem::path tasks =
      "/proc/" + std::to_string(std::stoi(ReadFile(directory_ + "/pid"))) + "/task";
  auto stopped = [&] {
    return std::all_of(std::filesystem::directory_iterator(tasks), {}, [](const auto& task) {
      std::string stat = ReadFile(task.path() / "stat");
      return stat.find(") T ") != std::string::npos;
    });
  };
  while (!stopped()) std::this_thread::yield();
}

void Broker::Resume() { Signal(SIGCONT); }

void Broker::MakeTopic(const std::string& topic, int partitions, const Settings& settings) const {
  std::array<char, 256> text{};
  log::kafka::NewTopic wanted(
      rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, text.data(), text.size()));
  for (const auto& [name, value] : settings) {
    rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str());
  }
  auto* one = wanted.get();
  Administer(address_, [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    rd_kafka_CreateTopics(client, &one, 1, nullptr, queue);
  });
  AwaitTopics(address_, [&](const auto& topics) {
    const auto made = topics.find(topic);
    return made != topics.end() && made->second == partitions;
  });
}

void Broker::AddPartitions(const std::string& topic, int partitions) const {
  std::array<char, 256> text{};
  auto* wanted = rd_kafka_NewPartitions_new(topic.c_str(), static_cast<std::size_t>(partitions),
                                            text.data(), text.size());
  Administer(address_, [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    rd_kafka_CreatePartitions(client, &wanted, 1, nullptr, queue);
  });
  rd_kafka_NewPartitions_destroy(wanted);
}

void Broker::Alter(const std::string& topic, const Settings& settings) const {
  log::kafka::ConfigResource resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  for (const auto& [name, value] : settings) {
    rd_kafka_ConfigResource_set_config(resource.get(), name.c_str(), value.c_str());
  }
  auto* one = resource.get();
  Administer(address_, [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    rd_kafka_AlterConfigs(client, &one, 1, nullptr, queue);
  });
}

void Broker::DeleteAllTopics() const {
  std::vector<rd_kafka_DeleteTopic_t*> topics;
  for (const auto& [name, partitions] : TopicsOf(Operator(address_).get())) {
    topics.push_back(rd_kafka_DeleteTopic_new(name.c_str()));
  }
  if (!topics.empty()) {
    Administer(address_, [&](rd_kafka_t* operator_client, rd_kafka_queue_t* queue) {
      rd_kafka_DeleteTopics(operator_client, topics.data(), topics.size(), nullptr, queue);
    });
  }
  rd_kafka_DeleteTopic_destroy_array(topics.data(), topics.size());
  AwaitTopics(address_, [](const auto& left) { return left.empty(); });
}

namespace {
struct Only {
  std::unique_ptr<Broker> broker;
  std::string lacking;
};
Only& TheOnly() {
  static Only only = [] {
    Only begun;
    begun.broker = Broker::Start(begun.lacking);
    return begun;
  }();
  return only;
}
}  // namespace

std::optional<std::string> Lacking() {
  if (TheOnly().broker) return std::nullopt;
  return TheOnly().lacking;
}

Broker& TheBroker() { return *TheOnly().broker; }

}  // namespace throughline::kafka_test
