#include "engine/projection/publisher.h"

#include <algorithm>
#include <utility>

#include "engine/base/crash_point.h"
#include "engine/projection/host_keys.h"

namespace throughline::projection {
namespace {

constexpr std::size_t kRowsAtOnce = 500;
constexpr std::size_t kMostAppendBytes = std::size_t{4} << 20;

log::Message MessageOf(const Publication& publication, bool late) {
  log::Message message{.key = publication.id,
                       .value = publication.value,
                       .headers = {{.key = "id", .value = publication.id}}};
  if (late) message.headers.push_back({.key = "late", .value = "1"});
  return message;
}

}  // namespace

Publisher::Publisher(log::EventLog& log, std::vector<std::string> topics,
                     std::function<bool(const Publication&)> still_open, Signal& signal)
    : log_(log),
      topics_(std::move(topics)),
      still_open_(std::move(still_open)),
      signal_(signal),
      published_(log) {}

void Publisher::Trouble(std::string trouble) {
  const std::scoped_lock lock(signal_.mutex);
  status_.trouble = std::move(trouble);
}

void Publisher::Follow(const Generation& generation) {
  if (following_ == generation.number()) return;
  following_ = generation.number();
  cursors_.assign(generation.stores()->size(), {});
  surplus_known_ = !generation.from_nothing();
  const std::scoped_lock lock(signal_.mutex);
  status_.surplus.reset();
}

Result<void> Publisher::ReadTopics() {
  for (const std::string& topic : topics_) {
    if (!published_.Knows(topic)) TL_TRY(published_.Read(topic));
  }
  while (!uncertain_.empty()) {
    TL_TRY(published_.Read(*uncertain_.begin()));
    uncertain_.erase(uncertain_.begin());
  }
  return {};
}

Result<void> Publisher::Look(Generation& generation, std::uint32_t shard,
                             std::vector<Waiting>& waiting, std::map<std::uint32_t, Seq>& drained) {
  const auto reads = generation.stores()->At(shard).Snapshot();
  Cursor& cursor = cursors_[shard];
  // 0: there is no mark, or it was set before the first record.
  const Seq through = cursor.caught_up ? 0 : keys::CatchUp(*reads).value_or(0);
  TL_ASSIGN(const ShardPosition position, PositionIn(*reads));
  if (position.head.seq == 0 || through == keys::kNotYet) return {};
  // Whether something is still open can be asked once everyone stands at the journal's end.
  if (through > 0 && !generation.board().Settled()) return {};
  auto rows = Outbox(*reads, kRowsAtOnce, cursor.after);
  if (reads->fault()) return Fail(*reads->fault());
  // What a record that is not at its end has to say waits for that.
  while (!rows.empty() && rows.back().seq > position.head.seq) rows.pop_back();
  if (!cursor.caught_up && (rows.empty() || rows.front().seq > through)) {
    cursor.caught_up = true;
    if (through > 0) generation.runner(shard).Published({keys::CatchUpKey()});
  }
  if (rows.size() < kRowsAtOnce) drained[shard] = position.head.seq;
  for (OutboxRow& row : rows) {
    const bool catching_up = row.seq <= through;
    waiting.push_back({.shard = shard, .row = std::move(row), .catching_up = catching_up});
  }
  return {};
}

Result<Publisher::Chosen> Publisher::Choose(const std::vector<Waiting>& waiting,
                                            std::uint32_t generation) {
  Chosen chosen;
  std::set<std::string, std::less<>> seen;
  for (const Waiting& each : waiting) {
    const Publication& publication = each.row.publication;
    if (!published_.Knows(publication.topic)) TL_TRY(published_.Read(publication.topic));
    if (published_.Made(publication.topic, publication.id, generation) ||
        !seen.insert(publication.topic + '\0' + publication.id).second) {
      ++chosen.repeats;
    } else if (each.catching_up && (!still_open_ || !still_open_(publication))) {
      ++chosen.withheld;
    } else {
      chosen.rows.push_back(&each);
    }
  }
  return chosen;
}

Result<void> Publisher::Append(const std::vector<const Waiting*>& chosen,
                               std::uint32_t generation) {
  for (auto at = chosen.begin(); at != chosen.end();) {
    // A run of one topic, in order.
    const std::string& topic = (*at)->row.publication.topic;
    const auto begin = at;
    std::vector<log::Message> messages;
    std::size_t bytes = 0;
    std::uint64_t late = 0;
    for (; at != chosen.end() && (*at)->row.publication.topic == topic && bytes < kMostAppendBytes;
         ++at) {
      messages.push_back(MessageOf((*at)->row.publication, (*at)->catching_up));
      bytes += messages.back().value.size();
      late += (*at)->catching_up ? 1 : 0;
    }
    CrashPoint("before-publish");
    const auto appended = log_.Append(topic, messages);
    CrashPoint("after-publish");
    if (!appended) {
      uncertain_.insert(topic);
      return Fail(appended.error());
    }
    for (auto each = begin; each != at; ++each) {
      published_.Add(topic, (*each)->row.publication.id, generation);
    }
    const std::scoped_lock lock(signal_.mutex);
    status_.published += messages.size();
    status_.late += late;
  }
  return {};
}

void Publisher::CountSurplus(const Generation& generation) {
  if (surplus_known_ || !std::all_of(cursors_.begin(), cursors_.end(),
                                     [](const Cursor& cursor) { return cursor.caught_up; })) {
    return;
  }
  surplus_known_ = true;
  const std::scoped_lock lock(signal_.mutex);
  status_.surplus = published_.MadeByOthers(generation.number());
}

Result<bool> Publisher::Pass(Generation& generation) {
  Follow(generation);
  TL_TRY(ReadTopics());
  std::vector<Waiting> waiting;
  std::map<std::uint32_t, Seq> drained;
  for (std::uint32_t i = 0; i < cursors_.size(); ++i) {
    // A shard that failed keeps what it has until it is rebuilt; the others go on.
    if (generation.stores()->At(i).Fault()) continue;
    const auto looked = Look(generation, i, waiting, drained);
    if (!looked && !generation.stores()->At(i).Fault()) return Fail(looked.error());
  }
  std::stable_sort(waiting.begin(), waiting.end(),
                   [](const Waiting& a, const Waiting& b) { return a.row.seq < b.row.seq; });
  TL_ASSIGN(const auto chosen, Choose(waiting, generation.number()));
  TL_TRY(Append(chosen.rows, generation.number()));
  {
    const std::scoped_lock lock(signal_.mutex);
    status_.repeats += chosen.repeats;
    status_.withheld += chosen.withheld;
  }

  std::map<std::uint32_t, std::vector<std::string>> done;
  for (Waiting& each : waiting) {
    cursors_[each.shard].after = each.row.key;
    done[each.shard].push_back(std::move(each.row.key));
  }
  for (auto& [shard, rows] : done) generation.runner(shard).Published(std::move(rows));
  for (const auto& [shard, through] : drained) generation.board().Drained(shard, through);
  if (drained.size() == cursors_.size() && waiting.empty()) CountSurplus(generation);
  return !waiting.empty();
}

}  // namespace throughline::projection
