#include "tests/engine/identity/population.h"

#include <algorithm>
#include <array>

#include "engine/base/uk_time.h"
#include "tests/engine/identity/writing.h"
#include "tests/sim/random.h"

namespace throughline::identity {
namespace {

constexpr Day kToday = 20600;  // spring of 2026

struct Home {
  std::string line;
  std::string postcode;
};

struct Person {
  std::size_t number = 0;
  bool girl = false;
  bool adult = false;
  bool twin = false;
  Day born = 0;
  Names names;
  std::string nhs_number;
};

struct Family {
  std::size_t origin = 0;
  Person mother;
  Person father;
  std::vector<Person> children;
  Home home;
  Home earlier_home;
  std::string school;
  std::string earlier_school;
  std::size_t swapped = 0;  // with its twin behind it; 0: none, else the index of the second
};

class Maker {
 public:
  Maker(const std::vector<Origin>& origins, std::uint64_t seed,
        const std::function<void(Record&)>& visit)
      : origins_(origins), dice_(seed), visit_(visit) {}

  void Run(std::size_t families) {
    for (std::size_t i = 0; i < families; ++i) {
      Family family = Make(i % origins_.size());
      Write(family, family.mother);
      for (const Person& child : family.children) Write(family, child);
    }
  }

 private:
  bool Chance(const Origin& origin, std::string_view rate) {
    return dice_.Chance(origin.rates.at(std::string(rate)));
  }

  Family Make(std::size_t index) {
    const Origin& origin = origins_[index];
    Family family;
    family.origin = index;
    family.home = MakeHome();
    family.earlier_home = MakeHome();
    family.school = School();
    family.earlier_school = School();
    const std::string surname = dice_.Surname(origin);
    family.father.names.family = surname;
    const Day oldest = kToday - static_cast<Day>(365 + dice_.Below(17 * 365));
    family.mother = MakePerson(origin, true);
    family.mother.adult = true;
    family.mother.born = oldest - static_cast<Day>(19 * 365 + dice_.Below(18 * 365));
    family.mother.names.given =
        dice_.Forename(origin, origin.parents.empty() ? origin.girls : origin.parents);
    family.mother.names.other_family = surname;
    const std::string father_of_father = origin.fathers.empty() ? "" : dice_.Pick(origin.fathers);
    family.father.names.given =
        dice_.Forename(origin, origin.fathers.empty() ? origin.parents : origin.fathers);
    const std::size_t births = 1 + dice_.Below(3);
    Day born = oldest;
    for (std::size_t i = 0; i < births && born < kToday; ++i) {
      const std::size_t children = Chance(origin, "twins") ? 2 : 1;
      for (std::size_t j = 0; j < children; ++j) {
        Person child = MakePerson(origin, dice_.Chance(0.5));
        child.born = born;
        child.twin = children == 2;
        ToFamily(origin, family, father_of_father, child);
        family.children.push_back(std::move(child));
      }
      if (children == 2 && Chance(origin, "twins_swapped"))
        family.swapped = family.children.size() - 1;
      born += static_cast<Day>(330 + dice_.Below(1500));
    }
    return family;
  }

  Person MakePerson(const Origin& origin, bool girl) {
    Person person;
    person.number = persons_++;
    person.girl = girl;
    person.nhs_number = dice_.NhsNumber();
    person.names.given = dice_.Forename(origin, girl ? origin.girls : origin.boys);
    person.names.middle = dice_.Forename(origin, girl ? origin.girls : origin.boys);
    person.names.family = dice_.Surname(origin);
    const auto& markers = girl ? origin.markers_female : origin.markers_male;
    if (!markers.empty()) person.names.marker = dice_.Pick(markers);
    if (!origin.english_names.empty()) person.names.english = dice_.Pick(origin.english_names);
    person.names.father = origin.fathers.empty() ? "" : dice_.Pick(origin.fathers);
    return person;
  }

  void ToFamily(const Origin& origin, const Family& family, const std::string& grandfather,
                Person& child) {
    // Brothers and sisters, twins above all, are given different names.
    const auto taken = [&] {
      return std::any_of(family.children.begin(), family.children.end(), [&](const Person& other) {
        return other.names.given == child.names.given;
      });
    };
    for (int i = 0; i < 20 && taken(); ++i)
      child.names.given = dice_.Forename(origin, child.girl ? origin.girls : origin.boys);
    child.names.family = family.father.names.family;
    child.names.other_family = family.mother.names.family;
    if (!origin.fathers.empty()) {
      child.names.father = family.father.names.given;
      child.names.grandfather = grandfather;
    }
    if (Chance(origin, "born_first_of_january")) child.born = FirstOfJanuary(child.born);
  }

  Home MakeHome() {
    static constexpr std::array<const char*, 12> kStreets{
        "Elm Street", "Station Road",    "Church Lane", "Victoria Avenue",
        "Mill Close", "Park Crescent",   "High Street", "Albert Terrace",
        "Oak Drive",  "Queen's Gardens", "The Grove",   "Chapel Hill"};
    Home home;
    // Some fifteen homes share a postcode, and with it a street.
    const std::size_t postcode = dice_.Below(30000);
    home.line = std::to_string(1 + dice_.Below(60)) + " " + kStreets[postcode % kStreets.size()];
    if (dice_.Chance(0.15))
      home.line = "Flat " + std::to_string(1 + dice_.Below(12)) + ", " + home.line;
    const auto letter = [&](std::size_t n) { return static_cast<char>('A' + n % 20); };
    home.postcode = "LS" + std::to_string(1 + postcode % 25) + " " +
                    std::to_string(postcode / 25 % 9) + letter(postcode / 225) +
                    letter(postcode / 4500);
    return home;
  }

  std::string School() {
    static constexpr std::array<const char*, 3> kSorts{"Primary School", "C of E Primary",
                                                       "Academy"};
    const std::size_t school = dice_.Below(300);
    return "School " + std::to_string(school) + " " + kSorts[school % kSorts.size()];
  }

  void Write(const Family& family, const Person& person) {
    const Origin& origin = origins_[family.origin];
    for (const char* agency : {"health", "school", "social_care", "police"}) {
      const bool school = std::string_view(agency) == "school";
      const int age = (kToday - person.born) / 365;
      if (school && (age < 4 || person.adult)) continue;
      double rate = origin.rates.at("agency " + std::string(agency));
      if (person.adult) rate *= 0.6;
      if (dice_.Chance(rate)) WriteOne(family, person, agency, false);
    }
    if (!person.adult && Chance(origin, "placeholder_at_birth"))
      WriteOne(family, person, "midwifery", true);
  }

  void WriteOne(const Family& family, const Person& person, const std::string& agency,
                bool at_birth) {
    const Origin& origin = origins_[family.origin];
    Record record;
    record.person = person.number;
    record.origin = family.origin;
    record.agency = agency;
    record.twin = person.twin;
    v1::Contact& contact = record.contact;
    contact.set_contact_id(agency);
    auto& subject = *contact.add_subjects();
    subject.set_label("child");
    subject.set_person_kind(person.adult ? "adult" : "child");
    subject.add_roles(person.adult ? "parent_carer" : "subject_child");
    auto& known = *subject.mutable_demographics();
    known.add_names(at_birth ? Placeholder(family, person)
                             : dice_.Write(origin, person.names, person.girl));
    WriteBirth(origin, person, known);
    if (!Chance(origin, "sex_missing")) {
      const bool girl = person.girl != Chance(origin, "sex_wrong");
      known.set_sex(girl ? "female" : "male");
    }
    WriteAddress(origin, family, known);
    WriteSchool(origin, family, person, agency, known);
    WriteNumber(origin, family, person, agency, at_birth, subject);
    if (!person.adult) WriteParents(origin, family, at_birth, contact);
    if (person.twin && agency != "school" &&
        Chance(origin, at_birth ? "multiple_known_at_birth" : "multiple_known")) {
      contact.mutable_birth()->set_child("child");
      contact.mutable_birth()->set_multiple(v1::TRI_YES);
      contact.set_time_means("reported");
    }
    visit_(record);
  }

  std::string Placeholder(const Family& family, const Person& person) {
    const std::string surname =
        dice_.Chance(0.6) ? family.mother.names.family : person.names.family;
    if (person.twin && dice_.Chance(0.5)) {
      const bool second = family.children.back().number == person.number;
      return std::string("Twin ") + (second ? "2 " : "1 ") + surname;
    }
    if (dice_.Chance(0.3)) return std::string(person.girl ? "Baby Girl " : "Baby Boy ") + surname;
    return "Baby " + surname;
  }

  void WriteBirth(const Origin& origin, const Person& person, v1::Contact::Demographics& known) {
    if (Chance(origin, "birth_missing")) return;
    std::string born = FormatDay(person.born);
    if (Chance(origin, "birth_year_only")) {
      born.resize(4);
    } else if (Chance(origin, "birth_month_only")) {
      born.resize(7);
    } else if (Chance(origin, "birth_first_of_january")) {
      born.replace(4, 6, "-01-01");
    } else if (Chance(origin, "birth_swapped")) {
      const std::string turned = born.substr(0, 5) + born.substr(8, 2) + "-" + born.substr(5, 2);
      if (ParseDay(turned)) born = turned;
    } else if (Chance(origin, "birth_digit")) {
      static constexpr std::array<std::size_t, 5> kDigits{3, 5, 6, 8, 9};
      std::string wrong = born;
      wrong[kDigits[dice_.Below(kDigits.size())]] = static_cast<char>('0' + dice_.Below(10));
      const auto day = ParseDay(wrong);
      if (day && *day <= kToday) born = wrong;
    }
    known.mutable_date_of_birth()->set_at(born);
  }

  void WriteAddress(const Origin& origin, const Family& family, v1::Contact::Demographics& known) {
    if (Chance(origin, "address_missing")) return;
    const Home& home = Chance(origin, "address_earlier") ? family.earlier_home : family.home;
    std::string address = home.line + ", Leeds";
    if (!Chance(origin, "postcode_missing")) address += ", " + home.postcode;
    known.set_address(address);
  }

  void WriteSchool(const Origin& origin, const Family& family, const Person& person,
                   const std::string& agency, v1::Contact::Demographics& known) {
    const int age = (kToday - person.born) / 365;
    if (person.adult || age < 4) return;
    if (agency == "school") {
      known.set_school(family.school);
    } else if (Chance(origin, "school_known")) {
      known.set_school(Chance(origin, "school_earlier") ? family.earlier_school : family.school);
    }
  }

  void WriteNumber(const Origin& origin, const Family& family, const Person& person,
                   const std::string& agency, bool at_birth, v1::Contact::Subject& subject) {
    const bool health = agency == "health" || at_birth;
    if (!Chance(origin, health ? "nhs_number_health" : "nhs_number_other")) return;
    std::string number = person.nhs_number;
    if (person.twin && family.swapped > 0 && agency == "health") {
      const Person& second = family.children[family.swapped];
      const Person& first = family.children[family.swapped - 1];
      if (person.number == second.number) number = first.nhs_number;
      if (person.number == first.number) number = second.nhs_number;
    }
    if (Chance(origin, "nhs_number_of_another")) number = last_number_;
    last_number_ = person.nhs_number;
    if (number.empty()) return;
    auto& reference = *subject.add_references();
    reference.set_scheme("nhs-number");
    reference.set_value(number);
  }

  void WriteParents(const Origin& origin, const Family& family, bool at_birth,
                    v1::Contact& contact) {
    const auto add = [&](const char* label, const Person& parent, bool girl) {
      auto& subject = *contact.add_subjects();
      subject.set_label(label);
      subject.set_person_kind("adult");
      subject.add_roles("parent_carer");
      subject.mutable_demographics()->add_names(dice_.Write(origin, parent.names, girl));
    };
    if (Chance(origin, at_birth ? "mother_known_at_birth" : "mother_known"))
      add("mother", family.mother, true);
    if (Chance(origin, "father_known")) add("father", family.father, false);
  }

  static Day FirstOfJanuary(Day day) { return *ParseDay(FormatDay(day).substr(0, 4) + "-01-01"); }

  const std::vector<Origin>& origins_;
  Writing dice_;
  const std::function<void(Record&)>& visit_;
  std::size_t persons_ = 0;
  std::string last_number_;
};

}  // namespace

void EachRecord(const std::vector<Origin>& origins, std::size_t families, std::uint64_t seed,
                const std::function<void(Record&)>& visit) {
  Maker(origins, seed, visit).Run(families);
}

}  // namespace throughline::identity
