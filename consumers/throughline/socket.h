#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "consumers/throughline/files.h"
#include "engine/base/result.h"
#include "throughline/v1/service.pb.h"

// Requests and responses over a Unix socket: each message framed by its length, 4 bytes big-endian,
// at most 64 MiB. Whoever works at an answer says every few seconds that it does, so that one who
// was stopped is told from one for whom it takes long.
namespace throughline::cli {

inline constexpr std::chrono::milliseconds kBeat{2000};
inline constexpr std::chrono::milliseconds kSilence{20000};

// Without a text: it still works at it.
using OnProgress = std::function<void(const v1::Progress&)>;

// Answers one request; may call the progress function any number of times before it returns. Called
// on any thread.
using Handler = std::function<v1::Response(const v1::Request&, const OnProgress&)>;

// Listens on a path (mode 0600: the owner's user alone may connect) and answers each connection on
// a thread of its own, at most 64 at once.
class SocketServer {
 public:
  static Result<std::unique_ptr<SocketServer>> Listen(const std::string& path, Handler handler,
                                                      std::chrono::milliseconds beat = kBeat);
  ~SocketServer();  // stops, waits for the answers under way, removes the path

 private:
  SocketServer(Descriptor listener, std::string path, Handler handler,
               std::chrono::milliseconds beat);
  void Accept();
  void Serve(Descriptor connection);
  v1::Response Work(int connection, const v1::Request& request);

  Descriptor listener_;
  std::string path_;
  Handler handler_;
  std::chrono::milliseconds beat_;
  std::atomic<int> serving_{0};
  std::stop_source stop_;
  std::thread acceptor_;
};

// One connection to an owner. Threads: one.
class SocketClient {
 public:
  // kUnavailable: nobody listens there.
  static Result<std::unique_ptr<SocketClient>> Connect(
      const std::string& path, std::chrono::milliseconds silence = kSilence);
  // The final response. kUnavailable: the owner went away before it answered, or said nothing for
  // `silence`; what was asked may have been done.
  Result<v1::Response> Ask(const v1::Request& request, const OnProgress& progress);

 private:
  SocketClient(Descriptor socket, std::chrono::milliseconds silence)
      : socket_(std::move(socket)), silence_(silence) {}
  Error Lost(std::string_view what) const;

  Descriptor socket_;
  std::chrono::milliseconds silence_;
};

// An error as it travels, and back.
v1::Response ErrorResponse(const Error& error);
Error FromErrorAnswer(const v1::ErrorAnswer& answer);

}  // namespace throughline::cli
