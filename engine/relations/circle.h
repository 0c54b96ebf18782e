#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/chronology/read.h"
#include "engine/contact/read_contact.h"
#include "engine/relations/statement.h"

// The persons around one person, as known at an instant through a lens: read as they are met.
namespace throughline::relations {

// What the stores hold of one record. Neither is ever null.
struct Held {
  std::shared_ptr<const chronology::Known> shared;  // through the shared lens
  std::shared_ptr<const chronology::Known> known;   // through the lens asked; may be the same
  std::optional<chronology::PartOf> part_of;
  bool incomplete = false;  // some of it could not be read
};

// Where it is read from, at one instant and through one lens. One that fails ends the answer.
class Source {
 public:
  virtual ~Source() = default;
  virtual Result<Held> Read(const PersonId& record) const = 0;
  // Who the person of `known` is, as chronology::ReadHeader says.
  virtual std::optional<chronology::Header> Describe(const chronology::Known& known) const = 0;
  // On whose chronologies a contact stands or stood, in order.
  virtual Result<std::vector<PersonId>> StandsOn(const contact::Target& contact) const = 0;
  // Whether a mark protects the address that a record is or has: at every instant, whenever it was
  // set, until it is lifted.
  virtual Result<bool> IsProtected(const PersonId& record) const = 0;
  // The same of every address that is known of a record, those in contacts that are protected too.
  virtual Result<bool> MayGiveProtected(const PersonId& record) const = 0;
  // Up to when time has passed, whatever instant is asked about.
  virtual Millis now() const = 0;
  // Through an agency's lens, what it had no source of knowing is left out.
  virtual bool through_agency() const = 0;
  // Through the recorded lens, what was retracted or corrected counts from when that was written
  // down.
  virtual bool as_recorded() const = 0;
};

// Somebody whom a contact names.
struct Named {
  PersonId record;
  PersonId person;
  std::string label;
};

// Threads: one. The source must outlive it.
class Circle {
 public:
  // Of more persons nothing is read: cut().
  static constexpr std::size_t kMostRead = 400;

  // `day` tells who is a child by then.
  Circle(const Source& source, Day day) : source_(source), day_(day) {}

  // The person that a record is part of. Through an agency's lens a link that somebody decided, and
  // that the agency did not know, joins nobody.
  PersonId PersonOf(const PersonId& record);
  // All that is said of a person and others, in order of seq, with what ended it.
  const std::vector<Statement>& Around(const PersonId& person);
  // The entries of a person.
  const chronology::Known& KnownOf(const PersonId& person);
  const v1::RelatedPerson& Who(const PersonId& person);
  // On the day: by the date of birth, else by what the last contact before it says.
  bool IsChild(const PersonId& person);
  // Whether a mark protects the person's address, or that this is; or a household may still be the
  // home of somebody whose address is. Of what was not read nobody can tell: it is.
  bool IsProtected(const PersonId& person);
  // Whether that is so, or some address that is known of the person may stand in a contact that is
  // protected: which one nobody can tell, so none may be shown.
  bool MayGiveProtected(const PersonId& person);
  // Whether it is one, whoever knows of it.
  bool IsHousehold(const PersonId& person);
  // The record that is meant where the contact of that seq names one: a split may have made another
  // of it.
  PersonId MeantBy(Seq seq, const PersonId& record);
  // Whom a contact of `known`, or what corrects it, names as its subjects, as far as known.
  std::vector<Named> NamedBy(const chronology::Entry& entry, const chronology::Known& known);
  // The link by which a record came to be part of another, with its note if known.
  struct Joined {
    Millis since = 0;
    std::string reason;
  };
  std::optional<Joined> HowJoined(const PersonId& record);

  bool cut() const { return !unread_.empty(); }
  // Persons some of whose record could not be read, in order.
  std::vector<std::string> Incomplete() const;
  // The first thing that could not be read: nothing may be shown.
  const std::optional<Error>& fault() const { return fault_; }

 private:
  struct About {
    std::optional<std::vector<Statement>> statements;
    std::optional<chronology::Known> own;  // where it is not simply what one row holds
    const chronology::Known* known = nullptr;
    // Through an agency's lens: contacts that name the person, and that it knows by what it read of
    // somebody else.
    std::map<contact::Target, chronology::Entry> told;
    std::optional<v1::RelatedPerson> who;
    std::optional<Life> life;
  };
  const Held& Read(const PersonId& record);
  PersonId RootOf(const PersonId& record);
  bool Follows(const PersonId& record, const chronology::PartOf& part_of);
  const chronology::Note* NoteOf(const PersonId& record, Seq decision, bool shared);
  // The records that were ever joined to it, itself first.
  std::vector<PersonId> EverJoined(const PersonId& root);
  std::vector<PersonId> RecordsOf(const PersonId& person);
  // Of the splits after that seq the first by which a contact of the record became another's;
  // nullptr: there is none.
  const chronology::Note* SplitOff(Seq seq, const PersonId& record, Seq after);
  std::vector<Statement> Gather(const PersonId& person);
  // The contact by which a child was placed where it is said to live; nullptr: it was not by one.
  const chronology::Entry* PlacementOf(const Statement& one);
  // By which that is over; nullptr: it goes on.
  const chronology::Entry* EndOfPlacement(const PersonId& child, const chronology::Entry& started);
  void EndPlacements(const std::vector<Statement>& statements, std::vector<Ending>& endings);
  const Life& LifeOf(const PersonId& person);
  std::vector<PersonId> RowsOf(const PersonId& person);
  const chronology::Entry* Find(const contact::Target& contact, const PersonId& from,
                                const PersonId& to);
  void Tell(const PersonId& end, const chronology::Entry& entry);
  bool IsUnsaid(const chronology::Note& note, const chronology::Entry* entry) const;
  // The ends of what is said, and the contact that says it; nullptr: it stands on neither of them.
  struct Told {
    PersonId from;
    PersonId to;
    const chronology::Entry* entry = nullptr;
  };
  // Whether marks hide some of what is known of a record, or of the person that it is part of.
  bool IsMasked(const PersonId& end);
  // Nothing: it is not for whoever asks to see.
  template <typename Relation>
  std::optional<Told> ToldBy(Seq seq, const Relation& relation);
  std::optional<Statement> StatementOf(const chronology::Note& note,
                                       const v1::RelationKnown& relation);
  std::optional<Ending> EndingOf(const chronology::Note& note, const v1::RelationEnded& relation);
  void Describe(const PersonId& person, v1::RelatedPerson& out);
  std::string KindOn(const chronology::Known& known, const std::string& kind) const;
  void DescribeHome(const PersonId& person, v1::RelatedPerson& out);
  bool IsMarked(const PersonId& person);
  template <typename T>
  T Take(Result<T> result);

  const Source& source_;
  Day day_;
  std::map<PersonId, Held> held_;
  std::map<PersonId, About> about_;
  std::optional<Error> fault_;
  std::set<PersonId> unread_;
};

}  // namespace throughline::relations
