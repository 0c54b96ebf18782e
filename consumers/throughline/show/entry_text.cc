#include "consumers/throughline/show/entry_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "consumers/throughline/show/content_rows.h"
#include "consumers/throughline/show/words.h"

namespace throughline::show {
namespace {

// Later than this after it happened, when it became known here is worth saying.
constexpr Millis kLate = 2 * kDay;

// What most dates take: `Sat 14 Nov 23:40`.
constexpr int kDateColumns = 16;

std::string WhenWords(const v1::Contact& contact, int but_year) {
  std::string when = TimeWords(contact.occurred(), but_year);
  if (contact.has_occurred_until()) {
    when += " to " + TimeWords(contact.occurred_until(), but_year);
  }
  if (contact.time_means() == "reported") when += " (when reported)";
  if (contact.time_means() == "document_dated") when += " (date of the document)";
  if (contact.time_means() == "learned") when += " (when learned)";
  return when;
}

std::string What(const v1::ChronologyEntry& entry) {
  std::string what = KindWords(entry.kind());
  if (entry.contact().has_occurrences()) {
    const auto& occurrences = entry.contact().occurrences();
    if (occurrences.count() > 1) {
      what += fmt::format(", {}{} times", occurrences.at_least() == v1::TRI_YES ? "at least " : "",
                          occurrences.count());
    }
  }
  return what;
}

std::string ByWords(const v1::ContactRef& by, const std::string& known) {
  return fmt::format("{} {}, known {}", by.agency(), by.contact_id(), DayOfText(known));
}

// Where it is of one statement alone.
std::string StatementWords(const v1::ChronologyEffect& effect) {
  return effect.item().empty() ? "" : ", statement " + effect.item();
}

// By what an agency knew it; nothing of what it wrote itself.
std::string LearnedWords(const v1::KnownBy& learned) {
  if (learned.how() == "authored") return "";
  std::string words = fmt::format("{} {}", Words(learned.how()), KnewWords(learned));
  if (learned.has_by()) words += fmt::format(" ({})", RefWords(learned.by(), ""));
  return words;
}

class EntryText {
 public:
  EntryText(Page& page, const v1::ChronologyEntry& entry, const Setting& setting)
      : page_(page), entry_(entry), setting_(setting) {}

  void Add() {
    const bool stands = Stands(entry_);
    page_.Head(fmt::format("{:<{}}  {}{}", WhenWords(entry_.contact(), setting_.but_year),
                           kDateColumns, What(entry_), Tags()),
               fmt::format("{} · {}", entry_.agency(), entry_.contact_id()),
               stands ? Ink::kStrong : Ink::kFaint, entry_.agency());
    AddLater();
    const Telling telling = TellingOf();
    const auto now = ContentRows(entry_.contact(), telling);
    if (entry_.has_duplicate_of()) {
      page_.Row("Same event",
                "As " + RefWords(entry_.duplicate_of(), entry_.agency()) + ", which is counted",
                Ink::kFaint);
    }
    AddOffers();
    for (const ContentRow& row : now) {
      page_.Row(row.name, row.text, stands ? row.ink : Ink::kFaint);
    }
    if (!entry_.original().empty()) {
      page_.Row("Details",
                fmt::format("This engine does not know this kind of contact yet; its {} bytes are "
                            "kept as received",
                            entry_.original().size()),
                Ink::kWarn);
    }
    if (entry_.has_first()) AddFirst(telling, now);
    AddKnown();
    AddWarnings();
  }

 private:
  std::string Tags() const {
    std::vector<std::string_view> tags;
    if (entry_.has_retracted()) tags.emplace_back("RETRACTED");
    if (entry_.has_withdrawn()) tags.emplace_back("WITHDRAWN");
    if (!entry_.corrections().empty()) tags.emplace_back("corrected");
    if (!entry_.disputed().empty()) tags.emplace_back("disputed");
    if (!entry_.taken_back().empty()) tags.emplace_back("taken back");
    if (entry_.has_superseded()) tags.emplace_back("superseded");
    if (entry_.has_duplicate_of()) tags.emplace_back("duplicate");
    if (entry_.history()) tags.emplace_back("history");
    return tags.empty() ? "" : fmt::format("  [{}]", fmt::join(tags, ", "));
  }

  Telling TellingOf() const {
    Telling telling{entry_.agency(), entry_.label(), setting_.person, {}};
    telling.handovers.assign(entry_.handovers().begin(), entry_.handovers().end());
    return telling;
  }

  // What nobody has decided yet is offered, and what was decided against is not offered again.
  void AddOffers() {
    for (const v1::ChronologyPerhapsSame& offer : entry_.perhaps_same()) {
      std::string text = "Perhaps, as " + RefWords(offer.as(), entry_.agency());
      constexpr std::uint32_t kHourMinutes = 60;
      const std::uint32_t apart = offer.apart_minutes();
      if (apart >= kHourMinutes) {
        text += fmt::format(", {} apart", Counted(apart / kHourMinutes, "hour"));
      } else if (apart > 0) {
        text += fmt::format(", {} apart", Counted(apart, "minute"));
      }
      page_.Row("Same event", text + ": nobody has decided; both are counted", Ink::kWarn);
    }
    for (const v1::ContactRef& other : entry_.not_same()) {
      page_.Row("Same event", "Not as " + RefWords(other, entry_.agency()) + ": it was decided",
                Ink::kFaint);
    }
  }

  // What later contacts did to this one comes before what it says.
  void AddLater() {
    if (entry_.has_retracted()) {
      page_.Row("Retracted",
                fmt::format("{}: {}", ByWords(entry_.retracted().by(), entry_.retracted().known()),
                            Words(entry_.retracted().why())),
                Ink::kAlert);
    }
    if (entry_.has_withdrawn()) {
      page_.Row("Withdrawn",
                fmt::format("from this chronology {}: {}", DayOfText(entry_.withdrawn().known()),
                            Words(entry_.withdrawn().reason())),
                Ink::kAlert);
    }
    for (const v1::ChronologyCorrection& correction : entry_.corrections()) {
      page_.Row(
          "Corrected",
          fmt::format("{}: {}", ByWords(correction.by(), correction.known()), correction.why()),
          Ink::kWarn);
    }
    for (const v1::ChronologyEffect& dispute : entry_.disputed()) {
      std::string text = fmt::format("{}{}: {}", ByWords(dispute.by(), dispute.known()),
                                     StatementWords(dispute), dispute.why());
      if (!dispute.account().empty()) {
        text += (text.ends_with('.') ? " " : ". ") + ("Their account: " + dispute.account());
      }
      page_.Row("Disputed", text, Ink::kWarn);
    }
    for (const v1::ChronologyEffect& taken : entry_.taken_back()) {
      std::string text = ByWords(taken.by(), taken.known());
      if (!taken.why().empty()) text += ": " + taken.why();
      if (taken.under_pressure() == v1::TRI_YES)
        text += "; there is reason to think under pressure";
      page_.Row("Taken back", text + ". That does not make it false", Ink::kWarn);
    }
    if (entry_.has_superseded()) {
      page_.Row("Superseded",
                ByWords(entry_.superseded().by(), entry_.superseded().known()) +
                    (Stands(entry_) && !entry_.counts() ? "; counted as that one" : ""),
                Ink::kWarn);
    }
    for (const v1::ChronologyEffect& check : entry_.checked()) {
      std::string text = fmt::format("{}{} ({})", Words(check.result()), StatementWords(check),
                                     ByWords(check.by(), check.known()));
      if (!check.why().empty()) text += ": " + check.why();
      page_.Row("Checked", Capital(text),
                check.result() == "contradicted" ? Ink::kWarn : Ink::kPlain);
    }
  }

  // What it said before it was corrected, as far as that was something else.
  void AddFirst(const Telling& telling, const std::vector<ContentRow>& now) {
    std::string name = "First said";
    const auto add = [&](const std::string& text) {
      page_.Row(name, text, Ink::kFaint);
      name.clear();
    };
    const std::string when = WhenWords(entry_.first(), 0);
    if (when != WhenWords(entry_.contact(), 0)) add("When: " + when);
    std::string last;
    for (const ContentRow& row : ContentRows(entry_.first(), telling)) {
      if (!row.name.empty()) last = row.name;
      const bool same = std::any_of(now.begin(), now.end(),
                                    [&](const ContentRow& one) { return one.text == row.text; });
      if (!same) add(last + ": " + row.text);
    }
  }

  // By whom it stands here, though it does not name the person.
  std::string ThroughWords() const {
    const bool flow = entry_.why() == "flow";
    if (!entry_.has_through()) {
      return flow ? "here because of the people or the home in it"
                  : "here since a relation to someone in it became known";
    }
    const v1::ChronologyThrough& through = entry_.through();
    std::string words = flow ? "here through " : "background, through ";
    if (!through.name().empty()) {
      words += through.name();
    } else {
      words += through.person_kind() == "household" ? "the home" : "a person not named";
    }
    if (!through.is().empty() && through.person_kind() != "household") {
      std::vector<std::string> is;
      for (const std::string& one : through.is()) is.push_back(Words(one));
      words += fmt::format(" ({})", fmt::join(is, ", "));
    }
    if (entry_.known() != entry_.placed() && !AsRecorded()) {
      words += ", visible here since " + DayOfText(entry_.known());
    }
    return words;
  }

  // Then what counts is when it was written down, not when it came here.
  bool AsRecorded() const { return setting_.lens == v1::LENS_RECORDED; }

  void AddKnown() {
    const auto known = ParseUtc(entry_.known());
    const auto latest = ParseUtc(entry_.latest());
    std::vector<std::string> says;
    const bool late =
        !entry_.history() && known.has_value() && latest.has_value() && *known - *latest > kLate;
    if (late && !AsRecorded()) {
      says.push_back(fmt::format("known here {}, {} after", DayWords(DayOf(*known)),
                                 SpanWords(*known - *latest)));
    }
    if (entry_.why() == "linked") says.emplace_back("here because of what it links to");
    if (entry_.why() == "flow" || entry_.why() == "relation") says.push_back(ThroughWords());
    for (const v1::KnownBy& learned : entry_.learned()) {
      if (std::string words = LearnedWords(learned); !words.empty()) {
        says.push_back(std::move(words));
      }
    }
    if (!says.empty())
      page_.Row("Known", Capital(fmt::format("{}", fmt::join(says, "; "))), Ink::kFaint);
    if (!entry_.masked().empty()) {
      std::vector<std::string> marks;
      for (const std::string& mark : entry_.masked()) marks.push_back(Words(mark));
      page_.Row("Not shown", fmt::format("What is marked as {}", fmt::join(marks, "; ")),
                Ink::kWarn);
    }
    if (!entry_.handling().empty()) {
      std::vector<std::string> marks;
      for (const std::string& mark : entry_.handling()) marks.push_back(Words(mark));
      page_.Row("Marked here", fmt::format("{}", fmt::join(marks, "; ")), Ink::kWarn);
    }
  }

  // What was not well recorded: of each sort, all that it concerns.
  void AddWarnings() {
    std::vector<std::pair<std::string, std::vector<std::string>>> sorts;
    for (const v1::Warning& warning : entry_.warnings()) {
      auto sort = std::find_if(sorts.begin(), sorts.end(),
                               [&](const auto& one) { return one.first == warning.text(); });
      if (sort == sorts.end()) sort = sorts.insert(sorts.end(), {warning.text(), {}});
      const std::string field = FieldWords(entry_.contact(), warning.field());
      auto& fields = sort->second;
      if (!field.empty() && std::find(fields.begin(), fields.end(), field) == fields.end()) {
        fields.push_back(field);
      }
    }
    std::vector<std::string> says;
    says.reserve(sorts.size());
    for (const auto& [text, fields] : sorts) {
      says.push_back(fields.empty() ? text : fmt::format("{}: {}", text, fmt::join(fields, ", ")));
    }
    page_.Row("Recording", Capital(fmt::format("{}", fmt::join(says, "; "))), Ink::kFaint);
  }

  Page& page_;
  const v1::ChronologyEntry& entry_;
  const Setting& setting_;
};

}  // namespace

void AddEntry(Page& page, const v1::ChronologyEntry& entry, const Setting& setting) {
  if (entry.withheld().empty()) {
    EntryText(page, entry, setting).Add();
    return;
  }
  const bool erased = entry.withheld() == "erased";
  page.Head(fmt::format("{}  (placed {})",
                        erased ? "Erased by order: its content is gone"
                               : "Withheld: it was about another person",
                        DayOfText(entry.placed())),
            fmt::format("{} · record {}", entry.agency(), entry.seq()), Ink::kFaint,
            entry.agency());
}

void AddNote(Page& page, const v1::ChronologyNote& note) {
  const std::string other =
      note.other_name().empty() ? "person " + note.other().substr(0, 8) + "…" : note.other_name();
  std::string text;
  if (note.what() == "linked") {
    text = note.other().empty() ? "that two records are of this person is confirmed"
                                : "this record and that of " + other + " are of one person";
  }
  if (note.what() == "unlinked") {
    text = note.other().empty() ? "two records are of this person by other links alone"
                                : "this record and that of " + other + " are of two persons";
  }
  std::string relation = Words(note.relation());
  if (relation.ends_with(" of")) relation.resize(relation.size() - 3);
  std::string who = note.other_is_from() ? fmt::format("{} is {} of this person", other, relation)
                                         : fmt::format("this person is {} of {}", relation, other);
  if (note.relation() == "member_of_household") {
    who = note.other_is_from() ? other + " lives in this home"
                               : "this person lives in the home of " + other;
    if (!note.other_is_from() && !note.other_name().empty()) who = "this person lives at " + other;
  }
  if (note.what() == "relation_known") {
    text = who;
    if (!note.confidence().empty()) text += fmt::format(" ({})", Words(note.confidence()));
  }
  if (note.what() == "relation_ended") text = "no longer so: " + who;
  if (!note.reason().empty()) text += ": " + Words(note.reason());
  if (!note.source().contact_id().empty()) {
    text += fmt::format(" [{}]", RefWords(note.source(), ""));
  }
  page.Line(fmt::format("◦ {}  Known from here on: {}", DayOfText(note.known()), text),
            Ink::kFaint);
}

bool Stands(const v1::ChronologyEntry& entry) {
  return entry.withheld().empty() && !entry.has_retracted() && !entry.has_withdrawn();
}

}  // namespace throughline::show
