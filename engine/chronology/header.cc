#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/chronology/protection.h"
#include "engine/chronology/read.h"
#include "engine/contact/identifiers.h"
#include "engine/contact/labels.h"
#include "engine/contact/read_contact.h"

namespace throughline::chronology {
namespace {

bool Stands(const Entry& entry) {
  return entry.withdrawn_by == 0 && entry.retracted_by == 0 && !entry.erased && entry.corrects == 0;
}

// Whether a person_recorded is about the person with that label.
bool IsAbout(const v1::Contact& contact, const v1::PersonRecorded& detail,
             const std::string& label) {
  return detail.who() == label || (detail.who().empty() && contact.subjects_size() == 1);
}

class Births {
 public:
  void Add(const Entry& entry) {
    contact::EachLabel(entry.placement, [&](const std::string& label) { Add(entry, label); });
  }

  std::vector<Header::Birth> Sorted() && {
    std::reverse(births_.begin(), births_.end());
    std::stable_sort(births_.begin(), births_.end(), [](const auto& a, const auto& b) {
      if (a.expected != b.expected) return b.expected;
      return a.interval.latest - a.interval.earliest < b.interval.latest - b.interval.earliest;
    });
    return std::move(births_);
  }

 private:
  void Add(const Entry& entry, const std::string& label) {
    const v1::Contact& contact = *entry.contact;
    if (const auto* subject = contact::SubjectWith(contact, label)) {
      Add(entry, subject->demographics().has_date_of_birth(),
          subject->demographics().date_of_birth(), false);
      Add(entry, subject->unborn().has_expected_date_of_birth(),
          subject->unborn().expected_date_of_birth(), true);
    }
    if (contact.has_person_recorded() && IsAbout(contact, contact.person_recorded(), label)) {
      const v1::PersonRecorded& detail = contact.person_recorded();
      Add(entry, detail.has_date_of_birth(), detail.date_of_birth(), false);
      Add(entry, detail.has_expected_date_of_birth(), detail.expected_date_of_birth(), true);
    }
    const bool happened = contact.time_means().empty() || contact.time_means() == "happened";
    if (contact.has_birth() && contact.birth().child() == label && happened) {
      Add(entry, contact.has_occurred(), contact.occurred(), false);
    }
  }

  void Add(const Entry& entry, bool given, const v1::UncertainTime& date, bool expected) {
    if (!given) return;
    const auto interval = Implied(date);
    if (!interval.has_value() || *interval == Interval{}) return;
    // The newest of those that say the same stands for them.
    births_.erase(std::remove_if(births_.begin(), births_.end(),
                                 [&](const Header::Birth& birth) {
                                   return birth.expected == expected && birth.interval == *interval;
                                 }),
                  births_.end());
    births_.push_back(
        {Personal<v1::UncertainTime>(date), *interval, expected, entry.agency, entry.seq});
  }

  std::vector<Header::Birth> births_;
};

class Names {
 public:
  void Add(const Entry& entry) {
    contact::EachLabel(entry.placement, [&](const std::string& label) { Add(entry, label); });
  }

  std::vector<Header::Name> NewestFirst() && {
    std::reverse(names_.begin(), names_.end());
    return std::move(names_);
  }

 private:
  void Add(const Entry& entry, const std::string& label) {
    const v1::Contact& contact = *entry.contact;
    if (const auto* subject = contact::SubjectWith(contact, label)) {
      AddEach(entry, subject->demographics());
    }
    if (contact.has_person_recorded() && IsAbout(contact, contact.person_recorded(), label)) {
      AddEach(entry, contact.person_recorded());
    }
  }

  template <typename Message>
  void AddEach(const Entry& entry, const Message& message) {
    for (const std::string& alias : message.aliases()) Add(entry, alias, true);
    // So that the first of the names comes first when the order is turned round.
    for (int i = message.names_size(); i-- > 0;) Add(entry, message.names(i), false);
  }

  void Add(const Entry& entry, const std::string& name, bool alias) {
    names_.erase(std::remove_if(names_.begin(), names_.end(),
                                [&](const Header::Name& known) {
                                  return known.name.Reveal() == name && known.alias == alias;
                                }),
                 names_.end());
    names_.push_back({Personal<std::string>(name), alias, entry.agency, entry.seq});
  }

  std::vector<Header::Name> names_;
};

bool Gives(const v1::Reference& given, const Entry& entry, const v1::ScopedReference& reference) {
  return given.scheme() == reference.scheme() &&
         contact::Normalised(given.scheme(), given.value()) == reference.value() &&
         contact::ScopeOf(given, entry.agency, reference.scope()) == reference.scope();
}

// Whether an entry says that the reference is this person's.
bool Says(const Entry& entry, const v1::ScopedReference& reference) {
  if (entry.withheld) return false;
  const auto gives = [&](const auto& given) { return Gives(given, entry, reference); };
  const auto any = [&](const auto& all) { return std::any_of(all.begin(), all.end(), gives); };
  return contact::AnyLabel(entry.placement, [&](const std::string& label) {
    const auto* subject = contact::SubjectWith(*entry.contact, label);
    if (subject != nullptr && any(subject->references())) return true;
    const v1::PersonRecorded& detail = entry.contact->person_recorded();
    return entry.contact->has_person_recorded() && IsAbout(*entry.contact, detail, label) &&
           any(detail.references());
  });
}

bool IsSaid(const v1::ScopedReference& reference, const Known& known) {
  return std::any_of(known.entries.begin(), known.entries.end(),
                     [&](const Entry& entry) { return Says(entry, reference); });
}

// Whether all that it became known by does not stand here any more, and nothing that stands says
// it. What became known by a decision alone stays.
bool IsLost(const v1::StoredReference& one, const Known& known) {
  bool given = std::find(known.gone.begin(), known.gone.end(), one.since_seq()) != known.gone.end();
  for (const Entry& entry : known.entries) {
    if (entry.known_seq != one.since_seq()) continue;
    if (entry.withdrawn_by == 0) return false;
    given = true;
  }
  return given && std::none_of(known.entries.begin(), known.entries.end(), [&](const Entry& entry) {
           return entry.withdrawn_by == 0 && Says(entry, one.reference());
         });
}

// Where whoever looks may not know all: what is said by what they know, and no more.
void LeaveWhatIsSaid(const Known& known, Header& header) {
  auto& references = header.references;
  references.erase(std::remove_if(references.begin(), references.end(),
                                  [&](const Header::Reference& one) {
                                    v1::ScopedReference reference;
                                    reference.set_scheme(one.scheme);
                                    reference.set_value(one.value.Reveal());
                                    reference.set_scope(one.scope);
                                    return !IsSaid(reference, known);
                                  }),
                   references.end());
  header.entries = known.entries.size();
  header.first_seq = known.entries.empty() ? 0 : known.entries.front().seq;
  header.last_seq = known.entries.empty() ? 0 : known.entries.back().seq;
  Seq newest = 0;
  header.person_kind.clear();
  for (const Entry& entry : known.entries) {
    if (entry.placement.label().empty() || entry.withheld || entry.known_seq < newest) continue;
    newest = entry.known_seq;
    header.person_kind = entry.placement.person_kind();
  }
}

}  // namespace

std::optional<Header::Birth> BirthKnown(const Known& known) {
  Births births;
  for (const Entry& entry : known.entries) {
    if (Stands(entry)) births.Add(entry);
  }
  auto sorted = std::move(births).Sorted();
  if (sorted.empty()) return std::nullopt;
  return std::move(sorted.front());
}

std::optional<Header> ReadHeader(const projection::Reads& reads, const Known& known) {
  const auto read = ReadPerson(reads, known.person);
  if (!read.has_value()) return std::nullopt;
  const v1::StoredPerson& stored = *read;
  Header header;
  header.person = known.person;
  for (const v1::StoredPersonKind& kind : stored.kinds()) {
    if (kind.since_seq() <= known.up_to) header.person_kind = kind.person_kind();
  }
  for (const v1::StoredReference& one : stored.references()) {
    if (one.since_seq() > known.up_to) continue;
    if (one.ended_seq() != 0 && one.ended_seq() <= known.up_to) continue;
    const v1::ScopedReference& reference = one.reference();
    auto& references = IsLost(one, known) ? header.lost : header.references;
    references.push_back(
        {reference.scheme(), Personal<std::string>(reference.value()), reference.scope()});
  }
  Names names;
  Births births;
  for (const Entry& entry : known.entries) {
    if (!Stands(entry) || entry.withheld) continue;
    names.Add(entry);
    births.Add(entry);
  }
  header.names = std::move(names).NewestFirst();
  header.births = std::move(births).Sorted();
  header.entries = stored.entries();
  header.first_seq = stored.first_seq();
  header.last_seq = stored.last_seq();
  header.freed = FreedAt(stored);
  if (!known.through.empty() || known.masked) LeaveWhatIsSaid(known, header);
  header.incomplete = projection::IncompleteSince(reads, known.person);
  return header;
}

}  // namespace throughline::chronology
