#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/log/event_log.h"
#include "throughline/v1/contact.pb.h"

// What the benches publish.
namespace throughline::bench {

// Numbers that look random and are the same in every run.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next();
  std::uint64_t Below(std::uint64_t bound) { return Next() % bound; }

 private:
  std::uint64_t state_;
};

v1::UncertainTime MinuteOf(Millis at);

// Contacts about one child each, of the kinds and weights of contacts.yaml. The same calls give the
// same bytes.
class Contacts {
 public:
  Contacts();
  struct One {
    std::string agency;
    log::Message message;
  };
  // The n-th contact, about a child of that number (below 900,000), written down now.
  One Make(std::uint64_t n, std::uint64_t child, Millis now);
  // The same of one agency's kind.
  One MakeOf(const std::string& kind, std::uint64_t n, std::uint64_t child, Millis now);
  std::vector<std::string> Agencies() const;

 private:
  struct Template {
    std::string agency;
    std::string kind;
    std::uint64_t weight = 0;
    v1::Contact contact;
  };
  One Fill(const Template& from, std::uint64_t n, std::uint64_t child, Millis now);
  const std::string& NumberOf(std::uint64_t child);

  std::vector<Template> templates_;
  std::uint64_t weights_ = 0;
  Dice dice_{7};
  std::vector<std::string> numbers_;  // NHS numbers of the range that is kept for tests
  std::uint64_t next_base_ = 999000000;
};

}  // namespace throughline::bench
