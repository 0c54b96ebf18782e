#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/log/event_log.h"
#include "throughline/v1/contact.pb.h"

// Contacts for tests: valid as they come, so that a test changes what it is about.
namespace throughline::intake {

// 2026-11-16T09:00:00Z, a Monday.
inline constexpr Millis kMonday = 1794819600000;

inline v1::UncertainTime At(std::string_view text) {
  v1::UncertainTime time;
  time.set_at(std::string(text));
  return time;
}

inline v1::Contact Envelope(std::string_view id) {
  v1::Contact contact;
  contact.set_contact_id(std::string(id));
  *contact.mutable_occurred() = At("2026-11-14T23:40");
  *contact.mutable_recorded() = At("2026-11-15T02:05");
  contact.mutable_author()->set_role("police_officer");
  contact.mutable_author()->set_team("response");
  contact.mutable_source()->set_system("records");
  contact.mutable_source()->set_record_ref("1");
  return contact;
}

struct SubjectSpec {
  std::string label;
  std::string person_kind;
  std::string role;
  std::string scheme = {};
  std::string value = {};
};

inline v1::Contact::Subject& AddSubject(v1::Contact& contact, const SubjectSpec& spec) {
  v1::Contact::Subject& subject = *contact.add_subjects();
  subject.set_label(spec.label);
  subject.set_person_kind(spec.person_kind);
  subject.add_roles(spec.role);
  if (!spec.scheme.empty()) {
    v1::Reference& reference = *subject.add_references();
    reference.set_scheme(spec.scheme);
    reference.set_value(spec.value);
  } else {
    subject.mutable_demographics()->add_names("Somebody");
  }
  return subject;
}

// A conversation about one child that the agency knows by a local id.
inline v1::Contact About(std::string_view id, std::string_view local_id) {
  v1::Contact contact = Envelope(id);
  AddSubject(contact, {"child", "child", "subject_child", "local-id", std::string(local_id)});
  contact.mutable_conversation()->set_started_by("professional");
  return contact;
}

// Says that a hand-over was received: placed beside what it answers.
inline v1::Contact Answer(std::string_view id, std::string_view agency, std::string_view target) {
  v1::Contact contact = Envelope(id);
  contact.mutable_handover_received()->set_told_by("recipient");
  v1::Contact::Link& link = *contact.add_links();
  link.set_link("answers");
  link.mutable_target()->set_agency(std::string(agency));
  link.mutable_target()->set_contact_id(std::string(target));
  return contact;
}

inline log::Message Published(const v1::Contact& contact) {
  return {.key = {}, .value = contact.SerializeAsString(), .headers = {}};
}

inline v1::Contact FeedContact(std::string_view id, std::string_view agency, bool attests = false) {
  v1::Contact contact = Envelope(id);
  v1::FeedActivatedDetail& feed = *contact.mutable_feed_activated();
  feed.set_agency(std::string(agency));
  feed.set_topic(log::FeedTopic(agency));
  feed.set_state("active");
  feed.set_attests(attests ? v1::TRI_YES : v1::TRI_NO);
  feed.set_approved_by("data_steward");
  return contact;
}

}  // namespace throughline::intake
