#include <memory>
#include <set>

#include "consumers/throughline/context.h"

namespace throughline::cli {
namespace {

std::string WordsOf(const CLI::App& app) {
  std::string words;
  for (const CLI::App* sub : app.get_subcommands({})) words += sub->get_name() + " ";
  for (const CLI::Option* option : app.get_options({})) {
    for (const auto& name : option->get_lnames()) words += "--" + name + " ";
  }
  return words;
}

void SayCases(const CLI::App& app, const std::string& path, std::ostream& out) {
  out << "    \"" << path << "\") words=\"" << WordsOf(app) << "\" ;;\n";
  for (const CLI::App* sub : app.get_subcommands({})) {
    SayCases(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), out);
  }
}

int RunCompletion(Context& context, const CLI::App& app) {
  auto& out = context.terminal.out;
  out << "# bash completion of throughline: source <(throughline completion bash)\n"
         "_throughline() {\n"
         "  local word words path='' i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    word=${COMP_WORDS[i]}\n"
         "    [[ $word == --data ]] && { ((i++)); continue; }\n"
         "    [[ $word == -* ]] && continue\n"
         "    path=\"${path:+$path }$word\"\n"
         "  done\n"
         "  case $path in\n";
  SayCases(app, "", out);
  out << "    *) words='' ;;\n"
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "complete -o default -F _throughline throughline\n";
  return kOk;
}

}  // namespace

void AddCompletion(CLI::App& app, Context& context) {
  auto shell = std::make_shared<std::string>("bash");
  AddCommand(app, context, "completion", "A script that completes commands and options in bash",
             "  source <(throughline completion bash)\n",
             [&context, &app, shell] { return RunCompletion(context, app); })
      ->add_option("SHELL", *shell, "bash")
      ->check(CLI::IsMember({"bash"}));
}

}  // namespace throughline::cli
