#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/chronology/entry.h"

// Who knew what of a person: which agency had which source of knowing each contact, since when.
// Pure: over what the shared lens holds.
//
// An agency knows a contact that it
//   authored;
//   received: a hand-over to it that it answered, or of which the sender says that it did;
//   opened: `record_opened`, of the chronology (all that the shared lens held as of which it was
//   shown), of the contact (with what was read beside it then) or of an alert (its evidence); but
//   for what marks hid then;
//   was alerted of: the evidence, as the alert named it then, of an alert that was delivered to it
//   or that it answered.
// Where a mark hid what a contact says when it was opened, only that it is there was opened.
// Sent is not received. A correction is a contact of its own: whoever had no source of it knows
// what was said first.
namespace throughline::chronology {

// authored, received, opened, alerted.
std::string_view HowName(How how);

// Whether marks hid all that the contact says when it was opened.
bool WasNotRead(const Learned& learned);

// The agencies that know something, by name; of each kind of source the first, and the first of
// which marks hid less, in order of since_seq.
using Knowers = std::map<std::string, std::vector<Learned>, std::less<>>;

struct Knowledge {
  std::vector<Knowers> entries;  // one for each of known.entries
  std::vector<Knowers> notes;    // one for each of known.notes
};

// What the person's alerts named as their evidence, by alert id: of each change, in order of seq,
// the seqs of the entries.
struct AlertChanged {
  Seq seq = 0;
  Millis at = 0;
  std::vector<Seq> evidence;
};
using AlertEvidence = std::map<std::string, std::vector<AlertChanged>, std::less<>>;

// `shared` as the shared lens shows it. With an agency named, what that one knows alone.
Knowledge WhoKnows(const Known& shared, const AlertEvidence& alerts, std::string_view agency = {});

// Whether a contact says that whoever sent it had an alert: its id; empty: it does not.
std::string_view AlertHad(const v1::Contact& contact);

// What an agency knows of what the shared lens holds. `held` before ApplyEffects, in the order in
// which its entries became known; comes back with what they do to each other as far as the agency
// knows it, in order of seq.
void LeaveWhatIsKnownTo(std::string_view agency, const AlertEvidence& alerts, Known& held);

}  // namespace throughline::chronology
