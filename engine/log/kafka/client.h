#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "engine/log/kafka/handles.h"
#include "engine/log/kafka/settings.h"
#include "engine/log/kafka/statistics.h"

namespace throughline::log::kafka {

// What all clients of a log share: what they are made with, and whom they tell. Threads: any.
class Shared {
 public:
  using Note = std::function<void(std::string_view)>;
  // `note` may be empty.
  Shared(Properties properties, Note note)
      : properties_(std::move(properties)), note_(std::move(note)) {}

  const Properties& properties() const { return properties_; }
  void Tell(std::string_view text) const;
  // A client lost the brokers; has them again; ends without them; was answered by one, never having
  // lost them. What concerns all is told once: that they are back, when one answered.
  void Lost(std::string_view why) const;
  void Found() const;
  void Ended() const;
  void Answered() const;

 private:
  const Properties properties_;
  const Note note_;
  void TellOfReturn() const;
  mutable std::mutex mutex_;
  mutable int away_ = 0;                    // clients that lost the brokers
  mutable std::atomic<bool> told_ = false;  // that they are away; set under mutex_
};

// One of librdkafka's clients, and a thread that takes its events: delivery reports are handed on,
// errors and statistics kept. Threads: any.
class Client {
 public:
  // Called on the client's thread with an event of delivery reports. True: a broker decided on one.
  using Delivered = std::function<bool(rd_kafka_event_t*)>;

  // kInvalid: as MakeConf, or what librdkafka finds as it starts (a certificate, say). `shared`
  // must outlive it.
  static Result<std::unique_ptr<Client>> Open(Role role, std::string name, const Shared& shared,
                                              Delivered delivered = {});
  // Gives up what is queued and in flight.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  rd_kafka_t* get() const { return client_; }
  const std::string& name() const { return name_; }

  // No broker can be reached, as far as is known.
  bool Away() const { return away_.load(); }
  // A broker did answer: where `losses` is given, as long as they were not lost again since they
  // were so often.
  void Answered(std::optional<std::uint64_t> losses = {});
  // How often the brokers were lost.
  std::uint64_t Losses() const { return losses_.load(); }
  // What was last wrong with the connection; empty: nothing was.
  std::string Trouble() const;
  // The reason, once the client cannot go on.
  std::optional<std::string> Fatal() const;
  // As last reported.
  std::optional<ClientStatistics> Statistics() const;

 private:
  Client(std::string name, const Shared& shared, Delivered delivered)
      : name_(std::move(name)), shared_(shared), delivered_(std::move(delivered)) {}
  void Serve();
  void OnError(rd_kafka_resp_err_t error, const char* text);
  void OnStatistics(std::string_view json);

  const std::string name_;
  const Shared& shared_;
  const Delivered delivered_;
  rd_kafka_t* client_ = nullptr;
  Queue events_;
  std::atomic<bool> away_ = false;  // set under mutex_, as what follows
  std::atomic<std::uint64_t> losses_ = 0;
  std::atomic<bool> closing_ = false;
  mutable std::mutex mutex_;
  std::string trouble_;
  std::optional<ClientStatistics> statistics_;
  std::thread thread_;
};

}  // namespace throughline::log::kafka
