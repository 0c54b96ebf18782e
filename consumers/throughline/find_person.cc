#include "consumers/throughline/find_person.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "engine/base/nearest.h"
#include "engine/chronology/read.h"
#include "engine/contact/catalogue.h"
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

// Links that lead on for longer are a fault of the store.
constexpr int kMostLinks = 64;

Result<Found> Follow(const View& view, const PersonId& record, std::optional<Millis> as_known_at) {
  Found found{record, record, {}};
  for (int i = 0; i < kMostLinks; ++i) {
    TL_ASSIGN(const Reads* shard, view.Of(found.person));
    const auto part_of = chronology::ReadPartOf(*shard, found.person, as_known_at);
    if (!part_of) return found;
    found.person = part_of->person;
    found.part_of = part_of;
  }
  return Fail(Code::kCorrupt, "links of records lead round in a circle");
}

// Those whom the reference named then. Whoever lost it is not named by it: somebody else's contact
// gave it, or a link that was undone. Of several, those are meant whose contacts came by it: a link
// gives the references of one to the other.
Result<std::vector<PersonId>> NamedThen(const View& view, const v1::PersonRef& ref,
                                        const std::vector<PersonId>& named,
                                        std::optional<Millis> as_known_at) {
  const std::string value = contact::Normalised(ref.scheme(), ref.value());
  std::vector<PersonId> left;
  std::vector<PersonId> then;
  for (const PersonId& person : named) {
    TL_ASSIGN(const Reads* shard, view.Of(person));
    chronology::Query query;
    query.as_known_at = as_known_at;
    // Whoever names somebody by a number knows that.
    query.unmasked = true;
    const auto known = chronology::KnownAt(*shard, person, query);
    const auto header = chronology::ReadHeader(*shard, known);
    if (!header) continue;
    const auto is_it = [&](std::string_view scheme, const std::string& given) {
      return scheme == ref.scheme() && contact::Normalised(scheme, given) == value;
    };
    const auto among = [&](const auto& references) {
      return std::any_of(references.begin(), references.end(), [&](const auto& reference) {
        return is_it(reference.scheme, reference.value.Reveal());
      });
    };
    const bool has = among(header->references);
    if (!has && among(header->lost)) continue;
    left.push_back(person);
    const bool by_it =
        std::any_of(known.entries.begin(), known.entries.end(), [&](const auto& entry) {
          const v1::Reference& via = entry.placement.via_reference();
          return entry.withdrawn_by == 0 && is_it(via.scheme(), via.value());
        });
    if (has && by_it) then.push_back(person);
  }
  return then.empty() ? left : then;
}

}  // namespace

std::string NobodyKnown(const v1::PersonRef& ref) {
  std::string text = fmt::format("nobody is known here by that {} reference", ref.scheme());
  const contact::Codes& schemes = contact::Catalogue::Get().Codes("scheme");
  if (!schemes.contains(ref.scheme())) {
    const std::vector<std::string_view> listed(schemes.begin(), schemes.end());
    return text + ": no such scheme is on the list" + DidYouMean(ref.scheme(), listed);
  }
  v1::Reference reference;
  reference.set_scheme(ref.scheme());
  reference.set_value(ref.value());
  const auto fault = contact::ReferenceFault(reference);
  return fault ? text + ": " + *fault : text;
}

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

Result<Found> FindOneAt(const View& view, const v1::PersonRef& ref,
                        std::optional<Millis> as_known_at) {
  TL_ASSIGN(std::vector<PersonId> named, FindPersons(view, ref));
  if (ref.id().empty()) {
    TL_ASSIGN(named, NamedThen(view, ref, named, as_known_at));
  }
  std::map<PersonId, Found> found;
  for (const PersonId& record : named) {
    TL_ASSIGN(Found one, Follow(view, record, as_known_at));
    const auto [at, added] = found.try_emplace(one.person, one);
    // The person's own record says most plainly who was named.
    if (!added && !one.part_of) at->second = one;
  }
  if (found.empty()) return Fail(Code::kNotFound, "{}", NobodyKnown(ref));
  if (found.size() == 1) return found.begin()->second;
  std::string ids;
  for (const auto& [person, one] : found) ids += "\n  " + person.Text();
  return Fail(Code::kInvalid,
              "{} persons are known by that reference; name one by id or add @SCOPE:{}",
              found.size(), ids);
}

}  // namespace throughline::cli
