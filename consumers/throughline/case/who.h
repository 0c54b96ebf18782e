#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consumers/throughline/case/case_file.h"
#include "consumers/throughline/case/faults.h"
#include "engine/base/uk_time.h"
#include "engine/base/yaml.h"

namespace throughline::cases {

bool IsChildKind(std::string_view kind);
// The label of a child of the case; a fault if it is none.
std::string ReadChild(const yaml::Node& label, const People& people, Faults& faults);

// Reads whom one contact names, out of its `who`. People and faults must outlive it.
class Who {
 public:
  // `occurred`: when the contact happened, if that can be read; it decides who is not born yet.
  Who(const People& people, const std::optional<v1::UncertainTime>& occurred, Faults& faults);

  // The subjects, as an envelope writes them. Once.
  yaml::Node Subjects(const yaml::Node& who);
  // The labels of the children among them, in order.
  const std::vector<std::string>& children() const { return children_; }

 private:
  void Name(const std::string& label, const yaml::Place& place);
  bool IsNamed(std::string_view label) const;
  std::string KindThen(const Person& person) const;
  yaml::Node Subject(const std::string& label, const yaml::Place& place, const yaml::Node* given);
  void Identify(const Person& person, std::string_view kind, const yaml::Place& place,
                yaml::Node& subject) const;
  static yaml::Node References(const Person& person, const yaml::Place& place);

  const People& people_;
  Faults& faults_;
  std::optional<Interval> occurred_;
  std::vector<std::pair<std::string, yaml::Place>> named_;
  std::vector<std::string> children_;
};

}  // namespace throughline::cases
