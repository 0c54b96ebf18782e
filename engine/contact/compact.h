#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/yaml.h"
#include "throughline/v1/contact.pb.h"

// The compact form of a contact that people write (case files, worked examples), and proto3 JSON
// lines. Pure.
namespace throughline::contact {

struct Compact {
  v1::Contact contact;
  std::vector<yaml::Fault>
      faults;  // every one, with file:line:column and the field's path in the text
};

// A YAML map with `kind` and `detail` and the envelope's fields. Short forms: a time is its
// one-line text (`2011-05`, `about 2011-05`) or {precision, at, to}; yes/no/not_recorded for a tri;
// a ref is `ID` or `AGENCY ID` (or {agency, contact_id, item}); a link is {follows: REF} or
// {answers: REF, state: S}; {other: text} is that text; `recipient: AGENCY`; one value where a list
// is wanted is a list of one; `concerns: [neglect]` is a concern by its code.
Compact FromCompact(const yaml::Node& node, std::string_view file);

struct JsonLine {
  int line = 0;
  v1::Contact contact;
  std::vector<yaml::Fault> faults;  // place: line, and column where known
};

// One proto3 JSON object a line; blank lines are passed over. A field that this schema lacks is a
// fault that names it.
std::vector<JsonLine> FromJsonLines(std::string_view text, std::string_view file);
// proto3 JSON of a contact, for --json. Names as in the schema (snake_case).
std::string ToJson(const google::protobuf::Message& message);

}  // namespace throughline::contact
