#include "consumers/risk/wording.h"

#include <algorithm>
#include <array>
#include <utility>

#include "consumers/risk/record_view.h"
#include "engine/base/check.h"
#include "engine/base/uk_time.h"
#include "engine/chronology/marked.h"

namespace throughline::risk {
namespace {

// Kinds that their own names do not put into plain words.
constexpr std::pair<std::string_view, std::string_view> kKindWordings[] = {
    {"ambulance_attended", "ambulance attendance"},
    {"assessment_closed", "closing of an assessment"},
    {"assessment_opened", "opening of an assessment"},
    {"attendance", "attendance at a health service"},
    {"case_closed", "closing of a case"},
    {"concern_noted", "concern"},
    {"disclosure_made", "disclosure"},
    {"domestic_abuse_callout", "domestic abuse call-out"},
    {"encompass_notice", "Operation Encompass notice"},
    {"growth_measured", "growth measurement"},
    {"home_observed", "observation of the home"},
    {"information_shared", "sharing of information"},
    {"injury_noted", "injury"},
    {"letter_sent", "letter"},
    {"marac_heard", "MARAC hearing"},
    {"missing_ended", "return from being missing"},
    {"missing_reported", "report of being missing"},
    {"plan_closed", "closing of a plan"},
    {"plan_opened", "opening of a plan"},
    {"police_warning_issued", "police warning"},
    {"pregnancy_known", "pregnancy"},
    {"referral_decided", "decision on a referral"},
    {"referral_made", "referral"},
    {"referral_received", "referral received"},
    {"referral_relayed", "referral passed on"},
    {"relation_asserted", "relation"},
    {"screening_result", "screening"},
    {"section_47_started", "start of a section 47 enquiry"},
    {"tac_meeting", "team around the child meeting"},
    {"triage_decided", "triage decision"},
    {"visit_no_access", "visit without access"},
    {"was_not_brought", "missed appointment (not brought)"},
};

std::string Spaced(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '_', ' ');
  return spaced;
}

constexpr const char* kNoDate = "a day that is not shown";

// What an episode's sentence draws on.
class Filler {
 public:
  Filler(const v1::Rule& rule, const Child& child, const Episode& episode)
      : rule_(rule), child_(child), episode_(episode) {}

  std::string Fill(std::string_view name) const {
    if (name == "count") return std::to_string(episode_.count);
    if (name == "days") return std::to_string(Days());
    if (name == "window") return Window();
    if (name == "due") return Due();
    if (name == "kinds") return Each([](const auto& entry) { return KindWording(entry.kind); });
    if (name == "agencies") return Each([](const auto& entry) { return entry.agency; });
    if (name == "missing") return Listed(episode_.missing);
    const std::vector<std::size_t> shown = Shown();
    if (name == "first_date") return shown.empty() ? kNoDate : Dated(shown.front());
    if (name == "last_date") return shown.empty() ? kNoDate : Dated(shown.back());
    if (!episode_.anchor) return "the child's record";
    const auto& anchor = child_.entries[*episode_.anchor];
    const bool masked = anchor.fact_masked;
    if (name == "anchor_kind")
      return masked ? "contact that is not shown" : KindWording(anchor.kind);
    if (name == "anchor_agency") return masked ? "an agency that is not shown" : anchor.agency;
    CHECK(name == "anchor_date");
    return Dated(*episode_.anchor);
  }

 private:
  // Of what it is told of, what no mark hides.
  std::vector<std::size_t> Shown() const {
    std::vector<std::size_t> shown;
    for (const std::size_t index : episode_.told) {
      if (!child_.entries[index].fact_masked) shown.push_back(index);
    }
    return shown;
  }

  std::string Dated(std::size_t entry) const { return DateWording(child_.entries[entry]); }

  // From the first day that is certain to the last; contacts without a known beginning do not
  // stretch it.
  std::int64_t Days() const {
    std::optional<Day> first;
    std::optional<Day> last;
    for (const std::size_t index : Shown()) {
      const auto& entry = child_.entries[index];
      if (entry.occurred.earliest == kEarliest) continue;
      const Day from = DayOf(entry.occurred.earliest);
      const Day to =
          DayOf(std::max(entry.occurred.earliest, std::min(entry.occurred.latest, entry.recorded)));
      first = first ? std::min(*first, from) : from;
      last = last ? std::max(*last, to) : to;
    }
    return first ? *last - *first : 0;
  }

  std::string Window() const {
    if (rule_.has_clock()) return SpanWording(rule_.clock().within());
    if (!rule_.has_pattern()) return "";
    const auto& pattern = rule_.pattern();
    return SpanWording(pattern.has_window() ? pattern.window() : pattern.absent_within());
  }

  // A deadline at the end of a day is that day; one by the clock says its minute.
  std::string Due() const {
    if (episode_.due == 0) return "no set day";
    if (episode_.due_hidden) return kNoDate;
    if (MinuteOfDay(episode_.due) == 0) return FormatDay(DayOf(episode_.due - 1));
    return FormatMinute(episode_.due);
  }

  template <typename Text>
  std::string Each(const Text& text) const {
    std::vector<std::string> items;
    for (const std::size_t index : Shown()) {
      std::string item = text(child_.entries[index]);
      if (std::find(items.begin(), items.end(), item) == items.end()) {
        items.push_back(std::move(item));
      }
    }
    return items.empty() ? "what is not shown" : Listed(items);
  }

  const v1::Rule& rule_;
  const Child& child_;
  const Episode& episode_;
};

}  // namespace

std::string KindWording(std::string_view kind) {
  for (const auto& [name, wording] : kKindWordings) {
    if (name == kind) return std::string(wording);
  }
  return Spaced(kind);
}

std::string DateWording(const chronology::Entry& entry) {
  const auto shown = chronology::AsShown(entry);
  return shown->has_occurred() ? Describe(shown->occurred()) : kNoDate;
}

std::string SpanWording(const v1::Span& span) {
  if (span.count() == 0) return "";
  std::string unit = Spaced(span.unit());
  if (span.count() == 1 && unit.ends_with('s')) unit.pop_back();
  std::string wording = std::to_string(span.count()) + " " + unit;
  if (!span.by().empty()) wording += ", by " + span.by();
  return wording;
}

std::string Listed(const std::vector<std::string>& items) {
  std::string list;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) list += i + 1 == items.size() ? " and " : ", ";
    list += items[i];
  }
  return list;
}

const std::vector<std::string_view>& Placeholders() {
  static const std::vector<std::string_view> names = {
      "count",       "days",          "window",      "due",     "kinds",      "agencies",
      "anchor_kind", "anchor_agency", "anchor_date", "missing", "first_date", "last_date"};
  return names;
}

std::vector<std::string> PlaceholdersIn(std::string_view sentence) {
  std::vector<std::string> names;
  for (std::size_t at = sentence.find('{'); at != std::string_view::npos;
       at = sentence.find('{', at + 1)) {
    const std::size_t end = sentence.find('}', at);
    if (end == std::string_view::npos) {
      names.emplace_back("{");
      break;
    }
    names.emplace_back(sentence.substr(at + 1, end - at - 1));
  }
  return names;
}

std::string Sentence(const v1::Rule& rule, const Child& child, const Episode& episode) {
  CHECK(!episode.told.empty());
  const Filler filler(rule, child, episode);
  const std::string_view sentence = rule.sentence();
  std::string filled;
  std::size_t done = 0;
  for (std::size_t at = sentence.find('{'); at != std::string_view::npos;
       at = sentence.find('{', done)) {
    const std::size_t end = sentence.find('}', at);
    if (end == std::string_view::npos) break;
    const std::string_view name = sentence.substr(at + 1, end - at - 1);
    filled += sentence.substr(done, at - done);
    const auto& known = Placeholders();
    filled += std::find(known.begin(), known.end(), name) == known.end() ? std::string(name)
                                                                         : filler.Fill(name);
    done = end + 1;
  }
  filled += sentence.substr(done);
  return filled;
}

}  // namespace throughline::risk
