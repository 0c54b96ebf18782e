#include <sys/resource.h>
#include <sys/stat.h>

#include <memory>

#include "consumers/throughline/context.h"
#include "consumers/throughline/data_directory.h"
#include "consumers/throughline/data_disk.h"
#include "consumers/throughline/findings.h"
#include "consumers/throughline/session.h"
#include "consumers/throughline/settings_rows.h"
#include "engine/base/clock.h"
#include "engine/base/uk_time.h"
#include "engine/contact/compact.h"

namespace throughline::cli {
namespace {

Finding LookAtZones() {
  bool summer = MinuteOfDay(*ParseUtc("2026-07-01T12:00:00.000Z")) == 13 * 60;
  return {"UK time", summer ? "known" : "wrong", summer ? "" : "install the package tzdata"};
}

Finding LookAtFiles() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return {"open files allowed", std::to_string(limit.rlim_cur),
          limit.rlim_cur < 1024 ? "raise it to 4096: ulimit -n" : ""};
}

Finding LookAtPermissions(const DataDirectory& directory) {
  struct stat status {};
  if (::stat(directory.root.c_str(), &status) != 0) {
    return {"data directory", directory.root + " is not there",
            "throughline init --partnership NAME"};
  }
  bool open = (status.st_mode & 077) != 0;
  return {"data directory",
          directory.root + (open ? ", open to other users" : ", its owner's alone"),
          open ? "chmod 700 " + directory.root : ""};
}

void LookAtRecord(Context& context, const Settings& settings, std::vector<Finding>& findings) {
  auto source = FindLog(DataDirectory{context.directory}, context.brokers);
  auto session = Session::Open(context.directory, context.brokers);
  if (!source || !session) {
    findings.push_back(NoRecord(source ? session.error() : source.error()));
    return;
  }
  v1::Request request;
  request.mutable_inspect()->set_chain(true);
  request.mutable_inspect()->set_calendars(true);
  auto response = (*session)->Ask(request);
  if (!response) {
    findings.push_back(Unreadable(response.error(), source->embedded()));
    return;
  }
  for (auto& finding : FindingsIn(response->inspect())) findings.push_back(std::move(finding));
  for (auto& finding : Policies(response->inspect())) findings.push_back(std::move(finding));
  for (auto& finding : Calendars(response->inspect(), settings.Get("calendar_notice"))) {
    findings.push_back(std::move(finding));
  }
}

int RunDoctor(Context& context) {
  DataDirectory directory{context.directory};
  auto settings = ReadSettings(directory.Settings(), {});
  std::vector<Finding> findings{LookAtZones(), LookAtFiles(), LookAtPermissions(directory)};
  if (settings) {
    findings.push_back(LookAtDisk(directory, *settings));
  } else {
    findings.push_back({"settings", settings.error().text, "mend " + directory.Settings()});
  }
  LookAtRecord(context, settings ? *settings : *ReadSettings("", {}), findings);
  int exit = kOk;
  for (const auto& finding : findings) {
    context.terminal.out << fmt::format("{:<4} {}: {}\n", finding.advice.empty() ? "ok" : "LOOK",
                                        finding.what, finding.found);
    if (finding.advice.empty()) continue;
    context.terminal.out << "       " << finding.advice << "\n";
    exit = kProblems;
  }
  return exit;
}

}  // namespace

void AddDoctor(CLI::App& app, Context& context) {
  AddCommand(app, context, "doctor",
             "What is not as it should be on this machine and data directory, and what to do", "",
             [&context] { return RunDoctor(context); });
}

}  // namespace throughline::cli
