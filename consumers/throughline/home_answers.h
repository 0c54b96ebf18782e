#pragma once

#include "engine/base/result.h"
#include "engine/projection/view.h"
#include "throughline/v1/service.pb.h"

// Households and relations, out of the stores.
namespace throughline::cli {

// kInvalid: no day, or the recorded lens, in which links and relations are those of today.
// kNotFound: no such person.
Result<v1::HouseholdAnswer> AnswerHousehold(const projection::View& view,
                                            const v1::HouseholdRequest& request);
Result<v1::RelationsAnswer> AnswerRelations(const projection::View& view,
                                            const v1::RelationsRequest& request);

}  // namespace throughline::cli
