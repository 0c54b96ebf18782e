#pragma once

#include <string_view>

#include "engine/chronology/rows.h"

// What marks hid when something was shown: of an agency to which it was, nobody may say that it
// read that, though the mark was lifted since. Pure.
namespace throughline::chronology {

// Sets `hidden_then` of each opening and answer to an alert in `known`; with an agency named, of
// that one's alone. By the marks as known when it happened; where that is a span of time, what
// they hid in any part of it.
void NoteWhatWasHidden(const PersonRows& rows, std::string_view agency, Known& known);

}  // namespace throughline::chronology
