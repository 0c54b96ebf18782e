#include "consumers/throughline/show/content_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "consumers/throughline/show/detail_words.h"
#include "consumers/throughline/show/words.h"
#include "engine/contact/catalogue.h"

namespace throughline::show {
namespace {

std::string Joined(const std::vector<std::string>& parts, std::string_view between = ", ") {
  return fmt::format("{}", fmt::join(parts, between));
}

// Adds " yes", " no" or nothing about one thing that was or was not done.
void AddTri(std::vector<std::string>& parts, v1::Tri value, std::string_view yes,
            std::string_view no) {
  if (value == v1::TRI_YES) parts.emplace_back(yes);
  if (value == v1::TRI_NO) parts.emplace_back(no);
}

class Rows {
 public:
  Rows(const v1::Contact& contact, const Telling& telling) : contact_(contact), telling_(telling) {}

  std::vector<ContentRow> All() && {
    AddHow();
    AddSeen();
    AddPeople();
    Add("Details", DetailWords(contact_, telling_.sender));
    AddVoice();
    AddStatements();
    AddConcerns();
    AddDecision();
    AddActions();
    AddSharing();
    AddLinks();
    AddRest();
    return std::move(rows_);
  }

 private:
  void Add(std::string name, std::string text, Ink ink = Ink::kPlain) {
    if (!text.empty()) rows_.push_back({std::move(name), std::move(text), ink});
  }

  std::string Name(std::string_view label) const {
    std::string name = SubjectName(contact_, label);
    const bool of_person = !label.empty() && label == telling_.label;
    return of_person && name == label && !telling_.name.empty() ? telling_.name : name;
  }

  std::string NameOrWords(std::string_view text) const {
    const std::string name = Name(text);
    return name == text ? Words(text) : name;
  }

  void AddHow() {
    std::string how;
    if (!contact_.mode().empty()) how = Capital(Words(contact_.mode()));
    if (contact_.has_place()) {
      std::string place = Words(contact_.place().place());
      if (!contact_.place().address().empty()) {
        place += place.empty() ? Name(contact_.place().address())
                               : " (" + Name(contact_.place().address()) + ")";
      }
      if (!place.empty()) how += (how.empty() ? "At " : ", at ") + place;
    }
    const v1::Contact::Author& author = contact_.author();
    if (!author.role().empty()) {
      std::vector<std::string> of;
      if (!author.name().empty()) of.push_back(author.name());
      if (!author.team().empty()) of.push_back(author.team());
      if (!author.standing().empty() && author.standing() != "own") {
        of.push_back(Words(author.standing()) +
                     (author.answerable().empty() ? ", nobody answerable"
                                                  : ", answerable " + Words(author.answerable())));
      }
      how += fmt::format("{} {}", how.empty() ? "By" : ", by", Words(author.role()));
      if (!of.empty()) how += fmt::format(" ({})", Joined(of, "; "));
    }
    if (how.starts_with(",")) how = Capital(how.substr(2));
    if (contact_.out_of_hours() == v1::TRI_YES) how += "; out of hours";
    Add("How", how, Ink::kFaint);
  }

  std::string SightOf(const v1::Contact::Seen& seen) const {
    std::vector<std::string> parts;
    if (seen.seen() == v1::TRI_UNSPECIFIED) parts.emplace_back("not recorded whether seen");
    AddTri(parts, seen.seen(), "seen", "NOT SEEN");
    if (!seen.why_not().empty()) parts.push_back(Words(seen.why_not()));
    AddTri(parts, seen.seen_alone(), "alone", "not alone");
    AddTri(parts, seen.spoken_to(), "spoken to", "not spoken to");
    AddTri(parts, seen.spoken_to_alone(), "spoken to alone", "not spoken to alone");
    AddTri(parts, seen.bedroom_seen(), "bedroom seen", "bedroom not seen");
    if (!seen.where().empty()) parts.push_back(Words(seen.where()));
    if (!seen.by().empty()) parts.push_back("by " + Words(seen.by()));
    return fmt::format("{}: {}", Name(seen.child()), Joined(parts));
  }

  void AddSeen() {
    bool own = false;
    std::vector<std::pair<std::string, Ink>> lines;
    for (const v1::Contact::Seen& seen : contact_.seen()) {
      const bool this_child = !telling_.label.empty() && seen.child() == telling_.label;
      own = own || this_child;
      const Ink ink = seen.seen() == v1::TRI_YES ? Ink::kPlain : Ink::kWarn;
      lines.insert(this_child ? lines.begin() : lines.end(), {SightOf(seen), ink});
    }
    const contact::Kind* kind = contact::Catalogue::Get().Of(contact_);
    const bool expected = kind != nullptr && kind->options.seen_expected();
    if (!own && expected && !telling_.label.empty()) {
      lines.insert(lines.begin(),
                   {Name(telling_.label) + ": not recorded whether seen", Ink::kWarn});
    }
    for (const auto& [text, ink] : lines) {
      Add(&text == &lines.front().first ? "Seen" : "", text, ink);
    }
  }

  void AddPeople() {
    std::vector<std::string> people;
    for (const v1::Contact::Subject& subject : contact_.subjects()) {
      if (subject.label() == telling_.label) continue;
      std::vector<std::string> says;
      for (const std::string& role : subject.roles()) says.push_back(Words(role));
      if (subject.has_stated_relation()) {
        const v1::Contact::StatedRelation& stated = subject.stated_relation();
        says.push_back(
            fmt::format("said to be {} of {}", Words(stated.relation()), Name(stated.to())));
      }
      AddTri(says, subject.present(), "there", "not there");
      people.push_back(says.empty() ? Name(subject.label())
                                    : fmt::format("{} ({})", Name(subject.label()), Joined(says)));
    }
    Add("People", Joined(people, "; "));
  }

  void AddVoice() {
    for (const v1::Contact::Voice& voice : contact_.voice()) {
      std::vector<std::string> how;
      if (!voice.expressed().empty() && voice.expressed() != "words") {
        how.push_back("by " + Words(voice.expressed()));
      }
      if (!voice.language().empty()) how.push_back("in " + voice.language());
      if (!voice.interpreter().empty()) how.push_back("interpreter: " + Words(voice.interpreter()));
      std::vector<std::string> others;
      for (const std::string& other : voice.others_present()) others.push_back(Name(other));
      if (!others.empty()) how.push_back("with " + Joined(others) + " there");
      if (!voice.spoken_for_by().empty()) {
        how.push_back("spoken for by " + NameOrWords(voice.spoken_for_by()));
      }
      std::string text = voice.words().empty() ? "" : "“" + voice.words() + "” ";
      text += Name(voice.child());
      if (!how.empty()) text += ", " + Joined(how);
      Add("Voice", text, Ink::kStrong);
    }
  }

  void AddStatements() {
    for (const v1::Contact::Statement& statement : contact_.statements()) {
      std::string name = "Narrative";
      if (statement.basis() == "observed") name = "Observed";
      if (statement.basis() == "reported") name = "Reported";
      if (statement.basis() == "opinion") name = "Opinion";
      if (statement.basis() == "document") name = "Document";
      std::vector<std::string> says;
      if (!statement.source().empty() && statement.source() != "author") {
        says.push_back("by " + NameOrWords(statement.source()));
      }
      if (!statement.quality().empty() && statement.quality() != "first_hand") {
        says.push_back(Words(statement.quality()));
      }
      const bool unverified =
          statement.verification().empty() || statement.verification() == "unverified";
      if (!unverified) {
        says.push_back(Words(statement.verification()) +
                       (statement.has_verified_by()
                            ? " (" + RefWords(statement.verified_by(), telling_.sender) + ")"
                            : ""));
      } else if (statement.basis() == "reported") {
        says.emplace_back("unverified");
      }
      Add(name,
          says.empty() ? statement.text() : fmt::format("{} [{}]", statement.text(), Joined(says)));
    }
  }

  void AddConcerns() {
    for (const v1::Contact::Concern& concern : contact_.concerns()) {
      std::string text = Capital(Words(concern.concern()));
      std::vector<std::string> says;
      if (!concern.course().empty()) says.push_back(Words(concern.course()));
      if (!concern.attribution().empty()) {
        says.push_back("put down to " + Words(concern.attribution()));
      }
      std::vector<std::string> children;
      for (const std::string& child : concern.children()) children.push_back(Name(child));
      if (!children.empty()) says.push_back("for " + Joined(children));
      if (!says.empty()) text += ": " + Joined(says);
      if (!concern.impact_on_child().empty()) text += ". " + concern.impact_on_child();
      Add("Concern", text, Ink::kWarn);
    }
    for (const v1::Contact::Strength& strength : contact_.strengths()) {
      std::string text = Capital(Words(strength.strength()));
      if (!strength.who().empty()) text += (text.empty() ? "" : ", ") + Name(strength.who());
      if (!strength.text().empty()) text += (text.empty() ? "" : ": ") + strength.text();
      Add("Strength", text, Ink::kGood);
    }
  }

  void AddDecision() {
    const v1::Contact::Decision& decision = contact_.decision();
    if (!contact_.has_decision()) return;
    std::string text = Capital(Words(decision.decision()));
    if (!decision.by().empty()) text += " (" + Words(decision.by()) + ")";
    text += decision.reasons().empty() ? ". No reasons given" : ". Because: " + decision.reasons();
    if (!decision.impact_on_child().empty()) {
      text += (text.ends_with('.') ? " " : ". ") + ("For the child: " + decision.impact_on_child());
    }
    std::vector<std::string> rests;
    for (const v1::ContactRef& ref : decision.rests_on()) {
      rests.push_back(RefWords(ref, telling_.sender));
    }
    for (const std::uint32_t number : decision.rests_on_statements()) {
      rests.push_back(fmt::format("statement {}", number));
    }
    if (!rests.empty()) text += (text.ends_with('.') ? " " : ". ") + ("Rests on " + Joined(rests));
    std::vector<std::string> rejected;
    for (const std::string& one : decision.rejected()) rejected.push_back(Words(one));
    if (!rejected.empty()) {
      text += (text.ends_with('.') ? " " : ". ") + ("Not chosen: " + Joined(rejected));
    }
    Add("Decision", text, Ink::kStrong);
  }

  void AddActions() {
    for (const v1::Contact::Action& action : contact_.actions()) {
      std::string text = action.text().empty() ? Capital(Words(action.type())) : action.text();
      std::vector<std::string> says;
      if (!action.state().empty()) says.push_back(Words(action.state()));
      if (!action.about().empty()) says.push_back("about " + NameOrWords(action.about()));
      if (!action.by().empty()) says.push_back("by " + Words(action.by()));
      if (action.has_due()) says.push_back("due " + TimeWords(action.due()));
      Add("Action", says.empty() ? text : fmt::format("{} ({})", text, Joined(says)));
    }
  }

  void AddSharing() {
    for (int i = 0; i < contact_.sharing_size(); ++i) {
      const v1::Contact::Sharing& sharing = contact_.sharing(i);
      std::string text = RecipientWords(sharing.recipient(), contact_);
      if (!sharing.unit().empty()) text += ", " + sharing.unit();
      if (sharing.position() == "copy") text += " (copy)";
      if (sharing.expectation() == "act") text += ", to act";
      if (sharing.expectation() == "reply") text += ", to reply";
      if (sharing.expectation() == "for_information") text += ", for information";
      if (sharing.has_due()) text += " by " + TimeWords(sharing.due());
      if (!sharing.channel().empty()) text += ", via " + Words(sharing.channel());
      if (!sharing.purpose().empty()) text += ": " + sharing.purpose();
      if (!sharing.asks().empty()) {
        text += fmt::format("{}Asked: {}.", text.ends_with('.') ? " " : ". ",
                            fmt::join(sharing.asks(), "; "));
      }
      if (sharing.consent() == "refused" || sharing.consent().starts_with("not_sought")) {
        text += fmt::format(" [consent {}]", Words(sharing.consent()));
      }
      Add("Shared with", text);
      AddReplies(i, sharing);
    }
  }

  void AddReplies(int index, const v1::Contact::Sharing& sharing) {
    if (index >= static_cast<int>(telling_.handovers.size())) return;
    const auto& replies = telling_.handovers[static_cast<std::size_t>(index)].replies();
    for (const v1::ChronologyReply& reply : replies) {
      const auto when = ParseUncertain(reply.occurred_text());
      Add("",
          fmt::format("→ {}, {} ({} {})", Words(reply.state()),
                      when.has_value() ? DateWords(*when) : DayOfText(reply.known()),
                      reply.by().agency(), reply.by().contact_id()),
          reply.state() == "declined" ? Ink::kWarn : Ink::kGood);
    }
    if (!replies.empty()) return;
    const bool expected = sharing.expectation() != "for_information";
    Add("", expected ? "→ no answer known" : "→ receipt not known",
        expected ? Ink::kWarn : Ink::kFaint);
  }

  void AddLinks() {
    std::vector<std::string> links;
    for (const v1::Contact::Link& link : contact_.links()) {
      std::string text = Words(link.link());
      if (link.has_target()) text += " " + RefWords(link.target(), telling_.sender);
      if (!link.alert_id().empty()) text += " alert " + link.alert_id().substr(0, 8);
      if (!link.review_id().empty()) text += " review " + link.review_id();
      if (!link.state().empty()) text += " (" + Words(link.state()) + ")";
      links.push_back(text);
    }
    Add("Linked", Capital(Joined(links, "; ")), Ink::kFaint);
  }

  void AddRest() {
    for (const v1::Contact::Interpreting& one : contact_.interpreting()) {
      std::string text = Name(one.who());
      if (!one.language().empty()) text += ", " + one.language();
      if (!one.by().empty()) text += ", interpreter: " + Words(one.by());
      Add("Language", text);
    }
    if (contact_.has_relevance_to_child()) {
      Add("Relevance", contact_.relevance_to_child().why());
    }
    for (const v1::Contact::Attachment& one : contact_.attachments()) {
      std::string text = one.title().empty() ? Capital(Words(one.type())) : one.title();
      if (!one.held_at().empty()) text += ", held at " + one.held_at();
      Add("Attached", fmt::format("{} [{}…]", text, one.sha256().substr(0, 12)), Ink::kFaint);
    }
    Add("Context", contact_.context_note(), Ink::kFaint);
    std::vector<std::string> marks;
    for (const v1::Contact::Handling& one : contact_.handling()) {
      std::string mark = Words(one.handling());
      if (one.has_label()) mark += " (" + one.label() + ")";
      if (one.has_statement()) mark += fmt::format(" (statement {})", one.statement());
      if (one.has_field()) mark += " (" + Words(one.field()) + ")";
      marks.push_back(mark);
    }
    Add("Marked", Joined(marks, "; "), Ink::kWarn);
  }

  const v1::Contact& contact_;
  const Telling& telling_;
  std::vector<ContentRow> rows_;
};

}  // namespace

std::vector<ContentRow> ContentRows(const v1::Contact& contact, const Telling& telling) {
  return Rows(contact, telling).All();
}

}  // namespace throughline::show
