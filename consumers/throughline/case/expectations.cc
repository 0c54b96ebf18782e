#include "consumers/throughline/case/expectations.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "consumers/throughline/case/questions.h"
#include "consumers/throughline/case/who.h"
#include "consumers/throughline/case/written_contacts.h"
#include "engine/base/nearest.h"

namespace throughline::cases {
namespace {

using yaml::Node;

constexpr std::size_t kMostExpectations = 1000;

constexpr std::array<std::string_view, 9> kRaisedKeys = {
    "rule", "child", "by", "from", "evidence", "closed", "answered", "because", "missed"};
constexpr std::array<std::string_view, 6> kQuietKeys = {"quiet", "child",   "from",
                                                        "until", "because", "missed"};

void ReadClosed(const Node& node, Expectation& expectation, Faults& faults) {
  // A day, or {by: DAY, because: REASON}.
  if (node.kind != Node::Kind::kMap) {
    expectation.closed = DayIn(node, faults);
    return;
  }
  static constexpr std::array<std::string_view, 2> kKeys = {"by", "because"};
  CheckKeys(node, kKeys, faults);
  if (const Node* by = Required(node, "by", "`closed`", faults)) {
    expectation.closed = DayIn(*by, faults);
  }
  const Node* because = node.Find("because");
  if (because == nullptr) return;
  static constexpr std::array<std::string_view, 10> kReasons = {
      "satisfied",    "satisfied_late", "cleared", "lapsed",       "lost_evidence",
      "rule_retired", "no_longer_true", "linked",  "wrong_person", "relation_ended"};
  expectation.closed_because = TextOf(*because, faults);
  if (std::find(kReasons.begin(), kReasons.end(), expectation.closed_because) == kReasons.end()) {
    faults.Add(because->place, "no such reason: {}{}", expectation.closed_because,
               DidYouMean(expectation.closed_because, kReasons));
  }
}

Expectation ReadExpectation(const Node& node, const CaseFile& file, const WrittenContacts& written,
                            Faults& faults) {
  Expectation expectation;
  expectation.place = node.place;
  expectation.rule_place = node.place;
  if (!IsMap(node, "an expectation", faults)) return expectation;
  const Node* quiet = node.Find("quiet");
  expectation.quiet = quiet != nullptr;
  if (expectation.quiet) {
    CheckKeys(node, kQuietKeys, faults);
  } else {
    CheckKeys(node, kRaisedKeys, faults);
  }
  const Node* rule = expectation.quiet ? quiet : Required(node, "rule", "an expectation", faults);
  if (rule != nullptr) {
    expectation.rule = TextOf(*rule, faults);
    expectation.rule_place = rule->place;
  }
  if (const Node* child = Required(node, "child", "an expectation", faults)) {
    expectation.child = ReadChild(*child, file.people, faults);
  }
  if (const Node* from = node.Find("from")) expectation.from = DayIn(*from, faults);
  const std::string_view end = expectation.quiet ? "until" : "by";
  const Node* by =
      expectation.quiet ? node.Find(end) : Required(node, end, "an expectation", faults);
  if (by != nullptr) expectation.by = DayIn(*by, faults);
  if (expectation.from && expectation.by && *expectation.by < *expectation.from) {
    faults.Add(by->place, "`{}` lies before `from`", end);
  }
  if (const Node* evidence = node.Find("evidence")) {
    expectation.evidence = written.Read(*evidence, faults);
  }
  if (const Node* answered = node.Find("answered")) {
    const auto answers = written.Read(*answered, faults);
    expectation.answered.emplace(answers.begin(), answers.end());
  }
  if (const Node* closed = node.Find("closed")) ReadClosed(*closed, expectation, faults);
  if (const Node* because = node.Find("because")) expectation.because = TextOf(*because, faults);
  if (const Node* missed = node.Find("missed")) expectation.missed = TextOf(*missed, faults);
  return expectation;
}

}  // namespace

void ReadExpectations(const Node& root, CaseFile& file, Faults& faults) {
  const Node* expect = Required(root, "expect", "a case", faults);
  if (expect == nullptr) return;
  if (expect->kind != Node::Kind::kList || expect->items.empty()) {
    faults.Add(expect->place, "`expect` is a list, of one at least");
    return;
  }
  if (expect->items.size() > kMostExpectations) {
    faults.Add(expect->place, "more than {} expectations", kMostExpectations);
    return;
  }
  const WrittenContacts written(root);
  for (const auto& node : expect->items) {
    if (IsQuestion(node)) {
      file.questions.push_back(ReadQuestion(node, file, faults));
      continue;
    }
    file.expectations.push_back(ReadExpectation(node, file, written, faults));
  }
}

}  // namespace throughline::cases
