#include "engine/chronology/effects.h"

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "engine/chronology/placement.h"
#include "engine/chronology/rows.h"
#include "engine/contact/catalogue.h"
#include "engine/contact/read_contact.h"

namespace throughline::chronology {
namespace {

using contact::Target;
using Index = std::size_t;

// Of so many retractions of each other the rest is not looked at.
constexpr int kMostRetractions = 256;

// Of one agency and kind, and of one matter where the kind numbers that (plan_ref and the like).
bool AreVersionsOfOne(const Entry& earlier, const Entry& later) {
  if (earlier.kind != later.kind || earlier.agency != later.agency) return false;
  const contact::Kind* kind = contact::Catalogue::Get().Of(*earlier.contact);
  if (kind == nullptr) return false;
  const auto& first = earlier.contact->GetReflection()->GetMessage(*earlier.contact, kind->field);
  const auto& second = later.contact->GetReflection()->GetMessage(*later.contact, kind->field);
  const auto* type = first.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const auto* field = type->field(i);
    const bool number = !field->is_repeated() && field->name().ends_with("_ref") &&
                        field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING;
    if (!number) continue;
    if (first.GetReflection()->GetString(first, field) !=
        second.GetReflection()->GetString(second, field)) {
      return false;
    }
  }
  return true;
}

class Effects {
 public:
  explicit Effects(std::vector<Entry>& entries) : entries_(entries) {}

  void Apply() {
    Retract();
    Correct();
    Remark();
    Supersede();
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

  bool IsHere(const Target& target) const {
    const auto found = Find(target);
    return found.has_value() && (entries_[*found].withdrawn_by == 0 || entries_[*found].withheld);
  }

  // The entry that a reference means: through a correction, what that corrects.
  std::optional<Index> Meant(const v1::ContactRef& ref, Index from) const {
    const Target target = contact::Resolve(ref, entries_[from].agency);
    auto found = Find(target);
    if (const auto other = stands_for_.find(target); other != stands_for_.end()) {
      found = other->second;
    }
    if (!found.has_value()) return std::nullopt;
    const auto shown = shown_as_.find(*found);
    const Index meant = shown == shown_as_.end() ? *found : shown->second;
    if (meant == from) return std::nullopt;
    return meant;
  }

  // A retraction that was itself retracted does nothing, whichever came first. Of several that
  // stand the first is told.
  void Retract() {
    for (Index i = 0; i < entries_.size(); ++i) {
      const v1::Contact& body = *entries_[i].stated;
      if (!body.has_contact_retracted() || !Stands(i)) continue;
      const Target target = contact::Resolve(body.contact_retracted().of(), entries_[i].agency);
      if (target.agency != entries_[i].agency || target.contact_id == entries_[i].contact_id) {
        continue;
      }
      retractions_[target].push_back(i);
    }
    for (const auto& [target, by] : retractions_) {
      const auto first = std::find_if(by.begin(), by.end(), [&](Index i) { return Retracts(i); });
      if (first == by.end()) continue;
      if (const auto found = Find(target)) {
        entries_[*found].retracted_by = entries_[*first].seq;
        entries_[*found].counts = false;
        entries_[*found].unsaid = true;
      } else {
        retracted_elsewhere_[target] = entries_[*first].seq;
      }
    }
  }

  // Of those that retract each other in a ring, it hangs on who is asked first.
  bool Retracts(Index retraction, int depth = 0) {
    if (depth > kMostRetractions) return true;
    const auto [known, added] = retracts_.try_emplace(retraction, false);
    if (!added) return known->second;
    const auto of =
        retractions_.find({entries_[retraction].agency, entries_[retraction].contact_id});
    const bool retracted =
        of != retractions_.end() && std::any_of(of->second.begin(), of->second.end(),
                                                [&](Index by) { return Retracts(by, depth + 1); });
    return retracts_[retraction] = !retracted;
  }

  void Correct() {
    Corrected corrected;
    for (const Entry& entry : entries_) {
      if (entry.corrects_in_turn.empty()) continue;
      corrected.Add({entry.agency, entry.contact_id}, entry.corrects_in_turn);
    }
    std::map<Target, Corrections> all;
    for (Index i = 0; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      if (entry.corrects_in_turn.empty() || entry.withdrawn_by != 0 || entry.erased) continue;
      Corrections& of = all[corrected.Root(entry.corrects_in_turn.back())];
      (entry.retracted_by == 0 ? of.standing : of.retracted).push_back(i);
    }
    for (auto& [target, of] : all) Correct(target, of);
  }

  // The corrections of a contact, and theirs, in order.
  struct Corrections {
    std::vector<Index> standing;
    std::vector<Index> retracted;
  };

  void Correct(const Target& target, Corrections& of) {
    const auto root = Find(target);
    // What stands here no more does not take along what names the person in its place, unless it
    // was somebody else's: that repeats it.
    const bool is_root = root.has_value() && !entries_[*root].stated->has_contact_corrected();
    const bool here = is_root && IsHere(target);
    auto& by = of.standing;
    if (!by.empty()) MakeNewestLast(by);
    const Index shown = here ? *root : by.empty() ? of.retracted.back() : by.back();
    if (!here) stands_for_[target] = shown;
    StandFor(of, shown);
    if (by.empty()) return;
    TakeBody(shown, by.back());
    for (const Index i : by) {
      entries_[i].unsaid = i != by.back();
      if (i == shown) continue;
      entries_[shown].corrected_by.push_back(entries_[i].seq);
      entries_[i].corrects = entries_[shown].seq;
      entries_[i].counts = false;
      // It repeats what it corrects.
      entries_[i].withheld = entries_[i].withheld || entries_[shown].withheld;
      shown_as_[i] = shown;
    }
    if (root.has_value() && *root != by.back()) entries_[*root].unsaid = true;
    const auto elsewhere = retracted_elsewhere_.find(target);
    Seq retracted = elsewhere == retracted_elsewhere_.end() ? 0 : elsewhere->second;
    if (is_root) retracted = entries_[*root].retracted_by;
    if (retracted == 0) return;
    entries_[shown].retracted_by = retracted;
    entries_[shown].counts = false;
    entries_[by.back()].unsaid = true;
  }

  // The one that came last of those that none of the others corrects in turn.
  void MakeNewestLast(std::vector<Index>& by) const {
    std::set<Target> corrected;
    for (const Index i : by) {
      corrected.insert(entries_[i].corrects_in_turn.begin(), entries_[i].corrects_in_turn.end());
    }
    const auto rank = [&](Index i) {
      const bool last = !corrected.contains({entries_[i].agency, entries_[i].contact_id});
      return std::pair(last, entries_[i].seq);
    };
    const auto newest = std::max_element(
        by.begin(), by.end(), [&](Index one, Index other) { return rank(one) < rank(other); });
    std::rotate(newest, newest + 1, by.end());
  }

  // What is said of a correction in between that is not here, for it names others, is said of it.
  void StandFor(const Corrections& of, Index shown) {
    for (const auto* some : {&of.standing, &of.retracted}) {
      for (const Index i : *some) {
        for (const Target& one : entries_[i].corrects_in_turn) {
          if (!IsHere(one)) stands_for_.try_emplace(one, shown);
        }
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
    to.unread_as_corrected = from.unread;
    to.kind = contact::KindName(*to.contact);
    to.occurred = contact::Occurred(*to.contact);
    v1::Placement placement = InNewBody({to.placement, *to.stated}, {from.placement, *to.contact});
    to.stated_placement =
        std::make_shared<const v1::Placement>(std::exchange(to.placement, std::move(placement)));
  }

  void Remark() {
    for (Index i = 0; i < entries_.size(); ++i) {
      const v1::Contact& body = *entries_[i].contact;
      if (!Stands(i)) continue;
      if (body.has_contact_disputed()) {
        Remark(i, body.contact_disputed().of(), &Entry::disputed_by);
      } else if (body.has_account_checked()) {
        Remark(i, body.account_checked().of(), &Entry::checked_by);
      } else if (body.has_complaint_withdrawn()) {
        Remark(i, body.complaint_withdrawn().of(), &Entry::taken_back_by);
      } else if (body.has_allegation_withdrawn()) {
        Remark(i, body.allegation_withdrawn().of(), &Entry::taken_back_by);
      }
    }
  }

  void Remark(Index by, const v1::ContactRef& of, std::vector<Seq> Entry::*remarks) {
    if (const auto meant = Meant(of, by)) (entries_[*meant].*remarks).push_back(entries_[by].seq);
  }

  void Supersede() {
    std::map<Index, Index> later;  // what supersedes each
    const auto supersedes = [&](Index by, Index of) {
      for (auto at = later.find(by); at != later.end(); at = later.find(at->second)) {
        if (at->second == of) return false;
      }
      return by != of;
    };
    for (Index i = 0; i < entries_.size(); ++i) {
      if (!Stands(i) || entries_[i].corrects != 0) continue;
      for (const v1::Contact::Link& link : entries_[i].contact->links()) {
        if (link.link() != "supersedes" || !link.has_target()) continue;
        const auto of = Meant(link.target(), i);
        if (of.has_value() && supersedes(i, *of)) later[*of] = i;
      }
    }
    for (const auto& [of, by] : later) {
      entries_[of].superseded_by = entries_[by].seq;
      if (AreVersionsOfOne(entries_[of], entries_[by])) entries_[of].counts = false;
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
      if (pair.decided == false) {
        entries_[ends.first].decided_apart.push_back(entries_[ends.second].seq);
        entries_[ends.second].decided_apart.push_back(entries_[ends.first].seq);
      }
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
  std::map<Index, Index> shown_as_;                   // corrections, by what they are read beside
  std::map<Target, std::vector<Index>> retractions_;  // that stand here, by what they retract
  std::map<Index, bool> retracts_;                    // whether they do
  std::map<Target, Seq> retracted_elsewhere_;
  std::map<Target, Index> stands_for_;  // what is not here, by the correction that is
};

}  // namespace

bool Acts(const v1::Contact& stated) {
  return stated.has_contact_retracted() || stated.has_contact_corrected() ||
         stated.has_contact_disputed() || stated.has_account_checked() ||
         stated.has_duplicate_decided() || stated.has_complaint_withdrawn() ||
         stated.has_allegation_withdrawn() ||
         std::any_of(stated.links().begin(), stated.links().end(), [](const auto& link) {
           return link.link() == "duplicates" || link.link() == "supersedes";
         });
}

void ApplyEffects(std::vector<Entry>& entries) { Effects(entries).Apply(); }

}  // namespace throughline::chronology
