#include "engine/intake/dead_letters.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/intake/store_dead_letters.h"

namespace throughline::intake {
namespace {

// Leaves room for the faults, the key and the headers in one record of the log.
constexpr std::size_t kShareBytes = std::size_t{512} << 10;
constexpr std::size_t kLettersAtOnce = 100;
constexpr Millis kLetterWait = 10 * kSecond;

}  // namespace

Result<std::vector<std::int64_t>> StoreDeadLetters(log::EventLog& log,
                                                   const std::vector<v1::DeadLetter>& letters) {
  std::vector<std::int64_t> first;
  if (letters.empty()) return first;
  std::vector<log::Message> messages;
  std::vector<std::size_t> starts;
  for (const v1::DeadLetter& letter : letters) {
    starts.push_back(messages.size());
    std::string_view original = letter.original();
    auto of = static_cast<std::uint32_t>(
        std::max<std::size_t>((original.size() + kShareBytes - 1) / kShareBytes, 1));
    for (std::uint32_t part = 1; part <= of; ++part) {
      v1::DeadLetter share;
      if (part == 1) {
        share = letter;
      } else {
        share.set_topic(letter.topic());
        share.set_offset(letter.offset());
      }
      share.set_original(std::string(original.substr((part - 1) * kShareBytes, kShareBytes)));
      share.set_part(part);
      share.set_of(of);
      messages.push_back({.key = {}, .value = share.SerializeAsString(), .headers = {}});
    }
  }
  TL_ASSIGN(auto offsets, log.Append(log::kDeadLetters, messages));
  CHECK(offsets.size() == messages.size());
  for (std::size_t start : starts) first.push_back(offsets[start]);
  return first;
}

namespace {

// Puts the parts of letters together as they come: two writers may store at once while one takes
// over from the other.
class Assembler {
 public:
  // The letter that this record completes.
  std::optional<StoredDeadLetter> Add(std::int64_t offset, v1::DeadLetter part) {
    const Name name(part.topic(), part.offset());
    auto open = open_.find(name);
    if (part.part() <= 1) {
      if (part.of() <= 1) return StoredDeadLetter{offset, std::move(part)};
      // Both may store the same letter, whose first part is its id for the one who did so first.
      if (open != open_.end() && open->second.first == part.original()) return std::nullopt;
      if (open == open_.end()) MakeRoom();
      std::string first = part.original();
      open_.insert_or_assign(name, Open{{offset, std::move(part)}, std::move(first), 2});
      return std::nullopt;
    }
    if (open == open_.end() || part.part() != open->second.next) return std::nullopt;
    StoredDeadLetter& whole = open->second.whole;
    whole.letter.mutable_original()->append(part.original());
    if (++open->second.next <= whole.letter.of()) return std::nullopt;
    StoredDeadLetter done = std::move(whole);
    open_.erase(open);
    return done;
  }

 private:
  using Name = std::pair<std::string, std::int64_t>;  // where on its feed it lay
  struct Open {
    StoredDeadLetter whole;
    std::string first;  // what the first part holds
    std::uint32_t next = 2;
  };
  // Most that stay open were given up by a writer that died, and come again.
  static constexpr std::size_t kMostOpen = 32;

  void MakeRoom() {
    if (open_.size() < kMostOpen) return;
    open_.erase(std::min_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
      return a.second.whole.offset < b.second.whole.offset;
    }));
  }

  std::map<Name, Open> open_;
};

}  // namespace

Result<void> VisitDeadLetters(log::EventLog& log, std::int64_t from,
                              const std::function<bool(const StoredDeadLetter&)>& visit) {
  auto start = log.Start(log::kDeadLetters);
  if (!start && start.error().code == Code::kNotFound) return {};
  if (!start) return Fail(std::move(start.error()));
  TL_ASSIGN(std::int64_t end, log.End(log::kDeadLetters));
  if (from > end) return {};
  TL_ASSIGN(auto reader, log.Read(log::kDeadLetters, std::max(from, *start)));
  Assembler assembler;
  // A feed's topic may be made anew, so that another stands at the same offset.
  std::set<std::tuple<std::string, std::int64_t, std::string>> visited;
  while (reader->Position() < end) {
    TL_ASSIGN(auto records, reader->Poll(kLettersAtOnce, kLetterWait));
    if (records.empty()) {
      return Fail(Code::kUnavailable, "offset {} of {} did not come", reader->Position(),
                  log::kDeadLetters);
    }
    for (log::Record& record : records) {
      v1::DeadLetter part;
      if (!part.ParseFromString(record.message.value)) {
        return Fail(Code::kCorrupt, "offset {} of {} is no dead letter", record.offset,
                    log::kDeadLetters);
      }
      auto whole = assembler.Add(record.offset, std::move(part));
      if (!whole) continue;
      const v1::DeadLetter& letter = whole->letter;
      if (!visited.emplace(letter.topic(), letter.offset(), Sha256(letter.original())).second)
        continue;
      if (!visit(*whole)) return {};
    }
  }
  return {};
}

Result<std::vector<StoredDeadLetter>> ListDeadLetters(log::EventLog& log, std::size_t most) {
  std::deque<StoredDeadLetter> newest;
  TL_TRY(VisitDeadLetters(log, 0, [&](const StoredDeadLetter& letter) {
    newest.push_back(letter);
    if (newest.size() > most) newest.pop_front();
    return true;
  }));
  return std::vector<StoredDeadLetter>(newest.begin(), newest.end());
}

Result<StoredDeadLetter> ShowDeadLetter(log::EventLog& log, std::int64_t offset) {
  std::optional<StoredDeadLetter> found;
  TL_TRY(VisitDeadLetters(log, offset, [&](const StoredDeadLetter& letter) {
    if (letter.offset == offset) found = letter;
    return false;
  }));
  if (!found) return Fail(Code::kNotFound, "no dead letter begins at offset {}", offset);
  return *std::move(found);
}

Result<std::size_t> ResendDeadLetters(log::EventLog& log,
                                      const std::function<bool(const StoredDeadLetter&)>& wanted) {
  std::size_t sent = 0;
  Result<void> outcome;
  TL_TRY(VisitDeadLetters(log, 0, [&](const StoredDeadLetter& stored) {
    if (!wanted(stored)) return true;
    log::Message message;
    message.key = stored.letter.key();
    message.value = stored.letter.original();
    for (const v1::DeadLetterHeader& header : stored.letter.headers()) {
      message.headers.push_back({header.key(), header.value()});
    }
    if (!log::CheckMessage(message)) return true;
    auto appended = log.Append(stored.letter.topic(), {message});
    if (!appended) {
      outcome = Fail(std::move(appended.error()));
      return false;
    }
    ++sent;
    return true;
  }));
  if (!outcome) return Fail(std::move(outcome.error()));
  return sent;
}

}  // namespace throughline::intake
