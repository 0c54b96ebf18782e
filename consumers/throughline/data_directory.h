#pragma once

#include <string>

// Where everything of one installation lies. Only `log/`, `settings.yaml` and `kafka.properties`
// are worth a backup: the rest is rebuilt from the log. With the log on brokers there is no `log/`.
namespace throughline::cli {

struct DataDirectory {
  std::string root;
  std::string Log() const { return root + "/log"; }
  std::string Projections() const { return root + "/projections"; }
  std::string Intake() const { return root + "/intake"; }
  std::string Socket() const { return root + "/throughline.sock"; }
  // Of intake, where it runs apart from the projections.
  std::string IntakeSocket() const { return root + "/intake.sock"; }
  std::string Brokers() const { return root + "/brokers"; }
  std::string Client() const { return root + "/kafka.properties"; }
  std::string Instance() const { return root + "/instance"; }
  std::string Settings() const { return root + "/settings.yaml"; }
};

inline constexpr const char* kHostName = "main";
inline constexpr const char* kJournal = "throughline.journal.g1";

}  // namespace throughline::cli
