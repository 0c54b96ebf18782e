#include "consumers/risk/risk_fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <random>

#include "consumers/risk/recorded.h"
#include "engine/base/bytes.h"
#include "engine/chronology/chronology_fold.h"
#include "engine/chronology/read.h"
#include "engine/projection/shard.h"
#include "tests/consumers/risk/random_child.h"
#include "tests/consumers/risk/records.h"

namespace throughline::risk {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Seq kNow = std::numeric_limits<Seq>::max();

constexpr const char* kTwoCallOuts =
    "rules:\n- id: T-1\n  title: A rule\n  statement: Looks.\n  basis: {kind: guidance, source: A "
    "source}\n"
    "  jurisdiction: england\n  addressee: safeguarding_lead\n  response: Do it.\n"
    "  respond_within: 1 working day\n  family: pattern\n  sentence: It holds.\n"
    "  pattern:\n    steps: [{contact: {kinds: domestic_abuse_callout}, at_least: 2}]\n"
    "    window: 12 months\n    lapses_after: 1 month\n";

// A shard of chronology and risk, and the journal that it reads.
class Journal {
 public:
  // In parts of so many children, each by a process of its own.
  explicit Journal(std::size_t part_steps = std::numeric_limits<std::size_t>::max())
      : part_steps_(part_steps) {
    Open();
  }

  void Tick(Millis at) {
    v1::Decision decision;
    decision.mutable_tick()->set_at_ms(at);
    decision.mutable_tick()->add_behind("throughline.contacts.school");
    Append(std::move(decision), {});
  }

  void Activate(const v1::Policy& policy, const std::string& state = "active") {
    v1::Decision decision;
    auto& activated = *decision.mutable_policy_activated();
    activated.set_policy(policy.id());
    activated.set_version(policy.version());
    activated.set_state(state);
    if (state == "active") activated.set_compiled(policy.SerializeAsString());
    Append(std::move(decision), {});
  }

  void Activate(const std::vector<PolicyFile>& files) {
    auto policy = ReadPolicy(files);
    ASSERT_TRUE(policy.has_value()) << policy.error().text;
    Activate(*policy);
  }

  void Place(const chronology::Entry& entry) {
    v1::Decision decision;
    auto& placed = *decision.mutable_placed();
    placed.set_agency(entry.agency);
    placed.set_contact_id(entry.contact_id);
    placed.set_kind(entry.stated_kind);
    placed.set_history(entry.history);
    *placed.add_to() = entry.placement;
    received_ = entry.recorded;
    Append(std::move(decision), {{entry.stated->SerializeAsString(), false}});
  }

  void Append(v1::Decision decision, std::vector<log::Item> items) {
    if (forgets_) risk_.Forget();
    log::Accepted record;
    record.decision = std::move(decision);
    record.contacts = std::move(items);
    record.envelope.set_seq(++seq_);
    record.envelope.set_placed_ms(received_);
    record.envelope.set_received_ms(received_);
    record.hash = Sha256(std::to_string(seq_));
    const auto applied = shard_->Apply(record);
    ASSERT_TRUE(applied.has_value()) << applied.error().text;
    while (shard_->unfinished() != 0) {
      ++parts_;
      ASSERT_TRUE(shard_->Commit().has_value());
      Open();
      ASSERT_TRUE(shard_->Apply(record).has_value());
    }
  }

  std::vector<AlertHistory> Alerts(Seq as_known = kNow) const {
    return AlertsOf(shard_->state(), TestChild(), as_known);
  }
  std::vector<std::string> Changes(Seq as_known = kNow) const {
    std::vector<std::string> lines;
    for (const auto& history : Alerts(as_known)) {
      for (const auto& alert : history.changes) {
        lines.push_back(alert.rule() + " " + v1::AlertChange_Name(alert.change()).substr(13) + " " +
                        std::to_string(alert.seq()));
      }
    }
    return lines;
  }
  const projection::Writes& state() const { return shard_->state(); }
  projection::Shard& shard() { return *shard_; }
  Seq seq() const { return seq_; }
  int parts() const { return parts_; }
  // From here on nothing is kept in memory from one record to the next.
  void Forget() { forgets_ = true; }
  projection::ByKey<std::string> Committed() {
    EXPECT_TRUE(shard_->Commit().has_value());
    return store_.all();
  }

 private:
  void Open() {
    risk_.Forget();
    shard_ = std::make_unique<projection::Shard>(
        &store_, nullptr, projection::ShardOf{},
        std::vector<projection::Fold*>{&chronology_, &risk_}, part_steps_);
  }

  std::size_t part_steps_;
  int parts_ = 0;
  bool forgets_ = false;
  projection::MemoryStore store_;
  chronology::ChronologyFold chronology_;
  RiskFold risk_;
  std::unique_ptr<projection::Shard> shard_;
  Seq seq_ = 0;
  Millis received_ = 0;
};

std::vector<PolicyFile> Files(const std::string& rules) {
  return {{"policy.yaml", "id: test\nversion: 1\ntitle: Test\n"}, {"rules.yaml", rules}};
}

std::vector<chronology::Entry> CallOuts(const std::string& more = "") {
  std::string text;
  for (const std::string id : {"A", "B"}) {
    text += "- {contact_id: " + id + ", kind: domestic_abuse_callout, occurred: 2026-11-0" +
            (id == "A" ? "3" : "5") + ", recorded: 2026-11-06" + more + "}\n";
  }
  return Record(text);
}

TEST(RiskFold, EvaluatesAtTheRecordThatConcernsTheChild) {
  Journal journal;
  journal.Activate(Files(kTwoCallOuts));
  journal.Tick(At("2026-11-06"));
  const auto calls = CallOuts();
  journal.Place(calls[0]);
  EXPECT_THAT(journal.Changes(), IsEmpty());
  journal.Place(calls[1]);
  EXPECT_THAT(journal.Changes(), ElementsAre("T-1 OPENED 4"));
  const auto alert = journal.Alerts()[0].last;
  EXPECT_EQ(alert.at_ms(), At("2026-11-06"));
  EXPECT_THAT(alert.behind(), ElementsAre("throughline.contacts.school"));
  EXPECT_FALSE(alert.at_activation());
  ASSERT_TRUE(journal.shard().Commit().has_value());
  const auto outbox = projection::Outbox(journal.state(), 10);
  ASSERT_EQ(outbox.size(), 1U);
  EXPECT_EQ(outbox[0].publication.id, PublicationId(alert));
}

TEST(RiskFold, ATickAtWhichSomethingIsDueEvaluates) {
  Journal journal;
  journal.Activate(Files(kTwoCallOuts));
  journal.Tick(At("2026-11-06"));
  for (const auto& call : CallOuts()) journal.Place(call);
  journal.Tick(At("2026-12-05"));
  EXPECT_THAT(journal.Changes(), ElementsAre("T-1 OPENED 4"));
  journal.Tick(At("2026-12-06"));
  EXPECT_THAT(journal.Changes(), ElementsAre("T-1 OPENED 4", "T-1 CLOSED 6"));
  EXPECT_EQ(journal.Alerts()[0].last.closed_because(), "lapsed");
  EXPECT_THAT(journal.Changes(5), ElementsAre("T-1 OPENED 4"));
  EXPECT_TRUE(journal.Alerts(5)[0].open);
  EXPECT_THAT(journal.Changes(3), IsEmpty());
}

TEST(RiskFold, BeforeTheFirstTickNothingIsJudged) {
  Journal journal;
  journal.Activate(Files(kTwoCallOuts));
  for (const auto& call : CallOuts()) journal.Place(call);
  EXPECT_THAT(journal.Changes(), IsEmpty());
  journal.Tick(At("2026-11-06"));
  EXPECT_THAT(journal.Changes(), ElementsAre("T-1 OPENED 4"));
}

TEST(RiskFold, HistoryWaitsForTheNextTickAndIsMarked) {
  Journal journal;
  journal.Activate(Files(kTwoCallOuts));
  journal.Tick(At("2026-11-06"));
  for (const auto& call : CallOuts(", history: yes")) journal.Place(call);
  EXPECT_THAT(journal.Changes(), IsEmpty());
  journal.Tick(At("2026-11-06T00:01"));
  EXPECT_THAT(journal.Changes(), ElementsAre("T-1 OPENED 5"));
  EXPECT_TRUE(journal.Alerts()[0].last.from_history());
}

TEST(RiskFold, AnActivationEvaluatesEveryChildAndARetirementClosesWhatItOpened) {
  Journal journal;
  journal.Tick(At("2026-11-06"));
  for (const auto& call : CallOuts()) journal.Place(call);
  EXPECT_THAT(journal.Changes(), IsEmpty());
  journal.Activate(Files(kTwoCallOuts));
  EXPECT_THAT(journal.Changes(), ElementsAre("T-1 OPENED 4"));
  EXPECT_TRUE(journal.Alerts()[0].last.at_activation());
  v1::Policy policy;
  policy.set_id("test");
  journal.Activate(policy, "retired");
  EXPECT_THAT(journal.Changes(), ElementsAre("T-1 OPENED 4", "T-1 CLOSED 5"));
  EXPECT_EQ(journal.Alerts()[0].last.closed_because(), "rule_retired");
}

// Seven children, before a policy and under it, and a tick at which all have something due.
void LiveWithSeven(Journal& journal) {
  journal.Tick(At("2026-11-06"));
  for (const char child : std::string("0a1b2cd")) {
    for (auto call : CallOuts()) {
      call.contact_id += child;
      call.placement.set_person(PersonId::FromText(std::string(32, child))->Raw().data(), 16);
      journal.Place(call);
    }
  }
  journal.Activate(Files(kTwoCallOuts));
  journal.Tick(At("2026-12-06"));
}

TEST(RiskFold, AnActivationGoesOnWhereItWasAndLeavesTheSameBytes) {
  Journal whole;
  LiveWithSeven(whole);
  EXPECT_EQ(whole.parts(), 0);
  const auto expected = whole.Committed();
  EXPECT_EQ(projection::Outbox(whole.state(), 100).size(), 14U);
  for (const std::size_t steps : {1, 2, 3, 6}) {
    Journal parts(steps);
    LiveWithSeven(parts);
    EXPECT_GE(parts.parts(), 2);
    EXPECT_EQ(parts.Committed(), expected) << steps << " at once";
  }
}

// A child's contacts as they become known, of some children in the order in which they were written
// down and of others in any, some of them history, with ticks between them, under the starter rules
// that come into force, leave it and come back. What was stored after each.
std::vector<projection::ByKey<std::string>> Live(Journal& journal, std::uint64_t seed) {
  std::vector<projection::ByKey<std::string>> stored;
  auto entries = Record(RandomRecord(seed));
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.recorded < b.recorded; });
  std::mt19937_64 random(seed);
  if (seed % 2 == 0) std::shuffle(entries.begin(), entries.end(), random);
  journal.Activate(StarterFiles());
  Millis now = 0;
  for (auto& entry : entries) {
    entry.history = random() % 6 == 0;
    now = std::max(now, entry.recorded);
    if (random() % 3 != 0) journal.Tick(now);
    journal.Place(entry);
    stored.push_back(journal.Committed());
    if (random() % 3 == 0) {
      now += static_cast<Millis>(random() % 30000) * kMinute;
      journal.Tick(now);
    }
    if (random() % 12 == 0) journal.Activate(Files(kTwoCallOuts));
    if (random() % 24 == 0) journal.Activate(StarterFiles());
  }
  journal.Tick(At("2027-01-01"));
  stored.push_back(journal.Committed());
  return stored;
}

TEST(RiskFold, WhatIsKeptInMemoryChangesNoByte) {
  std::size_t rows = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Journal keeps;
    Journal forgets;
    forgets.Forget();
    const auto kept = Live(keeps, seed);
    ASSERT_EQ(kept, Live(forgets, seed)) << "seed " << seed;
    rows += kept.back().size();
  }
  EXPECT_GT(rows, 3000U);
}

// Whose record becomes part of the child's.
PersonId Joined() { return *PersonId::FromText("ffffffffffffffffffffffffffffffff"); }

// The two records are of one person: a decision with a part for each of the contacts that stood on
// the joined one. The first lay at `first`.
void Link(const std::vector<chronology::Entry>& calls, Seq first, Journal& journal) {
  v1::Decision linked;
  linked.mutable_linked()->set_kept(std::string(TestChild().Raw()));
  linked.mutable_linked()->set_joined(std::string(Joined().Raw()));
  linked.mutable_linked()->set_parts(static_cast<std::uint32_t>(calls.size()));
  journal.Append(linked, {});
  const Seq decision = journal.seq();
  std::uint32_t part = 0;
  for (const auto& call : calls) {
    v1::Decision because;
    auto& placed = *because.mutable_placed_because();
    placed.set_because(decision);
    placed.set_part(++part);
    placed.set_of(static_cast<std::uint32_t>(calls.size()));
    placed.set_reason("linked");
    auto& earlier = *placed.add_contacts();
    earlier.set_seq(first + part - 1);
    earlier.set_agency(call.agency);
    earlier.set_contact_id(call.contact_id);
    earlier.set_kind(call.kind);
    earlier.set_placed_ms(call.placed);
    earlier.set_received_ms(call.received);
    earlier.add_from(std::string(Joined().Raw()));
    *earlier.add_to() = call.placement;
    journal.Append(because, {{call.stated->SerializeAsString(), false}});
  }
}

void PlaceOnJoined(const std::vector<chronology::Entry>& calls, Journal& journal) {
  for (auto call : calls) {
    call.placement.set_person(std::string(Joined().Raw()));
    journal.Place(call);
  }
}

TEST(RiskFold, WhatADecisionBringsIsEvaluatedAtItsLastPart) {
  Journal journal;
  journal.Activate(Files(kTwoCallOuts));
  journal.Tick(At("2026-11-06"));
  const auto calls = CallOuts();
  PlaceOnJoined(calls, journal);
  EXPECT_THAT(journal.Changes(), IsEmpty());
  Link(calls, 3, journal);
  EXPECT_THAT(journal.Changes(), ElementsAre("T-1 OPENED 7"));
}

// What somebody knows who reads the alerts topic and nothing else: which alert is open, by rule,
// person and anchor.
class TopicReader {
 public:
  explicit TopicReader(const projection::Reads& state) {
    for (const auto& row : projection::Outbox(state, 100)) {
      v1::Alert alert;
      EXPECT_TRUE(alert.ParseFromString(row.publication.value));
      alerts_.push_back(alert);
    }
    std::stable_sort(alerts_.begin(), alerts_.end(),
                     [](const auto& a, const auto& b) { return a.seq() < b.seq(); });
  }

  // Those that are open on a person after `seq`, of the rule and anchor of `like`, by id.
  std::vector<std::string> Open(const std::string& person, Seq seq, const v1::Alert& like) const {
    std::map<std::string, bool> open;
    for (const v1::Alert& alert : alerts_) {
      if (alert.seq() > seq || alert.person() != person || alert.rule() != like.rule()) continue;
      if (alert.anchor().contact_id() != like.anchor().contact_id()) continue;
      open[alert.alert_id()] = alert.change() != v1::ALERT_CHANGE_CLOSED;
    }
    std::vector<std::string> ids;
    for (const auto& [id, is_open] : open) {
      if (is_open) ids.push_back(id);
    }
    return ids;
  }
  const std::vector<v1::Alert>& alerts() const { return alerts_; }

 private:
  std::vector<v1::Alert> alerts_;
};

TEST(RiskFold, OnTheTopicAnAlertThatALinkClosesIsFollowedToThatInWhichItGoesOn) {
  Journal journal;
  journal.Activate(Files(kTwoCallOuts));
  journal.Tick(At("2026-11-06"));
  const auto calls = CallOuts();
  PlaceOnJoined(calls, journal);
  Link(calls, 3, journal);
  ASSERT_TRUE(journal.shard().Commit().has_value());
  const TopicReader topic(journal.state());
  ASSERT_EQ(topic.alerts().size(), 3U);
  const auto closed = std::find_if(topic.alerts().begin(), topic.alerts().end(), [](const auto& a) {
    return a.change() == v1::ALERT_CHANGE_CLOSED;
  });
  ASSERT_NE(closed, topic.alerts().end());
  EXPECT_EQ(closed->closed_because(), "linked");
  EXPECT_EQ(closed->part_of(), TestChild().Text());
  const auto there = topic.Open(closed->part_of(), closed->seq(), *closed);
  ASSERT_THAT(there, ElementsAre(journal.Alerts()[0].last.alert_id()));
  // And back.
  const v1::Alert opened = journal.Alerts()[0].last;
  EXPECT_EQ(opened.joined(), Joined().Text());
  EXPECT_THAT(topic.Open(opened.joined(), opened.seq() - 1, opened),
              ElementsAre(closed->alert_id()));
}

TEST(RiskFold, AnAlertThatWasOpenOnThePersonAlreadyIsTheOneInWhichItGoesOn) {
  Journal journal;
  journal.Activate(Files(kTwoCallOuts));
  journal.Tick(At("2026-11-06"));
  const auto own = CallOuts();
  for (const auto& call : own) journal.Place(call);
  auto calls = CallOuts();
  for (auto& call : calls) call.contact_id += "-2";
  PlaceOnJoined(calls, journal);
  Link(calls, 5, journal);
  ASSERT_TRUE(journal.shard().Commit().has_value());
  const TopicReader topic(journal.state());
  const v1::Alert own_alert = journal.Alerts()[0].last;
  EXPECT_EQ(own_alert.opened_seq(), 4U);
  EXPECT_EQ(own_alert.joined(), Joined().Text()) << "it changed as evidence joined";
  const auto closed = AlertsOf(journal.state(), Joined(), kNow);
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_THAT(topic.Open(closed[0].last.part_of(), closed[0].last.seq(), closed[0].last),
              ElementsAre(own_alert.alert_id()));
}

TEST(RiskFold, APolicyThatCannotBeReadRefusesItsRecord) {
  Journal journal;
  journal.Tick(At("2026-11-06"));
  v1::Decision decision;
  decision.mutable_policy_activated()->set_policy("test");
  decision.mutable_policy_activated()->set_state("active");
  decision.mutable_policy_activated()->set_compiled("\xff");
  journal.Append(decision, {});
  EXPECT_EQ(journal.shard().Position()->refused, 1U);
  EXPECT_TRUE(ReadInForce(journal.state()).has_value());
}

struct Life {
  std::string rule;
  std::string anchor;
  Millis opened = 0;
  Millis closed = kLatest;
  std::string because;
};

// Openings, resumptions and closings of one list of changes, in order.
void AddLives(const std::vector<v1::Alert>& changes, std::vector<Life>& lives) {
  for (const auto& alert : changes) {
    if (alert.change() == v1::ALERT_CHANGE_UPDATED) continue;
    if (alert.change() == v1::ALERT_CHANGE_CLOSED) {
      lives.back().closed = alert.at_ms();
      lives.back().because = alert.closed_because();
    } else {
      lives.push_back({alert.rule(), alert.anchor().contact_id(), alert.at_ms(), kLatest, ""});
    }
  }
}

void Sort(std::vector<Life>& lives) {
  std::sort(lives.begin(), lives.end(), [](const Life& a, const Life& b) {
    return std::tie(a.rule, a.anchor, a.opened) < std::tie(b.rule, b.anchor, b.opened);
  });
}

TEST(RecordedLens, EqualsTheFoldWithinOneIntervalWhenNobodyIsLate) {
  constexpr Millis kInterval = kDay;
  const auto files = StarterFiles();
  const CompiledPolicy policy = StarterPolicy();
  Calendars none;
  std::size_t compared = 0;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    auto entries = Record(RandomRecord(seed));
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
      return std::tie(a.recorded, a.agency, a.contact_id) <
             std::tie(b.recorded, b.agency, b.contact_id);
    });
    Journal journal;
    journal.Activate(files);
    const Millis until = At("2027-06-01");
    std::size_t next = 0;
    for (Millis tick = 1672444800000; tick <= until; tick += kInterval) {  // 2022-12-31
      journal.Tick(tick);
      while (next < entries.size() && entries[next].recorded < tick + kInterval) {
        journal.Place(entries[next++]);
      }
    }
    ASSERT_EQ(next, entries.size());
    std::vector<Life> live;
    for (const auto& history : journal.Alerts()) AddLives(history.changes, live);
    std::vector<Life> recorded;
    chronology::Query query;
    query.lens = v1::LENS_RECORDED;
    const auto known = chronology::KnownAt(journal.state(), TestChild(), query);
    for (const auto& episode : RecordedAlerts(known, policy, none, until, kInterval)) {
      AddLives(episode.changes, recorded);
    }
    Sort(live);
    Sort(recorded);
    ASSERT_EQ(live.size(), recorded.size()) << "seed " << seed;
    compared += live.size();
    for (std::size_t i = 0; i < live.size(); ++i) {
      const std::string what =
          "seed " + std::to_string(seed) + " " + live[i].rule + " " + live[i].anchor;
      EXPECT_EQ(live[i].rule, recorded[i].rule) << what;
      EXPECT_EQ(live[i].anchor, recorded[i].anchor) << what;
      EXPECT_EQ(live[i].because, recorded[i].because) << what;
      EXPECT_LE(std::abs(live[i].opened - recorded[i].opened), kInterval) << what;
      EXPECT_LE(std::abs(live[i].closed - recorded[i].closed), kInterval) << what;
    }
  }
  EXPECT_GT(compared, 200U);
}

TEST(RecordedLens, KnowsACorrectionOnlyFromItsOwnTimeOn) {
  const auto entries = Record(
      "- {contact_id: A, kind: domestic_abuse_callout, occurred: 2026-11-03, recorded: "
      "2026-11-03T10:00}\n"
      "- {contact_id: B, kind: domestic_abuse_callout, occurred: 2026-11-04, recorded: "
      "2026-11-04T10:00}\n"
      "- {contact_id: X, kind: contact_retracted, occurred: 2026-11-09, recorded: "
      "2026-11-09T10:00, links: "
      "[{retracts: B}], detail: {of: B, why: not_ours}}\n");
  chronology::Known known;
  known.person = TestChild();
  known.entries = entries;
  for (chronology::Entry& entry : known.entries) entry.known = entry.recorded;
  auto policy = ReadPolicy(Files(kTwoCallOuts));
  ASSERT_TRUE(policy.has_value());
  const auto episodes = RecordedAlerts(known, *CompiledPolicy::Compile({*policy}), England(),
                                       At("2027-01-01"), kMinute);
  ASSERT_EQ(episodes.size(), 1U);
  EXPECT_EQ(episodes[0].opened, At("2026-11-04T10:00"));
  EXPECT_EQ(episodes[0].closed, At("2026-11-09T10:00"));
  EXPECT_EQ(episodes[0].closed_because, "lost_evidence");
}

}  // namespace
}  // namespace throughline::risk
