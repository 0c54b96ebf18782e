#include "engine/base/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace throughline::yaml {
namespace {

using ::testing::HasSubstr;

Node Parsed(std::string_view text) {
  auto node = Parse(text, "f.yaml");
  EXPECT_TRUE(node) << (node ? "" : node.error().text);
  return node ? *node : Node{};
}

void ExpectPlace(const Place& place, int line, int column) {
  EXPECT_EQ(place.line, line);
  EXPECT_EQ(place.column, column);
}

TEST(Yaml, IsATreeWithPlaces) {
  const Node root = Parsed(
      "# comment\n"
      "name: unseen child\n"
      "window: {days: 14, from: \"2011-05\"}\n"
      "kinds:\n"
      "  - a\n"
      "  - 'b: c'\n"
      "nothing:\n"
      "tilde: ~\n"
      "quotes: ['it''s', \"a\\\"b\"]\n"
      "text: |\n"
      "  two\n"
      "  lines\n");
  ASSERT_EQ(root.kind, Node::Kind::kMap);
  ASSERT_EQ(root.entries.size(), 7u);
  ASSERT_EQ(root.key_places.size(), 7u);
  EXPECT_EQ(root.entries[0].first, "name");
  ExpectPlace(root.key_places[0], 2, 1);
  const Node* name = root.Find("name");
  ASSERT_NE(name, nullptr);
  EXPECT_EQ(name->scalar, "unseen child");
  EXPECT_FALSE(name->quoted);
  ExpectPlace(name->place, 2, 7);
  const Node* window = root.Find("window");
  ASSERT_NE(window, nullptr);
  ExpectPlace(window->Find("days")->place, 3, 16);
  EXPECT_TRUE(window->Find("from")->quoted);
  EXPECT_EQ(window->Find("from")->scalar, "2011-05");
  const Node* kinds = root.Find("kinds");
  ASSERT_EQ(kinds->items.size(), 2u);
  EXPECT_EQ(kinds->items[1].scalar, "b: c");
  ExpectPlace(kinds->items[1].place, 6, 5);
  EXPECT_EQ(root.Find("nothing")->kind, Node::Kind::kNull);
  EXPECT_EQ(root.Find("tilde")->kind, Node::Kind::kNull);
  EXPECT_EQ(root.Find("quotes")->items[0].scalar, "it's");
  EXPECT_EQ(root.Find("quotes")->items[1].scalar, "a\"b");
  EXPECT_EQ(root.Find("text")->scalar, "two\nlines\n");
  EXPECT_EQ(root.Find("absent"), nullptr);
}

TEST(Yaml, AnEmptyTextIsNull) {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n"}) {
    const Node root = Parsed(text);
    EXPECT_EQ(root.kind, Node::Kind::kNull) << text;
    EXPECT_GE(root.place.line, 1);
  }
}

TEST(Yaml, KeysKeepTheirOrderAndText) {
  const Node root = Parsed("b: 1\na: 2\n\"c d\": 3\n10: 4\n");
  EXPECT_EQ(root.entries[0].first, "b");
  EXPECT_EQ(root.entries[2].first, "c d");
  EXPECT_EQ(root.entries[3].first, "10");
}

std::string Repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

struct Refusal {
  std::string text;
  std::string says;
};

TEST(Yaml, RefusesWithThePlace) {
  const Refusal cases[] = {
      {"a: 1\nb: [1, 2\n", "f.yaml:3:1: "},
      {"a: 1\n b: 2\n", "f.yaml:2:"},
      {"a: \"x\n", "f.yaml:1:4: the quote is not closed"},
      {"a: \"x", "f.yaml:1:"},
      {"a:\n\t- b\n", "f.yaml:2:"},
      {"a: \"x\nb: 2\n", "f.yaml:1:4: the quote is not closed"},
      {"a: \"x\\\"\n", "f.yaml:1:4: the quote is not closed"},
      {"a: 'x''\n", "f.yaml:1:4: the quote is not closed"},
      {"\xef\xbb\xbf"
       "a: 'x\n",
       "f.yaml:1:4: the quote is not closed"},
      {"a: 1\nb\n", "f.yaml:2:1: a key without a colon"},
      {"? b\n", "f.yaml:1:3: a key without a colon"},
      {"a: !<!> x\n", "f.yaml:1:4: a tag is not taken"},
      {"a: 1\nb: 2\na: 3\n", "f.yaml:3:1: the key `a` stands twice, first at 1:1"},
      {"x: {k: 1, k: 2}\n", "f.yaml:1:11: the key `k` stands twice, first at 1:5"},
      {"a: &here 1\n", "f.yaml:1:4: an anchor is not taken"},
      {"a: &here 1\nb: *here\n", "f.yaml:2:4: an alias is not taken"},
      {"b: *here\n", "f.yaml:1:4: "},
      {"a: !!binary eA==\n", "f.yaml:1:4: a tag is not taken"},
      {"a: !mine [1]\n", "f.yaml:1:4: a tag is not taken"},
      {"? [a, b]\n: 1\n", "a key must be a plain text"},
      {"? {a: b}\n: 1\n", "a key must be a plain text"},
      {"~: 1\n", "a key is missing"},
      {"a: 1\n---\nb: 2\n", "more than one document"},
      {"a: 1\nb: \xff\n", "f.yaml:2:4: not UTF-8"},
      {std::string("a: 1\n\x04\nb: 2\n"), "f.yaml:2:1: a control character"},
      {std::string("a: \0b\n", 6), "f.yaml:1:4: a control character"},
      {std::string(70, '['), "f.yaml:1:1: "},
      {Repeated("- ", 65), "nested too deeply"},
      {Repeated("{a: ", 65), "a bracket is not closed"},
      {std::string(100000, '['), "f.yaml:1:1: "},
      {Repeated("- ", 100000), "nested too deeply"},
      {Repeated("? ", 100000), "a key must be a plain text"},
      {std::string((std::size_t{4} << 20) + 1, ' '), "f.yaml: longer than 4194304 bytes"},
  };
  for (const Refusal& each : cases) {
    auto node = Parse(each.text, "f.yaml");
    ASSERT_FALSE(node) << each.text.substr(0, 80);
    EXPECT_EQ(node.error().code, Code::kInvalid);
    EXPECT_THAT(node.error().text, HasSubstr(each.says)) << each.text.substr(0, 80);
  }
}

TEST(Yaml, ShowsAllFaultsAtOnce) {
  auto node = Parse("a: &x 1\nb: 2\nb: 3\nc: !t 4\n", "f.yaml");
  ASSERT_FALSE(node);
  EXPECT_EQ(node.error().text,
            "f.yaml:1:4: an anchor is not taken\n"
            "f.yaml:3:1: the key `b` stands twice, first at 2:1\n"
            "f.yaml:4:4: a tag is not taken");
}

TEST(Yaml, ShowsAHundredFaultsAndCountsTheRest) {
  std::string text;
  for (int i = 0; i < 151; ++i) text += "a: 1\n";
  auto node = Parse(text, "f.yaml");
  ASSERT_FALSE(node);
  EXPECT_THAT(node.error().text, HasSubstr("\nand 50 more"));
}

TEST(Yaml, TakesSixtyFourLevels) {
  EXPECT_TRUE(Parse(std::string(64, '[') + std::string(64, ']'), "f.yaml"));
  EXPECT_FALSE(Parse(std::string(65, '[') + std::string(65, ']'), "f.yaml"));
}

TEST(Yaml, FaultTextLeavesOutWhatIsNotKnown) {
  EXPECT_EQ((Fault{"f", {2, 3}, "t"}.Text()), "f:2:3: t");
  EXPECT_EQ((Fault{"f", {2, 0}, "t"}.Text()), "f:2: t");
  EXPECT_EQ((Fault{"f", {}, "t"}.Text()), "f: t");
}

TEST(Yaml, SurvivesDamagedTexts) {
  const std::string whole =
      "a: {b: [1, \"two\", 'three'], c: |\n    x\n  }\nd:\n  - e: f\n    g: >-\n      h\n? i\n: "
      "j\n";
  std::mt19937 random(7);
  const std::string bytes = "[]{}:,-?&*!|>'\"%@`# \n\tax0";
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string text = whole;
    for (int edits = 0; edits < 4; ++edits) {
      text[random() % text.size()] = bytes[random() % bytes.size()];
    }
    auto node = Parse(text, "f.yaml");
    if (node) continue;
    ++refused;
    EXPECT_THAT(node.error().text, HasSubstr("f.yaml:"));
  }
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace throughline::yaml
