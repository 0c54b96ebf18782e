#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/log/event_log.h"
#include "engine/log/local/format.h"
#include "engine/log/local/segment.h"

namespace throughline::log::local {

// What of a topic may be read: the owner knows it, a process beside it finds it in the files.
class View {
 public:
  virtual ~View() = default;
  virtual const std::string& folder() const = 0;
  virtual const std::string& name() const = 0;
  // What is there now; waits up to `wait` milliseconds for an end other than the offset `seen`.
  virtual Result<Extent> Look(std::int64_t seen, Millis wait) = 0;
  // A place at or before that offset, which lies between start and end, from which to read on to
  // it.
  virtual Result<Place> Near(std::int64_t offset) = 0;
};

class LocalReader final : public Reader {
 public:
  // As EventLog::Read. The view must outlive it.
  static Result<std::unique_ptr<Reader>> Open(View& view, std::int64_t from);
  Result<std::vector<Record>> Poll(std::size_t most, Millis wait) override;
  std::int64_t Position() const override { return position_; }

 private:
  LocalReader(View& view, std::int64_t from, const Place& place)
      : view_(view), position_(from), place_(place) {}
  Result<void> CheckWithin(const Extent& extent) const;
  // One step on, to at most the extent's end; a record from position_ on goes to `out`.
  Result<void> Step(const Extent& extent, std::vector<Record>& out, std::size_t& bytes);
  Result<void> OpenStream();
  Result<std::uint64_t> Limit(const Extent& extent);

  View& view_;
  std::int64_t position_;  // of the next Poll
  Place place_;            // where the next record begins; at or before position_
  std::unique_ptr<SegmentStream> stream_;
  std::optional<std::uint64_t> sealed_size_;  // of the stream's file, once nothing is added to it
};

}  // namespace throughline::log::local
