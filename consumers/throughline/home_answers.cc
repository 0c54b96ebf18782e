#include "consumers/throughline/home_answers.h"

#include <optional>
#include <utility>

#include "consumers/throughline/find_person.h"
#include "consumers/throughline/view_source.h"
#include "engine/relations/answer.h"

namespace throughline::cli {
namespace {

using projection::View;

// `of` answers about a person on a day.
template <typename Request, typename Of>
auto AnswerOn(const View& view, const Request& request, const Of& of)
    -> Result<decltype(of(std::declval<relations::Circle&>(), PersonId{}, Day{}))> {
  const auto day = ParseDay(request.on());
  if (!day) return Fail(Code::kInvalid, "a day is written 2011-06-01");
  TL_ASSIGN(const Lens lens, ParseLens(request.lens()));
  std::optional<Millis> as_known_at;
  if (request.has_as_known_at_ms()) as_known_at = request.as_known_at_ms();
  // Through the recorded lens links are those of today.
  const auto links_at = lens.lens == v1::LENS_RECORDED ? std::nullopt : as_known_at;
  TL_ASSIGN(const Found found, FindOneAt(view, request.of(), links_at));
  const ViewSource source(view, lens, as_known_at);
  TL_ASSIGN(const relations::Held held, source.Read(found.record));
  if (!source.Describe(*held.shared)) {
    return Fail(Code::kNotFound, "no person with that id is known here");
  }
  relations::Circle circle(source, *day);
  auto answer = of(circle, circle.PersonOf(found.record), *day);
  if (circle.fault()) return Fail(*circle.fault());
  if (auto fault = view.Fault()) return Fail(*fault);
  answer.set_on(FormatDay(*day));
  if (as_known_at) answer.set_as_known_at(FormatUtc(*as_known_at));
  answer.set_lens(lens.Text());
  answer.set_seq(view.seq());
  return answer;
}

}  // namespace

Result<v1::HouseholdAnswer> AnswerHousehold(const View& view, const v1::HouseholdRequest& request) {
  return AnswerOn(view, request, relations::HouseholdOf);
}

Result<v1::RelationsAnswer> AnswerRelations(const View& view, const v1::RelationsRequest& request) {
  return AnswerOn(view, request, relations::RelationsOf);
}

}  // namespace throughline::cli
