#pragma once

#include <set>
#include <vector>

#include "engine/intake/named.h"
#include "engine/intake/state.h"
#include "engine/projection/key_values.h"
#include "throughline/v1/contact.pb.h"

// What contacts teach of the records that they name, by which one person is told from another: the
// index of engine/identity. A contact that turns out to be somebody else's teaches nothing of the
// record that it named. Pure over the store, which must outlive it.
namespace throughline::intake {

// A contact states this of a record.
struct Taught {
  PersonId record;
  const Description* description;  // of those that it was given
};
std::vector<Taught> TaughtBy(const Descriptions& descriptions, const v1::Placed& placed);

class Teaching {
 public:
  // Of a person on whose chronology more contacts stand nothing is forgotten: all that teach of a
  // record are read, to keep what another says too.
  static constexpr std::size_t kMostRead = 2000;

  explicit Teaching(projection::Writes& store) : store_(store), state_(store) {}

  // Notes in the contact's row what it is about to teach.
  static void Note(const std::vector<Taught>& taught, v1::IntakeContact& contact);
  // The record claims a number, or bears an agency's own id. Two may claim one number: whose it is
  // is told by what else is known of them.
  void Claim(const std::string& reference_key, std::string_view record);
  // Whether a date of birth was learnt of a record that is related to others: those around it may
  // have contacts that stand elsewhere by it. Nobody lives in a home before they are born.
  bool Learn(const Taught& taught);

  // The contact of that seq teaches nothing of the records that it names any more, numbers
  // included, and its row keeps what it taught. What the limits of evidence left out earlier does
  // not come back.
  void Forget(Seq seq, v1::IntakeContact& contact);
  void LearnAgain(v1::IntakeContact& contact);
  // As one of its subjects it named another record than was thought. The row says the old one
  // still.
  void Move(Seq seq, const v1::IntakeSubject& subject, const PersonId& to);

 private:
  struct TakenBack {
    v1::IdentityEvidence evidence;
    std::vector<std::string> claims;
  };
  // What it taught, as far as it is known of the record; forgotten unless others teach it.
  TakenBack TakeBack(Seq seq, const PersonId& record, const v1::IntakeSubject& taught);
  void DropClaim(const std::string& reference_key, const PersonId& record);
  // Those of the numbers that the record claims, by ReferenceKey.
  std::vector<std::string> ClaimedBy(const PersonId& record,
                                     const std::set<std::uint64_t>& claims) const;

  projection::Writes& store_;
  State state_;
};

}  // namespace throughline::intake
