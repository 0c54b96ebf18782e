#include "consumers/risk/alert_answers.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/chronology/knowledge.h"

namespace throughline::risk {
namespace {

// A mark that was set since hides the anchor's name, not its record.
std::pair<std::string_view, Seq> Key(const v1::Alert& alert) {
  return {alert.rule(), alert.anchor().seq()};
}

bool OpenAt(const AlertHistory& alert, Seq seq) {
  bool open = false;
  for (const v1::Alert& change : alert.changes) {
    if (change.seq() > seq) break;
    open = change.change() != v1::ALERT_CHANGE_CLOSED;
  }
  return open;
}

// Both are judged at the record at which the link is whole: there the one ends and the other stands
// open.
bool Continues(const AlertHistory& earlier, const AlertHistory& later) {
  return !earlier.open && Key(earlier.last) == Key(later.last) && OpenAt(later, earlier.last.seq());
}

}  // namespace

std::string_view AlertNamed(const v1::Contact& contact) {
  if (contact.has_alert_delivery_failed()) return contact.alert_delivery_failed().alert();
  return chronology::AlertHad(contact);
}

const AlertHistory* GoesOnIn(const AlertHistory& closed,
                             const std::vector<AlertHistory>& of_person) {
  const auto found =
      std::find_if(of_person.begin(), of_person.end(),
                   [&](const AlertHistory& later) { return Continues(closed, later); });
  return found == of_person.end() ? nullptr : &*found;
}

AlertAnswers AnswersTo(const AlertHistory& alert, const std::vector<AlertHistory>& joined,
                       const chronology::Known& known) {
  std::vector<const AlertHistory*> lives{&alert};
  std::set<std::string_view> ids{alert.last.alert_id()};
  for (std::size_t i = 0; i < lives.size(); ++i) {
    for (const AlertHistory& one : joined) {
      if (!Continues(one, *lives[i]) || !ids.insert(one.last.alert_id()).second) continue;
      lives.push_back(&one);
    }
  }
  AlertAnswers answers;
  for (std::size_t i = 1; i < lives.size(); ++i) {
    answers.earlier.push_back(lives[i]->last.alert_id());
  }
  std::sort(answers.earlier.begin(), answers.earlier.end());
  for (const chronology::Entry& entry : known.entries) {
    const bool stands =
        entry.withdrawn_by == 0 && !entry.erased && entry.retracted_by == 0 && entry.corrects == 0;
    if (stands && ids.contains(AlertNamed(*entry.contact))) answers.entries.push_back(&entry);
  }
  return answers;
}

}  // namespace throughline::risk
