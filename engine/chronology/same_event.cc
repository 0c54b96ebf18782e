#include "engine/chronology/same_event.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>
#include <utility>

#include "embedded/same_event_yaml.h"
#include "engine/base/built_in.h"
#include "engine/base/yaml.h"
#include "engine/contact/catalogue.h"
#include "engine/contact/read_contact.h"

namespace throughline::chronology {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using yaml::Node;

constexpr int kMostHours = 24;

// Reads the file, noting each fault.
class PairsFile {
 public:
  explicit PairsFile(std::string_view name) : name_(name) {}

  Result<SameEventPairs> Read(const Node& root) {
    SameEventPairs pairs;
    const Node* all = root.Find("pairs");
    if (all == nullptr || all->kind != Node::Kind::kList) {
      Add(root, "`pairs` is a list");
    } else {
      for (const Node& node : all->items) pairs.push_back(ReadPair(node));
    }
    if (!faults_.empty()) return Fail(yaml::Refused(faults_));
    return pairs;
  }

 private:
  void Add(const Node& node, std::string text) {
    faults_.push_back({name_, node.place, std::move(text)});
  }

  SameEventPair ReadPair(const Node& node) {
    static constexpr std::array<std::string_view, 4> kKeys = {"kinds", "within_hours", "only",
                                                              "source"};
    SameEventPair pair;
    for (const auto& [key, value] : node.entries) {
      if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end())
        Add(node, "no such key: " + key);
    }
    const Node* kinds = node.Find("kinds");
    if (kinds == nullptr || kinds->items.size() != 2) {
      Add(node, "`kinds` names two kinds");
    } else {
      pair.first = ReadKind(kinds->items[0]);
      pair.second = ReadKind(kinds->items[1]);
    }
    ReadHours(node, pair);
    const Node* source = node.Find("source");
    if (source == nullptr || source->scalar.empty()) {
      Add(node, "a pair says its `source`");
    } else {
      pair.source = source->scalar;
    }
    if (const Node* only = node.Find("only")) ReadOnly(*only, pair);
    return pair;
  }

  std::string ReadKind(const Node& node) {
    if (!contact::Catalogue::Get().kinds().contains(node.scalar)) {
      Add(node, "no such kind: " + node.scalar);
    }
    return node.scalar;
  }

  void ReadHours(const Node& node, SameEventPair& pair) {
    const Node* hours = node.Find("within_hours");
    int count = 0;
    const std::string text = hours == nullptr ? "" : hours->scalar;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (fault != std::errc() || end != text.data() + text.size() || count < 1 ||
        count > kMostHours) {
      Add(hours == nullptr ? node : *hours,
          "`within_hours` is a whole number from 1 to " + std::to_string(kMostHours));
    }
    pair.within = count * kHour;
  }

  void ReadOnly(const Node& only, SameEventPair& pair) {
    for (const auto& [detail, codes] : only.entries) {
      for (const Node& code : codes.items) pair.only[detail].insert(code.scalar);
    }
  }

  std::string name_;
  std::vector<yaml::Fault> faults_;
};

// Whether each detail that the pair restricts, and the kind has, has one of its codes.
bool Fits(const v1::Contact& contact, const SameEventPair& pair) {
  const contact::Kind* kind = contact::Catalogue::Get().Of(contact);
  if (kind == nullptr) return false;
  const Message& detail = contact.GetReflection()->GetMessage(contact, kind->field);
  for (const auto& [name, codes] : pair.only) {
    const FieldDescriptor* field = detail.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || field->is_repeated() ||
        field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
      continue;
    }
    if (!codes.contains(detail.GetReflection()->GetString(detail, field))) return false;
  }
  return true;
}

bool CanBeOffered(const Entry& entry) {
  const bool stands = entry.withdrawn_by == 0 && entry.retracted_by == 0 && !entry.erased &&
                      !entry.withheld && entry.corrects == 0 && entry.superseded_by == 0;
  return stands && entry.occurred.latest - entry.occurred.earliest <= kDay;
}

bool LinksTo(const Entry& from, const Entry& to) {
  const auto& links = from.contact->links();
  return std::any_of(links.begin(), links.end(), [&](const v1::Contact::Link& link) {
    return contact::Resolve(link.target(), from.agency) ==
           contact::Target{to.agency, to.contact_id};
  });
}

bool IsSaidOrDecided(const Entry& a, const Entry& b) {
  const Seq group_a = a.duplicate_of != 0 ? a.duplicate_of : a.seq;
  const Seq group_b = b.duplicate_of != 0 ? b.duplicate_of : b.seq;
  const auto& apart = a.decided_apart;
  return group_a == group_b || std::find(apart.begin(), apart.end(), b.seq) != apart.end() ||
         LinksTo(a, b) || LinksTo(b, a);
}

bool AreTwoSources(const Entry& a, const Entry& b) {
  return a.agency != b.agency || a.contact->source().system() != b.contact->source().system();
}

bool Matches(const Entry& a, const Entry& b, Millis apart, const SameEventPair& pair) {
  const bool kinds = (a.kind == pair.first && b.kind == pair.second) ||
                     (a.kind == pair.second && b.kind == pair.first);
  return kinds && apart <= pair.within && Fits(*a.contact, pair) && Fits(*b.contact, pair);
}

}  // namespace

Result<SameEventPairs> ReadSameEventPairs(std::string_view yaml, std::string_view name) {
  TL_ASSIGN(Node root, yaml::Parse(yaml, name));
  return PairsFile(name).Read(root);
}

const SameEventPairs& StarterSameEvent() {
  static const auto pairs =
      BuiltIn(ReadSameEventPairs(embedded::same_event_yaml, "deploy/same-event/starter.yaml"));
  return pairs;
}

std::vector<PerhapsSame> FindPerhapsSame(const Known& known, const SameEventPairs& pairs) {
  std::set<std::string_view> kinds;
  for (const SameEventPair& pair : pairs) kinds.insert({pair.first, pair.second});
  std::vector<const Entry*> candidates;
  for (const Entry& entry : known.entries) {
    if (kinds.contains(entry.kind) && CanBeOffered(entry)) candidates.push_back(&entry);
  }
  std::sort(candidates.begin(), candidates.end(), [](const Entry* a, const Entry* b) {
    return std::pair(a->occurred.earliest, a->seq) < std::pair(b->occurred.earliest, b->seq);
  });
  std::vector<PerhapsSame> offers;
  for (auto a = candidates.begin(); a != candidates.end(); ++a) {
    for (auto b = a + 1; b != candidates.end(); ++b) {
      const Millis apart = std::max<Millis>((*b)->occurred.earliest - (*a)->occurred.latest, 0);
      if (apart > kMostHours * kHour) break;
      const bool matches = std::any_of(pairs.begin(), pairs.end(), [&](const auto& pair) {
        return Matches(**a, **b, apart, pair);
      });
      if (!matches || !AreTwoSources(**a, **b) || IsSaidOrDecided(**a, **b)) continue;
      offers.push_back({std::min((*a)->seq, (*b)->seq), std::max((*a)->seq, (*b)->seq), apart});
    }
  }
  std::sort(offers.begin(), offers.end(), [](const PerhapsSame& a, const PerhapsSame& b) {
    return std::tie(a.apart, a.first, a.second) < std::tie(b.apart, b.first, b.second);
  });
  std::map<Seq, int> count;
  const auto too_many = [&](const PerhapsSame& offer) {
    if (count[offer.first] >= kMostOffers || count[offer.second] >= kMostOffers) return true;
    ++count[offer.first];
    ++count[offer.second];
    return false;
  };
  offers.erase(std::remove_if(offers.begin(), offers.end(), too_many), offers.end());
  std::sort(offers.begin(), offers.end(), [](const PerhapsSame& a, const PerhapsSame& b) {
    return std::tie(a.first, a.second) < std::tie(b.first, b.second);
  });
  return offers;
}

}  // namespace throughline::chronology
