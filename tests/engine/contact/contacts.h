#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/uk_time.h"
#include "engine/base/yaml.h"
#include "engine/contact/compact.h"
#include "engine/contact/validate.h"

namespace throughline::contact {

inline Millis At(std::string_view written) {
  return ParseWrittenTime(written).value().interval.earliest;
}

inline v1::Contact FromYaml(std::string_view text) {
  const auto node = yaml::Parse(text, "contact.yaml");
  EXPECT_TRUE(node.has_value()) << (node ? "" : node.error().text);
  if (!node) return {};
  const Compact compact = FromCompact(*node, "contact.yaml");
  for (const yaml::Fault& fault : compact.faults) ADD_FAILURE() << fault.Text();
  return compact.contact;
}

// A contact with which nothing is wrong, of a kind that expects neither sight nor a decision.
inline v1::Contact Sound() {
  return FromYaml(R"(
contact_id: C-1
kind: concern_noted
occurred: 2026-11-13T10:15
recorded: 2026-11-14T02:05
author: {role: teacher, team: pastoral}
source: {system: school-records, record_ref: "71"}
subjects:
  - {label: child-a, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: P-1}]}
  - {label: mother, person_kind: adult, roles: [parent_carer], references: [{scheme: local-id, value: P-2}]}
statements: [{text: She came without a coat., basis: observed, source: author}]
detail: {raised_by: teacher}
)");
}

inline Feed SchoolFeed() { return {.agency = "hill-primary", .received = At("2026-11-14T03:00")}; }

// One row of a table: what is changed in a sound contact, and what is then found.
struct Row {
  std::string name;
  std::function<void(v1::Contact&)> change;
  std::string field;  // of the one fault
  std::string text;   // part of its text
};

inline std::string Shown(const std::vector<Fault>& faults) {
  std::string text;
  for (const Fault& fault : faults) text += "  " + fault.field + ": " + fault.text + "\n";
  return text;
}

inline void ExpectOne(const std::vector<Fault>& found, const std::vector<Fault>& others,
                      const Row& row) {
  const std::string all = "found:\n" + Shown(found) + "others:\n" + Shown(others);
  ASSERT_EQ(found.size(), 1u) << all;
  EXPECT_EQ(found[0].field, row.field);
  EXPECT_THAT(found[0].text, ::testing::HasSubstr(row.text));
  EXPECT_TRUE(others.empty()) << all;
}

// Each row alone refuses the contact, for that reason only.
inline void ExpectRefused(const v1::Contact& sound, const Feed& feed,
                          const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    v1::Contact contact = sound;
    row.change(contact);
    const Verdict verdict = Validate(contact, feed);
    ExpectOne(verdict.refused, verdict.warnings, row);
  }
}

// Each row alone leaves one warning on a contact that is taken.
inline void ExpectWarned(const v1::Contact& sound, const Feed& feed, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    v1::Contact contact = sound;
    row.change(contact);
    const Verdict verdict = Validate(contact, feed);
    ExpectOne(verdict.warnings, verdict.refused, row);
  }
}

inline void ExpectSound(const v1::Contact& contact, const Feed& feed) {
  const Verdict verdict = Validate(contact, feed);
  EXPECT_TRUE(verdict.refused.empty()) << Shown(verdict.refused);
  EXPECT_TRUE(verdict.warnings.empty()) << Shown(verdict.warnings);
}

}  // namespace throughline::contact
