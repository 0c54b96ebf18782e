#include "engine/contact/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace throughline::contact {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// The detail stands where its numbers begin: after the fields of the envelope.
constexpr int kDetailOrder = 100;

std::vector<const Path*> StepsOf(const Path& path) {
  std::vector<const Path*> steps;
  for (const Path* step = &path; step != nullptr && !step->name.empty(); step = step->up) {
    steps.push_back(step);
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

void AddMore(std::vector<Fault>& faults, std::size_t more) {
  if (more > 0) faults.push_back({"", fmt::format("and {} more", more)});
}

}  // namespace

std::string TextOf(const Path& path) {
  std::string text;
  for (const Path* step : StepsOf(path)) {
    if (!text.empty()) text += '.';
    text += step->name;
    if (step->index >= 0) fmt::format_to(std::back_inserter(text), "[{}]", step->index);
  }
  return text;
}

std::vector<int> Findings::OrderOf(const Path& path) const {
  const std::vector<const Path*> steps = StepsOf(path);
  std::vector<int> order;
  order.reserve(2 * steps.size());
  const Descriptor* type = v1::Contact::descriptor();
  for (const Path* step : steps) {
    if (type == v1::Contact::descriptor() && step->name == "detail") {
      order.push_back(kDetailOrder);
      type = kind_ == nullptr ? nullptr : kind_->field->message_type();
      continue;
    }
    const FieldDescriptor* field = step->field;
    if (field == nullptr && type != nullptr) field = type->FindFieldByName(std::string(step->name));
    order.push_back(field == nullptr ? std::numeric_limits<int>::max() : field->number());
    order.push_back(step->index);
    type = field == nullptr ? nullptr : field->message_type();
  }
  return order;
}

void Findings::Add(const Path& path, std::string_view text, bool refused) {
  if (!IsFull()) {
    found_.push_back({OrderOf(path), refused, {TextOf(path), std::string(text)}});
  } else {
    ++(refused ? more_refused_ : more_warnings_);
  }
}

void Findings::Adopt(const Path& path, const Verdict& verdict) {
  const std::string above = TextOf(path);
  const std::vector<int> order = OrderOf(path);
  const auto adopt = [&](const std::vector<Fault>& faults, bool refused) {
    for (const Fault& fault : faults) {
      const std::string field = fault.field.empty() ? above : above + "." + fault.field;
      found_.push_back({order, refused, {field, fault.text}});
    }
  };
  adopt(verdict.refused, true);
  adopt(verdict.warnings, false);
}

Verdict Findings::Take() {
  std::vector<Found*> sorted;
  sorted.reserve(found_.size());
  for (Found& found : found_) sorted.push_back(&found);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Found* a, const Found* b) { return a->order < b->order; });
  Verdict verdict;
  verdict.warnings.reserve(sorted.size());
  for (Found* found : sorted) {
    (found->refused ? verdict.refused : verdict.warnings).push_back(std::move(found->fault));
  }
  AddMore(verdict.refused, more_refused_);
  AddMore(verdict.warnings, more_warnings_);
  return verdict;
}

}  // namespace throughline::contact
