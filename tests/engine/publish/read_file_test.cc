#include "engine/publish/read_file.h"

#include <gmock/gmock.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include "engine/contact/compact.h"

namespace throughline::publish {
namespace {

using ::testing::HasSubstr;

v1::Contact Named(const std::string& id) {
  v1::Contact contact;
  contact.set_contact_id(id);
  contact.mutable_visit()->set_purpose("health");
  return contact;
}

std::string Delimited(const std::string& bytes) {
  std::string out;
  google::protobuf::io::StringOutputStream stream(&out);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.WriteVarint32(static_cast<std::uint32_t>(bytes.size()));
  coded.WriteString(bytes);
  coded.Trim();
  return out;
}

std::vector<ReadContact> Read(std::string_view bytes, Format format = Format::kDetect) {
  auto read = ReadContacts(bytes, "c", format);
  EXPECT_TRUE(read.has_value());
  return read ? *read : std::vector<ReadContact>();
}

TEST(ReadFile, ReadsJsonLines) {
  const std::string one = contact::ToJson(Named("A"));
  const auto read = Read("\n" + one + "\n\n" + contact::ToJson(Named("B")));
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].number, 2);
  EXPECT_EQ(read[0].contact_id, "A");
  EXPECT_EQ(read[0].bytes, Named("A").SerializeAsString());
  EXPECT_EQ(read[1].number, 4);
  EXPECT_TRUE(read[1].faults.empty());
}

TEST(ReadFile, TakesAByteOrderMark) {
  const auto read = Read("\xef\xbb\xbf" + contact::ToJson(Named("A")));
  ASSERT_EQ(read.size(), 1u);
  EXPECT_TRUE(read[0].faults.empty());
}

std::string WhyNotTaken(std::string_view bytes) {
  const auto read = ReadContacts(bytes, "c");
  return read ? "it is taken" : read.error().text;
}

TEST(ReadFile, WhatExportsOftenAreAndIsNotTakenIsNamed) {
  const std::string one = contact::ToJson(Named("A"));
  for (const std::string& array : {"[\n  " + one + "\n]\n", "\xef\xbb\xbf[" + one + "]"}) {
    EXPECT_THAT(WhyNotTaken(array), HasSubstr("c: a JSON array: write one object a line"));
  }
  for (const std::string& wide : {std::string("\xff\xfe{\0", 4), std::string("\xfe\xff\0{", 4)}) {
    EXPECT_THAT(WhyNotTaken(wide), HasSubstr("c: UTF-16: write it in UTF-8"));
  }
  for (const char* laid_out : {"{\n  \"contact_id\": \"A\"\n}\n", "\xef\xbb\xbf{ \r\n}\r\n"}) {
    EXPECT_THAT(WhyNotTaken(laid_out),
                HasSubstr("c: JSON over several lines: write one object a line"));
  }
  for (const char* text : {"contact_id,forename\nA,Zo\xc3\xab\n", "\"contact_id\";\"day\"\r\n",
                           "\xef\xbb\xbf"
                           "contact_id\n",
                           "<?xml version=\"1.0\"?>\n", "- {contact_id: A, kind: visit}\n"}) {
    EXPECT_THAT(WhyNotTaken(text), HasSubstr("c: text that is not JSON lines: CSV and XML"));
  }
  for (const char* packed : {"\x1f\x8b\x08", "PK\x03\x04"}) {
    EXPECT_THAT(WhyNotTaken(packed), HasSubstr("c: compressed, or a workbook"));
  }
}

TEST(ReadFile, FaultsOfJsonStandAtTheirLine) {
  const auto read = Read(contact::ToJson(Named("A")) + "\n{\"autor\": 1, \"modes\": 2}\n{\n");
  ASSERT_EQ(read.size(), 3u);
  EXPECT_TRUE(read[0].faults.empty());
  ASSERT_EQ(read[1].faults.size(), 2u);
  EXPECT_THAT(read[1].faults[0].Text(), HasSubstr("c:2: autor: no such field"));
  EXPECT_TRUE(read[1].bytes.empty());
  ASSERT_EQ(read[2].faults.size(), 1u);
  EXPECT_THAT(read[2].faults[0].Text(), HasSubstr("c:3:"));
}

TEST(ReadFile, ReadsDelimitedContactsAsTheyStand) {
  v1::Contact newer = Named("A");
  newer.GetReflection()->MutableUnknownFields(&newer)->AddVarint(61, 7);
  const auto read =
      Read(Delimited(newer.SerializeAsString()) + Delimited(Named("B").SerializeAsString()));
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].number, 1);
  EXPECT_EQ(read[0].bytes, newer.SerializeAsString());
  EXPECT_EQ(read[1].number, 2);
  EXPECT_EQ(read[1].contact_id, "B");
}

TEST(ReadFile, ReadsContactsAsPeopleWriteThem) {
  const std::string one = "contact_id: A\nkind: visit\ndetail: {purpose: health}\n";
  auto read = ReadContacts(one, "answer.yaml");
  ASSERT_TRUE(read.has_value()) << read.error().text;
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ(read->front().contact_id, "A");
  EXPECT_EQ(read->front().bytes, Named("A").SerializeAsString());

  const std::string two =
      "- {contact_id: A, kind: visit, detail: {purpose: health}}\n"
      "- {contact_id: B, kind: visitt}\n";
  read = ReadContacts(two, "c", Format::kYaml);
  ASSERT_TRUE(read.has_value()) << read.error().text;
  ASSERT_EQ(read->size(), 2u);
  EXPECT_TRUE((*read)[0].faults.empty());
  EXPECT_EQ((*read)[1].number, 2);
  ASSERT_FALSE((*read)[1].faults.empty());
  EXPECT_THAT((*read)[1].faults[0].Text(), HasSubstr("c:2:"));

  EXPECT_FALSE(ReadContacts("a: [", "broken.yml").has_value());
}

TEST(ReadFile, ALengthThatLooksLikeABraceIsNoJson) {
  v1::Contact contact = Named("A");
  while (contact.ByteSizeLong() < '{') contact.set_unit(contact.unit() + "u");
  ASSERT_EQ(contact.ByteSizeLong(), static_cast<std::size_t>('{'));
  const auto read = Read(Delimited(contact.SerializeAsString()));
  ASSERT_EQ(read.size(), 1u);
  EXPECT_TRUE(read[0].faults.empty());
  EXPECT_EQ(read[0].contact_id, "A");
}

TEST(ReadFile, OneThatIsNoContactDoesNotHideTheNext) {
  const auto read = Read(Delimited(Named("A").SerializeAsString()) + Delimited("\x0a\x7f") +
                         Delimited(Named("C").SerializeAsString()));
  ASSERT_EQ(read.size(), 3u);
  ASSERT_EQ(read[1].faults.size(), 1u);
  EXPECT_THAT(read[1].faults[0].Text(), HasSubstr("c:2: not a contact"));
  EXPECT_EQ(read[2].contact_id, "C");
}

TEST(ReadFile, AFileThatIsCutShortSaysSo) {
  const std::string whole = Delimited(Named("A").SerializeAsString());
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    const auto read = Read(whole + whole.substr(0, cut));
    ASSERT_EQ(read.size(), 2u);
    EXPECT_TRUE(read[0].faults.empty());
    ASSERT_EQ(read[1].faults.size(), 1u);
    EXPECT_THAT(read[1].faults[0].text, HasSubstr("cut short"));
  }
  const auto endless = Read("\xff\xff\xff\xff\xff\xff\xff");
  ASSERT_EQ(endless.size(), 1u);
  EXPECT_THAT(endless[0].faults[0].text, HasSubstr("malformed"));
}

TEST(ReadFile, AnEmptyFileHoldsNothing) {
  EXPECT_TRUE(Read("").empty());
  EXPECT_TRUE(Read(" \n\n").empty());
  EXPECT_TRUE(Read("", Format::kDelimited).empty());
}

TEST(ReadFile, TheFormatMayBeGiven) {
  EXPECT_EQ(Read("{}", Format::kDelimited)[0].faults.size(), 1u);
  EXPECT_TRUE(Read("{}", Format::kJsonLines)[0].faults.empty());
}

}  // namespace
}  // namespace throughline::publish
