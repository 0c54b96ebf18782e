#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/chronology/answer.h"
#include "tests/engine/chronology/written_journal.h"

namespace throughline::chronology {

// A contact about other contacts.
inline v1::Contact Word(std::string_view id, std::string_view kind, std::string_view detail) {
  return ContactOf(
      fmt::format("contact_id: {}\nkind: {}\noccurred: 2026-01-06\nrecorded: 2026-01-06T08:00\n"
                  "detail: {}\n",
                  id, kind, detail));
}

// What is shown of a journal, as far as marks let it be.
class MarkedTest : public testing::Test {
 protected:
  v1::ChronologyAnswer AnswerOf(v1::Lens lens = v1::LENS_SHARED, std::string agency = {},
                                std::optional<Millis> at = {}, char person = 'a') const {
    Query query;
    query.lens = lens;
    query.agency = std::move(agency);
    query.as_known_at = at;
    const Known known = KnownAt(journal_.reads(), PersonOf(person), query);
    const auto header = ReadHeader(journal_.reads(), known);
    EXPECT_TRUE(header.has_value());
    return Answer(known, *header, query, journal_.records().size());
  }
  static std::vector<std::string> Shown(const v1::ChronologyAnswer& answer) {
    std::vector<std::string> ids;
    for (const auto& entry : answer.entries()) ids.push_back(entry.contact_id());
    return ids;
  }
  static void HidesAll(const v1::ChronologyAnswer& answer, std::vector<std::string> secrets) {
    for (const std::string& secret : secrets) {
      EXPECT_THAT(answer.DebugString(), testing::Not(testing::HasSubstr(secret)));
    }
  }

  WrittenJournal journal_;
};

}  // namespace throughline::chronology
