#pragma once

#include <optional>
#include <vector>

#include "consumers/throughline/lens.h"
#include "engine/projection/view.h"
#include "engine/relations/circle.h"

namespace throughline::cli {

// What a view's stores hold, as known at an instant (none: everything) through a lens. View and
// lens must outlive it.
class ViewSource final : public relations::Source {
 public:
  ViewSource(const projection::View& view, const Lens& lens, std::optional<Millis> as_known_at)
      : view_(view), lens_(lens), as_known_at_(as_known_at) {}

  Result<relations::Held> Read(const PersonId& record) const override;
  std::optional<chronology::Header> Describe(const chronology::Known& known) const override;
  Result<std::vector<PersonId>> StandsOn(const contact::Target& contact) const override;
  Result<bool> IsProtected(const PersonId& record) const override;
  Result<bool> MayGiveProtected(const PersonId& record) const override;
  Millis now() const override { return view_.last_tick(); }
  bool as_recorded() const override { return lens_.lens == v1::LENS_RECORDED; }
  bool through_agency() const override { return lens_.lens == v1::LENS_AGENCY; }

 private:
  // Whether that holds of the row of a record, or of whomever it is part of by now: marks hold at
  // every instant, those before the link too.
  using Holds = bool (*)(const v1::StoredPerson& person, Millis now);
  Result<bool> AnyRow(const PersonId& record, Holds holds) const;

  const projection::View& view_;
  const Lens& lens_;
  std::optional<Millis> as_known_at_;
};

}  // namespace throughline::cli
