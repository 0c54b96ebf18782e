#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "consumers/throughline/case/case_file.h"
#include "consumers/throughline/case/faults.h"
#include "consumers/throughline/case/written_contacts.h"
#include "engine/base/yaml.h"

// One contact of a case file: its short forms written out, and the rest read as any contact that
// people write. Pure.
namespace throughline::cases {

// `delays` by agency. Nothing where it has a fault.
std::optional<CaseContact> ReadContact(const yaml::Node& node, const People& people,
                                       const std::map<std::string, Millis, std::less<>>& delays,
                                       const WrittenContacts& written, Faults& faults);

// The role of an agency's usual worker, by the words of its name: police, leicester-police. `other`
// where none is known.
std::string_view UsualRole(std::string_view agency);

}  // namespace throughline::cases
