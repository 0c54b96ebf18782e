#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/contact/validate.h"
#include "engine/intake/named.h"
#include "engine/log/event_log.h"
#include "engine/log/journal.h"
#include "throughline/v1/contact.pb.h"

// What can be said of a record of a feed before the state has a say. Pure: so it can be worked out
// ahead of the decision, by another thread.
namespace throughline::intake {

// A contact longer than this cannot be journalled: a record of the log takes a MiB, and 64 KiB of
// it are kept for the decision.
inline constexpr std::size_t kMaxTakenBytes = log::kMaxValueBytes - (std::size_t{64} << 10);

// What holds for the records of a feed. The calendar may be nullptr; two are the same if they are
// one object.
struct Terms {
  std::string agency;
  bool attests = false;
  std::shared_ptr<const Calendar> calendar;
  bool operator==(const Terms&) const = default;
};

// Who speaks, and within what a reference is resolved.
struct Speaker {
  std::string agency;
  std::string import;
  bool history = false;
};

struct Examined {
  Speaker speaker;
  // Why nothing of it can be read; of such a one nothing below holds.
  std::vector<contact::Fault> unreadable;
  // Never nullptr; without content if it cannot be read.
  std::shared_ptr<const v1::Contact> contact;
  std::string sha256;
  std::string contact_key;  // ContactKey
  contact::Verdict verdict;
  Descriptions descriptions;  // none of a contact that is refused
};

Examined Examine(const log::Record& record, const Terms& terms);

}  // namespace throughline::intake
