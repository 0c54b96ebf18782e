#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "engine/identity/births.h"
#include "engine/identity/digest.h"
#include "engine/identity/name_bound.h"
#include "engine/identity/parameters.h"
#include "engine/identity/prepared.h"
#include "engine/identity/range.h"

namespace throughline::identity {

// How much a record may weigh with another of which only the digest is known. Pure. Threads: one.
class Bound {
 public:
  // `parameters` outlives it.
  Bound(const Parameters& parameters, const Prepared& of);
  // Bits (weigh.h) of the two is never more.
  double AtMost(std::string_view digest);

 private:
  class Sum;

  void AddParent(const PreparedName& name);
  // At one of these levels; of those by share, one that agrees in what at least so many share.
  Range At(Field field, std::initializer_list<std::size_t> may_be, double share = 0) const;
  void AddBirths(Sum& sum) const;
  void AddSexes(Sum& sum) const;
  void AddAddresses(Sum& sum) const;
  void AddSchools(Sum& sum) const;
  void AddParents(Sum& sum) const;
  void AddReferences(Sum& sum) const;

  const Parameters& p_;
  const Features of_;
  NameBound names_;
  std::vector<v1::IdentityBirth> births_;
  std::vector<std::uint8_t> parents_families_;  // features of their last names
  double parents_forename_share_ = 1;
  double parents_surname_share_ = 1;
  Features other_;
};

}  // namespace throughline::identity
