#include "engine/chronology/effects.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "engine/contact/catalogue.h"
#include "engine/contact/read_contact.h"

namespace throughline::chronology {
namespace {

using contact::Target;
using Index = std::size_t;

class Effects {
 public:
  explicit Effects(std::vector<Entry>& entries) : entries_(entries) {}

  void Apply() {
    Retract();
    Correct();
    Remark();
    JoinDuplicates();
  }

 private:
  bool Stands(Index i) const {
    const Entry& entry = entries_[i];
    return entry.withdrawn_by == 0 && !entry.erased && entry.retracted_by == 0;
  }

  // Most chronologies hold nothing that acts on another contact: the index is made when one does.
  std::optional<Index> Find(const Target& target) const {
    if (by_target_.empty()) {
      for (Index i = 0; i < entries_.size(); ++i) {
        by_target_.try_emplace({entries_[i].agency, entries_[i].contact_id}, i);
      }
    }
    const auto found = by_target_.find(target);
    if (found == by_target_.end()) return std::nullopt;
    return found->second;
  }

  // The entry that a reference means: through a correction, what that corrects.
  std::optional<Index> Meant(const v1::ContactRef& ref, Index from) const {
    const auto found = Find(contact::Resolve(ref, entries_[from].agency));
    if (!found.has_value()) return std::nullopt;
    const auto shown = shown_as_.find(*found);
    const Index meant = shown == shown_as_.end() ? *found : shown->second;
    if (meant == from) return std::nullopt;
    return meant;
  }

  // Those known later act first: a retraction that was itself retracted does nothing. Of several
  // that stand the first is told.
  void Retract() {
    for (Index i = entries_.size(); i-- > 0;) {
      const v1::Contact& body = *entries_[i].stated;
      if (!body.has_contact_retracted() || !Stands(i)) continue;
      const Target target = contact::Resolve(body.contact_retracted().of(), entries_[i].agency);
      if (target.agency != entries_[i].agency) continue;
      const auto found = Find(target);
      if (!found.has_value()) {
        retracted_elsewhere_[target] = entries_[i].seq;
      } else if (*found != i) {
        entries_[*found].retracted_by = entries_[i].seq;
        entries_[*found].counts = false;
      }
    }
  }

  // What a correction corrects in the end, itself perhaps through other corrections.
  Target Root(Index correction) const {
    std::set<Target> met;
    Index i = correction;
    while (true) {
      Target target =
          contact::Resolve(entries_[i].stated->contact_corrected().of(), entries_[i].agency);
      const auto next = Find(target);
      const bool on = next.has_value() && entries_[*next].stated->has_contact_corrected() &&
                      target.agency == entries_[correction].agency && met.insert(target).second;
      if (!on) return target;
      i = *next;
    }
  }

  void Correct() {
    std::map<Target, std::vector<Index>> corrections;
    for (Index i = 0; i < entries_.size(); ++i) {
      if (!entries_[i].stated->has_contact_corrected() || !Stands(i)) continue;
      const Target root = Root(i);
      if (root.agency == entries_[i].agency) corrections[root].push_back(i);
    }
    for (const auto& [target, by] : corrections) {
      const auto root = Find(target);
      const bool here = root.has_value() && !entries_[*root].stated->has_contact_corrected();
      const Index shown = here ? *root : by.back();
      TakeBody(shown, by.back());
      for (const Index i : by) {
        if (i == shown) continue;
        entries_[shown].corrected_by.push_back(entries_[i].seq);
        entries_[i].corrects = entries_[shown].seq;
        entries_[i].counts = false;
        // It repeats what it corrects.
        entries_[i].withheld = entries_[i].withheld || entries_[shown].withheld;
        shown_as_[i] = shown;
      }
      const auto retracted = retracted_elsewhere_.find(target);
      if (retracted != retracted_elsewhere_.end()) {
        entries_[shown].retracted_by = retracted->second;
        entries_[shown].counts = false;
      }
    }
  }

  void TakeBody(Index shown, Index correction) {
    const Entry& from = entries_[correction];
    Entry& to = entries_[shown];
    if (to.erased) return;
    // Shares the correction's own message: the body lives as long as that.
    to.contact = std::shared_ptr<const v1::Contact>(from.stated,
                                                    &from.stated->contact_corrected().replaces());
    to.kind = contact::KindName(*to.contact);
    to.occurred = contact::Occurred(*to.contact);
    // Its labels are those of the new body, if that names the person.
    if (!from.placement.label().empty() &&
        contact::SubjectWith(*to.contact, from.placement.label()) != nullptr) {
      to.placement.set_label(from.placement.label());
      *to.placement.mutable_roles() = from.placement.roles();
    } else if (contact::SubjectWith(*to.contact, to.placement.label()) == nullptr) {
      to.placement.clear_label();
    }
  }

  void Remark() {
    for (Index i = 0; i < entries_.size(); ++i) {
      const v1::Contact& body = *entries_[i].contact;
      if (!Stands(i)) continue;
      if (body.has_contact_disputed()) {
        if (const auto of = Meant(body.contact_disputed().of(), i)) {
          entries_[*of].disputed_by.push_back(entries_[i].seq);
        }
      } else if (body.has_account_checked()) {
        if (const auto of = Meant(body.account_checked().of(), i)) {
          entries_[*of].checked_by.push_back(entries_[i].seq);
        }
      }
    }
  }

  struct Pair {
    bool linked = false;
    std::optional<bool> decided;
    bool Same() const { return decided.value_or(linked); }
  };

  void Decide(std::map<std::pair<Index, Index>, Pair>& pairs, Index i) const {
    const v1::DuplicateDecided& detail = entries_[i].contact->duplicate_decided();
    const auto first = Meant(detail.first(), i);
    const auto second = Meant(detail.second(), i);
    if (!first.has_value() || !second.has_value() || first == second) return;
    Pair& pair = pairs[std::minmax(*first, *second)];
    if (detail.decision() == "same") {
      pair.decided = true;
    } else if (detail.decision() == "not_same") {
      pair.decided = false;
    } else if (detail.decision() == "undo_same" && pair.decided == true) {
      pair.decided.reset();
    }
  }

  void JoinDuplicates() {
    std::map<std::pair<Index, Index>, Pair> pairs;
    for (Index i = 0; i < entries_.size(); ++i) {
      if (!Stands(i) || entries_[i].corrects != 0) continue;
      for (const v1::Contact::Link& link : entries_[i].contact->links()) {
        if (link.link() != "duplicates" || !link.has_target()) continue;
        if (const auto other = Meant(link.target(), i)) {
          pairs[std::minmax(i, *other)].linked = true;
        }
      }
      if (entries_[i].contact->has_duplicate_decided()) Decide(pairs, i);
    }
    if (pairs.empty()) return;
    std::vector<Index> group(entries_.size());
    std::iota(group.begin(), group.end(), Index{0});
    const auto first_of = [&](Index i) {
      while (group[i] != i) i = group[i] = group[group[i]];
      return i;
    };
    for (const auto& [ends, pair] : pairs) {
      if (!pair.Same() || !Stands(ends.first) || !Stands(ends.second)) continue;
      const auto [low, high] = std::minmax({first_of(ends.first), first_of(ends.second)});
      group[high] = low;
    }
    for (Index i = 0; i < entries_.size(); ++i) {
      const Index first = first_of(i);
      if (first == i) continue;
      entries_[i].duplicate_of = entries_[first].seq;
      entries_[i].counts = false;
    }
  }

  std::vector<Entry>& entries_;
  mutable std::map<Target, Index> by_target_;
  std::map<Index, Index> shown_as_;  // corrections, by what they are read beside
  std::map<Target, Seq> retracted_elsewhere_;
};

}  // namespace

bool Acts(const Entry& entry) {
  const v1::Contact& body = *entry.stated;
  return body.has_contact_retracted() || body.has_contact_corrected() ||
         body.has_contact_disputed() || body.has_account_checked() ||
         body.has_duplicate_decided() ||
         std::any_of(body.links().begin(), body.links().end(),
                     [](const auto& link) { return link.link() == "duplicates"; });
}

void ApplyEffects(std::vector<Entry>& entries) { Effects(entries).Apply(); }

}  // namespace throughline::chronology
