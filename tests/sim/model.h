#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consumers/risk/evaluate.h"
#include "engine/chronology/entry.h"
#include "engine/log/journal.h"
#include "throughline/v1/alert.pb.h"

// The slow reference: from what lies on the feeds, and the order in which the journal took it, it
// says what must have become of each. Plain maps; nothing of intake or of the folds. It takes from
// the engine only pure functions with tests of their own (times of a contact, effects between
// contacts, evaluation of rules, digests of ids).
namespace throughline::sim {

struct History {
  Millis interval = kMinute;  // of ticks
  Millis largest_step = 7 * kDay;
  // At most how far any two clocks ever differed.
  Millis skew = 0;
  std::vector<log::Accepted> journal;                     // from the first record
  std::map<std::string, std::vector<log::Record>> feeds;  // whole, by topic
  std::set<std::string> invalid;                          // bytes that no engine may take
};

// One change of an alert that must have been published.
struct Change {
  std::string alert_id;
  std::string rule;
  PersonId person;
  v1::AlertChange change = v1::ALERT_CHANGE_UNSPECIFIED;
  Seq seq = 0;
  std::vector<Seq> evidence;  // sorted; not of a closing
  bool operator==(const Change&) const = default;
};

class Model {
 public:
  explicit Model(const History& history) : history_(history) {}
  void Run();

  // What the journal says otherwise than it must.
  const std::vector<std::string>& faults() const { return faults_; }
  // By publication id.
  const std::map<std::string, Change>& changes() const { return changes_; }
  // Of each person, in the order in which they became known, effects applied.
  std::map<PersonId, std::vector<chronology::Entry>> Chronologies() const;
  // Ids of the alerts of a person that are open as of a record.
  std::set<std::string> OpenAt(const PersonId& person, Seq seq) const;
  std::size_t placed() const { return placed_; }

 private:
  using Contact = std::pair<std::string, std::string>;  // agency, contact id
  enum class Fate { kRepeat, kRefused, kConflict, kTaken };

  struct Open {
    std::string alert_id;
    std::set<Seq> evidence;
    std::set<Seq> ever;
    std::vector<std::string> missing;
    bool from_history = false;
    std::string sentence;    // as last published
    bool corrected = false;  // some of the evidence was
  };
  using EpisodeKey = std::tuple<std::string, std::string, std::string>;
  struct Child {
    std::vector<chronology::Entry> entries;  // as sent
    bool evaluated = false;
    std::map<EpisodeKey, Open> open;
    std::vector<std::pair<EpisodeKey, Open>> closed;
    std::optional<Millis> due;
  };

  void Fault(const log::Accepted& record, const std::string& text);
  // model.cc: what becomes of what lies on the feeds.
  void Take(const log::Accepted& record);
  void TakeFromFeed(const log::Accepted& record);
  Fate FateOf(const std::string& agency, const log::Record& record);
  void TakeActivation(const log::Accepted& record, const v1::Contact& contact);
  void TakePlaced(const log::Accepted& record, const v1::Contact& contact, const std::string& bytes,
                  bool history);
  std::set<int> Subjects(const log::Accepted& record, const v1::Contact& contact);
  int Resolve(const v1::Contact::Subject& subject, const std::string& agency);
  static std::vector<std::string> NamesOf(const v1::Contact::Subject& subject,
                                          const std::string& agency);
  // The person that a record is part of.
  int PartOf(int record) const;
  // A link by rule, before the contact whose references make it.
  void TakeLinked(const log::Accepted& record);
  void Owe(Seq seq, int kept, int joined);
  void CheckLinks(const log::Accepted& record, const v1::Contact::Subject& subject,
                  const std::string& agency);
  void TakeBrought(const log::Accepted& record);
  void Move(Seq last, Millis at);
  void TakeTick(const log::Accepted& record);
  void CheckLeftovers();

  // model_risk.cc: what the rules say, and when.
  void Stand(int person, Seq seq, Seq known_seq, Millis known, Seq because);
  void Concern(int person, Seq seq, bool history);
  void InForce(const v1::Decision& decision, Seq seq);
  void Fire(Seq seq);
  void EvaluateChild(int person, Seq seq, bool at_activation);
  void Step(const PersonId& person, Child& child, const std::vector<chronology::Entry>& entries,
            const risk::Evaluation& evaluation, Seq seq);
  void Publish(const PersonId& person, const EpisodeKey& key, const Open& open, Seq seq,
               v1::AlertChange change);

  const History& history_;
  std::vector<std::string> faults_;

  // Feeds.
  std::map<std::string, std::size_t> next_;              // index of the next record, by topic
  std::map<Contact, std::pair<std::string, Seq>> seen_;  // bytes and seq of what was taken
  std::set<std::string> active_;                         // topics
  std::size_t placed_ = 0;

  // Records, numbered as they are first named; a person is a record that no link joined to another.
  std::map<std::string, int> references_;
  std::map<int, int> part_of_;
  std::map<int, Seq> made_;
  // What each contact whose references made a link must name, until it comes.
  std::map<Contact, std::vector<std::pair<int, int>>> linked_by_;
  std::vector<std::string> kinds_;
  std::map<int, PersonId> ids_;
  std::map<PersonId, int> numbers_;

  // Contacts, by the seq that placed them.
  struct Placement {
    Contact key;
    std::string bytes;
    std::string feed;
    Millis received = 0;
    Millis placed = 0;
    bool history = false;
    std::set<int> own;     // records
    std::set<int> stands;  // persons
    std::set<Contact> waits;
    // Labels, roles.
    std::map<int, std::pair<std::vector<std::string>, std::vector<std::string>>> roles;
  };
  std::map<Seq, Placement> placements_;
  // What the last decision still owes: contact to the persons on whom it must come to stand.
  Seq owed_because_ = 0;
  std::map<Seq, std::multiset<int>> owed_;
  std::map<Seq, std::set<int>> owed_from_;
  std::vector<std::pair<int, Seq>> left_;
  std::vector<std::pair<int, Seq>> brought_;
  std::uint32_t parts_ = 0;

  // Time.
  std::optional<Millis> tick_;
  Millis opened_ = 0;
  Millis held_ = 0;
  std::set<Millis> released_;

  // Rules.
  std::string policy_;  // compiled; empty: none is in force
  std::map<std::string, std::string> calendars_;
  std::map<std::string, std::pair<std::string, Millis>> delays_;  // agency and delay, by topic
  std::map<int, Child> children_;
  std::map<std::string, Change> changes_;
};

}  // namespace throughline::sim
