#include "consumers/throughline/show/identity_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "consumers/throughline/show/page.h"
#include "consumers/throughline/show/words.h"

namespace throughline::show {
namespace {

template <typename Texts>
std::string Joined(const Texts& texts, std::string_view none = "not known") {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : "; ") + text;
  return all.empty() ? std::string(none) : all;
}

// Bits as odds: what somebody who decides can weigh.
std::string Odds(double bits) {
  if (std::abs(bits) < 0.05) return "says nothing either way";
  const double capped = std::clamp(std::abs(bits), 0.0, 60.0);
  const auto times = std::llround(std::exp2(capped));
  if (bits > 0) return fmt::format("{} times likelier one person than two", times);
  return fmt::format("{} times likelier two persons than one", times);
}

std::string Status(const v1::IdentityPair& pair) {
  if (pair.decided() == "linked") return "They are one person here.";
  if (pair.decided() == "kept_apart") return "Somebody decided that they are not one person.";
  return "Nobody has decided yet.";
}

void Record(const v1::IdentityRecord& record, std::string_view which, Page& page) {
  page.Row(which, fmt::format("{} {}{}, {}", Words(record.person_kind()), record.record(),
                              record.person() == record.record()
                                  ? ""
                                  : fmt::format(" (part of {})", record.person()),
                              Counted(record.contacts(), "contact")));
  const auto none = record.details_withheld() ? "none that may be shown" : "not known";
  page.Row("", "Names: " + Joined(record.names(), none));
  page.Row("", "Born: " + Joined(record.births(), none));
  if (record.addresses_withheld())
    page.Row("", "Addresses: not shown: protected, or not known whether they are");
  if (!record.addresses().empty()) page.Row("", "Addresses: " + Joined(record.addresses()));
  if (!record.parents().empty()) page.Row("", "Parents: " + Joined(record.parents()));
  if (record.details_withheld())
    page.Row("", "Not all is shown: a mark hides who says it, or it is not known whether one does");
  if (!record.references().empty()) page.Row("", "Numbers: " + Joined(record.references()));
}

void Pair(const v1::IdentityPair& pair, Page& page) {
  page.Gap();
  page.Rule(fmt::format("{:.1f} bits: {}", pair.bits() + 0.0, Odds(pair.bits())), Ink::kStrong);
  Record(pair.first(), "One", page);
  Record(pair.second(), "Other", page);
  for (const auto& field : pair.fields()) {
    const bool speaks_for = field.bits() > 0;
    page.Row(
        speaks_for ? "For" : "Against",
        fmt::format("{}: {} ({:+.1f})", Words(field.field()), Words(field.level()), field.bits()),
        speaks_for ? Ink::kGood : Ink::kWarn);
  }
  if (pair.first().details_withheld() || pair.second().details_withheld())
    page.Row("Beside", "What rests on what is not shown is in the sum alone");
  if (!pair.disagrees().empty()) {
    page.Row("No rule links",
             "they disagree in " + Joined(pair.disagrees()) + ", whatever number they share");
  }
  page.Row("Decided", Status(pair));
}

}  // namespace

std::string IdentityText(const v1::IdentityAnswer& answer, const Style& style) {
  Page page(style);
  if (answer.pairs().empty()) {
    page.Line("No two records here look like one person.");
  }
  for (const auto& pair : answer.pairs()) Pair(pair, page);
  page.Gap();
  if (answer.more() > 0) {
    page.Line(fmt::format("{} not shown: --most shows more.", Counted(answer.more(), "pair")));
  }
  if (answer.blocks_parted() > 0) {
    page.Line(
        fmt::format("{} too large to compare whole: of records that share nothing else, "
                    "those whose dates of birth differ or are unknown were left out.",
                    Counted(answer.blocks_parted(), "block was", "blocks were")));
  }
  if (!answer.pairs().empty()) {
    page.Line(
        "To decide: throughline identity decide ONE OTHER --same|--not-same --grounds \"...\"",
        Ink::kFaint);
  }
  return std::move(page).Text();
}

}  // namespace throughline::show
