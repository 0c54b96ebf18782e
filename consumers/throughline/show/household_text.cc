#include "consumers/throughline/show/household_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "consumers/throughline/show/page.h"
#include "consumers/throughline/show/words.h"
#include "engine/base/uk_time.h"

namespace throughline::show {
namespace {

constexpr int kSaidIndent = 6;

std::string OnDayWords(const std::string& on_day) {
  static const std::map<std::string_view, std::string> kWords{
      {"certain", ""},       {"possible", "possibly"},   {"contested", "ACCOUNTS DIFFER"},
      {"earlier", "before"}, {"later", "from later on"}, {"not_so", "not so"}};
  const auto words = kWords.find(on_day);
  return words == kWords.end() ? on_day : words->second;
}

Ink InkOf(const std::string& on_day) {
  if (on_day == "contested") return Ink::kWarn;
  return on_day == "certain" || on_day == "possible" ? Ink::kStrong : Ink::kFaint;
}

bool IsNow(const std::string& on_day) {
  return on_day == "certain" || on_day == "possible" || on_day == "contested";
}

std::string KindOf(const v1::RelatedPerson& person) {
  std::string words = person.person_kind().empty() ? "kind not known" : Words(person.person_kind());
  if (person.has_date_of_birth()) words += ", born " + DateWords(person.date_of_birth());
  return words;
}

std::string SpanOfWords(const v1::RelationStatement& said) {
  std::string words;
  if (said.has_since() && said.has_until() && DateWords(said.since()) == DateWords(said.until())) {
    return " on " + DateWords(said.since());
  }
  if (said.has_since()) words += " since " + DateWords(said.since());
  if (said.has_until()) words += " until " + DateWords(said.until());
  return words;
}

std::string RefsWords(const google::protobuf::RepeatedPtrField<v1::ContactRef>& refs) {
  std::vector<std::string> all;
  for (const v1::ContactRef& one : refs) all.push_back(RefWords(one, ""));
  return fmt::format("{}", fmt::join(all, ", "));
}

std::string BasisWords(const std::string& basis) { return basis == "dna" ? "DNA" : Words(basis); }

std::string RelationWords(const v1::RelationStatement& said) {
  if (said.relation() == "member_of_household") {
    const std::string doing = said.doing().empty() ? "lives there" : Words(said.doing()) + " there";
    return said.apart() ? doing + ", beside other families" : doing;
  }
  if (said.relation() == "carer") return "has care";
  return Words(said.relation());
}

std::string EndingWords(const v1::RelationEnding& ending, bool error) {
  std::string words = error ? "never so" : "ended";
  if (!error && ending.has_until()) words += " " + DateWords(ending.until());
  if (!ending.reason().empty() && !error) words += ": " + Words(ending.reason());
  if (!ending.basis().empty()) words += " (" + BasisWords(ending.basis()) + ")";
  return words + " [" + RefWords(ending.source(), "") + "]";
}

// What one contact says, in one line.
std::string SaidWords(const v1::RelationStatement& said) {
  std::string words = RelationWords(said);
  if (said.alone() == v1::TRI_YES) words += " alone";
  words += SpanOfWords(said);
  std::vector<std::string> how;
  if (!said.confidence().empty()) how.push_back(Words(said.confidence()));
  if (!said.basis().empty()) how.push_back(BasisWords(said.basis()));
  if (!how.empty()) words += fmt::format(" ({})", fmt::join(how, ", "));
  words += " [" + RefWords(said.source(), "") + "]";
  if (said.has_ending()) {
    words += "; " + EndingWords(said.ending(), said.status() == "in_error");
  }
  for (const v1::RelationEnding& also : said.also_ending()) {
    words += "; by another account " + EndingWords(also, false);
  }
  if (said.status() == "unsaid") words += "; taken back by its agency";
  for (const v1::RelationEnding& against : said.against()) {
    words += "; against it: " + EndingWords(against, against.reason() == "in_error");
  }
  if (!said.disputed_by().empty()) words += "; disputed by " + RefsWords(said.disputed_by());
  return words;
}

void AddStatements(Page& page,
                   const google::protobuf::RepeatedPtrField<v1::RelationStatement>& all) {
  for (const v1::RelationStatement& said : all) {
    const bool counts = said.status() == "stands" || said.status() == "ended";
    page.Line(SaidWords(said), counts ? Ink::kPlain : Ink::kFaint, kSaidIndent);
  }
}

// Somebody on the left and, where there is anything to say of it, how on the right.
void AddWho(Page& page, const v1::RelatedPerson& person, const std::string& how, Ink ink) {
  const std::string who = NameWords(person) + ", " + KindOf(person);
  if (how.empty()) {
    page.Line(who, ink, 2);
  } else {
    page.Head("  " + who, how, ink, "");
  }
}

void AddTie(Page& page, const v1::RelatedTie& tie) {
  AddWho(page, tie.person(), OnDayWords(tie.on_day()), InkOf(tie.on_day()));
  AddStatements(page, tie.statements());
}

void AddTies(Page& page, std::string_view title,
             const google::protobuf::RepeatedPtrField<v1::RelatedTie>& ties) {
  if (ties.empty()) return;
  page.Gap();
  page.Line(title, Ink::kStrong);
  for (const v1::RelatedTie& tie : ties) AddTie(page, tie);
}

void AddHome(Page& page, std::string_view title, const v1::HouseholdView& home) {
  page.Gap();
  page.Rule(std::string(title) + NameWords(home.household()), Ink::kStrong);
  if (home.has_lives()) {
    if (home.lives().on_day() == "contested" || home.lives().on_day() == "possible") {
      page.Line(Capital(OnDayWords(home.lives().on_day())) + " on that day", Ink::kWarn, 2);
    }
    AddStatements(page, home.lives().statements());
  }
  const bool over = home.has_lives() && !IsNow(home.lives().on_day());
  AddTies(page, over ? "There in that time" : "Lives there", home.members());
  if (home.members().empty()) {
    page.Gap();
    page.Line("Nobody is recorded as living there on that day.", Ink::kWarn);
  }
  if (!over) AddTies(page, "Moved out before, or never there", home.earlier());
  if (!over) AddTies(page, "Came later", home.later());
}

void AddCare(Page& page, const v1::CareView& care) {
  page.Gap();
  page.Rule("In whose care: " + NameWords(care.child()), Ink::kStrong);
  if (care.contested()) {
    page.Line("Accounts of this day differ: each is shown, none is taken as right.", Ink::kAlert);
  }
  bool anyone = false;
  for (const v1::RelatedTie& carer : care.carers()) {
    anyone = anyone || IsNow(carer.on_day());
    AddTie(page, carer);
  }
  for (const v1::AgencyCare& one : care.agencies()) {
    anyone = anyone || IsNow(one.on_day());
    page.Head("  " + one.agency() + ", agency", OnDayWords(one.on_day()), InkOf(one.on_day()), "");
    page.Line(SaidWords(one.statement()), Ink::kPlain, kSaidIndent);
  }
  if (!anyone) page.Line("Nobody is recorded as having care on that day.", Ink::kWarn, 2);
}

template <typename Answer>
void AddTop(Page& page, std::string_view before, const Answer& answer) {
  const auto day = ParseDay(answer.on());
  page.Head(std::string(before) + NameWords(answer.asked()),
            day ? "on " + WeekdayWords(*day) : std::string(), Ink::kStrong, "");
  if (answer.asked().person_kind() != "household") page.Row("Who", KindOf(answer.asked()));
  std::vector<std::string> lines;
  if (const auto at = ParseUtc(answer.as_known_at())) {
    lines.push_back("As known at " + MinuteWords(*at) + ".");
  }
  const std::size_t colon = answer.lens().find(':');
  if (colon != std::string::npos) {
    lines.push_back("Only what " + answer.lens().substr(colon + 1) + " had a source of knowing.");
  }
  if (answer.incomplete_size() > 0) {
    lines.emplace_back("INCOMPLETE: some of the record of somebody here could not be read.");
  }
  if (answer.cut()) lines.emplace_back("INCOMPLETE: there are more persons than are followed.");
  if (!lines.empty()) page.Box(lines, Ink::kWarn);
}

template <typename Answer>
void AddEnd(Page& page, const Answer& answer) {
  page.Gap();
  page.Line(
      "Each line is what one contact says. Not recorded is not no: whom nobody recorded is not "
      "here.",
      Ink::kFaint);
  page.Line(fmt::format("Read at record {}.", answer.seq()), Ink::kFaint);
}

void AddSiblings(Page& page, const v1::RelationsAnswer& answer) {
  if (answer.siblings().empty()) return;
  page.Gap();
  page.Rule("Brothers and sisters", Ink::kStrong);
  for (const v1::SiblingTie& one : answer.siblings()) {
    std::string sort = one.sort() == "full"            ? "both parents shared"
                       : one.sort() == "half"          ? "half: one parent shared"
                       : one.sort() == "shared_parent" ? "shares a parent"
                       : one.sort() == "stated"        ? "said to be"
                                                       : "of the same home";
    if (one.same_home() && one.sort() != "household") sort += ", same home";
    AddWho(page, one.person(), sort, Ink::kStrong);
    for (const v1::SharedParent& through : one.through()) {
      const bool contested = through.on_day() == "contested";
      page.Line("through " + NameWords(through.parent()) + (contested ? ": accounts differ" : ""),
                contested ? Ink::kWarn : Ink::kPlain, kSaidIndent);
    }
    AddStatements(page, one.statements());
  }
}

std::string HowWords(const v1::AccessWay& way) {
  if (way.how() == "parent") return "as a parent";
  if (way.how() == "carer") return "as a carer";
  if (way.how() == "home") return "lives in the same home, " + NameWords(way.through());
  if (way.how() == "partner_of_parent") return "as the partner of " + NameWords(way.through());
  std::string words = "seen with the child " + DateWords(way.seen_at());
  if (!way.doing().empty()) words += ", " + Words(way.doing());
  return words + " [" + RefWords(way.seen(), "") + "]";
}

void AddAccess(Page& page, const v1::RelationsAnswer& answer) {
  if (answer.access().empty()) return;
  page.Gap();
  page.Rule("Children to whom there is access", Ink::kStrong);
  for (const v1::AccessTie& one : answer.access()) {
    AddWho(page, one.child(), "", Ink::kStrong);
    for (const v1::AccessWay& way : one.ways()) {
      const std::string on_day = way.how() == "seen_with" ? "" : OnDayWords(way.on_day());
      page.Line(HowWords(way) + (on_day.empty() ? "" : ": " + on_day), InkOf(way.on_day()), 4);
      AddStatements(page, way.statements());
    }
  }
}

void AddUnknown(Page& page, const v1::RelationsAnswer& answer) {
  if (answer.unknown_adults().empty()) return;
  page.Gap();
  page.Rule("Adults whom nobody had identified", Ink::kStrong);
  for (const v1::UnknownAdult& one : answer.unknown_adults()) {
    std::string who = one.description().empty() ? "no description" : one.description();
    if (!one.said_name().empty()) who += ", said to be " + one.said_name();
    if (one.about_age() != 0) who += fmt::format(", about {}", one.about_age());
    page.Line(who, Ink::kStrong, 2);
    std::string seen = DateWords(one.seen_at());
    if (!one.doing().empty()) seen += ", " + Words(one.doing());
    page.Line(seen + " [" + RefWords(one.source(), "") + "]", Ink::kPlain, kSaidIndent);
    if (!one.has_identified()) {
      page.Line("nobody has identified this adult", Ink::kWarn, kSaidIndent);
      continue;
    }
    std::string since = DayOfText(one.identified_known());
    page.Line("identified as " + NameWords(one.identified()) +
                  (since.empty() ? "" : ", known since " + since) +
                  (one.identified_reason().empty() ? "" : ": " + one.identified_reason()),
              Ink::kPlain, kSaidIndent);
  }
}

}  // namespace

std::string NameWords(const v1::RelatedPerson& person) {
  if (person.protected_address()) return "a protected address";
  if (!person.name().empty()) return person.name();
  for (const v1::ScopedReference& one : person.references()) {
    return one.scheme() == "review-role" ? Capital(one.value()) : one.scheme() + " " + one.value();
  }
  return "somebody not named (" + person.person().substr(0, 8) + "…)";
}

std::string HomeText(const v1::HouseholdAnswer& answer, const Style& style) {
  Page page(style);
  AddTop(page, "Household of ", answer);
  if (answer.homes().empty()) {
    page.Gap();
    page.Line("No household is recorded on that day.", Ink::kWarn);
  }
  if (answer.homes_size() > 1) {
    page.Line("More than one home is recorded on that day: each is shown.", Ink::kAlert);
  }
  for (const v1::HouseholdView& home : answer.homes()) AddHome(page, "", home);
  for (const v1::CareView& care : answer.care()) AddCare(page, care);
  for (const v1::HouseholdView& home : answer.earlier_homes()) {
    AddHome(page, home.lives().on_day() == "earlier" ? "Before: " : "Not on that day: ", home);
  }
  AddEnd(page, answer);
  return std::move(page).Text();
}

std::string HomeText(const v1::RelationsAnswer& answer, const Style& style) {
  Page page(style);
  AddTop(page, "Relations of ", answer);
  AddTies(page, "Parents", answer.parents());
  AddSiblings(page, answer);
  if (answer.has_care()) AddCare(page, answer.care());
  AddTies(page, "Partners", answer.partners());
  AddAccess(page, answer);
  AddUnknown(page, answer);
  for (const v1::HouseholdView& home : answer.homes()) {
    const std::string& on_day = home.lives().on_day();
    AddHome(page,
            IsNow(on_day)         ? "Home: "
            : on_day == "earlier" ? "Home before: "
                                  : "Home: ",
            home);
  }
  AddTies(page, "Others", answer.others());
  AddEnd(page, answer);
  return std::move(page).Text();
}

}  // namespace throughline::show
