#include "tests/bench/contacts.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "engine/base/check.h"
#include "engine/base/uk_time.h"
#include "engine/base/yaml.h"
#include "engine/contact/compact.h"
#include "tests/bench/recording.h"

namespace throughline::bench {
namespace {

constexpr std::string_view kWords =
    "Home visit to the family, the flat was cold and cluttered; the younger child was asleep and "
    "was not woken. Mother said that he had been feeding well and was glad of it.";

// The tenth digit of an NHS number; nothing where none makes a valid one.
int CheckDigit(const std::string& nine) {
  int sum = 0;
  for (int i = 0; i < 9; ++i) sum += (nine[static_cast<std::size_t>(i)] - '0') * (10 - i);
  return (11 - sum % 11) % 11;
}

std::uint64_t NumberIn(const yaml::Node* node) {
  std::uint64_t number = 0;
  CHECK(node != nullptr);
  std::from_chars(node->scalar.data(), node->scalar.data() + node->scalar.size(), number);
  return number;
}

}  // namespace

v1::UncertainTime MinuteOf(Millis at) {
  v1::UncertainTime time;
  time.set_precision(v1::PRECISION_MINUTE);
  std::string text = FormatMinute(at);
  text[10] = 'T';
  time.set_at(text);
  return time;
}

std::uint64_t Dice::Next() {
  state_ += 0x9e3779b97f4a7c15;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

Contacts::Contacts() {
  const std::string path = fmt::format("{}/tests/bench/contacts.yaml", THROUGHLINE_SOURCE_DIR);
  const auto tree = yaml::Parse(ReadFile(path), "contacts.yaml");
  CHECK(tree.has_value());
  for (const auto& item : tree->items) {
    const auto* contact = item.Find("contact");
    CHECK(contact != nullptr && item.Find("agency") != nullptr);
    auto compact = contact::FromCompact(*contact, "contacts.yaml");
    for (const auto& fault : compact.faults) fmt::print(stderr, "{}\n", fault.Text());
    CHECK(compact.faults.empty());
    templates_.push_back({item.Find("agency")->scalar, contact->Find("kind")->scalar,
                          NumberIn(item.Find("weight")), std::move(compact.contact)});
    weights_ += templates_.back().weight;
  }
  CHECK(weights_ > 0);
}

const std::string& Contacts::NumberOf(std::uint64_t child) {
  while (numbers_.size() <= child) {
    const std::string nine = fmt::format("{}", next_base_++);
    CHECK(nine.size() == 9);
    const int digit = CheckDigit(nine);
    if (digit == 10) continue;
    numbers_.push_back(fmt::format("{}{}", nine, digit));
  }
  return numbers_[child];
}

Contacts::One Contacts::Fill(const Template& from, std::uint64_t n, std::uint64_t child,
                             Millis now) {
  v1::Contact contact = from.contact;
  contact.set_contact_id(fmt::format("{:08x}-{:08x}", n, dice_.Next() & 0xffffffff));
  const Millis recorded = now - static_cast<Millis>(dice_.Below(60)) * kMinute;
  *contact.mutable_recorded() = MinuteOf(recorded);
  *contact.mutable_occurred() =
      MinuteOf(recorded - static_cast<Millis>(dice_.Below(2 * 24 * 60)) * kMinute);
  v1::Contact::Subject& subject = *contact.add_subjects();
  subject.set_label("child");
  subject.set_person_kind("child");
  subject.add_roles("subject_child");
  v1::Reference& reference = *subject.add_references();
  reference.set_scheme("nhs-number");
  reference.set_value(NumberOf(child));
  v1::Contact::Statement& statement = *contact.add_statements();
  statement.set_text(std::string(kWords.substr(0, 80 + dice_.Below(70))));
  statement.set_basis("observed");
  return {from.agency,
          {.key = contact.contact_id(), .value = contact.SerializeAsString(), .headers = {}}};
}

Contacts::One Contacts::Make(std::uint64_t n, std::uint64_t child, Millis now) {
  std::uint64_t at = dice_.Below(weights_);
  for (const Template& from : templates_) {
    if (at < from.weight) return Fill(from, n, child, now);
    at -= from.weight;
  }
  CHECK(false);
}

Contacts::One Contacts::MakeOf(const std::string& kind, std::uint64_t n, std::uint64_t child,
                               Millis now) {
  const auto found = std::find_if(templates_.begin(), templates_.end(),
                                  [&](const Template& from) { return from.kind == kind; });
  CHECK(found != templates_.end());
  return Fill(*found, n, child, now);
}

std::vector<std::string> Contacts::Agencies() const {
  std::vector<std::string> agencies;
  for (const Template& from : templates_) agencies.push_back(from.agency);
  std::sort(agencies.begin(), agencies.end());
  agencies.erase(std::unique(agencies.begin(), agencies.end()), agencies.end());
  return agencies;
}

}  // namespace throughline::bench
