#include <algorithm>
#include <tuple>

#include "engine/contact/labels.h"
#include "engine/relations/circle.h"

// What ends a relation without naming it: a death, the end of a placement.
namespace throughline::relations {

using chronology::Entry;
using chronology::Known;

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

// The first of its agency's contacts by which a placement is over or the child is placed anew.
const Entry* Circle::EndOfPlacement(const PersonId& child, const Entry& started) {
  const Entry* first = nullptr;
  const auto key = [](const Entry& one) {
    return std::tuple(one.occurred.latest, one.occurred.earliest, std::string_view(one.contact_id));
  };
  for (const Entry& one : KnownOf(child).entries) {
    const bool ends = one.contact->has_placement_ended() || one.contact->has_placement_started();
    if (!ends || one.agency != started.agency || !one.counts || one.withheld) continue;
    if (one.placement.label().empty() || one.occurred.earliest <= started.occurred.latest) continue;
    if (first == nullptr || key(one) < key(*first)) first = &one;
  }
  return first;
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
          return again != nullptr && other.from == one.from && other.to == one.to &&
                 CanOverlap({again->occurred, again->occurred}, over);
        });
    if (stays) continue;
    Ending& ending = endings.emplace_back();
    ending.seq = end->seq;
    ending.recorded = end->recorded;
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
