#include "consumers/risk/store_keys.h"

#include <optional>

#include "engine/base/bytes.h"

namespace throughline::risk::keys {
namespace {

std::string With(std::string_view prefix, std::string_view rest) {
  std::string key(prefix);
  key += rest;
  return key;
}

}  // namespace

std::string AlertChanges(const PersonId& person) { return With(kAlerts, person.Raw()); }

std::string AlertChange(const PersonId& person, Seq seq, std::uint32_t number) {
  std::string key = AlertChanges(person);
  AppendU64(key, seq);
  AppendU32(key, number);
  return key;
}

std::string Episodes(const PersonId& person) { return With(kEpisodes, person.Raw()); }
std::string Policy(std::string_view id) { return With(kPolicies, id); }
std::string CalendarNamed(std::string_view name) { return With(kCalendars, name); }
std::string Feed(std::string_view topic) { return With(kFeeds, topic); }
std::string LastTick() { return "Ft"; }

std::string WaitingFor(Seq decision) {
  std::string key = "G";
  AppendU64(key, decision);
  return key;
}

std::string Waiting(Seq decision, const PersonId& person) {
  return With(WaitingFor(decision), person.Raw());
}

std::optional<PersonId> PersonAt(std::string_view key, std::size_t prefix) {
  if (key.size() < prefix) return std::nullopt;
  return PersonId::FromRaw(key.substr(prefix, PersonId{}.bytes.size()));
}

}  // namespace throughline::risk::keys
