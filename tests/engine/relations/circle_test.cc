#include "engine/relations/circle.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/base/bytes.h"

namespace throughline::relations {
namespace {

PersonId Numbered(std::uint64_t number) {
  std::string raw;
  AppendU64(raw, 0);
  AppendU64(raw, number);
  return *PersonId::FromRaw(raw);
}

const PersonId kHome = Numbered(0);

// A hostel: so many live there, and nobody's address is marked.
class Hostel final : public Source {
 public:
  explicit Hostel(std::uint64_t residents) : residents_(residents) {}

  Result<Held> Read(const PersonId& record) const override {
    auto known = std::make_shared<chronology::Known>();
    known->person = record;
    for (std::uint64_t i = 1; record == kHome && i <= residents_; ++i) {
      chronology::Note& note = known->notes.emplace_back();
      note.seq = i;
      note.placed = 1;
      v1::RelationKnown& lives = *note.note.add_relations();
      lives.set_from(std::string(Numbered(i).Raw()));
      lives.set_to(std::string(kHome.Raw()));
      lives.set_relation("member_of_household");
    }
    return Held{known, known, {}, false};
  }
  std::optional<chronology::Header> Describe(const chronology::Known& known) const override {
    chronology::Header header;
    header.person = known.person;
    header.person_kind = known.person == kHome ? "household" : "adult";
    return header;
  }
  Result<std::vector<PersonId>> StandsOn(const contact::Target&) const override {
    return std::vector<PersonId>();
  }
  Result<bool> IsProtected(const PersonId&) const override { return false; }
  Result<bool> MayGiveProtected(const PersonId&) const override { return false; }
  Millis now() const override { return 1; }
  bool through_agency() const override { return false; }
  bool as_recorded() const override { return false; }

 private:
  std::uint64_t residents_;
};

// Those who were not read may be part of somebody whose address is protected.
TEST(Circle, AHomeOfMoreThanAreReadIsProtected) {
  for (const std::uint64_t residents : {std::uint64_t{3}, std::uint64_t{Circle::kMostRead}}) {
    const Hostel hostel(residents);
    Circle circle(hostel, Day{0});
    const bool more = residents >= Circle::kMostRead;
    EXPECT_EQ(circle.IsProtected(kHome), more);
    EXPECT_EQ(circle.cut(), more);
    EXPECT_FALSE(circle.IsProtected(Numbered(1)));
    EXPECT_EQ(circle.IsProtected(Numbered(residents)), more) << "it was not read itself";
  }
}

}  // namespace
}  // namespace throughline::relations
