#pragma once

namespace throughline::show {

// How text is laid out for a terminal. Whoever calls decides: NO_COLOR and the terminal's width are
// not looked at here.
struct Style {
  int width = 100;  // columns; taken as at least 60 and at most 160
  bool colour = false;
};

}  // namespace throughline::show
