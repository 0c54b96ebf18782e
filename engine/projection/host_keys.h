#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/projection/shard.h"

// The host's own keys and values, byte by byte. Numbers are big-endian; i64 has its sign bit
// flipped, so that keys sort as the numbers do. A fold's keys begin at 0x20.
//
//   01                                      -> position
//   02 due[i64] rule 00 person[16] fold[u8] -> (empty)                  a timer, in firing order
//   03                                      -> seq[u64]                 see CatchUp
//   03 seq[u64] n[u32]                      -> topic, id, value         the outbox
//   04                                      -> since[u64] fold, reason  everyone is incomplete
//   04 person[16]                           -> since[u64] fold, reason  the person is
//   05 fold[u8] person[16]                  -> due[i64] rule            the person's timer
//   06 feed                                 -> offset[i64]              the feed's last record here
//   07                                      -> topic                    where the journal goes on
//   08                                      -> unfinished               a record not at its end
//   09 person[16]                           -> times[u32]               armed again in this tick
//
// Texts in a value are each length[u32] bytes, but for the last two rows and a timer's rule.
namespace throughline::projection::keys {

inline constexpr char kPosition = 0x01;
inline constexpr char kTimer = 0x02;
inline constexpr char kOutbox = 0x03;
inline constexpr char kIncomplete = 0x04;
inline constexpr char kArmed = 0x05;
inline constexpr char kFeed = 0x06;
inline constexpr char kContinued = 0x07;
inline constexpr char kUnfinished = 0x08;
inline constexpr char kAgain = 0x09;
inline constexpr unsigned char kFirstOfFolds = 0x20;

std::string PositionValue(const ShardPosition& position);
std::optional<ShardPosition> ParsePosition(std::string_view value);

struct ArmedTimer {
  Timer timer;
  std::uint8_t fold = 0;
};
std::string TimerKey(const ArmedTimer& armed);
std::optional<ArmedTimer> ParseTimerKey(std::string_view key);
// The first key of the timers that are due at or after an instant.
std::string TimersFrom(Millis due);
std::string ArmedKey(std::uint8_t fold, const PersonId& person);
std::string ArmedValue(const Timer& timer);
std::optional<Timer> ParseArmedValue(const PersonId& person, std::string_view value);

std::string OutboxKey(Seq seq, std::uint32_t n);
std::string OutboxValue(const Publication& publication);
std::optional<OutboxRow> ParseOutbox(std::string_view key, std::string_view value);

std::string IncompleteKey(const PersonId& person);
std::string IncompleteValue(const Incomplete& incomplete);
std::optional<Incomplete> ParseIncomplete(std::string_view value);

std::string FeedKey(std::string_view feed);

std::string UnfinishedValue(const Unfinished& unfinished);
std::optional<Unfinished> ParseUnfinished(std::string_view value);
std::string AgainKey(const PersonId& person);

// A shard that is built from nothing catches up: what it publishes up to the journal's end was
// published before it, or was missed. The mark says up to which seq that is so; kNotYet while the
// end was not reached. It goes once all is dealt with.
inline constexpr Seq kNotYet = ~Seq{0};
std::string CatchUpKey();
std::string CatchUpValue(Seq through);
std::optional<Seq> CatchUp(const Reads& store);

}  // namespace throughline::projection::keys
