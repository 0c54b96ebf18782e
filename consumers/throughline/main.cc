#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "consumers/throughline/program.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  throughline::cli::Terminal terminal{std::cout, std::cerr};
  terminal.out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
  terminal.err_is_terminal = ::isatty(STDERR_FILENO) == 1;
  winsize size{};
  if (terminal.out_is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
      size.ws_col >= 60) {
    terminal.width = size.ws_col < 120 ? size.ws_col : 120;
  }
  terminal.colour = terminal.out_is_terminal && std::getenv("NO_COLOR") == nullptr;
  return throughline::cli::Run({argv + 1, argv + argc}, terminal);
}
