#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

#include "engine/contact/catalogue.h"
#include "engine/contact/validate.h"

namespace throughline::contact {

// Where in a contact a check is: one step, and the steps above it, on the stack of whoever walks.
// It becomes text only when something is found there. May not outlive what it points at.
struct Path {
  const Path* up = nullptr;
  std::string_view name;  // of the field; empty for the contact itself
  int index = -1;         // of the item, where the field is a list
  // Of that name, where whoever walks has it at hand; nullptr: it is looked up.
  const google::protobuf::FieldDescriptor* field = nullptr;
};

inline Path In(const Path& up, std::string_view name, int index = -1) { return {&up, name, index}; }
inline Path In(const Path& up, const google::protobuf::FieldDescriptor* field, int index = -1) {
  return {&up, field->name(), index, field};
}

// subjects[1].references[0].value; empty for the contact itself.
std::string TextOf(const Path& path);

// What the checks of one contact find, put into the order of the schema's fields.
class Findings {
 public:
  // Beyond it faults are only counted.
  static constexpr std::size_t kMost = 1000;

  // `kind`: of the contact, nullptr when it has none that is known.
  explicit Findings(const Kind* kind) : kind_(kind) {}

  void Refuse(const Path& path, std::string_view text) { Add(path, text, true); }
  void Warn(const Path& path, std::string_view text) { Add(path, text, false); }
  // What was found in a contact that stands within this one.
  void Adopt(const Path& path, const Verdict& verdict);

  // Whether what is found from here on is only counted: a long text need not be made for it.
  bool IsFull() const { return found_.size() >= kMost; }

  Verdict Take();

 private:
  struct Found {
    std::vector<int> order;  // field numbers and indexes from the contact down
    bool refused;
    Fault fault;
  };

  void Add(const Path& path, std::string_view text, bool refused);
  std::vector<int> OrderOf(const Path& path) const;

  const Kind* kind_;
  std::vector<Found> found_;
  std::size_t more_refused_ = 0;
  std::size_t more_warnings_ = 0;
};

}  // namespace throughline::contact
