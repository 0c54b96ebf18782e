#include "tests/crash/traffic.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>

#include "engine/base/uk_time.h"
#include "engine/base/yaml.h"
#include "engine/contact/compact.h"
#include "engine/log/journal.h"
#include "tests/tidy/sources.h"

namespace throughline::crash {
namespace {

constexpr std::size_t kAtOnce = 1000;
constexpr Millis kReadWait = 30 * kSecond;

bool IsRefused(std::uint64_t n) { return n % 7 == 5; }
bool NamesTwo(std::uint64_t n) { return n % 7 == 3; }

std::string Upn(std::uint64_t n) {
  std::string digits = "8012000050" + std::to_string(10 + n);
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    sum += static_cast<int>(i + 2) * (digits[i] - '0');
  }
  return "ABCDEFGHJKLMNPQRTUVWXYZ"[sum % 23] + digits;
}

std::string Subject(std::string_view label, const std::string& upn) {
  return "{label: " + std::string(label) +
         ", person_kind: child, roles: [subject_child], references: [{scheme: upn, value: " + upn +
         "}], demographics: {names: [Child], date_of_birth: 2019-03}}";
}

std::string AgencyOf(std::uint64_t n) { return n % 3 == 0 ? "school" : "police"; }

std::string Bytes(std::uint64_t n) {
  std::string kind = n % 3 == 0 ? "concern_noted" : "domestic_abuse_callout";
  std::string at = FormatMinute(SystemClock().Now() - static_cast<Millis>(n % 40 + 2) * kHour);
  at[10] = 'T';
  std::string text = "{contact_id: X" + std::to_string(n) + ", kind: " + kind + ", occurred: \"" +
                     at + "\", recorded: \"" + at +
                     "\", author: {role: police_officer, team: t}, source: {system: s}, "
                     "subjects: [" +
                     (IsRefused(n) ? "" : Subject("a", Upn(n % 40))) +
                     (NamesTwo(n) ? ", " + Subject("b", Upn((n + 1) % 40)) : "") + "]}";
  auto tree = yaml::Parse(text, "crash");
  EXPECT_TRUE(tree) << tree.error().text;
  auto compact = contact::FromCompact(*tree, "crash");
  EXPECT_TRUE(compact.faults.empty()) << compact.faults.front().Text();
  return compact.contact.SerializeAsString();
}

}  // namespace

const Traffic::Contact& Traffic::Next() {
  if (!waiting_) waiting_ = Contact{AgencyOf(sent_), Bytes(sent_)};
  return *waiting_;
}

std::string Traffic::Acknowledged() {
  const std::string name = AgencyOf(sent_) + " X" + std::to_string(sent_);
  (IsRefused(sent_) ? refused_ : taken_).insert(name);
  if (NamesTwo(sent_)) of_two_.insert(name);
  ++sent_;
  waiting_.reset();
  return name;
}

void Count(const log::Accepted& record, Held& held) {
  ++held.records;
  const auto& from = record.envelope;
  EXPECT_TRUE(from.feed().empty() || held.taken.emplace(from.feed(), from.feed_offset()).second)
      << "record " << from.feed_offset() << " of " << from.feed() << " was taken twice";
  const v1::Decision& decision = record.decision;
  if (decision.has_placed()) {
    const auto& placed = decision.placed();
    const std::string name = placed.agency() + " " + placed.contact_id();
    ++held.placed[name];
    held.on[name] = placed.to_size();
  } else if (decision.has_refused()) {
    ++held.refused[decision.refused().agency() + " " + decision.refused().contact_id()];
  } else if (decision.has_took()) {
    held.writer = decision.took().instance();
    ++held.took;
  }
}

void CountAlerts(log::EventLog& log, Held& held) {
  auto end = log.End(log::kAlerts);
  auto reader = log.Read(log::kAlerts, 0);
  ASSERT_TRUE(end && reader);
  std::map<std::string, std::string> bytes;
  while ((*reader)->Position() < *end) {
    auto batch = (*reader)->Poll(kAtOnce, kReadWait);
    ASSERT_TRUE(batch && !batch->empty());
    for (const auto& record : *batch) {
      const std::string* id = record.message.Find("id");
      ASSERT_NE(id, nullptr);
      ++held.alerts[*id];
      auto [first, fresh] = bytes.emplace(*id, record.message.value);
      EXPECT_EQ(first->second, record.message.value) << "two alerts of id " << *id;
    }
  }
}

void ExpectNothingLostOrDoubled(const Traffic& traffic, Held& held, const std::string& where) {
  for (const auto& contact : traffic.taken()) {
    EXPECT_EQ(held.placed[contact], 1) << contact << ", " << where;
    EXPECT_EQ(held.on[contact], traffic.IsOfTwo(contact) ? 2 : 1)
        << contact << " is half placed, " << where;
  }
  // One that was sent again, because its acknowledgement was cut off, is refused again.
  for (const auto& contact : traffic.refused()) {
    EXPECT_GE(held.refused[contact], 1) << contact << ", " << where;
  }
  for (const auto& [contact, times] : held.placed) EXPECT_EQ(times, 1) << contact << ", " << where;
  EXPECT_GT(held.refused.size(), 0U);
}

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::set<std::string> CrashPointsInTheSources() {
  std::set<std::string> names;
  const std::regex point("CrashPoint\\(\"([a-z-]+)\"\\)");
  for (const auto& source : tidy::Files({"engine", "consumers"}, {".cc"})) {
    for (const auto& line : source.lines) {
      std::smatch found;
      if (std::regex_search(line, found, point)) names.insert(found[1]);
    }
  }
  return names;
}

}  // namespace throughline::crash
