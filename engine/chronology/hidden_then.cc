#include "engine/chronology/hidden_then.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "engine/chronology/knowledge.h"
#include "engine/chronology/marked.h"

namespace throughline::chronology {
namespace {

bool Shows(const Entry& entry) {
  return entry.stated->has_record_opened() || !AlertHad(*entry.stated).empty();
}

bool KnownBy(const Row& row, const Entry& showing) {
  return row.seq <= showing.known_seq && row.stored->placed_ms() <= showing.occurred.latest;
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
  std::vector<Row> saying;
  std::copy_if(rows.entries.begin(), rows.entries.end(), std::back_inserter(saying), SaysMarks);
  if (saying.empty()) return;
  // Marks come seldom, so that much is shown under the same ones: by those that were to come.
  std::map<std::vector<Seq>, Marked> marked;
  std::map<std::pair<const Marked*, std::string>, std::shared_ptr<const HiddenThen>> hidden;
  for (Entry& entry : known.entries) {
    if (!Shows(entry) || (!agency.empty() && entry.agency != agency)) continue;
    std::vector<Seq> to_come;
    for (const Row& row : saying) {
      if (!KnownBy(row, entry)) to_come.push_back(row.seq);
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
