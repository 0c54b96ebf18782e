#include "consumers/risk/alert_evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/consumers/risk/records.h"

namespace throughline::risk {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

v1::Alert Change(const std::string& id, Seq seq, v1::AlertChange change,
                 const std::vector<Seq>& evidence) {
  v1::Alert alert;
  alert.set_alert_id(id);
  alert.set_seq(seq);
  alert.set_change(change);
  for (const Seq one : evidence) alert.add_evidence()->set_seq(one);
  return alert;
}

AlertHistory History(std::vector<v1::Alert> changes) {
  AlertHistory history;
  history.last = changes.back();
  history.open = changes.back().change() != v1::ALERT_CHANGE_CLOSED;
  history.changes = std::move(changes);
  return history;
}

const AlertHistory kLife = History({Change("beef", 10, v1::ALERT_CHANGE_OPENED, {3, 9}),
                                    Change("beef", 20, v1::ALERT_CHANGE_UPDATED, {3, 9, 20}),
                                    Change("beef", 30, v1::ALERT_CHANGE_CLOSED, {3, 9, 20})});

// What the lead's agency published about the alert, by the record at which it stands.
chronology::Known Heard(const std::vector<Seq>& seqs) {
  chronology::Known known;
  known.through = "social-care";
  for (const Seq seq : seqs) {
    auto contact = std::make_shared<v1::Contact>();
    contact->mutable_alert_delivered()->set_alert("beef");
    chronology::Entry entry;
    entry.agency = "social-care";
    entry.seq = entry.known_seq = seq;
    entry.contact = entry.stated = contact;
    known.entries.push_back(std::move(entry));
  }
  return known;
}

TEST(AlertEvidence, EachChangeNamesItsAnchorAndWhatItRestsOn) {
  AlertHistory history = kLife;
  history.changes[0].mutable_anchor()->set_seq(1);
  const auto evidence = EvidenceOf({history});
  ASSERT_EQ(evidence.at("beef").size(), 3U);
  EXPECT_THAT(evidence.at("beef")[0].evidence, ElementsAre(1, 3, 9));
  EXPECT_EQ(evidence.at("beef")[1].seq, 20U);
  EXPECT_THAT(evidence.at("beef")[1].evidence, ElementsAre(3, 9, 20));
}

TEST(AlertEvidence, WhatWasWithheldWasNotNamed) {
  AlertHistory history = kLife;
  history.changes[0].mutable_anchor()->set_seq(1);
  history.changes[0].mutable_anchor()->set_withheld(true);
  history.changes[0].mutable_evidence(1)->set_withheld(true);
  EXPECT_THAT(EvidenceOf({history}).at("beef")[0].evidence, ElementsAre(3));
}

TEST(AlertsHad, AnAlertThatNobodyHeardOfIsNotHad) {
  EXPECT_THAT(HadBy(Heard({}), {kLife}), IsEmpty());
  EXPECT_THAT(HadBy(Heard({9}), {kLife}), IsEmpty()) << "before it was raised";
}

TEST(AlertsHad, ItIsAsItStoodWhenItWasHeardOf) {
  auto had = HadBy(Heard({12}), {kLife});
  ASSERT_EQ(had.size(), 1U);
  EXPECT_EQ(had[0].last.seq(), 10U);
  EXPECT_TRUE(had[0].open);
  had = HadBy(Heard({20, 35}), {kLife});
  EXPECT_EQ(had[0].changes.front().seq(), 20U);
  EXPECT_EQ(had[0].last.seq(), 30U);
  EXPECT_FALSE(had[0].open);
}

}  // namespace
}  // namespace throughline::risk
