#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/uk_time.h"
#include "throughline/v1/contact.pb.h"
#include "throughline/v1/journal.pb.h"

namespace throughline::chronology {

// One contact on one person's chronology, decoded.
struct Entry {
  Seq seq = 0;
  std::string agency;
  std::string contact_id;
  std::string kind;
  Interval occurred;      // when it happened
  Millis recorded = 0;    // when the agency wrote it down, as the recorded lens takes it
  Millis received = 0;    // when the log took it
  Millis placed = 0;      // when intake decided
  bool history = false;   // declared history by its import
  v1::Placement placement;  // how the person stands in it
  std::vector<v1::Warning> warnings;
  std::shared_ptr<const v1::Contact> contact;  // what the agency now says of it (a correction's body once corrected)
  std::string original;                        // bytes as received
  // What later contacts did to it, as far as known.
  std::vector<Seq> corrected_by;
  Seq retracted_by = 0;   // 0: stands
  std::vector<Seq> disputed_by;
  Seq duplicate_of = 0;   // counted once: this one is not counted
  bool counts = true;     // for rules: not retracted, not a duplicate, not itself a correction that only replaces another's body
};

// A child's record as known at some point: entries in order of seq.
struct Known {
  PersonId person;
  std::vector<Entry> entries;
};

}  // namespace throughline::chronology
