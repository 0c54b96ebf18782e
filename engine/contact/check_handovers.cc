#include "engine/contact/checks.h"
#include "engine/contact/read_contact.h"

namespace throughline::contact {
namespace {

using Sharing = v1::Contact::Sharing;
using Link = v1::Contact::Link;

void CheckSharing(const Sharing& sharing, const Path& path, Findings& findings) {
  const std::string& expectation = sharing.expectation();
  if (sharing.recipient().has_outside_body()) {
    findings.Warn(In(path, "recipient"),
                  "not on the system: its answers come only through the sender");
  }
  if (sharing.position() == "copy" && expectation == "act") {
    findings.Warn(In(path, "expectation"), "a copy that is expected to act");
  }
  if (expectation == "not_recorded") {
    findings.Warn(In(path, "expectation"), "not recorded: followed as act");
  }
  if (sharing.channel() == "verbal") findings.Warn(In(path, "channel"), "by word of mouth only");
  if ((expectation == "act" || expectation == "reply") && !Holds(sharing.due())) {
    findings.Warn(In(path, "due"), "not given, and an act or a reply is expected");
  }
}

bool PointsAtItself(const Checked& checked, const Link& link) {
  if (!Holds(link.target())) return false;
  const Target target = Resolve(link.target(), checked.feed.agency);
  return target.agency == checked.feed.agency &&
         (target.contact_id.empty() || target.contact_id == checked.contact.contact_id());
}

void CheckLink(const Checked& checked, const Link& link, const Path& path, Findings& findings) {
  const int ends = (Holds(link.target()) ? 1 : 0) + (link.alert_id().empty() ? 0 : 1) +
                   (link.review_id().empty() ? 0 : 1);
  if (ends == 0) findings.Warn(path, "it links to nothing");
  if (ends > 1) findings.Warn(path, "it links to more than one: only one of them is meant");
  if (PointsAtItself(checked, link)) findings.Refuse(In(path, "target"), "it points at itself");
  const bool is_fixed = checked.kind != nullptr && !checked.kind->options.fixes_state().empty();
  const bool is_hand_over = Holds(link.target());
  if (link.link() == "answers" && is_hand_over && link.state().empty() && !is_fixed) {
    findings.Warn(In(path, "state"), "not given: `answers` says how far it has come");
  }
}

// What reports on, or closes, something earlier.
bool IsFollowing(const Checked& checked) {
  return checked.Is("vulnerable_child_notification") || checked.Is("encompass_notice") ||
         checked.Is("serious_incident_notified") || checked.Is("assessment_closed") ||
         checked.Is("section_47_ended") ||
         (checked.Is("case_closed") && checked.contact.case_closed().case_ref().empty());
}

}  // namespace

void CheckHandovers(const Checked& checked, Findings& findings) {
  const Path root;
  for (int i = 0; i < checked.contact.sharing_size(); ++i) {
    CheckSharing(checked.contact.sharing(i), In(root, "sharing", i), findings);
  }
  for (int i = 0; i < checked.contact.links_size(); ++i) {
    CheckLink(checked, checked.contact.links(i), In(root, "links", i), findings);
  }
  if (IsFollowing(checked) && !IsLinked(checked)) {
    findings.Warn(In(root, "links"), "an incident or closure that is linked to nothing earlier");
  }
}

}  // namespace throughline::contact
