#include "engine/identity/name_bound.h"

#include <algorithm>
#include <bit>

#include "engine/identity/fields.h"

namespace throughline::identity {
namespace {

using namespace levels;

constexpr std::uint32_t Bit(std::size_t i) { return std::uint32_t{1} << i; }

}  // namespace

Range NameBound::At(Field field, std::size_t level, double share) const {
  Range range;
  range.MayBe(p_.EvidenceAt(field, level, share));
  return range;
}

NameBound::NameBound(const Parameters& parameters, const Prepared& of) : p_(parameters) {
  for (const PreparedName& name : of.names) {
    const std::size_t first_word = words_.size();
    for (const Token& token : name.tokens) words_.push_back(NameWordOf(token));
    AddReading(name, name.usual, false, first_word);
    if (!name.turned.family.empty()) AddReading(name, name.turned, true, first_word);
    for (const std::size_t i : name.usual.family) {
      const Token& token = name.tokens[i];
      families_.push_back(
          {ParentFeatures(token), At(Field::kSurname, kParentsName, token.word->surname_share)});
    }
  }
  for (const PreparedName& parent : of.parents) {
    for (const Token& token : parent.tokens) parents_.push_back(NameWordOf(token));
  }
}

void NameBound::AddReading(const PreparedName& name, const Reading& reading, bool turned,
                           std::size_t first_word) {
  OwnReading own;
  own.turned = turned;
  own.placeholder = name.placeholder;
  for (std::size_t i = 0; i < name.tokens.size(); ++i) own.all.push_back(first_word + i);
  for (const std::size_t i : reading.given) own.given.push_back(first_word + i);
  if (!reading.given.empty()) {
    const Token& called = name.tokens[reading.given.front()];
    const double share = called.word->forename_share;
    own.called = own.given.front();
    own.initial = called.initial();
    own.joined = WordFeature(p_, reading.joined);
    own.exact = At(Field::kForename, kExact, share);
    own.variant = At(Field::kForename, kVariant, share);
    own.among = At(Field::kForename, kOtherName, share);
  }
  if (!name.whole.empty()) {
    own.whole = WordFeature(p_, name.whole);
    own.whole_exact = At(Field::kForename, kExact, name.tokens.front().word->forename_share);
  }
  double rarest = 1;
  for (const std::size_t i : reading.family) {
    const Word& word = *name.tokens[i].word;
    own.family.push_back(first_word + i);
    own.part.push_back(At(Field::kSurname, kPart, word.surname_share));
    own.two_names |= word.two_names;
    rarest = std::min(rarest, word.surname_share);
  }
  own.family_exact = At(Field::kSurname, kSurnameExact, rarest);
  own.family_variant = At(Field::kSurname, kSurnameVariant, rarest);
  readings_.push_back(std::move(own));
}

void NameBound::ReadOther(const Features& other) {
  other_ = &other;
  roles_ = {};
  initials_ = 0;
  for (std::size_t j = 0; j < other.words.size(); ++j) {
    const NameWord& theirs = other.words[j];
    if (theirs.length == 1) initials_ |= Bit(j);
    for (const bool turned : {false, true}) {
      Roles& roles = roles_[turned ? 1 : 0];
      if (theirs.Has(NameWord::kCalled, turned)) roles.called |= Bit(j);
      if (theirs.Has(NameWord::kGiven, turned)) roles.given |= Bit(j);
      if (theirs.Has(NameWord::kFamily, turned)) roles.family |= Bit(j);
      if (theirs.Has(NameWord::kBeside, turned)) roles.beside |= Bit(j);
    }
  }
  like_.assign(words_.size(), {});
  for (std::size_t i = 0; i < words_.size(); ++i) {
    for (std::size_t j = 0; j < other.words.size(); ++j) {
      const NameWord& theirs = other.words[j];
      if (words_[i].spelled == theirs.spelled) like_[i].spelled |= Bit(j);
      if (MayAgree(words_[i], theirs)) like_[i].agree |= Bit(j);
      if (MayBeClose(words_[i], theirs)) like_[i].close |= Bit(j);
    }
  }
  ReadParents();
}

// A last name of the one that is among the names of the other's parents.
void NameBound::ReadParents() {
  parents_name_ = {};
  for (const auto& [features, range] : families_) {
    if (std::any_of(features.begin(), features.end(), [&](std::uint8_t feature) {
          return std::binary_search(other_->parents_words.begin(), other_->parents_words.end(),
                                    feature);
        })) {
      parents_name_.MayBe(range);
    }
  }
  for (const NameWord& theirs : other_->words) {
    if (!theirs.Has(NameWord::kFamily, false)) continue;
    if (std::any_of(parents_.begin(), parents_.end(),
                    [&](const NameWord& parent) { return MayAgree(theirs, parent); }))
      return parents_name_.MayBe(At(Field::kSurname, kParentsName, p_.unlisted().surname_share));
  }
}

Range NameBound::AtMost(const Features& other) {
  Range best;
  ReadOther(other);
  for (const OwnReading& own : readings_) {
    if (own.turned) {
      Try(own, roles_[0], kSwapped, best);
      continue;
    }
    Try(own, roles_[0], kStraight, best);
    Try(own, roles_[1], kSwapped, best);
  }
  if (readings_.empty() || other.words.empty()) best.MayBeUnknown();
  return best;
}

// Order counts where both forename and surname are known.
void NameBound::Try(const OwnReading& own, const Roles& other, std::size_t order,
                    Range& best) const {
  const Maybe forename = Forename(own, other);
  const Maybe surname = Surname(own, other);
  const auto add = [&best](Range sum, const Range& more, const Range& last) {
    for (const Range* range : {&more, &last}) {
      sum.same += range->same;
      sum.sibling += range->sibling;
      sum.twin += range->twin;
    }
    best.MayBe(sum);
  };
  Range unknown;
  unknown.MayBeUnknown();
  if (forename.known && surname.known) add(At(Field::kOrder, order), forename.range, surname.range);
  if (forename.known && surname.unknown) add(forename.range, unknown, unknown);
  if (surname.known && forename.unknown) add(surname.range, unknown, unknown);
  if (forename.unknown && surname.unknown) best.MayBeUnknown();
  // One name that was written as two.
  if (own.whole != 0 && MayBeSeveral(own.whole, ~Words{0})) add(own.whole_exact, unknown, unknown);
}

// As one word, or as several, among these words of the other.
bool NameBound::MayBeSeveral(std::uint16_t word, Words among) const {
  if (std::binary_search(other_->several.begin(), other_->several.end(), word)) return true;
  for (std::size_t j = 0; j < other_->words.size(); ++j) {
    if ((among & Bit(j)) != 0 && other_->words[j].spelled == word) return true;
  }
  return false;
}

NameBound::Maybe NameBound::Forename(const OwnReading& own, const Roles& other) const {
  Maybe forename;
  if (own.placeholder && other_->partial) forename.MayBe(At(Field::kForename, kPlaceholderDiffers));
  forename.unknown = !own.called || other.called == 0 || other_->partial;
  if (!own.called || other.called == 0) return forename;
  if (own.initial || (other.called & initials_) != 0) {
    forename.MayBe(At(Field::kForename, kInitial));
    forename.MayBe(At(Field::kForename, kInitialDiffers));
    if (own.initial) return forename;
  }
  const Like& like = like_[*own.called];
  if ((like.spelled & other.called) != 0 || MayBeSeveral(own.joined, other.called))
    forename.MayBe(own.exact);
  if ((like.agree & other.called) != 0) forename.MayBe(own.variant);
  if ((like.agree & other.given) != 0) forename.MayBe(own.among);
  if (std::any_of(own.given.begin(), own.given.end(), [&](std::size_t i) {
        return i != own.called && (like_[i].agree & other.called) != 0;
      }))
    forename.MayBe(At(Field::kForename, kOtherName, p_.unlisted().forename_share));
  if ((like.close & other.called) != 0) forename.MayBe(At(Field::kForename, kClose));
  const bool two_names = own.two_names && other_->two_names;
  forename.MayBe(At(Field::kForename, kDiffers));
  if (two_names) forename.MayBe(At(Field::kForename, kDiffersTwoNames));
  return forename;
}

NameBound::Maybe NameBound::Surname(const OwnReading& own, const Roles& other) const {
  Maybe surname;
  surname.unknown = own.family.empty() || other.family == 0 || other_->partial;
  if (own.family.empty() || other.family == 0) return surname;
  const auto every = [&](const auto& like) {
    return std::all_of(own.family.begin(), own.family.end(),
                       [&](std::size_t i) { return (like(like_[i]) & other.family) != 0; });
  };
  if (every([](const Like& like) { return like.spelled; })) surname.MayBe(own.family_exact);
  if (every([](const Like& like) { return like.agree; })) surname.MayBe(own.family_variant);
  if (every([](const Like& like) { return like.agree | like.close; }))
    surname.MayBe(At(Field::kSurname, kSurnameClose));
  for (std::size_t i = 0; i < own.family.size(); ++i) {
    if ((like_[own.family[i]].agree & other.beside) != 0) surname.MayBe(own.part[i]);
  }
  if (std::any_of(own.all.begin(), own.all.end(), [&](std::size_t i) {
        return i != own.called && (like_[i].agree & other.family) != 0;
      }))
    surname.MayBe(At(Field::kSurname, kPart, p_.unlisted().surname_share));
  surname.MayBe(At(Field::kSurname, kSurnameDiffers));
  surname.MayBe(parents_name_);
  return surname;
}

}  // namespace throughline::identity
