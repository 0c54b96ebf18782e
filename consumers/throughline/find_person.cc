#include "consumers/throughline/find_person.h"

#include <algorithm>
#include <utility>

#include "engine/chronology/read.h"
#include "engine/contact/identifiers.h"

namespace throughline::cli {
namespace {

using projection::Reads;
using projection::View;

// By its reference without the scope, where the scope was not given: every person is looked at.
std::vector<PersonId> FindInAnyScope(const Reads& shard, const v1::PersonRef& ref) {
  std::vector<PersonId> found;
  std::string value = contact::Normalised(ref.scheme(), ref.value());
  chronology::EachPerson(shard, [&](const PersonId& person, const v1::StoredPerson& stored) {
    for (const auto& known : stored.references()) {
      const auto& reference = known.reference();
      if (reference.scheme() == ref.scheme() &&
          contact::Normalised(ref.scheme(), reference.value()) == value) {
        found.push_back(person);
        break;
      }
    }
    return true;
  });
  return found;
}

}  // namespace

Result<std::vector<PersonId>> FindPersons(const View& view, const v1::PersonRef& ref) {
  if (!ref.id().empty()) {
    auto person = PersonId::FromText(ref.id());
    if (!person) return Fail(Code::kInvalid, "not a person's id: 32 hexadecimal digits are wanted");
    return std::vector<PersonId>{*person};
  }
  TL_ASSIGN(std::vector<const Reads*> shards, view.All());
  std::vector<PersonId> found;
  for (const Reads* shard : shards) {
    auto here = chronology::FindPersons(*shard, ref.scheme(), ref.value(), ref.scope());
    if (here.empty() && ref.scope().empty()) here = FindInAnyScope(*shard, ref);
    found.insert(found.end(), here.begin(), here.end());
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

Result<PersonId> FindOne(const View& view, const v1::PersonRef& ref) {
  TL_ASSIGN(std::vector<PersonId> found, FindPersons(view, ref));
  if (found.empty())
    return Fail(Code::kNotFound, "nobody is known here by that {} reference", ref.scheme());
  if (found.size() == 1) return found.front();
  std::string ids;
  for (const auto& person : found) ids += "\n  " + person.Text();
  return Fail(Code::kInvalid,
              "{} persons are known by that reference; name one by id or add @SCOPE:{}",
              found.size(), ids);
}

}  // namespace throughline::cli
