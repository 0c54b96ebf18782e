#include "tests/consumers/risk/random_child.h"

#include <random>
#include <vector>

#include "engine/base/uk_time.h"

namespace throughline::risk {
namespace {

constexpr const char* kShapes[] = {
    "kind: domestic_abuse_callout, author: {role: police_officer}, detail: {separation: yes}",
    "kind: domestic_abuse_callout, author: {role: police_officer}, detail: {pregnancy: yes}",
    "kind: domestic_abuse_callout, author: {role: police_officer}, sharing: [{recipient: school, "
    "expectation: act}]",
    "kind: police_warning_issued, author: {role: police_officer}, concerns: [domestic_abuse], "
    "detail: "
    "{warning: harassment_warning, to: child}",
    "kind: vulnerable_child_notification, author: {role: police_officer}",
    "kind: pregnancy_known, detail: {mother: child}",
    "kind: birth, detail: {child: child, mother: child}",
    "kind: home_observed, concerns: [neglect_home_conditions]",
    "kind: visit, author: {role: social_worker}, concerns: [neglect], seen: [{child: child, seen: "
    "yes}]",
    "kind: visit, author: {role: health_visitor}, concerns: [growth_faltering, neglect_hygiene]",
    "kind: attendance, concerns: [injury], detail: {service: emergency, reason: A fall}",
    "kind: injury_noted, concerns: [injury], detail: {mobile: no}",
    "kind: was_not_brought, detail: {service: eyes}",
    "kind: referral_made, detail: {to: social-care}, sharing: [{recipient: social-care, "
    "expectation: act}]",
    "kind: referral_received, detail: {source: 3F}",
    "kind: referral_decided, detail: {outcome: no_further_action}",
    "kind: assessment_opened, author: {role: social_worker}, detail: {type: single, children: "
    "[child]}",
    "kind: assessment_closed, detail: {type: single, domains_covered: [housing]}, decision: "
    "{decision: close}",
    "kind: strategy_discussion, detail: {section_47: yes}",
    "kind: child_protection_conference, detail: {type: initial, outcome: plan}",
    "kind: plan_opened, detail: {plan_ref: p, level: child_protection}",
    "kind: plan_closed, detail: {plan_ref: p}",
    "kind: case_closed, detail: {checks_updated: no}",
    "kind: recommendation_made, detail: {text: Look again.}",
    "kind: disclosure_made, detail: {by: child}",
    "kind: missing_ended, detail: {until: 2024-01-01}",
    "kind: information_shared, detail: {summary: Told.}",
    "kind: screening_result, author: {role: gp}, relevance_to_child: {why: care}, detail: {tool: "
    "phq_9, about: "
    "child}",
    "kind: plan_opened, detail: {plan_ref: q, level: child_protection}",
    "kind: plan_level_changed, detail: {plan_ref: q, from: child_protection, to: early_help}",
    "kind: escalation_opened, detail: {against: social-care, about: threshold, stage: 1, wanted: "
    "An assessment.}",
    "kind: closure_summary",
};
constexpr const char* kAgencies[] = {"police", "school", "hospital", "social-care", "gp"};
constexpr const char* kAnswers[] = {"handover_received", "handover_considered"};
constexpr const char* kLinks[] = {"follows", "follows", "sends_again", "supersedes"};

class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_(seed) {}

  std::string Write() {
    const int count = 8 + Below(25);
    for (int i = 0; i < count; ++i) Add(i);
    return text_;
  }

 private:
  int Below(int bound) { return static_cast<int>(random_() % static_cast<std::uint64_t>(bound)); }

  static std::string Minute(Millis at) {
    std::string text = FormatMinute(at);
    text[10] = 'T';
    return text;
  }

  // When it happened, as somebody who writes at `recorded` may know it.
  std::string Occurred(Millis recorded) {
    const Millis at = recorded - Below(20 * 24 * 60) * kMinute;
    const std::string day = FormatDay(DayOf(at));
    switch (Below(6)) {
      case 0:
        return day.substr(0, 7);
      case 1:
        return "about " + day.substr(0, 7);
      case 2:
        return "between " + FormatDay(DayOf(at - 9 * kDay)) + " and " + day;
      case 3:
        return Minute(at);
      case 4:
        return Below(4) == 0 ? "unknown" : day;
      default:
        return day;
    }
  }

  void Add(int number) {
    constexpr Millis kFrom = 1672617600000;  // 2023-01-02
    const Millis recorded = kFrom + Below(3 * 365 * 24 * 60) * kMinute;
    const std::string id = "C" + std::to_string(number);
    const std::string agency = kAgencies[Below(5)];
    if (Below(10) == 0) return Assess(agency, id, recorded);
    std::string shape = kShapes[Below(static_cast<int>(std::size(kShapes)))];
    const std::string earlier =
        ids_.empty() ? "" : ids_[static_cast<std::size_t>(Below(static_cast<int>(ids_.size())))];
    if (!ids_.empty() && Below(6) == 0) {
      shape = std::string("kind: ") + kAnswers[Below(2)] + ", links: [{answers: " + earlier + "}]";
    } else if (!ids_.empty() && Below(20) == 0) {
      return Undo(earlier, id, recorded, shape);
    } else if (!ids_.empty() && Below(12) == 0) {
      shape = "kind: escalation_stage_changed, detail: {of: " + earlier + ", stage: 2}";
    } else if (!ids_.empty() && Below(3) == 0) {
      shape += std::string(", links: [{") + kLinks[Below(4)] + ": " + earlier + "}]";
    }
    if (Below(3) == 0) shape += ", sequence: " + std::to_string(1 + Below(5));
    Line(agency, id, recorded, shape);
    ids_.push_back(agency + " " + id);
  }

  // An assessment that leads to its referral over a decision, and perhaps another one to the same.
  void Assess(const std::string& agency, const std::string& id, Millis recorded) {
    std::string before;
    for (const char* shape :
         {"kind: referral_received, detail: {source: 3F}",
          "kind: referral_decided, detail: {outcome: assessment}",
          "kind: assessment_opened, detail: {type: single, children: [child]}"}) {
      const std::string one = id + "-" + std::to_string(ids_.size());
      Line(agency, one, recorded, shape + before);
      ids_.push_back(agency + " " + one);
      before = ", links: [{follows: " + one + "}]";
      recorded += Below(3) * kDay;
    }
    if (Below(2) == 0) return;
    const std::string& of = ids_[ids_.size() - 1 - static_cast<std::size_t>(Below(3))];
    Line(agency, id + "-again", recorded,
         "kind: assessment_opened, detail: {type: single, children: [child]}, links: [{follows: " +
             of + "}]");
    ids_.push_back(agency + " " + id + "-again");
  }

  // The earlier one is taken back, or reads otherwise.
  void Undo(const std::string& earlier, const std::string& id, Millis recorded,
            const std::string& shape) {
    const auto space = earlier.find(' ');
    const std::string of = earlier.substr(space + 1);
    const std::string agency = earlier.substr(0, space);
    if (Below(2) == 0) {
      return Line(agency, id, recorded,
                  "kind: contact_retracted, links: [{retracts: " + of + "}], detail: {of: " + of +
                      ", why: not_ours}");
    }
    Line(agency, id, recorded,
         "kind: contact_corrected, detail: {of: " + of +
             ", why: put wrongly, replaces: {occurred: " + Occurred(recorded) +
             ", recorded: " + Minute(recorded) +
             ", subjects: [{label: child, person_kind: child, roles: [subject_child]}], " + shape +
             "}}");
    ids_.push_back(agency + " " + id);
  }

  void Line(const std::string& agency, const std::string& id, Millis recorded,
            const std::string& shape) {
    text_ += "- {agency: " + agency + ", contact_id: " + id + ", occurred: " + Occurred(recorded) +
             ", recorded: " + Minute(recorded) +
             ", source: {system: invented}, subjects: [{label: child, person_kind: child, roles: "
             "[subject_child], demographics: {date_of_birth: 2021-05}}], " +
             shape + "}\n";
  }

  std::mt19937_64 random_;
  std::vector<std::string> ids_;
  std::string text_;
};

}  // namespace

std::string RandomRecord(std::uint64_t seed) { return Writer(seed).Write(); }

}  // namespace throughline::risk
