#pragma once

#include <string_view>
#include <vector>

// What decodes bytes from outside, each as a function of any bytes at all: it must come back, and
// what it says of them must hold together (CHECK). libFuzzer calls one of them; corpus_test calls
// all of them on the committed corpus, in every build.
namespace throughline::fuzz {

// A record of a feed: decoded, validated, and all that folds read out of an accepted contact.
void Contact(std::string_view bytes);
// Contacts as JSON lines, as `publish` reads them.
void JsonLines(std::string_view bytes);
// A case file.
void CaseFile(std::string_view bytes);
// A policy as an activation carries it: one file or several bundled; compiled if it is sound.
void Policy(std::string_view bytes);
// A calendar as an activation carries it.
void Calendar(std::string_view bytes);
// A record of the journal, offered to a reader that stands right before it.
void Journal(std::string_view bytes);
// Records, headers and marks of the embedded log, and the opening of a topic whose files hold such
// bytes above and below the synced mark.
void Segment(std::string_view bytes);
// Keys and values of the stores.
void StoreKeys(std::string_view bytes);

struct Target {
  std::string_view name;  // of the program fuzz_<name> and of its folder in corpus/
  void (*run)(std::string_view bytes);
};
const std::vector<Target>& Targets();

}  // namespace throughline::fuzz
