#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

// What is known of names and of how records agree: data (deploy/identity), compiled in. Immutable;
// threads: any.
namespace throughline::identity {

enum class Field : std::uint8_t {
  kOrder,
  kForename,
  kSurname,
  kBirth,
  kSex,
  kAddress,
  kSchool,
  kParents,
  kReference
};
inline constexpr std::size_t kFields = 9;

// A name's group of variants. Groups of forenames and of surnames are numbered apart.
using Group = std::uint16_t;

// What is known of one word as a forename and as a surname.
struct Word {
  std::vector<Group> forename_groups;
  std::vector<Group> surname_groups;
  double forename_share = 0;  // of persons who bear it or a variant of it
  double surname_share = 0;
  bool marker = false;
  bool first_of_many = false;
  bool joined = false;
  bool family_first = false;
  bool two_names = false;
  bool not_known = false;  // stands for a forename that is not known
  bool placeholder = false;
  bool multiple = false;  // a placeholder that says that there is another
  bool after_placeholder = false;
  int number = 0;  // of a child, behind a placeholder; 0: none
};

// What one level says: bits that the pair is one person rather than two at random, that it is two
// siblings, or twins, rather than two at random.
struct Evidence {
  double same = 0;
  double sibling = 0;
  double twin = 0;
};

// One degree of agreement in a field. What is `by_share` depends on the name that agrees, or on the
// span of a date: see EvidenceAt.
struct Level {
  std::string name;
  double same = 0;
  double different = 0;
  double sibling = 0;
  double twin = 0;
  bool by_share = false;
  double times = 1;
  std::string source;
  Evidence evidence;  // unless by share
};

// Words by their text, found by its hash.
class WordTable {
 public:
  WordTable() = default;
  explicit WordTable(const std::map<std::string, Word>& words);
  // nullptr: it is not listed. Lives as long as the table, moved or not.
  const Word* Find(std::string_view text) const;

 private:
  std::vector<std::pair<std::string, Word>> words_;
  std::vector<std::uint32_t> slots_;  // one more than the word's index, 0: free; half of them are
};

class Parameters {
 public:
  // Errors, all at once, each with its place: what is missing, unknown, no number, no share.
  static Result<Parameters> Parse(std::string_view text, std::string_view file);
  // deploy/identity/england.yaml.
  static const Parameters& England();

  // What blocks are made by follows from it: an index that was built by another is built again.
  const std::string& version() const { return version_; }
  double suggest_at_bits() const { return suggest_at_bits_; }

  // Levels are numbered as in fields.h.
  const Level& LevelOf(Field field, std::size_t level) const {
    return levels_[static_cast<std::size_t>(field)][level];
  }
  // `share`: of the name that agrees; used where the level is by share or span.
  Evidence EvidenceAt(Field field, std::size_t level, double share = 0) const;
  // How likely a record is of a brother or sister, or of a twin, of another rather than of someone
  // taken at random, before anything is compared; bits.
  double sibling_bits() const { return sibling_bits_; }
  double twin_bits(bool multiple_birth) const {
    return multiple_birth ? multiple_bits_ : twin_bits_;
  }

  static std::string_view FieldName(Field field);

  // Of a folded word; by its spelling if the word itself is not listed. Never null.
  const Word& WordOf(std::string_view word, std::string_view spelled) const;
  // What stands for a word that is not listed: no word's shares are less.
  const Word& unlisted() const { return unlisted_; }
  // The word by the rules of spelling.
  std::string Spelled(std::string_view word) const;
  // The form that stands for a group.
  const std::string& HeadOf(bool surname, Group group) const {
    return (surname ? surname_heads_ : forename_heads_)[group];
  }

 private:
  friend class ParametersReader;

  std::string version_;
  double suggest_at_bits_ = 0;
  double sibling_bits_ = 0;
  double twin_bits_ = 0;
  double multiple_bits_ = 0;
  std::array<std::vector<Level>, kFields> levels_;
  WordTable words_;
  WordTable by_spelling_;
  Word unlisted_;
  std::vector<std::string> forename_heads_;
  std::vector<std::string> surname_heads_;
  std::vector<std::pair<std::string, std::string>> spelling_;
};

}  // namespace throughline::identity
