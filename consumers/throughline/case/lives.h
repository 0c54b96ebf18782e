#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "consumers/throughline/case/report.h"
#include "throughline/v1/alert.pb.h"

namespace throughline::cases {

// The lives of alerts out of their changes, of one side: from each opening or resumption to the
// next close, by rule, child and anchor.
class Lives {
 public:
  // `labels` by the text of a person's id; must outlive it.
  explicit Lives(const std::map<std::string, std::string>& labels) : labels_(labels) {}

  // Changes in the order in which they came.
  void Add(const v1::Alert& alert);
  // In order of (opened, rule, child, anchor). Once.
  std::vector<Raised> Take();

 private:
  std::string LabelOf(const std::string& person) const;
  std::size_t Begin(const v1::Alert& alert, const std::string& anchor);

  const std::map<std::string, std::string>& labels_;
  // By rule, person and anchor: the life that is open, if one is.
  std::map<std::tuple<std::string, std::string, std::string>, std::optional<std::size_t>> open_;
  std::vector<Raised> all_;
};

}  // namespace throughline::cases
