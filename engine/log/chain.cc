#include <sys/random.h>

#include <algorithm>
#include <array>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/log/journal.h"

namespace throughline::log {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kPoolBytes = 256;  // getentropy gives no more

std::string Digest(const v1::JournalItem& item) { return Sha256(item.salt(), item.content()); }

// An erased item has its digest alone; any other has salt and content and no digest.
bool WellFormed(const v1::JournalItem& item) {
  if (item.digest().empty()) return item.salt().size() == kSaltBytes;
  return item.digest().size() == kDigestBytes && item.salt().empty() && item.content().empty();
}

void AddItem(v1::JournalRecord& record, std::string content, const Salt& salt,
             std::string& digests) {
  v1::JournalItem& item = *record.add_items();
  item.set_salt(salt());
  CHECK(item.salt().size() == kSaltBytes);
  item.set_content(std::move(content));
  digests += Digest(item);
}

bool ItemsHold(const v1::JournalRecord& record, std::string_view commit) {
  if (record.items().empty()) return false;
  std::string digests;
  for (const v1::JournalItem& item : record.items()) {
    if (!WellFormed(item)) return false;
    digests += item.digest().empty() ? Digest(item) : item.digest();
  }
  return Sha256(digests) == commit;
}

}  // namespace

std::string RandomSalt() {
  // Each byte is handed out once. To ask the kernel for each salt costs more than its digest does.
  struct Pool {
    std::array<char, kPoolBytes> bytes{};
    std::size_t used = kPoolBytes;
  };
  thread_local Pool pool;
  if (pool.used == kPoolBytes) {
    CHECK(getentropy(pool.bytes.data(), pool.bytes.size()) == 0);
    pool.used = 0;
  }
  std::string salt(pool.bytes.data() + pool.used, kSaltBytes);
  pool.used += kSaltBytes;
  return salt;
}

Result<std::vector<Chained>> Chain(std::vector<Draft> drafts, ChainHead& head, const Salt& salt) {
  std::vector<Chained> out;
  out.reserve(drafts.size());
  ChainHead at = head;
  v1::Decision read;
  for (Draft& draft : drafts) {
    v1::JournalRecord record;
    std::string digests;
    AddItem(record, draft.decision.SerializeAsString(), salt, digests);
    if (!read.ParseFromString(record.items(0).content())) {
      return Fail(Code::kInvalid, "the decision on {} {} cannot be read: a text is not UTF-8",
                  draft.feed, draft.feed_offset);
    }
    for (std::string& contact : draft.contacts) {
      AddItem(record, std::move(contact), salt, digests);
    }

    v1::JournalEnvelope envelope;
    envelope.set_seq(at.seq + 1);
    envelope.set_prev(at.hash);
    envelope.set_placed_ms(std::max(draft.placed, at.placed));
    envelope.set_feed(std::move(draft.feed));
    envelope.set_feed_offset(draft.feed_offset);
    envelope.set_received_ms(draft.received);
    envelope.set_commit(Sha256(digests));
    record.set_envelope(envelope.SerializeAsString());

    at = {envelope.seq(), Sha256(record.envelope()), -1, envelope.placed_ms()};
    Chained& chained = out.emplace_back();
    chained.bytes = record.SerializeAsString();
    chained.record.decision = std::move(draft.decision);
    for (int i = 1; i < record.items_size(); ++i) {
      chained.record.contacts.push_back({std::move(*record.mutable_items(i)->mutable_content())});
    }
    chained.record.envelope = std::move(envelope);
    chained.record.hash = at.hash;
    chained.record.offset = -1;
  }
  head = std::move(at);
  return out;
}

Verdict Offer(std::string_view bytes, std::int64_t offset, ChainHead& head, Accepted& accepted) {
  v1::JournalRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Verdict::kDamaged;
  }
  v1::JournalEnvelope envelope;
  if (!envelope.ParseFromString(record.envelope()) || envelope.seq() == 0) {
    return Verdict::kDamaged;
  }
  if (envelope.seq() <= head.seq) return Verdict::kRepeat;
  if (envelope.seq() != head.seq + 1 || envelope.prev() != head.hash) return Verdict::kStranger;
  if (!ItemsHold(record, envelope.commit())) return Verdict::kDamaged;

  Accepted next;
  const v1::JournalItem& first = record.items(0);
  next.decision_erased = !first.digest().empty();
  if (!next.decision_erased && !next.decision.ParseFromString(first.content())) {
    return Verdict::kDamaged;
  }
  next.contacts.reserve(static_cast<std::size_t>(record.items_size()) - 1);
  for (int i = 1; i < record.items_size(); ++i) {
    v1::JournalItem& item = *record.mutable_items(i);
    bool erased = !item.digest().empty();
    next.contacts.push_back({std::move(*item.mutable_content()), erased});
  }
  next.hash = Sha256(record.envelope());
  next.offset = offset;
  head = {envelope.seq(), next.hash, offset, envelope.placed_ms()};
  next.envelope = std::move(envelope);
  accepted = std::move(next);
  return Verdict::kAccepted;
}

}  // namespace throughline::log
