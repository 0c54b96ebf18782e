#include <openssl/evp.h>

#include <memory>

#include "engine/base/bytes.h"
#include "engine/base/check.h"
#include "engine/projection/host_keys.h"
#include "engine/projection/shard.h"

namespace throughline::projection {
namespace {

class Hash {
 public:
  Hash() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    CHECK(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  // Framed by its length, so that no two sequences of texts are hashed alike.
  void Add(std::string_view text) {
    std::string size;
    AppendU32(size, static_cast<std::uint32_t>(text.size()));
    CHECK(EVP_DigestUpdate(context_.get(), size.data(), size.size()) == 1);
    CHECK(EVP_DigestUpdate(context_.get(), text.data(), text.size()) == 1);
  }
  std::string Finish() {
    std::string digest(static_cast<std::size_t>(EVP_MD_size(EVP_sha256())), '\0');
    CHECK(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()),
                             nullptr) == 1);
    return digest;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

std::optional<Incomplete> IncompleteAt(const Reads& store, const std::string& key) {
  const auto value = store.Get(key);
  if (!value) return std::nullopt;
  auto incomplete = keys::ParseIncomplete(*value);
  CHECK(incomplete.has_value());
  return incomplete;
}

}  // namespace

std::vector<OutboxRow> Outbox(const Reads& store, std::size_t most, std::string_view after) {
  std::vector<OutboxRow> rows;
  if (most == 0) return rows;
  // The key that is the prefix alone is the mark of a shard that catches up.
  std::string begin = after.empty() ? std::string(1, keys::kOutbox) : std::string(after);
  begin += '\0';
  store.Scan(begin, PrefixEnd(std::string(1, keys::kOutbox)),
             [&](std::string_view key, std::string_view value) {
               auto row = keys::ParseOutbox(key, value);
               CHECK(row.has_value());
               rows.push_back(std::move(*row));
               return rows.size() < most;
             });
  return rows;
}

std::optional<std::string> ContinuedIn(const Reads& store) {
  return store.Get(std::string(1, keys::kContinued));
}

Result<std::string> Digest(const Reads& store) {
  Hash hash;
  const auto add = [&](std::string_view key, std::string_view value) {
    hash.Add(key);
    hash.Add(value);
    return true;
  };
  const std::string outbox(1, keys::kOutbox);
  store.Scan({}, outbox, add);
  store.Scan(PrefixEnd(outbox), {}, add);
  if (store.fault()) return Fail(*store.fault());
  return hash.Finish();
}

std::optional<Incomplete> IncompleteSince(const Reads& store, const PersonId& person) {
  auto own = IncompleteAt(store, keys::IncompleteKey(person));
  auto everyone = IncompleteAt(store, std::string(1, keys::kIncomplete));
  if (own && everyone) return own->since <= everyone->since ? own : everyone;
  return own ? own : everyone;
}

}  // namespace throughline::projection
