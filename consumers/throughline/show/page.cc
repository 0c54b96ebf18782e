#include "consumers/throughline/show/page.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace throughline::show {
namespace {

constexpr int kRowIndent = 4;
constexpr int kNameColumns = 12;

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
};

// Takes the first character; what is not UTF-8 counts byte by byte.
Character First(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (bytes == 1 || lead < 0xC0 || text.size() < bytes) return {lead, 1};
  std::uint32_t code = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) code = (code << 6U) | (byte(i) & 0x3FU);
  return {code, bytes};
}

bool Combines(std::uint32_t code) {
  return (code >= 0x300 && code <= 0x36F) || code == 0x200D || (code >= 0xFE00 && code <= 0xFE0F) ||
         (code >= 0x20D0 && code <= 0x20FF);
}

bool IsWide(std::uint32_t code) {
  return (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) ||
         (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
         (code >= 0xFE30 && code <= 0xFE6F) || (code >= 0xFF00 && code <= 0xFF60) ||
         (code >= 0x1F300 && code <= 0x1FAFF);
}

// Control characters, and those that turn the direction of what follows.
bool Steers(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200E && code <= 0x200F) ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
         code == 0x2028 || code == 0x2029;
}

std::string_view Codes(Ink ink) {
  switch (ink) {
    case Ink::kPlain:
      return "";
    case Ink::kStrong:
      return "\x1b[1m";
    case Ink::kFaint:
      return "\x1b[2m";
    case Ink::kAlert:
      return "\x1b[1;31m";
    case Ink::kWarn:
      return "\x1b[33m";
    case Ink::kGood:
      return "\x1b[32m";
  }
  return "";
}

// The bytes of the first `columns` columns.
std::size_t Fit(std::string_view text, int columns) {
  std::size_t at = 0;
  while (at < text.size()) {
    const Character character = First(text.substr(at));
    columns -= Combines(character.code) ? 0 : IsWide(character.code) ? 2 : 1;
    if (columns < 0) break;
    at += character.bytes;
  }
  return at;
}

void WrapParagraph(std::string_view paragraph, int width, std::vector<std::string>& lines) {
  std::string line;
  int columns = 0;
  const auto finish = [&] {
    lines.push_back(std::exchange(line, {}));
    columns = 0;
  };
  while (!paragraph.empty()) {
    const std::size_t space = paragraph.find(' ');
    std::string_view word = paragraph.substr(0, space);
    paragraph.remove_prefix(space == std::string_view::npos ? paragraph.size() : space + 1);
    if (word.empty()) continue;
    if (columns > 0 && columns + 1 + Columns(word) > width) finish();
    while (Columns(word) > width) {
      const std::size_t part = std::max<std::size_t>(Fit(word, width), 1);
      lines.emplace_back(word.substr(0, part));
      word.remove_prefix(part);
    }
    if (columns > 0) {
      line += ' ';
      ++columns;
    }
    line += word;
    columns += Columns(word);
  }
  if (columns > 0) finish();
}

// The same agency always has the same colour.
std::string_view Hue(std::string_view name) {
  constexpr std::array<std::string_view, 6> kHues = {"\x1b[36m", "\x1b[35m", "\x1b[34m",
                                                     "\x1b[96m", "\x1b[95m", "\x1b[94m"};
  std::uint32_t sum = 2166136261U;
  for (const char c : name) sum = (sum ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return kHues[sum % kHues.size()];
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Character character = First(text);
    const bool broken = character.bytes == 1 && character.code >= 0x80;
    if (text[0] == '\n') {
      out += '\n';
    } else if (broken || Steers(character.code)) {
      out += ' ';
    } else {
      out += text.substr(0, character.bytes);
    }
    text.remove_prefix(character.bytes);
  }
  return out;
}

int Columns(std::string_view text) {
  int columns = 0;
  while (!text.empty()) {
    const Character character = First(text);
    columns += Combines(character.code) ? 0 : IsWide(character.code) ? 2 : 1;
    text.remove_prefix(character.bytes);
  }
  return columns;
}

std::vector<std::string> Wrapped(std::string_view text, int width) {
  std::vector<std::string> lines;
  while (true) {
    const std::size_t end = text.find('\n');
    WrapParagraph(text.substr(0, end), width, lines);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string Cut(std::string_view text, int columns) {
  if (Columns(text) <= columns) return std::string(text);
  return std::string(text.substr(0, Fit(text, std::max(columns - 1, 0)))) + "…";
}

Page::Page(const Style& style) : style_(style) { style_.width = std::clamp(style.width, 60, 160); }

std::string Page::Paint(std::string_view text, Ink ink) const {
  if (!style_.colour || ink == Ink::kPlain) return std::string(text);
  return std::string(Codes(ink)).append(text).append("\x1b[0m");
}

void Page::Put(std::string_view painted, int indent) {
  out_.append(static_cast<std::size_t>(indent), ' ').append(painted).append("\n");
  blank_ = false;
}

void Page::Gap() {
  if (!blank_) out_ += '\n';
  blank_ = true;
}

void Page::Line(std::string_view text, Ink ink, int indent) {
  for (const std::string& line : Wrapped(Printable(text), width() - indent)) {
    Put(Paint(line, ink), indent);
  }
}

void Page::Fixed(std::string_view text, Ink ink) {
  std::string line = Cut(Printable(text), width());
  std::replace(line.begin(), line.end(), '\n', ' ');
  line.erase(line.find_last_not_of(' ') + 1);
  Put(Paint(line, ink), 0);
}

void Page::Row(std::string_view name, std::string_view text, Ink ink) {
  std::string label = Printable(name);
  const int column = kRowIndent + kNameColumns;
  for (const std::string& line : Wrapped(Printable(text), width() - column)) {
    const int pad = std::max(kNameColumns - Columns(label), 1);
    std::string beside = Paint(label, Ink::kFaint);
    beside.append(static_cast<std::size_t>(pad), ' ').append(Paint(line, ink));
    Put(beside, kRowIndent);
    label.clear();
  }
}

void Page::Head(std::string_view left, std::string_view right, Ink ink, std::string_view hue) {
  const std::string beside = Printable(right);
  std::string coloured = beside;
  if (style_.colour && !hue.empty()) coloured = std::string(Hue(hue)) + beside + "\x1b[0m";
  auto lines = Wrapped(Printable(left), width());
  // Columns made of spaces stay, where wrapping is not needed.
  if (lines.size() == 1) lines[0] = Printable(left);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const int room = width() - Columns(lines[i]) - Columns(beside);
    const bool last = i + 1 == lines.size();
    if (last && room >= 2) {
      Put(Paint(lines[i], ink) + std::string(static_cast<std::size_t>(room), ' ') + coloured, 0);
    } else {
      Put(Paint(lines[i], ink), 0);
      if (last) Put(coloured, kRowIndent);
    }
  }
}

void Page::Rule(std::string_view text, Ink ink) {
  std::string line = text.empty() ? "" : "── " + Printable(text) + " ";
  for (int columns = Columns(line); columns < width(); ++columns) line += "─";
  Put(Paint(line, ink), 0);
}

void Page::Box(const std::vector<std::string>& lines, Ink ink) {
  const int inside = width() - 4;
  std::string edge;
  for (int i = 0; i < width() - 2; ++i) edge += "─";
  Put(Paint("┌" + edge + "┐", ink), 0);
  for (const std::string& text : lines) {
    for (const std::string& line : Wrapped(Printable(text), inside)) {
      const auto pad = static_cast<std::size_t>(inside - Columns(line));
      Put(Paint("│ " + line + std::string(pad, ' ') + " │", ink), 0);
    }
  }
  Put(Paint("└" + edge + "┘", ink), 0);
}

}  // namespace throughline::show
