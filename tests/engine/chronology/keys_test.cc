#include "engine/chronology/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "engine/base/bytes.h"

namespace throughline::chronology {
namespace {

// The indented lines of KEYS.md: a name, two spaces at least, bytes in hex with spaces between.
std::map<std::string, std::string> WorkedExample() {
  std::ifstream in(THROUGHLINE_SOURCE_DIR "/engine/chronology/KEYS.md");
  std::map<std::string, std::string> lines;
  for (std::string line; std::getline(in, line);) {
    const auto gap = line.find("  ", 4);
    if (!line.starts_with("    ") || gap == std::string::npos) continue;
    std::string hex = line.substr(gap);
    hex.erase(std::remove(hex.begin(), hex.end(), ' '), hex.end());
    lines[line.substr(4, gap - 4)] = hex;
  }
  return lines;
}

TEST(Keys, AreAsTheWorkedExampleSays) {
  const PersonId person = *PersonId::FromText("0123456789abcdef0123456789abcdef");
  const std::map<std::string, std::string> made = {
      {"entry of record 1000", EntryKey(person, 1000)},
      {"note of record 1001", NoteKey(person, 1001)},
      {"person", PersonKey(person)},
      {"reference nhs-number", ReferenceKey("nhs-number", "943 476 5919", "", person)},
      {"reference local-id", ReferenceKey("local-id", "N-88121", "police", person)},
      {"contact", ContactKey("police", "DA-11873", person)},
      {"its marks", MarksKey("police", "DA-11873")},
      {"its decision, item 0", JournalKey(1000, 0, person)},
      {"its contact, item 1", JournalKey(1000, 1, person)},
  };
  std::map<std::string, std::string> hex;
  for (const auto& [name, key] : made) hex[name] = Hex(key);
  EXPECT_EQ(hex, WorkedExample());
}

TEST(Keys, OfOnePersonAreOneRangeInOrderOfSeq) {
  const PersonId person = *PersonId::FromText("0123456789abcdef0123456789abcdef");
  const std::string begin = EntriesOf(person);
  const std::string end = PrefixEnd(begin);
  std::string before = begin;
  for (const Seq seq : {Seq{0}, Seq{1}, Seq{255}, Seq{256}, Seq{1} << 40, ~Seq{0}}) {
    const std::string key = EntryKey(person, seq);
    EXPECT_LT(before, key);
    EXPECT_LT(key, end);
    EXPECT_EQ(LastSeq(key), seq);
    before = key;
  }
}

TEST(Keys, AValueIsFoundHoweverItIsWrittenAndInEveryScope) {
  const PersonId person = *PersonId::FromText("0123456789abcdef0123456789abcdef");
  EXPECT_EQ(ReferenceKey("nhs-number", "943-476-5919", "", person),
            ReferenceKey("nhs-number", "9434765919", "", person));
  EXPECT_NE(ReferenceKey("local-id", "7", "police", person),
            ReferenceKey("local-id", "7", "gp", person));
  EXPECT_TRUE(ReferenceKey("local-id", "7", "gp", person).starts_with(PersonsOf("local-id", "7")));
  // Lengths are in the digests: parts do not run into each other.
  EXPECT_NE(ContactsOf("ab", "c"), ContactsOf("a", "bc"));
  EXPECT_EQ(LastPerson(ContactKey("a", "b", person)), person);
  EXPECT_EQ(LastPerson("short"), std::nullopt);
}

}  // namespace
}  // namespace throughline::chronology
