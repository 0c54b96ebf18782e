#pragma once

#include "engine/base/result.h"
#include "engine/projection/key_values.h"
#include "throughline/v1/identity.pb.h"
#include "throughline/v1/identity_answer.pb.h"

// Who may be one person, by intake's state: for whoever decides. It decides nothing itself.
namespace throughline::intake {

// Of everyone, of one record, or of two. Records of one person, and those that somebody keeps
// apart, are not suggested, but explained when both are asked for. kNotFound: a record that is not
// known; kInvalid: a reference that names several, of which one must be chosen by id.
Result<v1::IdentityAnswer> AnswerIdentity(const projection::Reads& reads,
                                          const v1::IdentityRequest& request);

// Tells what is known of a record, in the place of what was told before.
void Describe(const v1::IdentityEvidence& evidence, v1::IdentityRecord& out);

}  // namespace throughline::intake
