#include "engine/projection/publisher.h"

#include <algorithm>
#include <utility>

#include "engine/base/crash_point.h"
#include "engine/projection/host_keys.h"

namespace throughline::projection {
namespace {

constexpr std::size_t kRowsAtOnce = 500;
constexpr std::size_t kMostKept = 10'000;
constexpr std::size_t kMostAppendBytes = std::size_t{4} << 20;

log::Message MessageOf(const Publication& publication, bool late) {
  log::Message message{.key = publication.id,
                       .value = publication.value,
                       .headers = {{.key = "id", .value = publication.id}}};
  if (late) message.headers.push_back({.key = "late", .value = "1"});
  return message;
}

}  // namespace

Publisher::Publisher(log::EventLog& log, std::string instance, std::vector<std::string> topics,
                     std::function<bool(const Publication&)> still_open,
                     std::function<void(std::string_view)> note, Signal& signal)
    : log_(log),
      instance_(std::move(instance)),
      topics_(std::move(topics)),
      still_open_(std::move(still_open)),
      note_(std::move(note)),
      signal_(signal),
      published_(log) {}

void Publisher::Note(std::string_view text) const {
  if (note_) note_(text);
}

void Publisher::Trouble(std::string trouble) {
  if (trouble.empty() != status_.trouble.empty()) {
    Note(trouble.empty() ? "publishing goes on" : "nothing is published: " + trouble);
  }
  const std::scoped_lock lock(signal_.mutex);
  status_.trouble = std::move(trouble);
}

void Publisher::Follow(const Generation& generation) {
  if (following_ == generation.number()) return;
  following_ = generation.number();
  cursors_.assign(generation.stores()->size(), {});
  kept_.clear();
  surplus_known_ = !generation.from_nothing();
  const std::scoped_lock lock(signal_.mutex);
  status_.surplus.reset();
}

Result<void> Publisher::ReadTopics() {
  for (const std::string& topic : topics_) {
    if (!published_.Knows(topic)) TL_TRY(published_.Read(topic));
  }
  while (!uncertain_.empty()) {
    // What failed may be written yet.
    TL_TRY(log_.Append(*uncertain_.begin(), {}));
    TL_TRY(published_.Read(*uncertain_.begin()));
    uncertain_.erase(uncertain_.begin());
  }
  return {};
}

bool Publisher::KeepsOf(std::uint32_t shard, bool catching_up) const {
  return std::any_of(kept_.begin(), kept_.end(), [&](const Waiting& each) {
    return each.shard == shard && each.catching_up == catching_up;
  });
}

Result<void> Publisher::Look(Generation& generation, std::uint32_t shard, Looked& looked) {
  const auto reads = generation.stores()->At(shard).Snapshot();
  Cursor& cursor = cursors_[shard];
  // 0: there is no mark, or it was set before the first record.
  const Seq through = cursor.caught_up ? 0 : keys::CatchUp(*reads).value_or(0);
  TL_ASSIGN(const ShardPosition position, PositionIn(*reads));
  looked.writes = looked.writes && position.writer == instance_;
  looked.tick = std::max(looked.tick, position.last_tick);
  if (position.head.seq == 0 || through == keys::kNotYet) return {};
  // Whether something is still open can be asked once everyone stands at the journal's end.
  if (through > 0 && !generation.board().Settled()) return {};
  const std::size_t room = kMostKept - std::min(kMostKept, kept_.size());
  const std::size_t most = std::min(kRowsAtOnce, room);
  auto rows = Outbox(*reads, most, cursor.after);
  if (reads->fault()) return Fail(*reads->fault());
  // What a record that is not at its end has to say waits for that.
  while (!rows.empty() && rows.back().seq > position.head.seq) rows.pop_back();
  if (!cursor.caught_up && !KeepsOf(shard, true) && most > 0 &&
      (rows.empty() || rows.front().seq > through)) {
    cursor.caught_up = true;
    if (through > 0) generation.runner(shard).Published({keys::CatchUpKey()});
  }
  if (rows.size() < most) looked.drained[shard] = position.head.seq;
  for (OutboxRow& row : rows) {
    const bool catching_up = row.seq <= through;
    looked.waiting.push_back({.shard = shard, .row = std::move(row), .catching_up = catching_up});
  }
  return {};
}

Result<Publisher::Looked> Publisher::LookAtAll(Generation& generation) {
  Looked looked;
  // A store that has not reached the journal's end does not know who took over since. Asked first:
  // a shard may reach it once its row was read.
  looked.writes = generation.board().Settled();
  std::uint32_t failed = 0;
  for (std::uint32_t i = 0; i < cursors_.size(); ++i) {
    // A shard that failed keeps what it has until it is rebuilt; the others go on.
    if (generation.stores()->At(i).Fault()) {
      ++failed;
      continue;
    }
    const auto seen = Look(generation, i, looked);
    if (!seen && !generation.stores()->At(i).Fault()) return Fail(seen.error());
  }
  looked.writes = looked.writes && failed < cursors_.size();
  for (Waiting& each : kept_) looked.waiting.push_back(each);
  std::stable_sort(looked.waiting.begin(), looked.waiting.end(),
                   [](const Waiting& a, const Waiting& b) { return a.row.seq < b.row.seq; });
  return looked;
}

Result<bool> Publisher::Publishes(const Looked& looked) {
  if (instance_.empty()) return true;
  // Also of one that writes: it may have been paused while another did.
  if (!looked.waiting.empty()) {
    for (const std::string& topic : topics_) TL_TRY(published_.Read(topic));
  }
  return looked.writes;
}

Result<void> Publisher::LookAtTopics(Millis tick) {
  if (tick <= looked_at_) return {};
  for (const std::string& topic : topics_) TL_TRY(log_.Start(topic));
  looked_at_ = tick;
  return {};
}

Result<Publisher::Chosen> Publisher::Choose(const std::vector<Waiting>& waiting, bool publishes,
                                            std::uint32_t generation) {
  Chosen chosen;
  std::set<std::string, std::less<>> seen;
  for (const Waiting& each : waiting) {
    const Publication& publication = each.row.publication;
    if (!published_.Knows(publication.topic)) TL_TRY(published_.Read(publication.topic));
    const bool made = published_.Made(publication.topic, publication.id, generation);
    if (!made && !publishes) {
      chosen.kept.insert(&each);
    } else if (made || !seen.insert(publication.topic + '\0' + publication.id).second) {
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
  if (surplus_known_) return;
  surplus_known_ = true;
  const std::scoped_lock lock(signal_.mutex);
  status_.surplus = published_.MadeByOthers(generation.number());
}

Result<bool> Publisher::Pass(Generation& generation) {
  auto more = Deal(generation);
  if (more || more.error().code != Code::kNotFound) return more;
  for (const std::string& topic : topics_) TL_TRY(log_.Create(topic));
  published_.Forget();
  Note(
      fmt::format("made anew: {}. What it held is not there; a rebuild publishes again what is "
                  "still open",
                  more.error().text));
  return Deal(generation);
}

Result<bool> Publisher::Deal(Generation& generation) {
  Follow(generation);
  TL_TRY(ReadTopics());
  TL_ASSIGN(Looked looked, LookAtAll(generation));
  TL_ASSIGN(const bool publishes, Publishes(looked));
  if (publishes) TL_TRY(LookAtTopics(looked.tick));
  TL_ASSIGN(const auto chosen, Choose(looked.waiting, publishes, generation.number()));
  TL_TRY(Append(chosen.rows, generation.number()));

  const bool more = looked.waiting.size() > chosen.kept.size();
  std::vector<Waiting> kept;
  std::map<std::uint32_t, std::vector<std::string>> done;
  for (Waiting& each : looked.waiting) {
    std::string& after = cursors_[each.shard].after;
    after = std::max(after, each.row.key);
    if (chosen.kept.contains(&each)) {
      kept.push_back(std::move(each));
    } else {
      done[each.shard].push_back(std::move(each.row.key));
    }
  }
  kept_ = std::move(kept);
  {
    const std::scoped_lock lock(signal_.mutex);
    status_.repeats += chosen.repeats;
    status_.withheld += chosen.withheld;
    status_.kept = kept_.size();
    status_.standby = !publishes;
  }
  for (auto& [shard, rows] : done) generation.runner(shard).Published(std::move(rows));
  // Before anybody is told that all is published.
  if (looked.drained.size() == cursors_.size() && kept_.empty()) CountSurplus(generation);
  for (const auto& [shard, through] : looked.drained) {
    // What it keeps of before it was live is perhaps over, and nobody publishes it.
    if (!KeepsOf(shard, false)) generation.board().Drained(shard, through);
  }
  return more;
}

}  // namespace throughline::projection
