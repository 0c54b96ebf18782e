#include "consumers/throughline/show/rebuilt_text.h"

#include <fmt/format.h>

namespace throughline::show {
namespace {

std::string Verdict(const v1::RebuildAnswer& rebuilt) {
  switch (Compared(rebuilt)) {
    case Comparison::kSame:
      return "  the same";
    case Comparison::kDifferent:
      return "  DIFFERENT";
    case Comparison::kNone:
      break;
  }
  if (rebuilt.digest_before().empty()) return "\nNot compared: no whole stores were there before";
  return fmt::format(
      "\nNot compared: records came meanwhile, the digests are of seq {} and of seq {}. Where "
      "nothing comes in, rebuild again",
      rebuilt.seq_before(), rebuilt.seq_after());
}

}  // namespace

Comparison Compared(const v1::RebuildAnswer& rebuilt) {
  if (rebuilt.digest_before().empty() || rebuilt.seq_before() != rebuilt.seq_after()) {
    return Comparison::kNone;
  }
  return rebuilt.digest_before() == rebuilt.digest_after() ? Comparison::kSame
                                                           : Comparison::kDifferent;
}

std::string RebuiltText(const v1::RebuildAnswer& rebuilt) {
  const std::string before =
      rebuilt.digest_before().empty() ? std::string("none") : rebuilt.digest_before();
  return fmt::format(
      "Rebuilt from {} records.\nDigest before {}\nDigest after  {}{}\nAlerts published late {}; "
      "other differences {}\n",
      rebuilt.records(), before, rebuilt.digest_after(), Verdict(rebuilt), rebuilt.published_late(),
      rebuilt.differences());
}

}  // namespace throughline::show
