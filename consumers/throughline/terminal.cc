#include "consumers/throughline/terminal.h"

namespace throughline::cli {

int Complain(const Terminal& terminal, const Error& error, Exit invalid) {
  terminal.err << "throughline: " << error.text << "\n";
  switch (error.code) {
    case Code::kInvalid:
      return invalid;
    case Code::kExists:
      return kProblems;
    case Code::kNotFound:
      return kNotThere;
    case Code::kUnavailable:
    case Code::kConflict:
      return kTemporary;
    case Code::kCorrupt:
      return kData;
  }
  return kProblems;
}

ProgressLine::~ProgressLine() {
  if (shown_) terminal_.err << "\r\033[K" << std::flush;
}

void ProgressLine::Show(std::string_view text) {
  if (!terminal_.err_is_terminal) return;
  terminal_.err << "\r\033[K" << text << std::flush;
  shown_ = true;
}

}  // namespace throughline::cli
