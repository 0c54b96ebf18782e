#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "consumers/throughline/show/style.h"

// Lines of text for a terminal: wrapping, columns, colour. Pure.
namespace throughline::show {

// What an agency wrote, made safe to print: control characters, those that steer a terminal
// included, become spaces; line breaks stay.
std::string Printable(std::string_view text);

// Columns that a text takes: marks that combine take none, wide characters two.
int Columns(std::string_view text);

// The text in lines of at most `width` columns, broken at spaces; longer words are cut.
std::vector<std::string> Wrapped(std::string_view text, int width);

// The text if it takes no more columns than that, else as much of it as fits with `…` after it.
std::string Cut(std::string_view text, int columns);

enum class Ink { kPlain, kStrong, kFaint, kAlert, kWarn, kGood };

// A page under construction. Everything given to it is made printable.
class Page {
 public:
  explicit Page(const Style& style);

  int width() const { return style_.width; }
  // A blank line, never two running and none at the top.
  void Gap();
  // One line across the page, cut by wrapping, with `indent` spaces before each of its lines.
  void Line(std::string_view text, Ink ink = Ink::kPlain, int indent = 0);
  // One line whose spaces stay, cut at the page's edge.
  void Fixed(std::string_view text, Ink ink = Ink::kPlain);
  // A name on the left and text beside it, wrapped in its own column. An empty name continues the
  // row before.
  void Row(std::string_view name, std::string_view text, Ink ink = Ink::kPlain);
  // What is on the left and, at the right edge, what fits there; else below it.
  void Head(std::string_view left, std::string_view right, Ink ink, std::string_view hue);
  // A line of dashes with a text in it.
  void Rule(std::string_view text, Ink ink);
  // A text in a frame.
  void Box(const std::vector<std::string>& lines, Ink ink);

  std::string Text() && { return std::move(out_); }

 private:
  std::string Paint(std::string_view text, Ink ink) const;
  void Put(std::string_view painted, int indent);

  Style style_;
  std::string out_;
  bool blank_ = true;
};

}  // namespace throughline::show
