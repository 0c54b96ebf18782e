#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "consumers/throughline/session.h"

namespace throughline::crash {

// A setting with which a few dozen children are judged in several parts.
inline constexpr const char* kSmallParts = "part_steps=16";

// A real `throughline` process on a data directory. Threads: one.
class EngineProcess {
 public:
  // `crash` is NAME:COUNT of a named point at which the process ends itself, or empty.
  EngineProcess(std::string directory, std::string crash,
                const std::vector<std::string>& arguments = {"up"});
  ~EngineProcess();  // kills it
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;

  // Until its socket answers; nothing if it ended first, or did not answer for a minute.
  std::unique_ptr<cli::SocketClient> Connect();
  bool Ended();
  bool EndsWithin(Millis patience);
  void Kill(int signal);  // and waits for its end
  void Signal(int signal) const;
  int exit_status() const { return status_; }

 private:
  std::string directory_;
  pid_t pid_ = -1;
  int status_ = 0;
};

// Runs `throughline --data DIRECTORY ARGUMENTS...` to its end; its exit code.
int RunCommand(const std::string& directory, const std::vector<std::string>& arguments);

}  // namespace throughline::crash
