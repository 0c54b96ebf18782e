#pragma once

#include <string_view>
#include <vector>

#include "engine/identity/births.h"
#include "engine/identity/digest.h"
#include "engine/identity/parameters.h"
#include "engine/identity/prepared.h"

namespace throughline::identity {

// How much a record may weigh with another of which only the digest is known. Pure. Threads: one.
class Bound {
 public:
  // `parameters` outlives it.
  Bound(const Parameters& parameters, const Prepared& of);
  // Bits (weigh.h) of the two is never more.
  double AtMost(std::string_view digest);

 private:
  struct Shared {
    bool any = false;
    double forename_share = 1;  // at least, of what agrees
    double surname_share = 1;
  };
  struct Own {
    std::uint16_t word = 0;
    double forename_share = 1;
    double surname_share = 1;
  };
  struct Signature {
    std::uint16_t letters = 0;
    int most = 0;  // differences of one that may be close
  };
  class Sum;

  void AddOwn(const PreparedName& name);
  Shared SharedWords() const;
  bool MayBeClose() const;
  bool MayBeParents() const;
  void AddNames(Sum& sum) const;
  void AddForename(const Shared& shared, bool close, Sum& sum) const;
  void AddSurname(const Shared& shared, bool close, Sum& sum) const;
  void AddBirths(Sum& sum) const;
  double BitsOf(BirthLevel level) const;
  void AddSexes(Sum& sum) const;
  void AddAddresses(Sum& sum) const;
  void AddSchools(Sum& sum) const;
  void AddParents(Sum& sum) const;
  void AddReferences(Sum& sum) const;

  const Parameters& p_;
  const Features of_;
  std::vector<Own> own_;  // by word
  std::vector<Signature> signatures_;
  std::vector<Date> births_;
  Features other_;
};

}  // namespace throughline::identity
