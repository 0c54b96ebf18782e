#include "consumers/throughline/policy_bundle.h"

#include <algorithm>
#include <filesystem>

#include "consumers/throughline/files.h"

namespace throughline::cli {

Result<std::vector<risk::PolicyFile>> ReadPolicyFiles(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code fault;
  std::vector<std::string> names;
  if (fs::is_directory(path, fault)) {
    for (const auto& entry : fs::directory_iterator(path, fault)) {
      if (entry.path().extension() == ".yaml") names.push_back(entry.path().string());
    }
  } else if (fs::is_regular_file(path, fault)) {
    names.push_back(path);
  }
  if (names.empty()) return Fail(Code::kNotFound, "no policy (*.yaml) in {}", path);
  std::sort(names.begin(), names.end());
  std::vector<risk::PolicyFile> files;
  for (const auto& name : names) {
    TL_ASSIGN(std::string text, ReadFile(name));
    files.push_back({fs::path(name).filename().string(), std::move(text)});
  }
  return files;
}

Result<std::string> CompilePolicy(std::string_view bundle) {
  TL_ASSIGN(v1::Policy policy, risk::ReadPolicy(risk::UnbundlePolicy(bundle)));
  return policy.SerializeAsString();
}

}  // namespace throughline::cli
