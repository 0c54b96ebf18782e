#pragma once

#include <optional>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/uk_time.h"
#include "engine/contact/read_contact.h"
#include "engine/projection/key_values.h"
#include "throughline/v1/chronology.pb.h"
#include "throughline/v1/contact.pb.h"
#include "throughline/v1/journal.pb.h"

// Whose address is protected, whichever contact said so: it is masked in all of them, and at every
// instant, those before the mark too. Kept with the person (StoredPerson::protections).
namespace throughline::chronology {

// Takes in what a contact says of it where it stands under `placement` on the row of `person`: a
// mark on the person, one of the whole contact, which protects the households in it too, or what
// handling_set says of person or contact; of a correction, what the contact as it should read says
// too. Of the words on one thing that which was written down last holds; of two at once, that it is
// protected. The order in which they come does not matter. What was taken in stays though the
// contact be retracted or stand elsewhere since: somebody lifts it.
void TakeProtection(const v1::Contact& contact, const v1::Placement& placement,
                    std::string_view agency, Millis recorded, v1::StoredPerson& person);

// Whether a person's, or a household's, address is protected at an instant.
bool IsProtected(const v1::StoredPerson& person, Millis now);
// Whether every address in that contact is.
bool IsProtected(const v1::StoredPerson& person, const contact::Target& contact, Millis now);

// Whether any of what is known of a person may be an address that is protected: their own, or one
// in a contact that is. Who writes down later that a household is protected no more, frees what
// such contacts say of it as well; where a person lived while it was, nobody frees with the person.
bool MayGiveProtected(const v1::StoredPerson& person, Millis now);

// When it was written down that a person's own address is protected no more; 0: nobody said so, or
// it was marked again since.
Millis FreedAt(const v1::StoredPerson& person);

// The person's row; nothing: this store does not hold the person.
std::optional<v1::StoredPerson> ReadPerson(const projection::Reads& reads, const PersonId& person);

}  // namespace throughline::chronology
