#include "tests/sim/family.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "consumers/risk/policy_file.h"
#include "engine/base/check.h"
#include "engine/base/uk_time.h"
#include "engine/base/yaml.h"
#include "engine/contact/compact.h"
#include "engine/contact/feed_headers.h"

namespace throughline::sim {
namespace {

constexpr const char* kKinds[] = {
    "{kind: domestic_abuse_callout, author: {role: police_officer}, concerns: [domestic_abuse], "
    "detail: {separation: no}}",
    "{kind: domestic_abuse_callout, author: {role: police_officer}, concerns: [domestic_abuse], "
    "detail: {separation: yes}, sharing: [{recipient: school, expectation: act}]}",
    "{kind: vulnerable_child_notification, author: {role: police_officer}, detail: {}}",
    "{kind: concern_noted, author: {role: teacher}, concerns: [neglect], detail: {raised_by: "
    "teacher}}",
    "{kind: home_observed, author: {role: social_worker}, concerns: [neglect_home_conditions], "
    "detail: {}}",
    "{kind: was_not_brought, author: {role: paediatrician}, detail: {service: eyes}}",
    "{kind: attendance, author: {role: paediatrician}, concerns: [injury], detail: {service: "
    "emergency, reason: A fall}}",
    "{kind: referral_made, author: {role: teacher}, detail: {to: social-care}, sharing: "
    "[{recipient: social-care, expectation: act}]}",
    "{kind: strategy_discussion, author: {role: social_worker}, detail: {section_47: no}}",
    "{kind: case_closed, author: {role: social_worker}, detail: {checks_updated: no}}",
    "{kind: information_shared, author: {role: teacher}, detail: {summary: Told.}}",
};
constexpr const char* kAnswers[] = {
    "{kind: handover_received, author: {role: social_worker}, detail: {told_by: recipient}}",
    "{kind: handover_considered, author: {role: social_worker}, detail: {}}",
};
constexpr const char* kRetraction =
    "{kind: contact_retracted, author: {role: police_officer}, detail: {why: not_ours}}";
constexpr const char* kCorrection =
    "{kind: contact_corrected, author: {role: police_officer}, detail: {why: The time was wrong.}}";

std::vector<v1::Contact> Parsed(const char* const* begin, std::size_t count) {
  std::vector<v1::Contact> all;
  for (std::size_t i = 0; i < count; ++i) {
    const auto node = yaml::Parse(begin[i], "family");
    CHECK(node.has_value());
    auto compact = contact::FromCompact(*node, "family");
    CHECK(compact.faults.empty());
    compact.contact.mutable_source()->set_system("records");
    compact.contact.mutable_source()->set_record_ref("1");
    all.push_back(std::move(compact.contact));
  }
  return all;
}

const std::vector<v1::Contact>& Kinds() {
  static const auto all = Parsed(kKinds, std::size(kKinds));
  return all;
}
const std::vector<v1::Contact>& Answers() {
  static const auto all = Parsed(kAnswers, std::size(kAnswers));
  return all;
}
const v1::Contact& Retraction() {
  static const auto all = Parsed(&kRetraction, 1);
  return all.front();
}
const v1::Contact& CorrectionOnly() {
  static const auto all = Parsed(&kCorrection, 1);
  return all.front();
}

std::string Written(Millis at) {
  std::string text = FormatMinute(at);
  text[10] = 'T';
  return text;
}

// Children with valid NHS numbers.
constexpr const char* kNhsNumbers[] = {"9434765919", "9434765870", "9434765838", "9434765773",
                                       "4505577104"};

v1::Contact Spoken(const std::string& id, Millis now) {
  v1::Contact contact;
  contact.set_contact_id(id);
  contact.mutable_occurred()->set_at(Written(now - kHour));
  contact.mutable_recorded()->set_at(Written(now - kHour));
  contact.mutable_author()->set_role("operator");
  contact.mutable_source()->set_system("throughline");
  contact.mutable_source()->set_record_ref("1");
  return contact;
}

}  // namespace

Family::Family(Random& random, std::size_t children) : random_(random), children_(children) {}

void Family::Times(v1::Contact& contact, Millis now) {
  const bool late = random_.Chance(15);
  const Millis recorded = now - 20 * kMinute - (late ? random_.Between(1, 40) * kDay : 0);
  const Millis occurred = recorded - random_.Between(0, 3 * 24 * 60) * kMinute;
  contact.mutable_recorded()->set_at(Written(recorded));
  std::string text = Written(occurred);
  if (random_.Chance(30)) text.resize(10);
  contact.mutable_occurred()->set_at(std::move(text));
}

void Family::AddChild(v1::Contact& contact, const std::string& agency, std::size_t child) {
  auto& subject = *contact.add_subjects();
  subject.set_label("child-" + std::to_string(child));
  subject.set_person_kind("child");
  subject.add_roles("subject_child");
  const bool national = random_.Chance(70);
  if (national) {
    auto& reference = *subject.add_references();
    reference.set_scheme("nhs-number");
    reference.set_value(kNhsNumbers[child]);
  }
  if (!national || random_.Chance(40)) {
    auto& reference = *subject.add_references();
    reference.set_scheme("local-id");
    reference.set_value(agency + std::to_string(child));
  }
}

void Family::Subjects(v1::Contact& contact, const std::string& agency) {
  std::size_t first = random_.Below(children_);
  AddChild(contact, agency, first);
  if (children_ > 1 && random_.Chance(30)) {
    AddChild(contact, agency, (first + 1) % children_);
  }
  if (random_.Chance(40)) {
    auto& mother = *contact.add_subjects();
    mother.set_label("mother");
    mother.set_person_kind("adult");
    mother.add_roles("parent_carer");
    auto& reference = *mother.add_references();
    reference.set_scheme("local-id");
    reference.set_value(agency + "-mother");
  }
}

const Sent* Family::EarlierOf(const std::string& agency) {
  std::vector<const Sent*> own;
  for (const Sent& sent : sent_) {
    if (agency.empty() || sent.agency == agency) own.push_back(&sent);
  }
  return own.empty() ? nullptr : own[random_.Below(own.size())];
}

v1::Contact Family::Correction(const Sent& of, Millis now) {
  v1::Contact contact = CorrectionOnly();
  v1::Contact before;
  CHECK(before.ParseFromString(of.message.value));
  auto& detail = *contact.mutable_contact_corrected();
  detail.mutable_of()->set_contact_id(of.contact_id);
  if (before.subjects_size() > 0) {
    *detail.mutable_replaces() = before;
    v1::Contact& body = *detail.mutable_replaces();
    body.mutable_occurred()->set_at(Written(now - random_.Between(1, 5) * kDay));
    body.mutable_recorded()->set_at(Written(now - kHour));
    *contact.mutable_subjects() = before.subjects();
  }
  auto& link = *contact.add_links();
  link.set_link("corrects");
  link.mutable_target()->set_contact_id(of.contact_id);
  return contact;
}

v1::Contact Family::Draw(const std::string& agency, Millis now) {
  const std::size_t which = random_.Below(100);
  // Of a contact that was not made yet: it may come later.
  const bool ahead = random_.Chance(20);
  const std::string ahead_id = "C" + std::to_string(made_ + 2 + random_.Below(4));
  if (which < 16 && !sent_.empty()) {
    v1::Contact contact = Answers()[random_.Below(Answers().size())];
    const Sent* target = EarlierOf("");
    auto& link = *contact.add_links();
    link.set_link("answers");
    link.mutable_target()->set_agency(ahead ? kAgencies[random_.Below(kAgencyCount)]
                                            : target->agency);
    link.mutable_target()->set_contact_id(ahead ? ahead_id : target->contact_id);
    return contact;
  }
  const Sent* own = EarlierOf(agency);
  if (which < 22 && own != nullptr) {
    v1::Contact contact = Retraction();
    const std::string of = ahead ? ahead_id : own->contact_id;
    contact.mutable_contact_retracted()->mutable_of()->set_contact_id(of);
    auto& link = *contact.add_links();
    link.set_link("retracts");
    link.mutable_target()->set_contact_id(of);
    return contact;
  }
  if (which < 28 && own != nullptr) {
    v1::Contact before;
    CHECK(before.ParseFromString(own->message.value));
    if (!before.has_contact_corrected() && before.subjects_size() > 0) return Correction(*own, now);
  }
  v1::Contact contact = Kinds()[random_.Below(Kinds().size())];
  Subjects(contact, agency);
  const Sent* earlier = EarlierOf("");
  if (earlier != nullptr && random_.Chance(20)) {
    auto& link = *contact.add_links();
    link.set_link("follows");
    link.mutable_target()->set_agency(earlier->agency);
    link.mutable_target()->set_contact_id(earlier->contact_id);
  }
  return contact;
}

Sent Family::Publish(const std::string& agency, const v1::Contact& contact) {
  Sent sent{agency, contact.contact_id(), {}};
  sent.message.value = contact.SerializeAsString();
  if (random_.Chance(8)) {
    sent.message.headers.push_back(
        {std::string(contact::kHistoryHeader), std::string(contact::kHistoryYes)});
  }
  return sent;
}

Sent Family::Next(Millis now) {
  const std::string agency = kAgencies[random_.Below(kAgencyCount)];
  v1::Contact contact = Draw(agency, now);
  contact.set_contact_id("C" + std::to_string(++made_));
  Times(contact, now);
  Sent sent = Publish(agency, contact);
  sent_.push_back(sent);
  return sent;
}

Sent Family::Again(Millis now, bool other_bytes) {
  Sent sent = sent_[random_.Below(sent_.size())];
  if (!other_bytes) return sent;
  v1::Contact contact;
  CHECK(contact.ParseFromString(sent.message.value));
  Times(contact, now);
  contact.mutable_source()->set_record_ref(std::to_string(++made_));
  sent.message.value = contact.SerializeAsString();
  return sent;
}

Sent Family::Invalid(Millis now) {
  const std::string agency = kAgencies[random_.Below(kAgencyCount)];
  Sent sent{agency, {}, {}};
  if (random_.Chance(50)) {
    sent.message.value = "\xff\xff no contact " + std::to_string(random_.Below(1000));
    return sent;
  }
  v1::Contact contact = Kinds()[random_.Below(Kinds().size())];
  contact.set_contact_id("C" + std::to_string(++made_));
  Times(contact, now);
  AddChild(contact, agency, 0);
  contact.clear_author();
  sent.contact_id = contact.contact_id();
  sent.message.value = contact.SerializeAsString();
  return sent;
}

std::vector<v1::Contact> Family::EachKind(Millis now) {
  std::vector<v1::Contact> all;
  Random random(1);
  Family family(random, 1);
  auto add = [&](v1::Contact contact) {
    contact.set_contact_id("C" + std::to_string(all.size()));
    family.Times(contact, now);
    all.push_back(std::move(contact));
  };
  for (v1::Contact contact : Kinds()) {
    family.AddChild(contact, "police", 0);
    add(std::move(contact));
  }
  const Sent first{"police", "C0", {{}, all.front().SerializeAsString(), {}}};
  for (v1::Contact contact : Answers()) {
    auto& link = *contact.add_links();
    link.set_link("answers");
    link.mutable_target()->set_agency("police");
    link.mutable_target()->set_contact_id("C0");
    add(std::move(contact));
  }
  v1::Contact retraction = Retraction();
  retraction.mutable_contact_retracted()->mutable_of()->set_contact_id("C0");
  retraction.add_links()->set_link("retracts");
  retraction.mutable_links(0)->mutable_target()->set_contact_id("C0");
  add(std::move(retraction));
  add(family.Correction(first, now));
  return all;
}

v1::Contact FeedActivation(const std::string& id, const std::string& agency, Millis delay,
                           Millis now) {
  v1::Contact contact = Spoken(id, now);
  auto& feed = *contact.mutable_feed_activated();
  feed.set_agency(agency);
  feed.set_topic(log::FeedTopic(agency));
  feed.set_state("active");
  feed.set_attests(v1::TRI_NO);
  feed.set_publishing_delay_minutes(static_cast<std::uint32_t>(delay / kMinute));
  feed.set_approved_by("data_steward");
  return contact;
}

v1::Contact PolicyActivation(const std::string& id, const std::string& version, bool active,
                             Millis now) {
  v1::Contact contact = Spoken(id, now);
  auto& policy = *contact.mutable_policy_activated();
  policy.set_policy("starter");
  policy.set_version(version);
  policy.set_content(version);
  policy.set_state(active ? "active" : "retired");
  policy.add_approved_by("policy_owner");
  return contact;
}

v1::Contact CalendarActivation(const std::string& id, Millis now) {
  v1::Contact contact = Spoken(id, now);
  auto& calendar = *contact.mutable_calendar_activated();
  calendar.set_calendar("england");
  calendar.set_version("2026");
  calendar.set_content(
      "jurisdiction: england\nversion: 2026\nsource: gov.uk\ncovers: {from: 2026-01-01, until: "
      "2027-12-31}\nbank_holidays: [2026-11-20, 2026-12-25, 2026-12-28]\nschool_terms: [{from: "
      "2026-09-01, until: 2026-12-18}]\n");
  calendar.set_state("active");
  calendar.add_approved_by("data_steward");
  return contact;
}

v1::Contact Release(const std::string& id, Millis tick, Millis now) {
  v1::Contact contact = Spoken(id, now);
  contact.mutable_tick_released()->mutable_at()->set_at(Written(tick));
  contact.mutable_tick_released()->set_why("the office was closed");
  return contact;
}

namespace {

const v1::Policy& Starter() {
  static const v1::Policy starter = [] {
    std::vector<risk::PolicyFile> files;
    const std::filesystem::path folder = THROUGHLINE_SOURCE_DIR "/deploy/policy/starter";
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      std::ifstream in(file.path(), std::ios::binary);
      files.push_back(
          {file.path().filename().string(), std::string(std::istreambuf_iterator<char>(in), {})});
    }
    std::sort(files.begin(), files.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    auto policy = risk::ReadPolicy(files);
    CHECK(policy.has_value());
    return *std::move(policy);
  }();
  return starter;
}

}  // namespace

std::size_t StarterRules() { return static_cast<std::size_t>(Starter().rules_size()); }

std::vector<std::size_t> SpeakingRules() {
  const std::set<std::string> ids{"CL-01", "HO-01", "HO-02", "DA-02", "DA-03", "DA-04",
                                  "DA-06", "DA-08", "NE-02", "NE-03", "HE-03"};
  std::vector<std::size_t> numbers;
  for (int i = 0; i < Starter().rules_size(); ++i) {
    if (ids.contains(Starter().rules(i).id())) numbers.push_back(static_cast<std::size_t>(i));
  }
  CHECK(numbers.size() == ids.size());
  return numbers;
}

std::string CompileSome(const std::string& source) {
  v1::Policy policy = Starter();
  policy.clear_rules();
  policy.set_version(source);
  std::size_t number = 0;
  for (const char c : source + "-") {
    if (c != '-') {
      number = number * 10 + static_cast<std::size_t>(c - '0');
      continue;
    }
    *policy.add_rules() = Starter().rules(static_cast<int>(number % StarterRules()));
    number = 0;
  }
  return policy.SerializeAsString();
}

}  // namespace throughline::sim
