#include "engine/contact/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <sstream>

namespace throughline::contact {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Every message that a contact can hold, once.
void ForEachMessage(const Descriptor* type, std::set<const Descriptor*>& seen,
                    const std::function<void(const Descriptor*)>& visit) {
  if (!seen.insert(type).second) return;
  visit(type);
  for (int i = 0; i < type->field_count(); ++i) {
    if (type->field(i)->message_type() != nullptr) {
      ForEachMessage(type->field(i)->message_type(), seen, visit);
    }
  }
}

TEST(Catalogue, HasEveryKindOfTheSchema) {
  const Catalogue& catalogue = Catalogue::Get();
  EXPECT_EQ(catalogue.kinds().size(), 179u);
  for (const auto& [name, kind] : catalogue.kinds()) {
    EXPECT_EQ(kind.name, name);
    EXPECT_EQ(kind.field->name(), name);
    EXPECT_FALSE(kind.options.flow().empty()) << name;
    EXPECT_EQ(catalogue.Find(name), &kind);
  }
  EXPECT_EQ(catalogue.Find("other_event"), nullptr);
}

TEST(Catalogue, KnowsWhatAKindSaysOfItself) {
  const Kind& callout = *Catalogue::Get().Find("domestic_abuse_callout");
  EXPECT_TRUE(callout.FlowsOwn());
  EXPECT_TRUE(callout.Flows(v1::FLOW_ADULT));
  EXPECT_FALSE(callout.Flows(v1::FLOW_LINKED));
  EXPECT_TRUE(callout.options.seen_expected());
  EXPECT_EQ(Catalogue::Get().Find("triage_received")->options.fixes_state(), "received");
  EXPECT_TRUE(Catalogue::Get().Find("alert_seen")->options.attested_only());
}

TEST(Catalogue, EveryListThatTheSchemaNamesExistsAndIsUsed) {
  const Catalogue& catalogue = Catalogue::Get();
  std::set<const Descriptor*> seen;
  std::set<std::string> named;
  ForEachMessage(v1::Contact::descriptor(), seen, [&](const Descriptor* type) {
    for (int i = 0; i < type->field_count(); ++i) {
      const auto& options = type->field(i)->options();
      const std::string& list = options.GetExtension(v1::list);
      if (list.empty()) continue;
      named.insert(list);
    }
  });
  EXPECT_GT(named.size(), 40u);
  for (const std::string& list : named) {
    EXPECT_TRUE(catalogue.Has(list, "other")) << list;
    EXPECT_TRUE(catalogue.Has(list, "not_recorded")) << list;
    EXPECT_GT(catalogue.Codes(list).size(), 2u) << list;
  }
}

TEST(Catalogue, EveryFieldThatAKindNamesIsThere) {
  for (const auto& [name, kind] : Catalogue::Get().kinds()) {
    std::istringstream words(kind.options.any_of());
    for (std::string field; words >> field;) {
      EXPECT_NE(kind.field->message_type()->FindFieldByName(field), nullptr)
          << name << ' ' << field;
    }
    const std::string& state = kind.options.fixes_state();
    EXPECT_TRUE(state.empty() || Catalogue::Get().Has("answer_state", state)) << name;
  }
}

TEST(Catalogue, CountsConcernsAndNotTheirContext) {
  const Catalogue& catalogue = Catalogue::Get();
  for (const char* concern : {"neglect", "domestic_abuse", "injury_not_mobile", "gangs"}) {
    EXPECT_TRUE(catalogue.Counts(concern)) << concern;
  }
  for (const char* context : {"poverty", "ethnicity", "young_parent", "uses_mental_health_service",
                              "other", "not_recorded", "no such code"}) {
    EXPECT_FALSE(catalogue.Counts(context)) << context;
  }
}

TEST(Catalogue, LinksByStrongSchemesAlone) {
  const Catalogue& catalogue = Catalogue::Get();
  for (const char* scheme : {"nhs-number", "upn", "la-child-id", "local-id", "uprn"}) {
    EXPECT_TRUE(catalogue.IsStrong(scheme)) << scheme;
  }
  for (const char* scheme : {"former-upn", "pnc-id", "review-role", "other", "their own"}) {
    EXPECT_FALSE(catalogue.IsStrong(scheme)) << scheme;
  }
}

TEST(KindName, IsOfTheDetailOrSaysThatItIsNewer) {
  v1::Contact contact;
  EXPECT_EQ(KindName(contact), "");
  contact.mutable_visit();
  EXPECT_EQ(KindName(contact), "visit");
  EXPECT_EQ(Catalogue::Get().Of(contact)->name, "visit");

  v1::Contact newer;
  newer.GetReflection()->MutableUnknownFields(&newer)->AddLengthDelimited(212, "\x0a\x01x");
  EXPECT_EQ(KindName(newer), "newer_kind_212");
  EXPECT_EQ(NewerKind(newer), 212);
  EXPECT_EQ(Catalogue::Get().Of(newer), nullptr);

  v1::Contact newer_envelope;
  newer_envelope.GetReflection()->MutableUnknownFields(&newer_envelope)->AddLengthDelimited(61, "");
  EXPECT_EQ(KindName(newer_envelope), "");
}

}  // namespace
}  // namespace throughline::contact
