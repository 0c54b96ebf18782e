#include "consumers/throughline/socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/base/bytes.h"

namespace throughline::cli {
namespace {

constexpr std::size_t kMaxFrame = std::size_t{64} << 20;
constexpr int kMaxServing = 64;
constexpr int kPollMillis = 100;

Result<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return Fail(Code::kInvalid, "the path of the socket is longer than {} bytes: {}",
                sizeof address.sun_path - 1, path);
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool ReadAll(int fd, char* to, std::size_t size) {
  while (size > 0) {
    ssize_t n = ::recv(fd, to, size, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    to += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

// How long a call waits for the other side: one that was stopped neither reads nor writes.
void Bound(int fd, std::chrono::milliseconds most) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(most);
  timeval time{};
  time.tv_sec = seconds.count();
  time.tv_usec = std::chrono::microseconds(most - seconds).count();
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

bool Send(int fd, const google::protobuf::Message& message) {
  std::string body = message.SerializeAsString();
  if (body.size() > kMaxFrame) return false;
  std::string frame;
  AppendU32(frame, static_cast<std::uint32_t>(body.size()));
  return WriteAll(fd, frame + body);
}

bool Receive(int fd, google::protobuf::Message& message) {
  std::array<char, 4> head{};
  if (!ReadAll(fd, head.data(), head.size())) return false;
  std::string_view view(head.data(), head.size());
  std::size_t size = *TakeU32(view);
  if (size > kMaxFrame) return false;
  std::string body(size, '\0');
  return ReadAll(fd, body.data(), size) && message.ParseFromString(body);
}

constexpr std::array<std::pair<Code, std::string_view>, 6> kCodes{
    {{Code::kInvalid, "invalid"},
     {Code::kNotFound, "not_found"},
     {Code::kExists, "exists"},
     {Code::kUnavailable, "unavailable"},
     {Code::kCorrupt, "corrupt"},
     {Code::kConflict, "conflict"}}};

}  // namespace

v1::Response ErrorResponse(const Error& error) {
  v1::Response response;
  for (const auto& [code, name] : kCodes) {
    if (code == error.code) response.mutable_error()->set_code(std::string(name));
  }
  response.mutable_error()->set_text(error.text);
  return response;
}

Error FromErrorAnswer(const v1::ErrorAnswer& answer) {
  for (const auto& [code, name] : kCodes) {
    if (name == answer.code()) return {code, answer.text()};
  }
  return {Code::kUnavailable, answer.text()};
}

Result<std::unique_ptr<SocketServer>> SocketServer::Listen(const std::string& path, Handler handler,
                                                           std::chrono::milliseconds beat) {
  TL_ASSIGN(sockaddr_un address, AddressOf(path));
  Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!listener) return Fail(Code::kUnavailable, "no socket: {}", std::strerror(errno));
  // The directory's lock is ours, so a path that is there was left by an owner that died.
  ::unlink(path.c_str());
  // Of the socket before it has a path, for a umask is every thread's.
  ::fchmod(listener.get(), 0600);
  int bound = ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (bound != 0 || ::listen(listener.get(), kMaxServing) != 0) {
    return Fail(Code::kUnavailable, "cannot listen on {}: {}", path, std::strerror(errno));
  }
  return std::unique_ptr<SocketServer>(
      new SocketServer(std::move(listener), path, std::move(handler), beat));
}

SocketServer::SocketServer(Descriptor listener, std::string path, Handler handler,
                           std::chrono::milliseconds beat)
    : listener_(std::move(listener)),
      path_(std::move(path)),
      handler_(std::move(handler)),
      beat_(beat) {
  acceptor_ = std::thread([this] { Accept(); });
}

SocketServer::~SocketServer() {
  stop_.request_stop();
  acceptor_.join();
  ::unlink(path_.c_str());
  for (int left = serving_.load(); left > 0; left = serving_.load()) serving_.wait(left);
}

void SocketServer::Accept() {
  while (!stop_.stop_requested()) {
    pollfd waiting{listener_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, kPollMillis) <= 0) continue;
    Descriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection) continue;
    Bound(connection.get(), kSilence);
    if (serving_.load() >= kMaxServing) {
      Send(connection.get(), ErrorResponse({Code::kUnavailable, "too many commands at once"}));
      continue;
    }
    serving_.fetch_add(1);
    std::thread([this, held = std::move(connection)]() mutable {
      Serve(std::move(held));
      serving_.fetch_sub(1);
      serving_.notify_all();
    }).detach();
  }
}

void SocketServer::Serve(Descriptor connection) {
  v1::Request request;
  // Whoever asks again and again does not hold a stop.
  while (!stop_.stop_requested()) {
    pollfd waiting{connection.get(), POLLIN, 0};
    while (::poll(&waiting, 1, kPollMillis) == 0) {
      if (stop_.stop_requested()) return;
    }
    if (!Receive(connection.get(), request)) return;
    const v1::Response response = Work(connection.get(), request);
    if (!Send(connection.get(), response)) {
      Send(connection.get(), ErrorResponse({Code::kInvalid, "the answer is larger than 64 MiB"}));
      return;
    }
  }
}

v1::Response SocketServer::Work(int connection, const v1::Request& request) {
  std::mutex sending;
  const auto say = [&](const v1::Progress& progress) {
    v1::Response step;
    *step.mutable_progress() = progress;
    const std::lock_guard lock(sending);
    Send(connection, step);
  };
  const std::jthread beats([&](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any over;
    std::unique_lock lock(mutex);
    while (!over.wait_for(lock, stop, beat_, [&] { return stop.stop_requested(); })) say({});
  });
  return handler_(request, say);
}

Result<std::unique_ptr<SocketClient>> SocketClient::Connect(const std::string& path,
                                                            std::chrono::milliseconds silence) {
  TL_ASSIGN(sockaddr_un address, AddressOf(path));
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return Fail(Code::kUnavailable, "no socket: {}", std::strerror(errno));
  Bound(socket.get(), silence);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Fail(Code::kUnavailable, "nobody answers on {}: {}", path, std::strerror(errno));
  }
  return std::unique_ptr<SocketClient>(new SocketClient(std::move(socket), silence));
}

Error SocketClient::Lost(std::string_view what) const {
  if (errno != EAGAIN && errno != EWOULDBLOCK) return {Code::kUnavailable, std::string(what)};
  ucred owner{};
  socklen_t size = sizeof owner;
  ::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &owner, &size);
  return {Code::kUnavailable,
          fmt::format("the running process, {}, has said nothing for {} s: it was stopped, or its "
                      "machine has no time for it. See `ps -o stat,cmd {}`; `kill -CONT {}` lets "
                      "it go on. What was asked may be done then",
                      owner.pid, std::chrono::duration_cast<std::chrono::seconds>(silence_).count(),
                      owner.pid, owner.pid)};
}

Result<v1::Response> SocketClient::Ask(const v1::Request& request, const OnProgress& progress) {
  v1::Response response;
  errno = 0;
  if (!Send(socket_.get(), request)) {
    return Fail(Lost("the running process went away, or the request is over 64 MiB"));
  }
  while (Receive(socket_.get(), response)) {
    if (!response.has_progress()) return response;
    if (progress) progress(response.progress());
  }
  return Fail(Lost("the running process went away before it answered"));
}

}  // namespace throughline::cli
