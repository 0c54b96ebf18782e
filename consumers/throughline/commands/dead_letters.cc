#include <algorithm>
#include <memory>
#include <set>

#include "consumers/throughline/context.h"
#include "consumers/throughline/dead_letter_reader.h"
#include "consumers/throughline/session.h"
#include "engine/base/bytes.h"
#include "engine/base/uk_time.h"
#include "engine/contact/compact.h"

namespace throughline::cli {
namespace {

struct DeadLetterOptions {
  std::vector<std::int64_t> offsets;
  std::size_t most = 100;
  bool json = false, all = false;
  std::string agency;
};

void SayLine(Terminal& terminal, const intake::StoredDeadLetter& dead) {
  const auto& letter = dead.letter;
  terminal.out << fmt::format(
      "{:>6}  {}  {} offset {}  {}  {}{}\n", dead.offset, FormatMinute(letter.refused_ms()),
      letter.agency(), letter.offset(),
      letter.contact_id().empty() ? "(no id)" : letter.contact_id(),
      letter.faults().empty() ? "" : letter.faults(0).text(),
      letter.faults_size() > 1 ? fmt::format(" (+{} more)", letter.faults_size() - 1) : "");
}

int RunList(Context& context, const DeadLetterOptions& options) {
  auto letters = ReadDeadLetters(context.directory, context.brokers);
  if (!letters) return Complain(context.terminal, letters.error(), kUsage);
  std::size_t from = letters->size() > options.most ? letters->size() - options.most : 0;
  for (std::size_t i = from; i < letters->size(); ++i) {
    if (options.json) {
      context.terminal.out << contact::ToJson((*letters)[i].letter) << "\n";
    } else {
      SayLine(context.terminal, (*letters)[i]);
    }
  }
  context.terminal.err << letters->size() << " dead letters\n";
  return kOk;
}

int RunShow(Context& context, const DeadLetterOptions& options) {
  auto letters = ReadDeadLetters(context.directory, context.brokers);
  if (!letters) return Complain(context.terminal, letters.error(), kUsage);
  for (const auto& dead : *letters) {
    if (dead.offset != options.offsets.front()) continue;
    auto& out = context.terminal.out;
    const auto& letter = dead.letter;
    if (options.json) {
      out << contact::ToJson(letter) << "\n";
      return kOk;
    }
    SayLine(context.terminal, dead);
    for (const auto& fault : letter.faults()) {
      out << "        " << (fault.field().empty() ? "" : fault.field() + ": ") << fault.text()
          << "\n";
    }
    out << fmt::format("        {} bytes as received, SHA-256 {}; from {} offset {}, taken {}\n",
                       letter.original().size(), Hex(Sha256(letter.original())), letter.topic(),
                       letter.offset(), FormatMinute(letter.appended_ms()));
    return kOk;
  }
  return Complain(context.terminal,
                  {Code::kNotFound, fmt::format("no dead letter {}", options.offsets.front())});
}

bool IsThere(const std::vector<intake::StoredDeadLetter>& letters, std::int64_t offset) {
  return std::any_of(letters.begin(), letters.end(),
                     [&](const auto& dead) { return dead.offset == offset; });
}

// What would be sent again: of one that came back, the same.
std::string Sent(const v1::DeadLetter& letter) {
  v1::DeadLetter sent;
  sent.set_topic(letter.topic());
  sent.set_key(letter.key());
  sent.set_original(letter.original());
  *sent.mutable_headers() = letter.headers();
  return sent.SerializeAsString();
}

int RunResend(Context& context, const DeadLetterOptions& options) {
  auto letters = ReadDeadLetters(context.directory, context.brokers);
  if (!letters) return Complain(context.terminal, letters.error(), kUsage);
  for (const std::int64_t offset : options.offsets) {
    if (IsThere(*letters, offset)) continue;
    return Complain(context.terminal,
                    {Code::kNotFound, fmt::format("no dead letter {}; none was sent", offset)});
  }
  auto session = Session::Open(context.directory, context.brokers);
  if (!session) return Complain(context.terminal, session.error(), kUsage);
  std::set<std::string> sent;
  for (const auto& dead : *letters) {
    bool named = std::find(options.offsets.begin(), options.offsets.end(), dead.offset) !=
                 options.offsets.end();
    bool of_agency = !options.agency.empty() && dead.letter.agency() == options.agency;
    if (!options.all && !named && !of_agency) continue;
    if (!sent.insert(Sent(dead.letter)).second) continue;
    log::Message message{dead.letter.key(), dead.letter.original(), {}};
    for (const auto& header : dead.letter.headers())
      message.headers.push_back({header.key(), header.value()});
    auto offsets = (*session)->Append(dead.letter.topic(), {message});
    if (!offsets) return Complain(context.terminal, offsets.error());
  }
  context.terminal.err << sent.size() << " sent again\n";
  return sent.empty() ? kNotThere : kOk;
}

}  // namespace

void AddDeadLetters(CLI::App& app, Context& context) {
  auto options = std::make_shared<DeadLetterOptions>();
  CLI::App* letters = AddCommand(app, context, "dead-letters",
                                 "Contacts that could not be taken, as received", "", nullptr);
  CLI::App* list = AddCommand(*letters, context, "list", "The newest, oldest first", "",
                              [&context, options] { return RunList(context, *options); });
  list->add_option("--most", options->most, "How many (default 100)");
  list->add_flag("--json", options->json, "As JSON lines; `original` is base64");
  CLI::App* show = AddCommand(*letters, context, "show", "One, with every fault",
                              "  throughline dead-letters show 17\n",
                              [&context, options] { return RunShow(context, *options); });
  show->add_option("ID", options->offsets, "As `list` gives it")->required()->expected(1);
  show->add_flag("--json", options->json, "As JSON; `original` is base64");
  CLI::App* resend = AddCommand(*letters, context, "resend",
                                "Publish the original bytes again, once what was wrong is mended",
                                "  throughline dead-letters resend 17 18\n  throughline "
                                "dead-letters resend --agency police\n",
                                [&context, options] { return RunResend(context, *options); });
  resend->add_option("ID", options->offsets, "As `list` gives it");
  resend->add_option("--agency", options->agency, "All of this agency");
  resend->add_flag("--all", options->all, "All");
}

}  // namespace throughline::cli
