#pragma once

#include <google/protobuf/message.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/yaml.h"
#include "throughline/v1/policy.pb.h"

// One YAML node into one message of a policy, with every fault at its place. Internal to the
// folder.
namespace throughline::risk {

// What a test of a contact is used for: it decides what the test may look at.
struct TestUse {
  bool raises = true;              // concern may rest on what passes
  bool has_anchor = false;         // a link without a target of its own leads to the anchor
  std::vector<std::string> kinds;  // to which what surrounds it has restricted the contact
};

// Tests that a policy names once and uses with `is`.
struct NamedTest {
  std::string file;
  yaml::Node node;
};
using NamedTests = std::map<std::string, NamedTest, std::less<>>;

class PolicyReader {
 public:
  PolicyReader(std::string file, const NamedTests& named, std::vector<yaml::Fault>& faults)
      : file_(std::move(file)), named_(named), faults_(faults) {}

  v1::Rule ReadRule(const yaml::Node& node);
  // A test on its own, to find its faults even where nothing uses it.
  v1::ContactTest ReadTest(const yaml::Node& node, const TestUse& use);
  void Fault(const yaml::Place& place, std::string text);

 private:
  using Field = google::protobuf::FieldDescriptor;

  void ReadMap(const yaml::Node& node, google::protobuf::Message* message);
  void ReadField(const yaml::Node& node, const Field* field, google::protobuf::Message* message);
  void ReadScalar(const yaml::Node& node, const Field* field, google::protobuf::Message* message);
  void ReadMessage(const yaml::Node& node, const Field* field, google::protobuf::Message* sub);
  void ReadSpan(const yaml::Node& node, const Field* field, v1::Span* span);
  void ReadFields(const yaml::Node& node, const TestUse& use, v1::ContactTest* test);
  void ReadCondition(const yaml::Node& node, v1::FieldTest* field);
  void ReadNamed(const yaml::Node& node, const TestUse& use, v1::ContactTest* test);
  TestUse UseOf(const Field* field) const;

  // `sound`: nothing is wrong with its keys, so that what it lacks was never said.
  void CheckTest(const yaml::Node& node, const TestUse& use, const v1::ContactTest& test,
                 bool sound);
  void CheckCodes(const yaml::Node& node, const TestUse& use);
  void CheckField(const yaml::Node& value, const yaml::Place& place, const TestUse& use,
                  const v1::FieldTest& field);
  void CheckRule(const yaml::Node& node, const v1::Rule& rule);
  void CheckHeading(const yaml::Node& node, const v1::Rule& rule);
  void CheckSentence(const yaml::Node& node, const v1::Rule& rule);
  void CheckClock(const yaml::Node& node, const v1::Clock& clock);
  void CheckProcess(const yaml::Node& node, const v1::Process& process);
  void CheckPattern(const yaml::Node& node, const v1::Pattern& pattern);
  void CheckHandovers(const yaml::Node& node);
  void CheckStarts(const yaml::Node& node, const v1::Clock& clock);
  void Require(const yaml::Node& node, std::string_view key);

  std::string file_;
  const NamedTests& named_;
  std::vector<yaml::Fault>& faults_;
  // Where in a rule the reader is.
  std::vector<std::string> anchor_kinds_;
  bool anchored_ = false;
  TestUse test_use_;  // of the test around a test
  bool in_test_ = false;
  int depth_of_names_ = 0;
};

// The value of `key`, or the map itself: where to point when a key is wrong or missing.
const yaml::Place& PlaceOf(const yaml::Node& node, std::string_view key);
// Every text of a list, or the one text; nothing for other nodes.
std::vector<std::pair<std::string, yaml::Place>> TextsOf(const yaml::Node* node);

}  // namespace throughline::risk
