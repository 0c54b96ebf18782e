#pragma once

#include "engine/base/result.h"
#include "engine/projection/view.h"
#include "throughline/v1/service.pb.h"

// Who knew what, out of the stores.
namespace throughline::cli {

// kNotFound: no such person, or the contact asked about does not stand there.
Result<v1::WhoKnewAnswer> AnswerWhoKnew(const projection::View& view,
                                        const v1::WhoKnewRequest& request);

// kInvalid: the first is no agency.
Result<v1::DifferenceAnswer> AnswerDifference(const projection::View& view,
                                              const v1::DifferenceRequest& request);

}  // namespace throughline::cli
