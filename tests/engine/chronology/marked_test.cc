#include "engine/chronology/marked.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/chronology/who_knew.h"
#include "tests/engine/chronology/marked.h"

namespace throughline::chronology {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using On = WrittenJournal::On;
const On kA{'a', "child-a"};

constexpr std::string_view kSubjects =
    "  - {label: child-a, person_kind: child, roles: [subject_child], demographics: {names: "
    "[Child A]}, references: [{scheme: local-id, value: A}]}\n"
    "  - {label: mother, person_kind: adult, roles: [parent_carer], demographics: {names: "
    "[Mary]}}\n"
    "  - {label: gran, person_kind: adult, roles: [informant], demographics: {names: [Nora Hill]}, "
    "stated_relation: {relation: grandparent, to: child-a}}\n";

v1::Contact Concern(std::string_view id, std::string_view handling) {
  return ContactOf(fmt::format(
      "contact_id: {}\nkind: concern_noted\noccurred: 2026-01-04\nrecorded: 2026-01-05T08:00\n"
      "subjects:\n{}statements:\n"
      "  - {{text: Nobody is at home at night., basis: reported, source: gran}}\n"
      "  - {{text: The line was bad., basis: observed}}\n"
      "concerns: [{{concern: neglect, children: [child-a], impact_on_child: afraid}}]\n"
      "detail: {{raised_by: gran}}\nhandling: [{}]\n",
      id, kSubjects, handling));
}

v1::Contact Correction(const v1::Contact& body) {
  v1::Contact correction =
      Word(body.contact_id() + "-C", "contact_corrected",
           fmt::format("{{of: {}, why: it was put wrongly}}", body.contact_id()));
  *correction.mutable_contact_corrected()->mutable_replaces() = body;
  return correction;
}

TEST_F(MarkedTest, WhoToldIsShownToTheirOwnAgencyAlone) {
  journal_.Place("nspcc", Concern("N1", "informant_identity"), {kA});
  for (const v1::Lens lens : {v1::LENS_SHARED, v1::LENS_RECORDED}) {
    const auto answer = AnswerOf(lens);
    HidesAll(answer, {"Nora", "gran"});
    EXPECT_THAT(answer.entries(0).masked(), ElementsAre("informant_identity"));
    const v1::Contact& contact = answer.entries(0).contact();
    EXPECT_EQ(contact.subjects(2).label(), "informant");
    EXPECT_EQ(contact.concern_noted().raised_by(), "informant");
    EXPECT_EQ(contact.statements(0).text(), "Nobody is at home at night.");
    EXPECT_EQ(contact.subjects(1).demographics().names(0), "Mary");
  }
  const auto own = AnswerOf(v1::LENS_AGENCY, "nspcc");
  EXPECT_THAT(own.DebugString(), HasSubstr("Nora Hill"));
  EXPECT_THAT(own.entries(0).masked(), IsEmpty());
}

TEST_F(MarkedTest, AnInformantWhoIsOfTheFamilyIsNotFoundOnTheirOwnChronology) {
  const On mother{'m', "mother", "subject", "adult", {"parent_carer"}};
  journal_.Place("nspcc", Concern("N1", "{handling: informant_identity, label: mother}"),
                 {kA, mother});
  EXPECT_THAT(Shown(AnswerOf()), ElementsAre("N1"));
  HidesAll(AnswerOf(), {"Mary", "mother", "parent_carer"});
  EXPECT_THAT(Shown(AnswerOf(v1::LENS_SHARED, "", {}, 'm')), IsEmpty());
}

TEST_F(MarkedTest, OfPrivilegedAdviceTheExistenceShows) {
  journal_.Place("council", Concern("L1", "privileged_legal_advice"), {kA});
  const auto answer = AnswerOf();
  HidesAll(answer, {"Nobody is at home", "neglect", "Nora", "Mary", "afraid"});
  ASSERT_THAT(Shown(answer), ElementsAre("L1"));
  EXPECT_EQ(answer.entries(0).kind(), "concern_noted");
  EXPECT_EQ(answer.entries(0).occurred_text(), "2026-01-04");
  EXPECT_THAT(answer.entries(0).masked(), ElementsAre("privileged_legal_advice"));
  EXPECT_THAT(answer.person().names(), IsEmpty()) << "nothing else gives a name";
  EXPECT_THAT(AnswerOf(v1::LENS_AGENCY, "council").DebugString(), HasSubstr("Nobody is at home"));
}

TEST_F(MarkedTest, APartThatIsMarkedIsNotThere) {
  journal_.Place("council",
                 Concern("L1",
                         "{handling: privileged_legal_advice, statement: 1}, "
                         "{handling: privileged_legal_advice, field: concerns.impact_on_child}, "
                         "{handling: privileged_legal_advice, label: mother}"),
                 {kA});
  const auto answer = AnswerOf();
  HidesAll(answer, {"Nobody is at home", "afraid", "Mary"});
  EXPECT_THAT(answer.DebugString(), HasSubstr("The line was bad."));
  EXPECT_THAT(answer.DebugString(), HasSubstr("neglect"));
}

TEST_F(MarkedTest, OfASensitiveStatementOrSubjectNothingShowsThatThereIsOne) {
  journal_.Place("council",
                 Concern("L1",
                         "{handling: sensitive_service, statement: 1}, "
                         "{handling: sensitive_service, label: gran}, "
                         "{handling: third_party, statement: 2}"),
                 {kA});
  const auto answer = AnswerOf();
  HidesAll(answer, {"Nobody is at home", "gran", "Nora", "sensitive"});
  const v1::Contact& contact = answer.entries(0).contact();
  ASSERT_EQ(contact.statements_size(), 1);
  EXPECT_EQ(contact.handling(0).statement(), 1U) << "the mark goes on naming its statement";
  EXPECT_EQ(contact.subjects_size(), 2);
}

TEST_F(MarkedTest, ASensitiveServiceIsOnNoPageAndInNoCountAndNothingPointsAtIt) {
  v1::Contact clinic = Concern("C1", "sensitive_service");
  journal_.Place("clinic", clinic, {kA});
  journal_.Place("clinic", Word("C2", "contact_retracted", "{of: C1, why: not_ours}"), {kA});
  v1::Contact later = Concern("S1", "");
  v1::Contact::Link& link = *later.add_links();
  link.set_link("follows");
  link.mutable_target()->set_agency("clinic");
  link.mutable_target()->set_contact_id("C1");
  journal_.Place("school", later, {kA});
  for (const v1::Lens lens : {v1::LENS_SHARED, v1::LENS_RECORDED}) {
    const auto answer = AnswerOf(lens);
    EXPECT_THAT(Shown(answer), ElementsAre("S1"));
    HidesAll(answer, {"clinic", "C1", "sensitive"});
    EXPECT_EQ(answer.person().entries(), 1U);
  }
  const auto before = AnswerOf(v1::LENS_SHARED, "", At("2026-01-05T08:30"));
  EXPECT_EQ(before.hidden_later(), 1U) << "S1 alone";
  EXPECT_EQ(AnswerOf(v1::LENS_AGENCY, "school").hidden_unknown(), 0U);
  EXPECT_THAT(Shown(AnswerOf(v1::LENS_AGENCY, "clinic")), ElementsAre("C1", "C2"));
}

TEST_F(MarkedTest, WhatItSaysOfRelationsIsHiddenWithIt) {
  const auto says = [](const std::string& agency) {
    return [agency](v1::Placed& placed) {
      v1::RelationKnown& relation = *placed.add_relations();
      relation.set_from(std::string(PersonOf('m').Raw()));
      relation.set_to(std::string(PersonOf('a').Raw()));
      relation.set_relation("parent");
      relation.mutable_source()->set_agency(agency);
      relation.mutable_source()->set_contact_id("C1");
    };
  };
  journal_.Place("clinic", Concern("C1", "sensitive_service"), {kA}, says("clinic"));
  EXPECT_EQ(AnswerOf().notes_size(), 0);
  EXPECT_EQ(AnswerOf(v1::LENS_RECORDED).notes_size(), 0);
  EXPECT_EQ(AnswerOf(v1::LENS_AGENCY, "clinic").notes_size(), 1);
}

TEST_F(MarkedTest, WhoKnewDoesNotTellOfItEither) {
  journal_.Place("clinic", Concern("C1", "sensitive_service"), {kA});
  journal_.Place("school", Concern("S1", ""), {kA});
  const Known known = KnownAt(journal_.reads(), PersonOf('a'), {});
  const Knowledge knowledge = WhoKnows(known, {});
  const auto header = ReadHeader(journal_.reads(), known);
  ASSERT_TRUE(header.has_value());
  const Asked asked{known, knowledge, *header, {}, 0};
  EXPECT_THAT(WhoKnew(asked, {}).agencies(), ElementsAre("school"));
  EXPECT_EQ(WhoKnew(asked, {}).contacts_size(), 1);
  EXPECT_EQ(Difference(asked, "gp", "").only_second_size(), 1);
}

TEST_F(MarkedTest, AMarkThatIsSetLaterHidesWhatWasShownBeforeAndIsLifted) {
  const Seq first = journal_.Place("clinic", Concern("C1", ""), {kA});
  const auto word = [&](std::string_view id, std::string_view state, std::string_view day) {
    v1::Contact contact =
        Word(id, "handling_set",
             fmt::format("{{contact: clinic C1, mark: sensitive_service, state: {}, reason: r}}",
                         state));
    contact.mutable_recorded()->set_at(std::string(day));
    return contact;
  };
  journal_.Place("steward", word("H1", "set", "2026-02-01"), {{'a', "", "linked"}});
  EXPECT_THAT(Shown(AnswerOf(v1::LENS_SHARED, "", At("2026-01-05T09:00"))), IsEmpty());
  EXPECT_THAT(Shown(AnswerOf()), IsEmpty());
  EXPECT_NE(journal_.Read().Find(first), nullptr) << "rules count it";
  EXPECT_TRUE(journal_.Read().Find(first)->fact_masked);
  journal_.Place("steward", word("H2", "lifted", "2026-03-01"), {{'a', "", "linked"}});
  EXPECT_THAT(Shown(AnswerOf()), ElementsAre("C1", "H1", "H2"));
}

TEST_F(MarkedTest, ACorrectionIsMarkedAsWhatItCorrects) {
  journal_.Place("council", Concern("L1", "privileged_legal_advice"), {kA});
  v1::Contact correction = Word("L2", "contact_corrected", "{of: L1, why: badly put}");
  *correction.mutable_contact_corrected()->mutable_replaces() = Concern("L1", "");
  journal_.Place("council", correction, {kA});
  const auto answer = AnswerOf();
  HidesAll(answer, {"Nobody is at home", "neglect", "Mary", "badly put"});
  EXPECT_EQ(answer.entries(0).corrections_size(), 1);
}

TEST_F(MarkedTest, AMarkOfAPartThatACorrectionAddsHidesItInWhatWasSaidFirstToo) {
  journal_.Place("council", Concern("L1", ""), {kA});
  journal_.Place("council",
                 Correction(Concern("L1",
                                    "{handling: privileged_legal_advice, statement: 1}, "
                                    "{handling: privileged_legal_advice, field: "
                                    "concerns.impact_on_child}, "
                                    "{handling: privileged_legal_advice, label: mother}, "
                                    "{handling: sensitive_service, label: gran}")),
                 {kA});
  const auto answer = AnswerOf();
  HidesAll(answer, {"Nobody is at home", "afraid", "Mary", "Nora", "gran"});
  EXPECT_THAT(answer.entries(0).contact().DebugString(), HasSubstr("The line was bad."));
  EXPECT_THAT(answer.entries(0).first().DebugString(), HasSubstr("The line was bad."));
  EXPECT_THAT(AnswerOf(v1::LENS_AGENCY, "council").DebugString(), HasSubstr("Nora"));
}

TEST_F(MarkedTest, AMarkOfAPartThatACorrectionLeavesOutStays) {
  journal_.Place("council",
                 Concern("L1",
                         "{handling: informant_identity, label: gran}, "
                         "{handling: privileged_legal_advice, statement: 1}"),
                 {kA});
  journal_.Place("council", Correction(Concern("L1", "")), {kA});
  HidesAll(AnswerOf(), {"Nora", "gran", "Nobody is at home"});
}

TEST_F(MarkedTest, ACorrectionThatNumbersItsStatementsAnewIsMaskedByItsOwnNumbers) {
  journal_.Place("council", Concern("L1", "{handling: privileged_legal_advice, statement: 1}"),
                 {kA});
  v1::Contact body = Concern("L1", "{handling: privileged_legal_advice, statement: 2}");
  body.mutable_statements()->SwapElements(0, 1);
  journal_.Place("council", Correction(body), {kA});
  const auto answer = AnswerOf();
  HidesAll(answer, {"Nobody is at home"});
  EXPECT_THAT(answer.entries(0).contact().DebugString(), HasSubstr("The line was bad."));
  EXPECT_THAT(answer.entries(0).first().DebugString(), HasSubstr("The line was bad."));
}

TEST_F(MarkedTest, ASubjectsMarkThatACorrectionAddsHidesItFromThatSubjectsChronology) {
  const On mother{'m', "mother", "subject", "adult", {"parent_carer"}};
  journal_.Place("clinic", Concern("C1", ""), {kA, mother});
  EXPECT_THAT(Shown(AnswerOf(v1::LENS_SHARED, "", {}, 'm')), ElementsAre("C1"));
  journal_.Place("clinic",
                 Correction(Concern("C1", "{handling: sensitive_service, label: mother}")),
                 {kA, mother});
  EXPECT_THAT(Shown(AnswerOf(v1::LENS_SHARED, "", {}, 'm')), IsEmpty());
  EXPECT_THAT(Shown(AnswerOf()), ElementsAre("C1", "C1-C"));
  HidesAll(AnswerOf(), {"Mary", "mother"});
}

TEST_F(MarkedTest, AMarkOfTheWholeContentIsLiftedToo) {
  journal_.Place("council", Concern("L1", "privileged_legal_advice"), {kA});
  v1::Contact lift =
      Word("H1", "handling_set",
           "{contact: council L1, mark: privileged_legal_advice, state: lifted, reason: waived}");
  journal_.Place("council", lift, {{'a', "", "linked"}});
  EXPECT_THAT(AnswerOf().DebugString(), HasSubstr("Nobody is at home"));
}

TEST_F(MarkedTest, AMarkMayBeSetByACorrectionOfAnotherWord) {
  journal_.Place("clinic", Concern("C1", ""), {kA});
  const auto set = [](std::string_view id, std::string_view on) {
    return Word(id, "handling_set",
                fmt::format("{{contact: {}, mark: sensitive_service, state: set, reason: r}}", on));
  };
  const On beside{'a', "", "linked"};
  journal_.Place("steward", set("H1", "clinic C9"), {beside});
  EXPECT_THAT(Shown(AnswerOf()), ElementsAre("C1"));
  v1::Contact correction = Word("H2", "contact_corrected", "{of: H1, why: another}");
  *correction.mutable_contact_corrected()->mutable_replaces() = set("H1", "clinic C1");
  journal_.Place("steward", correction, {beside});
  EXPECT_THAT(Shown(AnswerOf()), IsEmpty());
}

TEST_F(MarkedTest, WhatTellsOfWhatTellsOfAHiddenContactIsHiddenToo) {
  journal_.Place("clinic", Concern("C1", "sensitive_service"), {kA});
  journal_.Place("clinic", Word("C2", "contact_retracted", "{of: C1, why: not_ours}"), {kA});
  journal_.Place("police",
                 Word("P1", "contact_disputed", "{of: clinic C2, by: police, what: all of it}"),
                 {kA});
  EXPECT_THAT(Shown(AnswerOf()), IsEmpty());
  EXPECT_THAT(Shown(AnswerOf(v1::LENS_AGENCY, "police")), ElementsAre("P1"));
}

// What is shown of a contact is what its correction says: a mark on either is one on both.
TEST_F(MarkedTest, AMarkOnACorrectionIsOneOnWhatItCorrects) {
  const auto of = [](const v1::Contact& body, std::string_view id, std::string_view target) {
    v1::Contact correction = Correction(body);
    correction.set_contact_id(std::string(id));
    correction.mutable_contact_corrected()->mutable_of()->set_contact_id(std::string(target));
    return correction;
  };
  const v1::Contact plain = Concern("L1", "");
  v1::Contact outer = of(plain, "L2", "L1");
  outer.add_handling()->set_handling("privileged_legal_advice");
  const v1::Contact marked = Concern("L1", "privileged_legal_advice");
  const std::vector<std::vector<v1::Contact>> all = {
      {plain, outer},
      {plain, of(plain, "L2", "L1"),
       Word("L9", "handling_set",
            "{contact: council L2, mark: privileged_legal_advice, state: set, reason: r}")},
      {plain, of(plain, "L2", "L1"), of(marked, "L3", "L2")},
      {marked, of(plain, "L2", "L1"), of(plain, "L3", "L2")}};
  for (const auto& contacts : all) {
    WrittenJournal journal;
    for (const v1::Contact& contact : contacts) journal.Place("council", contact, {kA});
    const Known known = KnownAt(journal.reads(), PersonOf('a'), {});
    const auto header = ReadHeader(journal.reads(), known);
    HidesAll(Answer(known, *header, {}, journal.records().size()),
             {"Nobody is at home", "neglect", "Nora"});
  }
}

// The first contact stands elsewhere: a mark that is set on it holds for what stands for it here.
TEST_F(MarkedTest, AMarkOnAContactHidesTheCorrectionOfItsCorrectionThatAloneIsHere) {
  const auto correction = [](std::string_view id, std::string_view of) {
    v1::Contact contact = Correction(Concern("C1", ""));
    contact.set_contact_id(std::string(id));
    contact.mutable_contact_corrected()->mutable_of()->set_contact_id(std::string(of));
    return contact;
  };
  const On other{'b', "child-a"};
  journal_.Place("council", Concern("C1", ""), {other});
  journal_.Place("council", correction("C2", "C1"), {other});
  journal_.Place("council", correction("C3", "C2"), {kA});
  int day = 10;
  const auto say = [&](const std::string& of, const std::string& state) {
    v1::Contact word = Word(
        "H-" + std::to_string(++day), "handling_set",
        fmt::format("{{contact: {}, mark: sensitive_service, state: {}, reason: r}}", of, state));
    word.mutable_recorded()->set_at(fmt::format("2026-02-{}", day));
    journal_.Place("council", word, {{'a', "", "linked"}});
  };
  for (const char* of : {"C1", "C2"}) {
    EXPECT_EQ(Shown(AnswerOf()).front(), "C3");
    say(of, "set");
    EXPECT_THAT(Shown(AnswerOf()), IsEmpty()) << of;
    say(of, "lifted");
  }
}

TEST_F(MarkedTest, WhoIsNotToBeNamedAsAnInformantIsNotFoundOnTheirOwnChronology) {
  const On gran{'g', "gran", "subject", "adult", {}};
  journal_.Place("nspcc", Concern("N1", "informant_identity"), {kA, gran});
  EXPECT_THAT(Shown(AnswerOf(v1::LENS_SHARED, "", {}, 'g')), IsEmpty());
  EXPECT_THAT(Shown(AnswerOf()), ElementsAre("N1"));
}

TEST_F(MarkedTest, AnInformantWhomACorrectionCallsOtherwiseIsHiddenThereToo) {
  journal_.Place("nspcc", Concern("N1", "{handling: informant_identity, label: gran}"), {kA});
  v1::Contact body = Concern("N1", "");
  body.mutable_subjects(2)->set_label("caller");
  journal_.Place("nspcc", Correction(body), {kA});
  HidesAll(AnswerOf(), {"Nora"});
}

// A relation would name whom the mark hides.
// Nobody can tell who the marked subject is now: whoever was not named before may be.
TEST_F(MarkedTest, ASubjectWhomACorrectionCallsOtherwiseIsHiddenThereToo) {
  journal_.Place("council", Concern("C1", "{handling: sensitive_service, label: mother}"), {kA});
  v1::Contact body = Concern("C1", "");
  body.mutable_subjects(1)->set_label("mum");
  const Seq by = journal_.Place("council", Correction(body), {kA});
  const auto shown = [&] { return AnswerOf().DebugString(); };
  EXPECT_THAT(shown(), Not(HasSubstr("Mary")));
  EXPECT_THAT(shown(), HasSubstr("Nora Hill")) << "of whom it is known that she is another";
  EXPECT_THAT(AnswerOf(v1::LENS_AGENCY, "council").DebugString(), HasSubstr("Mary"));
  // One that marks somebody so itself says who it is.
  v1::Contact anew = body;
  *anew.add_handling() = Concern("C1", "{handling: sensitive_service, label: gran}").handling(0);
  v1::Contact second = Correction(anew);
  second.set_contact_id("C1-D");
  journal_.Place("council", second, {kA});
  EXPECT_GT(journal_.records().size(), by);
  const auto last = AnswerOf().entries(0).contact().DebugString();
  EXPECT_THAT(last, HasSubstr("Mary"));
  EXPECT_THAT(last, Not(HasSubstr("Nora Hill")));
}

TEST_F(MarkedTest, HowAHiddenSubjectIsRelatedIsNotSaid) {
  const auto notes = [](std::string_view handling, bool stated) {
    WrittenJournal journal;
    v1::Contact contact = Concern("N1", handling);
    if (!stated) contact.mutable_subjects(2)->clear_stated_relation();
    journal.Place("nspcc", contact, {kA}, [](v1::Placed& placed) {
      v1::RelationKnown& relation = *placed.add_relations();
      relation.set_from(std::string(PersonOf('g').Raw()));
      relation.set_to(std::string(PersonOf('a').Raw()));
      relation.set_relation("grandparent");
    });
    return KnownAt(journal.reads(), PersonOf('a'), {}).notes.size();
  };
  EXPECT_EQ(notes("", true), 1U);
  EXPECT_EQ(notes("{handling: informant_identity, label: gran}", true), 0U);
  EXPECT_EQ(notes("informant_identity", true), 0U);
  EXPECT_EQ(notes("{handling: privileged_legal_advice, label: gran}", true), 0U);
  EXPECT_EQ(notes("privileged_legal_advice", true), 0U);
  EXPECT_EQ(notes("{handling: informant_identity, label: gran}", false), 1U)
      << "what it says is of others";
  EXPECT_EQ(notes("adult_health", true), 1U);
}

TEST_F(MarkedTest, OfMarkedContentTheInformantDoesNotShow) {
  journal_.Place("council",
                 Concern("L1",
                         "privileged_legal_advice, {handling: informant_identity, label: gran}, "
                         "{handling: sensitive_service, label: mother}"),
                 {kA});
  HidesAll(AnswerOf(), {"gran", "mother"});
  EXPECT_EQ(AnswerOf().entries(0).contact().subjects_size(), 2);
  WrittenJournal both;
  both.Place("council", Concern("L1", "privileged_legal_advice, informant_identity"), {kA});
  const Known known = KnownAt(both.reads(), PersonOf('a'), {});
  EXPECT_THAT(known.entries[0].contact->DebugString(), Not(HasSubstr("gran")));
}

// Each may see what tells of their own; of what tells of both, neither more than the other.
TEST_F(MarkedTest, WhatTellsOfTwoHiddenContactsIsShownToNeitherAgency) {
  journal_.Place("clinic", Concern("C1", "sensitive_service"), {kA});
  journal_.Place("refuge", Concern("R1", "sensitive_service"), {kA});
  journal_.Place(
      "police",
      Word("P1", "duplicate_decided", "{first: clinic C1, second: refuge R1, decision: not_same}"),
      {kA});
  EXPECT_THAT(Shown(AnswerOf(v1::LENS_AGENCY, "clinic")), ElementsAre("C1"));
  EXPECT_THAT(Shown(AnswerOf(v1::LENS_AGENCY, "police")), ElementsAre("P1"));
}

TEST_F(MarkedTest, OfWhatRulesReadWhatMayBeToldIsWhatIsShown) {
  v1::Contact advice = Concern("L1", "privileged_legal_advice");
  advice.add_sharing()->mutable_recipient()->set_agency("chambers");
  journal_.Place("council", advice, {kA});
  journal_.Place("clinic", Concern("C1", "sensitive_service"), {kA});
  journal_.Place("school", Concern("S1", ""), {kA});
  DecodeCache cache;
  const Known& now = *ReadNow(journal_.reads(), PersonOf('a'), cache).known;
  Query query;
  query.unmasked = true;
  for (const Known& known : {now, KnownAt(journal_.reads(), PersonOf('a'), query)}) {
    EXPECT_EQ(known.entries.at(0).contact->sharing_size(), 1);
    const auto shown = AsShown(known.entries[0]);
    EXPECT_EQ(shown->SerializeAsString(), AnswerOf().entries(0).contact().SerializeAsString());
    EXPECT_EQ(AsShown(known.entries.at(1))->ByteSizeLong(), 0U);
    EXPECT_EQ(AsShown(known.entries.at(2)), known.entries[2].contact);
  }
}

// Whatever was read in between: the same as from the beginning.
TEST_F(MarkedTest, AMarkThatCameBeforeItsContactHidesItAsItComes) {
  DecodeCache cache;
  journal_.Place("steward",
                 Word("H1", "handling_set",
                      "{contact: clinic C1, mark: sensitive_service, state: set, reason: r}"),
                 {kA});
  ReadNow(journal_.reads(), PersonOf('a'), cache);
  journal_.Place("clinic", Concern("C1", ""), {kA});
  EXPECT_TRUE(ReadNow(journal_.reads(), PersonOf('a'), cache).known->entries[1].fact_masked);
}

TEST_F(MarkedTest, WhatReadsOnAsContactsComeKnowsTheMarksToo) {
  DecodeCache cache;
  journal_.Place("school", Concern("S1", ""), {kA});
  ReadNow(journal_.reads(), PersonOf('a'), cache);
  journal_.Place("clinic", Concern("C1", "sensitive_service"), {kA});
  const KnownNow now = ReadNow(journal_.reads(), PersonOf('a'), cache);
  EXPECT_FALSE(now.known->entries[0].fact_masked);
  EXPECT_TRUE(now.known->entries[1].fact_masked);
}

}  // namespace
}  // namespace throughline::chronology
