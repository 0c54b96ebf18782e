#include "engine/base/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <optional>
#include <sstream>

#include "engine/base/check.h"
#include "engine/base/utf8.h"

namespace throughline::yaml {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{4} << 20;
constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxFaultsShown = 100;

Place PlaceOf(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

bool IsQuoteClosed(std::string_view after, char quote) {
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (after[i] == '\\' && quote == '"') {
      ++i;
    } else if (after[i] == quote) {
      const bool doubled = quote == '\'' && i + 1 < after.size() && after[i + 1] == quote;
      if (!doubled) return true;
      ++i;
    }
  }
  return false;
}

// Builds the tree. What makes the rest unreadable is thrown as the library's own exception; other
// faults are collected.
class Builder final : public YAML::EventHandler {
 public:
  Builder(std::string_view text, std::string_view file, std::vector<Fault>& faults)
      : text_(text), file_(file), faults_(faults) {}

  const Node& root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) throw YAML::ParserException(mark, "more than one document");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    OnScalar(mark, "", anchor, Node::Kind::kNull, "");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    AddFault(mark, "an alias is not taken: write the value out");
    OnScalar(mark, "", 0, Node::Kind::kScalar, "");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    OnScalar(mark, tag, anchor, Node::Kind::kScalar, value);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Open(mark, tag, anchor, Node::Kind::kList);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Open(mark, tag, anchor, Node::Kind::kMap);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Frame {
    Node node;
    std::map<std::string, Place> keys;  // of a map, where first seen
    std::optional<std::string> key;     // read, its value not yet
    int key_at = 0;                     // its first byte
  };

  void AddFault(const YAML::Mark& mark, std::string text) {
    faults_.push_back({file_, PlaceOf(mark), std::move(text)});
  }

  void CheckProperties(const YAML::Mark& mark, std::string_view tag, YAML::anchor_t anchor) {
    if (anchor != 0) AddFault(mark, "an anchor is not taken");
    if (!tag.empty() && tag != "?" && tag != "!") AddFault(mark, "a tag is not taken");
  }

  // The library closes a quote at the end of a text, and takes a word alone at the end of a map for
  // a key.
  void CheckClosed(const YAML::Mark& mark, std::string_view tag, Node::Kind kind) {
    if (tag == "!") {
      const char sign = text_[static_cast<std::size_t>(mark.pos)];
      const bool quote = sign == '"' || sign == '\'';
      if (!quote && sign != '|' && sign != '>') AddFault(mark, "a tag is not taken");
      if (quote && !IsQuoteClosed(text_.substr(static_cast<std::size_t>(mark.pos) + 1), sign)) {
        AddFault(mark, "the quote is not closed");
      }
    }
    const bool value = !open_.empty() && open_.back().key;
    if (value && kind == Node::Kind::kNull && mark.pos <= open_.back().key_at) {
      const Place& key = open_.back().node.key_places.back();
      faults_.push_back({file_, key, "a key without a colon"});
    }
  }

  bool ExpectsKey() const {
    return !open_.empty() && open_.back().node.kind == Node::Kind::kMap && !open_.back().key;
  }

  void OnScalar(const YAML::Mark& mark, std::string_view tag, YAML::anchor_t anchor,
                Node::Kind kind, const std::string& value) {
    CheckProperties(mark, tag, anchor);
    if (anchor == 0) CheckClosed(mark, tag, kind);
    if (!ExpectsKey()) {
      Node node;
      node.kind = kind;
      node.place = PlaceOf(mark);
      node.scalar = value;
      node.quoted = tag == "!";
      Add(std::move(node));
      return;
    }
    if (kind == Node::Kind::kNull) AddFault(mark, "a key is missing");
    Frame& frame = open_.back();
    const auto [first, fresh] = frame.keys.emplace(value, PlaceOf(mark));
    if (!fresh) {
      AddFault(mark, fmt::format("the key `{}` stands twice, first at {}:{}", value,
                                 first->second.line, first->second.column));
    }
    frame.key = value;
    frame.key_at = mark.pos;
    frame.node.key_places.push_back(PlaceOf(mark));
  }

  void Open(const YAML::Mark& mark, std::string_view tag, YAML::anchor_t anchor, Node::Kind kind) {
    CheckProperties(mark, tag, anchor);
    if (ExpectsKey())
      throw YAML::ParserException(mark, "a key must be a plain text; or a bracket is not closed");
    if (open_.size() >= kMaxDepth) throw YAML::ParserException(mark, "nested too deeply");
    Frame frame;
    frame.node.kind = kind;
    frame.node.place = PlaceOf(mark);
    open_.push_back(std::move(frame));
  }

  void Close() {
    CHECK(!open_.empty());
    Node node = std::move(open_.back().node);
    open_.pop_back();
    Add(std::move(node));
  }

  void Add(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& parent = open_.back();
    if (parent.node.kind == Node::Kind::kList) {
      parent.node.items.push_back(std::move(node));
      return;
    }
    CHECK(parent.key);
    parent.node.entries.emplace_back(*std::move(parent.key), std::move(node));
    parent.key.reset();
  }

  std::string_view text_;
  std::string file_;
  std::vector<Fault>& faults_;
  Node root_;
  std::vector<Frame> open_;
  int documents_ = 0;
};

// The library takes the byte 4 for the end of the text, and passes on what is not UTF-8.
std::optional<Fault> ByteFault(std::string_view text, std::string_view file) {
  const std::size_t well_formed = Utf8Prefix(text);
  Place place{1, 1};
  for (std::size_t i = 0; i < well_formed; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') {
      return Fault{std::string(file), place, "a control character"};
    }
    if (byte == '\n') {
      place = {place.line + 1, 1};
    } else {
      ++place.column;
    }
  }
  if (well_formed == text.size()) return std::nullopt;
  return Fault{std::string(file), place, "not UTF-8"};
}

}  // namespace

Node::Node() = default;
Node::Node(const Node& other) = default;
Node::Node(Node&& other) noexcept = default;
Node& Node::operator=(const Node& other) = default;
Node& Node::operator=(Node&& other) noexcept = default;
Node::~Node() = default;

const Node* Node::Find(std::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::string Fault::Text() const {
  if (place.line == 0) return fmt::format("{}: {}", file, text);
  if (place.column == 0) return fmt::format("{}:{}: {}", file, place.line, text);
  return fmt::format("{}:{}:{}: {}", file, place.line, place.column, text);
}

Error Refused(const std::vector<Fault>& faults) {
  Error error{Code::kInvalid, ""};
  std::size_t shown = 0;
  for (const Fault& fault : faults) {
    if (shown == kMaxFaultsShown) {
      error.text += fmt::format("\nand {} more", faults.size() - shown);
      break;
    }
    if (shown++ > 0) error.text.push_back('\n');
    error.text += fault.Text();
  }
  return error;
}

Result<Node> Parse(std::string_view text, std::string_view file) {
  if (text.size() > kMaxBytes) {
    return Fail(Code::kInvalid, "{}: longer than {} bytes", file, kMaxBytes);
  }
  if (auto fault = ByteFault(text, file)) return Fail(Refused({*std::move(fault)}));
  // The library counts from after a byte order mark.
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::vector<Fault> faults;
  Builder builder(text, file, faults);
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& e) {
    faults.push_back({std::string(file), PlaceOf(e.mark), e.msg});
  }
  if (!faults.empty()) return Fail(Refused(faults));
  Node root = builder.root();
  if (root.place.line == 0) root.place = {1, 1};
  return root;
}

}  // namespace throughline::yaml
