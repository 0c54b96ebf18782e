#include "consumers/throughline/node.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <thread>

#include "consumers/throughline/policy_bundle.h"
#include "consumers/throughline/session.h"
#include "consumers/throughline/settings_rows.h"
#include "engine/base/uk_time.h"
#include "engine/base/yaml.h"
#include "engine/contact/compact.h"

// One process on one data directory, asked through its socket as the command line asks it.
namespace throughline::cli {
namespace {

constexpr Millis kPatience = 60 * kSecond;

class NodeTest : public ::testing::Test {
 protected:
  NodeTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "throughline-node-XXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_.root = pattern;
    auto log = log::LocalLog::Open(directory_.Log(), clock_);
    EXPECT_TRUE(log) << log.error().text;
    intake::Opening opening;
    opening.partnership = "Test";
    opening.tick_interval = kSecond;
    opening.journal = kJournal;
    auto begun = intake::Init(**log, clock_, opening);
    EXPECT_TRUE(begun) << begun.error().text;
  }
  ~NodeTest() override {
    session_.reset();
    node_.reset();
    std::error_code fault;
    std::filesystem::remove_all(directory_.root, fault);
  }

  void StartNode() {
    auto settings = ReadSettings(directory_.Settings(), {"shards=2"});
    ASSERT_TRUE(settings) << settings.error().text;
    auto node = Node::Open(directory_, clock_, *settings, {});
    ASSERT_TRUE(node) << node.error().text;
    node_ = std::move(*node);
    auto started = node_->Start();
    ASSERT_TRUE(started) << started.error().text;
    auto session = Session::Open(directory_.root);
    ASSERT_TRUE(session) << session.error().text;
    session_ = std::move(*session);
    ASSERT_TRUE(session_->running());
    AwaitLive();
  }
  // Until every store has reached the journal's end.
  void AwaitLive() {
    v1::Request request;
    request.mutable_inspect();
    auto live = [&] {
      v1::InspectAnswer answer = Ask(request).inspect();
      return std::all_of(answer.shards().begin(), answer.shards().end(),
                         [](const auto& shard) { return shard.state() == "live"; });
    };
    while (!live()) std::this_thread::yield();
  }
  void StopNode() {
    session_.reset();
    node_.reset();
  }

  // A contact in compact YAML, published and waited for.
  void Publish(const std::string& agency, const std::string& yaml) {
    auto tree = yaml::Parse(yaml, "test");
    ASSERT_TRUE(tree) << tree.error().text;
    auto compact = contact::FromCompact(*tree, "test");
    ASSERT_TRUE(compact.faults.empty()) << compact.faults.front().Text();
    PublishContact(agency, compact.contact);
  }
  void PublishContact(const std::string& agency, const v1::Contact& contact) {
    auto offsets =
        session_->Append(log::FeedTopic(agency), {{"", contact.SerializeAsString(), {}}});
    ASSERT_TRUE(offsets) << offsets.error().text;
    auto reached = session_->Wait(log::FeedTopic(agency), offsets->front(), kPatience);
    ASSERT_TRUE(reached) << reached.error().text;
    ASSERT_TRUE(*reached);
  }
  void ActivateFeed(const std::string& agency) {
    v1::Contact contact = Operator("feed-" + agency);
    contact.mutable_feed_activated()->set_agency(agency);
    contact.mutable_feed_activated()->set_topic(log::FeedTopic(agency));
    contact.mutable_feed_activated()->set_state("active");
    PublishContact("operator", contact);
  }
  void ActivatePolicy() {
    auto files = ReadPolicyFiles(std::string(THROUGHLINE_SOURCE_DIR) + "/deploy/policy/starter");
    ASSERT_TRUE(files) << files.error().text;
    auto policy = risk::ReadPolicy(*files);
    ASSERT_TRUE(policy) << policy.error().text;
    v1::Contact contact = Operator("policy");
    contact.mutable_policy_activated()->set_policy(policy->id());
    contact.mutable_policy_activated()->set_version(policy->version());
    contact.mutable_policy_activated()->set_content(risk::BundlePolicy(*files));
    contact.mutable_policy_activated()->set_state("active");
    PublishContact("operator", contact);
  }
  v1::Contact Operator(const std::string& id) {
    v1::Contact contact;
    contact.set_contact_id(id);
    contact.mutable_occurred()->set_at("2026-01-01");
    contact.mutable_recorded()->set_at("2026-01-01");
    contact.mutable_author()->set_role("data_steward");
    contact.mutable_source()->set_system("test");
    return contact;
  }
  void CallOut(const std::string& id, Millis when) {
    std::string at = FormatMinute(when);
    at[10] = 'T';
    Publish("police",
            "{contact_id: " + id + ", kind: domestic_abuse_callout, occurred: \"" + at +
                "\", recorded: \"" + at +
                "\", author: {role: police_officer, team: response}, source: {system: crime}, "
                "subjects: [{label: a, "
                "person_kind: child, roles: [subject_child], references: [{scheme: local-id, "
                "value: C1}]}, {label: m, "
                "person_kind: adult, roles: [parent_carer, victim], references: [{scheme: "
                "local-id, value: M1}]}], "
                "concerns: [{concern: domestic_abuse, children: [a]}], detail: {victim: m}}");
  }
  v1::Response Ask(const v1::Request& request) {
    auto response = session_->Ask(request);
    EXPECT_TRUE(response) << response.error().text;
    return response ? *response : v1::Response();
  }
  // What the process answers is answered of what it leaves behind, when nobody runs any more.
  void StopsAndAnswersTheSame(const std::vector<v1::Request>& all) {
    std::vector<std::string> live;
    for (const auto& request : all) live.push_back(Said(Ask(request)));
    StopNode();
    auto session = Session::Open(directory_.root);
    ASSERT_TRUE(session) << session.error().text;
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto response = (*session)->Ask(all[i]);
      ASSERT_TRUE(response) << response.error().text;
      EXPECT_EQ(Said(*response), live[i]) << all[i].ShortDebugString();
    }
  }

  // What was answered, whatever ticks passed meanwhile.
  static std::string Said(v1::Response response) {
    const auto* reflection = response.GetReflection();
    const auto* field =
        reflection->GetOneofFieldDescriptor(response, v1::Response::descriptor()->oneof_decl(0));
    if (field == nullptr) return "nothing";
    auto* answer = reflection->MutableMessage(&response, field);
    if (const auto* seq = answer->GetDescriptor()->FindFieldByName("seq")) {
      answer->GetReflection()->ClearField(answer, seq);
    }
    return response.SerializeAsString();
  }
  v1::Request ChronologyOfChild() {
    v1::Request request;
    auto& person = *request.mutable_chronology()->mutable_person();
    person.set_scheme("local-id");
    person.set_value("C1");
    person.set_scope("police");
    return request;
  }
  std::string Digest() {
    v1::Request request;
    request.mutable_inspect()->set_digests(true);
    return Ask(request).inspect().digest();
  }
  // What is raised, once something is.
  v1::AlertsAnswer AwaitAlerts() {
    v1::Request request;
    request.mutable_alerts();
    for (Millis until = clock_.Now() + kPatience; clock_.Now() < until; std::this_thread::yield()) {
      v1::AlertsAnswer answer = Ask(request).alerts();
      if (answer.alerts_size() > 0) return answer;
    }
    ADD_FAILURE() << "no alert came";
    return {};
  }

  // The open alert of a rule on a person, once there is one.
  v1::AlertLife AwaitAlertOf(const std::string& rule, const v1::PersonRef& person) {
    v1::Request request;
    *request.mutable_alerts()->mutable_person() = person;
    for (Millis until = clock_.Now() + kPatience; clock_.Now() < until; std::this_thread::yield()) {
      const v1::AlertsAnswer answer = Ask(request).alerts();
      for (const auto& life : answer.alerts()) {
        if (life.open() && life.raised().rule() == rule) return life;
      }
    }
    ADD_FAILURE() << "no alert of " << rule << " came";
    return {};
  }
  static v1::Reference LocalId(const std::string& value, const std::string& authority) {
    v1::Reference reference;
    reference.set_scheme("local-id");
    reference.set_value(value);
    reference.set_authority(authority);
    return reference;
  }

  DataDirectory directory_;
  SystemClock clock_;
  std::unique_ptr<Node> node_;
  std::unique_ptr<Session> session_;
};

TEST_F(NodeTest, AContactIsOnTheChronologyAsSoonAsItsPublisherHasWaited) {
  StartNode();
  ActivateFeed("police");
  CallOut("DA-1", clock_.Now() - kDay);
  auto answer = Ask(ChronologyOfChild()).chronology();
  ASSERT_EQ(answer.entries_size(), 1);
  EXPECT_EQ(answer.entries(0).contact_id(), "DA-1");
}

TEST_F(NodeTest, TwoCallOutsRaiseAnAlertThatRestartAndRebuildLeaveAlone) {
  StartNode();
  ActivateFeed("police");
  ActivatePolicy();
  CallOut("DA-1", clock_.Now() - 20 * kHour);
  CallOut("DA-2", clock_.Now() - 2 * kHour);
  auto raised = AwaitAlerts();
  ASSERT_GT(raised.alerts_size(), 0);

  StopNode();
  StartNode();
  auto again = AwaitAlerts();
  ASSERT_EQ(again.alerts_size(), raised.alerts_size());
  EXPECT_EQ(again.alerts(0).raised().alert_id(), raised.alerts(0).raised().alert_id());

  v1::Request rebuild;
  rebuild.mutable_rebuild();
  auto rebuilt = Ask(rebuild).rebuild();
  EXPECT_EQ(rebuilt.published_late(), 0U);
  EXPECT_EQ(rebuilt.differences(), 0U);
  EXPECT_EQ(AwaitAlerts().alerts_size(), raised.alerts_size());
}

TEST_F(NodeTest, ManyCommandsAtOnceAreAnswered) {
  StartNode();
  ActivateFeed("police");
  CallOut("DA-1", clock_.Now() - kDay);
  std::vector<std::thread> threads;
  std::atomic<int> answered{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      auto session = Session::Open(directory_.root);
      if (!session) return;
      for (int n = 0; n < 20; ++n) {
        auto response = (*session)->Ask(ChronologyOfChild());
        if (response && response->chronology().entries_size() == 1) answered.fetch_add(1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered.load(), 160);
}

TEST_F(NodeTest, WithoutAProcessTheSameQuestionHasTheSameAnswer) {
  StartNode();
  ActivateFeed("police");
  CallOut("DA-1", clock_.Now() - kDay);
  auto live = Ask(ChronologyOfChild()).chronology();
  StopNode();
  auto session = Session::Open(directory_.root);
  ASSERT_TRUE(session) << session.error().text;
  EXPECT_FALSE((*session)->running());
  auto response = (*session)->Ask(ChronologyOfChild());
  ASSERT_TRUE(response) << response.error().text;
  EXPECT_EQ(response->chronology().entries(0).SerializeAsString(),
            live.entries(0).SerializeAsString());
}

TEST_F(NodeTest, WhoKnewWhatIsAnsweredWithAProcessAndWithout) {
  StartNode();
  ActivateFeed("police");
  ActivateFeed("school");
  CallOut("DA-1", clock_.Now() - kDay);
  v1::Request who_knew;
  *who_knew.mutable_who_knew()->mutable_person() = ChronologyOfChild().chronology().person();
  v1::Request difference;
  *difference.mutable_difference()->mutable_person() = who_knew.who_knew().person();
  difference.mutable_difference()->set_first("agency:school");
  difference.mutable_difference()->set_second("shared");
  v1::Request lens = ChronologyOfChild();
  lens.mutable_chronology()->set_lens("agency:school");
  v1::Request alerts;
  *alerts.mutable_alerts()->mutable_person() = who_knew.who_knew().person();
  alerts.mutable_alerts()->set_lens("agency:school");
  const std::vector<v1::Request> all = {who_knew, difference, lens, alerts};
  const v1::WhoKnewAnswer knew = Ask(who_knew).who_knew();
  ASSERT_EQ(knew.contacts_size(), 1);
  EXPECT_EQ(knew.contacts(0).knew(0).agency(), "police");
  EXPECT_EQ(knew.contacts(0).knew(0).by(0).how(), "authored");
  EXPECT_EQ(Ask(difference).difference().only_second_size(), 1);
  EXPECT_EQ(Ask(lens).chronology().entries_size(), 0);
  StopsAndAnswersTheSame(all);
}

// The police and a school hold one child under numbers of their own. The lead answers the alert
// that the police's contacts raise; then the two records turn out to be one child's.
TEST_F(NodeTest, WhatALeadAnsweredHoldsWhenTheRecordBecomesPartOfAnother) {
  StartNode();
  ActivateFeed("police");
  ActivateFeed("school");
  ActivatePolicy();
  Publish("school", R"({contact_id: S-1, kind: concern_noted, occurred: 2026-01-05,
      recorded: 2026-01-05, author: {role: teacher}, source: {system: register},
      subjects: [{label: a, person_kind: child, roles: [subject_child],
                  references: [{scheme: local-id, value: S9}]}],
      concerns: [neglect], detail: {raised_by: teacher}})");
  CallOut("DA-1", clock_.Now() - 20 * kHour);
  CallOut("DA-2", clock_.Now() - 2 * kHour);
  const v1::Alert raised =
      AwaitAlertOf("DA-02", ChronologyOfChild().chronology().person()).raised();

  v1::Contact answer = Operator("ack-1");
  answer.mutable_alert_acknowledged()->set_alert(raised.alert_id());
  answer.mutable_alert_acknowledged()->set_owner("team_manager");
  answer.mutable_alert_acknowledged()->mutable_due()->set_at("2026-12-01");
  auto& link = *answer.add_links();
  link.set_link("answers");
  link.set_alert_id(raised.alert_id());
  auto& child = *answer.add_subjects();
  child.set_label("a");
  child.set_person_kind("child");
  child.add_roles("subject_child");
  *child.add_references() = LocalId("C1", "police");
  PublishContact("operator", answer);

  v1::Contact decision = Operator("same-1");
  auto& decided = *decision.mutable_identity_decided();
  *decided.mutable_first() = LocalId("S9", "school");
  *decided.mutable_second() = LocalId("C1", "police");
  decided.set_decision("same");
  decided.set_grounds("The school's address book says so.");
  PublishContact("operator", decision);

  v1::PersonRef kept;
  kept.set_scheme("local-id");
  kept.set_value("S9");
  kept.set_scope("school");
  const v1::AlertLife open = AwaitAlertOf("DA-02", kept);
  EXPECT_NE(open.raised().alert_id(), raised.alert_id());
  EXPECT_TRUE(open.open());
  ASSERT_EQ(open.answers_size(), 1);
  EXPECT_EQ(open.answers(0).contact_id(), "ack-1");
  EXPECT_EQ(open.answers(0).role(), "team_manager");
  EXPECT_THAT(open.earlier(), ::testing::ElementsAre(raised.alert_id()));

  v1::Request everyone;
  everyone.mutable_alerts();
  const auto all = Ask(everyone).alerts();
  const auto closed = std::find_if(
      all.alerts().begin(), all.alerts().end(),
      [&](const v1::AlertLife& life) { return life.raised().alert_id() == raised.alert_id(); });
  ASSERT_NE(closed, all.alerts().end()) << "nothing is deleted";
  EXPECT_FALSE(closed->open());
  EXPECT_EQ(closed->last().closed_because(), "linked");
}

TEST_F(NodeTest, HouseholdAndRelationsAreAnsweredWithAProcessAndWithout) {
  StartNode();
  ActivateFeed("housing");
  Publish("housing", R"({contact_id: T-1, kind: address_known, occurred: 2026-01-05,
      recorded: 2026-01-05, author: {role: housing_officer}, source: {system: tenancies},
      subjects: [{label: a, person_kind: child, roles: [subject_child],
                  references: [{scheme: local-id, value: C1}], demographics: {names: [Child A]}},
                 {label: m, person_kind: adult, roles: [parent_carer],
                  references: [{scheme: local-id, value: M1}], demographics: {names: [Mother]},
                  stated_relation: {relation: parent, to: a}},
                 {label: flat, person_kind: household, roles: [household],
                  references: [{scheme: uprn, value: "100000000001"}]}],
      detail: {address: flat, who: [a, m], since: 2026-01-01}})");
  v1::Request household;
  household.mutable_household()->mutable_of()->set_scheme("uprn");
  household.mutable_household()->mutable_of()->set_value("100000000001");
  household.mutable_household()->set_on("2026-01-05");
  v1::Request relations;
  auto& child = *relations.mutable_relations()->mutable_of();
  child.set_scheme("local-id");
  child.set_value("C1");
  relations.mutable_relations()->set_on("2026-01-05");
  v1::Request through = household;
  through.mutable_household()->set_lens("agency:school");
  const v1::HouseholdAnswer lives = Ask(household).household();
  ASSERT_EQ(lives.homes_size(), 1);
  ASSERT_EQ(lives.homes(0).members_size(), 2);
  EXPECT_EQ(lives.homes(0).members(0).on_day(), "certain");
  ASSERT_EQ(Ask(relations).relations().parents_size(), 1);
  EXPECT_EQ(Ask(relations).relations().parents(0).person().name(), "Mother");
  EXPECT_EQ(Ask(through).household().homes(0).members_size(), 0);
  v1::Request recorded = household;
  recorded.mutable_household()->set_lens("recorded");
  recorded.mutable_household()->set_as_known_at_ms(*ParseDay("2026-01-07") * kDay);
  EXPECT_EQ(Ask(recorded).household().homes(0).members_size(), 2) << "written down by then";
  v1::Request shared = recorded;
  shared.mutable_household()->set_lens("shared");
  EXPECT_EQ(Ask(shared).household().homes_size(), 0) << "and published months later";
  const std::vector<v1::Request> all = {household, relations, through, recorded};
  StopsAndAnswersTheSame(all);
}

// Housing gives the address in the clear; the refuge says that it is protected, months later.
TEST_F(NodeTest, AProtectedAddressIsShownByNoContactThatGivesIt) {
  StartNode();
  ActivateFeed("housing");
  ActivateFeed("refuge");
  Publish("housing", R"({contact_id: T-1, kind: address_known, occurred: 2026-01-05,
      recorded: 2026-01-05, author: {role: housing_officer}, source: {system: tenancies},
      subjects: [{label: a, person_kind: child, roles: [subject_child],
                  references: [{scheme: local-id, value: C1}],
                  demographics: {names: [Child A], date_of_birth: 2020-05-06,
                                 address: 1 Hidden Road}},
                 {label: flat, person_kind: household, roles: [household],
                  demographics: {address: 1 Hidden Road},
                  references: [{scheme: local-id, value: H1}]}],
      detail: {address: flat, who: [a], since: 2026-01-01}})");
  v1::Request chronology = ChronologyOfChild();
  chronology.mutable_chronology()->mutable_person()->set_scope("housing");
  v1::Request before = chronology;
  before.mutable_chronology()->set_as_known_at_ms(clock_.Now() + kHour);
  v1::Request household;
  *household.mutable_household()->mutable_of() = chronology.chronology().person();
  household.mutable_household()->set_on("2026-01-06");
  const auto shown = [&](const v1::Request& request) {
    return Ask(request).SerializeAsString().find("Hidden") != std::string::npos;
  };
  EXPECT_TRUE(shown(chronology));
  EXPECT_TRUE(shown(household));

  const auto mark = [&](const std::string& id, const std::string& day, const std::string& state,
                        const std::string& label) {
    Publish("refuge",
            "{contact_id: " + id + ", kind: handling_set, occurred: " + day + ", recorded: " + day +
                ", author: {role: other}, source: {system: refuge}, subjects: [{label: a, "
                "person_kind: child, roles: [subject_child], references: [{scheme: "
                "local-id, value: C1, authority: housing}]}, {label: flat, person_kind: "
                "household, roles: [household], references: [{scheme: local-id, value: "
                "H1, authority: housing}]}], detail: {label: " +
                label + ", mark: protected_address, state: " + state +
                ", reason: They hide from the father.}}");
  };
  mark("R-1", "2026-03-01", "set", "flat");
  // The child's own address is given beside that of the home.
  EXPECT_TRUE(shown(chronology));
  EXPECT_FALSE(shown(household));
  mark("R-2", "2026-03-01", "set", "a");
  EXPECT_FALSE(shown(chronology));
  EXPECT_FALSE(shown(before)) << "at no instant";
  v1::Request identity;
  identity.mutable_identity()->mutable_first()->set_scheme("local-id");
  identity.mutable_identity()->mutable_first()->set_value("C1");
  identity.mutable_identity()->mutable_first()->set_scope("housing");
  identity.mutable_identity()->mutable_second()->set_scheme("local-id");
  identity.mutable_identity()->mutable_second()->set_value("H1");
  identity.mutable_identity()->mutable_second()->set_scope("housing");
  EXPECT_FALSE(shown(identity));
  StopsAndAnswersTheSame({chronology, household, before});
  StartNode();

  mark("R-3", "2026-09-01", "lifted", "flat");
  mark("R-4", "2026-09-01", "lifted", "a");
  EXPECT_TRUE(shown(chronology));
  EXPECT_TRUE(shown(household));
}

TEST_F(NodeTest, TheChronologyOfAJoinedRecordIsItsPersonsFromTheLinkOn) {
  StartNode();
  ActivateFeed("police");
  ActivateFeed("school");
  const auto seen = [&](const std::string& agency, const std::string& id, const char* value) {
    Publish(agency,
            fmt::format("{{contact_id: {}, kind: concern_noted, occurred: 2026-01-05, "
                        "recorded: 2026-01-05, author: {{role: other}}, source: {{system: "
                        "s}}, subjects: [{{label: a, person_kind: child, roles: "
                        "[subject_child], references: [{{scheme: local-id, value: {}}}]}}], "
                        "detail: {{told_to: social_worker}}}}",
                        id, value));
  };
  seen("police", "P-1", "C1");
  seen("school", "S-1", "K1");
  const auto of = [](const char* value, const char* scope) {
    v1::Request request;
    auto& person = *request.mutable_chronology()->mutable_person();
    person.set_scheme("local-id");
    person.set_value(value);
    person.set_scope(scope);
    return request;
  };
  const auto ids = [&](const v1::Request& request) {
    std::set<std::string> all;
    const v1::Response response = Ask(request);
    for (const auto& entry : response.chronology().entries()) {
      if (!entry.has_withdrawn()) all.insert(entry.contact_id());
    }
    return all;
  };
  using Ids = std::set<std::string>;
  // What a decision moves is seen at the last of its parts, after the decision itself.
  const auto await = [&](const v1::Request& request, const Ids& wanted) {
    const Millis until = clock_.Now() + kPatience;
    while (ids(request) != wanted && clock_.Now() < until) std::this_thread::yield();
    EXPECT_EQ(ids(request), wanted);
  };
  EXPECT_EQ(ids(of("C1", "police")), Ids{"P-1"});
  const Millis before = clock_.Now();
  const auto decide = [&](const char* id, const char* decision) {
    Publish("police",
            fmt::format("{{contact_id: {}, kind: identity_decided, occurred: 2026-01-06, "
                        "recorded: 2026-01-06, author: {{role: data_steward}}, source: {{system: "
                        "s}}, detail: {{first: {{scheme: local-id, value: C1, authority: police}}, "
                        "second: {{scheme: local-id, value: K1, authority: school}}, decision: {}, "
                        "grounds: seen}}}}",
                        id, decision));
  };
  while (clock_.Now() == before) std::this_thread::yield();
  decide("D-1", "same");
  await(of("C1", "police"), {"P-1", "S-1"});
  await(of("K1", "school"), {"P-1", "S-1"});
  int led = 0;
  for (const char* value : {"C1", "K1"}) {
    const std::string id =
        Ask(of(value, value[0] == 'C' ? "police" : "school")).chronology().person().person();
    v1::Request then = of(value, value[0] == 'C' ? "police" : "school");
    then.mutable_chronology()->set_as_known_at_ms(before);
    const v1::ChronologyAnswer answer = Ask(then).chronology();
    EXPECT_EQ(answer.entries_size(), 1) << "as known before the link, each is its own";
    EXPECT_FALSE(answer.has_part_of());
    v1::Request now;
    now.mutable_chronology()->mutable_person()->set_id(answer.person().person());
    const v1::ChronologyAnswer joined = Ask(now).chronology();
    EXPECT_EQ(joined.person().person(), id);
    if (!joined.has_part_of()) continue;
    ++led;
    EXPECT_EQ(joined.part_of().record(), answer.person().person());
  }
  EXPECT_EQ(led, 1);
  decide("D-2", "undo_same");
  await(of("C1", "police"), {"P-1"});
  await(of("K1", "school"), {"S-1"});
}

TEST_F(NodeTest, WhatIsPublishedWithNobodyRunningIsTakenWhenSomebodyDoes) {
  StartNode();
  ActivateFeed("police");
  StopNode();
  auto session = Session::Open(directory_.root);
  ASSERT_TRUE(session) << session.error().text;
  auto offsets = (*session)->Append(log::FeedTopic("police"), {{"", "no contact at all", {}}});
  ASSERT_TRUE(offsets) << offsets.error().text;
  session->reset();
  StartNode();
  CallOut("DA-1", clock_.Now() - kDay);
  v1::Request inspect;
  inspect.mutable_inspect();
  auto intake = Ask(inspect).inspect().intake();
  EXPECT_EQ(intake.refused(), 1U);
  EXPECT_EQ(Ask(ChronologyOfChild()).chronology().entries_size(), 1);
}

TEST_F(NodeTest, OnlyFeedsAreWrittenFromOutside) {
  StartNode();
  for (const char* topic : {kJournal, "throughline.alerts", "throughline.dead-letters"}) {
    auto offsets = session_->Append(topic, {{"", "x", {}}});
    ASSERT_FALSE(offsets) << topic;
    EXPECT_EQ(offsets.error().code, Code::kInvalid);
  }
}

TEST_F(NodeTest, ADamagedJournalIsRefusedNamingWhereAndItsLastGoodSeq) {
  StartNode();
  ActivateFeed("police");
  CallOut("DA-1", clock_.Now() - kDay);
  StopNode();
  // The bytes of the contact lie in the journal once, and nothing before them is touched.
  std::filesystem::path segment;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.Log() + "/" + kJournal)) {
    if (entry.path().extension() == ".segment") segment = entry.path();
  }
  std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const std::size_t at = bytes.rfind("DA-1");
  ASSERT_NE(at, std::string::npos) << segment;
  file.clear();
  file.seekp(static_cast<std::streamoff>(at));
  file.put('X');
  file.close();
  auto settings = ReadSettings(directory_.Settings(), {});
  const auto node = Node::Open(directory_, clock_, *settings, {});
  ASSERT_FALSE(node);
  EXPECT_EQ(node.error().code, Code::kCorrupt);
  std::smatch said;
  const std::regex text(
      R"(/(\S+) at position (\d+), last good offset (\d+): damaged below what was synced; )"
      R"(journal throughline\.journal\.g1: last good seq (\d+) at offset (\d+))");
  ASSERT_TRUE(std::regex_search(node.error().text, said, text)) << node.error().text;
  EXPECT_EQ(said[3], said[5]);
  // One record an offset, from seq 1 at offset 0.
  EXPECT_EQ(std::stoll(said[4]), std::stoll(said[5]) + 1);
}

TEST_F(NodeTest, ACopyIsWholeAndFoldsToTheSameAnswers) {
  StartNode();
  ActivateFeed("police");
  CallOut("DA-1", clock_.Now() - kDay);
  DataDirectory copy{directory_.root + "-copy"};
  v1::Request request;
  request.mutable_copy()->set_directory(copy.root);
  Ask(request);
  auto live = Ask(ChronologyOfChild()).chronology();
  StopNode();
  std::swap(directory_, copy);
  StartNode();
  EXPECT_EQ(Ask(ChronologyOfChild()).chronology().entries(0).SerializeAsString(),
            live.entries(0).SerializeAsString());
  StopNode();
  std::filesystem::remove_all(directory_.root);
  std::swap(directory_, copy);
}

}  // namespace
}  // namespace throughline::cli
