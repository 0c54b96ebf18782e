#include "engine/identity/index.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/identity/block_reads.h"
#include "engine/identity/blocking.h"
#include "engine/identity/bound.h"
#include "engine/identity/digest.h"
#include "engine/identity/evidence.h"

namespace throughline::identity {
namespace {

using projection::Reads;
using projection::Writes;
using v1::IdentityEvidence;

IdentityEvidence Parse(std::string_view bytes) {
  IdentityEvidence evidence;
  CHECK(evidence.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return evidence;
}

// What the index holds of one record beside its evidence.
struct Rows {
  Rows() = default;
  Rows(const Parameters& parameters, const IdentityEvidence& evidence) {
    const Prepared prepared(parameters, evidence);
    blocks = BlocksOf(parameters, prepared);
    digest = DigestOf(parameters, prepared);
  }
  std::vector<BlockRow> blocks;  // sorted
  std::string digest;
};

void Rewrite(Writes& writes, const PersonId& person, const Rows& before, const Rows& after) {
  std::vector<BlockRow> changed;
  std::set_difference(before.blocks.begin(), before.blocks.end(), after.blocks.begin(),
                      after.blocks.end(), std::back_inserter(changed));
  for (const BlockRow& row : changed) writes.Erase(RowKey(row, person));
  changed.clear();
  if (before.digest == after.digest) {
    std::set_difference(after.blocks.begin(), after.blocks.end(), before.blocks.begin(),
                        before.blocks.end(), std::back_inserter(changed));
  } else {
    changed = after.blocks;
  }
  for (const BlockRow& row : changed) writes.Put(RowKey(row, person), after.digest);
}

class Searcher {
 public:
  Searcher(const Reads& reads, const Parameters& parameters, const IdentityEvidence& evidence,
           const PersonId* self)
      : reads_(reads),
        p_(parameters),
        of_(parameters, evidence),
        bound_(parameters, of_),
        self_(self) {}

  Candidates Run() {
    std::vector<Met> met;
    for (const BlockRow& row : BlocksOf(p_, of_)) {
      bool parted = false;
      auto near = Near(reads_, row, parted);
      met.insert(met.end(), std::make_move_iterator(near.begin()),
                 std::make_move_iterator(near.end()));
      result_.blocks_parted += parted ? 1 : 0;
    }
    std::sort(met.begin(), met.end(),
              [](const Met& a, const Met& b) { return a.person < b.person; });
    met.erase(std::unique(met.begin(), met.end(),
                          [](const Met& a, const Met& b) { return a.person == b.person; }),
              met.end());
    for (const Met& one : met) {
      if (self_ != nullptr && one.person == *self_) continue;
      if (bound_.AtMost(one.digest) >= p_.suggest_at_bits()) Consider(one.person);
    }
    auto& found = result_.found;
    std::sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
      if (a.explanation.bits != b.explanation.bits) return a.explanation.bits > b.explanation.bits;
      return a.person < b.person;
    });
    if (found.size() > kMostCandidates) {
      result_.more = found.size() - kMostCandidates;
      found.resize(kMostCandidates);
    }
    return std::move(result_);
  }

 private:
  void Consider(const PersonId& person) {
    const auto evidence = identity::EvidenceOf(reads_, person);
    if (!evidence) return;
    const Prepared other(p_, *evidence);
    if (Bits(p_, of_, other) < p_.suggest_at_bits()) return;
    result_.found.push_back({person, Weigh(p_, of_, other)});
  }

  const Reads& reads_;
  const Parameters& p_;
  const Prepared of_;
  Bound bound_;
  const PersonId* self_;
  Candidates result_;
};

}  // namespace

std::string EvidenceKey(const PersonId& person) { return fmt::format("p{}d", person.Raw()); }

std::optional<IdentityEvidence> EvidenceOf(const Reads& reads, const PersonId& person) {
  const auto bytes = reads.Get(EvidenceKey(person));
  if (!bytes) return std::nullopt;
  return Parse(*bytes);
}

bool Learn(Writes& writes, const PersonId& person, const IdentityEvidence& stated,
           const Parameters& parameters) {
  const auto before = EvidenceOf(writes, person);
  IdentityEvidence known = before.value_or(IdentityEvidence());
  if (!Learn(stated, known)) return false;
  writes.Put(EvidenceKey(person), known.SerializeAsString());
  Rewrite(writes, person, before ? Rows(parameters, *before) : Rows(), Rows(parameters, known));
  return true;
}

void Forget(Writes& writes, const PersonId& person, const Parameters& parameters) {
  const auto before = EvidenceOf(writes, person);
  if (!before) return;
  Rewrite(writes, person, Rows(parameters, *before), {});
  writes.Erase(EvidenceKey(person));
}

Candidates Search(const Reads& reads, const PersonId& person, const Parameters& parameters) {
  const auto evidence = EvidenceOf(reads, person);
  if (!evidence) return {};
  return Searcher(reads, parameters, *evidence, &person).Run();
}

Candidates Search(const Reads& reads, const IdentityEvidence& evidence,
                  const Parameters& parameters) {
  return Searcher(reads, parameters, evidence, nullptr).Run();
}

}  // namespace throughline::identity
