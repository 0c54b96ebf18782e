#include "tests/node/running_node.h"

// What is told to whoever decides whether records are one person's.
namespace throughline::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class IdentityAnswered : public NodeTest {
 protected:
  IdentityAnswered() {
    const auto ask_about = [](const char* value, const char* scope, v1::PersonRecordRef& ref) {
      ref.set_scheme("local-id");
      ref.set_value(value);
      ref.set_scope(scope);
    };
    ask_about("C1", "gp", *explain_.mutable_identity()->mutable_first());
    ask_about("Z1", "clinic", *explain_.mutable_identity()->mutable_second());
  }
  void Attends(const std::string& agency, const std::string& id, const std::string& child,
               const std::string& demographics, const std::string& more = "") {
    Publish(agency,
            "{contact_id: " + id +
                ", kind: attendance, occurred: 2026-01-05, recorded: 2026-01-05, author: {role: "
                "other}, source: {system: records}, subjects: [{label: a, person_kind: child, "
                "roles: [subject_child], references: [{scheme: local-id, value: " +
                child + "}], demographics: {" + demographics +
                "}}, {label: m, person_kind: adult, roles: [parent_carer], references: [{scheme: "
                "local-id, value: M" +
                child + "}], demographics: {names: [Mother " + id +
                "]}}], detail: {service: walk_in, reason: Seen., result: discharged}" + more + "}");
  }
  v1::IdentityPair Explained() {
    const v1::IdentityAnswer answer = Ask(explain_).identity();
    EXPECT_EQ(answer.pairs_size(), 1);
    return answer.pairs_size() == 1 ? answer.pairs(0) : v1::IdentityPair();
  }
  static std::vector<std::string> Fields(const v1::IdentityPair& pair) {
    std::vector<std::string> fields;
    for (const auto& one : pair.fields()) fields.push_back(one.field());
    return fields;
  }

  v1::Request explain_;
};

const char* const kSensitive = ", handling: [sensitive_service]";

TEST_F(IdentityAnswered, WhatOnlyAContactSaysWhoseFactIsHiddenIsNotTold) {
  StartNode();
  ActivateFeed("gp");
  ActivateFeed("clinic");
  Attends("gp", "G-1", "C1", "names: [Kim Alder], date_of_birth: 2010-03-02");
  Attends("gp", "G-2", "C1",
          "names: [Kim Alder], aliases: [Rosie Quill], date_of_birth: 2010-03-04", kSensitive);
  Attends("clinic", "Z-1", "Z1", "names: [Rosie Quill], date_of_birth: 2010-03-04");
  const v1::IdentityPair pair = Explained();
  EXPECT_THAT(pair.first().names(), ElementsAre("kim alder"));
  EXPECT_THAT(pair.first().births(), ElementsAre("2010-03-02"));
  EXPECT_THAT(pair.first().parents(), ElementsAre("mother g-1"));
  EXPECT_EQ(pair.first().contacts(), 1U) << "as many as the chronology shows";
  EXPECT_TRUE(pair.first().details_withheld());
  EXPECT_THAT(pair.second().names(), ElementsAre("rosie quill"));
  EXPECT_FALSE(pair.second().details_withheld());
  for (const auto& one : pair.fields()) {
    EXPECT_FALSE(one.level() == "exact") << one.field() << ": that they share it is hidden";
  }
  EXPECT_GT(pair.bits(), 0) << "it weighs";

  v1::Request everyone;
  everyone.mutable_identity();
  StopsAndAnswersTheSame({explain_, everyone});
  StartNode();
  Publish("gp",
          "{contact_id: G-3, kind: handling_set, occurred: 2026-01-06, recorded: 2026-01-06, "
          "author: {role: other}, source: {system: records}, detail: {contact: G-2, mark: "
          "sensitive_service, state: lifted, reason: She agrees.}}");
  const v1::IdentityPair lifted = Explained();
  EXPECT_EQ(lifted.first().names_size(), 2);
  EXPECT_FALSE(lifted.first().details_withheld());
  EXPECT_GT(lifted.fields_size(), pair.fields_size());
}

TEST_F(IdentityAnswered, OfARecordOfWhichNothingMayBeSeenNothingIsTold) {
  StartNode();
  ActivateFeed("gp");
  ActivateFeed("clinic");
  const std::string same = "names: [Kim Alder], date_of_birth: 2010-03-02";
  Attends("gp", "G-1", "C1", same);
  Attends("clinic", "Z-1", "Z1", same, kSensitive);
  const v1::IdentityPair pair = Explained();
  EXPECT_THAT(pair.second().names(), IsEmpty());
  EXPECT_THAT(pair.second().births(), IsEmpty());
  EXPECT_THAT(pair.second().parents(), IsEmpty());
  EXPECT_EQ(pair.second().contacts(), 0U);
  EXPECT_TRUE(pair.second().details_withheld());
  EXPECT_THAT(Fields(pair), IsEmpty());
  EXPECT_THAT(pair.first().names(), ElementsAre("kim alder"));
}

TEST_F(IdentityAnswered, WithoutTheChronologyNobodyCanTellWhatIsHidden) {
  StartNode();
  ActivateFeed("gp");
  ActivateFeed("clinic");
  const std::string same = "names: [Kim Alder], date_of_birth: 2010-03-02";
  Attends("gp", "G-1", "C1", same);
  Attends("clinic", "Z-1", "Z1", same);
  EXPECT_THAT(Explained().first().names(), ElementsAre("kim alder"));
  StopNode();
  std::filesystem::remove_all(directory_.Projections());
  auto session = Session::Open(directory_.root);
  ASSERT_TRUE(session) << session.error().text;
  auto response = (*session)->Ask(explain_);
  ASSERT_TRUE(response) << response.error().text;
  const v1::IdentityPair& pair = response->identity().pairs(0);
  EXPECT_THAT(pair.first().names(), IsEmpty());
  EXPECT_TRUE(pair.first().details_withheld());
  EXPECT_THAT(Fields(pair), IsEmpty());
}

}  // namespace
}  // namespace throughline::cli
