#pragma once

#include <string>

// Where everything of one installation lies. Only `log/` and `settings.yaml` are worth a backup:
// the rest is rebuilt from the log.
namespace throughline::cli {

struct DataDirectory {
  std::string root;
  std::string Log() const { return root + "/log"; }
  std::string Projections() const { return root + "/projections"; }
  std::string Intake() const { return root + "/intake"; }
  std::string Socket() const { return root + "/throughline.sock"; }
  std::string Settings() const { return root + "/settings.yaml"; }
};

inline constexpr const char* kHostName = "main";
inline constexpr const char* kJournal = "throughline.journal.g1";

}  // namespace throughline::cli
