#include "consumers/throughline/knowledge_answers.h"

#include <optional>
#include <string>
#include <utility>

#include "consumers/throughline/find_person.h"
#include "consumers/throughline/lens.h"
#include "consumers/throughline/person_alerts.h"
#include "consumers/throughline/protected_addresses.h"
#include "engine/chronology/who_knew.h"

namespace throughline::cli {
namespace {

using projection::Reads;
using projection::View;

// What is known of a person through the shared lens, and by whom.
struct PersonKnown {
  chronology::Known shared;
  chronology::Knowledge knowledge;
  chronology::Header header;
  std::optional<Millis> as_known_at;
  Seq seq = 0;

  chronology::Asked Asked() const { return {shared, knowledge, header, as_known_at, seq}; }
};

template <typename Request>
Result<PersonKnown> Read(const View& view, const Request& request) {
  PersonKnown known;
  if (request.has_as_known_at_ms()) known.as_known_at = request.as_known_at_ms();
  TL_ASSIGN(const Found found, FindOneAt(view, request.person(), known.as_known_at));
  const PersonId& person = found.person;
  TL_ASSIGN(const Reads* shard, view.Of(person));
  known.seq = view.seq();
  chronology::Query query;
  query.as_known_at = known.as_known_at;
  known.shared = chronology::KnownAt(*shard, person, query);
  TL_ASSIGN(const auto evidence, ReadEvidence(view, person, known.as_known_at));
  known.knowledge = chronology::WhoKnows(known.shared, evidence);
  auto header = chronology::ReadHeader(*shard, known.shared);
  if (auto fault = view.Fault()) return Fail(*fault);
  if (!header) return Fail(Code::kNotFound, "no person with that id is known here");
  known.header = *std::move(header);
  return known;
}

}  // namespace

Result<v1::WhoKnewAnswer> AnswerWhoKnew(const View& view, const v1::WhoKnewRequest& request) {
  TL_ASSIGN(PersonKnown known, Read(view, request));
  std::optional<contact::Target> only;
  if (request.has_contact()) {
    only = contact::Target{request.contact().agency(), request.contact().contact_id()};
  }
  v1::WhoKnewAnswer answer = chronology::WhoKnew(known.Asked(), only);
  if (only && answer.contacts().empty()) {
    return Fail(Code::kNotFound, "no contact {} {} was known of this person then", only->agency,
                only->contact_id);
  }
  TL_TRY(MaskAddress(view, known.shared.person, *answer.mutable_person()));
  return answer;
}

Result<v1::DifferenceAnswer> AnswerDifference(const View& view,
                                              const v1::DifferenceRequest& request) {
  TL_ASSIGN(Lens first, ParseLens(request.first()));
  TL_ASSIGN(Lens second, ParseLens(request.second()));
  if (first.lens != v1::LENS_AGENCY || second.lens == v1::LENS_RECORDED) {
    return Fail(Code::kInvalid,
                "a difference is between agency:NAME and shared or another agency:NAME");
  }
  TL_ASSIGN(PersonKnown known, Read(view, request));
  v1::DifferenceAnswer answer = chronology::Difference(known.Asked(), first.agency, second.agency);
  TL_TRY(MaskAddress(view, known.shared.person, *answer.mutable_person()));
  return answer;
}

}  // namespace throughline::cli
