#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/identity/strong.h"
#include "engine/intake/examine.h"
#include "engine/intake/named.h"
#include "engine/intake/state.h"

// Whom the references of a contact name. Pure.
namespace throughline::intake {

// A reference that can link.
struct Ref {
  v1::ScopedReference scoped;
  std::string key;  // ReferenceKey
  const v1::Reference* given;
  const Named* of;  // nullptr: given in the detail
  int index;
  std::optional<PersonId> record;  // that it names; nothing: none, or none that it can be
  // Somebody claims it, but what the contact says disagrees in these fields.
  std::vector<std::string> disagrees;
};
std::string PathOf(const Ref& ref);
std::string Disagreement(const Ref& ref);

// What a reference says within the feed of the speaker; without a value: nothing that could be one.
v1::ScopedReference ScopedOf(const v1::Reference& given, const Speaker& speaker);

// A number that others give out is a claim about whose it is: it names a record only where date of
// birth and forename agree as far as both are known (identity/strong.h). An agency's own id names
// the agency's own record.
class References {
 public:
  // Both must outlive it.
  References(const projection::Reads& reads, const Examined& examined);

  // Strong schemes first. `warned`: where to warn of what cannot link.
  std::vector<Ref> Of(const Named& named, v1::Placed* warned = nullptr) const;
  // The link that the strong references of a subject make by rule, without its parts and its
  // source; nothing: they name one person or nobody, what is known disagrees, or somebody decided
  // that the records are apart.
  std::optional<v1::Linked> LinkOf(const Named& named) const;
  // The record by which a subject is placed; nothing: no reference names one.
  std::optional<PersonId> RecordOf(const Named& named) const;
  // The link of a child that is born, with references, to the unborn child that it was. If they
  // name nobody yet, with a record for it that is made at that seq: so the two can be parted.
  std::optional<v1::Linked> LinkTo(const Named& named, const PersonId& unborn, Seq seq) const;

 private:
  void Resolve(const Named& named, Ref& ref) const;
  const v1::IdentityEvidence& Stated(const Named& named) const;
  // Of all records of the person.
  v1::IdentityEvidence KnownOf(const PersonId& person) const;
  bool MayLink(const Named& named, const PersonId& first, const PersonId& second) const;

  const projection::Reads& reads_;
  State state_;
  const v1::Contact& contact_;
  const Speaker& speaker_;
  const Descriptions& descriptions_;
};

}  // namespace throughline::intake
