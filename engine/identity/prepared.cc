#include "engine/identity/prepared.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/identity/text.h"

namespace throughline::identity {
namespace {

// A word as written may be several (smith-jones), several words one name (abdul rahman).
struct Spoken {
  std::vector<std::size_t> tokens;
};

Token TokenOf(const Parameters& parameters, std::string text) {
  Token token;
  token.spelled = parameters.Spelled(text);
  token.word = &parameters.WordOf(text, token.spelled);
  token.text = std::move(text);
  return token;
}

std::vector<Spoken> Speak(const Parameters& parameters, std::string_view folded,
                          std::vector<Token>& tokens) {
  std::vector<Spoken> spoken;
  std::string before;
  const auto words = Words(folded);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    const bool others = i > 0 || i + 2 < words.size();
    if (others && i + 1 < words.size() && before.empty() && parameters.WordOf(word, word).joined) {
      before = word;
      continue;
    }
    Spoken one;
    while (!word.empty()) {
      const auto end = std::min(word.find('-'), word.size());
      std::string_view part = word.substr(0, end);
      word.remove_prefix(std::min(end + 1, word.size()));
      if (part.empty()) continue;
      if (before.empty() && !word.empty() && parameters.WordOf(part, part).joined) {
        before = part;
        continue;
      }
      tokens.push_back(TokenOf(parameters, std::exchange(before, "") + std::string(part)));
      one.tokens.push_back(tokens.size() - 1);
    }
    if (!one.tokens.empty()) spoken.push_back(std::move(one));
  }
  if (!before.empty()) {
    tokens.push_back(TokenOf(parameters, before));
    spoken.push_back({{tokens.size() - 1}});
  }
  return spoken;
}

void DropMarkers(const std::vector<Token>& tokens, std::vector<Spoken>& spoken) {
  for (std::size_t i = spoken.size(); i-- > 0 && spoken.size() > 2;) {
    const auto& of = spoken[i].tokens;
    if (of.size() == 1 && tokens[of.front()].word->marker) {
      spoken.erase(spoken.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

// Who has but one name has it twice where a form asks for two.
void DropRepeats(const std::vector<Token>& tokens, std::vector<Spoken>& spoken) {
  if (spoken.size() != 2) return;
  const auto text = [&](const Spoken& of) -> const std::string& {
    return tokens[of.tokens.front()].text;
  };
  const bool family = tokens[spoken.front().tokens.front()].word->family_first;
  if (!family && text(spoken.front()) == text(spoken.back())) spoken.pop_back();
}

Reading ReadingOf(const std::vector<Token>& tokens, const std::vector<Spoken>& given,
                  const Spoken* family) {
  Reading reading;
  for (const Spoken& word : given)
    reading.given.insert(reading.given.end(), word.tokens.begin(), word.tokens.end());
  // Who is one of many Mohammeds is called by what follows.
  if (reading.given.size() > 1 && tokens[reading.given.front()].word->first_of_many)
    std::rotate(reading.given.begin(), reading.given.begin() + 1, reading.given.end());
  for (const std::size_t token : reading.given) reading.joined += tokens[token].text;
  if (family != nullptr) reading.family = family->tokens;
  return reading;
}

void SetPlaceholder(PreparedName& name, std::vector<Spoken>& spoken) {
  const auto word = [&](const Spoken& of) { return name.tokens[of.tokens.front()].word; };
  if (spoken.empty() || !word(spoken.front())->placeholder) return;
  name.placeholder = true;
  name.multiple = word(spoken.front())->multiple;
  std::size_t gone = 1;
  // What is left at the end is the family's name, whatever it looks like.
  for (; gone < spoken.size(); ++gone) {
    const Word& next = *word(spoken[gone]);
    name.multiple |= next.multiple;
    if (!next.after_placeholder && next.number == 0) break;
    if (next.number > 0) name.number = next.number;
  }
  spoken.erase(spoken.begin(), spoken.begin() + static_cast<std::ptrdiff_t>(gone));
}

bool ShareGroup(const std::vector<Group>& a, const std::vector<Group>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](Group group) { return std::find(b.begin(), b.end(), group) != b.end(); });
}

}  // namespace

PreparedName PrepareName(const Parameters& parameters, std::string_view folded) {
  PreparedName name;
  std::vector<Spoken> spoken = Speak(parameters, folded, name.tokens);
  SetPlaceholder(name, spoken);
  if (name.placeholder) {
    if (!spoken.empty()) name.usual.family = spoken.back().tokens;
    return name;
  }
  if (spoken.size() > 1 && name.tokens[spoken.front().tokens.front()].word->not_known) {
    name.not_known = true;
    spoken.erase(spoken.begin());
  }
  DropMarkers(name.tokens, spoken);
  DropRepeats(name.tokens, spoken);
  if (spoken.empty()) return name;
  for (const Spoken& word : spoken) {
    for (const std::size_t token : word.tokens) name.whole += name.tokens[token].text;
  }
  if (spoken.size() == 1) {
    name.usual = ReadingOf(name.tokens, spoken, nullptr);
    name.turned.family = spoken.front().tokens;
    return name;
  }
  const auto is_family = [&](const Spoken& word) {
    return name.tokens[word.tokens.front()].word->family_first;
  };
  const Spoken first = spoken.front();
  const Spoken last = spoken.back();
  name.family_may_be_first = is_family(first);
  Reading as_written = ReadingOf(name.tokens, {spoken.begin(), spoken.end() - 1}, &last);
  Reading other = ReadingOf(name.tokens, {spoken.begin() + 1, spoken.end()}, &first);
  if (is_family(first) && !is_family(last)) std::swap(as_written, other);
  name.usual = std::move(as_written);
  name.turned = std::move(other);
  return name;
}

Prepared::Prepared(const Parameters& parameters, v1::IdentityEvidence of)
    : evidence(std::move(of)), multiple_birth(evidence.multiple_birth()) {
  for (const std::string& name : evidence.names()) {
    names.push_back(PrepareName(parameters, name));
    multiple_birth |= names.back().multiple;
  }
  for (const std::string& name : evidence.parents())
    parents.push_back(PrepareName(parameters, name));
}

Alike Compare(const Token& a, const Token& b, bool surname) {
  if (a.text == b.text) return Alike::kSame;
  // A last name may be a father's or grandfather's forename.
  const bool variants = ShareGroup(a.word->forename_groups, b.word->forename_groups) ||
                        (surname && ShareGroup(a.word->surname_groups, b.word->surname_groups));
  if (variants || (a.spelled == b.spelled && a.spelled.size() > 1)) return Alike::kVariant;
  const std::size_t length = std::max(a.text.size(), b.text.size());
  if (length < 4) return Alike::kNo;
  const std::size_t most = length < 8 ? 1 : 2;
  return Changes(a.text, b.text, most) <= most ? Alike::kClose : Alike::kNo;
}

std::size_t Changes(std::string_view a, std::string_view b, std::size_t most) {
  constexpr std::size_t kMostLetters = 40;
  a = a.substr(0, kMostLetters);
  b = b.substr(0, kMostLetters);
  if (a.size() > b.size() + most || b.size() > a.size() + most) return most + 1;
  using Distances = std::array<std::size_t, kMostLetters + 1>;
  Distances rows[3];
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    Distances& row = rows[i % 3];
    const Distances& above = rows[(i - 1) % 3];
    row[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > most + 1) return most + 1;
  }
  return std::min(rows[a.size() % 3][b.size()], most + 1);
}

}  // namespace throughline::identity
