#pragma once

#include <string>
#include <vector>

#include "engine/identity/parameters.h"
#include "throughline/v1/identity.pb.h"

// Evidence taken apart, so that it is done once for all with which it is compared. Pure.
namespace throughline::identity {

struct Token {
  std::string text;
  std::string spelled;  // by the rules of spelling
  const Word* word = nullptr;
  bool initial() const { return text.size() == 1; }
};

// One way to read a name: which of its words are the person's own, which the family's.
struct Reading {
  std::vector<std::size_t> given;   // indexes of tokens; what the person is called by comes first
  std::vector<std::size_t> family;  // the parts of a double-barrelled name, or one
  std::string joined;               // all own names in one word: xiao ming, xiaoming
};

struct PreparedName {
  std::vector<Token> tokens;  // all of them, in order
  Reading usual;              // by custom: forenames first unless the first word is a family's
  Reading turned;             // the other order; of one word: it may be a family's
  std::string whole;          // all words in one, in order, without those that say nothing
  bool placeholder = false;   // no forename yet
  bool not_known = false;     // said to be without a known forename
  bool multiple = false;      // a placeholder that says that there is another
  int number = 0;             // of a placeholder: which of several children; 0: not said
  bool family_may_be_first = false;
};

// Lives no longer than the parameters.
struct Prepared {
  Prepared() = default;
  Prepared(const Parameters& parameters, v1::IdentityEvidence of);

  v1::IdentityEvidence evidence;
  std::vector<PreparedName> names;
  std::vector<PreparedName> parents;
  bool multiple_birth = false;  // stated, or by a placeholder
};

PreparedName PrepareName(const Parameters& parameters, std::string_view folded);

enum class Alike { kNo, kClose, kVariant, kSame };
// Two words as forenames or as surnames. kClose: one letter is wrong, left out, too much or swapped
// with its neighbour in four or more, or two in eight or more.
Alike Compare(const Token& a, const Token& b, bool surname);
// How many letters must be changed, or swapped with their neighbour; no more than `most` + 1.
std::size_t Changes(std::string_view a, std::string_view b, std::size_t most);

}  // namespace throughline::identity
