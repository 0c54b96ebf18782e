#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "consumers/throughline/case/report.h"
#include "throughline/v1/alert.pb.h"

namespace throughline::cases {

// All labels of each person, in order; by the text of the person's id.
using Labels = std::map<std::string, std::vector<std::string>>;

// The lives of alerts out of their changes, of one side: from each opening or resumption to the
// next close, by rule, child and anchor.
class Lives {
 public:
  // Must outlive it.
  explicit Lives(const Labels& labels) : labels_(labels) {}

  // Changes in the order in which they came.
  void Add(const v1::Alert& alert);
  // In order of (opened, rule, child, anchor). Once.
  std::vector<Raised> Take();

 private:
  std::string Shown(const std::string& person) const;
  std::size_t Begin(const v1::Alert& alert, const std::string& anchor);

  const Labels& labels_;
  // By rule, person and the anchor's record: the life that is open, if one is.
  std::map<std::tuple<std::string, std::string, std::uint64_t>, std::optional<std::size_t>> open_;
  std::vector<Raised> all_;
};

}  // namespace throughline::cases
