#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "engine/base/check.h"
#include "engine/identity/block_reads.h"
#include "engine/identity/index.h"

namespace throughline::identity {
namespace {

// Of one block at a time.
constexpr std::size_t kMostKept = 2000;

struct Known {
  Prepared prepared;
  std::vector<BlockRow> rows;
};

// [begin, end) of the block's rows with which one row is compared: as Near of block_reads.h.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

class Walk {
 public:
  Walk(const projection::Reads& reads, const Parameters& parameters,
       const std::function<bool(const Suggestion&)>& visit)
      : reads_(reads), p_(parameters), visit_(visit) {}

  Pass Run() {
    reads_.Scan("b", "c", [&](std::string_view key, std::string_view) {
      const auto row = ParseRow(key);
      CHECK(row.has_value());
      ++pass_.records;
      if (!block_.empty() && block_.front().row.block != row->row.block) Finish();
      if (wanted_) block_.push_back(*row);
      return wanted_;
    });
    if (wanted_) Finish();
    return pass_;
  }

 private:
  using Pairs = std::set<std::pair<PersonId, PersonId>>;

  void Finish() {
    known_.clear();
    if (block_.size() > kMostInBlock) {
      parted_.insert(block_.front().row.block);
      ++pass_.blocks_parted;
    }
    Pairs done;
    for (std::size_t i = 0; i < block_.size() && wanted_; ++i) {
      const Range near = NearOf(i);
      for (std::size_t j = near.begin; j < near.end && wanted_; ++j) Compare(i, j, done);
    }
    block_.clear();
  }

  // Blocks are whole in memory, in the order of their keys.
  Range NearOf(std::size_t i) const {
    if (block_.size() <= kMostInBlock) return {i + 1, block_.size()};
    const BlockRow& row = block_[i].row;
    const int from = row.year == 0 ? 0 : row.year - 1;
    const int until = row.year == 0 ? 1 : row.year + 2;
    const auto year = [&](int least) {
      return static_cast<std::size_t>(
          std::lower_bound(block_.begin(), block_.end(), least,
                           [](const Row& at, int value) { return at.row.year < value; }) -
          block_.begin());
    };
    const std::size_t begin = year(from);
    const std::size_t end = year(until);
    if (end - begin <= kMostInBlock) return {begin, end};
    const auto same = std::equal_range(block_.begin(), block_.end(), block_[i],
                                       [](const Row& a, const Row& b) { return a.row < b.row; });
    const auto first = static_cast<std::size_t>(same.first - block_.begin());
    const auto last = static_cast<std::size_t>(same.second - block_.begin());
    return {first, std::min(last, first + kMostInBlock)};
  }

  void Compare(std::size_t i, std::size_t j, Pairs& done) {
    const auto [first, second] = std::minmax(block_[i].person, block_[j].person);
    if (first == second) return;
    // Within a block that is taken whole a pair meets again only if one has two dates of birth.
    if (!done.emplace(first, second).second) return;
    if (known_.size() > kMostKept) known_.clear();
    const Known* a = Of(first);
    const Known* b = Of(second);
    if (a == nullptr || b == nullptr) return;
    ++pass_.compared;
    if (Bits(p_, a->prepared, b->prepared) < p_.suggest_at_bits()) return;
    if (MetBefore(first, *a, second, *b)) return;
    wanted_ = visit_({first, second, Weigh(p_, a->prepared, b->prepared)});
  }

  const Known* Of(const PersonId& person) {
    auto at = known_.find(person);
    if (at != known_.end()) return &at->second;
    auto evidence = EvidenceOf(reads_, person);
    if (!evidence) return nullptr;
    Known known{Prepared(p_, *std::move(evidence)), {}};
    known.rows = BlocksOf(p_, known.prepared);
    return &known_.emplace(person, std::move(known)).first->second;
  }

  // In a block before this one.
  bool MetBefore(const PersonId& first, const Known& a, const PersonId& second,
                 const Known& b) const {
    const std::uint64_t here = block_.front().row.block;
    for (const BlockRow& row : a.rows) {
      if (row.block >= here) return false;
      const auto shared = std::lower_bound(
          b.rows.begin(), b.rows.end(), row.block,
          [](const BlockRow& at, std::uint64_t block) { return at.block < block; });
      if (shared == b.rows.end() || shared->block != row.block) continue;
      if (!parted_.contains(row.block)) return true;
      for (const BlockRow& other : b.rows) {
        if (other.block == row.block && IsNear(other, first)) return true;
      }
      if (IsNear(row, second)) return true;
    }
    return false;
  }

  bool IsNear(const BlockRow& row, const PersonId& person) const {
    bool parted = false;
    const auto near = Near(reads_, row, parted);
    return std::any_of(near.begin(), near.end(),
                       [&](const Met& one) { return one.person == person; });
  }

  const projection::Reads& reads_;
  const Parameters& p_;
  const std::function<bool(const Suggestion&)>& visit_;
  bool wanted_ = true;
  std::vector<Row> block_;
  std::map<PersonId, Known> known_;
  std::set<std::uint64_t> parted_;
  Pass pass_;
};

}  // namespace

Pass EachSuggestion(const projection::Reads& reads, const Parameters& parameters,
                    const std::function<bool(const Suggestion&)>& visit) {
  return Walk(reads, parameters, visit).Run();
}

}  // namespace throughline::identity
