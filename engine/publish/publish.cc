#include "engine/publish/publish.h"

#include <algorithm>

#include "engine/contact/catalogue.h"
#include "engine/contact/feed_headers.h"
#include "engine/contact/identifiers.h"

namespace throughline::publish {
namespace {

constexpr std::size_t kMaxImportName = 128;

bool IsPrintableAscii(std::string_view text) {
  return text.find_first_not_of(' ') != std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::vector<log::Header> HeadersOf(const Options& options) {
  std::vector<log::Header> headers;
  if (!options.states_agency.empty()) {
    headers.push_back({std::string(contact::kAgencyHeader), options.states_agency});
  }
  if (!options.import.empty()) {
    headers.push_back({std::string(contact::kImportHeader), options.import});
  }
  if (options.is_history) {
    headers.push_back({std::string(contact::kHistoryHeader), std::string(contact::kHistoryYes)});
  }
  return headers;
}

std::vector<yaml::Fault> Placed(const std::vector<contact::Fault>& faults, std::string_view name,
                                int line) {
  std::vector<yaml::Fault> placed;
  placed.reserve(faults.size());
  for (const contact::Fault& fault : faults) {
    placed.push_back({std::string(name),
                      {line, 0},
                      fault.field.empty() ? fault.text : fault.field + ": " + fault.text});
  }
  return placed;
}

}  // namespace

Result<void> CheckOptions(const Options& options) {
  if (!contact::IsAgencyName(options.agency) ||
      (!options.states_agency.empty() && !contact::IsAgencyName(options.states_agency))) {
    return Fail(Code::kInvalid, "not the name of an agency: a-z, 0-9 and -, 64 at most");
  }
  if (options.import.empty()) return {};
  if (options.import.size() > kMaxImportName || !IsPrintableAscii(options.import)) {
    return Fail(Code::kInvalid, "not the name of an import: 1 to {} printable characters",
                kMaxImportName);
  }
  return {};
}

Publisher::Publisher(log::EventLog& log, Options options, OnProgress on_progress)
    : log_(log),
      options_(std::move(options)),
      on_progress_(std::move(on_progress)),
      topic_(CheckOptions(options_) ? log::FeedTopic(options_.agency) : std::string()) {}

Result<void> Publisher::Add(std::string_view contact_id, std::string bytes) {
  TL_TRY(CheckOptions(options_));
  if (bytes.size() > contact::kMaxContactBytes) {
    return Fail(Code::kInvalid, "longer than {} bytes: {}", contact::kMaxContactBytes,
                bytes.size());
  }
  const bool is_full = batch_.size() >= options_.batch_contacts ||
                       (!batch_.empty() && batch_bytes_ + bytes.size() > options_.batch_bytes);
  if (is_full) TL_TRY(Flush());
  batch_bytes_ += bytes.size();
  batch_.push_back({std::string(contact_id), std::move(bytes), HeadersOf(options_)});
  return {};
}

Result<void> Publisher::Flush() {
  if (batch_.empty()) return {};
  TL_ASSIGN(const std::vector<std::int64_t> offsets, log_.Append(topic_, batch_));
  progress_.contacts += batch_.size();
  progress_.bytes += batch_bytes_;
  progress_.offsets.insert(progress_.offsets.end(), offsets.begin(), offsets.end());
  batch_.clear();
  batch_bytes_ = 0;
  if (on_progress_) on_progress_(progress_);
  return {};
}

bool NeedsAttesting(const ReadContact& read) {
  const auto contact = contact::Decode(read.bytes);
  const contact::Kind* kind = contact ? contact::Catalogue::Get().Of(*contact) : nullptr;
  return kind != nullptr && kind->options.attested_only();
}

CheckedContact Check(const ReadContact& read, std::string_view name, const contact::Feed& feed) {
  CheckedContact checked{
      .number = read.number, .contact_id = read.contact_id, .refused = read.faults, .warnings = {}};
  if (!checked.refused.empty()) return checked;
  const auto contact = contact::Decode(read.bytes);
  if (!contact) {
    checked.refused.push_back({std::string(name), {read.number, 0}, contact.error().text});
    return checked;
  }
  const contact::Verdict verdict = contact::Validate(*contact, feed);
  checked.refused = Placed(verdict.refused, name, read.number);
  checked.warnings = Placed(verdict.warnings, name, read.number);
  return checked;
}

}  // namespace throughline::publish
