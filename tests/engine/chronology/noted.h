#pragma once

#include <fmt/format.h>

#include "tests/engine/chronology/written_journal.h"

// Short contacts about one child, and what corrects and retracts them.
namespace throughline::chronology {

inline const WrittenJournal::On kA{'a', "child-a"};

// A short contact about child-a; `more` is further lines.
inline v1::Contact Short(std::string_view id, std::string_view kind, std::string_view detail,
                         std::string_view more = "", std::string_view occurred = "2026-01-04",
                         std::string_view recorded = "2026-01-05T08:00") {
  return ContactOf(
      fmt::format("contact_id: {}\nkind: {}\noccurred: {}\nrecorded: {}\n"
                  "subjects: [{{label: child-a, person_kind: child, roles: [subject_child], "
                  "references: [{{scheme: local-id, value: A}}]}}]\ndetail: {}\n{}\n",
                  id, kind, occurred, recorded, detail, more));
}

inline v1::Contact Noted(std::string_view id, std::string_view more = "",
                         std::string_view occurred = "2026-01-04") {
  return Short(id, "concern_noted", "{told_to: social_worker}", more, occurred);
}

inline v1::Contact Corrected(std::string_view id, std::string_view of,
                             const v1::Contact& replaces) {
  v1::Contact contact =
      Short(id, "contact_corrected", "{of: " + std::string(of) + ", why: mistyped}");
  *contact.mutable_contact_corrected()->mutable_replaces() = replaces;
  return contact;
}

inline v1::Contact Retracted(std::string_view id, std::string_view of) {
  return Short(id, "contact_retracted", fmt::format("{{of: {}, why: sent_in_error}}", of));
}

inline const Entry& Of(const Known& known, Seq seq) {
  const Entry* entry = known.Find(seq);
  EXPECT_NE(entry, nullptr);
  return *entry;
}

}  // namespace throughline::chronology
