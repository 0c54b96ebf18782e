#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/contact/read_contact.h"
#include "throughline/v1/contact.pb.h"

// What marks keep of a contact's content from whoever is not of its agency, as handling.h says.
// Pure. What a narrative says of a person nobody can tell: it stays, unless it is marked itself.
namespace throughline::chronology {

using Marks = std::set<std::string, std::less<>>;

// The mark of a field, a statement or a subject, and whom the body that bears it names.
struct PartMark {
  v1::Contact::Handling mark;
  std::set<std::string> named;  // labels
};

// What a contact is marked with, as MaskContent takes it.
struct ContentMarks {
  Marks whole;
  std::vector<PartMark> parts;
};

// What the marks of other versions are in a body. A subject that it does not name by that label may
// be any whom the bearing version does not name, unless it marks one so itself.
std::vector<v1::Contact::Handling> MarksIn(const v1::Contact& body,
                                           const std::vector<PartMark>& parts);

// Takes out what marks hide, in what it puts in an earlier one's place too: `whole`, those of the
// whole contact, and those of a field, a statement or a subject: its own, and `parts`, those that
// other versions of it bear, as MarksIn says. Statements are known by their numbers:
// where it marks any itself, by its own marks alone. The marks by which anything may be missing:
// none of those that hide the fact.
//   content    of the whole: all but id, kind, times, roles of author and subjects, marks; of a
//              statement: what it says and by whom; of a subject: who that is
//   informant  of the whole: whoever bears the role informant, and by whom it was reported; of a
//              subject: that one. They are called informant, and bear no other role
//   fact       of a statement or a subject: there is none, nor what that subject is told to have
//   said
// A field is empty, whatever of the three hides it.
Marks MaskContent(const Marks& whole, const std::vector<PartMark>& parts, v1::Contact& contact);

// Takes out every reference to one of those contacts, and links to them. Whether there were any.
bool DropReferences(const std::set<contact::Target>& to, std::string_view agency,
                    v1::Contact& contact);

}  // namespace throughline::chronology
