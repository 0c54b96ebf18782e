#include <algorithm>
#include <tuple>

#include "engine/contact/labels.h"
#include "engine/contact/placement_moves.h"
#include "engine/contact/read_contact.h"
#include "engine/relations/circle.h"

// What ends a relation without naming it: a death, the end of a placement.
namespace throughline::relations {

using chronology::Entry;
using chronology::Known;

namespace {

// What it tells of placements of the child on whose chronology it stands.
std::optional<contact::PlacementMove> MoveBy(const Entry& entry) {
  const v1::Contact& contact = *entry.contact;
  auto move = contact::PlacementMoveOf(contact);
  const bool is_childs = contact::AnyLabel(entry.placement, [&](const std::string& label) {
    const auto* subject = contact::SubjectWith(contact, label);
    return subject != nullptr && contact::HasRole(*subject, "subject_child");
  });
  if (!move || !is_childs) return std::nullopt;
  move->agency = entry.agency;
  move->at = entry.occurred;
  return move;
}

}  // namespace

// A death that is disputed ends nothing.
const Life& Circle::LifeOf(const PersonId& person) {
  About& about = about_[person];
  if (about.life.has_value()) return *about.life;
  Life life;
  life.person = person;
  const Known& known = KnownOf(person);
  if (const auto birth = chronology::BirthKnown(known); birth && !birth->expected) {
    life.born = birth->interval;
  }
  for (const Entry& entry : known.entries) {
    const v1::Contact& contact = *entry.contact;
    if (!contact.has_death() || !entry.counts || entry.withheld) continue;
    if (!entry.disputed_by.empty() || !contact::HasLabel(entry.placement, contact.death().who())) {
      continue;
    }
    Ending& death = life.deaths.emplace_back();
    death.seq = entry.seq;
    death.recorded = entry.recorded;
    death.ended = entry.occurred;
    death.said.set_reason("death");
    *death.said.mutable_until() = contact.occurred();
    death.said.mutable_source()->set_agency(entry.agency);
    death.said.mutable_source()->set_contact_id(entry.contact_id);
    death.said.set_known(FormatUtc(entry.known));
  }
  return about.life.emplace(std::move(life));
}

const Entry* Circle::PlacementOf(const Statement& one) {
  if (one.said.relation() != "member_of_household" || one.said.status() != "stands") return nullptr;
  const Entry* entry =
      Find({one.said.source().agency(), one.said.source().contact_id()}, one.from, one.to);
  return entry != nullptr && entry->contact->has_placement_started() ? entry : nullptr;
}

// The contact by which a placement is over or the child is placed anew.
const Entry* Circle::EndOfPlacement(const PersonId& child, const Entry& started) {
  std::vector<const Entry*> entries;
  for (const Entry& one : KnownOf(child).entries) {
    if (one.counts && !one.withheld && MoveBy(one)) entries.push_back(&one);
  }
  std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) {
    return std::tie(a->recorded, a->contact_id) < std::tie(b->recorded, b->contact_id);
  });
  std::vector<contact::PlacementMove> moves;
  std::size_t at = entries.size();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i]->seq == started.seq) at = i;
    moves.push_back(*MoveBy(*entries[i]));
  }
  if (at == entries.size()) return nullptr;
  const auto end = contact::EndOfPlacement(moves, at);
  return end ? entries[*end] : nullptr;
}

// A placement ends without naming the home that is left. Who is placed there again on that day
// has not left it.
void Circle::EndPlacements(const std::vector<Statement>& statements, std::vector<Ending>& endings) {
  for (const Statement& one : statements) {
    const Entry* started = PlacementOf(one);
    const Entry* end = started == nullptr ? nullptr : EndOfPlacement(one.from, *started);
    if (end == nullptr) continue;
    const Span over{end->occurred, end->occurred};
    const bool stays =
        std::any_of(statements.begin(), statements.end(), [&](const Statement& other) {
          const Entry* again = PlacementOf(other);
          return again != nullptr && again != started && other.from == one.from &&
                 other.to == one.to && CanOverlap({again->occurred, again->occurred}, over);
        });
    if (stays) continue;
    Ending& ending = endings.emplace_back();
    ending.seq = end->seq;
    ending.recorded = std::max(end->recorded, one.recorded);
    ending.from = one.from;
    ending.to = one.to;
    ending.relation = one.said.relation();
    ending.ended = end->occurred;
    ending.said.set_reason("moved_out");
    ending.said.set_confidence("recorded");
    *ending.said.mutable_until() = end->contact->occurred();
    ending.said.mutable_source()->set_agency(end->agency);
    ending.said.mutable_source()->set_contact_id(end->contact_id);
    ending.said.set_known(FormatUtc(end->known));
  }
}

}  // namespace throughline::relations
