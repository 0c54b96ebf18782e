#include "engine/log/kafka/producer.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/log/kafka/wire.h"

namespace throughline::log::kafka {
namespace {

// For a client that cannot go on to hand over what it had.
constexpr Millis kHandOver = 2 * kSecond;

}  // namespace

Producer::~Producer() { CloseClient("the log was closed"); }

Result<std::vector<std::int64_t>> Producer::Append(const std::vector<Message>& messages) {
  Deadline deadline = After(timeout_);
  auto append = std::make_shared<Pending>();
  append->offsets.resize(messages.size(), -1);
  append->slots.reserve(messages.size());
  {
    std::unique_lock giving(giving_, deadline);
    if (!giving.owns_lock()) return Fail(Late("earlier appends are not yet given to the broker"));
    TL_TRY(Ready(deadline));
    {
      std::lock_guard lock(mutex_);
      open_.insert(append);
    }
    for (std::size_t i = 0; i < messages.size(); ++i) {
      append->slots.push_back({append.get(), i});
      auto given = Give(messages[i], append->slots.back(), deadline);
      if (given) continue;
      // Nothing after a message that was not given, so that what is written stays a prefix.
      std::lock_guard lock(mutex_);
      if (!append->error) append->error = std::move(given.error());
      break;
    }
  }
  return Await(append, deadline);
}

Result<void> Producer::Settle() {
  Deadline deadline = After(timeout_);
  std::unique_lock giving(giving_, deadline);
  if (!giving.owns_lock()) return Fail(Late("earlier appends are not yet given to the broker"));
  return client_ ? Ready(deadline) : Result<void>{};
}

// With a client that can go on, and nothing undecided. Under giving_.
Result<void> Producer::Ready(Deadline deadline) {
  if (!client_ || client_->Fatal()) TL_TRY(Renew(deadline));
  std::unique_lock lock(mutex_);
  if (!decided_.wait_until(lock, deadline, [&] { return abandoned_ == 0; })) {
    lock.unlock();
    return Fail(Late("an earlier append is still undecided"));
  }
  lock.unlock();
  // What was undecided may have ended with the client.
  if (client_->Fatal()) return Renew(deadline);
  return {};
}

Result<void> Producer::Renew(Deadline deadline) {
  if (client_) CloseClient(client_->Fatal().value_or("it was closed"));
  TL_ASSIGN(auto opened,
            Client::Open(Role::kProducer, "producer " + topic_, shared_,
                         [this](rd_kafka_event_t* event) { return Delivered(event); }));
  TopicHandle handle(rd_kafka_topic_new(opened->get(), topic_.c_str(), nullptr));
  if (!handle) {
    return Fail(Failure("append to", topic_, rd_kafka_last_error(), ""));
  }
  // Warms the client: without it the first message may wait a second for the topic's leader.
  const rd_kafka_metadata_t* metadata = nullptr;
  auto error = rd_kafka_metadata(opened->get(), 0, handle.get(), &metadata, Remaining(deadline));
  Metadata owned(metadata);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Fail(Failure("append to", topic_, error, opened->Trouble()));
  }
  std::lock_guard lock(mutex_);
  client_ = std::move(opened);
  handle_ = std::move(handle);
  return {};
}

void Producer::CloseClient(std::string_view why) {
  if (!client_) return;
  rd_kafka_purge(client_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  std::unique_ptr<Client> client;
  {
    std::unique_lock lock(mutex_);
    decided_.wait_until(lock, After(kHandOver), [&] { return open_.empty(); });
    client = std::move(client_);
  }
  handle_.reset();
  client.reset();  // no report comes after this
  std::lock_guard lock(mutex_);
  for (const auto& append : open_) {
    append->undecided = 0;
    if (append->error) continue;
    append->error = Error{Code::kUnavailable, fmt::format("append to topic {}: {}", topic_, why)};
  }
  open_.clear();
  abandoned_ = 0;
  decided_.notify_all();
}

Result<void> Producer::Give(const Message& message, Slot& slot, Deadline deadline) {
  Headers headers = ToHeaders(message.headers);
  {
    std::lock_guard lock(mutex_);
    ++slot.append->undecided;
  }
  while (true) {
    // NOLINTBEGIN(cppcoreguidelines-pro-type-vararg,cppcoreguidelines-pro-type-const-cast)
    auto error = rd_kafka_producev(
        client_->get(), RD_KAFKA_V_RKT(handle_.get()), RD_KAFKA_V_PARTITION(0),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(message.key.data(), message.key.size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(message.value.data()), message.value.size()),
        RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_OPAQUE(&slot), RD_KAFKA_V_END);
    // NOLINTEND(cppcoreguidelines-pro-type-vararg,cppcoreguidelines-pro-type-const-cast)
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      (void)headers.release();  // the message's now
      return {};
    }
    std::unique_lock lock(mutex_);
    bool full = error == RD_KAFKA_RESP_ERR__QUEUE_FULL;
    // The client's queue is shared with nobody: with room again, something was decided.
    if (full && decided_.wait_until(lock, deadline) == std::cv_status::no_timeout) continue;
    --slot.append->undecided;
    lock.unlock();
    if (full) return Fail(Late("what waits for the broker has no room"));
    return Fail(Failure("append to", topic_, error, client_->Fatal().value_or("")));
  }
}

Result<std::vector<std::int64_t>> Producer::Await(const std::shared_ptr<Pending>& append,
                                                  Deadline deadline) {
  std::unique_lock lock(mutex_);
  bool all = decided_.wait_until(lock, deadline, [&] { return append->undecided == 0; });
  if (!all) {
    append->abandoned = true;
    abandoned_ += append->undecided;
    lock.unlock();
    return Fail(Late("not acknowledged"));
  }
  open_.erase(append);
  if (open_.empty()) decided_.notify_all();
  if (append->error) return Fail(*append->error);
  if (std::find(append->offsets.begin(), append->offsets.end(), -1) != append->offsets.end()) {
    return Fail(Code::kUnavailable, "append to topic {}: acknowledged without its offsets", topic_);
  }
  return std::move(append->offsets);
}

bool Producer::Delivered(rd_kafka_event_t* event) {
  bool by_broker = false;
  std::lock_guard lock(mutex_);
  while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) {
    // The client's own errors, that it was purged, are below.
    by_broker = by_broker || message->err >= RD_KAFKA_RESP_ERR_NO_ERROR;
    Decide(*static_cast<Slot*>(message->_private), message);
  }
  decided_.notify_all();
  return by_broker;
}

// Under mutex_.
void Producer::Decide(Slot& slot, const rd_kafka_message_t* message) {
  Pending& append = *slot.append;
  CHECK(append.undecided > 0);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    append.offsets[slot.index] = message->offset;
  } else if (!append.error) {
    append.error = Failure("append to", topic_, message->err, "");
  }
  --append.undecided;
  if (!append.abandoned) return;
  --abandoned_;
  if (append.undecided > 0) return;
  auto found = std::find_if(open_.begin(), open_.end(),
                            [&](const auto& open) { return open.get() == &append; });
  if (found != open_.end()) open_.erase(found);
}

Error Producer::Late(std::string_view what) const {
  std::string trouble;
  {
    std::lock_guard lock(mutex_);
    if (client_) trouble = client_->Trouble();
  }
  return {Code::kUnavailable, fmt::format("append to topic {}: {} within {} ms{}{}", topic_, what,
                                          timeout_, trouble.empty() ? "" : "; ", trouble)};
}

std::optional<ClientStatistics> Producer::Statistics() const {
  std::lock_guard lock(mutex_);
  return client_ ? client_->Statistics() : std::nullopt;
}

}  // namespace throughline::log::kafka
