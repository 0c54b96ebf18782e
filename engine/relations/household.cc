#include <set>

#include "engine/relations/answer.h"
#include "engine/relations/ties.h"

namespace throughline::relations {
namespace {

class Households {
 public:
  Households(Circle& circle, Day day) : circle_(circle), day_(day) {}

  v1::HouseholdAnswer Of(const PersonId& person) && {
    *out_.mutable_asked() = circle_.Who(person);
    if (circle_.IsHousehold(person)) {
      AddHome(person, nullptr, *out_.add_homes());
    } else {
      for (const Tie& stay : HomesOf(circle_, person, day_)) {
        const bool now = IsOn(stay.on_day);
        AddHome(stay.other, &stay, now ? *out_.add_homes() : *out_.add_earlier_homes());
      }
      if (circle_.IsChild(person)) children_.insert(person);
    }
    for (const PersonId& child : children_) *out_.add_care() = CareOf(circle_, child, day_);
    for (std::string& one : circle_.Incomplete()) out_.add_incomplete(std::move(one));
    out_.set_cut(circle_.cut());
    return std::move(out_);
  }

 private:
  void AddHome(const PersonId& home, const Tie* stay, v1::HouseholdView& out) {
    out = HomeOn(circle_, home, day_, stay);
    if (stay != nullptr && !IsOn(stay->on_day)) return;
    for (const v1::RelatedTie& member : out.members()) {
      const auto id = PersonId::FromText(member.person().person());
      if (id && circle_.IsChild(*id)) children_.insert(*id);
    }
  }

  Circle& circle_;
  Day day_;
  std::set<PersonId> children_;
  v1::HouseholdAnswer out_;
};

}  // namespace

v1::HouseholdAnswer HouseholdOf(Circle& circle, const PersonId& person, Day day) {
  return Households(circle, day).Of(person);
}

}  // namespace throughline::relations
