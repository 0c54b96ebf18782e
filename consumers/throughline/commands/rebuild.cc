#include <filesystem>
#include <memory>

#include "consumers/throughline/context.h"
#include "consumers/throughline/session.h"
#include "consumers/throughline/show/rebuilt_text.h"
#include "engine/contact/compact.h"

namespace throughline::cli {
namespace {

int RunRebuild(Context& context, bool json) {
  auto session = Session::Open(context.directory, context.brokers);
  if (!session) return Complain(context.terminal, session.error(), kUsage);
  v1::Request request;
  request.mutable_rebuild();
  ProgressLine progress(context.terminal);
  auto response = (*session)->Ask(request, [&](const v1::Progress& step) {
    if (step.text().empty()) return;
    progress.Show(fmt::format("{} {} records ...", step.text(), step.of()));
  });
  if (!response) return Complain(context.terminal, response.error());
  const auto& rebuilt = response->rebuild();
  context.terminal.out << (json ? contact::ToJson(rebuilt) + "\n" : show::RebuiltText(rebuilt));
  return show::Compared(rebuilt) == show::Comparison::kDifferent ? kProblems : kOk;
}

int RunCopy(Context& context, const std::string& directory) {
  auto session = Session::Open(context.directory, context.brokers);
  if (!session) return Complain(context.terminal, session.error(), kUsage);
  v1::Request request;
  // Whoever runs may stand in another directory.
  const std::string target = std::filesystem::absolute(directory).lexically_normal().string();
  request.mutable_copy()->set_directory(target);
  auto response = (*session)->Ask(request);
  if (!response) return Complain(context.terminal, response.error());
  context.terminal.out << fmt::format(
      "Copied {} bytes to {}. The stores are rebuilt when it is first used.\n",
      response->copy().bytes(), target);
  return kOk;
}

}  // namespace

void AddRebuild(CLI::App& app, Context& context) {
  auto json = std::make_shared<bool>(false);
  AddCommand(app, context, "rebuild",
             "Build every store again from the journal, beside the live one", "",
             [&context, json] { return RunRebuild(context, *json); })
      ->add_flag("--json", *json, "As JSON");
}

void AddCopy(CLI::App& app, Context& context) {
  auto directory = std::make_shared<std::string>();
  AddCommand(app, context, "copy", "A consistent copy of the record, while it runs or not",
             "  throughline copy /backup/2026-11-20\n",
             [&context, directory] { return RunCopy(context, *directory); })
      ->add_option("DIR", *directory, "A directory that is not there yet")
      ->required();
}

}  // namespace throughline::cli
