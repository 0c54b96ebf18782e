#include "engine/intake/read_ahead.h"

#include "engine/identity/index.h"
#include "engine/intake/references.h"
#include "engine/intake/state.h"

namespace throughline::intake {
namespace {

// More is not read for one chunk.
constexpr std::size_t kMostRead = std::size_t{4} << 20;

}  // namespace

void ReadFor(const projection::Reads& reads, const Examined& examined) {
  if (!examined.unreadable.empty()) return;
  const State state(reads);
  state.Seen(examined.contact_key);
  for (const Named& named : NamedIn(*examined.contact)) {
    const bool household = IsHousehold(named.subject->person_kind());
    for (const v1::Reference& given : named.subject->references()) {
      const v1::ScopedReference scoped = ScopedOf(given, examined.speaker);
      if (scoped.value().empty()) continue;
      for (const PersonId& record : state.Claimants(ReferenceKey(scoped, household))) {
        state.Person(record);
        identity::EvidenceOf(reads, record);
      }
    }
  }
}

ReadAhead::~ReadAhead() {
  for (const auto& [chunk, begun] : begun_) {
    if (begun.read.valid()) begun.read.wait();
  }
}

void ReadAhead::Begin(const std::shared_ptr<const Chunk>& chunk) {
  if (!worker_.threaded() || begun_.contains(chunk.get())) return;
  auto task = [this, chunk] {
    auto read = std::make_shared<projection::Remembered>(state_, kMostRead);
    // Its examination was given to the worker before.
    for (const ExaminedRecord& one : chunk->records) ReadFor(*read, one.examined);
    return read;
  };
  begun_.emplace(chunk.get(), Begun{chunk, worker_.Run(std::move(task))});
}

void ReadAhead::End(const Chunk& chunk, projection::Remembered& into) {
  const auto begun = begun_.find(&chunk);
  if (begun == begun_.end() || !begun->second.read.valid()) return;
  into.Take(*begun->second.read.get());
  begun->second.read = {};
}

}  // namespace throughline::intake
