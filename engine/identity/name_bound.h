#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/identity/digest.h"
#include "engine/identity/parameters.h"
#include "engine/identity/prepared.h"
#include "engine/identity/range.h"

namespace throughline::identity {

// How much order, forename and surname may weigh together (CompareNames of fields.h) with names of
// which only the digest is known: each reading of our names with each reading of the other's words.
// Pure. Threads: one.
class NameBound {
 public:
  // `parameters` outlives it.
  NameBound(const Parameters& parameters, const Prepared& of);
  // The three fields together.
  Range AtMost(const Features& other);

 private:
  // One reading of one of our names, and what it says where it agrees. Words are indexes of
  // `words_`.
  struct OwnReading {
    bool turned = false;
    bool placeholder = false;
    bool initial = false;  // what the person is called by
    bool two_names = false;
    std::optional<std::size_t> called;
    std::vector<std::size_t> given;
    std::vector<std::size_t> family;
    std::vector<std::size_t> all;  // of the name
    std::uint16_t joined = 0;
    std::uint16_t whole = 0;  // 0: none
    Range exact, variant, among, whole_exact, family_exact, family_variant;
    std::vector<Range> part;  // for each of `family`
  };
  using Words = std::uint32_t;  // of the other: a bit for each
  // Which of the other's words one of ours may be like.
  struct Like {
    Words spelled = 0;
    Words agree = 0;
    Words close = 0;
  };
  struct Roles {
    Words called = 0;
    Words given = 0;
    Words family = 0;
    Words beside = 0;
  };
  struct Maybe {
    bool unknown = false;
    bool known = false;
    Range range;  // where it is known
    void MayBe(const Range& level) {
      known = true;
      range.MayBe(level);
    }
  };

  void AddReading(const PreparedName& name, const Reading& reading, bool turned,
                  std::size_t first_word);
  void ReadOther(const Features& other);
  void ReadParents();
  void Try(const OwnReading& own, const Roles& other, std::size_t order, Range& best) const;
  Maybe Forename(const OwnReading& own, const Roles& other) const;
  Maybe Surname(const OwnReading& own, const Roles& other) const;
  bool MayBeSeveral(std::uint16_t word, Words among) const;
  Range At(Field field, std::size_t level, double share = 0) const;

  const Parameters& p_;
  std::vector<NameWord> words_;
  std::vector<OwnReading> readings_;
  // Our last names as parents' words, and what it says that one is among the other's.
  std::vector<std::pair<std::vector<std::uint8_t>, Range>> families_;
  std::vector<NameWord> parents_;

  // Of the other.
  const Features* other_ = nullptr;
  std::vector<Like> like_;  // for each of `words_`
  std::array<Roles, 2> roles_;
  Words initials_ = 0;
  Range parents_name_;
};

}  // namespace throughline::identity
