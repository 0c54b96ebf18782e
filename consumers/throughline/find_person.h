#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/chronology/read.h"
#include "engine/projection/view.h"
#include "throughline/v1/service.pb.h"

namespace throughline::cli {

// That nobody is known by a reference, and what is wrong with that as it stands: a scheme that is
// not on the list, a number whose check digit fails. The value does not print.
std::string NobodyKnown(const v1::PersonRef& ref);

// The persons that a question names, in order of id: by their id, known here or not, or by a
// reference, whose scope may be left out.
Result<std::vector<PersonId>> FindPersons(const projection::View& view, const v1::PersonRef& ref);

// Whom a question names, as known at an instant (none: everything): a record, and the person that
// it was part of then; `part_of` where that is another, the last of the links.
struct Found {
  PersonId record;
  PersonId person;
  std::optional<chronology::PartOf> part_of;
};

// The one record named, whether by its own id, or by a reference. kNotFound: nobody; kInvalid:
// several persons then, with their ids.
Result<Found> FindOneAt(const projection::View& view, const v1::PersonRef& ref,
                        std::optional<Millis> as_known_at);

}  // namespace throughline::cli
