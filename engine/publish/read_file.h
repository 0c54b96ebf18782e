#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/yaml.h"

// A file of contacts as an agency's system exports it. Pure.
namespace throughline::publish {

enum class Format {
  kDetect,     // YAML when its name ends in .yaml or .yml; JSON lines when the first thing in it is
               // `{`; else delimited, unless it is text
  kJsonLines,  // one proto3 JSON object a line; blank lines are passed over
  kDelimited,  // serialised contacts, each after its length as a varint
  kYaml,       // one contact as people write it (contact/compact.h), or a list of them
};

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30;

struct ReadContact {
  int number = 0;          // its first line; of a delimited file which contact it is, from 1
  std::string contact_id;  // as far as it could be read
  std::string bytes;       // what to publish; of a delimited file as they stand there
  // Any: it cannot be published. The place is file and line; of a delimited file the line is
  // `number`.
  std::vector<yaml::Fault> faults;
};

// Every contact of the file, those with faults too. A delimited file that is cut short or malformed
// between contacts ends in one with that fault. `name` is the file's name in faults. Errors: longer
// than kMaxFileBytes; a JSON array, JSON laid out over lines, CSV and other text, UTF-16, what is
// compressed; YAML that is malformed, or longer than 4 MiB.
Result<std::vector<ReadContact>> ReadContacts(std::string_view bytes, std::string_view name,
                                              Format format = Format::kDetect);

}  // namespace throughline::publish
