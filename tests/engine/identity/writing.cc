#include "tests/engine/identity/writing.h"

#include <algorithm>
#include <array>
#include <utility>

namespace throughline::identity {
namespace {

constexpr std::array<std::pair<const char*, const char*>, 31> kPlain{
    {{"ą", "a"}, {"ć", "c"}, {"ę", "e"}, {"ł", "l"}, {"ń", "n"}, {"ó", "o"}, {"ś", "s"}, {"ź", "z"},
     {"ż", "z"}, {"Ł", "L"}, {"Ś", "S"}, {"Ż", "Z"}, {"Ć", "C"}, {"ă", "a"}, {"â", "a"}, {"î", "i"},
     {"ș", "s"}, {"ț", "t"}, {"Ș", "S"}, {"Ț", "T"}, {"Î", "I"}, {"Ă", "A"}, {"ş", "s"}, {"ţ", "t"},
     {"Ş", "S"}, {"Ţ", "T"}, {"é", "e"}, {"è", "e"}, {"ö", "o"}, {"ü", "u"}, {"ä", "a"}}};

bool IsVowel(char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; }

// Where the second syllable of a Chinese name begins; 0: nowhere.
std::size_t SecondSyllable(std::string_view name) {
  for (std::size_t i = 2; i + 1 < name.size(); ++i) {
    const bool ended = IsVowel(name[i - 1]) || name[i - 1] == 'n' || name[i - 1] == 'g';
    if (ended && !IsVowel(name[i]) && (IsVowel(name[i + 1]) || name[i + 1] == 'h')) return i;
  }
  return 0;
}

std::string Capital(std::string word) {
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 32);
  return word;
}

}  // namespace

const std::string& Writing::Pick(const std::vector<std::string>& list) {
  // The smaller of two: the first of a list are twice as frequent as the middle.
  return list[std::min(Below(list.size()), Below(list.size()))];
}

std::string Writing::Forename(const Origin& origin, const std::vector<std::string>& list) {
  const std::string& first = Pick(list);
  const std::string& second = Pick(list);
  const bool whole = first.find(' ') != std::string::npos || second.find(' ') != std::string::npos;
  if (whole || !Rate(origin, "rare_forename")) return first;
  return Plain(first).substr(0, (first.size() + 1) / 2) + Plain(second).substr(second.size() / 2);
}

std::string Writing::Surname(const Origin& origin) {
  if (origin.surnames.empty()) return "";
  if (!origin.stems.empty() && Chance(origin.rare))
    return origin.stems[Below(origin.stems.size())] + origin.ends[Below(origin.ends.size())];
  return Pick(origin.surnames);
}

std::string Writing::NhsNumber() {
  for (;;) {
    std::string digits;
    std::size_t sum = 0;
    for (std::size_t i = 0; i < 9; ++i) {
      const std::size_t digit = i == 0 ? 4 + Below(5) : Below(10);
      digits += static_cast<char>('0' + digit);
      sum += digit * (10 - i);
    }
    const std::size_t check = (11 - sum % 11) % 11;
    if (check == 10) continue;
    return digits + static_cast<char>('0' + check);
  }
}

bool Writing::Rate(const Origin& origin, std::string_view rate) {
  const auto found = origin.rates.find(rate);
  return found != origin.rates.end() && Chance(found->second);
}

std::string Writing::Write(const Origin& origin, const Names& names, bool girl) {
  const std::string given = Given(origin, names);
  const std::string family = Family(origin, names, girl);
  if (origin.shape == "single" && !names.father.empty()) return Single(origin, names, given);
  if (!origin.english_names.empty()) return Chinese(origin, names, given, family);
  if (!names.grandfather.empty()) {
    std::string name = given + " " + Variant(origin.variants, names.father);
    if (!Rate(origin, "last_name_dropped"))
      name += " " + Variant(origin.variants, names.grandfather);
    return Plain(name);
  }
  std::string name = given;
  if (!names.middle.empty() && names.marker.empty() && origin.markers_female.empty() &&
      Rate(origin, "middle_kept")) {
    name += " " + names.middle;
  }
  if (!names.marker.empty() && Rate(origin, "marker_alone"))
    return Plain(given + " " + names.marker);
  if (!names.marker.empty() && Rate(origin, "marker_kept")) name += " " + names.marker;
  if (family.empty()) return Plain(name);
  return Plain(Rate(origin, "turned") ? family + " " + name : name + " " + family);
}

std::string Writing::Given(const Origin& origin, const Names& names) {
  static constexpr std::array<const char*, 8> kUnrelated{"Bubba", "Tink",  "Ginge", "Sparky",
                                                         "Missy", "Dolly", "Bear",  "Junior"};
  std::string given = names.given;
  if (given.starts_with("Mohammed ") && Rate(origin, "first_dropped"))
    given = given.substr(given.find(' ') + 1);
  if (Rate(origin, "unrelated_nickname")) return kUnrelated[Below(kUnrelated.size())];
  if (!names.middle.empty() && Rate(origin, "middle_for_forename")) given = names.middle;
  if (Rate(origin, "variant")) given = Variant(origin.variants, given);
  if (Rate(origin, "typo_forename")) given = Typo(given);
  if (Rate(origin, "initial")) given = given.substr(0, 1);
  return given;
}

std::string Writing::Family(const Origin& origin, const Names& names, bool girl) {
  std::string family = names.family;
  const bool two = !names.other_family.empty() && names.other_family != names.family;
  if (origin.shape == "double" && two) {
    family = names.other_family + "-" + names.family;
    if (Rate(origin, "part_of_double")) {
      family = Chance(0.5) ? names.family : names.other_family;
    } else if (Chance(0.2)) {
      family = names.other_family + " " + names.family;
    }
  } else if (two && Rate(origin, "other_surname")) {
    family = names.other_family;
  }
  if (Rate(origin, "surname_variant")) family = Variant(origin.surname_variants, family);
  // Half of the agencies put the feminine ending as the family does.
  if (origin.feminine && girl && family.ends_with("ki") && Chance(0.8)) family.back() = 'a';
  if (!family.empty() && Rate(origin, "typo_surname")) family = Typo(family);
  return family;
}

// Another form of the name, or of its first word that has one; the name itself if none has.
std::string Writing::Variant(const std::vector<std::vector<std::string>>& variants,
                             const std::string& name) {
  for (const auto& forms : variants) {
    for (const std::string& form : forms) {
      const auto at = name.find(form);
      if (at == std::string::npos) continue;
      const bool whole = (at == 0 || name[at - 1] == ' ') &&
                         (at + form.size() == name.size() || name[at + form.size()] == ' ');
      if (!whole) continue;
      std::string other = name;
      other.replace(at, form.size(), forms[Below(forms.size())]);
      return other;
    }
  }
  return name;
}

std::string Writing::Typo(std::string name) {
  name = Plain(name);
  if (name.size() < 3) return name;
  const std::size_t at = 1 + Below(name.size() - 1);
  const char letter = static_cast<char>('a' + Below(26));
  switch (Below(4)) {
    case 0:
      name[at] = letter;
      break;
    case 1:
      name.erase(at, 1);
      break;
    case 2:
      name.insert(at, 1, letter);
      break;
    default:
      if (at + 1 < name.size()) std::swap(name[at], name[at + 1]);
  }
  return name;
}

// Two thirds of the agencies' systems hold no diacritics.
std::string Writing::Plain(const std::string& name) {
  if (!Chance(0.67)) return name;
  std::string plain = name;
  for (const auto& [from, to] : kPlain) {
    const std::string letter = from;
    for (auto at = plain.find(letter); at != std::string::npos; at = plain.find(letter))
      plain.replace(at, letter.size(), to);
  }
  return plain;
}

std::string Writing::Single(const Origin& origin, const Names& names, const std::string& given) {
  const std::size_t way = Below(10);
  if (way < 5) return given;
  if (way < 8) {
    const std::string father = Variant(origin.variants, names.father);
    return Rate(origin, "turned") ? father + " " + given : given + " " + father;
  }
  if (way < 9) return given + " " + given;
  return "Unknown " + given;
}

std::string Writing::Chinese(const Origin& origin, const Names& names, std::string given,
                             const std::string& family) {
  const std::size_t second = SecondSyllable(given);
  if (second > 0 && given.find(' ') == std::string::npos && Rate(origin, "split"))
    given = given.substr(0, second) + (Chance(0.3) ? "-" : " ") + Capital(given.substr(second));
  if (!names.english.empty() && Rate(origin, "english_name"))
    return Chance(0.5) ? names.english + " " + family : names.english + " " + given + " " + family;
  return Rate(origin, "turned") ? family + " " + given : given + " " + family;
}

}  // namespace throughline::identity
