#include "consumers/throughline/case/answered.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "consumers/throughline/chronology_answers.h"
#include "consumers/throughline/find_person.h"
#include "consumers/throughline/home_answers.h"
#include "consumers/throughline/show/words.h"
#include "engine/projection/view.h"

namespace throughline::cases {
namespace {

using Said = std::map<std::string, std::set<std::string>, std::less<>>;

bool IsOn(const std::string& on_day) {
  return on_day == "certain" || on_day == "possible" || on_day == "contested";
}

// Labels of one person, or one word.
using Names = std::vector<std::string>;

// Turns what was answered into the words of the case file.
class Words {
 public:
  Words(const Question& question, const std::map<std::string, std::set<PersonId>>& persons)
      : question_(question), persons_(persons) {}

  Said Of(const v1::HouseholdAnswer& answer) {
    for (const v1::HouseholdView& home : answer.homes()) {
      Add("homes", {NamesOf(home.household())});
      AddProtected(home);
      for (const v1::RelatedTie& one : home.members()) {
        Add(one.on_day() == "certain"    ? "lives"
            : one.on_day() == "possible" ? "possibly"
                                         : "differ",
            {NamesOf(one.person())});
      }
      for (const v1::RelatedTie& one : home.earlier()) {
        if (one.on_day() == "earlier") Add("earlier", {NamesOf(one.person())});
      }
      for (const v1::RelatedTie& one : home.later()) Add("later", {NamesOf(one.person())});
    }
    // Beside them stand homes of later, and what never was so.
    for (const v1::HouseholdView& home : answer.earlier_homes()) {
      if (home.lives().on_day() == "earlier") Add("before", {NamesOf(home.household())});
      AddProtected(home);
    }
    for (const v1::CareView& care : answer.care()) AddCare(care, {NamesOf(care.child())});
    return std::move(said_);
  }

  Said Of(const v1::RelationsAnswer& answer) {
    for (const v1::RelatedTie& one : answer.parents()) AddTie("parents", one);
    for (const v1::RelatedTie& one : answer.partners()) AddTie("partners", one);
    for (const v1::SiblingTie& one : answer.siblings()) {
      Add("siblings", {NamesOf(one.person()), {one.sort()}});
    }
    for (const v1::HouseholdView& one : answer.homes()) {
      Add("homes", {NamesOf(one.household()), {one.lives().on_day()}});
    }
    for (const v1::AccessTie& one : answer.access()) {
      for (const v1::AccessWay& way : one.ways()) {
        Add("access", {NamesOf(one.child()), {way.how()}});
      }
    }
    for (const v1::UnknownAdult& one : answer.unknown_adults()) AddUnknown(one);
    AddCare(answer.care(), {});
    return std::move(said_);
  }

 private:
  // Under every label that is wanted there; where none is, under all of them together.
  void Add(const std::string& key, const std::vector<Names>& words) {
    const auto wants = question_.wants.find(key);
    std::vector<std::string> texts{""};
    std::string together;
    for (const Names& names : words) {
      std::vector<std::string> longer;
      for (const std::string& text : texts) {
        for (const std::string& name : names) longer.push_back(Then(text, name));
      }
      texts = std::move(longer);
      together = Then(together, Together(names));
    }
    bool is_wanted = false;
    for (std::string& text : texts) {
      if (wants == question_.wants.end() || !wants->second.contains(text)) continue;
      said_[key].insert(std::move(text));
      is_wanted = true;
    }
    if (!is_wanted) said_[key].insert(std::move(together));
  }

  static std::string Then(const std::string& text, const std::string& word) {
    return text.empty() ? word : text + " " + word;
  }

  void AddProtected(const v1::HouseholdView& home) {
    if (home.household().protected_address()) Add("protected", {NamesOf(home.household())});
  }

  void AddTie(const std::string& key, const v1::RelatedTie& tie) {
    Add(key, {NamesOf(tie.person()), {tie.on_day()}});
  }

  // `of`: the child, where the answer is about several.
  void AddCare(const v1::CareView& care, const std::vector<Names>& of) {
    const auto add = [&](Names carer) {
      std::vector<Names> words = of;
      words.push_back(std::move(carer));
      Add("care", words);
    };
    if (care.contested()) Add("contested", {NamesOf(care.child())});
    for (const v1::RelatedTie& one : care.carers()) {
      if (IsOn(one.on_day())) add(NamesOf(one.person()));
    }
    for (const v1::AgencyCare& one : care.agencies()) {
      if (IsOn(one.on_day())) add({one.agency()});
    }
  }

  void AddUnknown(const v1::UnknownAdult& one) {
    const Names unknown = NamesOf(one.person());
    if (!one.has_identified()) return Add("unknown", {unknown, {"nobody"}});
    const Names identified = NamesOf(one.identified());
    // Whoever was identified bears the label of the unknown too, as long as they are one person.
    Names others;
    for (const std::string& name : identified) {
      if (std::find(unknown.begin(), unknown.end(), name) == unknown.end()) others.push_back(name);
    }
    Add("unknown", {unknown, others.empty() ? identified : others});
  }

  Names NamesOf(const v1::RelatedPerson& person) const {
    const auto id = PersonId::FromText(person.person());
    Names names;
    for (const auto& [label, persons] : persons_) {
      if (id && persons.contains(*id)) names.push_back(label);
    }
    if (names.empty()) names.emplace_back("somebody without a label");
    return names;
  }

  const Question& question_;
  const std::map<std::string, std::set<PersonId>>& persons_;  // and whom they were part of
  Said said_;
};

std::string Joined(const std::set<std::string>& texts) {
  return texts.empty() ? "nobody" : fmt::format("{}", fmt::join(texts, ", "));
}

// Every key that is asked is answered by exactly that.
void Compare(const Said& said, Answered& out) {
  static const std::set<std::string> kNone;
  for (const auto& [key, wanted] : out.question.wants) {
    const auto found = said.find(key);
    const std::set<std::string>& got = found == said.end() ? kNone : found->second;
    if (got != wanted) {
      out.wrong.push_back(
          fmt::format("{}: {} expected, {} answered", key, Joined(wanted), Joined(got)));
    }
    out.said.push_back(fmt::format("{}: {}", key, Joined(got)));
  }
}

// What marks keep something of, exactly.
void CompareMasked(const std::set<std::string>& wanted, const std::set<std::string>& masked,
                   Answered& out) {
  for (const std::string& one : wanted) {
    if (!masked.contains(one)) out.wrong.push_back("nothing is masked of " + one);
  }
  for (const std::string& one : masked) {
    if (!wanted.contains(one)) out.wrong.push_back("something is masked of " + one);
  }
}

void CompareEntries(const v1::ChronologyAnswer& answer, Answered& out) {
  std::set<std::string> shown;
  std::set<std::string> masked;
  for (const v1::ChronologyEntry& entry : answer.entries()) {
    const std::string name = entry.agency() + " " + entry.contact_id();
    const bool stands = entry.withheld().empty() && !entry.has_withdrawn();
    if (stands) shown.insert(name);
    for (const std::string& mark : entry.masked()) {
      masked.insert(fmt::format("{} {}", name, mark));
    }
  }
  for (const auto& [key, wanted] : out.question.wants) {
    if (key == "masked") {
      CompareMasked(wanted, masked, out);
      continue;
    }
    for (const std::string& text : wanted) {
      const bool has = shown.contains(text);
      if (has != (key == "has")) {
        out.wrong.push_back(text + (has ? " is shown" : " is not shown"));
      }
    }
  }
  out.said.push_back(show::Counted(shown.size(), "contact") + " shown");
}

class Asker {
 public:
  explicit Asker(const Player& player) : player_(player), view_(player.view()) {}

  Result<Answered> Ask(const Question& question) {
    Answered out;
    out.question = question;
    TL_ASSIGN(const PersonId person, Person(question));
    if (question.what == Question::What::kHousehold) {
      v1::HouseholdRequest request;
      TL_ASSIGN(const auto answer, cli::AnswerHousehold(view_, Filled(question, person, request)));
      TL_ASSIGN(const auto labels, Labels(question));
      Compare(Words(question, labels).Of(answer), out);
    } else if (question.what == Question::What::kRelations) {
      v1::RelationsRequest request;
      TL_ASSIGN(const auto answer, cli::AnswerRelations(view_, Filled(question, person, request)));
      TL_ASSIGN(const auto labels, Labels(question));
      Compare(Words(question, labels).Of(answer), out);
    } else {
      v1::ChronologyRequest request;
      request.mutable_person()->set_id(person.Text());
      request.set_lens(question.lens);
      if (question.as_known_at) request.set_as_known_at_ms(EndOf(*question.as_known_at));
      TL_ASSIGN(const auto answer, cli::AnswerChronology(view_, request));
      CompareEntries(answer, out);
    }
    return out;
  }

 private:
  static Millis EndOf(Day day) { return StartOfDay(day + 1) - 1; }

  template <typename Request>
  static const Request& Filled(const Question& question, const PersonId& person, Request& request) {
    request.mutable_of()->set_id(person.Text());
    request.set_on(FormatDay(question.on));
    request.set_lens(question.lens);
    if (question.as_known_at) request.set_as_known_at_ms(EndOf(*question.as_known_at));
    return request;
  }

  // Who is known under each label, and whom that was part of then.
  Result<std::map<std::string, std::set<PersonId>>> Labels(const Question& question) {
    std::map<std::string, std::set<PersonId>> labels = player_.persons();
    for (auto& [label, persons] : labels) {
      for (const PersonId& one : std::set<PersonId>(persons)) {
        TL_ASSIGN(const PersonId person, PersonThen(question, one));
        persons.insert(person);
      }
    }
    return labels;
  }

  Result<PersonId> PersonThen(const Question& question, const PersonId& record) {
    v1::PersonRef ref;
    ref.set_id(record.Text());
    std::optional<Millis> at;
    if (question.as_known_at) at = EndOf(*question.as_known_at);
    TL_ASSIGN(const cli::Found found, cli::FindOneAt(view_, ref, at));
    return found.person;
  }

  // One whom contacts named by several records has to be one person by then.
  Result<PersonId> Person(const Question& question) {
    const auto records = player_.records().find(question.of);
    if (records == player_.records().end()) {
      return Fail(Code::kInvalid, "line {}: no contact names {}", question.place.line, question.of);
    }
    std::set<PersonId> then;
    for (const PersonId& one : records->second) {
      TL_ASSIGN(const PersonId person, PersonThen(question, one));
      then.insert(person);
    }
    if (then.size() == 1) return *records->second.begin();
    return Fail(Code::kInvalid, "line {}: {} stands for {} persons then", question.place.line,
                question.of, then.size());
  }

  const Player& player_;
  projection::View view_;
};

}  // namespace

Result<std::vector<Answered>> Ask(const std::vector<Question>& questions, const Player& player) {
  std::vector<Answered> all;
  Asker asker(player);
  for (const Question& question : questions) {
    TL_ASSIGN(Answered answered, asker.Ask(question));
    all.push_back(std::move(answered));
  }
  return all;
}

}  // namespace throughline::cases
