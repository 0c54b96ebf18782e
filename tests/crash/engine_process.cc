#include "tests/crash/engine_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "consumers/throughline/data_directory.h"

namespace throughline::crash {
namespace {

constexpr int kLookMillis = 2;

pid_t Spawn(const std::string& directory, const std::vector<std::string>& arguments,
            const std::string& crash) {
  std::string program = std::string(THROUGHLINE_BINARY_DIR) + "/throughline";
  std::string output = directory + ".output";
  pid_t pid = ::fork();
  if (pid != 0) return pid;
  int out = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  if (!crash.empty()) ::setenv("THROUGHLINE_CRASH", crash.c_str(), 1);
  std::vector<char*> argv{program.data(), const_cast<char*>("--data"),
                          const_cast<char*>(directory.c_str())};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  ::_exit(127);
}

}  // namespace

EngineProcess::EngineProcess(std::string directory, std::string crash,
                             const std::vector<std::string>& arguments)
    : directory_(std::move(directory)), pid_(Spawn(directory_, arguments, crash)) {}

EngineProcess::~EngineProcess() {
  if (pid_ > 0) Kill(SIGKILL);
}

bool EngineProcess::Ended() {
  if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
  return pid_ < 0;
}

bool EngineProcess::EndsWithin(Millis patience) {
  SystemClock clock;
  for (Millis until = clock.Now() + patience; !Ended() && clock.Now() < until;) {
    ::poll(nullptr, 0, kLookMillis);
  }
  return Ended();
}

std::unique_ptr<cli::SocketClient> EngineProcess::Connect() {
  SystemClock clock;
  for (Millis until = clock.Now() + kMinute; !Ended() && clock.Now() < until;) {
    auto client = cli::SocketClient::Connect(cli::DataDirectory{directory_}.Socket());
    if (client) return std::move(*client);
    ::poll(nullptr, 0, kLookMillis);
  }
  return nullptr;
}

void EngineProcess::Signal(int signal) const {
  if (pid_ > 0) ::kill(pid_, signal);
}

void EngineProcess::Kill(int signal) {
  if (pid_ <= 0) return;
  ::kill(pid_, signal);
  ::waitpid(pid_, &status_, 0);
  pid_ = -1;
}

int RunCommand(const std::string& directory, const std::vector<std::string>& arguments) {
  pid_t pid = Spawn(directory, arguments, "");
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace throughline::crash
