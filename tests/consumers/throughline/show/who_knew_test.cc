#include "consumers/throughline/show/who_knew_text.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "consumers/throughline/show/chronology_text.h"
#include "engine/chronology/answer.h"
#include "engine/chronology/who_knew.h"
#include "tests/consumers/throughline/show/golden.h"
#include "tests/engine/chronology/written_journal.h"

namespace throughline::show {
namespace {

using chronology::ContactOf;
using chronology::PersonOf;
using testing::HasSubstr;
using testing::Not;

// A call-out that social care acknowledged, the GP's knowledge that it never had, and a chronology
// that the school opened in between.
class WhoKnewShown : public testing::Test {
 protected:
  WhoKnewShown() {
    journal_.Now("2026-11-15T09:00");
    Place("police", "DA-1", "domestic_abuse_callout", "{separation: no}", "2026-11-14T23:40",
          "sharing: [{recipient: childrens-services, expectation: act}, {recipient: "
          "health-visiting, position: copy, expectation: for_information}]\n");
    const Seq gp = Place("gp", "G-1", "conversation", "{with: mother}", "2026-11-15T10:00",
                         "statements: [{text: Mother is afraid., basis: reported}]\n");
    Place("childrens-services", "S-1", "referral_received", "{source: 3F}", "2026-11-16T09:30",
          "links: [{answers: police DA-1}]\n");
    Place("hill-primary-school", "E-1", "record_opened",
          fmt::format("{{what: chronology, purpose: a plan, as_known_at: {}}}", gp),
          "2026-11-17T08:15");
    Place("police", "DA-2", "contact_corrected", "{of: DA-1, why: The time was wrong.}",
          "2026-11-18T10:00");
    Place("probation", "O-1", "concern_noted", "{told_to: police_officer}", "about 2026-11");
    const Seq wrong = Place("gp", "G-2", "concern_noted", "{told_to: social_worker}", "2026-11-19");
    Place("hill-primary-school", "E-2", "record_opened",
          fmt::format("{{what: chronology, purpose: a plan, as_known_at: {}}}", wrong),
          "2026-11-20T08:15");
    journal_.Withdraw('a', wrong, "wrong_person");
  }

  Seq Place(const std::string& agency, const std::string& id, const std::string& kind,
            const std::string& detail, const std::string& occurred, const std::string& more = "") {
    v1::Contact contact = ContactOf(fmt::format(
        "contact_id: {}\nkind: {}\noccurred: {}\nrecorded: 2026-11-20T12:00\nsubjects: [{{label: "
        "child-a, person_kind: child, roles: [subject_child], demographics: {{names: [Child "
        "A]}}}}]\ndetail: {}\n{}",
        id, kind, occurred, detail, more));
    if (kind == "contact_corrected") {
      *contact.mutable_contact_corrected()->mutable_replaces() =
          *journal_.Read().entries[0].contact;
      contact.mutable_contact_corrected()->mutable_replaces()->clear_sharing();
    }
    return journal_.Place(agency, contact, {{'a', "child-a"}});
  }

  template <typename Use>
  auto With(const Use& use) const {
    const chronology::Known shared = journal_.Read();
    const chronology::Knowledge knowledge = chronology::WhoKnows(shared, {});
    const auto header = chronology::ReadHeader(journal_.reads(), shared);
    return use(chronology::Asked{shared, knowledge, *header, std::nullopt, 9});
  }

  chronology::WrittenJournal journal_;
};

TEST_F(WhoKnewShown, AMatrixOfContactsByAgencies) {
  const auto answer = With([](const auto& asked) { return chronology::WhoKnew(asked, {}); });
  ExpectGolden("who_knew_80", WhoKnewText(answer, {80, false}));
  ExpectGolden("who_knew_120", WhoKnewText(answer, {120, false}));
}

TEST_F(WhoKnewShown, OneContactWithEverySourceOfEveryone) {
  const auto answer = With([](const auto& asked) {
    return chronology::WhoKnew(asked, contact::Target{"police", "DA-1"});
  });
  ASSERT_EQ(answer.contacts_size(), 1);
  ExpectGolden("who_knew_in_full", WhoKnewInFull(answer, {80, false}));
}

TEST_F(WhoKnewShown, WhatAnyoneKnewAndOneAgencyDidNot) {
  const auto answer = With(
      [](const auto& asked) { return chronology::Difference(asked, "childrens-services", ""); });
  ExpectGolden("difference", DifferenceText(answer, {80, false}));
}

TEST_F(WhoKnewShown, WhatEachOfTwoKnewAndTheOtherDidNot) {
  const auto answer = With(
      [](const auto& asked) { return chronology::Difference(asked, "childrens-services", "gp"); });
  const std::string text = DifferenceText(answer, {80, false});
  EXPECT_THAT(text, HasSubstr("gp knew and childrens-services did not: 2 contacts"));
  EXPECT_THAT(text, HasSubstr("childrens-services knew and gp did not: 2 contacts"));
}

TEST_F(WhoKnewShown, WhoHadReadWhatIsWithheldIsListedWithoutItsContent) {
  const auto answer = With([](const auto& asked) { return chronology::WhoKnew(asked, {}); });
  const auto& contacts = answer.contacts();
  const auto withheld = std::find_if(contacts.begin(), contacts.end(),
                                     [](const auto& one) { return !one.withheld().empty(); });
  ASSERT_NE(withheld, contacts.end());
  EXPECT_EQ(withheld->kind(), "");
  EXPECT_FALSE(withheld->has_occurred());
  ASSERT_EQ(withheld->knew_size(), 2);
  EXPECT_EQ(withheld->knew(1).agency(), "hill-primary-school");
}

TEST_F(WhoKnewShown, AChronologyThroughAnAgencysLensSaysSoAndHowItKnew) {
  chronology::Query query;
  query.lens = v1::LENS_AGENCY;
  query.agency = "childrens-services";
  const auto known = chronology::KnownAt(journal_.reads(), PersonOf('a'), query);
  const auto header = chronology::ReadHeader(journal_.reads(), known);
  const std::string text =
      ChronologyText(chronology::Answer(known, *header, query, 9), {}, {80, false});
  ExpectGolden("chronology_agency", text);
  EXPECT_THAT(text, HasSubstr("Received 16 Nov 2026 09:30 (childrens-services S-1)"))
      << "when it happened, as the hand-over says too; not when that was known here";
  EXPECT_THAT(text, Not(HasSubstr("afraid")));
}

// A hand-over of years ago, imported: the sender's record bears no date, the answer a vague one.
TEST(WhoKnewOfHistory, SaysWhenItWasKnownAsFarAsThatWasWrittenDown) {
  v1::WhoKnewAnswer answer;
  answer.add_agencies("gp");
  answer.add_agencies("hospital");
  v1::KnownContact& contact = *answer.add_contacts();
  contact.mutable_contact()->set_agency("hospital");
  contact.mutable_contact()->set_contact_id("H-6");
  contact.mutable_occurred()->set_at("2011-05");
  const auto knew = [&](const std::string& agency, const std::string& how) {
    v1::AgencyKnew& one = *contact.add_knew();
    one.set_agency(agency);
    one.add_by()->set_how(how);
    one.mutable_by(0)->set_since("2026-11-27T18:44:00.000Z");
    return one.mutable_by(0)->mutable_when();
  };
  v1::UncertainTime* received = knew("gp", "received");
  received->set_at("2011-06-30");
  received->set_to("2011-07-30");
  received->set_precision(v1::PRECISION_BETWEEN);
  knew("hospital", "authored")->set_precision(v1::PRECISION_UNKNOWN);

  const std::string matrix = WhoKnewText(answer, {80, false});
  EXPECT_THAT(matrix, HasSubstr("May 2011                       received    wrote it\n"
                                "                               between 30  date not\n"
                                "  hospital H-6                 Jun and 30  known\n"
                                "                               Jul 2011\n"))
      << "in full, and not the day of the import";
  const std::string full = WhoKnewInFull(answer, {80, false});
  EXPECT_THAT(full, HasSubstr("gp: received between 30 Jun and 30 Jul 2011\n"));
  EXPECT_THAT(full, HasSubstr("hospital: wrote it date not known, known here since 27 Nov 2026\n"));
}

}  // namespace
}  // namespace throughline::show
