#include "engine/intake/examine.h"

#include <algorithm>

#include "engine/base/bytes.h"
#include "engine/base/utf8.h"
#include "engine/contact/feed_headers.h"
#include "engine/contact/identifiers.h"
#include "engine/intake/state.h"

namespace throughline::intake {
namespace {

using contact::Fault;

constexpr std::size_t kMaxImportName = 128;

bool IsPrintable(std::string_view text) {
  return IsUtf8(text) && std::none_of(text.begin(), text.end(),
                                      [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

// Who speaks. All that the headers claim beyond the topic is refused unless the feed attests.
std::vector<Fault> ReadHeaders(const log::Message& message, const Terms& terms, Speaker& speaker) {
  std::vector<Fault> faults;
  speaker.agency = terms.agency;
  if (const std::string* agency = message.Find(contact::kAgencyHeader);
      agency != nullptr && *agency != speaker.agency) {
    if (!terms.attests) {
      faults.push_back({"", "states an agency that is not that of its topic"});
    } else if (!contact::IsAgencyName(*agency)) {
      faults.push_back({"", "states an agency whose name is not 1 to 64 of [a-z0-9-]"});
    } else {
      speaker.agency = *agency;
    }
  }
  if (const std::string* import = message.Find(contact::kImportHeader)) {
    if (import->empty() || import->size() > kMaxImportName || !IsPrintable(*import)) {
      faults.push_back({"", fmt::format("states an import whose name is not 1 to {} printable "
                                        "characters",
                                        kMaxImportName)});
    } else {
      speaker.import = *import;
    }
  }
  const std::string* history = message.Find(contact::kHistoryHeader);
  speaker.history = history != nullptr && *history == contact::kHistoryYes;
  return faults;
}

}  // namespace

Examined Examine(const log::Record& record, const Terms& terms) {
  Examined examined;
  const auto decoded = std::make_shared<v1::Contact>();
  v1::Contact& contact = *decoded;
  examined.contact = decoded;
  const log::Message& message = record.message;
  examined.unreadable = ReadHeaders(message, terms, examined.speaker);
  if (!examined.unreadable.empty()) return examined;
  if (message.value.size() > kMaxTakenBytes) {
    examined.unreadable.push_back(
        {"", fmt::format("{} bytes; at most {}", message.value.size(), kMaxTakenBytes)});
    return examined;
  }
  if (auto read = contact::DecodeInto(message.value, contact); !read) {
    examined.unreadable.push_back({"", read.error().text});
    contact.Clear();
    return examined;
  }
  examined.sha256 = Sha256(message.value);
  examined.contact_key = ContactKey(examined.speaker.agency, contact.contact_id());
  contact::Feed feed;
  feed.agency = examined.speaker.agency;
  feed.attests = terms.attests;
  feed.received = record.appended;
  feed.calendar = terms.calendar.get();
  examined.verdict = contact::Validate(contact, feed);
  if (examined.verdict.refused.empty())
    examined.descriptions = DescriptionsIn(contact, feed.agency);
  return examined;
}

}  // namespace throughline::intake
