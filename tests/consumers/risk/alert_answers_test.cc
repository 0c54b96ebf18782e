#include "consumers/risk/alert_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throughline::risk {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A life of an alert: its id, about which contact, open from a record, closed at another (0: open).
AlertHistory Life(const std::string& id, const std::string& anchor, Seq opened, Seq closed = 0,
                  const std::string& because = "linked") {
  AlertHistory history;
  v1::Alert alert;
  alert.set_alert_id(id);
  alert.set_rule("DA-04");
  alert.mutable_anchor()->set_agency("police");
  alert.mutable_anchor()->set_contact_id(anchor);
  alert.mutable_anchor()->set_seq(anchor.empty() ? 0 : static_cast<Seq>(anchor.back()));
  alert.set_opened_seq(opened);
  alert.set_seq(opened);
  alert.set_change(v1::ALERT_CHANGE_OPENED);
  history.changes.push_back(alert);
  if (closed != 0) {
    alert.set_seq(closed);
    alert.set_change(v1::ALERT_CHANGE_CLOSED);
    alert.set_closed_because(because);
    history.changes.push_back(alert);
  }
  history.last = alert;
  history.open = closed == 0;
  return history;
}

chronology::Entry Answer(const std::string& alert, Seq seq) {
  auto contact = std::make_shared<v1::Contact>();
  contact->mutable_alert_acknowledged()->set_alert(alert);
  chronology::Entry entry;
  entry.agency = "childrens-services";
  entry.contact_id = "A-" + std::to_string(seq);
  entry.seq = entry.known_seq = seq;
  entry.contact = entry.stated = contact;
  return entry;
}

chronology::Known Saying(std::vector<chronology::Entry> entries) {
  chronology::Known known;
  known.entries = std::move(entries);
  return known;
}

std::vector<std::string> Ids(const AlertAnswers& answers) {
  std::vector<std::string> ids;
  for (const auto* entry : answers.entries) ids.push_back(entry->contact_id);
  return ids;
}

TEST(AlertAnswers, AnAnswerHoldsForTheAlertThatItNames) {
  const auto known = Saying({Answer("here", 12), Answer("other", 13)});
  EXPECT_THAT(Ids(AnswersTo(Life("here", "P-1", 10), {}, known)), ElementsAre("A-12"));
}

TEST(AlertAnswers, AfterALinkItHoldsForTheOpenAlertOfTheSameRuleAndAnchor) {
  const auto known = Saying({Answer("before", 12)});
  const auto answers = AnswersTo(Life("here", "P-1", 20), {Life("before", "P-1", 10, 20)}, known);
  EXPECT_THAT(Ids(answers), ElementsAre("A-12"));
  EXPECT_THAT(answers.earlier, ElementsAre("before"));
  EXPECT_THAT(Ids(AnswersTo(Life("here", "P-2", 20), {Life("before", "P-1", 10, 20)}, known)),
              IsEmpty())
      << "about something else";
}

TEST(AlertAnswers, WhatWasOverBeforeTheLinkOrBeganAfterItIsAnsweredByItself) {
  const auto known = Saying({Answer("before", 12)});
  EXPECT_THAT(
      Ids(AnswersTo(Life("here", "P-1", 20), {Life("before", "P-1", 10, 15, "satisfied")}, known)),
      IsEmpty());
  EXPECT_THAT(Ids(AnswersTo(Life("here", "P-1", 30), {Life("before", "P-1", 10, 20)}, known)),
              IsEmpty());
}

TEST(AlertAnswers, AnAlertGoesOnInThatOfItsRuleAndAnchorThatIsOpenWhenItCloses) {
  const auto closed = Life("before", "P-1", 10, 20);
  const std::vector<AlertHistory> person = {Life("over", "P-1", 5, 12), Life("else", "P-2", 20),
                                            Life("here", "P-1", 20)};
  ASSERT_NE(GoesOnIn(closed, person), nullptr);
  EXPECT_EQ(GoesOnIn(closed, person)->last.alert_id(), "here");
  EXPECT_EQ(GoesOnIn(closed, {person[0], person[1]}), nullptr) << "it does not hold there";
}

TEST(AlertAnswers, OfTwoAboutWhatAMarkHidesEachGoesOnInItsOwn) {
  const auto hidden = [](const std::string& id, Seq about, Seq opened, Seq closed = 0) {
    AlertHistory life = Life(id, "", opened, closed);
    for (v1::Alert* alert : {&life.last, &life.changes.front(), &life.changes.back()}) {
      alert->clear_anchor();
      alert->mutable_anchor()->set_seq(about);
      alert->mutable_anchor()->set_withheld(true);
    }
    return life;
  };
  const std::vector<AlertHistory> person = {hidden("of 3", 3, 20), hidden("of 4", 4, 20)};
  EXPECT_EQ(GoesOnIn(hidden("before", 4, 10, 20), person)->last.alert_id(), "of 4");
}

// The mark came after the link.
TEST(AlertAnswers, AboutWhatAMarkHidesSinceItGoesOnAllTheSame) {
  AlertHistory closed = Life("before", "P-1", 10, 20);
  AlertHistory here = Life("here", "P-1", 20);
  here.last.mutable_anchor()->clear_agency();
  here.last.mutable_anchor()->clear_contact_id();
  here.last.mutable_anchor()->set_withheld(true);
  const std::vector<AlertHistory> person{here};
  ASSERT_NE(GoesOnIn(closed, person), nullptr);
  EXPECT_EQ(GoesOnIn(closed, person)->last.alert_id(), "here");
  const auto known = Saying({Answer("before", 12)});
  EXPECT_THAT(Ids(AnswersTo(here, {closed}, known)), ElementsAre("A-12"));
}

TEST(AlertAnswers, ItIsCarriedThroughSeveralLinks) {
  const auto known = Saying({Answer("first", 12), Answer("second", 22)});
  const auto answers =
      AnswersTo(Life("here", "P-1", 30),
                {Life("second", "P-1", 20, 30), Life("first", "P-1", 10, 20)}, known);
  EXPECT_THAT(Ids(answers), ElementsAre("A-12", "A-22"));
  EXPECT_THAT(answers.earlier, ElementsAre("first", "second"));
}

TEST(AlertAnswers, WhatWasTakenBackOrStandsElsewhereAnswersNothing) {
  auto known = Saying({Answer("here", 12), Answer("here", 13)});
  known.entries[0].retracted_by = 14;
  known.entries[1].withdrawn_by = 15;
  EXPECT_THAT(Ids(AnswersTo(Life("here", "P-1", 10), {}, known)), IsEmpty());
}

}  // namespace
}  // namespace throughline::risk
