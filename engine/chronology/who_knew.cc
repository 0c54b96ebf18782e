#include "engine/chronology/who_knew.h"

#include <set>
#include <utility>

#include "engine/chronology/answer.h"

namespace throughline::chronology {
namespace {

// What only tells who had something is no knowledge of the person.
bool TellsOfKnowing(const Entry& entry) {
  return entry.contact->has_record_opened() || entry.contact->has_alert_delivery_failed() ||
         !AlertHad(*entry.contact).empty();
}

v1::ContactRef RefOf(const Entry& entry) {
  v1::ContactRef ref;
  ref.set_agency(entry.agency);
  ref.set_contact_id(entry.contact_id);
  return ref;
}

void AddContent(const Entry& entry, const Known& known, v1::KnownContact& out) {
  out.set_kind(entry.kind);
  *out.mutable_occurred() = entry.contact->occurred();
  out.set_occurred_text(Describe(entry.contact->occurred()));
  out.set_retracted(entry.retracted_by != 0);
  if (const Entry* of = known.Find(entry.corrects)) *out.mutable_corrects() = RefOf(*of);
}

v1::KnownContact Answer(const Entry& entry, const Knowers& knowers, const Known& known) {
  v1::KnownContact out;
  *out.mutable_contact() = RefOf(entry);
  out.set_seq(entry.seq);
  out.set_known(FormatUtc(entry.known));
  const bool masked = entry.withheld || entry.erased;
  if (masked) {
    out.set_withheld(entry.erased ? "erased" : "wrong_person");
  } else {
    AddContent(entry, known, out);
  }
  for (const auto& [agency, sources] : knowers) {
    v1::AgencyKnew& knew = *out.add_knew();
    knew.set_agency(agency);
    for (const Learned& learned : sources) {
      *knew.add_by() = chronology::Answer(learned, entry.seq, known);
    }
  }
  std::set<std::string> sent;
  // As first said and as it reads now: a correction does not call back what was sent.
  for (const v1::Contact* body : {entry.stated.get(), entry.contact.get()}) {
    for (const v1::Contact::Sharing& sharing : body->sharing()) {
      const std::string& to = sharing.recipient().agency();
      if (!masked && !to.empty() && !knowers.contains(to)) sent.insert(to);
    }
  }
  out.mutable_sent()->Assign(sent.begin(), sent.end());
  return out;
}

// Without those who did not read what marks hid.
Knowers WhoRead(const Knowers& knowers) {
  Knowers read;
  for (const auto& [agency, sources] : knowers) {
    for (const Learned& learned : sources) {
      if (!WasNotRead(learned)) read[agency].push_back(learned);
    }
  }
  return read;
}

// Each contact with who knew it, in order of when they happened.
template <typename Visit>
void EachKnown(const Asked& asked, const Visit& visit) {
  for (const Entry* entry : InOrderOfTime(asked.shared)) {
    if (TellsOfKnowing(*entry)) continue;
    const auto i = static_cast<std::size_t>(entry - asked.shared.entries.data());
    visit(*entry, WhoRead(asked.knowledge.entries[i]));
  }
}

template <typename Out>
void AddWhose(const Asked& asked, Out& out) {
  *out.mutable_person() = Answer(asked.header);
  if (asked.as_known_at.has_value()) out.set_as_known_at(FormatUtc(*asked.as_known_at));
  out.set_seq(asked.seq);
  if (out.person().has_incomplete()) *out.mutable_incomplete() = out.person().incomplete();
}

}  // namespace

v1::WhoKnewAnswer WhoKnew(const Asked& asked, const std::optional<contact::Target>& only) {
  v1::WhoKnewAnswer out;
  AddWhose(asked, out);
  std::set<std::string> agencies;
  EachKnown(asked, [&](const Entry& entry, const Knowers& knowers) {
    if (only.has_value() && *only != contact::Target{entry.agency, entry.contact_id}) return;
    v1::KnownContact& contact = *out.add_contacts();
    contact = Answer(entry, knowers, asked.shared);
    for (const auto& [agency, sources] : knowers) agencies.insert(agency);
    agencies.insert(contact.sent().begin(), contact.sent().end());
  });
  out.mutable_agencies()->Assign(agencies.begin(), agencies.end());
  return out;
}

v1::DifferenceAnswer Difference(const Asked& asked, const std::string& first,
                                const std::string& second) {
  v1::DifferenceAnswer out;
  AddWhose(asked, out);
  out.set_first("agency:" + first);
  out.set_second(second.empty() ? "shared" : "agency:" + second);
  EachKnown(asked, [&](const Entry& entry, const Knowers& knowers) {
    const bool to_first = knowers.contains(first);
    const bool to_second = second.empty() || knowers.contains(second);
    if (to_first == to_second) return;
    auto& only = to_first ? *out.mutable_only_first() : *out.mutable_only_second();
    *only.Add() = Answer(entry, knowers, asked.shared);
  });
  return out;
}

}  // namespace throughline::chronology
