#include "consumers/risk/episodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "engine/chronology/mask_content.h"
#include "tests/consumers/risk/records.h"

namespace throughline::risk {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kRule =
    "- id: T-1\n  title: A rule\n  statement: Looks.\n  basis: {kind: guidance, source: A source}\n"
    "  jurisdiction: england\n  addressee: safeguarding_lead\n  response: Do it.\n"
    "  respond_within: 1 working day\n  family: pattern\n"
    "  sentence: \"{count} {kinds} within {window} by {agencies}, {first_date} to {last_date}.\"\n"
    "  pattern:\n    steps: [{contact: {kinds: domestic_abuse_callout}, at_least: 2}]\n"
    "    window: 12 months\n    cleared_by: [{kinds: strategy_discussion}]\n";

std::string CallOut(const std::string& id, const std::string& day) {
  return "- {contact_id: " + id + ", kind: domestic_abuse_callout, occurred: " + day +
         ", recorded: " + day + "}\n";
}
std::string Retraction(const std::string& id, const std::string& of) {
  return "- {contact_id: " + id +
         ", kind: contact_retracted, occurred: 2026-12-01, recorded: 2026-12-01, "
         "links: [{retracts: " +
         of + "}], detail: {of: " + of + ", why: not_ours}}\n";
}

// A child whose record grows, stepped at each turn.
class Episodes : public testing::Test {
 protected:
  std::vector<v1::Alert> Turn(const std::string& contacts, const CompiledPolicy& policy) {
    entries_ = Record(contacts);
    for (auto& entry : entries_) {
      if (withdraw_) withdraw_(entry);
    }
    const Child child{TestChild(), entries_};
    Occasion occasion;
    occasion.seq = ++seq_;
    occasion.at = at_;
    const auto evaluation = Evaluate(policy, child, occasion.at, {&England(), {}, {}});
    Stepped stepped = Step(state_, policy, child, evaluation, occasion);
    EXPECT_EQ(stepped.differs, stepped.state.SerializeAsString() != state_.SerializeAsString());
    state_ = stepped.state;
    return stepped.changes;
  }
  std::vector<v1::Alert> Turn(const std::string& contacts) { return Turn(contacts, policy_); }

  CompiledPolicy policy_ = PolicyOf(kRule);
  std::vector<chronology::Entry> entries_;
  v1::EpisodeState state_;
  Seq seq_ = 100;
  Millis at_ = At("2026-12-31");
  std::function<void(chronology::Entry&)> withdraw_;
};

TEST_F(Episodes, CountWhatAMarkHidesAndDoNotSayWhatItWas) {
  withdraw_ = [](chronology::Entry& entry) { entry.fact_masked = entry.contact_id != "B"; };
  const auto opened = Turn(CallOut("A", "2026-11-03") + CallOut("B", "2026-11-05"));
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_EQ(opened[0].sentence(),
            "2 domestic abuse call-out within 12 months by police, 2026-11-05 to 2026-11-05.");
  ASSERT_EQ(opened[0].evidence_size(), 2);
  v1::EvidenceRef withheld;
  withheld.set_seq(1);
  withheld.set_withheld(true);
  EXPECT_EQ(opened[0].evidence(0).SerializeAsString(), withheld.SerializeAsString());
  EXPECT_EQ(opened[0].evidence(1).contact_id(), "B");
}

TEST_F(Episodes, DoNotSayOfAnAnchorThatAMarkHidesWhatItWas) {
  std::string rule = kRule;
  rule.replace(rule.find("{count} {kinds}"), 15,
               "{anchor_kind} of {anchor_agency} on {anchor_date}: ");
  rule.replace(rule.find("    steps"), 4, "    anchored: yes\n    ");
  const CompiledPolicy policy = PolicyOf(rule);
  withdraw_ = [](chronology::Entry& entry) { entry.fact_masked = true; };
  const std::string two = CallOut("A", "2026-11-03") + CallOut("B", "2026-11-05");
  const auto opened = Turn(two, policy);
  const auto closed = Turn(two + Retraction("C", "B"), policy);
  ASSERT_EQ(opened.size(), 1U);
  ASSERT_EQ(closed.size(), 1U);
  for (const v1::Alert& alert : {opened[0], closed[0]}) {
    EXPECT_TRUE(alert.anchor().withheld());
    EXPECT_EQ(alert.anchor().contact_id(), "");
    EXPECT_THAT(alert.sentence(), testing::Not(testing::HasSubstr("police")));
    EXPECT_THAT(alert.sentence(), testing::Not(testing::HasSubstr("2026")));
    EXPECT_THAT(alert.sentence(), testing::Not(testing::HasSubstr("call-out")));
  }
}

// A hand-over that asks for an answer by a day, in a contact of which something is marked.
class MarkedHandover : public Episodes {
 protected:
  MarkedHandover() {
    std::string rule = kRule;
    rule.replace(rule.find("pattern"), std::string::npos,
                 "clock\n  sentence: \"{anchor_kind} of {anchor_date} ({anchor_agency}): {missing} "
                 "by {due}, {days} days.\"\n  clock:\n    anchor: {kinds: legal_advice_received}\n"
                 "    handovers: {expectations: act}\n    state: acted_on\n    within: 10 days\n"
                 "    stated_due: yes\n    what: no answer\n");
    policy_ = PolicyOf(rule);
  }
  static std::string Advice() {
    return "- {agency: council, contact_id: L, kind: legal_advice_received, occurred: 2026-11-03, "
           "recorded: 2026-11-03, detail: {content: advice}, sharing: [{recipient: chambers, "
           "expectation: act, due: 2026-11-09}, {recipient: panel, expectation: act, due: "
           "2026-11-12}]}\n";
  }
  void Mark(const chronology::Marks& whole, const std::string& field = "") {
    auto marks = std::make_shared<chronology::ContentMarks>();
    marks->whole = whole;
    if (!field.empty()) {
      v1::Contact::Handling& part = marks->parts.emplace_back().mark;
      part.set_handling("privileged_legal_advice");
      part.set_field(field);
    }
    withdraw_ = [marks](chronology::Entry& entry) { entry.content_marks = marks; };
  }
};

TEST_F(MarkedHandover, IsToldAsTheChronologyShowsIt) {
  for (const bool whole : {true, false}) {
    state_ = {};
    whole ? Mark({"privileged_legal_advice"}) : Mark({}, "sharing");
    const auto opened = Turn(Advice());
    ASSERT_EQ(opened.size(), 1U);
    EXPECT_EQ(opened[0].sentence(),
              "legal advice received of 2026-11-03 (council): no answer (a recipient that is not "
              "shown) by a day that is not shown, 0 days.");
    EXPECT_THAT(opened[0].missing(), ElementsAre("no answer (a recipient that is not shown)"));
    EXPECT_EQ(opened[0].due_ms(), 0);
    EXPECT_THAT(opened[0].evidence(0).told(), IsEmpty());
    EXPECT_THAT(opened[0].anchor().told(), IsEmpty());
    EXPECT_EQ(opened[0].anchor().contact_id(), "L");
  }
}

TEST_F(MarkedHandover, IsToldWhereTheMarkHidesSomethingElse) {
  Mark({}, "detail.content");
  const auto opened = Turn(Advice());
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_THAT(opened[0].missing(), ElementsAre("no answer (chambers)", "no answer (panel)"));
  EXPECT_EQ(opened[0].due_ms(), At("2026-11-10"));
  EXPECT_THAT(opened[0].evidence(0).told(), ElementsAre("chambers", "panel"));
}

TEST_F(MarkedHandover, TellsNothingWhereTheVeryFactIsHidden) {
  withdraw_ = [](chronology::Entry& entry) { entry.fact_masked = true; };
  const auto opened = Turn(Advice());
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_THAT(opened[0].missing(), ElementsAre("no answer (a recipient that is not shown)"));
  EXPECT_EQ(opened[0].due_ms(), 0);
  EXPECT_THAT(opened[0].DebugString(), testing::Not(testing::HasSubstr("2026-11")));
}

TEST_F(MarkedHandover, IsNamedByItsRecordWhateverBecomesOfTheAlert) {
  ASSERT_EQ(Turn(Advice())[0].anchor().seq(), 1U);
  const auto closed = Turn(Advice() + "- {agency: council, " + Retraction("R", "L").substr(3));
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].anchor().seq(), 1U);
  EXPECT_EQ(closed[0].anchor().contact_id(), "L");
}

TEST_F(MarkedHandover, ThatIsMarkedLaterIsToldNoMore) {
  Turn(Advice());
  Mark({"privileged_legal_advice"});
  ASSERT_EQ(Turn(Advice()).size(), 1U);
  const auto closed = Turn(Advice() + "- {agency: council, " + Retraction("R", "L").substr(3));
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].change(), v1::ALERT_CHANGE_CLOSED);
  for (const char* secret : {"chambers", "panel", "2026-11-09"}) {
    EXPECT_THAT(closed[0].DebugString(), testing::Not(testing::HasSubstr(secret)));
  }
  EXPECT_EQ(closed[0].due_ms(), 0);
}

// By the record at which it closes, or by one of history, which is judged with what comes next.
TEST_F(MarkedHandover, ThatIsMarkedAsItClosesIsToldNoMore) {
  for (const bool history : {false, true}) {
    state_ = {};
    withdraw_ = {};
    Turn(Advice());
    Mark({"privileged_legal_advice"});
    std::string retraction = "- {agency: council, " + Retraction("R", "L").substr(3);
    retraction.insert(retraction.size() - 2, ", handling: [privileged_legal_advice]");
    withdraw_ = [this, history, mark = withdraw_](chronology::Entry& entry) {
      mark(entry);
      if (entry.contact_id != "R") return;
      entry.history = history;
      entry.known_seq = history ? seq_ : seq_ + 1;
    };
    const auto closed = Turn(Advice() + retraction);
    ASSERT_EQ(closed.size(), 1U);
    EXPECT_EQ(closed[0].change(), v1::ALERT_CHANGE_CLOSED);
    for (const char* secret : {"chambers", "panel", "2026-11-09"}) {
      EXPECT_THAT(closed[0].DebugString(), testing::Not(testing::HasSubstr(secret)));
    }
    EXPECT_EQ(closed[0].due_ms(), 0);
  }
}

TEST_F(Episodes, DoNotSayByHowManyDaysWhatAMarkHidesIsApart) {
  std::string rule = kRule;
  rule.replace(rule.find("{count} {kinds}"), 15, "{count} in {days} days: ");
  withdraw_ = [](chronology::Entry& entry) { entry.fact_masked = entry.contact_id == "A"; };
  const auto opened = Turn(CallOut("A", "2026-11-03") + CallOut("B", "2026-11-09"), PolicyOf(rule));
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_THAT(opened[0].sentence(), testing::StartsWith("2 in 0 days"));
}

TEST_F(Episodes, OpenOnceWithTheirEvidenceAndAPlainSentence) {
  const std::string two = CallOut("A", "2026-11-03") + CallOut("B", "2026-11-05");
  const auto opened = Turn(two);
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_EQ(opened[0].change(), v1::ALERT_CHANGE_OPENED);
  EXPECT_EQ(opened[0].sentence(),
            "2 domestic abuse call-out within 12 months by police, 2026-11-03 to 2026-11-05.");
  EXPECT_EQ(opened[0].alert_id(), AlertId("T-1", TestChild(), "", "", 101));
  EXPECT_EQ(opened[0].policy(), "test");
  EXPECT_EQ(opened[0].policy_version(), "1");
  EXPECT_EQ(opened[0].respond_within(), "1 working day");
  EXPECT_EQ(opened[0].evidence_size(), 2);
  EXPECT_THAT(Turn(two), IsEmpty());
}

// What the sentence says is true of one window: the one that ends last.
TEST_F(Episodes, CountWithinTheWindowThatTheySayAndRestOnAll) {
  std::string rule = kRule;
  rule.replace(rule.find("window: 12 months"), 17, "window: 2 days");
  const auto policy = PolicyOf(rule);
  const std::string spring = CallOut("A", "2026-03-03") + CallOut("B", "2026-03-04");
  EXPECT_EQ(Turn(spring, policy)[0].sentence(),
            "2 domestic abuse call-out within 2 days by police, 2026-03-03 to 2026-03-04.");
  std::string all =
      spring + CallOut("C", "2026-11-10") + CallOut("D", "2026-11-11") + CallOut("E", "2026-11-12");
  all.replace(all.rfind("contact_id"), 10, "agency: btp, contact_id");
  const auto updated = Turn(all, policy);
  ASSERT_EQ(updated.size(), 1U);
  EXPECT_EQ(updated[0].sentence(),
            "3 domestic abuse call-out within 2 days by police and btp, 2026-11-10 to 2026-11-12.");
  EXPECT_EQ(updated[0].evidence_size(), 5);
}

// A plan that must be known is no call-out.
TEST_F(Episodes, DoNotCountWhatMustBeTrueOfTheChild) {
  const std::string plan =
      "- {contact_id: P, kind: plan_opened, occurred: 2026-01-05, recorded: 2026-01-05, detail: "
      "{plan_ref: P1, level: child_protection}}\n";
  const std::string two = CallOut("A", "2026-11-03") + CallOut("B", "2026-11-05");
  for (const std::string anchored : {"", "    anchored: yes\n"}) {
    state_ = {};
    const auto policy =
        PolicyOf(kRule + ("    only_while: [{known: [{kinds: plan_opened}]}]\n" + anchored));
    const auto opened = Turn(plan + two, policy);
    ASSERT_EQ(opened.size(), 1U);
    EXPECT_EQ(opened[0].sentence(),
              "2 domestic abuse call-out within 12 months by police, 2026-11-03 to 2026-11-05.");
    EXPECT_EQ(opened[0].evidence_size(), 3);
  }
}

TEST_F(Episodes, AreUpdatedByNewEvidence) {
  const std::string two = CallOut("A", "2026-11-03") + CallOut("B", "2026-11-05");
  const std::string id = Turn(two)[0].alert_id();
  const auto updated = Turn(two + CallOut("C", "2026-11-09"));
  ASSERT_EQ(updated.size(), 1U);
  EXPECT_EQ(updated[0].change(), v1::ALERT_CHANGE_UPDATED);
  EXPECT_EQ(updated[0].alert_id(), id);
  EXPECT_EQ(updated[0].evidence_size(), 3);
}

// Nobody acts on a day that its own agency has put right.
TEST_F(Episodes, AreUpdatedWhereACorrectionChangesWhatTheySay) {
  const std::string two = CallOut("A", "2026-11-03") + CallOut("B", "2026-11-05");
  const std::string id = Turn(two)[0].alert_id();
  const std::string corrected =
      two +
      "- {contact_id: X, kind: contact_corrected, occurred: 2026-12-01, recorded: 2026-12-01, "
      "detail: {of: B, why: the day was put down wrongly, replaces: {kind: domestic_abuse_callout, "
      "occurred: 2026-11-15, recorded: 2026-11-05, subjects: [{label: child, person_kind: child, "
      "roles: [subject_child]}]}}}\n";
  const auto updated = Turn(corrected);
  ASSERT_EQ(updated.size(), 1U);
  EXPECT_EQ(updated[0].change(), v1::ALERT_CHANGE_UPDATED);
  EXPECT_EQ(updated[0].alert_id(), id);
  EXPECT_THAT(updated[0].sentence(), testing::HasSubstr("2026-11-03 to 2026-11-15."));
  EXPECT_EQ(updated[0].evidence(1).occurred(), "2026-11-15");
  EXPECT_THAT(Turn(corrected), IsEmpty());
}

TEST_F(Episodes, CloseWithTheReason) {
  const std::string two = CallOut("A", "2026-11-03") + CallOut("B", "2026-11-05");
  Turn(two);
  auto closed = Turn(two + Retraction("X", "B"));
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].change(), v1::ALERT_CHANGE_CLOSED);
  EXPECT_EQ(closed[0].closed_because(), "lost_evidence");
  EXPECT_FALSE(closed[0].sentence().empty());

  Turn(two);
  closed = Turn(two +
                "- {contact_id: S, kind: strategy_discussion, occurred: 2026-11-07, recorded: "
                "2026-11-07}\n");
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].closed_because(), "cleared");

  Turn(two);
  closed = Turn(two, CompiledPolicy());
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].closed_because(), "rule_retired");
  EXPECT_EQ(closed[0].policy_version(), "1");
}

// What an older window ended by says nothing of the one that the alert rested on.
class AfterAnOlderWindow : public Episodes {
 protected:
  AfterAnOlderWindow() {
    std::string rule = kRule;
    rule.replace(rule.find("window: 12 months"), 17,
                 "window: 2 days\n    lapses_after: 3 months\n"
                 "    absent: [{kinds: referral_made}]\n    absent_within: 5 days\n"
                 "    absent_what: no referral");
    policy_ = PolicyOf(rule);
  }
  std::string ClosedBecause(const std::string& contacts) {
    const auto changes = Turn(contacts);
    return changes.size() == 1 ? changes[0].closed_because() : "";
  }

  const std::string older_ = CallOut("A", "2025-03-03") + CallOut("B", "2025-03-04");
  const std::string referred_ =
      "- {contact_id: R, kind: referral_made, occurred: 2025-03-05, recorded: 2025-03-05, detail: "
      "{to: social-care}}\n";
  const std::string cleared_ =
      "- {contact_id: S, kind: strategy_discussion, occurred: 2025-03-06, recorded: 2025-03-06}\n";
  const std::string newer_ = CallOut("C", "2026-11-10") + CallOut("D", "2026-11-11");
};

TEST_F(AfterAnOlderWindow, TheyCloseBecauseTheirEvidenceWasLost) {
  for (const std::string& older : {older_, older_ + referred_, older_ + cleared_}) {
    state_ = {};
    ASSERT_EQ(Turn(older + newer_).size(), 1U);
    EXPECT_EQ(ClosedBecause(older + newer_ + Retraction("X", "D")), "lost_evidence") << older;
  }
}

TEST_F(AfterAnOlderWindow, TheyCloseBecauseTheirTimeRanOut) {
  for (const std::string& older : {older_, older_ + referred_, older_ + cleared_}) {
    state_ = {};
    at_ = At("2026-12-31");
    ASSERT_EQ(Turn(older + newer_).size(), 1U);
    at_ = At("2027-03-01");
    EXPECT_EQ(ClosedBecause(older + newer_), "lapsed") << older;
  }
}

TEST_F(AfterAnOlderWindow, TheyCloseBecauseTheyWereNeverTrue) {
  for (const std::string& older : {older_, older_ + referred_, older_ + cleared_}) {
    state_ = {};
    ASSERT_EQ(Turn(older + newer_).size(), 1U);
    const std::string corrected = CallOut("C", "2026-11-10") + CallOut("D", "2026-11-21");
    EXPECT_EQ(ClosedBecause(older + corrected), "no_longer_true") << older;
  }
}

TEST_F(AfterAnOlderWindow, TheyCloseBecauseOfWhatCame) {
  const auto after = [](std::string contact) {
    for (std::size_t at; (at = contact.find("2025-03-0")) != std::string::npos;) {
      contact.replace(at, 9, "2026-11-2");
    }
    contact.replace(contact.find(": "), 3, ": later-");
    return contact;
  };
  for (const std::string& older : {older_, older_ + referred_, older_ + cleared_}) {
    state_ = {};
    ASSERT_EQ(Turn(older + newer_).size(), 1U);
    EXPECT_EQ(ClosedBecause(older + newer_ + after(referred_)), "satisfied_late") << older;
    state_ = {};
    ASSERT_EQ(Turn(older + newer_).size(), 1U);
    EXPECT_EQ(ClosedBecause(older + newer_ + after(cleared_)), "cleared") << older;
  }
}

// Nothing was done about a recommendation that was never made.
TEST_F(Episodes, OfAProcessThatLostItsEvidenceAreNotSatisfied) {
  std::string rule = kRule;
  rule.replace(rule.find("pattern"), std::string::npos,
               "process\n  sentence: \"{missing}.\"\n  process:\n"
               "    anchor: {kinds: case_closed}\n"
               "    unfinished: [{what: a recommendation is open, opened_by: {kinds: "
               "recommendation_made}, finished_by: {kinds: recommendation_closed}}]\n"
               "    lapses_after: 12 months\n");
  policy_ = PolicyOf(rule);
  const std::string closing =
      "- {contact_id: M, kind: recommendation_made, occurred: 2026-11-02, recorded: 2026-11-02, "
      "detail: {text: A visit.}}\n"
      "- {contact_id: K, kind: case_closed, occurred: 2026-11-09, recorded: 2026-11-09, detail: "
      "{reason: needs_met}}\n";
  ASSERT_EQ(Turn(closing).size(), 1U);
  const auto closed = Turn(closing + Retraction("X", "M"));
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].closed_because(), "lost_evidence");
}

TEST_F(Episodes, SayWhatTheyRestedOnAndRestOnNoMore) {
  const std::string three =
      CallOut("A", "2026-11-03") + CallOut("B", "2026-11-05") + CallOut("C", "2026-11-09");
  Turn(three);
  const auto updated = Turn(three + Retraction("X", "B"));
  ASSERT_EQ(updated.size(), 1U);
  EXPECT_EQ(updated[0].change(), v1::ALERT_CHANGE_UPDATED);
  ASSERT_EQ(updated[0].lost_size(), 1);
  EXPECT_EQ(updated[0].lost(0).evidence().contact_id(), "B");
  EXPECT_EQ(updated[0].lost(0).because(), "retracted");
}

TEST_F(Episodes, CloseBecauseTheirEvidenceStandsElsewhere) {
  const std::string two = CallOut("A", "2026-11-03") + CallOut("B", "2026-11-05");
  const std::string id = Turn(two)[0].alert_id();
  for (const std::string reason : {"linked", "wrong_person", "relation_ended"}) {
    withdraw_ = [&](chronology::Entry& entry) {
      if (entry.contact_id != "B") return;
      entry.withdrawn_by = seq_;
      entry.withdrawn_reason = reason;
      entry.counts = false;
    };
    const auto closed = Turn(two);
    ASSERT_EQ(closed.size(), 1U) << reason;
    EXPECT_EQ(closed[0].closed_because(), reason);
    ASSERT_EQ(closed[0].lost_size(), 1) << reason;
    EXPECT_EQ(closed[0].lost(0).evidence().contact_id(), "B");
    EXPECT_EQ(closed[0].lost(0).because(), reason);
    EXPECT_EQ(closed[0].evidence_size(), 2) << "it says what it had rested on";
    withdraw_ = {};
    const auto resumed = Turn(two);
    ASSERT_EQ(resumed.size(), 1U) << reason;
    EXPECT_EQ(resumed[0].alert_id(), id);
    EXPECT_EQ(resumed[0].lost_size(), 0);
  }
}

TEST_F(Episodes, ReopenedWithoutNewEvidenceTheyGoOnUnderTheSameId) {
  const std::string two = CallOut("A", "2026-11-03") + CallOut("B", "2026-11-05");
  const std::string id = Turn(two)[0].alert_id();
  Turn(two + Retraction("X", "B"));
  const auto resumed = Turn(two);
  ASSERT_EQ(resumed.size(), 1U);
  EXPECT_EQ(resumed[0].change(), v1::ALERT_CHANGE_RESUMED);
  EXPECT_EQ(resumed[0].alert_id(), id);
  EXPECT_EQ(resumed[0].opened_seq(), 101U);
  EXPECT_TRUE(state_.closed().empty());
}

TEST_F(Episodes, ReopenedWithNewEvidenceTheyAreNew) {
  const std::string two = CallOut("A", "2026-11-03") + CallOut("B", "2026-11-05");
  const std::string id = Turn(two)[0].alert_id();
  Turn(two + Retraction("X", "B"));
  const auto opened = Turn(two + Retraction("X", "B") + CallOut("C", "2026-11-09"));
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_EQ(opened[0].change(), v1::ALERT_CHANGE_OPENED);
  EXPECT_NE(opened[0].alert_id(), id);
  EXPECT_EQ(state_.closed_size(), 1);
}

TEST_F(Episodes, RememberALimitedNumberOfClosedOnes) {
  const std::string two = CallOut("A", "2026-11-03") + CallOut("B", "2026-11-05");
  for (int i = 0; i < kClosedEpisodesKept + 20; ++i) {
    std::string grown = two;
    // Another contact each time, so that each opening is new.
    grown += CallOut("C" + std::to_string(i), "2026-11-09");
    entries_ = Record(grown);
    for (auto& entry : entries_) {
      if (entry.contact_id[0] == 'C') entry.seq = static_cast<Seq>(1000 + i);
    }
    const Child child{TestChild(), entries_};
    Occasion occasion;
    occasion.seq = ++seq_;
    const auto evaluation = Evaluate(policy_, child, At("2026-12-31"), {&England(), {}, {}});
    state_ = Step(state_, policy_, child, evaluation, occasion).state;
    occasion.seq = ++seq_;
    state_ = Step(state_, policy_, {TestChild(), {}}, {}, occasion).state;
  }
  EXPECT_EQ(state_.closed_size(), kClosedEpisodesKept);
  EXPECT_EQ(state_.closed(kClosedEpisodesKept - 1).closed_seq(), seq_);
}

TEST_F(Episodes, PublicationsDifferByAlertSeqAndChange) {
  v1::Alert alert;
  alert.set_alert_id("a");
  alert.set_seq(1);
  alert.set_change(v1::ALERT_CHANGE_OPENED);
  const std::string first = PublicationId(alert);
  EXPECT_EQ(first.size(), 64U);
  alert.set_seq(2);
  EXPECT_NE(PublicationId(alert), first);
  alert.set_seq(1);
  alert.set_change(v1::ALERT_CHANGE_CLOSED);
  EXPECT_NE(PublicationId(alert), first);
}

}  // namespace
}  // namespace throughline::risk
