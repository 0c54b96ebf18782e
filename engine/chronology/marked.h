#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/chronology/mask_content.h"
#include "engine/chronology/rows.h"

// Which contacts of one person's chronology are marked: by themselves, by what corrects them, or by
// handling_set, whoever said so and whenever. A mark of the whole holds until a later handling_set
// lifts it, for which its `until` does not count; one of a part, which is a field, a statement or a
// subject, always. Neither a retraction nor a correction that leaves it out lifts it. Pure.
namespace throughline::chronology {

// Whether a contact may say so of itself or of another.
bool StatesMarks(const v1::Contact& contact);
bool SaysMarks(const Row& row);

class Marked {
 public:
  // `elsewhere`: contacts of which there is no row here, and of which a mark hides the fact.
  explicit Marked(const std::vector<Row>& rows, const std::set<contact::Target>& elsewhere = {});

  // Nothing is marked.
  bool empty() const { return contacts_.empty() && hidden_.empty(); }
  // Whether a mark hides, from all but its agency, that there is such a contact; what corrects,
  // retracts, disputes, checks or marks such a one is hidden with it, and what does so to that; so
  // is what stands here only because it points at such ones.
  bool HidesFact(Seq seq) const;
  // Whether it is hidden from whoever looks through the lens of that agency (empty: of nobody's).
  bool IsHidden(Seq seq, std::string_view from) const;
  // Whether what the contact says of relations is: those too that tell of a subject that it hides.
  bool HidesRelations(Seq seq, std::string_view from) const;
  // The marks of the whole that hide some of its content from that agency, if they leave the fact.
  Marks HidingContent(Seq seq, std::string_view from) const;
  // The marks of its content that hide some of it from all but its agency; nullptr: none do.
  std::shared_ptr<const ContentMarks> ContentMarksOf(Seq seq) const;
  // Leaves out of what is known what marks keep from whoever looks through that agency's lens, and
  // what they kept from that agency whenever it saw it, where the contact itself is there.
  void Mask(std::string_view from, Known& known) const;

 private:
  using Agencies = std::set<std::string, std::less<>>;
  struct OfContact {
    std::string agency;  // its own, to which its marks hide nothing
    Marks whole;
    std::vector<PartMark> parts;
    bool hides_fact = false;
    Agencies may_see;  // that there is one, if the fact is hidden
    bool hides_relations = false;
  };
  // A decision's source.
  static void MaskNote(const std::set<contact::Target>& hidden, Note& note);
  void MaskEntry(std::string_view from, const std::set<contact::Target>& hidden,
                 Entry& entry) const;

  // Hides what tells of what is hidden: the contacts themselves, and whatever concerns them.
  void HideWhatTells(const std::vector<Row>& rows, const Corrected& corrected);

  std::map<Seq, OfContact> contacts_;
  std::map<contact::Target, Agencies> hidden_;  // those whose fact is, and who may see it
};

// What whoever is not of its agency is shown of what the agency now says, where what marks hide is
// in the entry: for what is told of it. Empty where they hide that it is there. Never null.
std::shared_ptr<const v1::Contact> AsShown(const Entry& entry);

}  // namespace throughline::chronology
