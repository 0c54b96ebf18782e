#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/base/result.h"

// What marks of the list handling hide, as deploy/handling states it. Pure.
namespace throughline::chronology {

enum class Hides { kNothing, kAddress, kInformant, kContent, kFact };

// By mark.
using HandlingRules = std::map<std::string, Hides, std::less<>>;

// kInvalid: every fault with its place. One is a mark of the list that is left out.
Result<HandlingRules> ReadHandlingRules(std::string_view yaml, std::string_view name);
// Those of deploy/handling/starter.yaml.
const HandlingRules& StarterHandling();

// By those; a mark that they lack, such as one newer than this engine, hides the content.
Hides HidesWhat(std::string_view mark);

}  // namespace throughline::chronology
