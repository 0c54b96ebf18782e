#include "engine/chronology/answer.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/chronology/mask.h"
#include "engine/chronology/replies.h"
#include "engine/chronology/rows.h"
#include "engine/chronology/same_event.h"
#include "engine/chronology/time_order.h"
#include "engine/contact/catalogue.h"
#include "engine/contact/not_known_yet.h"
#include "engine/contact/read_contact.h"

namespace throughline::chronology {
namespace {

using google::protobuf::util::MessageDifferencer;

std::string Bound(Millis instant) {
  return instant <= kEarliest || instant >= kLatest ? std::string() : FormatUtc(instant);
}

v1::ContactRef Ref(const Entry& entry) {
  v1::ContactRef ref;
  ref.set_agency(entry.agency);
  ref.set_contact_id(entry.contact_id);
  return ref;
}

v1::ChronologyEffect Effect(const Entry& by) {
  v1::ChronologyEffect effect;
  *effect.mutable_by() = Ref(by);
  effect.set_seq(by.seq);
  effect.set_known(FormatUtc(by.known));
  const v1::Contact& body = *by.contact;
  if (body.has_contact_retracted()) effect.set_why(body.contact_retracted().why());
  if (body.has_contact_disputed()) {
    effect.set_why(body.contact_disputed().what());
    effect.set_account(body.contact_disputed().their_account());
    effect.set_item(body.contact_disputed().of().item());
  }
  if (body.has_account_checked()) {
    effect.set_why(body.account_checked().how());
    effect.set_result(body.account_checked().result());
    effect.set_item(body.account_checked().of().item());
  }
  if (body.has_complaint_withdrawn()) {
    effect.set_why(body.complaint_withdrawn().reason());
    effect.set_under_pressure(body.complaint_withdrawn().under_pressure());
  }
  if (body.has_allegation_withdrawn()) {
    effect.set_under_pressure(body.allegation_withdrawn().under_pressure());
  }
  return effect;
}

// Whether its content may be in an answer.
bool Shown(const Entry& entry) { return !entry.withheld && !entry.erased; }

// A mark stands in its contact's placement for ever: one that was written down before the address
// was freed holds no more.
bool IsMarkedProtected(const Known& known, Millis freed) {
  return std::any_of(known.entries.begin(), known.entries.end(), [&](const Entry& entry) {
    if (entry.recorded < freed) return false;
    const auto& marks = entry.placement.handling();
    return std::find(marks.begin(), marks.end(), kProtectedAddress) != marks.end();
  });
}

class EntryAnswer {
 public:
  EntryAnswer(const Entry& entry, const Known& known) : entry_(entry), known_(known) {}

  v1::ChronologyEntry Make() && {
    out_.set_seq(entry_.seq);
    out_.set_agency(entry_.agency);
    out_.set_contact_id(entry_.contact_id);
    out_.set_received(FormatUtc(entry_.received));
    out_.set_placed(FormatUtc(entry_.placed));
    out_.set_known(FormatUtc(entry_.known));
    out_.set_known_seq(entry_.known_seq);
    out_.set_counts(entry_.counts);
    if (entry_.withdrawn_by != 0) {
      out_.mutable_withdrawn()->set_seq(entry_.withdrawn_by);
      out_.mutable_withdrawn()->set_known(FormatUtc(entry_.withdrawn_at));
      out_.mutable_withdrawn()->set_reason(entry_.withdrawn_reason);
    }
    if (!Shown(entry_)) {
      out_.set_withheld(entry_.erased ? "erased" : "wrong_person");
      return std::move(out_);
    }
    AddContent();
    AddLearned();
    AddEffects();
    for (const auto& replies : RepliesTo(entry_, known_)) {
      v1::ChronologyHandover& handover = *out_.add_handovers();
      for (const Reply& reply : replies) AddReply(reply, *handover.add_replies());
    }
    return std::move(out_);
  }

 private:
  void Mask(v1::Contact& contact) const {
    MaskAddresses(contact);
    if (entry_.agency != known_.through) MaskInformants(contact);
  }

  void AddContent() {
    const v1::Contact& contact = *entry_.contact;
    out_.set_kind(entry_.kind);
    *out_.mutable_occurred() = contact.occurred();
    if (contact.has_occurred_until()) {
      *out_.mutable_occurred_until() = contact.occurred_until();
    }
    out_.set_occurred_text(Describe(contact.occurred()));
    out_.set_earliest(Bound(entry_.occurred.earliest));
    out_.set_latest(Bound(entry_.occurred.latest));
    out_.set_recorded(FormatUtc(entry_.recorded));
    out_.set_history(entry_.history);
    out_.set_label(entry_.placement.label());
    *out_.mutable_also_labels() = entry_.placement.also_labels();
    *out_.mutable_roles() = entry_.placement.roles();
    out_.set_why(entry_.placement.why());
    *out_.mutable_handling() = entry_.placement.handling();
    out_.mutable_masked()->Assign(entry_.masked.begin(), entry_.masked.end());
    AddWarnings();
    *out_.mutable_contact() = contact;
    Mask(*out_.mutable_contact());
    const bool known_kind = contact::Catalogue::Get().Of(contact) != nullptr;
    const bool as_received = !known_kind && MessageDifferencer::Equals(contact, out_.contact());
    if (as_received && entry_.original != nullptr) {
      out_.set_original(*entry_.original);
    }
  }

  void AddWarnings() {
    if (entry_.warnings == nullptr) return;
    for (const v1::Warning& warning : *entry_.warnings) {
      if (!IsKnownByNow(warning)) *out_.add_warnings() = warning;
    }
  }

  // Whether it warns of a link to what had not come, and that has.
  bool IsKnownByNow(const v1::Warning& warning) const {
    if (warning.text() != contact::kNotKnownYet) return false;
    const auto& links = entry_.stated->links();
    for (int i = 0; i < links.size(); ++i) {
      if (warning.field() != contact::TargetField(static_cast<std::size_t>(i))) continue;
      const contact::Target target = contact::Resolve(links[i].target(), entry_.agency);
      return known_.Find(target.agency, target.contact_id) != nullptr;
    }
    return false;
  }

  void AddLearned() {
    for (const Learned& learned : entry_.learned) {
      *out_.add_learned() = chronology::Answer(learned, entry_.seq, known_);
    }
  }

  void AddEffects() {
    for (const Seq seq : entry_.corrected_by) {
      const Entry* by = known_.Find(seq);
      if (by == nullptr) continue;
      v1::ChronologyCorrection& correction = *out_.add_corrections();
      *correction.mutable_by() = Ref(*by);
      correction.set_seq(seq);
      correction.set_known(FormatUtc(by->known));
      correction.set_why(by->stated->contact_corrected().why());
    }
    if (!entry_.corrected_by.empty() && !entry_.stated->has_contact_corrected()) {
      *out_.mutable_first() = *entry_.stated;
      Mask(*out_.mutable_first());
    }
    if (const Entry* by = known_.Find(entry_.retracted_by)) *out_.mutable_retracted() = Effect(*by);
    for (const Seq seq : entry_.disputed_by) {
      if (const Entry* by = known_.Find(seq)) *out_.add_disputed() = Effect(*by);
    }
    for (const Seq seq : entry_.checked_by) {
      if (const Entry* by = known_.Find(seq)) *out_.add_checked() = Effect(*by);
    }
    for (const Seq seq : entry_.taken_back_by) {
      if (const Entry* by = known_.Find(seq)) *out_.add_taken_back() = Effect(*by);
    }
    if (const Entry* by = known_.Find(entry_.superseded_by)) {
      *out_.mutable_superseded() = Effect(*by);
    }
    for (const Seq seq : entry_.decided_apart) {
      if (const Entry* other = known_.Find(seq)) *out_.add_not_same() = Ref(*other);
    }
    if (const Entry* of = known_.Find(entry_.duplicate_of)) {
      *out_.mutable_duplicate_of() = Ref(*of);
    }
    if (const Entry* of = known_.Find(entry_.corrects)) *out_.mutable_corrects() = Ref(*of);
    for (const contact::Target& one : entry_.corrects_in_turn) {
      v1::ContactRef& of = *out_.add_corrects_in_turn();
      of.set_agency(one.agency);
      of.set_contact_id(one.contact_id);
    }
  }

  static void AddReply(const Reply& reply, v1::ChronologyReply& out) {
    *out.mutable_by() = Ref(*reply.entry);
    out.set_seq(reply.entry->seq);
    out.set_kind(reply.entry->kind);
    out.set_state(reply.state);
    out.set_known(FormatUtc(reply.entry->known));
    out.set_occurred_text(Describe(reply.entry->contact->occurred()));
  }

  const Entry& entry_;
  const Known& known_;
  v1::ChronologyEntry out_;
};

// By the seq of each of the two.
using Offers = std::multimap<Seq, v1::ChronologyPerhapsSame>;

Offers OffersIn(const Known& known) {
  Offers offers;
  const auto add = [&](Seq to, Seq as, Millis apart) {
    v1::ChronologyPerhapsSame offer;
    *offer.mutable_as() = Ref(*known.Find(as));
    offer.set_apart_minutes(static_cast<std::uint32_t>(apart / kMinute));
    offers.emplace(to, std::move(offer));
  };
  for (const PerhapsSame& offer : FindPerhapsSame(known, StarterSameEvent())) {
    add(offer.first, offer.second, offer.apart);
    add(offer.second, offer.first, offer.apart);
  }
  return offers;
}

class NoteAnswers {
 public:
  // `own`: the records that were the person's then.
  NoteAnswers(const Note& note, const PersonId& person, const std::set<std::string>& own)
      : note_(note), person_(person), own_(own) {}

  std::vector<v1::ChronologyNote> All() {
    const v1::StoredNote& stored = note_.note;
    if (stored.has_linked()) Linked(stored.linked());
    if (stored.has_unlinked()) Unlinked(stored.unlinked());
    if (stored.has_kept_apart()) {
      Add("kept_apart", stored.kept_apart().first(), stored.kept_apart().second());
      answers_.back().set_reason(stored.kept_apart().reason());
      SetSource(stored.kept_apart(), answers_.back());
    }
    for (const v1::RelationKnown& relation : stored.relations()) Known(relation);
    for (const v1::RelationEnded& relation : stored.relations_ended()) Ended(relation);
    return std::move(answers_);
  }

 private:
  v1::ChronologyNote& Add(std::string_view what, std::string_view first, std::string_view second) {
    v1::ChronologyNote& out = answers_.emplace_back();
    out.set_seq(note_.seq);
    out.set_known(FormatUtc(note_.placed));
    out.set_what(std::string(what));
    const bool is_first = own_.contains(std::string(first));
    out.set_other_is_from(!is_first);
    const auto other = PersonId::FromRaw(is_first ? second : first);
    // A link between records of one person tells of nobody else.
    if (other && first != second) out.set_other(other->Text());
    out.set_unsaid(note_.note.unsaid_seq() != 0);
    return out;
  }

  // A mark may keep it.
  template <typename Decision>
  static void SetSource(const Decision& decision, v1::ChronologyNote& out) {
    if (decision.has_source()) *out.mutable_source() = decision.source();
  }

  void Linked(const v1::Linked& linked) {
    const bool kept = linked.kept() == person_.Raw();
    v1::ChronologyNote& out = Add("linked", kept ? linked.kept() : linked.joined(),
                                  kept ? linked.joined() : linked.kept());
    out.set_kept(kept);
    out.set_reason(linked.reason());
    out.set_by_rule(linked.by_rule());
    SetSource(linked, out);
  }

  void Unlinked(const v1::Unlinked& unlinked) {
    const bool kept = unlinked.first() == person_.Raw();
    v1::ChronologyNote& out = Add("unlinked", kept ? unlinked.first() : unlinked.second(),
                                  kept ? unlinked.second() : unlinked.first());
    out.set_kept(kept);
    out.set_reason(unlinked.reason());
    out.set_by_rule(unlinked.by_rule());
    SetSource(unlinked, out);
    for (const Seq seq : unlinked.undecided()) out.add_undecided(seq);
  }

  void Known(const v1::RelationKnown& relation) {
    v1::ChronologyNote& out = Add("relation_known", relation.from(), relation.to());
    out.set_relation(relation.relation());
    out.set_confidence(relation.confidence());
    out.set_basis(relation.basis());
    *out.mutable_source() = relation.source();
    if (relation.has_since()) *out.mutable_since() = relation.since();
    if (relation.has_until()) *out.mutable_until() = relation.until();
  }

  void Ended(const v1::RelationEnded& relation) {
    v1::ChronologyNote& out = Add("relation_ended", relation.from(), relation.to());
    out.set_relation(relation.relation());
    out.set_confidence(relation.confidence());
    out.set_reason(relation.reason());
    *out.mutable_source() = relation.source();
    if (relation.has_until()) *out.mutable_until() = relation.until();
  }

  const Note& note_;
  const PersonId& person_;
  const std::set<std::string>& own_;
  std::vector<v1::ChronologyNote> answers_;
};

// Whether what a contact says of the person is of somebody else, by a split known here.
bool IsSplitOff(Seq seq, const Known& known) {
  return std::any_of(known.notes.begin(), known.notes.end(), [&](const Note& note) {
    const v1::Unlinked& unlinked = note.note.unlinked();
    return unlinked.first() == known.person.Raw() &&
           std::find(unlinked.split().begin(), unlinked.split().end(), seq) !=
               unlinked.split().end();
  });
}

// What an unlinking left undecided is told of where it is shown itself.
void LeaveWhatIsShown(const Known& known, v1::ChronologyNote& note) {
  auto& undecided = *note.mutable_undecided();
  undecided.erase(std::remove_if(undecided.begin(), undecided.end(),
                                 [&](Seq seq) { return known.Find(seq) == nullptr; }),
                  undecided.end());
}

// In their order, each with the records that the person had by then.
void AnswerNotes(const Known& known, v1::ChronologyAnswer& out) {
  std::set<std::string> own{std::string(known.person.Raw())};
  for (const Note& note : known.notes) {
    if (note.note.has_linked() && note.note.linked().kept() == known.person.Raw()) {
      const v1::Linked& linked = note.note.linked();
      own.insert({linked.joined(), linked.first(), linked.second()});
    }
    if (StatesRelations(note) && IsSplitOff(note.seq, known)) continue;
    for (auto& answer : NoteAnswers(note, known.person, own).All()) {
      LeaveWhatIsShown(known, answer);
      *out.add_notes() = std::move(answer);
    }
    if (note.note.has_unlinked() && note.note.unlinked().first() == known.person.Raw()) {
      for (const std::string& record : note.note.unlinked().records()) own.erase(record);
    }
  }
}

// What is written of one and the same time comes after what it says that it follows, whichever was
// published first. `begin` to `end` are in order otherwise.
void FollowLinks(std::vector<const Entry*>::iterator begin,
                 std::vector<const Entry*>::iterator end) {
  std::map<contact::Target, std::size_t> waiting;  // how many of them are still to come
  const auto target_of = [](const Entry& entry) {
    return contact::Target{entry.agency, entry.contact_id};
  };
  for (auto it = begin; it != end; ++it) ++waiting[target_of(**it)];
  const auto is_free = [&](const Entry* entry) {
    const auto& links = entry->contact->links();
    return std::none_of(links.begin(), links.end(), [&](const v1::Contact::Link& link) {
      const contact::Target target = contact::Resolve(link.target(), entry->agency);
      return target != target_of(*entry) && waiting.contains(target);
    });
  };
  for (auto next = begin; next != end; ++next) {
    // Links that lead round in a circle say nothing of order.
    auto first = std::find_if(next, end, is_free);
    if (first == end) first = next;
    std::rotate(next, first, std::next(first));
    waiting.erase(target_of(**next));
  }
}

}  // namespace

std::vector<const Entry*> InOrderOfTime(const Known& known) {
  std::vector<std::tuple<TimeOrder, Seq, const Entry*>> placed;
  placed.reserve(known.entries.size());
  for (const Entry& entry : known.entries) {
    const v1::Contact& contact = *entry.contact;
    const TimeOrder order =
        Shown(entry) ? TimeOrderOf(contact.occurred(), contact.sequence()) : TimeOrder{};
    placed.emplace_back(order, entry.seq, &entry);
  }
  std::sort(placed.begin(), placed.end());
  std::vector<const Entry*> ordered;
  ordered.reserve(placed.size());
  for (const auto& [order, seq, entry] : placed) ordered.push_back(entry);
  for (std::size_t begin = 0, end = 0; begin < placed.size(); begin = end) {
    const TimeOrder& order = std::get<0>(placed[begin]);
    const auto same = [&](std::size_t i) {
      const TimeOrder& other = std::get<0>(placed[i]);
      return other.undated == order.undated && other.at == order.at;
    };
    while (end < placed.size() && same(end)) ++end;
    if (order.undated || end - begin < 2) continue;
    FollowLinks(ordered.begin() + static_cast<std::ptrdiff_t>(begin),
                ordered.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return ordered;
}

v1::KnownBy Answer(const Learned& learned, Seq of, const Known& known) {
  v1::KnownBy out;
  out.set_how(std::string(HowName(learned.how)));
  out.set_since(FormatUtc(learned.since));
  out.set_since_seq(learned.since_seq);
  out.set_alert(learned.alert);
  const Entry* by = known.Find(learned.by);
  if (by == nullptr) return out;
  if (by->seq == of) {
    *out.mutable_when() = by->stated->recorded();
  } else {
    *out.mutable_by() = Ref(*by);
    *out.mutable_when() = by->contact->occurred();
  }
  return out;
}

v1::PersonAnswer Answer(const Header& header) {
  v1::PersonAnswer out;
  out.set_person(header.person.Text());
  out.set_person_kind(header.person_kind);
  for (const Header::Reference& reference : header.references) {
    v1::ScopedReference& one = *out.add_references();
    one.set_scheme(reference.scheme);
    one.set_value(reference.value.Reveal());
    one.set_scope(reference.scope);
  }
  for (const Header::Name& name : header.names) {
    v1::StatedName& one = *out.add_names();
    one.set_name(name.name.Reveal());
    one.set_agency(name.agency);
    one.set_seq(name.seq);
    one.set_alias(name.alias);
  }
  for (const Header::Birth& birth : header.births) {
    v1::StatedBirth& one = *out.add_births();
    *one.mutable_date_of_birth() = birth.date.Reveal();
    one.set_agency(birth.agency);
    one.set_seq(birth.seq);
    one.set_expected(birth.expected);
  }
  out.set_entries(header.entries);
  out.set_first_seq(header.first_seq);
  out.set_last_seq(header.last_seq);
  if (header.incomplete.has_value()) {
    out.mutable_incomplete()->set_since_seq(header.incomplete->since);
    out.mutable_incomplete()->set_reason(header.incomplete->reason);
  }
  return out;
}

v1::ChronologyAnswer Answer(const Known& known, const Header& header, const Query& query, Seq seq) {
  v1::ChronologyAnswer out;
  *out.mutable_person() = Answer(header);
  if (header.person_kind == "household" && IsMarkedProtected(known, header.freed)) {
    out.mutable_person()->clear_references();
    out.mutable_person()->clear_names();
  }
  if (query.as_known_at.has_value()) out.set_as_known_at(FormatUtc(*query.as_known_at));
  out.set_lens(query.lens == v1::LENS_UNSPECIFIED ? v1::LENS_SHARED : query.lens);
  out.set_agency(known.through);
  out.set_hidden_unknown(known.hidden_unknown);
  out.set_seq(seq);
  const Offers offers = OffersIn(known);
  std::uint32_t outside = 0;
  for (const Entry* entry : InOrderOfTime(known)) {
    if (entry->outside) {
      ++outside;
      continue;
    }
    v1::ChronologyEntry& one = *out.add_entries();
    one = EntryAnswer(*entry, known).Make();
    const auto [begin, end] = offers.equal_range(entry->seq);
    for (auto offer = begin; offer != end; ++offer) *one.add_perhaps_same() = offer->second;
  }
  AnswerNotes(known, out);
  out.set_hidden_later(known.hidden_later);
  out.set_hidden_outside(outside);
  if (out.person().has_incomplete()) *out.mutable_incomplete() = out.person().incomplete();
  if (query.occurred.has_value()) {
    if (query.occurred->earliest > kEarliest) {
      out.set_occurred_from(FormatDay(DayOf(query.occurred->earliest)));
    }
    if (query.occurred->latest < kLatest) {
      out.set_occurred_to(FormatDay(DayOf(query.occurred->latest)));
    }
  }
  return out;
}

}  // namespace throughline::chronology
