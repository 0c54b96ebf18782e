#include <sstream>

#include "consumers/throughline/files.h"
#include "consumers/throughline/findings.h"
#include "consumers/throughline/program.h"
#include "engine/base/calendar.h"
#include "tests/node/running_node.h"

namespace throughline::cli {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

// A record whose last tick was on a day, with a calendar that ends so, and rules that count both.
v1::InspectAnswer EndingAt(const std::string& holidays, const std::string& terms) {
  v1::InspectAnswer answer;
  answer.set_last_tick_ms(*ParseUtc("2026-11-20T09:00:00.000Z"));
  auto& calendar = *answer.add_calendars();
  calendar.set_jurisdiction("england");
  calendar.set_version("england-2026.1");
  calendar.set_holidays_until(holidays);
  calendar.set_terms_until(terms);
  calendar.set_counts_working_days(true);
  calendar.set_counts_school_days(true);
  return answer;
}

auto Found(const std::string& found, const testing::Matcher<std::string>& advice) {
  return ElementsAre(AllOf(Field(&Finding::what, "calendar of england"),
                           Field(&Finding::found, found), Field(&Finding::advice, advice)));
}

constexpr Millis kNotice = 10 * kDay;

TEST(CalendarFindings, ACalendarThatReachesFarIsWell) {
  EXPECT_THAT(Calendars(EndingAt("2028-12-31", "2027-07-21"), kNotice),
              Found("bank holidays until 2028-12-31, school terms until 2027-07-21", ""));
  EXPECT_THAT(Calendars(EndingAt("2026-11-30", "2026-11-30"), kNotice),
              Found("bank holidays until 2026-11-30, school terms until 2026-11-30", ""));
}

TEST(CalendarFindings, OneThatEndsSoonIsToldInTimeToAddWhatFollows) {
  EXPECT_THAT(Calendars(EndingAt("2028-12-31", "2026-11-29"), kNotice),
              Found("bank holidays until 2028-12-31, school terms until 2026-11-29",
                    AllOf(HasSubstr("school terms end soon"), Not(HasSubstr("bank holidays")),
                          HasSubstr("weekdays alone"), HasSubstr("calendar activate FILE"))));
  EXPECT_THAT(Calendars(EndingAt("2026-11-29", "2027-07-21"), kNotice),
              Found("bank holidays until 2026-11-29, school terms until 2027-07-21",
                    AllOf(HasSubstr("bank holidays end soon"), Not(HasSubstr("terms")))));
  EXPECT_THAT(Calendars(EndingAt("2026-11-20", "2026-11-19"), kNotice),
              Found("bank holidays until 2026-11-20, school terms until 2026-11-19",
                    HasSubstr("bank holidays end soon, school terms have ended")));
}

TEST(CalendarFindings, WhatNoRuleCountsIsNotMissed) {
  auto answer = EndingAt("2026-11-29", "");
  answer.mutable_calendars(0)->set_counts_working_days(false);
  answer.mutable_calendars(0)->set_counts_school_days(false);
  EXPECT_THAT(Calendars(answer, kNotice),
              Found("bank holidays until 2026-11-29, no school terms", ""));
  answer.mutable_calendars(0)->set_counts_school_days(true);
  EXPECT_THAT(Calendars(answer, kNotice),
              Found("bank holidays until 2026-11-29, no school terms",
                    AllOf(HasSubstr("school terms are missing"), Not(HasSubstr("bank")))));
}

TEST(CalendarFindings, RulesWithoutACalendarAreToldHowToGetOne) {
  auto answer = EndingAt("", "");
  answer.mutable_calendars(0)->clear_version();
  EXPECT_THAT(Calendars(answer, kNotice),
              Found("none is in force",
                    AllOf(HasSubstr("weekdays alone"), HasSubstr("calendar activate FILE"))));
}

class CalendarsTest : public NodeTest {
 protected:
  v1::InspectAnswer Inspect(Session& session) {
    v1::Request request;
    request.mutable_inspect()->set_calendars(true);
    const auto response = session.Ask(request);
    EXPECT_TRUE(response) << response.error().text;
    return response ? response->inspect() : v1::InspectAnswer();
  }
  std::string Say(const std::string& command) {
    std::ostringstream out, err;
    Terminal terminal{out, err};
    cli::Run({"--data", directory_.root, command}, terminal);
    return out.str();
  }
  void ActivateCalendar(const std::string& text) {
    v1::Contact contact = Operator("calendar");
    contact.mutable_calendar_activated()->set_calendar("england");
    contact.mutable_calendar_activated()->set_version("england-2026.1");
    contact.mutable_calendar_activated()->set_content(text);
    contact.mutable_calendar_activated()->set_state("active");
    PublishContact("operator", contact);
  }
};

TEST_F(CalendarsTest, WhatTheRulesInForceCountIsToldWithWhatIsKnownOfIt) {
  StartNode();
  EXPECT_EQ(Inspect(*session_).calendars_size(), 0);
  EXPECT_THAT(Say("inspect"), HasSubstr("Policy      NONE IS IN FORCE: no alert is raised"));
  EXPECT_THAT(Say("doctor"), HasSubstr("LOOK policy: none is in force\n       no alert is raised: "
                                       "throughline policy activate FILE\n"));
  ActivatePolicy();
  EXPECT_THAT(Say("inspect"), ContainsRegex("Policy      starter [0-9.]+, [0-9]+ rules\n"));
  EXPECT_THAT(Say("doctor"), ContainsRegex("ok   policy: starter [0-9.]+, [0-9]+ rules\n"));
  auto answer = Inspect(*session_);
  ASSERT_EQ(answer.calendars_size(), 1);
  EXPECT_EQ(answer.calendars(0).jurisdiction(), "england");
  EXPECT_EQ(answer.calendars(0).version(), "");
  EXPECT_TRUE(answer.calendars(0).counts_working_days());
  EXPECT_TRUE(answer.calendars(0).counts_school_days());
  EXPECT_THAT(Say("inspect"), HasSubstr("Calendar    england  NONE IS IN FORCE"));

  const auto text =
      ReadFile(std::string(THROUGHLINE_SOURCE_DIR) + "/deploy/calendars/england.yaml");
  ASSERT_TRUE(text) << text.error().text;
  const auto calendar = Calendar::Parse(*text, "england.yaml");
  ASSERT_TRUE(calendar) << calendar.error().text;
  ActivateCalendar(*text);
  answer = Inspect(*session_);
  ASSERT_EQ(answer.calendars_size(), 1);
  EXPECT_EQ(answer.calendars(0).version(), calendar->version());
  EXPECT_EQ(answer.calendars(0).holidays_until(), FormatDay(calendar->covers_until()));
  EXPECT_EQ(answer.calendars(0).terms_until(), FormatDay(*calendar->terms_until()));
  EXPECT_THAT(Say("inspect"),
              HasSubstr("Calendar    england  " + calendar->version() + ", bank holidays until "));

  while (Inspect(*session_).last_tick_ms() == 0) std::this_thread::yield();
  std::ofstream(directory_.Settings()) << "calendar_notice: " << 3660 * kDay << "\n";
  EXPECT_THAT(Say("doctor"), HasSubstr("LOOK calendar of england: bank holidays until "));

  StopNode();
  const auto at_rest = Session::Open(directory_.root);
  ASSERT_TRUE(at_rest) << at_rest.error().text;
  const auto same = Inspect(**at_rest);
  ASSERT_EQ(same.calendars_size(), 1);
  EXPECT_EQ(same.calendars(0).SerializeAsString(), answer.calendars(0).SerializeAsString());
}

}  // namespace
}  // namespace throughline::cli
