#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "throughline/v1/contact.pb.h"

// Invented people and what agencies write down of them: population.yaml.
namespace throughline::identity {

struct Origin {
  std::string name;
  std::string shape;
  std::vector<std::string> boys, girls, parents, surnames, stems, ends, fathers;
  std::vector<std::string> markers_female, markers_male, english_names;
  std::vector<std::vector<std::string>> variants, surname_variants;
  double rare = 0;
  bool feminine = false;
  std::map<std::string, double, std::less<>> rates;  // all of them, with the origin's own
};

// The file, which must be right: these are tests.
std::vector<Origin> ReadOrigins(const std::string& path);

// One agency's record of one person.
struct Record {
  v1::Contact contact;  // about the subject `child`, whoever it is
  std::size_t person = 0;
  std::size_t origin = 0;
  std::string agency;
  bool twin = false;
};

// What a family of each origin in turn has with agencies, `families` in all. The same seed gives
// the same records. Persons are numbered from `visit`'s first on.
void EachRecord(const std::vector<Origin>& origins, std::size_t families, std::uint64_t seed,
                const std::function<void(Record&)>& visit);

}  // namespace throughline::identity
