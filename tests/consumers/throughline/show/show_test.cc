#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "consumers/throughline/show/alert_lives.h"
#include "consumers/throughline/show/alerts_text.h"
#include "consumers/throughline/show/chronology_text.h"
#include "consumers/throughline/show/detail_words.h"
#include "consumers/throughline/show/page.h"
#include "consumers/throughline/show/words.h"
#include "engine/chronology/answer.h"
#include "tests/consumers/throughline/show/golden.h"
#include "tests/consumers/throughline/show/story.h"

namespace throughline::show {
namespace {

using chronology::At;
using chronology::PersonOf;

v1::ChronologyAnswer AnswerOf(const Story& story, const chronology::Query& query) {
  const auto known = chronology::KnownAt(story.journal.reads(), PersonOf('a'), query);
  const auto header = chronology::ReadHeader(story.journal.reads(), known);
  EXPECT_TRUE(header.has_value());
  return chronology::Answer(known, *header, query, story.journal.records().size());
}

TEST(ShowChronology, Everything) {
  Story story;
  WriteTwoChildren(story);
  ExpectGolden("chronology", ChronologyText(AnswerOf(story, {}), story.alerts, {}));
}

TEST(ShowChronology, AsKnownAtAnInstantSaysSoAndWhatIsHidden) {
  Story story;
  WriteTwoChildren(story);
  const chronology::Query query{At("2026-11-17T13:00"), v1::LENS_SHARED, std::nullopt};
  ExpectGolden("chronology_as_known_at",
               ChronologyText(AnswerOf(story, query), {story.alerts[0]}, {72, false}));
}

TEST(ShowChronology, ThroughTheRecordedLensInARange) {
  Story story;
  WriteTwoChildren(story);
  const chronology::Query query{At("2026-11-25"), v1::LENS_RECORDED,
                                Interval{At("2026-11-15"), At("2026-11-17") - 1}};
  ExpectGolden("chronology_recorded", ChronologyText(AnswerOf(story, query), {}, {90, false}));
}

// Records that were one person already, and stay one.
TEST(ShowChronology, ALinkThatPartsAndJoinsNobodySaysSo) {
  Story story;
  WriteTwoChildren(story);
  const std::string person(PersonOf('a').Raw());
  v1::Decision linked;
  linked.mutable_linked()->set_kept(person);
  linked.mutable_linked()->set_joined(person);
  linked.mutable_linked()->set_reason("birth certificate seen");
  story.journal.Decide(linked);
  v1::Decision unlinked;
  unlinked.mutable_unlinked()->set_first(person);
  unlinked.mutable_unlinked()->set_second(person);
  unlinked.mutable_unlinked()->set_reason("another child");
  story.journal.Decide(unlinked);
  const std::string text = ChronologyText(AnswerOf(story, {}), {}, {200, false});
  EXPECT_THAT(text,
              testing::HasSubstr(
                  "that two records are of this person is confirmed: birth certificate seen"));
  EXPECT_THAT(text, testing::HasSubstr("two records are of this person by other links alone: "
                                       "another child"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("of two persons")));
}

TEST(ShowChronology, CoarseDatesAndHistory) {
  Story story;
  WriteCoarseDates(story);
  ExpectGolden("chronology_coarse", ChronologyText(AnswerOf(story, {}), {}, {80, false}));
}

TEST(ShowChronology, InColour) {
  Story story;
  WriteTwoChildren(story);
  const chronology::Query query{At("2026-11-17T13:00"), v1::LENS_SHARED, std::nullopt};
  const v1::ChronologyAnswer answer = AnswerOf(story, query);
  const std::string coloured = ChronologyText(answer, story.alerts, {100, true});
  ExpectGolden("chronology_colour", coloured);
  // Without its colours it is the plain text.
  std::string plain;
  for (std::size_t i = 0; i < coloured.size(); ++i) {
    if (coloured[i] == '\x1b') {
      i = coloured.find('m', i);
    } else {
      plain += coloured[i];
    }
  }
  EXPECT_EQ(plain, ChronologyText(answer, story.alerts, {100, false}));
}

TEST(ShowChronology, IncompleteComesFirst) {
  Story story;
  WriteTwoChildren(story);
  story.journal.PlaceBytes("police", "X", "visit", "\xff\xff", {{'a', "child-a"}});
  const std::string text = ChronologyText(AnswerOf(story, {}), {}, {});
  const auto banner = text.find("INCOMPLETE since record");
  ASSERT_NE(banner, std::string::npos);
  EXPECT_LT(banner, text.find("2024"));
}

TEST(ShowChronology, ContentOfAnotherPersonIsNowhere) {
  Story story;
  WriteTwoChildren(story);
  const v1::ChronologyAnswer answer = AnswerOf(story, {});
  EXPECT_EQ(answer.DebugString().find("Someone Else"), std::string::npos);
  EXPECT_EQ(answer.DebugString().find("General Hospital"), std::string::npos);
  EXPECT_NE(ChronologyText(answer, {}, {}).find("Withheld"), std::string::npos);
}

TEST(ShowChronology, OfNobodyKnown) {
  EXPECT_NE(ChronologyText({}, {}, {}).find("No contacts."), std::string::npos);
}

TEST(ShowPerson, WhoItIsAsFarAsKnown) {
  Story story;
  WriteTwoChildren(story);
  ExpectGolden("person", PersonText(AnswerOf(story, {}).person(), {}));
}

TEST(ShowAlerts, InFullAndAsATable) {
  Story story;
  WriteTwoChildren(story);
  v1::Alert late = story.alerts[0];
  late.set_alert_id("77aa01bb");
  late.set_title("");
  late.set_rule("no-decision");
  late.set_change(v1::ALERT_CHANGE_UPDATED);
  late.set_late(true);
  late.set_from_history(true);
  late.set_at_activation(true);
  late.add_silent("gp");
  late.mutable_evidence(0)->set_history(true);
  late.mutable_evidence(0)->set_occurred("about 2011-05");
  std::vector<v1::Alert> alerts = story.alerts;
  alerts.push_back(late);
  ExpectGolden("alerts", AlertsText(alerts, {80, false}));
  ExpectGolden("alerts_table", AlertsTable(alerts, {80, false}));
  EXPECT_EQ(AlertsText({}, {}), "No alerts.\n");
  EXPECT_EQ(AlertsTable({}, {}), "No alerts.\n");
}

TEST(AlertsText, SaysWhereAnAlertGoesOnThatALinkClosed) {
  v1::AlertsAnswer answer;
  v1::AlertLife& life = *answer.add_alerts();
  life.mutable_raised()->set_title("Two call-outs");
  *life.mutable_last() = life.raised();
  life.mutable_last()->set_change(v1::ALERT_CHANGE_CLOSED);
  life.mutable_last()->set_closed_because("linked");
  life.mutable_last()->set_part_of("00ff");
  life.set_goes_on_in("abcdef0123");
  EXPECT_THAT(
      AlertLivesText(answer, {200, false}),
      testing::HasSubstr("whose record this one is part of, 00ff; it goes on in alert abcdef01\n"));
  EXPECT_THAT(AlertsText({life.last()}, {200, false}),
              testing::HasSubstr("On person 00ff, if the rule holds there"));
}

// Whoever reads an alert that changed reads what it says now, and which contacts came to it.
TEST(AlertsText, SaysWhatChangedSinceItWasRaised) {
  v1::AlertsAnswer answer;
  v1::AlertLife& life = *answer.add_alerts();
  life.set_open(true);
  v1::Alert& raised = *life.mutable_raised();
  raised.set_seq(7);
  raised.set_sentence("2 call-outs within 2 days.");
  raised.add_missing("no answer (hospital)");
  raised.add_missing("no answer (school)");
  raised.add_evidence()->set_seq(5);
  raised.mutable_evidence(0)->set_contact_id("P-5");
  v1::Alert& last = *life.mutable_last();
  last = raised;
  last.set_seq(9);
  last.set_sentence("3 call-outs within 2 days.");
  last.mutable_missing()->RemoveLast();
  last.add_evidence()->set_seq(9);
  last.mutable_evidence(1)->set_contact_id("P-9");
  const std::string text = AlertLivesText(answer, {200, false});
  const std::string now = text.substr(text.find("Now "));
  EXPECT_THAT(now, testing::HasSubstr("rested on 2 contacts"));
  EXPECT_THAT(now, testing::HasSubstr("3 call-outs within 2 days."));
  EXPECT_THAT(now, testing::HasSubstr("(P-9)"));
  EXPECT_THAT(now, testing::Not(testing::HasSubstr("(P-5)")));
  EXPECT_THAT(now, testing::HasSubstr("No answer (hospital)"));
  EXPECT_THAT(now, testing::Not(testing::HasSubstr("school")));
}

// What a link, its undoing or a relation in error took from an alert is told in plain words.
TEST(AlertsText, SaysWhatAnAlertRestsOnNoMoreAndWhy) {
  v1::AlertsAnswer answer;
  v1::AlertLife& life = *answer.add_alerts();
  life.mutable_raised()->set_title("Two call-outs");
  *life.mutable_last() = life.raised();
  life.mutable_last()->set_change(v1::ALERT_CHANGE_CLOSED);
  life.mutable_last()->set_closed_because("wrong_person");
  v1::LostEvidence& lost = *life.mutable_last()->add_lost();
  lost.mutable_evidence()->set_agency("police");
  lost.mutable_evidence()->set_contact_id("P-7");
  lost.mutable_evidence()->set_kind("domestic_abuse_callout");
  lost.set_because("wrong_person");
  const std::string text = AlertLivesText(answer, {200, false});
  EXPECT_THAT(text, testing::HasSubstr("what it rested on is somebody else's"));
  EXPECT_THAT(text, testing::HasSubstr("(P-7): is somebody else's"));
}

TEST(Page, WhatAnAgencyWroteCannotSteerTheTerminal) {
  EXPECT_EQ(Printable("a\x1b[31mb\x07"), "a [31mb ");
  EXPECT_EQ(Printable("one\r\ntwo\tthree"), "one \ntwo three");
  // A character that turns the direction of the text, and bytes that are no UTF-8.
  EXPECT_EQ(Printable("x\u202ey"), "x y");
  EXPECT_EQ(Printable("x\xffy"), "x y");
  EXPECT_EQ(Printable("Zoë Łódź 家"), "Zoë Łódź 家");
}

TEST(Page, NoLineIsWiderThanAsked) {
  const std::string text =
      "A sentence with some words, a-very-long-word-that-no-line-can-ever-hold-because-it-has-no-"
      "space-in-it and 家家家家家家家家家家家家家家家家家家家家家家家家 at the end.";
  for (int width = 4; width < 40; ++width) {
    for (const std::string& line : Wrapped(text, width)) EXPECT_LE(Columns(line), width);
  }
  Story story;
  WriteTwoChildren(story);
  for (const int width : {60, 72, 100, 160}) {
    const std::string shown = ChronologyText(AnswerOf(story, {}), story.alerts, {width, false});
    for (std::size_t at = 0; at < shown.size();) {
      const std::size_t end = shown.find('\n', at);
      EXPECT_LE(Columns(shown.substr(at, end - at)), width) << shown.substr(at, end - at);
      at = end + 1;
    }
  }
}

TEST(Page, LosesNoWord) {
  EXPECT_EQ(Wrapped("one two  three\nfour", 9),
            (std::vector<std::string>{"one two", "three", "four"}));
  EXPECT_EQ(Columns("Zoe\u0308"), 3);
  EXPECT_EQ(Columns("家"), 2);
}

TEST(Words, OfTimes) {
  const auto words = [](std::string_view text, int but_year = 0) {
    return TimeWords(*ParseUncertain(text), but_year);
  };
  EXPECT_EQ(words("2011"), "2011");
  EXPECT_EQ(words("2011-05"), "May 2011");
  EXPECT_EQ(words("2026-11-14"), "Sat 14 Nov 2026");
  EXPECT_EQ(words("2026-11-14T23:40"), "Sat 14 Nov 2026 23:40");
  EXPECT_EQ(words("2026-11-14T23:40", 2026), "Sat 14 Nov 23:40");
  EXPECT_EQ(words("2026-10-25T01:30+00:00"), "Sun 25 Oct 2026 01:30+00:00");
  EXPECT_EQ(words("about 2011-05"), "about May 2011");
  EXPECT_EQ(words("before 2011"), "before 2011");
  EXPECT_EQ(words("after 2011-05-14"), "after 14 May 2011");
  EXPECT_EQ(words("between 2011-05 and 2011-07"), "between May and Jul 2011");
  EXPECT_EQ(words("between 2010-11 and 2011-02"), "between Nov 2010 and Feb 2011");
  EXPECT_EQ(words("between 2011-05 and 2011-07", 2011), "between May and Jul");
  EXPECT_EQ(words("between 2011-06 and 2012-01", 2011), "between Jun 2011 and Jan 2012");
  EXPECT_EQ(words("unknown"), "date not known");
  EXPECT_EQ(SpanWords(kDay), "1 day");
  EXPECT_EQ(SpanWords(20 * kDay), "2 weeks");
  EXPECT_EQ(SpanWords(61 * kDay), "2 months");
  EXPECT_EQ(SpanWords(365 * 3 * kDay), "2 years");
}

TEST(Words, OfFields) {
  Story story;
  WriteTwoChildren(story);
  const chronology::Known known = story.journal.Read('a');
  const v1::Contact& contact = *known.entries[1].contact;
  const auto words = [&](std::string_view path) { return FieldWords(contact, path); };
  EXPECT_EQ(words("subjects[1].demographics.date_of_birth"), "date of birth (Ben Example)");
  EXPECT_EQ(words("subjects[0]"), "Anna Example");
  EXPECT_EQ(words("subjects[77].label"), "label (subject 78)");
  EXPECT_EQ(words("concerns[0].impact_on_child"), "impact on child (concern 1)");
  EXPECT_EQ(words("author.team"), "team (author)");
  EXPECT_EQ(words("detail.incident_ref"), "incident ref");
  EXPECT_EQ(words("seen"), "seen");
  EXPECT_EQ(words(""), "");
}

// Whatever a kind says, something is shown of it: every kind of the schema with every field filled.
class Filled {
 public:
  static void Fill(google::protobuf::Message& message, int depth = 0) {
    const auto* descriptor = message.GetDescriptor();
    const auto* reflection = message.GetReflection();
    if (descriptor == v1::UncertainTime::descriptor()) {
      static_cast<v1::UncertainTime&>(message) = *ParseUncertain("2026-01-04");
      return;
    }
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const auto* field = descriptor->field(i);
      using Field = google::protobuf::FieldDescriptor;
      const bool many = field->is_repeated();
      switch (field->cpp_type()) {
        case Field::CPPTYPE_STRING:
          many ? reflection->AddString(&message, field, "some_" + field->name())
               : reflection->SetString(&message, field, "some_" + field->name());
          break;
        case Field::CPPTYPE_ENUM:
          if (!many) reflection->SetEnumValue(&message, field, 1);
          break;
        case Field::CPPTYPE_MESSAGE:
          if (depth > 3) break;
          Fill(many ? *reflection->AddMessage(&message, field)
                    : *reflection->MutableMessage(&message, field),
               depth + 1);
          break;
        case Field::CPPTYPE_UINT32:
          many ? reflection->AddUInt32(&message, field, 7)
               : reflection->SetUInt32(&message, field, 7);
          break;
        case Field::CPPTYPE_INT64:
          if (!many) reflection->SetInt64(&message, field, 7);
          break;
        case Field::CPPTYPE_UINT64:
          if (!many) reflection->SetUInt64(&message, field, 7);
          break;
        default:
          break;
      }
    }
  }
};

TEST(Details, EveryKindOfTheSchemaSaysWhatItHolds) {
  int kinds = 0;
  for (const auto& [name, kind] : contact::Catalogue::Get().kinds()) {
    if (name == "contact_corrected") continue;  // its body is shown in its place
    v1::Contact contact;
    auto& detail = *contact.GetReflection()->MutableMessage(&contact, kind.field);
    Filled::Fill(detail);
    const std::string words = DetailWords(contact, "police");
    int said = 0;
    for (int i = 0; i < kind.field->message_type()->field_count(); ++i) {
      const auto* field = kind.field->message_type()->field(i);
      if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_STRING ||
          field->type() == google::protobuf::FieldDescriptor::TYPE_BYTES ||
          field->containing_oneof() != nullptr) {
        continue;
      }
      ++said;
      const bool shown = words.find("some_" + field->name()) != std::string::npos ||
                         words.find(Words("some_" + field->name())) != std::string::npos;
      EXPECT_TRUE(shown) << name << "." << field->name() << ": " << words;
    }
    EXPECT_TRUE(said == 0 || !words.empty()) << name;
    ++kinds;
  }
  EXPECT_GT(kinds, 150);
}

}  // namespace
}  // namespace throughline::show
