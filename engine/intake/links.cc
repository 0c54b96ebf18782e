#include "engine/intake/links.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <vector>

#include "engine/contact/catalogue.h"
#include "engine/contact/labels.h"
#include "engine/contact/not_known_yet.h"
#include "engine/contact/read_contact.h"
#include "engine/intake/belonging.h"
#include "engine/intake/corrections.h"
#include "engine/intake/decide.h"

namespace throughline::intake {
namespace {

// That something was opened or marked is told beside that.
bool FlowsByLink(const v1::Contact& contact) {
  if (contact.has_record_opened() || contact.has_handling_set()) return true;
  const contact::Kind* kind = contact::Catalogue::Get().Of(contact);
  return kind != nullptr && kind->Flows(v1::FLOW_LINKED);
}

// What the contact is placed beside. What the new body of a correction links to is that only if the
// body's own kind flows so.
std::set<contact::Target> TargetsOf(const Linking& linking) {
  std::set<contact::Target> all;
  auto add = [&](const v1::Contact& contact) {
    for (auto& target : contact::Targets(contact, linking.agency)) {
      bool itself =
          target.agency == linking.agency && target.contact_id == linking.contact.contact_id();
      if (!target.contact_id.empty() && !itself) all.insert(std::move(target));
    }
  };
  if (!FlowsByLink(linking.contact)) return all;
  if (!linking.contact.has_contact_corrected()) {
    add(linking.contact);
    return all;
  }
  v1::Contact correction = linking.contact;
  correction.mutable_contact_corrected()->clear_replaces();
  add(correction);
  const v1::Contact& body = linking.contact.contact_corrected().replaces();
  if (FlowsByLink(body)) add(body);
  return all;
}

void StandWhere(const v1::IntakeContact& there, Standings& standings) {
  for (const v1::IntakeStanding& standing : there.standings()) {
    const PersonId person = PersonIn(standing.person());
    const std::string why(BesideWhat(standing.why()));
    v1::Placement* placement = standings.Find(person);
    if (placement == nullptr) {
      placement = standings.Add(person, standing.person_kind(), {});
      if (placement == nullptr) return;
    } else if (!IsNearer(why, placement->why())) {
      continue;
    }
    placement->set_why(why);
  }
}

// Beside that one, and beside what corrects it: but for corrections that wait for this contact, to
// stand beside it.
void PlaceBeside(const Linking& linking, Seq seq, Standings& standings) {
  const auto& beside = standings.placed().beside();
  const auto there = linking.state.Contact(seq);
  if (!there || std::find(beside.begin(), beside.end(), seq) != beside.end()) return;
  standings.placed().add_beside(seq);
  StandWhere(*there, standings);
  if (linking.contact.has_contact_corrected()) return;
  const std::string own = ContactKey(linking.agency, linking.contact.contact_id());
  for (const Seq by : CorrectionsOf(linking.state, *there)) {
    const auto correction = linking.state.Contact(by);
    const auto& waits = correction->waits_for();
    if (std::find(waits.begin(), waits.end(), own) == waits.end())
      StandWhere(*correction, standings);
  }
}

}  // namespace

void Warn(std::string field, std::string text, v1::Placed& placed) {
  v1::Warning& warning = *placed.add_warnings();
  warning.set_field(std::move(field));
  warning.set_text(std::move(text));
}

v1::Placement* Standings::Find(const PersonId& person) {
  auto found = index_.find(person);
  return found == index_.end() ? nullptr : placed_.mutable_to(found->second);
}

v1::Placement* Standings::Find(const PersonId& person, const PersonId& record) {
  if (!index_.contains(person)) return nullptr;
  const std::string_view own = record == person ? std::string_view() : record.Raw();
  for (v1::Placement& placement : *placed_.mutable_to()) {
    if (placement.person() == person.Raw() && placement.record() == own) return &placement;
  }
  return nullptr;
}

v1::Placement* Standings::Add(const PersonId& person, const std::string& person_kind,
                              std::string_view label) {
  if (placed_.to_size() >= kMaxPlacements) {
    if (!full_) {
      Warn("", fmt::format("stands on {} chronologies, and on no more", kMaxPlacements), placed_);
    }
    full_ = true;
    return nullptr;
  }
  index_.try_emplace(person, placed_.to_size());
  v1::Placement* placement = placed_.add_to();
  placement->set_person(std::string(person.Raw()));
  placement->set_person_kind(person_kind);
  placement->set_label(std::string(label));
  MarkHandling(contact_, *placement);
  return placement;
}

void MarkHandling(const v1::Contact& contact, v1::Placement& placement) {
  std::set<std::string> marks;
  const auto take = [&](const v1::Contact& body, auto&& applies) {
    for (const v1::Contact::Handling& mark : body.handling()) {
      if (applies(mark)) marks.insert(mark.handling());
    }
  };
  const auto whole = [](const v1::Contact::Handling& mark) {
    return mark.of_case() == v1::Contact::Handling::OF_NOT_SET;
  };
  take(contact, whole);
  take(contact.contact_corrected().replaces(), whole);
  contact::EachLabel(placement, [&](const std::string& label) {
    const contact::Labelled named = contact::LabelledIn(contact, label);
    take(named.contact, [&](const v1::Contact::Handling& mark) {
      return mark.has_label() && mark.label() == named.label;
    });
  });
  placement.mutable_handling()->Assign(marks.begin(), marks.end());
}

void PlaceBesideLinks(const Linking& linking, Standings& standings) {
  int targets = 0;
  for (const contact::Target& target : TargetsOf(linking)) {
    if (++targets > kMaxWaits) {
      Warn("links", fmt::format("placed beside {} contacts, and beside no more", kMaxWaits),
           standings.placed());
      return;
    }
    std::string key = ContactKey(target.agency, target.contact_id);
    auto seen = linking.state.Seen(key);
    if (seen && !seen->erased()) {
      PlaceBeside(linking, seen->seq(), standings);
      continue;
    }
    if (linking.state.WaitingCount(key) >= kMaxWaiting) {
      Warn("links", "too many contacts wait for one that it links to: it will not be joined",
           standings.placed());
      continue;
    }
    v1::ContactRef& waits = *standings.placed().add_waits_for();
    waits.set_agency(target.agency);
    waits.set_contact_id(target.contact_id);
  }
}

void WarnOfWhoIsLeftOut(const Linking& linking, v1::Placed& placed) {
  if (!linking.contact.has_contact_corrected()) return;
  const std::string& of = linking.contact.contact_corrected().of().contact_id();
  const auto seen = linking.state.Seen(ContactKey(linking.agency, of));
  const auto there = seen ? linking.state.Contact(seen->seq()) : std::nullopt;
  if (!there || there->wrong_person()) return;
  std::set<std::string> named;
  for (const v1::Placement& to : placed.to()) {
    const bool again = contact::AnyLabel(
        to, [](const std::string& label) { return label.starts_with(contact::kReplaces); });
    if (again) named.insert(to.person());
  }
  for (const v1::IntakeSubject& subject : there->subjects()) {
    if (named.contains(std::string(linking.state.PartOf(PersonIn(subject.record())).Raw()))) {
      continue;
    }
    return Warn(
        "detail.replaces.subjects",
        "somebody is not named any more, and the contact stays on their chronology: to take "
        "it off one, retract it and what corrects it as wrong_person, and send it anew",
        placed);
  }
}

void WarnOfStrangers(const Linking& linking, v1::Placed& placed) {
  const v1::Contact& contact = linking.contact;
  for (int i = 0; i < contact.links_size(); ++i) {
    const v1::ContactRef& ref = contact.links(i).target();
    if (ref.contact_id().empty()) continue;
    contact::Target target = contact::Resolve(ref, linking.agency);
    if (!linking.state.Seen(ContactKey(target.agency, target.contact_id))) {
      Warn(contact::TargetField(static_cast<std::size_t>(i)), std::string(contact::kNotKnownYet),
           placed);
    }
  }
  for (int i = 0; i < contact.sharing_size(); ++i) {
    const v1::Recipient& recipient = contact.sharing(i).recipient();
    if (recipient.has_agency() && !linking.state.HasAgency(recipient.agency())) {
      Warn(fmt::format("sharing[{}].recipient", i),
           "not on the system: its answers come only through the sender", placed);
    }
  }
}

}  // namespace throughline::intake
