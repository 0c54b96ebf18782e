#include "engine/chronology/protection.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace throughline::chronology {
namespace {

// What one contact says of an address, when.
struct Word {
  v1::Contact contact;
  Millis recorded = 0;
};

Word Marked(Millis recorded, bool whole = false) {
  Word word{{}, recorded};
  auto& mark = *word.contact.add_handling();
  mark.set_handling("protected_address");
  if (!whole) mark.set_label("home");
  return word;
}

Word Said(Millis recorded, const std::string& state, const std::string& until = "") {
  Word word{{}, recorded};
  auto& detail = *word.contact.mutable_handling_set();
  detail.set_label("home");
  detail.set_mark("protected_address");
  detail.set_state(state);
  if (!until.empty()) detail.mutable_until()->set_at(until);
  return word;
}

v1::Placement Standing(const std::string& kind = "household") {
  v1::Placement placement;
  placement.set_label("home");
  placement.set_why("subject");
  placement.set_person_kind(kind);
  return placement;
}

v1::StoredPerson After(std::vector<Word> words, const v1::Placement& placement = Standing()) {
  v1::StoredPerson person;
  for (const Word& word : words) {
    TakeProtection(word.contact, placement, "refuge", word.recorded, person);
  }
  return person;
}

TEST(Protection, AMarkHoldsUntilItIsLifted) {
  EXPECT_FALSE(IsProtected(After({}), 5));
  EXPECT_TRUE(IsProtected(After({Marked(10)}), 5)) << "at instants before it, too";
  EXPECT_TRUE(IsProtected(After({Said(10, "set")}), 50));
  EXPECT_FALSE(IsProtected(After({Said(10, "set"), Said(20, "lifted")}), 50));
  EXPECT_TRUE(IsProtected(After({Said(10, "set"), Said(20, "lifted"), Marked(30)}), 50));
}

TEST(Protection, OneThatSaysUntilWhenEndsThen) {
  const auto person = After({Said(10, "set", "2026-03-01")});
  EXPECT_TRUE(IsProtected(person, Implied(ParseUncertain("2026-03-01").value())->latest));
  EXPECT_FALSE(IsProtected(person, Implied(ParseUncertain("2026-03-02").value())->latest));
}

TEST(Protection, TheOrderInWhichTheWordsComeChangesNothing) {
  const std::vector<Word> words{Marked(10), Said(20, "lifted"), Said(20, "set", "2026-03-01"),
                                Said(20, "set"), Said(30, "lifted")};
  std::vector<std::size_t> order{0, 1, 2, 3, 4};
  const auto expected = After(words).SerializeAsString();
  while (std::next_permutation(order.begin(), order.end())) {
    std::vector<Word> other;
    for (const std::size_t i : order) other.push_back(words[i]);
    ASSERT_EQ(After(other).SerializeAsString(), expected);
  }
}

TEST(Protection, AMarkOnAWholeContactProtectsTheHomesThatItNames) {
  EXPECT_TRUE(IsProtected(After({Marked(10, true)}), 50));
  EXPECT_FALSE(IsProtected(After({Marked(10, true)}, Standing("adult")), 50));
  v1::Placement beside = Standing();
  beside.set_why("flow");
  EXPECT_FALSE(IsProtected(After({Marked(10)}, beside), 50));
}

// The label is that of the contact as it should read, or one of several.
TEST(Protection, WhoeverIsMarkedByAnyOfTheirLabelsIsProtected) {
  Word correction{{}, 20};
  v1::Contact& body = *correction.contact.mutable_contact_corrected()->mutable_replaces();
  v1::Placement standing = Standing("adult");
  standing.add_also_labels("lodging");
  standing.add_also_labels("replaces/refuge");
  const auto marked = [&](const Word& word) { return IsProtected(After({word}, standing), 50); };
  for (const Word& word : {Marked(20), Said(20, "set")}) {
    body = word.contact;
    EXPECT_FALSE(marked(correction)) << "`home` is somebody else there";
  }
  body.mutable_handling_set()->set_label("refuge");
  EXPECT_TRUE(marked(correction)) << "what handling_set should have said";
  body = Marked(20).contact;
  body.mutable_handling(0)->set_label("refuge");
  EXPECT_TRUE(marked(correction));
  Word other = Marked(20);
  other.contact.mutable_handling(0)->set_label("lodging");
  EXPECT_TRUE(marked(other));
}

TEST(Protection, AMarkOnAWholeContactProtectsEachAddressInItAndInItsCorrections) {
  Word word = Marked(10, true);
  word.contact.set_contact_id("W-1");
  EXPECT_TRUE(IsProtected(After({word}, Standing("adult")), {"refuge", "W-1"}, 50));
  Word correction{{}, 20};
  correction.contact.set_contact_id("W-2");
  correction.contact.mutable_contact_corrected()->mutable_of()->set_contact_id("W-1");
  *correction.contact.mutable_contact_corrected()->mutable_replaces() = Marked(10, true).contact;
  EXPECT_TRUE(IsProtected(After({correction}, Standing("adult")), {"refuge", "W-1"}, 50));
}

TEST(Protection, AContactMayBeMarkedAfterwards) {
  Word word{{}, 10};
  auto& detail = *word.contact.mutable_handling_set();
  detail.mutable_contact()->set_contact_id("W-1");
  detail.set_mark("protected_address");
  detail.set_state("set");
  v1::Placement beside;
  beside.set_why("linked");
  const auto person = After({word}, beside);
  EXPECT_TRUE(IsProtected(person, {"refuge", "W-1"}, 50));
  EXPECT_FALSE(IsProtected(person, {"police", "W-1"}, 50));
  EXPECT_FALSE(IsProtected(person, 50)) << "the person's own address";
}

// Which of a person's addresses a contact gives nobody tells: one that is protected may be any.
TEST(Protection, WhatIsKnownOfAPersonMayBeFromAContactWhoseAddressesAreProtected) {
  Word whole = Marked(10, true);
  whole.contact.set_contact_id("W-1");
  EXPECT_TRUE(MayGiveProtected(After({Marked(10)}), 50)) << "their own";
  Word other = Marked(10);
  other.contact.mutable_handling(0)->set_label("refuge");
  EXPECT_FALSE(MayGiveProtected(After({other}), 50)) << "of another subject";
  EXPECT_TRUE(MayGiveProtected(After({whole}, Standing("adult")), 50));
  Word set{{}, 20};
  set.contact.mutable_handling_set()->mutable_contact()->set_contact_id("W-1");
  set.contact.mutable_handling_set()->set_mark("protected_address");
  set.contact.mutable_handling_set()->set_state("lifted");
  EXPECT_FALSE(MayGiveProtected(After({whole, set}, Standing("adult")), 50));

  const auto home = [](std::vector<Word> words) {
    v1::StoredPerson row = After(std::move(words));
    row.add_kinds()->set_person_kind("household");
    return MayGiveProtected(row, 50);
  };
  EXPECT_TRUE(home({whole}));
  EXPECT_FALSE(home({whole, Said(20, "lifted")}));
  EXPECT_TRUE(MayGiveProtected(After({whole, Said(20, "lifted")}, Standing("adult")), 50));
}

}  // namespace
}  // namespace throughline::chronology
