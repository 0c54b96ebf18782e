#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "consumers/throughline/case/report.h"
#include "consumers/throughline/case/written_contacts.h"
#include "consumers/throughline/show/words.h"

namespace throughline::cases {
namespace {

constexpr std::size_t kIndent = 12;

class Printer {
 public:
  Printer(int width, bool colour)
      : width_(width <= 0 ? 0 : std::max<std::size_t>(static_cast<std::size_t>(width), 40)),
        colour_(colour) {}

  void Line(std::string_view text = "") {
    out_ += text;
    out_ += '\n';
  }
  void Title(std::string_view text) {
    Line();
    Line(colour_ ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string(text));
  }
  // `mark` stands first, green for good news and red for bad.
  void Marked(bool good, std::string_view mark, std::string_view text) {
    std::string padded = fmt::format("{:<9}", mark);
    if (colour_) padded = fmt::format("\x1b[{}m{}\x1b[0m", good ? 32 : 31, padded);
    Line(padded + std::string(text));
  }
  // Under a mark: a label, and a text that is wrapped beside it.
  void Field(std::string_view label, std::string_view text) {
    if (text.empty()) return;
    std::string line = fmt::format("{:9}{:<{}}", "", label, kIndent);
    const std::size_t margin = line.size();
    std::size_t used = margin;
    while (!text.empty()) {
      const auto space = std::min(text.find(' '), text.size());
      if (width_ != 0 && used > margin && used + space > width_) {
        while (line.ends_with(' ')) line.pop_back();
        Line(line);
        line.assign(margin, ' ');
        used = margin;
      }
      line += text.substr(0, space);
      line += ' ';
      used += space + 1;
      text.remove_prefix(std::min(space + 1, text.size()));
    }
    while (line.ends_with(' ')) line.pop_back();
    Line(line);
  }
  std::string Take() { return std::move(out_); }

 private:
  std::size_t width_;
  bool colour_;
  std::string out_;
};

std::string DayText(const std::optional<Day>& day) { return day ? FormatDay(*day) : ""; }

std::string Label(const Expectation& expectation) {
  return expectation.missed.empty() ? "" : expectation.missed + "  ";
}

void PrintAnswers(const std::vector<Raised::Answer>& answers, Printer& printer) {
  std::string_view label = "answered";
  for (const Raised::Answer& answer : answers) {
    std::string kind = answer.kind;
    std::replace(kind.begin(), kind.end(), '_', ' ');
    printer.Field(label, fmt::format("{}: {}", Named(answer.by), kind));
    label = "";
  }
}

void PrintRaised(const Outcome& outcome, Printer& printer) {
  const Expectation& expectation = outcome.expectation;
  std::string when = outcome.raised ? fmt::format("raised {}", FormatDay(DayOf(*outcome.raised)))
                                    : fmt::format("{:<17}", "not raised");
  printer.Marked(outcome.met, outcome.met ? "ok" : "DIFFERS",
                 fmt::format("{}by {}  {}  {}  {}", Label(expectation), DayText(expectation.by),
                             when, expectation.rule, expectation.child));
  if (!outcome.met) printer.Field("differs", outcome.wrong);
  printer.Field("because", expectation.because);
  printer.Field("says", outcome.sentence);
  printer.Field("rests on", fmt::format("{}", fmt::join(outcome.found, ", ")));
  printer.Field("but not on", fmt::format("{}", fmt::join(outcome.missing, ", ")));
  PrintAnswers(outcome.answered, printer);
}

void PrintQuiet(const Outcome& outcome, Printer& printer) {
  const Expectation& expectation = outcome.expectation;
  std::string span;
  if (expectation.from) span += "from " + DayText(expectation.from) + "  ";
  if (expectation.by) span += "until " + DayText(expectation.by) + "  ";
  printer.Marked(outcome.met, outcome.met ? "ok" : "DIFFERS",
                 fmt::format("{}quiet  {}{}  {}", Label(expectation), span, expectation.rule,
                             expectation.child));
  if (!outcome.met) printer.Field("differs", outcome.wrong);
  printer.Field("because", expectation.because);
  if (!outcome.met) printer.Field("says", outcome.sentence);
}

std::string Asks(const Question& question) {
  const bool household = question.what == Question::What::kHousehold;
  const bool relations = question.what == Question::What::kRelations;
  std::string asks = household ? "household of " : relations ? "relations of " : "chronology of ";
  asks += question.of;
  if (household || relations) asks += " on " + FormatDay(question.on);
  if (question.as_known_at) asks += ", as known at " + FormatDay(*question.as_known_at);
  if (question.lens != "shared") asks += ", through " + question.lens;
  return asks;
}

void PrintAnswered(const Answered& answered, Printer& printer) {
  const bool met = answered.wrong.empty();
  const std::string& missed = answered.question.missed;
  printer.Marked(met, met ? "ok" : "DIFFERS",
                 (missed.empty() ? "" : missed + "  ") + Asks(answered.question));
  for (const std::string& wrong : answered.wrong) printer.Field("differs", wrong);
  printer.Field("because", answered.question.because);
  for (const std::string& said : answered.said) printer.Field("says", said);
}

void PrintAlso(const Raised& raised, Printer& printer) {
  printer.Line(fmt::format("{}  {}  {}{}{}", FormatDay(DayOf(raised.opened)), raised.rule,
                           raised.child, raised.anchor.empty() ? "" : "  about " + raised.anchor,
                           raised.resumed ? "  goes on again" : ""));
  printer.Field("says", raised.sentence);
  PrintAnswers(raised.answered, printer);
  if (raised.closed) {
    printer.Field(
        "closed",
        fmt::format("{}, {}{}{}", FormatDay(DayOf(*raised.closed)), raised.closed_because,
                    raised.goes_on_with.empty() ? "" : ": it goes on with ", raised.goes_on_with));
  }
}

}  // namespace

std::string Table(const CaseReport& report, int width, bool colour) {
  Printer printer(width, colour);
  printer.Line(report.title);
  printer.Line(fmt::format("Source: {}", report.source));
  printer.Line(fmt::format("Policy {} {}, calendar {}; {}, {} from {} to {}", report.policy,
                           report.policy_version, report.calendar_version,
                           show::Counted(report.contacts, "contact"),
                           show::Counted(report.ticks, "tick"), FormatDay(DayOf(report.from)),
                           FormatDay(DayOf(report.until - 1))));
  printer.Title("Expected");
  for (const auto& outcome : report.outcomes) {
    if (outcome.expectation.quiet) {
      PrintQuiet(outcome, printer);
    } else {
      PrintRaised(outcome, printer);
    }
  }
  if (!report.answered.empty()) printer.Title("Asked");
  for (const auto& answered : report.answered) PrintAnswered(answered, printer);
  printer.Title(fmt::format("Also raised: {}", report.also_raised.size()));
  for (const auto& raised : report.also_raised) PrintAlso(raised, printer);
  printer.Title("Recorded lens");
  if (report.differences.empty()) {
    printer.Line(fmt::format("The same {}.", show::Counted(report.episodes, "episode")));
  }
  for (const auto& difference : report.differences) {
    printer.Marked(false, "DIFFERS",
                   fmt::format("{}  {}{}", difference.rule, difference.child,
                               difference.anchor.empty() ? "" : "  about " + difference.anchor));
    printer.Field("", difference.text);
  }
  if (!report.notes.empty()) printer.Title("To note");
  for (const auto& note : report.notes) printer.Line(note);
  const auto met = std::count_if(report.outcomes.begin(), report.outcomes.end(),
                                 [](const auto& one) { return one.met; }) +
                   std::count_if(report.answered.begin(), report.answered.end(),
                                 [](const auto& one) { return one.wrong.empty(); });
  printer.Line();
  printer.Marked(
      report.Passed(), report.Passed() ? "PASSED" : "FAILED",
      fmt::format("{} of {} as expected; {} also raised; {} of the recorded lens", met,
                  report.outcomes.size() + report.answered.size(), report.also_raised.size(),
                  show::Counted(report.differences.size(), "difference")));
  return printer.Take();
}

}  // namespace throughline::cases
