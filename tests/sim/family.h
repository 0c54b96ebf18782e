#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/log/event_log.h"
#include "tests/sim/random.h"
#include "throughline/v1/contact.pb.h"

// What a simulated family's agencies publish: a small set of kinds that meets the starter policy
// and every path of intake.
namespace throughline::sim {

inline constexpr const char* kAgencies[] = {"police", "school", "hospital", "social-care"};
inline constexpr std::size_t kAgencyCount = 4;

// One message of an agency, as it may be sent more than once.
struct Sent {
  std::string agency;
  std::string contact_id;
  log::Message message;
};

class Family {
 public:
  Family(Random& random, std::size_t children);

  // The next contact of some agency, written down at about `now`.
  Sent Next(Millis now);
  // One that was made before, once more: the same bytes, or other bytes under its id.
  Sent Again(Millis now, bool other_bytes);
  // What no engine can take.
  Sent Invalid(Millis now);
  bool empty() const { return sent_.empty(); }

  // Each kind once, sound, about one child.
  static std::vector<v1::Contact> EachKind(Millis now);

 private:
  v1::Contact Draw(const std::string& agency, Millis now);
  void Times(v1::Contact& contact, Millis now);
  void Subjects(v1::Contact& contact, const std::string& agency);
  void AddChild(v1::Contact& contact, const std::string& agency, std::size_t child);
  v1::Contact Correction(const Sent& of, Millis now);
  const Sent* EarlierOf(const std::string& agency);
  Sent Publish(const std::string& agency, const v1::Contact& contact);

  Random& random_;
  std::size_t children_;
  std::size_t made_ = 0;
  std::vector<Sent> sent_;
};

// What the operator says.
v1::Contact FeedActivation(const std::string& id, const std::string& agency, Millis delay,
                           Millis now);
v1::Contact PolicyActivation(const std::string& id, const std::string& version, bool active,
                             Millis now);
v1::Contact CalendarActivation(const std::string& id, Millis now);
v1::Contact Release(const std::string& id, Millis tick, Millis now);

// A policy of some rules of the starter policy: what intake is given to compile sources of the form
// that PolicyActivation makes. A version names the rules: their numbers, joined by '-'.
std::string CompileSome(const std::string& source);
std::size_t StarterRules();
// Of those, the numbers of the rules that this family's contacts can bring about.
std::vector<std::size_t> SpeakingRules();

}  // namespace throughline::sim
