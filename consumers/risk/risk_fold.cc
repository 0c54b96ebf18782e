#include "consumers/risk/risk_fold.h"

#include <algorithm>
#include <any>
#include <set>
#include <utility>

#include "consumers/risk/store_keys.h"
#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/chronology/read.h"
#include "engine/log/event_log.h"
#include "throughline/v1/episode.pb.h"

namespace throughline::risk {
namespace {

using log::Accepted;
using projection::FoldContext;
using projection::Timer;

template <typename Message>
std::optional<Message> Read(const projection::Reads& reads, const std::string& key) {
  const auto bytes = reads.Get(key);
  if (!bytes) return std::nullopt;
  Message message;
  CHECK(message.ParseFromString(*bytes));
  return message;
}

// Deterministic, so that the same records give the same bytes.
std::string Bytes(const google::protobuf::Message& message) {
  std::string bytes;
  CHECK(message.SerializeToString(&bytes));
  return bytes;
}

bool BringsIntoForce(const v1::Decision& decision) {
  return decision.has_policy_activated() || decision.has_calendar_activated() ||
         decision.has_feed_activated();
}

void PutInForce(const v1::PolicyActivated& activated, projection::Writes& store) {
  const std::string key = keys::Policy(activated.policy());
  if (activated.state() != "active") return store.Erase(key);
  v1::PolicyActivated kept = activated;
  kept.clear_source();
  store.Put(key, Bytes(kept));
}

void PutInForce(const v1::CalendarActivated& activated, projection::Writes& store) {
  const std::string key = keys::CalendarNamed(activated.calendar());
  if (activated.state() != "active") return store.Erase(key);
  store.Put(key, activated.content());
}

void PutInForce(const v1::FeedActivated& activated, projection::Writes& store) {
  const std::string key = keys::Feed(activated.topic());
  if (activated.state() != "active") return store.Erase(key);
  store.Put(key, Bytes(activated));
}

// The link that the record makes known: a decision with parts is known at its last part.
std::optional<v1::Linked> LinkKnownBy(const Accepted& record, const PersonId& person,
                                      const projection::Reads& reads) {
  const v1::Decision& decision = record.decision;
  const auto& part = decision.placed_because();
  if (decision.has_linked() && decision.linked().parts() == 0) return decision.linked();
  if (!decision.has_placed_because() || part.part() < part.of()) return std::nullopt;
  const auto note = chronology::ReadNote(reads, person, part.because());
  if (!note || !note->has_linked()) return std::nullopt;
  return note->linked();
}

void SetLink(const v1::Linked& link, const PersonId& person, Occasion& occasion) {
  const auto kept = PersonId::FromRaw(link.kept());
  const auto joined = PersonId::FromRaw(link.joined());
  if (!kept || !joined || kept == joined) return;
  if (person == joined) occasion.part_of = kept->Text();
  if (person == kept) occasion.joined = joined->Text();
}

// Of a feed only its delay is judged by.
bool ChangesNothing(const v1::FeedActivated& activated, const projection::Reads& reads) {
  const auto before = Read<v1::FeedActivated>(reads, keys::Feed(activated.topic()));
  const bool same_agency = !before || before->agency() == activated.agency();
  const Millis delay_before = before ? before->delay_ms() : 0;
  const Millis delay = activated.state() == "active" ? activated.delay_ms() : 0;
  return same_agency && delay_before == delay;
}

}  // namespace

class RiskFold::Cache {
 public:
  // One child at a time: evaluates, steps, stores, publishes, arms.
  Result<void> Evaluate(const PersonId& person, bool at_activation, const Accepted& record,
                        FoldContext& context) {
    const v1::Tick* tick = LastTick(context.store());
    if (tick == nullptr) {
      // Without an instant there is nothing to judge by: the first tick brings one.
      Arm(person, Timer{0, "", person}, context);
      return {};
    }
    Occasion occasion;
    occasion.seq = record.seq();
    occasion.at = tick->at_ms();
    occasion.behind.assign(tick->behind().begin(), tick->behind().end());
    occasion.silent.assign(tick->silent().begin(), tick->silent().end());
    occasion.at_activation = at_activation;
    if (const auto link = LinkKnownBy(record, person, context.store())) {
      SetLink(*link, person, occasion);
    }
    return Evaluate(person, occasion, context);
  }

  // nullptr: none yet.
  const v1::Tick* LastTick(const projection::Reads& reads) {
    if (!last_tick_) last_tick_ = Read<v1::Tick>(reads, keys::LastTick());
    return last_tick_ ? &*last_tick_ : nullptr;
  }
  void SetLastTick(const v1::Tick& tick) { last_tick_ = tick; }
  // Most often the next deadline is what it was, or there is none still.
  void Arm(const PersonId& person, const std::optional<Timer>& timer, FoldContext& context) {
    Kept* kept = KnownOf(person);
    if (kept != nullptr && kept->knows_armed && kept->armed == timer) return;
    context.Arm(person, timer);
    if (kept != nullptr) kept->Set(timer);
  }
  void Fired(const PersonId& person) {
    if (Kept* kept = KnownOf(person)) kept->Set(std::nullopt);
  }

  void Forget() {
    in_force_.reset();
    last_tick_.reset();
    decoded_.Clear();
  }
  void ForgetInForce() { in_force_.reset(); }

 private:
  Result<void> Evaluate(const PersonId& person, const Occasion& occasion, FoldContext& context) {
    if (!in_force_) {
      TL_ASSIGN(auto in_force, ReadInForce(context.store()));
      in_force_ = std::move(in_force);
      ++loaded_;
    }
    const auto now = chronology::ReadNow(context.store(), person, decoded_);
    const Child child{person, now.known->entries};
    const std::string key = keys::Episodes(person);
    Kept& kept = KeptOf(now.same, *now.derived);
    if (!kept.state) kept.state = Read<v1::EpisodeState>(context.store(), key);
    const bool is_child = IsChild(child, kept.remembered);
    if (!kept.state && !is_child) return {};
    Evaluation evaluation;
    if (is_child) {
      const Setting setting{&in_force_->calendars, in_force_->delays, {}};
      evaluation = risk::Evaluate(in_force_->policy, child, occasion.at, setting, kept.remembered);
    }
    // A child may be evaluated twice at one record: at an activation and by a timer of the same
    // tick.
    const bool again = kept.state && kept.state->published_seq() == occasion.seq;
    const bool first = !kept.state;
    v1::EpisodeState previous;
    if (!first) previous.Swap(&*kept.state);
    Stepped stepped = Step(std::move(previous), in_force_->policy, child, evaluation, occasion);
    if (first || stepped.differs) context.store().Put(key, Bytes(stepped.state));
    kept.state = std::move(stepped.state);
    Publish(person, stepped.changes, again, occasion.seq, context);
    std::optional<Timer> timer;
    if (evaluation.next_due) {
      timer = Timer{evaluation.next_due->at, evaluation.next_due->rule, person};
    }
    Arm(person, timer, context);
    decoded_.CountDerived(person, kept.remembered.bytes() + 2 * kept.state->ByteSizeLong());
    return {};
  }

  // Of one child, from one evaluation to the next.
  struct Kept {
    std::uint64_t loaded = 0;  // under which policies it was evaluated
    Remembered remembered;
    std::optional<v1::EpisodeState> state;  // as stored; none: not read yet, or nothing is stored
    bool knows_armed = false;
    std::optional<Timer> armed;  // the timer that stands, if that is known; none: none does

    void Set(const std::optional<Timer>& timer) {
      knows_armed = true;
      armed = timer;
    }
  };

  // nullptr: nothing is kept of the person.
  Kept* KnownOf(const PersonId& person) {
    std::any* derived = decoded_.DerivedOf(person);
    return derived == nullptr ? nullptr : std::any_cast<std::shared_ptr<Kept>>(derived)->get();
  }

  // What was said of the child's entries under another policy says nothing under this one.
  Kept& KeptOf(std::size_t same, std::any& derived) const {
    if (!derived.has_value()) derived = std::make_shared<Kept>();
    const auto& kept = *std::any_cast<std::shared_ptr<Kept>>(&derived);
    if (kept->loaded != loaded_) {
      kept->loaded = loaded_;
      kept->remembered = {};
    }
    kept->remembered.KeepFirst(same);
    return *kept;
  }

  static void Publish(const PersonId& person, const std::vector<v1::Alert>& changes, bool again,
                      Seq seq, FoldContext& context) {
    if (changes.empty()) return;
    std::uint32_t number = again ? NextNumber(person, seq, context.store()) : 0;
    for (const v1::Alert& alert : changes) {
      std::string bytes = Bytes(alert);
      context.store().Put(keys::AlertChange(person, seq, number++), bytes);
      context.Publish({std::string(log::kAlerts), PublicationId(alert), std::move(bytes)});
    }
  }

  static std::uint32_t NextNumber(const PersonId& person, Seq seq, const projection::Reads& reads) {
    std::uint32_t next = 0;
    const std::string begin = keys::AlertChange(person, seq, 0);
    const std::string end = keys::AlertChange(person, seq + 1, 0);
    reads.Scan(begin, end, [&next](std::string_view, std::string_view) {
      ++next;
      return true;
    });
    return next;
  }

  std::optional<InForce> in_force_;
  std::uint64_t loaded_ = 0;  // how often what is in force was read
  std::optional<v1::Tick> last_tick_;
  chronology::DecodeCache decoded_;
};

RiskFold::RiskFold() : cache_(std::make_unique<Cache>()) {}
RiskFold::~RiskFold() = default;

std::string_view RiskFold::prefixes() const { return keys::kPrefixes; }

void RiskFold::Forget() { cache_->Forget(); }

namespace {

// Those of this shard whom the record concerns now. A decision with parts concerns them at its last
// part, when all of it is known.
std::vector<PersonId> Concerned(const Accepted& record, FoldContext& context) {
  std::vector<PersonId> persons;
  for (const PersonId& person : projection::PersonsOf(record.decision)) {
    if (context.shard().Owns(person)) persons.push_back(person);
  }
  if (!record.decision.has_placed_because()) return persons;
  const auto& part = record.decision.placed_because();
  if (part.part() < part.of()) {
    for (const PersonId& person : persons) {
      context.store().Put(keys::Waiting(part.because(), person), "");
    }
    return {};
  }
  const std::string begin = keys::WaitingFor(part.because());
  std::vector<std::string> waiting;
  context.store().Scan(begin, PrefixEnd(begin), [&](std::string_view key, std::string_view) {
    waiting.emplace_back(key);
    return true;
  });
  std::set<PersonId> all(persons.begin(), persons.end());
  for (const std::string& key : waiting) {
    const auto person = keys::PersonAt(key, begin.size());
    CHECK(person.has_value());
    all.insert(*person);
    context.store().Erase(key);
  }
  return {all.begin(), all.end()};
}

}  // namespace

Result<void> RiskFold::Apply(const Accepted& record, FoldContext& context) {
  const v1::Decision& decision = record.decision;
  if (decision.has_tick()) {
    context.store().Put(keys::LastTick(), Bytes(decision.tick()));
    cache_->SetLastTick(decision.tick());
    return {};
  }
  if (BringsIntoForce(decision)) {
    if (decision.has_policy_activated()) {
      PutInForce(decision.policy_activated(), context.store());
    } else if (decision.has_calendar_activated()) {
      PutInForce(decision.calendar_activated(), context.store());
    } else {
      const bool nothing = ChangesNothing(decision.feed_activated(), context.store());
      PutInForce(decision.feed_activated(), context.store());
      if (nothing) return {};
    }
    cache_->ForgetInForce();
    TL_TRY(ReadInForce(context.store()));
    context.VisitEach();
    return {};
  }
  for (const PersonId& person : Concerned(record, context)) {
    if (decision.has_placed() && decision.placed().history()) {
      // History is evaluated at the next tick, or sooner if something else is due or recorded.
      const v1::Tick* tick = cache_->LastTick(context.store());
      const Millis soon = tick != nullptr ? tick->at_ms() + 1 : 0;
      cache_->Arm(person, Timer{soon, "", person}, context);
    } else {
      TL_TRY(cache_->Evaluate(person, false, record, context));
    }
  }
  return {};
}

Result<void> RiskFold::Due(const Timer& timer, const Accepted& tick, FoldContext& context) {
  cache_->Fired(timer.person);
  return cache_->Evaluate(timer.person, false, tick, context);
}

// Everyone ever evaluated: whoever was keeps the row.
std::optional<PersonId> RiskFold::NextToVisit(const std::optional<PersonId>& after,
                                              const projection::Reads& store) const {
  std::string begin(keys::kEpisodes);
  if (after) begin = keys::Episodes(*after) + '\0';
  std::optional<PersonId> next;
  store.Scan(begin, PrefixEnd(keys::kEpisodes), [&](std::string_view key, std::string_view) {
    next = keys::PersonAt(key, keys::kEpisodes.size());
    CHECK(next.has_value());
    return false;
  });
  return next;
}

Result<void> RiskFold::Visit(const PersonId& person, const Accepted& record, FoldContext& context) {
  return cache_->Evaluate(person, true, record, context);
}

Result<InForce> ReadInForce(const projection::Reads& reads) {
  InForce in_force;
  std::vector<v1::Policy> policies;
  std::optional<Error> error;
  reads.Scan(keys::kPolicies, PrefixEnd(keys::kPolicies),
             [&](std::string_view, std::string_view value) {
               v1::PolicyActivated activated;
               v1::Policy policy;
               CHECK(activated.ParseFromArray(value.data(), static_cast<int>(value.size())));
               if (!policy.ParseFromString(activated.compiled())) {
                 error.emplace().code = Code::kInvalid;
                 error->text = "a compiled policy cannot be read";
                 return false;
               }
               policies.push_back(std::move(policy));
               return true;
             });
  reads.Scan(keys::kCalendars, PrefixEnd(keys::kCalendars),
             [&](std::string_view key, std::string_view value) {
               auto calendar = Calendar::Parse(value, key.substr(keys::kCalendars.size()));
               if (!calendar) {
                 error = std::move(calendar.error());
                 return false;
               }
               std::string jurisdiction = calendar->jurisdiction();
               in_force.calendars.insert_or_assign(std::move(jurisdiction), std::move(*calendar));
               return true;
             });
  if (error) return Fail(std::move(*error));
  reads.Scan(keys::kFeeds, PrefixEnd(keys::kFeeds), [&](std::string_view, std::string_view value) {
    v1::FeedActivated feed;
    CHECK(feed.ParseFromArray(value.data(), static_cast<int>(value.size())));
    if (feed.delay_ms() > 0) {
      Millis& delay = in_force.delays[feed.agency()];
      delay = std::max<Millis>(delay, feed.delay_ms());
    }
    return true;
  });
  TL_ASSIGN(in_force.policy, CompiledPolicy::Compile(policies));
  return in_force;
}

}  // namespace throughline::risk
