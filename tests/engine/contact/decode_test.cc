#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/unknown_field_set.h>

#include <random>

#include "tests/engine/contact/contacts.h"

namespace throughline::contact {
namespace {

using ::testing::HasSubstr;

std::string WhyNot(std::string_view bytes) {
  const auto contact = Decode(bytes);
  return contact ? "decoded" : contact.error().text;
}

TEST(Decode, GivesBackWhatWasWritten) {
  const v1::Contact sound = Sound();
  const auto contact = Decode(sound.SerializeAsString());
  ASSERT_TRUE(contact);
  EXPECT_EQ(contact->SerializeAsString(), sound.SerializeAsString());
}

TEST(Decode, KeepsWhatIsNewerThanThisEngine) {
  v1::Contact newer = Sound();
  newer.clear_detail();
  auto* unknown = newer.GetReflection()->MutableUnknownFields(&newer);
  unknown->AddLengthDelimited(212, "\x0a\x03new");
  unknown->AddVarint(61, 7);
  const auto contact = Decode(newer.SerializeAsString());
  ASSERT_TRUE(contact);
  EXPECT_EQ(contact->SerializeAsString(), newer.SerializeAsString());
}

TEST(Decode, RefusesWithTheReasonAndThePlace) {
  // Writing such text is said on standard error.
  const google::protobuf::LogSilencer silence;
  v1::Contact contact = Sound();
  contact.mutable_statements(0)->set_text("caf\xe9");
  EXPECT_THAT(WhyNot(contact.SerializeAsString()), HasSubstr("statements.text: text that is not"));

  contact = Sound();
  contact.mutable_concern_noted()->set_raised_by("\xff");
  EXPECT_THAT(WhyNot(contact.SerializeAsString()), HasSubstr("concern_noted.raised_by: text that"));

  const std::string bytes = Sound().SerializeAsString();
  EXPECT_THAT(WhyNot(std::string_view(bytes).substr(0, bytes.size() - 1)),
              HasSubstr("cut short or malformed"));
  EXPECT_THAT(WhyNot(bytes + '\x07'), HasSubstr("cut short or malformed"));
  EXPECT_THAT(WhyNot(std::string(kMaxContactBytes + 1, '\0')), HasSubstr("longer than"));
}

TEST(Decode, RefusesWhatIsNestedTooDeep) {
  v1::Contact contact = Sound();
  for (int i = 0; i < 20; ++i) {
    v1::Contact outer;
    *outer.mutable_contact_corrected()->mutable_replaces() = contact;
    contact = outer;
  }
  EXPECT_THAT(WhyNot(contact.SerializeAsString()), HasSubstr("nested deeper than 32"));
}

TEST(Decode, AnyBytesGiveAContactOrAReason) {
  std::mt19937 random(20261114);
  const std::string sound = Sound().SerializeAsString();
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes;
    if (i % 2 == 0) {
      bytes.resize(random() % 200);
      for (char& c : bytes) c = static_cast<char>(random());
    } else {
      bytes = sound;
      for (int k = 0; k < 3; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
      bytes.resize(random() % (bytes.size() + 1));
    }
    const auto contact = Decode(bytes);
    if (contact) {
      const Verdict verdict = Validate(*contact, SchoolFeed());
      for (const Fault& fault : verdict.refused) EXPECT_FALSE(fault.text.empty());
    } else {
      ++refused;
      EXPECT_EQ(contact.error().code, Code::kInvalid);
      EXPECT_THAT(contact.error().text, HasSubstr("not a contact: "));
    }
  }
  EXPECT_GT(refused, 10'000);
}

}  // namespace
}  // namespace throughline::contact
