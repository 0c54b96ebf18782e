#include "tests/engine/identity/population.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "engine/base/bytes.h"
#include "engine/identity/evidence.h"
#include "engine/identity/index.h"
#include "engine/identity/strong.h"

// What people experience: invented people of nine origins, as their agencies write them down. Those
// whom a number brings together by rule must be one; the others must be offered to a person.
namespace throughline::identity {
namespace {

const char* const kFile = THROUGHLINE_SOURCE_DIR "/tests/engine/identity/population.yaml";

// What intake would know as one: the records that a strong identifier brought together.
struct Cluster {
  std::size_t person = 0;
  std::size_t origin = 0;
  v1::IdentityEvidence evidence;
};

PersonId IdOf(std::size_t cluster) {
  return *PersonId::FromRaw(Sha256("cluster" + std::to_string(cluster)).substr(0, 16));
}

struct Tally {
  std::size_t records = 0;
  std::size_t links = 0;
  std::size_t wrong_links = 0;
  std::size_t numbers_refused = 0;
  std::size_t refused_rightly = 0;
  std::size_t pairs = 0;  // of clusters of one person
  std::size_t found = 0;
  double recall() const {
    return pairs == 0 ? 1 : static_cast<double>(found) / static_cast<double>(pairs);
  }
};

class Measure {
 public:
  Measure(std::size_t families, std::uint64_t seed) : origins_(ReadOrigins(kFile)) {
    tallies_.resize(origins_.size());
    EachRecord(origins_, families, seed, [&](Record& record) { Take(record); });
    for (std::size_t i = 0; i < clusters_.size(); ++i)
      Learn(store_, IdOf(i), clusters_[i].evidence, Parameters::England());
    Suggest();
  }

  const std::vector<Origin>& origins() const { return origins_; }
  const std::vector<Tally>& tallies() const { return tallies_; }
  std::size_t persons() const { return persons_.size(); }
  std::size_t clusters() const { return clusters_.size(); }
  std::size_t suggested() const { return suggested_; }
  std::size_t right() const { return right_; }
  const Pass& pass() const { return pass_; }
  const projection::MemoryStore& store() const { return store_; }

 private:
  void Take(const Record& record) {
    Tally& tally = tallies_[record.origin];
    ++tally.records;
    persons_.insert(record.person);
    const v1::IdentityEvidence stated = EvidenceOf(record.contact, "child");
    for (const auto& reference : stated.references()) {
      for (const std::size_t holder : holders_[reference.value()]) {
        Cluster& cluster = clusters_[holder];
        if (!Agree(Parameters::England(), stated, cluster.evidence).links) {
          ++tally.numbers_refused;
          tally.refused_rightly += cluster.person != record.person ? 1 : 0;
          continue;
        }
        ++tally.links;
        if (cluster.person != record.person) {
          ++tally.wrong_links;
          Show("wrong link", stated, cluster.evidence);
        }
        Learn(stated, cluster.evidence);
        return;
      }
    }
    for (const auto& reference : stated.references())
      holders_[reference.value()].push_back(clusters_.size());
    of_person_[record.person].push_back(clusters_.size());
    clusters_.push_back({record.person, record.origin, stated});
  }

  void Suggest() {
    std::map<PersonId, std::size_t> by_id;
    for (std::size_t i = 0; i < clusters_.size(); ++i) by_id[IdOf(i)] = i;
    std::set<std::pair<std::size_t, std::size_t>> offered;
    pass_ = EachSuggestion(store_, Parameters::England(), [&](const Suggestion& suggestion) {
      const auto pair = std::minmax(by_id.at(suggestion.first), by_id.at(suggestion.second));
      EXPECT_TRUE(offered.insert(pair).second) << "offered twice";
      ++suggested_;
      const bool right = clusters_[pair.first].person == clusters_[pair.second].person;
      right_ += right ? 1 : 0;
      if (!right)
        Show("not the same", clusters_[pair.first].evidence, clusters_[pair.second].evidence);
      return true;
    });
    for (const auto& [person, clusters] : of_person_) {
      for (std::size_t i = 0; i < clusters.size(); ++i) {
        for (std::size_t j = i + 1; j < clusters.size(); ++j) {
          Tally& tally = tallies_[clusters_[clusters[i]].origin];
          ++tally.pairs;
          if (offered.contains({clusters[i], clusters[j]})) {
            ++tally.found;
          } else {
            Show("missed", clusters_[clusters[i]].evidence, clusters_[clusters[j]].evidence);
          }
        }
      }
    }
  }

  // To look into what goes wrong, by hand: the people are invented.
  static void Show(const char* what, const v1::IdentityEvidence& a, const v1::IdentityEvidence& b) {
    if (std::getenv("SHOW_PAIRS") == nullptr) return;
    const Explanation why = Weigh(Parameters::England(), a, b);
    std::string steps;
    for (const FieldWeight& step : why.fields)
      steps += fmt::format(" {}={}:{:.1f}", step.field, step.level, step.bits);
    fmt::print("{} {:.1f}{}\n  {}\n  {}\n", what, why.bits, steps, a.ShortDebugString(),
               b.ShortDebugString());
  }

  std::vector<Origin> origins_;
  std::vector<Tally> tallies_;
  std::vector<Cluster> clusters_;
  std::set<std::size_t> persons_;
  std::map<std::string, std::vector<std::size_t>> holders_;
  std::map<std::size_t, std::vector<std::size_t>> of_person_;
  projection::MemoryStore store_;
  Pass pass_;
  std::size_t suggested_ = 0;
  std::size_t right_ = 0;
};

std::size_t Families() {
  const char* families = std::getenv("FAMILIES");
  return families == nullptr ? 9000 : static_cast<std::size_t>(std::atoi(families));
}

TEST(Population, RecordsOfOnePersonAreOfferedWhateverTheirNameAndNoLinkIsWrong) {
  const char* seed = std::getenv("SEED");
  const Measure measure(Families(), seed == nullptr ? 7 : std::strtoull(seed, nullptr, 10));
  double least = 1;
  double most = 0;
  Tally all;
  for (std::size_t i = 0; i < measure.origins().size(); ++i) {
    const Tally& tally = measure.tallies()[i];
    fmt::print(
        "{:22} recall {:.4f} of {:5} pairs; {:5} links by number, {} wrong, {} refused "
        "({} of them of another person)\n",
        measure.origins()[i].name, tally.recall(), tally.pairs, tally.links, tally.wrong_links,
        tally.numbers_refused, tally.refused_rightly);
    least = std::min(least, tally.recall());
    most = std::max(most, tally.recall());
    all.pairs += tally.pairs;
    all.found += tally.found;
    EXPECT_EQ(tally.wrong_links, 0U) << measure.origins()[i].name;
    EXPECT_GT(tally.pairs, 500U);
    EXPECT_GT(tally.numbers_refused, 0U) << "no number of another child was ever met";
  }
  fmt::print(
      "{} persons in {} records after links by number; recall {:.4f}; {} suggestions, "
      "{:.1f} for 1,000 persons, of which {:.1f} % are right; {} pairs compared, {} blocks "
      "parted, {} bytes of index a record\n",
      measure.persons(), measure.clusters(), all.recall(), measure.suggested(),
      1000.0 * static_cast<double>(measure.suggested()) / static_cast<double>(measure.persons()),
      100.0 * static_cast<double>(measure.right()) / static_cast<double>(measure.suggested()),
      measure.pass().compared, measure.pass().blocks_parted,
      measure.store().bytes() / measure.clusters());
  EXPECT_GE(all.recall(), 0.98);
  EXPECT_LE(most - least, 0.02);
}

}  // namespace
}  // namespace throughline::identity
