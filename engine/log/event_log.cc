#include "engine/log/event_log.h"

#include <algorithm>

#include "engine/base/check.h"

namespace throughline::log {
namespace {

constexpr std::size_t kMaxTopicName = 200;
constexpr std::size_t kMaxAgencyName = 64;

bool LowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

const std::string* Message::Find(std::string_view header) const {
  auto found = std::find_if(headers.begin(), headers.end(),
                            [&](const Header& candidate) { return candidate.key == header; });
  return found == headers.end() ? nullptr : &found->value;
}

Result<void> EventLog::Check(std::string_view topic) {
  TL_TRY(Start(topic));
  return {};
}

Result<void> CheckTopicName(std::string_view topic) {
  bool fits = !topic.empty() && topic.size() <= kMaxTopicName && topic != "." && topic != ".." &&
              std::all_of(topic.begin(), topic.end(), [](char c) {
                return LowerOrDigit(c) || c == '.' || c == '_' || c == '-';
              });
  if (fits) return {};
  return Fail(Code::kInvalid, "a topic's name is 1 to {} of [a-z0-9._-], but not . or ..",
              kMaxTopicName);
}

Result<void> CheckMessage(const Message& message) {
  if (message.value.size() > kMaxValueBytes) {
    return Fail(Code::kInvalid, "value too big: {} bytes, at most {}", message.value.size(),
                kMaxValueBytes);
  }
  std::size_t overhead = message.key.size();
  for (const Header& header : message.headers) {
    overhead += kHeaderCost + header.key.size() + header.value.size();
  }
  if (overhead > kMaxOverheadBytes) {
    return Fail(Code::kInvalid, "key and headers too big: {} bytes, at most {}", overhead,
                kMaxOverheadBytes);
  }
  return {};
}

std::string FeedTopic(std::string_view agency) {
  CHECK(!agency.empty() && agency.size() <= kMaxAgencyName);
  CHECK(std::all_of(agency.begin(), agency.end(),
                    [](char c) { return LowerOrDigit(c) || c == '-'; }));
  return fmt::format("throughline.contacts.{}", agency);
}

std::string JournalTopic(std::uint32_t generation) {
  return fmt::format("throughline.journal.g{}", generation);
}

}  // namespace throughline::log
