#pragma once

#include <set>

#include "engine/intake/family.h"
#include "engine/projection/key_values.h"

namespace throughline::intake {

// What a record changes of intake's state about who people are and whom they belong to. Each says
// whose contacts may stand elsewhere by it. Pure over the store, which must outlive it.
class People {
 public:
  People(Seq seq, projection::Writes& store) : seq_(seq), store_(store), state_(store) {}

  // Relations that a contact states or ends, and what it takes back.
  std::set<PersonId> Say(const v1::Placed& placed);
  std::set<PersonId> Link(const v1::Linked& linked);
  std::set<PersonId> Unlink(const v1::Unlinked& unlinked);
  void KeepApart(const v1::KeptApart& apart);

 private:
  std::set<PersonId> SayRelations(const v1::Placed& placed);
  std::set<PersonId> SetUnsaid(Seq seq, bool unsaid);
  void SetUnborn(Seq seq, const v1::IntakeContact& contact, bool unborn);
  std::set<PersonId> SetWrongPerson(Seq seq, bool wrong_person);
  bool HoldsAlready(const v1::RelationKnown& relation) const;
  v1::IntakeSaid Said(Millis recorded) const;
  void KnowRelation(const v1::RelationKnown& relation);
  void EndRelation(const v1::RelationEnded& ended);
  void AddRelation(const std::string& record, const std::string& other, v1::IntakeRelation row);
  // Empty: of nobody else.
  void BecomePartOf(const std::string& record, const std::string& person);
  void Split(Seq seq, const std::string& first, const std::string& second);
  void MoveDeath(Seq seq, const PersonId& from, const PersonId& to);
  void MoveStatements(Seq seq, const std::string& from, const std::string& to);
  v1::IntakeRelations TakeStatements(Seq seq, const std::string& record, const std::string& other);
  void KeepMove(const v1::PlacementMove& move, const std::string& agency);
  void AddMove(const std::string& record, v1::IntakePlacementMove row);
  void AddEnding(const std::string& record, const std::string& other, v1::IntakeEnding row);
  void KeepApart(const std::string& first, const std::string& second);
  template <typename Relation>
  void AddEnds(const Relation& relation, std::set<PersonId>& ends);
  template <typename Change>
  void ChangePerson(const std::string& record, const Change& change);
  void Put(const std::string& key, const google::protobuf::MessageLite& message);

  Seq seq_;
  projection::Writes& store_;
  State state_;
};

}  // namespace throughline::intake
