#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/engine/intake/bench.h"

namespace throughline::intake {

// Contacts of an agency about people whom it knows by local ids, and what is decided about them.
class PeopleTest : public ::testing::Test {
 protected:
  PeopleTest() { bench_.ActivateFlow(); }

  static v1::Contact About(std::string_view id, const std::vector<SubjectSpec>& subjects) {
    v1::Contact contact = Envelope(id);
    for (SubjectSpec subject : subjects) {
      if (!subject.value.empty()) subject.scheme = "local-id";
      AddSubject(contact, subject);
    }
    contact.mutable_conversation()->set_started_by("professional");
    return contact;
  }
  static v1::Contact CallOut(std::string_view id, const std::vector<SubjectSpec>& subjects) {
    v1::Contact contact = About(id, subjects);
    contact.mutable_domestic_abuse_callout()->set_incident_ref("1");
    return contact;
  }

  static v1::Contact Decision(std::string_view id, std::string_view decision,
                              std::string_view first, std::string_view second) {
    v1::Contact contact = Envelope(id);
    contact.mutable_author()->set_role("data_steward");
    v1::IdentityDecided& decided = *contact.mutable_identity_decided();
    decided.mutable_first()->set_scheme("local-id");
    decided.mutable_first()->set_value(std::string(first));
    decided.mutable_first()->set_authority("police");
    decided.mutable_second()->set_scheme("local-id");
    decided.mutable_second()->set_value(std::string(second));
    decided.mutable_second()->set_authority("health");
    decided.set_decision(std::string(decision));
    decided.set_grounds("birth certificate seen");
    return contact;
  }

  static v1::Contact Relation(std::string_view id, std::string_view relation,
                              const SubjectSpec& from, const SubjectSpec& to) {
    v1::Contact contact = About(id, {from, to});
    v1::RelationAsserted& asserted = *contact.mutable_relation_asserted();
    asserted.set_relation(std::string(relation));
    asserted.set_from(from.label);
    asserted.set_to(to.label);
    asserted.set_confidence("recorded");
    return contact;
  }

  // Takes it and writes what it owes. The decision.
  v1::Decision Take(std::string_view agency, const v1::Contact& contact) {
    v1::Decision decision = bench_.Take(agency, contact);
    if (bench_.state().Journal().owed_because() != 0) brought_ = bench_.Bring();
    EXPECT_EQ(bench_.state().Journal().owed_because(), 0U);
    return decision;
  }

  PersonId Record(std::string_view agency, std::string_view local_id) const {
    v1::ScopedReference reference;
    reference.set_scheme("local-id");
    reference.set_value(std::string(local_id));
    reference.set_scope(std::string(agency));
    return bench_.state().Resolve(ReferenceKey(reference, false)).value();
  }

  // The contacts on a person's chronology, by the agency's own id of the person.
  std::vector<std::string> On(std::string_view agency, std::string_view local_id) const {
    std::vector<std::string> contacts;
    for (const auto& [seq, offset] : bench_.state().ContactsOf(Record(agency, local_id))) {
      contacts.push_back(ids_.at(seq));
    }
    return contacts;
  }

  static v1::Contact TakenBack(std::string_view id, std::string_view of) {
    v1::Contact contact = Envelope(id);
    contact.mutable_contact_retracted()->mutable_of()->set_contact_id(std::string(of));
    contact.mutable_contact_retracted()->set_why("sent_in_error");
    return contact;
  }

  Seq SeqOf(const std::string& id) const {
    for (const auto& [seq, known] : ids_) {
      if (known == id) return seq;
    }
    return 0;
  }

  // Takes a contact and remembers its seq; what is decided before it has seqs of its own.
  v1::Decision Place(std::string_view agency, const v1::Contact& contact) {
    v1::Decision decision = Take(agency, contact);
    const auto seen = bench_.state().Seen(ContactKey(agency, contact.contact_id()));
    if (seen) ids_[seen->seq()] = contact.contact_id();
    return decision;
  }

  Bench bench_;
  std::map<Seq, std::string> ids_;
  std::vector<v1::EarlierContact> brought_;
};

inline const SubjectSpec kChild{"child", "child", "subject_child", "", "12"};
inline const SubjectSpec kChildAtHealth{"child", "child", "subject_child", "", "H7"};
inline const SubjectSpec kMan{"man", "adult", "other_adult", "", "M1"};
inline const SubjectSpec kManAtHealth{"man", "adult", "other_adult", "", "HM"};

// That the man is the child's parent was said in error.
inline v1::Contact NeverWas(std::string_view id) {
  v1::Contact contact = Envelope(id);
  for (SubjectSpec subject : {kMan, kChild}) {
    subject.scheme = "local-id";
    AddSubject(contact, subject);
  }
  v1::RelationEndedDetail& ended = *contact.mutable_relation_ended();
  ended.set_relation("parent");
  ended.set_from(kMan.label);
  ended.set_to(kChild.label);
  ended.set_reason("in_error");
  return contact;
}

}  // namespace throughline::intake
