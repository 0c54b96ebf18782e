#include "tests/consumers/risk/records.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "consumers/risk/wording.h"
#include "engine/chronology/effects.h"
#include "engine/contact/catalogue.h"
#include "engine/contact/compact.h"
#include "engine/contact/read_contact.h"

namespace throughline::risk {
namespace {

std::string FileText(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

CompiledPolicy Compiled(const std::vector<PolicyFile>& files) {
  auto policy = ReadPolicy(files);
  EXPECT_TRUE(policy.has_value()) << policy.error().text;
  if (!policy) return {};
  auto compiled = CompiledPolicy::Compile({*policy});
  EXPECT_TRUE(compiled.has_value()) << compiled.error().text;
  return compiled ? *compiled : CompiledPolicy();
}

std::string Text(const yaml::Node& node, std::string_view key, std::string fallback) {
  const auto* value = node.Find(key);
  return value == nullptr ? fallback : value->scalar;
}

// Drops the keys that a compact contact does not know.
yaml::Node Without(const yaml::Node& node, std::initializer_list<std::string_view> keys) {
  yaml::Node rest = node;
  for (const auto key : keys) {
    for (std::size_t i = 0; i < rest.entries.size(); ++i) {
      if (rest.entries[i].first != key) continue;
      rest.entries.erase(rest.entries.begin() + static_cast<std::ptrdiff_t>(i));
      rest.key_places.erase(rest.key_places.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
  }
  return rest;
}

chronology::Entry EntryOf(const yaml::Node& node, Seq seq) {
  const auto compact = contact::FromCompact(
      Without(node, {"agency", "received", "history", "as", "came_by"}), "record");
  for (const auto& fault : compact.faults) ADD_FAILURE() << fault.Text();
  v1::Contact contact = compact.contact;
  if (contact.subjects().empty()) {
    auto* subject = contact.add_subjects();
    subject->set_label("child");
    subject->set_person_kind(Text(node, "as", "child"));
    subject->add_roles("subject_child");
  }
  chronology::Entry entry;
  entry.seq = seq;
  entry.known_seq = seq;
  entry.agency = Text(node, "agency", "police");
  entry.contact_id = contact.contact_id();
  entry.kind = contact::KindName(contact);
  entry.stated_kind = entry.kind;
  entry.occurred = contact::Occurred(contact);
  const std::string received = Text(node, "received", "");
  entry.received = received.empty() ? 0 : At(received);
  entry.recorded = contact::RecordedInstant(contact, entry.received);
  if (entry.received == 0) entry.received = entry.recorded;
  entry.placed = entry.received;
  entry.known = entry.placed;
  entry.history = Text(node, "history", "no") == "yes";
  const auto& subject = contact.subjects(0);
  entry.placement.set_person(std::string(TestChild().Raw()));
  entry.placement.set_person_kind(subject.person_kind());
  *entry.placement.mutable_roles() = subject.roles();
  entry.placement.set_label(subject.label());
  entry.placement.set_why(Text(node, "came_by", "subject"));
  if (contact.has_contact_corrected()) {
    entry.corrects_in_turn.push_back(
        contact::Resolve(contact.contact_corrected().of(), entry.agency));
  }
  entry.contact = std::make_shared<const v1::Contact>(std::move(contact));
  entry.stated = entry.contact;
  return entry;
}

}  // namespace

std::vector<PolicyFile> StarterFiles() {
  std::vector<PolicyFile> files;
  const std::filesystem::path folder = THROUGHLINE_SOURCE_DIR "/deploy/policy/starter";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".yaml") continue;
    files.push_back({file.path().filename().string(), FileText(file.path())});
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return files;
}

CompiledPolicy StarterPolicy() { return Compiled(StarterFiles()); }

CompiledPolicy PolicyOf(const std::string& rules) {
  return Compiled(
      {{"policy.yaml", "id: test\nversion: 1\ntitle: Test\n"}, {"rules.yaml", "rules:\n" + rules}});
}

const Calendars& England() {
  static const Calendars calendars = [] {
    Calendars all;
    auto england = Calendar::Parse(
        FileText(THROUGHLINE_SOURCE_DIR "/deploy/calendars/england.yaml"), "england.yaml");
    EXPECT_TRUE(england.has_value());
    if (england) all.emplace("england", *england);
    return all;
  }();
  return calendars;
}

std::vector<chronology::Entry> Record(const std::string& contacts) {
  std::vector<chronology::Entry> entries;
  const auto root = yaml::Parse(contacts, "record");
  EXPECT_TRUE(root.has_value()) << root.error().text;
  if (!root) return entries;
  for (const auto& node : root->items) entries.push_back(EntryOf(node, entries.size() + 1));
  chronology::ApplyEffects(entries);
  return entries;
}

PersonId TestChild() { return *PersonId::FromText("00112233445566778899aabbccddeeff"); }

Millis At(std::string_view text) {
  const auto written = ParseWrittenTime(text);
  EXPECT_TRUE(written.has_value()) << text;
  return written ? written->interval.earliest : 0;
}

std::vector<std::string> Said(const CompiledPolicy& policy,
                              const std::vector<chronology::Entry>& entries, Millis at,
                              const Lens& lens) {
  const Child child{TestChild(), entries};
  const Setting setting{&England(), {}, lens};
  std::vector<std::string> lines;
  for (const Episode& episode : Evaluate(policy, child, at, setting).episodes) {
    std::string line = policy.rules()[episode.rule].rule.id();
    line += " " + (episode.anchor ? entries[*episode.anchor].contact_id : "-") + " [";
    for (std::size_t i = 0; i < episode.evidence.size(); ++i) {
      line += (i == 0 ? "" : " ") + entries[episode.evidence[i]].contact_id;
    }
    line += "]";
    for (const auto& missing : episode.missing) line += " " + missing + ";";
    if (episode.from_history) line += " from history";
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace throughline::risk
