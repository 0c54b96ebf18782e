#pragma once

#include <initializer_list>
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
    std::uint64_t tokens = 0;   // ours that the other has too
    double forename_share = 1;  // at least, of what agrees
    double surname_share = 1;
  };
  struct Own {
    std::uint16_t word = 0;
    double forename_share = 1;
    double surname_share = 1;
    std::uint64_t tokens = 0;  // of which it is a feature
  };
  struct Signature {
    std::uint16_t letters = 0;
    int most = 0;  // differences of one that may be close
  };
  struct Range;
  class Sum;

  void AddOwn(const PreparedName& name);
  void AddParent(const PreparedName& name);
  // At one of these levels; of those by share, one that agrees in what at least so many share.
  Range At(Field field, std::initializer_list<std::size_t> may_be, double share = 0) const;
  Shared SharedWords() const;
  bool MayBeClose() const;
  bool MayBeParents() const;
  void AddNames(Sum& sum) const;
  Range OtherForename(bool close) const;
  Range OtherSurname(bool close, bool shared) const;
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
  unsigned tokens_ = 0;
  std::vector<Date> births_;
  std::vector<std::uint8_t> parents_families_;  // features of their last names
  double parents_forename_share_ = 1;
  double parents_surname_share_ = 1;
  Features other_;
};

}  // namespace throughline::identity
