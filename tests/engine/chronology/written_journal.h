#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/uk_time.h"
#include "engine/base/yaml.h"
#include "engine/chronology/chronology_fold.h"
#include "engine/chronology/read.h"
#include "engine/contact/catalogue.h"
#include "engine/contact/compact.h"
#include "engine/contact/labels.h"
#include "engine/contact/read_contact.h"
#include "engine/log/journal.h"
#include "engine/projection/shard.h"

namespace throughline::chronology {

inline PersonId PersonOf(char name) {
  PersonId person;
  person.bytes.fill(static_cast<std::uint8_t>(name));
  return person;
}

// An instant as people write it: "2026-03-04" (its midnight) or "2026-03-04T09:00".
inline Millis At(std::string_view text) {
  const auto written = ParseWrittenTime(text);
  EXPECT_TRUE(written.has_value()) << text;
  return written.has_value() ? written->interval.earliest : 0;
}

// A contact in its compact form; envelope fields that it leaves out are filled in.
inline v1::Contact ContactOf(std::string_view yaml) {
  const auto node = yaml::Parse(yaml, "contact");
  EXPECT_TRUE(node.has_value()) << (node.has_value() ? "" : node.error().text);
  auto compact = contact::FromCompact(*node, "contact");
  for (const auto& fault : compact.faults) ADD_FAILURE() << fault.Text() << "\n" << yaml;
  v1::Contact contact = std::move(compact.contact);
  if (contact.author().role().empty()) contact.mutable_author()->set_role("social_worker");
  if (contact.source().system().empty()) contact.mutable_source()->set_system("records");
  return contact;
}

// A journal written by hand, and what the chronology fold made of it. Each record stands one minute
// after the one before unless Now() says otherwise.
class WrittenJournal {
 public:
  explicit WrittenJournal(projection::ShardOf shard = {})
      : shard_(&store_, nullptr, shard, {&fold_}) {}

  void Now(std::string_view at) { now_ = At(at) - kMinute; }

  struct On {
    char person;
    std::string label;
    std::string why = "subject";
    std::string kind = "child";
    std::vector<std::string> roles = {"subject_child"};
  };

  // As intake notes it: the contact as it should read names them by the same label.
  static void NameIn(const v1::Contact& body, v1::Placement& placement) {
    const std::string_view label = placement.label();
    if (contact::SubjectWith(body, label) == nullptr) return;
    placement.add_also_labels(std::string(contact::kReplaces) + placement.label());
  }

  // As intake notes it: what a correction of a correction corrects, whichever came first.
  void TellChain(const v1::Contact& contact, v1::Placed& placed) {
    if (!contact.has_contact_corrected()) return;
    const contact::Target own{placed.agency(), placed.contact_id()};
    const auto of = contact::Resolve(contact.contact_corrected().of(), placed.agency());
    if (of.agency != placed.agency()) return;
    placed.mutable_takes_back()->set_contact_id(of.contact_id);
    std::vector<std::string> chain = {of.contact_id};
    if (const auto on = chains_.find(of); on != chains_.end() && of != own) {
      chain.insert(chain.end(), on->second.begin(), on->second.end());
    }
    chains_[own] = chain;
    placed.mutable_corrects_further()->Assign(chain.begin() + 1, chain.end());
    for (auto& [by, other] : chains_) {
      if (by == own || by.agency != own.agency || other.back() != own.contact_id) continue;
      placed.add_corrected_by(by.contact_id);
      other.insert(other.end(), chain.begin(), chain.end());
    }
  }

  v1::Placement PlacementOf(const On& on) const {
    v1::Placement placement;
    placement.set_person(std::string(PersonOf(on.person).Raw()));
    placement.set_person_kind(on.kind);
    placement.set_label(on.label);
    placement.set_why(on.why);
    for (const std::string& role : on.roles) placement.add_roles(role);
    return placement;
  }

  Seq PlaceBytes(const std::string& agency, const std::string& contact_id, const std::string& kind,
                 const std::string& bytes, const std::vector<On>& to,
                 const std::function<void(v1::Placed&)>& change = {}) {
    log::Accepted record;
    v1::Placed& placed = *record.decision.mutable_placed();
    placed.set_agency(agency);
    placed.set_contact_id(contact_id);
    placed.set_kind(kind);
    for (const On& on : to) *placed.add_to() = PlacementOf(on);
    placed.set_contact_sha256(Sha256(bytes));
    if (change) change(placed);
    record.contacts.push_back({bytes, false});
    return Append(std::move(record));
  }

  Seq Place(const std::string& agency, const v1::Contact& contact, const std::vector<On>& to,
            const std::function<void(v1::Placed&)>& change = {}) {
    const v1::Contact& body = contact.contact_corrected().replaces();
    return PlaceBytes(agency, contact.contact_id(), contact::KindName(contact),
                      contact.SerializeAsString(), to, [&](v1::Placed& placed) {
                        for (v1::Placement& one : *placed.mutable_to()) NameIn(body, one);
                        TellChain(contact, placed);
                        if (change) change(placed);
                      });
  }
  Seq Place(const std::string& agency, std::string_view yaml, const std::vector<On>& to) {
    return Place(agency, ContactOf(yaml), to);
  }

  Seq Decide(const v1::Decision& decision, std::vector<log::Item> contacts = {}) {
    log::Accepted record;
    record.decision = decision;
    record.contacts = std::move(contacts);
    return Append(std::move(record));
  }

  // By a part of the record before.
  Seq Withdraw(char person, Seq seq, const std::string& reason) {
    v1::Decision decision;
    v1::PlacedBecause& placed = *decision.mutable_placed_because();
    placed.set_because(records_.size());
    placed.set_part(1);
    placed.set_of(1);
    placed.set_reason(reason);
    v1::EarlierContact& one = *placed.add_contacts();
    one.set_seq(seq);
    one.add_from(std::string(PersonOf(person).Raw()));
    return Decide(decision, {{}});
  }

  // Part `part` of `of` of what the decision at `because` brings to a person: earlier records.
  Seq Bring(Seq because, std::uint32_t part, std::uint32_t of, const std::vector<Seq>& earlier,
            const On& on) {
    v1::Decision decision;
    v1::PlacedBecause& placed = *decision.mutable_placed_because();
    placed.set_because(because);
    placed.set_part(part);
    placed.set_of(of);
    std::vector<log::Item> items;
    for (const Seq seq : earlier) {
      const log::Accepted& first = records_.at(seq - 1);
      v1::EarlierContact& one = *placed.add_contacts();
      one.set_seq(seq);
      one.set_agency(first.decision.placed().agency());
      one.set_contact_id(first.decision.placed().contact_id());
      one.set_kind(first.decision.placed().kind());
      one.set_placed_ms(first.envelope.placed_ms());
      one.set_received_ms(first.envelope.received_ms());
      *one.add_to() = PlacementOf(on);
      const auto chain = chains_.find({one.agency(), one.contact_id()});
      if (chain != chains_.end()) {
        one.mutable_corrects_further()->Assign(chain->second.begin() + 1, chain->second.end());
      }
      items.push_back(first.contacts.at(0));
    }
    return Decide(decision, items);
  }

  Seq Append(log::Accepted record) {
    const Seq seq = records_.size() + 1;
    now_ += kMinute;
    record.envelope.set_seq(seq);
    record.envelope.set_placed_ms(now_);
    record.envelope.set_received_ms(now_ - kSecond);
    record.hash = Sha256(std::to_string(seq));
    record.offset = static_cast<std::int64_t>(seq);
    records_.push_back(record);
    const auto applied = shard_.Apply(records_.back());
    EXPECT_TRUE(applied.has_value()) << applied.error().text;
    return seq;
  }

  Known Read(char person = 'a', Seq up_to = kEverything) const {
    return ReadKnown(reads(), PersonOf(person), up_to);
  }

  const projection::Writes& reads() const { return shard_.state(); }
  const std::vector<log::Accepted>& records() const { return records_; }
  std::uint64_t refused() const { return shard_.Position()->refused; }

 private:
  projection::MemoryStore store_;
  ChronologyFold fold_;
  projection::Shard shard_;
  std::vector<log::Accepted> records_;
  std::map<contact::Target, std::vector<std::string>> chains_;  // of each correction, what follows
  Millis now_ = At("2026-01-05T09:00") - kMinute;
};

inline std::vector<Seq> SeqsOf(const Known& known) {
  std::vector<Seq> seqs;
  for (const Entry& entry : known.entries) seqs.push_back(entry.seq);
  return seqs;
}

}  // namespace throughline::chronology
