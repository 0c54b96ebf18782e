#include "consumers/throughline/case/written_contacts.h"

#include <utility>

#include "engine/base/nearest.h"

namespace throughline::cases {

WrittenContacts::WrittenContacts(const yaml::Node& root) {
  const yaml::Node* contacts = root.Find("contacts");
  if (contacts == nullptr) return;
  for (const auto& node : contacts->items) {
    const yaml::Node* agency = node.Find("agency");
    const yaml::Node* id = node.Find("id");
    if (agency != nullptr && id != nullptr) written_.insert({agency->scalar, id->scalar});
  }
}

std::vector<contact::Target> WrittenContacts::Read(const yaml::Node& node, Faults& faults) const {
  std::vector<contact::Target> read;
  for (const auto& [text, place] : TextsOf(node, faults)) {
    const auto space = text.find(' ');
    if (space == std::string::npos) {
      faults.Add(place, "a contact is named by its agency and its id, as in police P-1");
      continue;
    }
    contact::Target target{text.substr(0, space), text.substr(space + 1)};
    if (!written_.contains(target)) {
      std::vector<std::string> names;
      names.reserve(written_.size());
      for (const contact::Target& one : written_) names.push_back(Named(one));
      const std::vector<std::string_view> known(names.begin(), names.end());
      faults.Add(place, "no such contact: {}{}", text, DidYouMean(text, known));
      continue;
    }
    read.push_back(std::move(target));
  }
  return read;
}

std::string Named(const contact::Target& target) { return target.agency + " " + target.contact_id; }

}  // namespace throughline::cases
