#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace throughline::cli {

// Where a command speaks: data on `out`, messages on `err`.
struct Terminal {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  int width = 100;
  bool colour = false;
};

// Exit codes, as `throughline --help` lists them.
enum Exit : int {
  kOk = 0,
  kProblems = 1,    // it ran and found something wrong: a refused contact, a case that differs
  kUsage = 2,       // the command line is wrong
  kData = 65,       // the input cannot be read at all, or stored data is damaged
  kNotThere = 66,   // no such person, file or directory
  kTemporary = 75,  // try again: someone else has it, or the disk is full
};

// Says an error and gives the exit code that fits it: `invalid` where what was given is wrong
// (kData: a file that cannot be read as what it should be).
int Complain(const Terminal& terminal, const Error& error, Exit invalid = kProblems);

// A line of progress on a terminal, rewritten in place; nothing where stderr is no terminal.
class ProgressLine {
 public:
  explicit ProgressLine(const Terminal& terminal) : terminal_(terminal) {}
  ~ProgressLine();  // clears it
  void Show(std::string_view text);

 private:
  const Terminal& terminal_;
  bool shown_ = false;
};

}  // namespace throughline::cli
