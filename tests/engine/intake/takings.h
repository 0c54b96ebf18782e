#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "tests/engine/intake/contacts.h"

// Retractions and corrections of each other, in every shape, and what stands of them.
namespace throughline::intake {

// The contact of that number and, but for the first, what it takes back: one of a lower number.
struct Taking {
  int of = 0;
  bool corrects = false;
};

inline std::string IdOf(int number) { return "C-" + std::to_string(number); }

inline v1::Contact ContactTaking(const std::vector<Taking>& takings, int number) {
  const Taking& taking = takings[static_cast<std::size_t>(number)];
  v1::Contact contact = About(IdOf(number), "12");
  if (number == 0) return contact;
  if (taking.corrects) {
    v1::ContactCorrected& detail = *contact.mutable_contact_corrected();
    detail.mutable_of()->set_contact_id(IdOf(taking.of));
    detail.set_why("mistyped");
    const v1::Contact of = ContactTaking(takings, taking.of);
    *detail.mutable_replaces() =
        of.has_contact_corrected() ? of.contact_corrected().replaces() : of;
  } else {
    v1::ContactRetracted& detail = *contact.mutable_contact_retracted();
    detail.mutable_of()->set_contact_id(IdOf(taking.of));
    detail.set_why("sent_in_error");
  }
  return contact;
}

// What should stand, said again in the plainest way.
class Model {
 public:
  explicit Model(const std::vector<Taking>& takings) : takings_(takings) {}
  bool IsRetracted(int number) const {
    return Any(number, [&](int by) { return !Of(by).corrects && !IsRetracted(by); });
  }
  bool IsCorrected(int number) const {
    return Any(number,
               [&](int by) { return Of(by).corrects && (!IsRetracted(by) || IsCorrected(by)); });
  }

 private:
  const Taking& Of(int number) const { return takings_[static_cast<std::size_t>(number)]; }
  template <typename Is>
  bool Any(int number, const Is& is) const {
    for (int by = 1; by < static_cast<int>(takings_.size()); ++by) {
      if (Of(by).of == number && is(by)) return true;
    }
    return false;
  }
  const std::vector<Taking>& takings_;
};

// Every shape that five contacts can have, each with some of the orders in which they come, others
// for each shape: `visit` gets the takings, the order and both in words, until it returns false.
template <typename Visit>
void EachTaking(const Visit& visit) {
  constexpr int kContacts = 5;
  constexpr int kKinds = 16;
  constexpr int kShapes = 24;
  constexpr int kSome = 15;
  std::vector<Taking> takings(kContacts);
  for (int shape = 0; shape < kKinds * kShapes; ++shape) {
    const int kinds = shape / kShapes;
    for (int number = 1, rest = shape % kShapes; number < kContacts; rest /= number, ++number) {
      takings[static_cast<std::size_t>(number)] = {rest % number, (kinds >> (number - 1)) % 2 == 1};
    }
    std::vector<int> order(kContacts);
    std::iota(order.begin(), order.end(), 0);
    for (int i = 0; std::next_permutation(order.begin(), order.end()); ++i) {
      if (i % kSome != shape % kSome) continue;
      std::string words;
      for (const int number : order) {
        const Taking& one = takings[static_cast<std::size_t>(number)];
        words += fmt::format("{} {} {}; ", number, one.corrects ? "corrects" : "retracts", one.of);
      }
      if (!visit(takings, order, words)) return;
    }
  }
}

}  // namespace throughline::intake
