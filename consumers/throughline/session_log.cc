#include "consumers/throughline/session_log.h"

namespace throughline::cli {
namespace {

tl::unexpected<Error> OnlyAppends() { return Fail(Code::kInvalid, "a publisher only appends"); }

}  // namespace

Result<void> SessionLog::Create(std::string_view) { return {}; }
Result<std::vector<std::string>> SessionLog::Topics() { return OnlyAppends(); }
Result<std::vector<std::int64_t>> SessionLog::Append(std::string_view topic,
                                                     const std::vector<log::Message>& messages) {
  return waiting_.For([&] { return session_.Append(std::string(topic), messages); });
}
Result<std::unique_ptr<log::Reader>> SessionLog::Read(std::string_view, std::int64_t) {
  return OnlyAppends();
}
Result<std::int64_t> SessionLog::Start(std::string_view) { return OnlyAppends(); }
Result<std::int64_t> SessionLog::End(std::string_view) { return OnlyAppends(); }
Result<void> SessionLog::Trim(std::string_view, std::int64_t) { return OnlyAppends(); }

}  // namespace throughline::cli
