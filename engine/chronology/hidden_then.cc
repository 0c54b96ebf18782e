#include "engine/chronology/hidden_then.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "engine/chronology/contact_marks.h"
#include "engine/chronology/knowledge.h"
#include "engine/chronology/marked.h"

namespace throughline::chronology {
namespace {

bool Shows(const Entry& entry) {
  return entry.stated->has_record_opened() || !AlertHad(*entry.stated).empty();
}

// A row that says of a contact that was there before it that it is marked, or is not any more.
struct Saying {
  Seq seq;
  Millis placed;
  bool lifts;
};

// Of the rest the marks are there when they are: what they bear, they hide in themselves, unless
// another told of them before they came.
std::vector<Saying> SayingOfWhatWasThere(const PersonRows& rows) {
  std::vector<Saying> all;
  std::set<contact::Target> told_of;
  for (const Row& row : rows.entries) {
    const contact::Target of = TargetOf(row);
    const bool of_another = row.contact->has_handling_set() || row.contact->has_contact_corrected();
    if (SaysMarks(row) && (of_another || told_of.contains(of))) {
      const auto words = WordsOf(*row.contact, of);
      const bool lifts =
          std::any_of(words.begin(), words.end(), [](const MarkWord& word) { return word.lifts; });
      all.push_back({row.seq, row.stored->placed_ms(), lifts});
    }
    for (auto& target : contact::Targets(*row.contact, of.agency)) told_of.insert(target);
  }
  return all;
}

// What was hidden in a part of the time in which it may have been shown was not read.
bool KnownBy(const Saying& saying, const Entry& showing) {
  const Interval& when = showing.occurred;
  return saying.seq <= showing.known_seq &&
         saying.placed <= (saying.lifts ? when.earliest : when.latest);
}

HiddenThen HiddenFrom(const std::string& agency, const Marked& marked, const PersonRows& rows) {
  HiddenThen hidden;
  for (const Row& row : rows.entries) {
    if (marked.IsHidden(row.seq, agency)) hidden.contacts.insert(row.seq);
    if (marked.HidesRelations(row.seq, agency)) hidden.relations.insert(row.seq);
    Marks marks = marked.HidingContent(row.seq, agency);
    if (!marks.empty()) hidden.contents[row.seq] = std::move(marks);
  }
  return hidden;
}

}  // namespace

void NoteWhatWasHidden(const PersonRows& rows, std::string_view agency, Known& known) {
  if (std::none_of(rows.entries.begin(), rows.entries.end(), SaysMarks)) return;
  const std::vector<Saying> all = SayingOfWhatWasThere(rows);
  // Marks come seldom, so that much is shown under the same ones: by those that were to come.
  std::map<std::vector<Seq>, Marked> marked;
  std::map<std::pair<const Marked*, std::string>, std::shared_ptr<const HiddenThen>> hidden;
  for (Entry& entry : known.entries) {
    if (!Shows(entry) || (!agency.empty() && entry.agency != agency)) continue;
    std::vector<Seq> to_come;
    for (const Saying& saying : all) {
      if (!KnownBy(saying, entry)) to_come.push_back(saying.seq);
    }
    auto then = marked.find(to_come);
    if (then == marked.end()) {
      std::vector<Row> known_then;
      std::copy_if(rows.entries.begin(), rows.entries.end(), std::back_inserter(known_then),
                   [&](const Row& row) {
                     return !std::binary_search(to_come.begin(), to_come.end(), row.seq);
                   });
      then = marked.emplace(std::move(to_come), Marked(known_then)).first;
    }
    auto& from_agency = hidden[{&then->second, entry.agency}];
    if (from_agency == nullptr) {
      from_agency = std::make_shared<HiddenThen>(HiddenFrom(entry.agency, then->second, rows));
    }
    entry.hidden_then = from_agency;
  }
}

}  // namespace throughline::chronology
