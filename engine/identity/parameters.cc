#include "engine/identity/parameters.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <span>

#include "embedded/identity_yaml.h"
#include "engine/base/built_in.h"
#include "engine/base/yaml_reader.h"
#include "engine/identity/text.h"

namespace throughline::identity {

using yaml::Node;
using Names = std::span<const std::string_view>;

namespace {

constexpr std::array<std::string_view, kFields> kFieldNames{
    "order",   "forename", "surname", "date_of_birth", "sex",
    "address", "school",   "parents", "reference"};

constexpr std::array<std::string_view, 2> kOrder{"straight", "swapped"};
constexpr std::array<std::string_view, 9> kForename{"exact",
                                                    "variant",
                                                    "close",
                                                    "other_name",
                                                    "initial",
                                                    "initial_differs",
                                                    "placeholder_differs",
                                                    "differs_two_names",
                                                    "differs"};
constexpr std::array<std::string_view, 6> kSurname{"exact", "variant",      "close",
                                                   "part",  "parents_name", "differs"};
constexpr std::array<std::string_view, 9> kBirth{"exact",
                                                 "day_and_month_swapped",
                                                 "both_first_of_january",
                                                 "first_of_january",
                                                 "one_digit",
                                                 "one_part",
                                                 "within",
                                                 "outside",
                                                 "differs"};
constexpr std::array<std::string_view, 2> kSameOrNot{"same", "differs"};
constexpr std::array<std::string_view, 5> kAddress{"same", "same_line", "same_postcode",
                                                   "same_district", "differs"};
constexpr std::array<std::string_view, 3> kParents{"same_name", "same_forename", "differs"};
constexpr std::array<Names, kFields> kLevels{kOrder,   kForename,  kSurname, kBirth,    kSameOrNot,
                                             kAddress, kSameOrNot, kParents, kSameOrNot};

// Nothing is so rare, nor anything so common, that it may count for more.
constexpr double kLeastShare = 0.000001;
constexpr double kMostShare = 0.7;

void Replace(std::string& word, const std::string& from, const std::string& to) {
  for (auto at = word.find(from); at != std::string::npos; at = word.find(from, at + to.size()))
    word.replace(at, from.size(), to);
}

Evidence Against(const Level& level, double different) {
  return {std::log2(level.same / different), std::log2(level.sibling / different),
          std::log2(level.twin / different)};
}

}  // namespace

WordTable::WordTable(const std::map<std::string, Word>& words)
    : words_(words.begin(), words.end()), slots_(std::bit_ceil(2 * words.size() + 1)) {
  std::uint32_t number = 0;
  for (const auto& [text, word] : words_) {
    std::size_t at = Mixed(text);
    while (slots_[at & (slots_.size() - 1)] != 0) ++at;
    slots_[at & (slots_.size() - 1)] = ++number;
  }
}

const Word* WordTable::Find(std::string_view text) const {
  if (slots_.empty()) return nullptr;
  for (std::size_t at = Mixed(text);; ++at) {
    const std::uint32_t number = slots_[at & (slots_.size() - 1)];
    if (number == 0) return nullptr;
    const auto& [known, word] = words_[number - 1];
    if (known == text) return &word;
  }
}

class ParametersReader : private yaml::Reader {
 public:
  ParametersReader(const Node& root, std::string_view file) : yaml::Reader(file), root_(root) {}

  Result<Parameters> Read() {
    static constexpr std::array<std::string_view, 19> kKeys{"version",
                                                            "population",
                                                            "others",
                                                            "suggest_at_bits",
                                                            "sources",
                                                            "fields",
                                                            "unlisted",
                                                            "forename_shares",
                                                            "surname_shares",
                                                            "forename_variants",
                                                            "surname_variants",
                                                            "markers",
                                                            "first_of_many",
                                                            "joined",
                                                            "family_first",
                                                            "two_names",
                                                            "forename_not_known",
                                                            "placeholders",
                                                            "spelling"};
    if (IsMapOf(root_, kKeys)) {
      p_.version_ = Text(root_, "version");
      ReadPriors();
      ReadSources();
      ReadFields();
      ReadSpelling();
      ReadNames();
    }
    if (!faults().empty()) return tl::unexpected(yaml::Refused(faults()));
    return std::move(p_);
  }

 private:
  double Number(const Node& map, std::string_view key, double most) {
    const Node* value = Required(map, key);
    if (value == nullptr) return 1;
    double number = 0;
    const char* end = value->scalar.data() + value->scalar.size();
    const auto read = std::from_chars(value->scalar.data(), end, number);
    if (value->kind == Node::Kind::kScalar && read.ec == std::errc() && read.ptr == end &&
        number > 0 && number <= most) {
      return number;
    }
    Add(value->place, fmt::format("`{}` must be a number above 0, at most {}", key, most));
    return 1;
  }

  // Folded; of a list of names.
  std::vector<std::string> List(const Node& map, std::string_view key) {
    const Node* value = Required(map, key);
    return value == nullptr ? std::vector<std::string>() : Items(*value);
  }

  std::vector<std::string> Items(const Node& list) {
    std::vector<std::string> items;
    if (list.kind != Node::Kind::kList) Add(list.place, "expected a list");
    for (const Node& item : list.items) {
      std::string folded = Folded(item.scalar);
      if (folded.empty() || folded.find(' ') != std::string::npos) {
        Add(item.place, "expected a word");
      } else {
        items.push_back(std::move(folded));
      }
    }
    return items;
  }

  void ReadPriors() {
    static constexpr std::array<std::string_view, 4> kOthers{"same", "sibling", "twin",
                                                             "twin_at_multiple_birth"};
    const double population = Number(root_, "population", 1e10);
    p_.suggest_at_bits_ = Number(root_, "suggest_at_bits", 1000);
    const Node* others = Required(root_, "others");
    if (others == nullptr || !IsMapOf(*others, kOthers)) return;
    Number(*others, "same", 1000);
    p_.sibling_bits_ = std::log2(Number(*others, "sibling", 1000) / population);
    p_.twin_bits_ = std::log2(Number(*others, "twin", 1000) / population);
    p_.multiple_bits_ = std::log2(Number(*others, "twin_at_multiple_birth", 1000) / population);
  }

  void ReadSources() {
    const Node* sources = Required(root_, "sources");
    if (sources == nullptr) return;
    for (const auto& [name, text] : sources->entries) {
      if (text.scalar.size() < 20) Add(text.place, "a source must say where to look");
      sources_.insert(name);
    }
  }

  std::string Source(const Node& map) {
    std::string source = Text(map, "source");
    const Node* at = map.Find("source");
    if (at != nullptr && !sources_.contains(source)) Add(at->place, "not among `sources`");
    return source;
  }

  void ReadFields() {
    const Node* fields = Required(root_, "fields");
    if (fields == nullptr || !IsMapOf(*fields, kFieldNames)) return;
    for (std::size_t field = 0; field < kFields; ++field) {
      const Node* levels = Required(*fields, kFieldNames[field]);
      if (levels == nullptr || !IsMapOf(*levels, kLevels[field])) continue;
      for (const std::string_view name : kLevels[field]) {
        const Node* level = Required(*levels, name);
        if (level != nullptr) p_.levels_[field].push_back(ReadLevel(*level, name));
      }
    }
  }

  Level ReadLevel(const Node& node, std::string_view name) {
    static constexpr std::array<std::string_view, 6> kKeys{"same", "different", "sibling",
                                                           "twin", "times",     "source"};
    Level level;
    level.name = name;
    if (!IsMapOf(node, kKeys)) return level;
    level.same = Number(node, "same", 1);
    const Node* different = node.Find("different");
    level.by_share =
        different != nullptr && (different->scalar == "share" || different->scalar == "span");
    if (!level.by_share) level.different = Number(node, "different", 1);
    level.sibling = Number(node, "sibling", 1);
    level.twin = Number(node, "twin", 1);
    if (node.Find("times") != nullptr) level.times = Number(node, "times", 100);
    level.source = Source(node);
    level.evidence = Against(level, level.different);
    return level;
  }

  void ReadSpelling() {
    const Node* rules = Required(root_, "spelling");
    if (rules == nullptr) return;
    for (const Node& rule : rules->items) {
      std::vector<std::string> pair = Items(rule);
      if (pair.size() == 2) {
        p_.spelling_.emplace_back(std::move(pair[0]), std::move(pair[1]));
      } else {
        Add(rule.place, "expected what is written and what it stands for");
      }
    }
  }

  void ReadNames() {
    ReadVariants("forename_variants", false);
    ReadVariants("surname_variants", true);
    ReadShares("forename_shares", false);
    ReadShares("surname_shares", true);
    for (const auto& word : List(root_, "markers")) words_[word].marker = true;
    for (const auto& word : List(root_, "first_of_many")) words_[word].first_of_many = true;
    for (const auto& word : List(root_, "joined")) words_[word].joined = true;
    for (const auto& word : List(root_, "family_first")) words_[word].family_first = true;
    for (const auto& word : List(root_, "two_names")) words_[word].two_names = true;
    for (const auto& word : List(root_, "forename_not_known")) words_[word].not_known = true;
    ReadPlaceholders();
    SetShares();
    std::map<std::string, Word> by_spelling;
    for (const auto& [name, word] : words_) {
      if (!word.forename_groups.empty() || !word.surname_groups.empty())
        by_spelling.emplace(p_.Spelled(name), word);
    }
    p_.words_ = WordTable(words_);
    p_.by_spelling_ = WordTable(by_spelling);
  }

  void ReadVariants(std::string_view key, bool surname) {
    const Node* groups = Required(root_, key);
    if (groups == nullptr) return;
    auto& heads = surname ? p_.surname_heads_ : p_.forename_heads_;
    for (const Node& node : groups->items) {
      const std::vector<std::string> names = Items(node);
      if (names.size() < 2) Add(node.place, "a group has two names or more");
      if (names.empty()) continue;
      const auto group = static_cast<Group>(heads.size());
      heads.push_back(names.front());
      for (const std::string& name : names) {
        Word& word = words_[name];
        auto& of = surname ? word.surname_groups : word.forename_groups;
        if (of.empty() || of.back() != group) of.push_back(group);
      }
    }
  }

  void ReadShares(std::string_view key, bool surname) {
    static constexpr std::array<std::string_view, 3> kKeys{"share", "source", "names"};
    const Node* list = Required(root_, key);
    if (list == nullptr) return;
    for (const Node& node : list->items) {
      if (!IsMapOf(node, kKeys)) continue;
      const double share = Number(node, "share", 0.5);
      Source(node);
      for (const std::string& name : List(node, "names")) {
        Word& word = words_[name];
        (surname ? word.surname_share : word.forename_share) = share;
      }
    }
  }

  void ReadPlaceholders() {
    static constexpr std::array<std::string_view, 4> kKeys{"first", "multiple", "then", "numbers"};
    const Node* node = Required(root_, "placeholders");
    if (node == nullptr || !IsMapOf(*node, kKeys)) return;
    for (const auto& word : List(*node, "first")) words_[word].placeholder = true;
    for (const auto& word : List(*node, "multiple")) words_[word].multiple = true;
    for (const auto& word : List(*node, "then")) words_[word].after_placeholder = true;
    const Node* numbers = Required(*node, "numbers");
    if (numbers == nullptr) return;
    int number = 0;
    for (const Node& child : numbers->items) {
      ++number;
      for (const auto& word : Items(child)) words_[word].number = number;
    }
  }

  // Whoever bears a variant of a name may stand under the name itself: they share one share.
  void SetShares() {
    static constexpr std::array<std::string_view, 2> kKeys{"forename", "surname"};
    const Node* node = Required(root_, "unlisted");
    if (node == nullptr || !IsMapOf(*node, kKeys)) return;
    p_.unlisted_.forename_share = Number(*node, "forename", 0.5);
    p_.unlisted_.surname_share = Number(*node, "surname", 0.5);
    std::vector<double> forenames(p_.forename_heads_.size());
    std::vector<double> surnames(p_.surname_heads_.size());
    for (const auto& [name, word] : words_) {
      for (const Group group : word.forename_groups) forenames[group] += word.forename_share;
      for (const Group group : word.surname_groups) surnames[group] += word.surname_share;
    }
    for (auto& [name, word] : words_) {
      for (const Group group : word.forename_groups)
        word.forename_share = std::max(word.forename_share, forenames[group]);
      for (const Group group : word.surname_groups)
        word.surname_share = std::max(word.surname_share, surnames[group]);
      word.forename_share = std::max(word.forename_share, p_.unlisted_.forename_share);
      word.surname_share = std::max(word.surname_share, p_.unlisted_.surname_share);
    }
  }

  const Node& root_;
  std::set<std::string, std::less<>> sources_;
  std::map<std::string, Word> words_;
  Parameters p_;
};

Result<Parameters> Parameters::Parse(std::string_view text, std::string_view file) {
  TL_ASSIGN(const Node root, yaml::Parse(text, file));
  return ParametersReader(root, file).Read();
}

const Parameters& Parameters::England() {
  static const Parameters kEngland =
      BuiltIn(Parse(embedded::identity_yaml, "deploy/identity/england.yaml"));
  return kEngland;
}

Evidence Parameters::EvidenceAt(Field field, std::size_t level, double share) const {
  const Level& at = LevelOf(field, level);
  if (!at.by_share) return at.evidence;
  return Against(at, std::clamp(share * at.times, kLeastShare, kMostShare));
}

std::string_view Parameters::FieldName(Field field) {
  return kFieldNames[static_cast<std::size_t>(field)];
}

const Word& Parameters::WordOf(std::string_view word, std::string_view spelled) const {
  if (const Word* found = words_.Find(word)) return *found;
  const Word* alike = by_spelling_.Find(spelled);
  return alike != nullptr ? *alike : unlisted_;
}

std::string Parameters::Spelled(std::string_view word) const {
  std::string spelled(word);
  for (const auto& [from, to] : spelling_) Replace(spelled, from, to);
  spelled.erase(std::unique(spelled.begin(), spelled.end()), spelled.end());
  if (spelled.size() > 3 && spelled.back() == 'h') spelled.pop_back();
  return spelled;
}

}  // namespace throughline::identity
