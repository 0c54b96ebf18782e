#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/ids.h"

// The risk fold's keys, byte by byte in STORE.md. Internal to the folder.
namespace throughline::risk::keys {

inline constexpr std::string_view kPrefixes = "AEFG";

// Every change of a person's alerts: 'A' person seq number.
std::string AlertChange(const PersonId& person, Seq seq, std::uint32_t number);
std::string AlertChanges(const PersonId& person);  // the prefix of a person's
inline constexpr std::string_view kAlerts = "A";

// A child's episodes: 'E' person.
std::string Episodes(const PersonId& person);
inline constexpr std::string_view kEpisodes = "E";

// What is in force: 'F' and one letter.
std::string Policy(std::string_view id);
std::string CalendarNamed(std::string_view name);
std::string Feed(std::string_view topic);
std::string LastTick();
inline constexpr std::string_view kPolicies = "Fp";
inline constexpr std::string_view kCalendars = "Fc";
inline constexpr std::string_view kFeeds = "Ff";

// Who waits for the last part of a decision: 'G' decision's seq person.
std::string Waiting(Seq decision, const PersonId& person);
std::string WaitingFor(Seq decision);  // the prefix of a decision's

// The person that follows a prefix of this length in a key; nothing if there is none.
std::optional<PersonId> PersonAt(std::string_view key, std::size_t prefix);

}  // namespace throughline::risk::keys
