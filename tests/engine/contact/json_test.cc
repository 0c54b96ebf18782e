#include <random>

#include "engine/contact/compact.h"
#include "tests/engine/contact/contacts.h"

namespace throughline::contact {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> FaultsOf(std::string_view text) {
  std::vector<std::string> faults;
  for (const JsonLine& line : FromJsonLines(text, "c.jsonl")) {
    for (const yaml::Fault& fault : line.faults) faults.push_back(fault.Text());
  }
  return faults;
}

TEST(Json, ComesBackAsItWas) {
  const v1::Contact sound = Sound();
  const std::string json = ToJson(sound);
  EXPECT_THAT(json, HasSubstr("\"contact_id\":\"C-1\""));
  const auto lines = FromJsonLines(json + "\n\n  \r\n" + json, "c.jsonl");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].line, 1);
  EXPECT_EQ(lines[1].line, 4);
  for (const JsonLine& line : lines) {
    EXPECT_TRUE(line.faults.empty());
    EXPECT_EQ(line.contact.SerializeAsString(), sound.SerializeAsString());
  }
}

TEST(Json, TakesCamelCaseToo) {
  const auto lines = FromJsonLines(
      R"({"contactId": "C-1", "concernNoted": {"raisedBy": "teacher"}, "unit": null})", "c.jsonl");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].faults.empty()) << lines[0].faults[0].Text();
  EXPECT_EQ(lines[0].contact.concern_noted().raised_by(), "teacher");
}

TEST(Json, NamesEveryFieldThatTheSchemaLacksAtOnce) {
  EXPECT_THAT(
      FaultsOf("{\"contact_id\": \"C-1\", \"autor\": {}, \"subjects\": [{\"label\": 7}, "
               "{\"rolls\": []}], \"seen\": {}, \"out_of_hours\": \"yes\", \"mode\": [], "
               "\"sequence\": true, \"place\": \"home\"}"),
      ElementsAre("c.jsonl:1: autor: no such field; did you mean `author`?",
                  "c.jsonl:1: mode: expected a string",
                  "c.jsonl:1: out_of_hours: not one of TRI_UNSPECIFIED, TRI_YES, TRI_NO",
                  "c.jsonl:1: place: expected an object", "c.jsonl:1: seen: expected an array",
                  "c.jsonl:1: sequence: expected a number",
                  "c.jsonl:1: subjects[0].label: expected a string",
                  HasSubstr("c.jsonl:1: subjects[1].rolls: no such field")));
}

TEST(Json, ANameThatStandsTwiceInOneObjectIsRefused) {
  EXPECT_THAT(
      FaultsOf(R"({"unit": "a", "subjects": [{"label": "a"}, {"label": "b", "label": "c"}],)"
               R"( "unit": "b"})"),
      ElementsAre("c.jsonl:1: label: twice in one object", "c.jsonl:1: unit: twice in one object"));
}

TEST(Json, SaysWhereALineIsNoJson) {
  EXPECT_THAT(FaultsOf("{}\n{\"contact_id\": secret}\n[]\n{\"unit\": \"\xff\"}\n"),
              ElementsAre(HasSubstr("c.jsonl:2:16: not JSON"), "c.jsonl:3: expected an object",
                          HasSubstr("c.jsonl:4:11: not UTF-8: write the file in UTF-8")));
}

TEST(Json, DoesNotQuoteWhatItCouldNotTake) {
  for (const char* line :
       {R"({"sequence": "Rumpel"})", R"({"sequence": -1})", R"({"sequence": 1.5})",
        R"({"visit": {}, "concern_noted": {"raised_by": "Rumpel"}})",
        R"({"policy_activated": {"content": "Rumpel!"}})", R"({"sequence": 99999999999999999999})",
        R"({"sequence": 1e999})"}) {
    const auto faults = FaultsOf(line);
    ASSERT_EQ(faults.size(), 1u) << line;
    EXPECT_EQ(faults[0].find("Rumpel"), std::string::npos) << faults[0];
    EXPECT_THAT(faults[0], HasSubstr("c.jsonl:1: "));
  }
}

TEST(Json, HasLimits) {
  EXPECT_THAT(FaultsOf("{\"unit\": \"" + std::string(std::size_t{5} << 20, 'a') + "\"}"),
              ElementsAre(HasSubstr("a line longer than")));
  EXPECT_THAT(FaultsOf("{\"unit\": \"" + std::string(kMaxContactBytes, 'a') + "\"}"),
              ElementsAre(HasSubstr("longer than 1048576 bytes")));
  std::string deep = "{\"unit\": \"x\"}";
  for (int i = 0; i < 40; ++i) deep = "{\"contact_corrected\": {\"replaces\": " + deep + "}}";
  EXPECT_THAT(FaultsOf(deep), ElementsAre(HasSubstr("nested deeper than 32")));
}

TEST(Json, AnyLineGivesAContactOrAFault) {
  std::mt19937 random(20261114);
  const std::string sound = ToJson(Sound());
  for (int i = 0; i < 5'000; ++i) {
    std::string line = sound;
    for (int k = 0; k < 2; ++k) line[random() % line.size()] = static_cast<char>(random());
    for (const JsonLine& read : FromJsonLines(line, "c.jsonl")) {
      EXPECT_TRUE(!read.faults.empty() || Decode(read.contact.SerializeAsString()).has_value());
    }
  }
}

}  // namespace
}  // namespace throughline::contact
