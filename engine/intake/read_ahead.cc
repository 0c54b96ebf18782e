#include "engine/intake/read_ahead.h"

#include <utility>

#include "engine/identity/index.h"
#include "engine/intake/references.h"
#include "engine/intake/state.h"

namespace throughline::intake {
namespace {

// More is not read for one chunk.
constexpr std::size_t kMostRead = std::size_t{4} << 20;

}  // namespace

void ReadFor(const std::vector<ExaminedRecord>& records, projection::Remembered& read) {
  std::vector<std::string> keys;
  std::vector<std::string> references;
  for (const auto& [record, examined] : records) {
    if (!examined.unreadable.empty()) continue;
    keys.push_back(keys::Seen(examined.contact_key));
    for (const Named& named : NamedIn(*examined.contact)) {
      const bool household = IsHousehold(named.subject->person_kind());
      for (const v1::Reference& given : named.subject->references()) {
        const v1::ScopedReference scoped = ScopedOf(given, examined.speaker);
        if (!scoped.value().empty()) references.push_back(ReferenceKey(scoped, household));
      }
    }
  }
  for (const std::string& reference : references) keys.push_back(keys::Identity(reference));
  read.Read(std::exchange(keys, {}));
  const State state(read);
  for (const std::string& reference : references) {
    for (const PersonId& record : state.Claimants(reference)) {
      keys.push_back(keys::Person(record.Raw()));
      keys.push_back(identity::EvidenceKey(record));
    }
  }
  read.Read(std::move(keys));
}

void ReadAhead::Begin(const std::shared_ptr<const Chunk>& chunk, const projection::Reads& state) {
  if (!worker_.threaded() || begun_.contains(chunk.get())) return;
  auto task = [&state, wanted = std::weak_ptr(chunk)] {
    auto read = std::make_shared<projection::Remembered>(state, kMostRead);
    // Its examination was given to the worker before.
    if (const auto held = wanted.lock()) ReadFor(held->records, *read);
    return read;
  };
  begun_.emplace(chunk.get(), Begun{chunk, worker_.Run(std::move(task))});
}

std::shared_ptr<const projection::Remembered> ReadAhead::Of(const Chunk& chunk) const {
  const auto begun = begun_.find(&chunk);
  return begun == begun_.end() ? nullptr : begun->second.read.get();
}

void ReadAhead::Foresee(const std::shared_ptr<const Batch>& batch) {
  std::vector<Begun> done;
  for (auto at = begun_.begin(); at != begun_.end();) {
    Begun& begun = at->second;
    if (begun.chunk.use_count() == 1) {
      done.push_back(std::move(begun));
      at = begun_.erase(at);
      continue;
    }
    begun.read = worker_.Run([before = begun.read, batch] {
      Read read = before.get();
      read->Lay(batch->changes());
      return read;
    });
    ++at;
  }
  worker_.Discard(std::move(done));
}

void ReadAhead::Forget() {
  for (const auto& [chunk, begun] : begun_) begun.read.wait();
  worker_.Discard(std::move(begun_));
  begun_.clear();
}

}  // namespace throughline::intake
