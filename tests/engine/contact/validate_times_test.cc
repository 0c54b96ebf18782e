#include "tests/engine/contact/contacts.h"

namespace throughline::contact {
namespace {

// Sets a field without the checks of the short form.
void Set(v1::UncertainTime& time, v1::Precision precision, std::string_view at,
         std::string_view to = "") {
  time.set_precision(precision);
  time.set_at(std::string(at));
  time.set_to(std::string(to));
}

Row Occurred(std::string name, v1::Precision precision, std::string at, std::string to,
             std::string text) {
  return {std::move(name), [=](v1::Contact& c) { Set(*c.mutable_occurred(), precision, at, to); },
          "occurred", std::move(text)};
}

Row Recorded(std::string name, v1::Precision precision, std::string at, std::string text) {
  return {std::move(name),
          [=](v1::Contact& c) {
            Set(*c.mutable_recorded(), precision, at);
            Set(*c.mutable_occurred(), v1::PRECISION_YEAR, "2025");
          },
          "recorded", std::move(text)};
}

TEST(ValidateTimes, OccurredIsRefusedWhenItCannotBeDated) {
  using enum v1::Precision;
  ExpectRefused(
      Sound(), SchoolFeed(),
      {{"missing", [](v1::Contact& c) { c.clear_occurred(); }, "occurred", "missing"},
       {"nothing in it",
        [](v1::Contact& c) { Set(*c.mutable_occurred(), PRECISION_UNSPECIFIED, ""); }, "occurred",
        "missing"},
       Occurred("unreadable", PRECISION_UNSPECIFIED, "last week", "", "not a time"),
       Occurred("30 February", PRECISION_DAY, "2026-02-30", "", "no such day"),
       Occurred("a precision that disagrees", PRECISION_DAY, "2026-11", "", "disagrees"),
       Occurred("an hour that spring skips", PRECISION_MINUTE, "2026-03-29T01:30", "", "skip"),
       Occurred("between without the second", PRECISION_BETWEEN, "2026-01", "", "needs"),
       Occurred("to before at", PRECISION_BETWEEN, "2026-05", "2026-01", "before `at`"),
       Occurred("unknown with a time", PRECISION_UNKNOWN, "2026", "", "neither"),
       Occurred("after it was recorded", PRECISION_DAY, "2026-11-15", "", "wholly after"),
       Occurred("a minute after it was recorded", PRECISION_MINUTE, "2026-11-14T02:06", "",
                "wholly after"),
       Occurred("before 1900", PRECISION_YEAR, "1899", "", "before 1900"),
       Occurred("about 1890", PRECISION_ABOUT, "1890", "", "before 1900"),
       {"a span that ends before it begins",
        [](v1::Contact& c) { Set(*c.mutable_occurred_until(), PRECISION_DAY, "2026-11-12"); },
        "occurred_until", "before it occurred"},
       {"a span whose end cannot be read",
        [](v1::Contact& c) { Set(*c.mutable_occurred_until(), PRECISION_DAY, "soon"); },
        "occurred_until", "not a time"}});
}

TEST(ValidateTimes, OccurredIsTakenWithAWarning) {
  using enum v1::Precision;
  ExpectWarned(Sound(), SchoolFeed(),
               {Occurred("midnight", PRECISION_MINUTE, "2026-11-13T00:00", "", "midnight"),
                Occurred("midnight, its precision left out", PRECISION_UNSPECIFIED,
                         "2026-11-13T00:00", "", "midnight"),
                Occurred("1 January", PRECISION_DAY, "2026-01-01", "", "1 January"),
                Occurred("the hour that autumn repeats", PRECISION_MINUTE, "2026-10-25T01:30", "",
                         "repeats"),
                Occurred("unknown", PRECISION_UNKNOWN, "", "", "not known")});
}

TEST(ValidateTimes, TheEdgesOfOccurredAreSound) {
  using enum v1::Precision;
  struct Sound_ {
    v1::Precision precision;
    std::string at;
    std::string to;
  };
  for (const Sound_& time : std::vector<Sound_>{{PRECISION_MINUTE, "2026-11-14T02:05", ""},
                                                {PRECISION_DAY, "2026-11-14", ""},
                                                {PRECISION_YEAR, "2026", ""},
                                                {PRECISION_YEAR, "1900", ""},
                                                {PRECISION_BEFORE, "2026", ""},
                                                {PRECISION_AFTER, "2026-11-01", ""},
                                                {PRECISION_ABOUT, "2026-01-01", ""},
                                                {PRECISION_MINUTE, "2026-10-25T01:30+00:00", ""},
                                                {PRECISION_MINUTE, "2026-11-13T00:01", ""},
                                                {PRECISION_BETWEEN, "2026-11", "2026-12"}}) {
    SCOPED_TRACE(time.at);
    v1::Contact contact = Sound();
    Set(*contact.mutable_occurred(), time.precision, time.at, time.to);
    ExpectSound(contact, SchoolFeed());
  }
}

TEST(ValidateTimes, RecordedIsRefused) {
  using enum v1::Precision;
  ExpectRefused(Sound(), SchoolFeed(),
                {{"missing", [](v1::Contact& c) { c.clear_recorded(); }, "recorded", "missing"},
                 Recorded("unreadable", PRECISION_DAY, "yesterday", "not a time"),
                 Recorded("more than a day ahead", PRECISION_MINUTE, "2026-11-15T03:01", "ahead"),
                 Recorded("the day after next", PRECISION_DAY, "2026-11-16", "ahead"),
                 Recorded("about", PRECISION_ABOUT, "2026-11", "it takes"),
                 Recorded("before", PRECISION_BEFORE, "2026-11", "it takes"),
                 {"unknown, and not retrospective",
                  [](v1::Contact& c) { Set(*c.mutable_recorded(), PRECISION_UNKNOWN, ""); },
                  "recorded", "retrospective"}});
}

TEST(ValidateTimes, RecordedIsTakenWithAWarning) {
  using enum v1::Precision;
  ExpectWarned(Sound(), SchoolFeed(),
               {Recorded("a minute ahead", PRECISION_MINUTE, "2026-11-14T03:01", "ahead"),
                Recorded("a day ahead", PRECISION_MINUTE, "2026-11-15T03:00", "ahead"),
                Recorded("a month", PRECISION_MONTH, "2026-10", "coarser"),
                Recorded("a year", PRECISION_YEAR, "2025", "coarser"),
                {"unknown, retrospective",
                 [](v1::Contact& c) {
                   Set(*c.mutable_recorded(), PRECISION_UNKNOWN, "");
                   c.mutable_source()->set_retrospective(v1::TRI_YES);
                 },
                 "recorded", "not known"}});
}

TEST(ValidateTimes, TheAllowanceForRecordedIsTheFeeds) {
  v1::Contact contact = Sound();
  Set(*contact.mutable_recorded(), v1::PRECISION_MINUTE, "2026-11-14T03:10");
  Feed feed = SchoolFeed();
  feed.future_allowance = 5 * kMinute;
  EXPECT_EQ(Validate(contact, feed).refused.size(), 1u);
  feed.received = At("2026-11-14T03:10");
  ExpectSound(contact, feed);
}

TEST(ValidateTimes, AnyOtherTimeThatCannotBeReadIsNotKnown) {
  ExpectWarned(Sound(), SchoolFeed(),
               {{"a reference's",
                 [](v1::Contact& c) {
                   Set(*c.mutable_subjects(0)->mutable_references(0)->mutable_valid_from(),
                       v1::PRECISION_DAY, "x");
                 },
                 "subjects[0].references[0].valid_from", "read as not known"},
                {"a date of birth",
                 [](v1::Contact& c) {
                   Set(*c.mutable_subjects(0)->mutable_demographics()->mutable_date_of_birth(),
                       v1::PRECISION_DAY, "02/03/2019");
                 },
                 "subjects[0].demographics.date_of_birth", "read as not known"}});
  v1::Contact due = FromYaml(R"(
contact_id: W-1
kind: weighing_due
occurred: 2026-11-13
recorded: 2026-11-13
author: {role: health_visitor, team: north}
source: {system: x, record_ref: "1"}
subjects: [{label: c, person_kind: child, roles: [subject_child], references: [{scheme: local-id, value: "1"}]}]
statements: [{text: x}]
detail: {due: 2026-12-01}
)");
  ExpectSound(due, SchoolFeed());
  Set(*due.mutable_weighing_due()->mutable_due(), v1::PRECISION_DAY, "December");
  const Verdict verdict = Validate(due, SchoolFeed());
  ASSERT_EQ(verdict.refused.size(), 1u) << Shown(verdict.refused);
  EXPECT_EQ(verdict.refused[0].field, "detail.due");
}

TEST(ValidateTimes, OutOfHoursMayDisagreeWithTheCalendar) {
  const auto calendar = Calendar::Parse(R"(
jurisdiction: england
version: "1"
source: test
covers: {from: 2026-01-01, until: 2026-12-31}
bank_holidays: [2026-08-31]
)",
                                        "calendar.yaml");
  ASSERT_TRUE(calendar) << calendar.error().text;
  struct Stated {
    std::string at;
    v1::Tri stated;
    bool disagrees;
  };
  for (const Stated& stated :
       std::vector<Stated>{{"2026-11-12T10:15", v1::TRI_YES, true},
                           {"2026-11-12T10:15", v1::TRI_NO, false},
                           {"2026-11-12T23:40", v1::TRI_NO, true},
                           {"2026-11-12T23:40", v1::TRI_YES, false},
                           {"2026-11-12T17:30", v1::TRI_YES, false},
                           {"2026-11-12T17:30", v1::TRI_NO, false},
                           {"2026-11-08T10:15", v1::TRI_NO, true},
                           {"2026-11-08T10:15", v1::TRI_YES, false},
                           {"2026-08-31", v1::TRI_NO, true},
                           {"2026-08", v1::TRI_NO, false},
                           {"2025-08-31T10:15", v1::TRI_NO, false},
                           {"2026-11-12T10:15", v1::TRI_UNSPECIFIED, false}}) {
    SCOPED_TRACE(stated.at);
    v1::Contact contact = Sound();
    Set(*contact.mutable_occurred(), v1::PRECISION_UNSPECIFIED, stated.at);
    contact.set_out_of_hours(stated.stated);
    Feed feed = SchoolFeed();
    ExpectSound(contact, feed);
    feed.calendar = &*calendar;
    const Verdict verdict = Validate(contact, feed);
    EXPECT_EQ(verdict.warnings.size(), stated.disagrees ? 1u : 0u) << Shown(verdict.warnings);
    EXPECT_TRUE(verdict.refused.empty());
  }
}

}  // namespace
}  // namespace throughline::contact
