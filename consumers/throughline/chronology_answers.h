#pragma once

#include "engine/base/result.h"
#include "engine/projection/view.h"
#include "throughline/v1/service.pb.h"

// A person's chronology, out of the stores.
namespace throughline::cli {

// Of a record that was part of a person then, that person's. kNotFound: no such person.
Result<v1::ChronologyAnswer> AnswerChronology(const projection::View& view,
                                              const v1::ChronologyRequest& request);

}  // namespace throughline::cli
