#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/uk_time.h"
#include "engine/contact/read_contact.h"
#include "throughline/v1/chronology.pb.h"
#include "throughline/v1/contact.pb.h"
#include "throughline/v1/journal.pb.h"

namespace throughline::chronology {

// How an agency came to know a contact (knowledge.h).
enum class How { kAuthored, kReceived, kOpened, kAlerted };

// One source of knowing.
struct Learned {
  How how = How::kAuthored;
  // From when on it was both known here and had by the agency.
  Seq since_seq = 0;
  Millis since = 0;
  Seq by = 0;         // the contact that shows it; of what was authored, itself
  std::string alert;  // the alert's id where one told of it
  // The marks that hid some of its content then from the agency.
  std::set<std::string, std::less<>> but_for;
};

struct ContentMarks;

// What marks hid from an agency when something was shown to it.
struct HiddenThen {
  std::set<Seq> contacts;   // of which they hid the fact
  std::set<Seq> relations;  // contacts of which they hid what is said of relations
  // Contacts of whose content they hid some, by marks of the whole: those of a part are never
  // lifted.
  std::map<Seq, std::set<std::string, std::less<>>> contents;
};

// One contact on one person's chronology, decoded.
struct Entry {
  Seq seq = 0;  // the record that first placed the contact, on whomever
  std::string agency;
  std::string contact_id;
  std::string kind;      // of what the agency now says
  Interval occurred;     // when it happened, as the agency now says
  Millis recorded = 0;   // when the agency first wrote it down, as the recorded lens takes it
  Millis received = 0;   // when the log took it
  Millis placed = 0;     // when intake decided
  bool history = false;  // declared history by its import
  // How the person stands in `contact`; several are merged into one. In a correction that is read
  // beside another, labels of what it puts in its place begin with contact::kReplaces.
  v1::Placement placement;
  // nullptr: none, kept from whoever looks, or in KnownNow. So with `original`.
  std::shared_ptr<const google::protobuf::RepeatedPtrField<v1::Warning>> warnings;
  // What the agency now says of it: the body of its newest correction once corrected. Never null;
  // empty once erased.
  std::shared_ptr<const v1::Contact> contact;
  std::shared_ptr<const std::string> original;  // bytes as received; nullptr too once erased

  // From when on it stands on this chronology: the contact's own record, or the last part of the
  // decision (a link, a relation) that brought it.
  Seq known_seq = 0;
  Millis known = 0;
  Seq because = 0;                            // that decision; 0: the contact's own record
  std::string stated_kind;                    // as first sent
  std::shared_ptr<const v1::Contact> stated;  // as first sent; `contact` unless corrected
  // How the person stands in that; nullptr: `placement` says so.
  std::shared_ptr<const v1::Placement> stated_placement;

  // What later contacts did to it, as far as known. Of those that no longer stand themselves,
  // nothing.
  std::vector<Seq> corrected_by;   // by the same agency; the last one's body counts
  Seq retracted_by = 0;            // 0: stands. By the same agency
  std::vector<Seq> disputed_by;    // by anyone
  std::vector<Seq> checked_by;     // account_checked, by anyone
  std::vector<Seq> taken_back_by;  // complaint_withdrawn, allegation_withdrawn: it counts as before
  Seq superseded_by = 0;  // a later version or plan. It is not counted where that is of its kind
                          // and agency: then both tell of one
  Seq duplicate_of = 0;   // counted once: this one is not counted
  std::vector<Seq> decided_apart;  // somebody decided that they are not the same event
  Seq corrects = 0;  // it is a correction of that one and is read beside it; 0 too where that one
                     // is not on this chronology: then it stands for it
  // Of a correction: what it corrects, and what that corrects in turn, of its agency, as far as
  // known; on this chronology or not. What is said of those is said of it.
  std::vector<contact::Target> corrects_in_turn;
  // What it says of relations does not hold: it was retracted, or is a contact or correction of
  // which another version holds.
  bool unsaid = false;
  Seq withdrawn_by = 0;          // the record from which on it does not stand here; 0: it stands
  Millis withdrawn_at = 0;       // its instant
  std::string withdrawn_reason;  // linked, wrong_person, relation_ended
  // It was, or will be by what the store holds, withdrawn as somebody else's: shown to auditors
  // alone, at every instant. `counts` is as it was known then.
  bool withheld = false;
  bool erased = false;  // its content is gone for ever
  // A mark hides from all but its agency that there is such a contact: an alert that rests on it
  // does not name it.
  bool fact_masked = false;
  // Where what marks hide is in it, those of its content; nullptr: none. AsShown (marked.h) gives
  // what they leave.
  std::shared_ptr<const ContentMarks> content_marks;
  // Of an opening, or an answer to an alert; nullptr: nothing.
  std::shared_ptr<const HiddenThen> hidden_then;
  std::vector<std::string> masked;  // the marks that keep some of its content from whoever looks
  // Outside the range asked: it still acts on others and says who the person is, and is not shown.
  bool outside = false;
  // Through an agency's lens: its sources of knowing, in order of since_seq.
  std::vector<Learned> learned;
  // And the marks that hid some of its content from that agency, by whatever source it knew it.
  std::set<std::string, std::less<>> unread;
  // The same of the correction whose body `contact` is.
  std::set<std::string, std::less<>> unread_as_corrected;
  // For rules: not retracted, withdrawn or erased, not a duplicate, not an earlier version of what
  // superseded it, not a correction that only replaces another's body.
  bool counts = true;
};

// A decision about a person, between the contacts.
struct Note {
  Seq seq = 0;
  Millis placed = 0;
  v1::StoredNote note;
};

// A person's record as known at some point: entries in order of seq; through the recorded lens, of
// (recorded, agency, contact_id).
struct Known {
  PersonId person;
  std::vector<Entry> entries;
  std::vector<Note> notes;
  // Entries of the store that are left out, because they were known later only.
  std::uint32_t hidden_later = 0;
  // Through the recorded lens, which leaves out contacts that do not stand here any more: the
  // records by which those came.
  std::vector<Seq> gone;
  // Some of what the store holds is kept from whoever looks, by marks.
  bool masked = false;
  // Through an agency's lens, whose; and entries that the shared lens holds and that agency had no
  // source of knowing.
  std::string through;
  std::uint32_t hidden_unknown = 0;
  // What is known of the person besides (kind, references) is as of this record. Through the
  // recorded lens, of today.
  Seq up_to = std::numeric_limits<Seq>::max();

  // The entry of a contact or of a seq; nullptr: none here.
  const Entry* Find(std::string_view agency, std::string_view contact_id) const;
  const Entry* Find(Seq seq) const;
};

}  // namespace throughline::chronology
