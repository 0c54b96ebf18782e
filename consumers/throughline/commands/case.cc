#include <filesystem>
#include <memory>

#include "consumers/throughline/case/runner.h"
#include "consumers/throughline/context.h"
#include "consumers/throughline/files.h"

namespace throughline::cli {
namespace {

namespace fs = std::filesystem;

struct CaseOptions {
  std::vector<std::string> files;
  std::string policy, deploy;
  bool json = false;
};

// The folder `deploy` that holds policies and calendars: named, or found from the case file
// upwards, or from here.
Result<std::string> FindDeploy(const CaseOptions& options, const std::string& file) {
  if (!options.deploy.empty()) return options.deploy;
  std::error_code fault;
  for (const auto& start : {fs::absolute(file, fault).parent_path(), fs::current_path(fault)}) {
    for (fs::path at = start;; at = at.parent_path()) {
      if (fs::is_directory(at / "deploy" / "policy", fault)) return (at / "deploy").string();
      if (at == at.parent_path()) break;
    }
  }
  return Fail(Code::kNotFound, "no deploy/policy above {} or here; name its folder with --deploy",
              file);
}

int RunOne(Context& context, const CaseOptions& options, const std::string& file) {
  auto text = ReadFile(file);
  if (!text) return Complain(context.terminal, text.error());
  auto deploy = FindDeploy(options, file);
  if (!deploy) return Complain(context.terminal, deploy.error());
  cases::RunOptions run;
  run.deploy = *deploy;
  run.policy = options.policy;
  ProgressLine progress(context.terminal);
  progress.Show("playing " + file + " ...");
  auto report = cases::RunCase(*text, file, run);
  if (!report) return Complain(context.terminal, report.error(), kData);
  if (options.json) {
    context.terminal.out << cases::ToJson(*report) << "\n";
  } else {
    progress.Show("");
    context.terminal.out << cases::Table(*report, context.terminal.width, context.terminal.colour)
                         << "\n";
  }
  return report->Passed() ? kOk : kProblems;
}

int RunCases(Context& context, const CaseOptions& options) {
  int worst = kOk;
  for (const auto& file : options.files) worst = std::max(worst, RunOne(context, options, file));
  return worst;
}

}  // namespace

void AddCase(CLI::App& app, Context& context) {
  auto options = std::make_shared<CaseOptions>();
  CLI::App* group =
      AddCommand(app, context, "case", "Case files: what should be raised, and when", "", nullptr);
  CLI::App* run =
      AddCommand(*group, context, "run",
                 "Play cases on a log and a clock of their own; expected against raised",
                 "  throughline case run tests/cases/child-r.case.yaml\n"
                 "  throughline case run --policy ./my-policy my.case.yaml\n",
                 [&context, options] { return RunCases(context, *options); });
  run->add_option("FILE", options->files,
                  "Case files (tests/cases/README.md says how to write one)")
      ->required();
  run->add_option("--policy", options->policy,
                  "Judge by this policy instead: a name, or a path with a slash");
  run->add_option("--deploy", options->deploy, "The folder that holds policy/ and calendars/");
  run->add_flag("--json", options->json, "One JSON object for each case");
}

}  // namespace throughline::cli
