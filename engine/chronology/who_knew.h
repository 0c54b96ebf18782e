#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/chronology/knowledge.h"
#include "engine/chronology/read.h"
#include "engine/contact/read_contact.h"
#include "throughline/v1/who_knew.pb.h"

// Who knew what, as the messages that --json prints and the socket carries. Pure.
namespace throughline::chronology {

// What was asked of whom: `shared` as the shared lens showed it, and who knew it.
struct Asked {
  const Known& shared;
  const Knowledge& knowledge;
  const Header& header;
  std::optional<Millis> as_known_at;
  Seq seq = 0;  // the record at which the store was read
};

// Of every contact, or of one.
v1::WhoKnewAnswer WhoKnew(const Asked& asked, const std::optional<contact::Target>& only);

// `first` an agency; `second` another, or empty: anyone.
v1::DifferenceAnswer Difference(const Asked& asked, const std::string& first,
                                const std::string& second);

}  // namespace throughline::chronology
