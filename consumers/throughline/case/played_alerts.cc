#include "consumers/throughline/case/played_alerts.h"

#include <fmt/ranges.h>

#include <map>
#include <set>
#include <utility>

#include "consumers/risk/risk_fold.h"
#include "consumers/throughline/alerts_answers.h"
#include "consumers/throughline/case/written_contacts.h"
#include "consumers/throughline/find_person.h"

namespace throughline::cases {
namespace {

Result<PersonId> PersonOf(const projection::View& view, const PersonId& record) {
  v1::PersonRef ref;
  ref.set_id(record.Text());
  TL_ASSIGN(const cli::Found found, cli::FindOneAt(view, ref, std::nullopt));
  return found.person;
}

bool IsAbout(const v1::Alert& alert, const contact::Target& target) {
  return alert.anchor().agency() == target.agency &&
         alert.anchor().contact_id() == target.contact_id;
}

// Those that are meant and open now.
Result<std::vector<v1::Alert>> OpenNow(const MeantAlert& meant, const Player& player) {
  const projection::View view = player.view();
  std::set<PersonId> persons;
  if (const auto records = player.persons().find(meant.child); records != player.persons().end()) {
    for (const PersonId& record : records->second) {
      TL_ASSIGN(const PersonId person, PersonOf(view, record));
      persons.insert(person);
    }
  }
  std::vector<v1::Alert> open;
  for (const PersonId& person : persons) {
    for (auto& history : risk::AlertsOf(player.state(), person, chronology::kEverything)) {
      if (!history.open || history.last.rule() != meant.rule) continue;
      if (meant.about && !IsAbout(history.last, *meant.about)) continue;
      open.push_back(std::move(history.last));
    }
  }
  if (auto fault = view.Fault()) return Fail(*fault);
  return open;
}

std::string AboutWhat(const std::vector<v1::Alert>& alerts) {
  std::set<std::string> anchors;
  for (const v1::Alert& alert : alerts) {
    if (!alert.anchor().contact_id().empty()) {
      anchors.insert(Named({alert.anchor().agency(), alert.anchor().contact_id()}));
    }
  }
  return fmt::format("{}", fmt::join(anchors, ", "));
}

void SetAlert(const std::string& id, v1::Contact& contact) {
  if (contact.has_record_opened()) {
    contact.mutable_record_opened()->set_alert_id(id);
  } else {
    const auto* envelope = v1::Contact::GetReflection();
    const auto* kind = envelope->GetOneofFieldDescriptor(
        contact, v1::Contact::descriptor()->FindOneofByName("detail"));
    auto& detail = *envelope->MutableMessage(&contact, kind);
    detail.GetReflection()->SetString(&detail, detail.GetDescriptor()->FindFieldByName("alert"),
                                      id);
  }
  for (auto& link : *contact.mutable_links()) {
    if (link.alert_id() == kNoAlert) link.set_alert_id(id);
  }
}

void Follow(const v1::Alert& alert, v1::Contact& contact) {
  for (const v1::EvidenceRef& evidence : alert.evidence()) {
    if (evidence.withheld()) continue;
    auto& link = *contact.add_links();
    link.set_link("follows");
    link.mutable_target()->set_agency(evidence.agency());
    link.mutable_target()->set_contact_id(evidence.contact_id());
    return;
  }
}

}  // namespace

Result<v1::Contact> AsPublished(const CaseContact& written, const std::string& name,
                                const Player& player) {
  v1::Contact contact = written.contact;
  if (!written.alert) return contact;
  const MeantAlert& meant = *written.alert;
  TL_ASSIGN(const std::vector<v1::Alert> open, OpenNow(meant, player));
  yaml::Fault fault{name, meant.place, {}};
  const std::string which = fmt::format("{} for {}{}", meant.rule, meant.child,
                                        meant.about ? " about " + Named(*meant.about) : "");
  if (open.empty()) {
    fault.text = fmt::format("no alert {} is open when this is published, on {}", which,
                             FormatMinute(written.published));
    return Fail(yaml::Refused({fault}));
  }
  if (open.size() > 1) {
    fault.text = fmt::format("{} alerts {} are open then: say which by `about`: {}", open.size(),
                             which, AboutWhat(open));
    return Fail(yaml::Refused({fault}));
  }
  SetAlert(open.front().alert_id(), contact);
  if (contact.subjects().empty()) Follow(open.front(), contact);
  return contact;
}

Result<void> AddAnswers(const Player& player, log::EventLog& log, std::vector<Raised>& raised) {
  const projection::View view = player.view();
  std::set<PersonId> persons;
  for (const PersonId& record : risk::PersonsWithAlerts(player.state())) {
    TL_ASSIGN(const PersonId person, PersonOf(view, record));
    persons.insert(person);
  }
  // By the id of the alert for which they hold; of those that links closed, by that which they
  // name.
  std::map<std::string, std::vector<Raised::Answer>> answers;
  std::map<std::string, std::vector<Raised::Answer>> named;
  for (const PersonId& person : persons) {
    v1::AlertsRequest request;
    request.mutable_person()->set_id(person.Text());
    TL_ASSIGN(const v1::AlertsAnswer answer, cli::AnswerAlerts(view, log, request));
    for (const v1::AlertLife& life : answer.alerts()) {
      auto& hold = answers[life.last().alert_id()];
      for (const v1::AlertAnswered& said : life.answers()) {
        hold.push_back({{said.agency(), said.contact_id()}, said.kind()});
        if (said.alert_id() != life.last().alert_id()) {
          named[said.alert_id()].push_back(hold.back());
        }
      }
    }
  }
  named.merge(answers);
  for (Raised& one : raised) {
    if (const auto said = named.find(one.alert_id); said != named.end())
      one.answered = said->second;
  }
  return {};
}

}  // namespace throughline::cases
