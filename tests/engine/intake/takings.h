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
    v1::Contact& body = *detail.mutable_replaces();
    body = of.has_contact_corrected() ? of.contact_corrected().replaces() : of;
    body.set_context_note(IdOf(number));
  } else {
    v1::ContactRetracted& detail = *contact.mutable_contact_retracted();
    detail.mutable_of()->set_contact_id(IdOf(taking.of));
    detail.set_why("sent_in_error");
  }
  return contact;
}

// What should hold of them, said in the plainest way.
class Model {
 public:
  // The numbers in the order in which they came.
  Model(const std::vector<Taking>& takings, const std::vector<int>& order)
      : takings_(takings), order_(order) {}

  bool IsRetracted(int number) const {
    return std::any_of(order_.begin(), order_.end(), [&](int by) {
      return by != 0 && Of(by).of == number && !Of(by).corrects && !IsRetracted(by);
    });
  }
  // Of a contact and its corrections, the one that holds; -1: none does.
  int Holds(int number) const {
    while (number != 0 && Of(number).corrects) number = Of(number).of;
    if (IsRetracted(number)) return -1;
    int last = -1;
    for (const int one : order_) {
      if (!IsRetracted(one) && IsVersion(one, number) && !IsBehind(one)) last = one;
    }
    return last;
  }

 private:
  const Taking& Of(int number) const { return takings_[static_cast<std::size_t>(number)]; }
  bool IsVersion(int one, int of) const {
    while (one != of && one != 0 && Of(one).corrects) one = Of(one).of;
    return one == of;
  }
  // Something that was not retracted corrects it, in turn.
  bool IsBehind(int number) const {
    return std::any_of(order_.begin(), order_.end(), [&](int one) {
      return one != number && !IsRetracted(one) && Of(one).corrects && IsVersion(one, number);
    });
  }
  const std::vector<Taking>& takings_;
  const std::vector<int>& order_;
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
