#include "engine/intake/flow_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include "embedded/flow_england.h"
#include "engine/base/yaml_reader.h"
#include "engine/contact/catalogue.h"
#include "engine/intake/family.h"

namespace throughline::intake {
namespace {

using yaml::Node;

constexpr std::array<std::pair<std::string_view, v1::Flow>, 5> kFlows{
    {{"siblings", v1::FLOW_SIBLINGS},
     {"household", v1::FLOW_HOUSEHOLD},
     {"adult", v1::FLOW_ADULT},
     {"adult_if_relevant", v1::FLOW_ADULT_IF_RELEVANT},
     {"young_parent", v1::FLOW_YOUNG_PARENT}}};

bool HasWord(const std::string& codes, std::string_view code) {
  std::istringstream words(codes);
  for (std::string word; words >> word;) {
    if (word == code) return true;
  }
  return false;
}

bool IsReasonOfEnd(std::string_view code) {
  const auto* reason = v1::RelationEndedDetail::descriptor()->FindFieldByName("reason");
  return HasWord(reason->options().GetExtension(v1::values), code);
}

// Whether a field of the detail holds a code with which the kind flows as an adult's contact.
bool FlowsAsAdultsByCode(const v1::Contact& contact, const contact::Kind& kind) {
  const auto& detail = contact.GetReflection()->GetMessage(contact, kind.field);
  const auto* descriptor = detail.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    const std::string& codes = field->options().GetExtension(v1::flow_adult_on);
    if (codes.empty() || field->is_repeated()) continue;
    const std::string value = detail.GetReflection()->GetString(detail, field);
    if (HasWord(codes, value)) return true;
  }
  return false;
}

}  // namespace

class FlowReader : private yaml::Reader {
 public:
  FlowReader(std::string_view file, FlowTable& table) : yaml::Reader(file), table_(table) {}

  const std::vector<yaml::Fault>& Read(const Node& root) {
    const std::array<std::string_view, 7> names{"flow",  "version",   "source", "household",
                                                "opens", "relations", "kinds"};
    if (!IsMapOf(root, names)) return faults();
    Text(root, "flow");
    table_.version_ = Text(root, "version");
    Text(root, "source");
    if (const Node* household = Required(root, "household")) ReadHousehold(*household);
    if (const Node* opens = Required(root, "opens")) {
      Codes(*opens, "confidence", [&](std::string code) { table_.opens_.insert(std::move(code)); });
    }
    if (const Node* relations = Required(root, "relations")) ReadRelations(*relations);
    if (const Node* kinds = root.Find("kinds")) ReadKinds(*kinds);
    return faults();
  }

 private:
  template <typename Take>
  void Each(const Node& node, const Take& take) {
    if (node.kind != Node::Kind::kList) return Add(node.place, "expected a list");
    for (const Node& item : node.items) take(item);
  }

  template <typename Take>
  void Codes(const Node& node, std::string_view list, const Take& take) {
    Each(node, [&](const Node& item) {
      if (contact::Catalogue::Get().Has(list, item.scalar)) return take(item.scalar);
      Add(item.place, fmt::format("`{}` is no code of the list {}", item.scalar, list));
    });
  }

  void ReadHousehold(const Node& node) {
    if (!IsMapOf(node, std::array<std::string_view, 4>{"most", "why", "apart", "apart_why"}))
      return;
    Text(node, "why");
    const std::string most = Text(node, "most");
    const auto [end, error] =
        std::from_chars(most.data(), most.data() + most.size(), table_.household_most_);
    if (error != std::errc() || end != most.data() + most.size()) {
      Add(node.place, "`most` must be a whole number; 0: there is no limit");
    }
    if (const Node* apart = node.Find("apart")) {
      Text(node, "apart_why");
      Each(*apart, [&](const Node& item) { table_.apart_.insert(item.scalar); });
    }
  }

  void ReadRelations(const Node& node) {
    if (node.kind != Node::Kind::kMap) return Add(node.place, "expected a map");
    for (std::size_t i = 0; i < node.entries.size(); ++i) {
      const auto& [relation, row] = node.entries[i];
      if (!contact::Catalogue::Get().Has("relation", relation)) {
        Add(node.key_places[i], fmt::format("`{}` is no code of the list relation", relation));
      }
      if (!IsMapOf(row, std::array<std::string_view, 3>{"carries", "why", "stops"})) continue;
      Text(row, "why");
      auto& carried = table_.relations_[relation].carries;
      if (const Node* stops = row.Find("stops")) ReadStops(relation, *stops);
      if (const Node* carries = Required(row, "carries")) {
        Each(*carries, [&](const Node& item) {
          if (CarriesBit(item.scalar) == 0) {
            Add(item.place, fmt::format("`{}` is nothing that a relation carries", item.scalar));
          }
          carried.push_back(item.scalar);
        });
      }
    }
  }

  void ReadStops(const std::string& relation, const Node& node) {
    if (!IsMapOf(node, std::array<std::string_view, 3>{"by", "also", "why"})) return;
    Text(node, "why");
    auto& row = table_.relations_[relation];
    row.stops.push_back(relation);
    if (const Node* by = Required(node, "by")) {
      Each(*by, [&](const Node& item) {
        if (!IsReasonOfEnd(item.scalar)) {
          Add(item.place, fmt::format("`{}` is no reason of relation_ended", item.scalar));
        }
        row.stopped_by.insert(item.scalar);
      });
    }
    if (const Node* also = node.Find("also")) {
      Codes(*also, "relation", [&](std::string code) { row.stops.push_back(std::move(code)); });
    }
  }

  void ReadKinds(const Node& node) {
    Each(node, [&](const Node& row) {
      if (!IsMapOf(row, std::array<std::string_view, 3>{"kind", "flows", "why"})) return;
      const std::string kind = Text(row, "kind");
      Text(row, "why");
      if (contact::Catalogue::Get().Find(kind) == nullptr) {
        Add(row.place, fmt::format("`{}` is no kind of contact", kind));
      }
      auto& flows = table_.kinds_[kind];
      if (const Node* given = Required(row, "flows")) {
        Each(*given, [&](const Node& item) {
          const auto* flow = std::find_if(kFlows.begin(), kFlows.end(), [&](const auto& one) {
            return one.first == item.scalar;
          });
          if (flow == kFlows.end()) {
            Add(item.place, fmt::format("`{}` is no flow", item.scalar));
          } else {
            flows.insert(flow->second);
          }
        });
      }
    });
  }

  FlowTable& table_;
};

Result<FlowTable> FlowTable::Parse(std::string_view text, std::string_view file) {
  TL_ASSIGN(const Node root, yaml::Parse(text, file));
  FlowTable table;
  FlowReader reader(file, table);
  const auto& faults = reader.Read(root);
  if (!faults.empty()) return Fail(yaml::Refused(faults));
  return table;
}

std::vector<std::string> FlowTable::CarriedBy(std::string_view relation,
                                              std::string_view confidence) const {
  if (!opens_.contains(confidence.empty() ? "stated" : confidence)) return {};
  const auto found = relations_.find(relation);
  return found == relations_.end() ? std::vector<std::string>() : found->second.carries;
}

std::vector<std::string> FlowTable::StoppedBy(std::string_view relation, std::string_view reason,
                                              std::string_view confidence) const {
  if (!opens_.contains(confidence.empty() ? "stated" : confidence)) return {};
  const auto found = relations_.find(relation);
  if (found == relations_.end() || !found->second.stopped_by.contains(reason)) return {};
  return found->second.stops;
}

std::set<v1::Flow> FlowTable::FlowsOf(const v1::Contact& contact) const {
  const contact::Kind* kind = contact::Catalogue::Get().Of(contact);
  std::set<v1::Flow> flows;
  if (kind == nullptr) return flows;
  if (const auto own = kinds_.find(kind->name); own != kinds_.end()) {
    flows = own->second;
  } else {
    for (const auto& [name, flow] : kFlows) {
      if (kind->Flows(flow)) flows.insert(flow);
    }
    if (FlowsAsAdultsByCode(contact, *kind)) flows.insert(v1::FLOW_ADULT);
  }
  if (flows.erase(v1::FLOW_ADULT_IF_RELEVANT) > 0 && contact.has_relevance_to_child()) {
    flows.insert(v1::FLOW_ADULT);
  }
  return flows;
}

std::string_view DefaultFlow() { return embedded::flow_england; }

}  // namespace throughline::intake
