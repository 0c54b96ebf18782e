#include "engine/chronology/knowledge.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "engine/chronology/effects.h"
#include "engine/chronology/handling.h"
#include "engine/chronology/replies.h"
#include "engine/chronology/rows.h"
#include "engine/contact/labels.h"
#include "engine/contact/read_contact.h"

namespace throughline::chronology {
namespace {

using contact::Target;
using Index = std::size_t;
using Marks = std::set<std::string, std::less<>>;

// Whether a contact tells what somebody did: an opening under a link that was undone was one still.
bool Tells(const Entry& entry) {
  return !entry.erased && entry.retracted_by == 0 && entry.corrects == 0;
}

// As of when something was shown.
struct AsOf {
  Seq seq = 0;
  Millis until = kLatest;

  bool Holds(const Entry& entry) const {
    const bool here = entry.known_seq <= seq && entry.known <= until;
    const bool masked = entry.withheld && entry.withdrawn_by != 0 && entry.withdrawn_by <= seq &&
                        entry.withdrawn_at <= until;
    return here && !masked;
  }
};

AsOf ShownAsOf(const Entry& opening) {
  const v1::RecordOpened& detail = opening.contact->record_opened();
  if (detail.has_as_known_at()) return {std::min<Seq>(detail.as_known_at(), opening.known_seq)};
  return {opening.known_seq, opening.occurred.earliest};
}

// A hand-over's body, and the entry that carries it.
struct Version {
  Index carrier;
  const v1::Contact* body;
};

class Knowing {
 public:
  Knowing(const Known& shared, const AlertEvidence& alerts, std::string_view agency)
      : shared_(shared), alerts_(alerts), only_(agency) {
    knowledge_.entries.resize(shared.entries.size());
    knowledge_.notes.resize(shared.notes.size());
    for (Index i = 0; i < shared.entries.size(); ++i) {
      const Entry& entry = shared.entries[i];
      by_seq_.emplace_back(entry.seq, i);
      by_target_.try_emplace(Target{entry.agency, entry.contact_id}, i);
    }
    std::sort(by_seq_.begin(), by_seq_.end());
    for (Index i = 0; i < shared.entries.size(); ++i) Relate(i);
  }

  Knowledge Run() && {
    for (Index i = 0; i < shared_.entries.size(); ++i) {
      const Entry& entry = shared_.entries[i];
      LearnEntry(i, entry, entry.agency, How::kAuthored);
      if (!Tells(entry)) continue;
      Receive(entry);
      if (!Counts(entry.agency)) continue;
      if (entry.contact->has_record_opened()) Open(entry);
      if (const auto alert = AlertHad(*entry.contact); !alert.empty()) HearAlert(entry, alert);
    }
    LearnNotes();
    return std::move(knowledge_);
  }

 private:
  bool Counts(std::string_view agency) const { return only_.empty() || agency == only_; }

  static void Learn(const std::string& agency, Learned learned, Knowers& knowers) {
    std::vector<Learned>& sources = knowers[agency];
    const auto same = std::find_if(sources.begin(), sources.end(), [&](const Learned& one) {
      return one.how == learned.how && one.but_for == learned.but_for;
    });
    if (same != sources.end()) {
      if (same->since_seq <= learned.since_seq) return;
      sources.erase(same);
    }
    const auto later = std::find_if(sources.begin(), sources.end(), [&](const Learned& one) {
      return one.since_seq > learned.since_seq;
    });
    sources.insert(later, std::move(learned));
  }

  void LearnEntry(Index i, const Entry& by, const std::string& agency, How how,
                  std::string_view alert = {}) {
    if (!Counts(agency)) return;
    const Entry& entry = shared_.entries[i];
    Learn(agency,
          {how, std::max(entry.known_seq, by.known_seq), std::max(entry.known, by.known), by.seq,
           std::string(alert), HiddenOf(entry, by)},
          knowledge_.entries[i]);
  }

  std::optional<Index> Find(Seq seq) const {
    const auto at = std::lower_bound(by_seq_.begin(), by_seq_.end(), std::pair(seq, Index{0}));
    if (at == by_seq_.end() || at->first != seq) return std::nullopt;
    return at->second;
  }

  std::optional<Index> Find(const Target& target) const {
    const auto found = by_target_.find(target);
    if (found == by_target_.end()) return std::nullopt;
    return found->second;
  }

  // Notes what a contact is read beside. Whose correction or retraction does not count, says so to
  // nobody.
  void Relate(Index i) {
    const Entry& by = shared_.entries[i];
    const v1::ContactRef* of = nullptr;
    switch (by.stated->detail_case()) {
      case v1::Contact::kContactCorrected:
        of = &by.stated->contact_corrected().of();
        break;
      case v1::Contact::kContactRetracted:
        of = &by.stated->contact_retracted().of();
        break;
      case v1::Contact::kContactDisputed:
        of = &by.stated->contact_disputed().of();
        break;
      case v1::Contact::kAccountChecked:
        of = &by.stated->account_checked().of();
        break;
      case v1::Contact::kComplaintWithdrawn:
        of = &by.stated->complaint_withdrawn().of();
        break;
      case v1::Contact::kAllegationWithdrawn:
        of = &by.stated->allegation_withdrawn().of();
        break;
      default:
        return;
    }
    const auto found = Find(contact::Resolve(*of, by.agency));
    if (!found.has_value() || *found == i) return;
    if (!Changes(by) || shared_.entries[*found].agency == by.agency) beside_[*found].push_back(i);
  }

  static bool Changes(const Entry& by) {
    return by.stated->has_contact_corrected() || by.stated->has_contact_retracted();
  }

  // What is read beside a contact, and beside that in turn; `all`: what others said of it, too.
  void AddBeside(Index i, bool all, std::set<Index>& read) const {
    const auto beside = beside_.find(i);
    if (beside == beside_.end()) return;
    for (const Index by : beside->second) {
      if ((all || Changes(shared_.entries[by])) && read.insert(by).second) {
        AddBeside(by, all, read);
      }
    }
  }

  // What was handed over under a contact's id: first as it was sent, then as it was corrected.
  std::vector<Version> VersionsOf(Index i) const {
    const Entry& entry = shared_.entries[i];
    std::vector<Version> versions{{i, entry.stated.get()}};
    std::set<Index> read{i};
    AddBeside(i, false, read);
    for (const Index by : read) {
      const v1::Contact& body = *shared_.entries[by].stated;
      if (body.has_contact_corrected())
        versions.push_back({by, &body.contact_corrected().replaces()});
    }
    std::sort(versions.begin() + 1, versions.end(), [&](const Version& a, const Version& b) {
      const Entry& first = shared_.entries[a.carrier];
      const Entry& second = shared_.entries[b.carrier];
      return std::pair(first.known_seq, first.seq) < std::pair(second.known_seq, second.seq);
    });
    return versions;
  }

  void Receive(const Entry& reply) {
    for (const v1::Contact::Link& link : reply.contact->links()) {
      if (link.link() != "answers" || !link.has_target()) continue;
      const auto asked = Find(contact::Resolve(link.target(), reply.agency));
      if (!asked.has_value() || &shared_.entries[*asked] == &reply) continue;
      std::vector<std::string> received;  // from the first version that was handed to them
      for (const Version& version : VersionsOf(*asked)) {
        // Nobody acknowledges a correction that is still to come.
        const bool later = shared_.entries[version.carrier].known_seq > reply.known_seq;
        if (version.carrier != *asked && later) continue;
        for (std::string& agency : Receivers(reply, link, version)) {
          if (std::find(received.begin(), received.end(), agency) != received.end()) continue;
          LearnEntry(version.carrier, reply, agency, How::kReceived);
          received.push_back(std::move(agency));
        }
      }
    }
  }

  // The agencies of which a reply shows that what was handed to them came.
  std::vector<std::string> Receivers(const Entry& reply, const v1::Contact::Link& link,
                                     const Version& version) const {
    const Sent sender{*version.body, shared_.entries[version.carrier].agency};
    std::vector<std::string> receivers;
    for (const v1::Contact::Sharing& sharing : version.body->sharing()) {
      if (!sharing.recipient().has_agency()) continue;
      const std::string& recipient = sharing.recipient().agency();
      const bool own = reply.agency == recipient;
      // Of several recipients, whose word is passed on has to be said.
      const bool says_whose = version.body->sharing_size() == 1 || !link.target().unit().empty();
      const bool told = reply.agency == sender.agency && says_whose && ToldBySender(*reply.contact);
      if ((own || told) && WordCounts({*reply.contact, reply.agency}, link, sharing, sender)) {
        receivers.push_back(recipient);
      }
    }
    return receivers;
  }

  void Open(const Entry& opening) {
    const v1::RecordOpened& detail = opening.contact->record_opened();
    const AsOf as_of = ShownAsOf(opening);
    if (detail.has_contact() && (detail.what() == "contact" || detail.what() == "document")) {
      if (const auto i = Find(contact::Resolve(detail.contact(), opening.agency))) {
        ShowOne(*i, opening, as_of, How::kOpened);
      }
    } else if (detail.what() == "chronology" && IsThisPersons(opening)) {
      for (Index i = 0; i < shared_.entries.size(); ++i) {
        const Entry& entry = shared_.entries[i];
        const bool itself = &entry == &opening;
        if (itself || !as_of.Holds(entry) || WasHidden(entry.seq, opening)) continue;
        LearnEntry(i, opening, opening.agency, How::kOpened);
      }
      for (Index i = 0; i < shared_.notes.size(); ++i) {
        const Note& note = shared_.notes[i];
        if (note.seq > as_of.seq || note.placed > as_of.until) continue;
        if (StatesRelations(note) && HidRelations(note.seq, opening)) continue;
        Learn(opening.agency, {How::kOpened, opening.known_seq, opening.known, opening.seq, {}, {}},
              knowledge_.notes[i]);
      }
    } else if (detail.what() == "alert" && detail.has_alert_id()) {
      ShowEvidence(opening, detail.alert_id(), as_of, How::kOpened);
    }
  }

  // Of a contact that names several and does not say whose record it was, nobody's is known to
  // have been opened.
  static bool IsThisPersons(const Entry& opening) {
    const v1::RecordOpened& detail = opening.contact->record_opened();
    if (opening.placement.label().empty()) return false;
    if (detail.has_label()) return contact::HasLabel(opening.placement, detail.label());
    return detail.of_case() == v1::RecordOpened::OF_NOT_SET &&
           opening.contact->subjects_size() == 1;
  }

  void HearAlert(const Entry& heard, std::string_view alert) {
    ShowEvidence(heard, alert, {heard.known_seq}, How::kAlerted);
  }

  void ShowEvidence(const Entry& by, std::string_view alert, const AsOf& as_of, How how) {
    const auto changes = alerts_.find(alert);
    if (changes == alerts_.end()) return;
    const AlertChanged* last = nullptr;
    for (const AlertChanged& change : changes->second) {
      if (change.seq <= as_of.seq && change.at <= as_of.until) last = &change;
    }
    if (last == nullptr) return;
    for (const Seq seq : last->evidence) {
      if (const auto i = Find(seq)) ShowOne(*i, by, {last->seq}, how, alert);
    }
  }

  static bool WasHidden(Seq seq, const Entry& by) {
    return by.hidden_then != nullptr && by.hidden_then->contacts.contains(seq);
  }

  static bool HidRelations(Seq seq, const Entry& by) {
    return by.hidden_then != nullptr && by.hidden_then->relations.contains(seq);
  }

  static Marks HiddenOf(const Entry& entry, const Entry& by) {
    if (by.hidden_then == nullptr) return {};
    const auto marks = by.hidden_then->contents.find(entry.seq);
    return marks == by.hidden_then->contents.end() ? Marks{} : marks->second;
  }

  // A contact as it read then. An alert shows no more of it than what it says.
  void ShowOne(Index i, const Entry& by, const AsOf& as_of, How how, std::string_view alert = {}) {
    const auto shown = [&](const Entry& entry) {
      // What an alert rests on it names or not, as it was marked when it was raised.
      return as_of.Holds(entry) && (how == How::kAlerted || !WasHidden(entry.seq, by));
    };
    if (!shown(shared_.entries[i])) return;
    LearnEntry(i, by, by.agency, how, alert);
    std::set<Index> read;
    AddBeside(i, how == How::kOpened && alert.empty(), read);
    for (const Index one : read) {
      if (shown(shared_.entries[one])) LearnEntry(one, by, by.agency, how, alert);
    }
  }

  // Who knows the contact that tells of a relation knows the relation; who decided that two records
  // are one, or are not, knows that.
  void LearnNotes() {
    for (Index i = 0; i < shared_.notes.size(); ++i) {
      const Note& note = shared_.notes[i];
      if (!note.note.relations().empty()) {
        LearnNote(i, note.note.relations(0).source());
      } else if (!note.note.relations_ended().empty()) {
        LearnNote(i, note.note.relations_ended(0).source());
      } else if (note.note.has_kept_apart()) {
        LearnDecision(i, note.note.kept_apart().source());
      } else if (note.note.has_unlinked() && !note.note.unlinked().by_rule()) {
        LearnDecision(i, note.note.unlinked().source());
      } else if (note.note.has_linked() && !note.note.linked().by_rule()) {
        LearnDecision(i, note.note.linked().source());
      }
    }
  }

  void LearnNote(Index i, const v1::ContactRef& source) {
    const Note& note = shared_.notes[i];
    const auto told = Find(Target{source.agency(), source.contact_id()});
    if (!told.has_value()) return;
    for (const auto& [agency, sources] : knowledge_.entries[*told]) {
      for (Learned learned : sources) {
        const auto by = Find(learned.by);
        if (by.has_value() && HidRelations(note.seq, shared_.entries[*by])) continue;
        learned.but_for.clear();
        learned.since_seq = std::max(learned.since_seq, note.seq);
        learned.since = std::max(learned.since, note.placed);
        Learn(agency, std::move(learned), knowledge_.notes[i]);
      }
    }
  }

  void LearnDecision(Index i, const v1::ContactRef& source) {
    const Note& note = shared_.notes[i];
    if (source.agency().empty() || !Counts(source.agency())) return;
    Learn(source.agency(), {How::kAuthored, note.seq, note.placed, note.seq, {}, {}},
          knowledge_.notes[i]);
  }

  const Known& shared_;
  const AlertEvidence& alerts_;
  std::string_view only_;
  std::vector<std::pair<Seq, Index>> by_seq_;
  std::map<Target, Index> by_target_;
  std::map<Index, std::vector<Index>> beside_;  // who is read beside each
  Knowledge knowledge_;
};

// Leaves of a vector what the flag of the same place says.
template <typename T>
void Keep(const std::vector<Knowers>& knowers, std::vector<T>& all) {
  Index kept = 0;
  for (Index i = 0; i < all.size(); ++i) {
    if (knowers[i].empty()) continue;
    if (kept != i) all[kept] = std::move(all[i]);
    ++kept;
  }
  all.resize(kept);
}

}  // namespace

std::string_view HowName(How how) {
  switch (how) {
    case How::kAuthored:
      return "authored";
    case How::kReceived:
      return "received";
    case How::kOpened:
      return "opened";
    case How::kAlerted:
      return "alerted";
  }
  return "";
}

std::string_view AlertHad(const v1::Contact& contact) {
  switch (contact.detail_case()) {
    case v1::Contact::kAlertDelivered:
      return contact.alert_delivered().alert();
    case v1::Contact::kAlertSeen:
      return contact.alert_seen().alert();
    case v1::Contact::kAlertAcknowledged:
      return contact.alert_acknowledged().alert();
    case v1::Contact::kAlertActedOn:
      return contact.alert_acted_on().alert();
    case v1::Contact::kAlertNoAction:
      return contact.alert_no_action().alert();
    case v1::Contact::kAlertDataWrong:
      return contact.alert_data_wrong().alert();
    case v1::Contact::kAlertEscalated:
      return contact.alert_escalated().alert();
    case v1::Contact::kAlertClosed:
      return contact.alert_closed().alert();
    default:
      return {};
  }
}

bool WasNotRead(const Learned& learned) {
  return learned.how == How::kOpened &&
         std::any_of(learned.but_for.begin(), learned.but_for.end(),
                     [](const auto& mark) { return HidesWhat(mark) == Hides::kContent; });
}

Knowledge WhoKnows(const Known& shared, const AlertEvidence& alerts, std::string_view agency) {
  return Knowing(shared, alerts, agency).Run();
}

namespace {

// What another agency's correction corrects further tells who knows what it corrects.
void LeaveWhatIsKnownOfCorrections(std::string_view agency, Known& known) {
  for (Entry& entry : known.entries) {
    if (entry.agency == agency) continue;
    auto& in_turn = entry.corrects_in_turn;
    for (std::size_t i = 0; i + 1 < in_turn.size(); ++i) {
      if (known.Find(in_turn[i].agency, in_turn[i].contact_id) == nullptr) in_turn.resize(i + 1);
    }
  }
}

}  // namespace

namespace {

// Those that hid something of it whenever it was seen.
Marks HidThroughout(const std::vector<Learned>& learned) {
  Marks marks = learned.front().but_for;
  for (const Learned& one : learned) {
    std::erase_if(marks, [&](const auto& mark) { return !one.but_for.contains(mark); });
  }
  return marks;
}

}  // namespace

void LeaveWhatIsKnownTo(std::string_view agency, const AlertEvidence& alerts, Known& held) {
  const bool acts = std::any_of(held.entries.begin(), held.entries.end(),
                                [](const Entry& entry) { return Acts(*entry.stated); });
  Known shared;
  if (acts) {
    shared = held;
    ApplyEffects(shared.entries);
  }
  Knowledge knowledge = WhoKnows(acts ? shared : held, alerts, agency);
  const Index all = held.entries.size();
  for (Index i = 0; i < all; ++i) {
    Knowers& knowers = knowledge.entries[i];
    if (knowers.empty()) continue;
    held.entries[i].learned = std::move(knowers.begin()->second);
    std::vector<Learned>& learned = held.entries[i].learned;
    held.entries[i].unread = HidThroughout(learned);
    if (!std::all_of(learned.begin(), learned.end(), WasNotRead))
      std::erase_if(learned, WasNotRead);
  }
  Keep(knowledge.entries, held.entries);
  LeaveWhatIsKnownOfCorrections(agency, held);
  Keep(knowledge.notes, held.notes);
  held.through = agency;
  held.hidden_later = 0;
  held.hidden_unknown = static_cast<std::uint32_t>(all - held.entries.size());
  if (acts) ApplyEffects(held.entries);
  std::sort(held.entries.begin(), held.entries.end(),
            [](const Entry& a, const Entry& b) { return a.seq < b.seq; });
}

}  // namespace throughline::chronology
