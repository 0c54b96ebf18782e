#pragma once

#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/projection/view.h"
#include "throughline/v1/service.pb.h"

namespace throughline::cli {

// The persons that a question names, in order of id: by their id, known here or not, or by a
// reference, whose scope may be left out.
Result<std::vector<PersonId>> FindPersons(const projection::View& view, const v1::PersonRef& ref);

// The one person named. kNotFound: nobody; kInvalid: several, with their ids.
Result<PersonId> FindOne(const projection::View& view, const v1::PersonRef& ref);

}  // namespace throughline::cli
