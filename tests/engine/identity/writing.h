#pragma once

#include <string>
#include <vector>

#include "tests/engine/identity/population.h"
#include "tests/sim/random.h"

namespace throughline::identity {

// What somebody is called.
struct Names {
  std::string given;
  std::string middle = {};
  std::string family;
  std::string other_family = {};  // the other parent's, or a married one
  std::string marker = {};        // Kaur, Begum
  std::string english = {};
  std::string father = {};
  std::string grandfather = {};
};

// How a name is written down, with chance.
class Writing {
 public:
  explicit Writing(std::uint64_t seed) : random_(seed) {}

  bool Chance(double rate) { return static_cast<double>(random_.Next() >> 11U) * 0x1.0p-53 < rate; }
  std::size_t Below(std::size_t bound) { return random_.Below(bound); }
  // The first of a list are the more frequent.
  const std::string& Pick(const std::vector<std::string>& list);
  std::string Surname(const Origin& origin);
  // A forename: of the list, or a rarer one with the sound of two of them.
  std::string Forename(const Origin& origin, const std::vector<std::string>& list);
  // Ten digits with their check digit.
  std::string NhsNumber();
  // As one agency writes it.
  std::string Write(const Origin& origin, const Names& names, bool girl);

 private:
  bool Rate(const Origin& origin, std::string_view rate);
  std::string Given(const Origin& origin, const Names& names);
  std::string Family(const Origin& origin, const Names& names, bool girl);
  std::string Variant(const std::vector<std::vector<std::string>>& variants,
                      const std::string& name);
  std::string Typo(std::string name);
  std::string Plain(const std::string& name);
  std::string Single(const Origin& origin, const Names& names, const std::string& given);
  std::string Chinese(const Origin& origin, const Names& names, std::string given,
                      const std::string& family);

  sim::Random random_;
};

}  // namespace throughline::identity
