#include "tests/node/running_node.h"

// Records that become one person's, households, and addresses that nobody may see.
#include <sstream>

#include "consumers/throughline/program.h"

namespace throughline::cli {
namespace {

// What a lead writes by hand, answered by the desk's feed for their agency.
TEST_F(NodeTest, AnAlertIsAnsweredFromAFile) {
  StartNode();
  ActivateFeed("police");
  ActivateFeed("desk");
  ActivatePolicy();
  CallOut("DA-1", clock_.Now() - 20 * kHour);
  CallOut("DA-2", clock_.Now() - 2 * kHour);
  const v1::PersonRef child = ChronologyOfChild().chronology().person();
  const std::string alert = AwaitAlertOf("DA-02", child).raised().alert_id();
  const std::string file = directory_.root + "/answer.yaml";
  std::ofstream(file) << "contact_id: ack-1\nkind: alert_acknowledged\noccurred: 2026-01-06\n"
                      << "recorded: 2026-01-06\nauthor: {role: team_manager}\n"
                      << "source: {system: desk}\nlinks: [{link: answers, alert_id: " << alert
                      << "}]\nsubjects:\n- {label: a, person_kind: child, roles: [subject_child],\n"
                      << "   references: [{scheme: local-id, value: C1, authority: police}]}\n"
                      << "detail: {alert: " << alert << ", owner: team_manager, due: 2026-12-01}\n";
  const auto publish = [&] {
    std::ostringstream out, err;
    Terminal terminal{out, err};
    const int exit = cli::Run({"--data", directory_.root, "publish", "--agency", "desk", "--as",
                               "childrens-services", file},
                              terminal);
    return std::pair(exit, err.str());
  };
  const auto [refused, why] = publish();
  EXPECT_EQ(refused, kProblems);
  EXPECT_THAT(why, ::testing::HasSubstr("does not say that the feed of desk attests"));
  EXPECT_THAT(why, ::testing::Not(::testing::HasSubstr("taken when")));

  v1::Contact attests = Operator("desk-attests");
  attests.mutable_feed_activated()->set_agency("desk");
  attests.mutable_feed_activated()->set_topic(log::FeedTopic("desk"));
  attests.mutable_feed_activated()->set_state("active");
  attests.mutable_feed_activated()->set_attests(v1::TRI_YES);
  PublishContact("operator", attests);
  const auto [taken, said] = publish();
  EXPECT_EQ(taken, kOk) << said;
  EXPECT_THAT(said, ::testing::HasSubstr("1 of 1 contacts published for childrens-services"));
  const v1::AlertLife life = AwaitAlertOf("DA-02", child);
  ASSERT_EQ(life.answers_size(), 1);
  EXPECT_EQ(life.answers(0).agency(), "childrens-services");
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
  EXPECT_EQ(closed->last().part_of(), open.raised().person());
  EXPECT_EQ(closed->goes_on_in(), open.raised().alert_id());
  EXPECT_EQ(open.raised().joined(), raised.person());
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
  Publish("housing", R"({contact_id: T-2, kind: concern_noted, occurred: 2026-01-05,
      recorded: 2026-01-05, author: {role: housing_officer}, source: {system: tenancies},
      subjects: [{label: b, person_kind: child, roles: [subject_child],
                  references: [{scheme: local-id, value: C2}],
                  demographics: {names: [Child A]}}],
      detail: {raised_by: housing_officer}})");
  v1::Request chronology = ChronologyOfChild();
  chronology.mutable_chronology()->mutable_person()->set_scope("housing");
  v1::Request before = chronology;
  before.mutable_chronology()->set_as_known_at_ms(clock_.Now() + kHour);
  v1::Request household;
  *household.mutable_household()->mutable_of() = chronology.chronology().person();
  household.mutable_household()->set_on("2026-01-06");
  const auto shown = [&](const v1::Request& request) {
    // Intake keeps addresses in small letters.
    return Ask(request).SerializeAsString().find("idden") != std::string::npos;
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
  v1::Request identity;
  identity.mutable_identity()->mutable_first()->set_scheme("local-id");
  identity.mutable_identity()->mutable_first()->set_value("C1");
  identity.mutable_identity()->mutable_first()->set_scope("housing");
  identity.mutable_identity()->mutable_second()->set_scheme("local-id");
  identity.mutable_identity()->mutable_second()->set_value("C2");
  identity.mutable_identity()->mutable_second()->set_scope("housing");
  v1::Request who_knew;
  v1::PersonRef& flat = *who_knew.mutable_who_knew()->mutable_person();
  flat.set_scheme("local-id");
  flat.set_value("H1");
  flat.set_scope("housing");
  const auto names_the_flat = [&] {
    return Ask(who_knew).who_knew().person().references_size() > 0;
  };
  EXPECT_TRUE(shown(identity));
  EXPECT_TRUE(names_the_flat());
  mark("R-1", "2026-03-01", "set", "flat");
  EXPECT_FALSE(names_the_flat());
  EXPECT_FALSE(shown(identity)) << "of the child who lives there, too";
  // The child's own address is given beside that of the home.
  EXPECT_TRUE(shown(chronology));
  EXPECT_FALSE(shown(household));
  mark("R-2", "2026-03-01", "set", "a");
  EXPECT_FALSE(shown(chronology));
  EXPECT_FALSE(shown(before)) << "at no instant";
  StopsAndAnswersTheSame({chronology, household, before});
  StartNode();

  mark("R-3", "2026-09-01", "lifted", "flat");
  mark("R-4", "2026-09-01", "lifted", "a");
  EXPECT_TRUE(shown(chronology));
  EXPECT_TRUE(shown(household));
}

// The contact named the child alone. As corrected it gives the father's address, whose mark stands
// elsewhere.
TEST_F(NodeTest, AProtectedAddressIsNotShownByACorrectionThatGivesIt) {
  StartNode();
  ActivateFeed("housing");
  ActivateFeed("police");
  const auto family = [](const std::string& more) {
    return "subjects: [{label: a, person_kind: child, roles: [subject_child], references: "
           "[{scheme: local-id, value: C1}]}" +
           more + "], detail: {raised_by: a neighbour}";
  };
  const std::string father =
      ", {label: father, person_kind: adult, roles: [parent_carer], references: [{scheme: "
      "local-id, value: F1}], demographics: {address: 1 Hidden Road}}";
  const std::string head =
      "kind: concern_noted, occurred: 2026-01-05, recorded: 2026-01-05, author: {role: "
      "housing_officer}, source: {system: tenancies}, ";
  Publish("housing", "{contact_id: T-1, " + head + family("") + "}");
  Publish("housing",
          "{contact_id: T-2, kind: contact_corrected, occurred: 2026-01-06, recorded: 2026-01-06, "
          "author: {role: housing_officer}, source: {system: tenancies}, detail: {of: T-1, why: "
          "the father was left out, replaces: {contact_id: T-1, " +
              head + family(father) + "}}}");
  v1::Request chronology = ChronologyOfChild();
  chronology.mutable_chronology()->mutable_person()->set_scope("housing");
  const auto shown = [&] {
    return Ask(chronology).SerializeAsString().find("Hidden") != std::string::npos;
  };
  EXPECT_TRUE(shown());
  Publish(
      "police",
      "{contact_id: P-1, kind: handling_set, occurred: 2026-02-01, recorded: 2026-02-01, "
      "author: {role: other}, source: {system: police}, subjects: [{label: father, person_kind: "
      "adult, roles: [parent_carer], references: [{scheme: local-id, value: F1, authority: "
      "housing}]}], detail: {label: father, mark: protected_address, state: set, reason: He is "
      "threatened.}}");
  EXPECT_FALSE(shown());
}

// The contact says more of the household, and of the mother, than their subjects do; the marks
// stand elsewhere.
TEST_F(NodeTest, AProtectedAddressIsNotShownByWhatIsRecordedOfWhoeverHasIt) {
  StartNode();
  ActivateFeed("housing");
  const auto publish = [&](const std::string& id, const std::string& kind,
                           const std::string& detail) {
    Publish("housing",
            "{contact_id: " + id + ", kind: " + kind +
                ", occurred: 2026-01-05, recorded: 2026-01-05, author: {role: housing_officer}, "
                "source: {system: tenancies}, subjects: [{label: a, person_kind: adult, roles: "
                "[parent_carer], references: [{scheme: local-id, value: C1}]}" +
                (detail.find("flat") == std::string::npos
                     ? ""
                     : ", {label: flat, person_kind: household, roles: [household], references: "
                       "[{scheme: local-id, value: H1}]}") +
                "], detail: {" + detail + "}}");
  };
  publish("T-1", "person_recorded",
          "who: flat, names: [1 Hidden Road], aliases: [The Hidden Hall], references: [{scheme: "
          "uprn, value: \"100000000002\"}]");
  publish("T-2", "person_recorded",
          "who: a, names: [Mother], references: [{scheme: uprn, value: \"100000000003\"}]");
  v1::Request chronology = ChronologyOfChild();
  chronology.mutable_chronology()->mutable_person()->set_scope("housing");
  const auto shown = [&](const char* what) {
    return Ask(chronology).SerializeAsString().find(what) != std::string::npos;
  };
  for (const char* what : {"Hidden", "100000000002", "100000000003"}) EXPECT_TRUE(shown(what));
  publish("T-3", "handling_set",
          "label: flat, mark: protected_address, state: set, reason: She hides.");
  EXPECT_FALSE(shown("Hidden"));
  EXPECT_FALSE(shown("100000000002"));
  publish("T-4", "handling_set",
          "label: a, mark: protected_address, state: set, reason: She hides.");
  EXPECT_FALSE(shown("100000000003"));
  EXPECT_TRUE(shown("Mother"));
}

// The whole contact is marked, not the mother: what is known of her no longer says where it was
// from.
TEST_F(NodeTest, AProtectedAddressIsNotAtTheHeadOfAPage) {
  StartNode();
  ActivateFeed("housing");
  const auto publish = [&](const std::string& id, const std::string& day, const std::string& more) {
    Publish("housing", "{contact_id: " + id + ", occurred: 2026-01-05, recorded: " + day +
                           ", author: {role: other}, "
                           "source: {system: tenancies}, " +
                           more + "}");
  };
  const std::string mother =
      "kind: concern_noted, detail: {raised_by: somebody}, subjects: [{label: m, person_kind: "
      "adult, roles: [parent_carer], references: [{scheme: local-id, value: C1}";
  publish("T-1", "2026-01-05", mother + ", {scheme: uprn, value: \"100000000009\"}]}]");
  v1::Request chronology = ChronologyOfChild();
  chronology.mutable_chronology()->mutable_person()->set_scope("housing");
  const v1::PersonRef& her = chronology.chronology().person();
  v1::Request before = chronology;
  before.mutable_chronology()->set_as_known_at_ms(clock_.Now());
  v1::Request who_knew;
  *who_knew.mutable_who_knew()->mutable_person() = her;
  v1::Request relations;
  *relations.mutable_relations()->mutable_of() = her;
  relations.mutable_relations()->set_on("2026-01-06");
  const std::vector<v1::Request> all = {chronology, before, who_knew, relations};
  const auto shown = [&] {
    std::vector<bool> in;
    for (const auto& one : all) {
      in.push_back(Ask(one).SerializeAsString().find("100000000009") != std::string::npos);
    }
    return in;
  };
  EXPECT_THAT(shown(), ::testing::Each(true));
  publish("T-2", "2026-01-05",
          "kind: handling_set, detail: {contact: T-1, mark: protected_address, state: set, reason: "
          "She hides.}");
  EXPECT_THAT(shown(), ::testing::Each(false));
  publish("T-3", "2026-01-06",
          "kind: handling_set, detail: {contact: T-1, mark: "
          "protected_address, state: lifted, reason: She moved.}");
  EXPECT_THAT(shown(), ::testing::Each(true));
  publish("T-4", "2026-01-06", mother + "]}], handling: [{handling: protected_address}]");
  EXPECT_THAT(shown(), ::testing::Contains(true)) << "T-1 gives it in the clear";
  EXPECT_THAT(Ask(who_knew).who_knew().person().references(), ::testing::SizeIs(1));
}

// A child whom only the correction of a correction names is shown that alone, and what is said of
// the first contact holds for it.
TEST_F(NodeTest, AProtectedAddressIsNotShownWhereOnlyACorrectionStands) {
  StartNode();
  ActivateFeed("housing");
  const std::string by =
      "occurred: 2026-01-05, recorded: 2026-01-05, author: {role: housing_officer}, source: "
      "{system: tenancies}, ";
  const auto concern = [&](const std::string& child) {
    return "{contact_id: T-1, kind: concern_noted, " + by +
           "subjects: [{label: a, person_kind: child, roles: [subject_child], references: "
           "[{scheme: local-id, value: " +
           child + "}], demographics: {address: 1 Hidden Road}}], detail: {raised_by: somebody}}";
  };
  const auto corrects = [&](const std::string& id, const std::string& of, const std::string& child,
                            const std::string& more) {
    Publish("housing", "{contact_id: " + id + ", kind: contact_corrected, " + by + more +
                           "detail: {of: " + of +
                           ", why: another child, replaces: " + concern(child) + "}}");
  };
  const auto shown = [&](const char* child) {
    v1::Request chronology = ChronologyOfChild();
    chronology.mutable_chronology()->mutable_person()->set_value(child);
    chronology.mutable_chronology()->mutable_person()->set_scope("housing");
    const v1::Response response = Ask(chronology);
    EXPECT_GT(response.chronology().entries_size(), 0) << child;
    return response.SerializeAsString().find("Hidden") != std::string::npos;
  };
  Publish("housing", concern("C1"));
  corrects("T-3", "T-2", "C3", "");
  corrects("T-2", "T-1", "C2", "");
  EXPECT_TRUE(shown("C3"));
  Publish("housing", "{contact_id: T-4, kind: handling_set, " + by +
                         "detail: {contact: T-1, mark: protected_address, state: set, reason: "
                         "They hide.}}");
  EXPECT_FALSE(shown("C3"));
  EXPECT_FALSE(shown("C2"));
  Publish("housing",
          "{contact_id: T-5, kind: handling_set, occurred: 2026-01-06, recorded: 2026-01-06, "
          "author: {role: housing_officer}, source: {system: tenancies}, detail: {contact: T-1, "
          "mark: protected_address, state: lifted, reason: "
          "They moved.}}");
  EXPECT_TRUE(shown("C3"));
  corrects("T-6", "T-3", "C4", "handling: [{handling: protected_address}], ");
  EXPECT_FALSE(shown("C4"));
}

// The mark is on the person whom the record was joined to: it holds for the record as it stood
// alone.
TEST_F(NodeTest, AProtectedAddressIsNotShownOfARecordFromBeforeItWasJoined) {
  StartNode();
  ActivateFeed("police");
  ActivateFeed("housing");
  const auto publish = [&](const std::string& agency, const std::string& id,
                           const std::string& reference, const std::string& more) {
    Publish(agency,
            "{contact_id: " + id +
                ", kind: concern_noted, occurred: 2026-01-05, recorded: 2026-01-05, author: "
                "{role: other}, source: {system: records}, subjects: [{label: a, "
                "person_kind: adult, roles: [parent_carer], references: [{scheme: local-id, "
                "value: " +
                reference + "}]" + more + "]}");
  };
  publish("police", "P-1", "C1", "}], detail: {raised_by: somebody}, concerns: [neglect");
  publish("housing", "T-1", "H9",
          ", demographics: {address: 1 Hidden Road}}], detail: {raised_by: somebody}, concerns: "
          "[neglect");
  v1::Request before = ChronologyOfChild();
  *before.mutable_chronology()->mutable_person() = [] {
    v1::PersonRef ref;
    ref.set_scheme("local-id");
    ref.set_value("H9");
    ref.set_scope("housing");
    return ref;
  }();
  before.mutable_chronology()->set_as_known_at_ms(clock_.Now());
  const auto shown = [&] {
    return Ask(before).SerializeAsString().find("Hidden") != std::string::npos;
  };
  EXPECT_TRUE(shown());
  v1::Contact decision = Operator("same-1");
  auto& decided = *decision.mutable_identity_decided();
  *decided.mutable_first() = LocalId("C1", "police");
  *decided.mutable_second() = LocalId("H9", "housing");
  decided.set_decision("same");
  decided.set_grounds("They say so.");
  PublishContact("operator", decision);
  // Whoever decides on records is shown no address that some contact of theirs protects.
  publish("police", "P-3", "C7", "}], detail: {raised_by: somebody}, concerns: [neglect");
  v1::Request identity;
  const auto ask_about = [](const char* value, const char* scope, v1::PersonRecordRef& ref) {
    ref.set_scheme("local-id");
    ref.set_value(value);
    ref.set_scope(scope);
  };
  ask_about("H9", "housing", *identity.mutable_identity()->mutable_first());
  ask_about("C7", "police", *identity.mutable_identity()->mutable_second());
  const auto decides_by_it = [&] {
    // Intake keeps addresses in small letters.
    return Ask(identity).SerializeAsString().find("idden") != std::string::npos;
  };
  EXPECT_TRUE(decides_by_it());
  const auto say = [&](const std::string& id, const std::string& day, const std::string& state) {
    Publish("housing", "{contact_id: " + id + ", kind: handling_set, occurred: " + day +
                           ", recorded: " + day +
                           ", author: {role: other}, source: {system: records}, detail: {contact: "
                           "T-1, mark: protected_address, reason: hiding, state: " +
                           state + "}}");
  };
  say("T-2", "2026-01-07", "set");
  EXPECT_FALSE(decides_by_it());
  EXPECT_FALSE(shown());
  say("T-3", "2026-01-08", "lifted");
  EXPECT_TRUE(shown());
  publish("police", "P-2", "C1",
          "}], detail: {raised_by: somebody}, handling: [{handling: protected_address, label: a}");
  EXPECT_FALSE(shown());
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

}  // namespace
}  // namespace throughline::cli
