#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/projection/key_values.h"
#include "tests/engine/intake/families/family_steps.h"
#include "tests/engine/intake/families/slow_family.h"
#include "tests/sim/family.h"
#include "tests/sim/model.h"
#include "tests/sim/random.h"

// Several people in place of one family's contacts: whom agencies met, how they say these are
// related, what they take back, and what somebody decides about their records.
namespace throughline::sim {

class People {
 public:
  // Whose feeds carry them: those of kAgencies do not all.
  static const std::vector<std::string>& Agencies();

  People(Random& random, std::size_t steps);
  bool done() const { return next_ == steps_.size(); }
  bool empty() const { return next_ == 0; }
  // The next step, as its agency publishes it; and one that was published before, once more.
  Sent Next();
  Sent Again(Random& random) const;
  const std::vector<intake::FamilyStep>& steps() const { return steps_; }

 private:
  std::vector<intake::FamilyStep> steps_;
  std::size_t next_ = 0;
};

// Where every contact must stand by what the journal took, in that order, as the slow model of the
// random families says it.
class PeopleModel {
 public:
  explicit PeopleModel(const People& people) : people_(people) {}
  void Run(const History& history);
  // Against the state of an intake, and against the chronologies of one shard.
  void Compare(const projection::Reads& intake, const projection::Reads& chronologies);
  const std::vector<std::string>& faults() const { return faults_; }
  std::size_t placed() const { return seqs_.size(); }
  // How many decisions were taken.
  std::size_t decided() const { return decided_; }

 private:
  using Standings = std::map<std::string, std::set<intake::Stand>>;
  void Take(const log::Accepted& record, const History& history);
  Standings StandingsIn(const projection::Reads& intake) const;

  const People& people_;
  intake::SlowFamily slow_;
  std::map<std::string, Seq> seqs_;          // of what was placed, by id
  std::map<std::string, std::size_t> next_;  // of each feed, by topic
  std::set<std::string> taken_;              // bytes
  std::size_t decided_ = 0;
  std::vector<std::string> faults_;
};

}  // namespace throughline::sim
