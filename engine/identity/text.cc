#include "engine/identity/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/base/utf8.h"

namespace throughline::identity {
namespace {

constexpr std::size_t kMostBytes = 200;
constexpr std::size_t kMostNameWords = 8;
constexpr std::size_t kMostAddressWords = 10;

// U+00C0 to U+017F, and the letters beyond that European, Romanian, Vietnamese and pinyin spellings
// use. A digit stands for two letters: 1 ae, 2 th, 3 ss, 4 ij, 5 oe. A blank: no letter.
constexpr std::string_view kLatin =
    "aaaaaa1ceeeeiiiidnooooo ouuuuy23aaaaaa1ceeeeiiiidnooooo ouuuuy2y"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii44jjkkklllllll"
    "lllnnnnnnnnnoooooo55rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kLatin.size() == 0x180 - 0xC0);
// U+01CD to U+01DC: pinyin's third and fourth tones and ü.
constexpr std::string_view kPinyin = "aaiioouuuuuuuuuu";
// U+0218 to U+021B: Romanian s and t with a comma below.
constexpr std::string_view kComma = "sstt";
// U+1EA0 to U+1EF9: Vietnamese.
constexpr std::string_view kVietnamese =
    "aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy";
static_assert(kVietnamese.size() == 0x1EFA - 0x1EA0);

struct Character {
  std::uint32_t code = 0;
  std::size_t length = 1;
};

// Of well-formed UTF-8; anything else is one byte long.
Character First(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length > text.size()) length = 1;
  std::uint32_t code = length == 1   ? lead
                       : length == 2 ? lead & 0x1FU
                       : length == 3 ? lead & 0x0FU
                                     : lead & 0x07U;
  for (std::size_t i = 1; i < length; ++i) code = code << 6U | (byte(i) & 0x3FU);
  return {code, length};
}

void AppendLetter(std::string& out, char letter) {
  switch (letter) {
    case '1':
      out += "ae";
      break;
    case '2':
      out += "th";
      break;
    case '3':
      out += "ss";
      break;
    case '4':
      out += "ij";
      break;
    case '5':
      out += "oe";
      break;
    case ' ':
      break;
    default:
      out += letter;
  }
}

enum class CharClass { kKept, kParts, kVanishes };

CharClass ClassOf(std::uint32_t code) {
  if (code == '\'' || code == '`' || (code >= 0x2018 && code <= 0x201B) || code == 0xB4 ||
      code == 0x2BC || (code >= 0x300 && code <= 0x36F)) {
    return CharClass::kVanishes;
  }
  if (code < 0x80) {
    const bool kept = (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') ||
                      (code >= 'A' && code <= 'Z');
    return kept ? CharClass::kKept : CharClass::kParts;
  }
  if (code < 0xC0 || (code >= 0x2000 && code <= 0x206F)) return CharClass::kParts;
  return CharClass::kKept;
}

bool IsHyphen(std::uint32_t code) { return code == '-' || (code >= 0x2010 && code <= 0x2014); }

void AppendKept(std::string& out, std::string_view bytes, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code >= 'A' && code <= 'Z' ? code - 'A' + 'a' : code);
  } else if (code >= 0xC0 && code < 0x180) {
    AppendLetter(out, kLatin[code - 0xC0]);
  } else if (code >= 0x1CD && code <= 0x1DC) {
    out += kPinyin[code - 0x1CD];
  } else if (code >= 0x218 && code <= 0x21B) {
    out += kComma[code - 0x218];
  } else if (code >= 0x1EA0 && code <= 0x1EF9) {
    out += kVietnamese[code - 0x1EA0];
  } else {
    out += bytes;
  }
}

constexpr std::array<std::string_view, 16> kTitles{"mr",   "mrs", "ms",   "miss", "mx",   "master",
                                                   "mstr", "dr",  "rev",  "sir",  "dame", "prof",
                                                   "pc",   "sgt", "cllr", "haji"};

bool IsTitle(std::string_view word) {
  return std::find(kTitles.begin(), kTitles.end(), word) != kTitles.end();
}

std::string Joined(const std::vector<std::string_view>& words, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < words.size() && i < most; ++i) {
    if (i > 0) text += ' ';
    text += words[i];
  }
  return text;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }

// The first half of a postcode: one or two letters, a digit, perhaps one more letter or digit.
bool IsOutward(std::string_view word) {
  std::size_t i = 0;
  while (i < word.size() && i < 2 && IsLetter(word[i])) ++i;
  if (i == 0 || i == word.size() || !IsDigit(word[i])) return false;
  ++i;
  return i == word.size() || (i + 1 == word.size() && (IsLetter(word[i]) || IsDigit(word[i])));
}

bool IsInward(std::string_view word) {
  return word.size() == 3 && IsDigit(word[0]) && IsLetter(word[1]) && IsLetter(word[2]);
}

struct Short {
  std::string_view long_form;
  std::string_view short_form;
};
constexpr std::array<Short, 18> kShorts{{{"street", "st"},
                                         {"road", "rd"},
                                         {"avenue", "ave"},
                                         {"av", "ave"},
                                         {"close", "cl"},
                                         {"drive", "dr"},
                                         {"lane", "ln"},
                                         {"crescent", "cres"},
                                         {"court", "ct"},
                                         {"gardens", "gdns"},
                                         {"place", "pl"},
                                         {"terrace", "terr"},
                                         {"square", "sq"},
                                         {"grove", "gr"},
                                         {"apartment", "flat"},
                                         {"apt", "flat"},
                                         {"saint", "st"},
                                         {"house", "hse"}}};

std::string_view Shortened(std::string_view word) {
  for (const Short& known : kShorts) {
    if (known.long_form == word) return known.short_form;
  }
  return word;
}

std::uint64_t Stirred(std::uint64_t hash) {
  hash ^= hash >> 30U;
  hash *= 0xBF58476D1CE4E5B9U;
  hash ^= hash >> 27U;
  hash *= 0x94D049BB133111EBU;
  return hash ^ hash >> 31U;
}

}  // namespace

std::string Folded(std::string_view text) {
  text = text.substr(0, Utf8Prefix(text));
  std::string out;
  bool parted = false;
  bool hyphen = false;
  while (!text.empty() && out.size() < kMostBytes) {
    const Character character = First(text);
    const std::string_view bytes = text.substr(0, character.length);
    text.remove_prefix(character.length);
    if (IsHyphen(character.code)) {
      hyphen = true;
      continue;
    }
    const CharClass sort = ClassOf(character.code);
    if (sort == CharClass::kVanishes) continue;
    if (sort == CharClass::kParts) {
      parted = true;
      continue;
    }
    if (!out.empty() && (parted || hyphen)) out += hyphen ? '-' : ' ';
    parted = hyphen = false;
    AppendKept(out, bytes, character.code);
  }
  return out;
}

std::string FoldedName(std::string_view text) {
  const auto comma = text.find(',');
  std::string folded;
  if (comma == std::string_view::npos) {
    folded = Folded(text);
  } else {
    folded = Folded(text.substr(comma + 1));
    const std::string family = Folded(text.substr(0, comma));
    if (!folded.empty() && !family.empty()) folded += ' ';
    folded += family;
  }
  std::vector<std::string_view> words = Words(folded);
  while (words.size() > 1 && IsTitle(words.front())) words.erase(words.begin());
  return Joined(words, kMostNameWords);
}

std::vector<std::string_view> Words(std::string_view folded) {
  std::vector<std::string_view> words;
  while (!folded.empty()) {
    const auto end = std::min(folded.find(' '), folded.size());
    if (end > 0) words.push_back(folded.substr(0, end));
    folded.remove_prefix(std::min(end + 1, folded.size()));
  }
  return words;
}

FoldedAddress FoldAddress(std::string_view text) {
  const std::string folded = Folded(text);
  FoldedAddress address;
  std::vector<std::string_view> words = Words(folded);
  for (std::size_t i = words.size(); i-- > 0;) {
    const std::string_view word = words[i];
    if (i > 0 && IsInward(word) && IsOutward(words[i - 1])) {
      address.postcode = std::string(words[i - 1]) + std::string(word);
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(i) - 1,
                  words.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      break;
    }
    if (word.size() >= 5 && word.size() <= 7 && IsInward(word.substr(word.size() - 3)) &&
        IsOutward(word.substr(0, word.size() - 3))) {
      address.postcode = word;
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
  }
  for (std::string_view& word : words) word = Shortened(word);
  address.line = Joined(words, kMostAddressWords);
  return address;
}

std::uint64_t Mixed(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = 0xCBF29CE484222325U ^ (seed * 0x9E3779B97F4A7C15U);
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return Stirred(hash);
}

std::uint64_t Mixed(std::uint64_t first, std::uint64_t second) {
  return Stirred(Stirred(first) * 0x9E3779B97F4A7C15U + second);
}

}  // namespace throughline::identity
