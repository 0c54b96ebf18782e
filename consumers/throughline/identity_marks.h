#pragma once

#include "engine/projection/key_values.h"
#include "engine/projection/view.h"
#include "throughline/v1/identity_answer.pb.h"

namespace throughline::cli {

// Leaves out of what is told of records to whoever decides whether they are one person's what no
// contact on the person's chronology says that marks let be seen, and of the reasons those that
// rest on it; contacts are counted as there. The sum of a pair stays whole. `state` is intake's, of
// which the answer was made. Without a view, and of what its stores have not read, nobody can tell
// what marks hide: none is shown.
// Protected addresses are withheld as MaskAddresses says.
void MaskIdentity(const projection::Reads& state, const projection::View* view,
                  v1::IdentityAnswer& answer);

}  // namespace throughline::cli
