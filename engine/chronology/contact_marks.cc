#include "engine/chronology/contact_marks.h"

#include <algorithm>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/chronology/handling.h"
#include "engine/chronology/keys.h"
#include "throughline/v1/chronology.pb.h"

namespace throughline::chronology {
namespace {

using contact::Target;

v1::StoredMarks MarksOf(const projection::Reads& reads, const Target& contact) {
  v1::StoredMarks marks;
  if (const auto value = reads.Get(MarksKey(contact.agency, contact.contact_id))) {
    CHECK(marks.ParseFromString(*value));
  }
  return marks;
}

void Keep(const Target& on, const MarkWord& word, Millis recorded, projection::Writes& store) {
  v1::StoredMarks marks = MarksOf(store, on);
  auto& all = *marks.mutable_marks();
  auto at = std::find_if(all.begin(), all.end(),
                         [&](const v1::StoredMark& one) { return one.mark() == word.mark; });
  v1::StoredMark& mark = at == all.end() ? *marks.add_marks() : *at;
  mark.set_mark(word.mark);
  if (word.lifts) {
    mark.set_lifted_ms(std::max<Millis>(mark.lifted_ms(), recorded));
  } else {
    mark.set_set_ms(std::max<Millis>(mark.set_ms(), recorded));
  }
  store.Put(MarksKey(on.agency, on.contact_id), marks.SerializeAsString());
}

bool HidesTheFact(const v1::StoredMark& mark) {
  return mark.set_ms() != 0 && mark.set_ms() >= mark.lifted_ms() &&
         HidesWhat(mark.mark()) == Hides::kFact;
}

}  // namespace

std::vector<MarkWord> WordsOf(const v1::Contact& contact, const Target& of) {
  std::vector<MarkWord> words;
  for (const v1::Contact* body : {&contact, &contact.contact_corrected().replaces()}) {
    for (const v1::Contact::Handling& mark : body->handling()) {
      if (mark.of_case() != v1::Contact::Handling::OF_NOT_SET) continue;
      words.push_back({of, mark.handling(), "", false});
    }
    if (!body->has_handling_set() || !body->handling_set().has_contact()) continue;
    const v1::HandlingSet& said = body->handling_set();
    words.push_back({contact::Resolve(said.contact(), of.agency), said.mark(),
                     said.contact().item(), said.state() == "lifted"});
  }
  return words;
}

bool MayMark(const v1::Placed& placed) {
  // A correction may carry a handling_set.
  if (placed.kind() == "handling_set" || placed.kind() == "contact_corrected") return true;
  // A placement says which marks apply there.
  return placed.to().empty() ||
         std::any_of(placed.to().begin(), placed.to().end(),
                     [](const v1::Placement& to) { return !to.handling().empty(); });
}

void KeepMarks(const v1::Placed& placed, const v1::Contact& contact, Millis recorded,
               projection::Writes& store) {
  const Target own{placed.agency(), placed.contact_id()};
  std::vector<Target> corrected;
  if (contact.has_contact_corrected()) {
    Target of = contact::Resolve(contact.contact_corrected().of(), placed.agency());
    if (of.agency == placed.agency()) corrected.push_back(std::move(of));
    for (const std::string& id : placed.corrects_further()) {
      corrected.push_back({placed.agency(), id});
    }
  }
  for (const MarkWord& word : WordsOf(contact, own)) {
    if (!word.item.empty()) continue;
    Keep(word.on, word, recorded, store);
    if (word.on != own) continue;
    for (const Target& of : corrected) Keep(of, word, recorded, store);
  }
}

std::set<Target> WithHiddenFact(const projection::Reads& reads, const std::set<Target>& contacts) {
  std::set<Target> hidden;
  for (const Target& contact : contacts) {
    const v1::StoredMarks marks = MarksOf(reads, contact);
    if (std::any_of(marks.marks().begin(), marks.marks().end(), HidesTheFact)) {
      hidden.insert(contact);
    }
  }
  return hidden;
}

bool AnyMarksKept(const projection::Reads& reads) {
  const std::string begin(1, kMarksPrefix);
  bool any = false;
  reads.Scan(begin, PrefixEnd(begin), [&](std::string_view, std::string_view) {
    any = true;
    return false;
  });
  return any;
}

}  // namespace throughline::chronology
