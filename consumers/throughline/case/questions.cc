#include "consumers/throughline/case/questions.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "consumers/throughline/lens.h"
#include "engine/base/nearest.h"

namespace throughline::cases {
namespace {

using yaml::Node;

constexpr std::array<std::string_view, 16> kHouseholdKeys = {
    "household", "on",     "as_known_at", "lens",     "because", "missed",
    "homes",     "before", "lives",       "possibly", "differ",  "earlier",
    "later",     "care",   "contested",   "protected"};
constexpr std::array<std::string_view, 14> kRelationsKeys = {
    "relations", "on",       "as_known_at", "lens", "because", "missed",  "parents",
    "siblings",  "partners", "homes",       "care", "access",  "unknown", "contested"};
constexpr std::array<std::string_view, 8> kChronologyKeys = {
    "chronology", "as_known_at", "lens", "because", "missed", "has", "not", "masked"};
constexpr std::array<std::string_view, 5> kAsked = {"on", "as_known_at", "lens", "because",
                                                    "missed"};

// A list of texts, or a map whose values are each a text or a list.
void ReadWanted(const Node& node, std::set<std::string>& wanted, Faults& faults) {
  if (node.kind != Node::Kind::kMap) {
    for (auto& [text, place] : TextsOf(node, faults)) wanted.insert(text);
    return;
  }
  for (const auto& [label, values] : node.entries) {
    for (const auto& [text, place] : TextsOf(values, faults)) {
      wanted.insert(fmt::format("{} {}", label, text));
    }
  }
}

void ReadOf(const Node& of, const CaseFile& file, Question& question, Faults& faults) {
  question.of = TextOf(of, faults);
  if (file.people.contains(question.of)) return;
  std::vector<std::string_view> labels;
  for (const auto& [label, person] : file.people) labels.push_back(label);
  faults.Add(of.place, "nobody has the label {}{}", question.of, DidYouMean(question.of, labels));
}

}  // namespace

bool IsQuestion(const Node& expectation) {
  return expectation.Find("household") != nullptr || expectation.Find("relations") != nullptr ||
         expectation.Find("chronology") != nullptr;
}

Question ReadQuestion(const Node& node, const CaseFile& file, Faults& faults) {
  Question question;
  question.place = node.place;
  std::string_view asks = "chronology";
  if (node.Find("household") != nullptr) {
    asks = "household";
    CheckKeys(node, kHouseholdKeys, faults);
  } else if (node.Find("relations") != nullptr) {
    question.what = Question::What::kRelations;
    asks = "relations";
    CheckKeys(node, kRelationsKeys, faults);
  } else {
    question.what = Question::What::kChronology;
    CheckKeys(node, kChronologyKeys, faults);
  }
  ReadOf(*node.Find(asks), file, question, faults);
  if (question.what != Question::What::kChronology) {
    if (const Node* on = Required(node, "on", "a question", faults)) {
      question.on = DayIn(*on, faults).value_or(0);
    }
  }
  if (const Node* at = node.Find("as_known_at")) question.as_known_at = DayIn(*at, faults);
  if (const Node* lens = node.Find("lens")) {
    question.lens = TextOf(*lens, faults);
    const auto parsed = cli::ParseLens(question.lens);
    if (!parsed) faults.Add(lens->place, "{}", parsed.error().text);
  }
  if (const Node* because = node.Find("because")) question.because = TextOf(*because, faults);
  if (const Node* missed = node.Find("missed")) question.missed = TextOf(*missed, faults);
  for (const auto& [key, value] : node.entries) {
    const bool asked = std::find(kAsked.begin(), kAsked.end(), key) != kAsked.end();
    if (key != asks && !asked) ReadWanted(value, question.wants[key], faults);
  }
  if (question.wants.empty()) faults.Add(node.place, "a question says what is answered");
  return question;
}

}  // namespace throughline::cases
