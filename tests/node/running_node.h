#pragma once

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

inline constexpr Millis kPatience = 60 * kSecond;

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

  // Until what was raised stands on its topic, and no store waits to hear of that.
  void AwaitPublished() {
    v1::Request request;
    request.mutable_inspect();
    const auto published = [&] {
      const v1::InspectAnswer answer = Ask(request).inspect();
      return std::all_of(answer.shards().begin(), answer.shards().end(),
                         [](const auto& shard) { return shard.outbox() == 0; });
    };
    for (Millis until = clock_.Now() + kPatience; clock_.Now() < until; std::this_thread::yield()) {
      if (published()) return;
    }
    ADD_FAILURE() << "an alert was not published";
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

}  // namespace throughline::cli
