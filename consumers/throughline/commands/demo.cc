#include <filesystem>
#include <fstream>
#include <map>
#include <memory>

#include "consumers/throughline/case/case_file.h"
#include "consumers/throughline/context.h"
#include "consumers/throughline/files.h"
#include "engine/base/clock.h"
#include "engine/base/uk_time.h"
#include "engine/contact/compact.h"

namespace throughline::cli {
namespace {

struct DemoOptions {
  std::string directory, case_file;
};

std::string LocalMinute(Millis instant) {
  std::string text = FormatMinute(instant);
  text[10] = 'T';
  return text;
}

// Two call-outs to one home, some hours apart, the second an hour ago: what a police system would
// publish.
std::string CallOutsToday(Millis now) {
  constexpr const char* kOne =
      R"({{"contact_id": "DA-{0}", "occurred": {{"precision": "PRECISION_MINUTE", "at": "{1}"}}, )"
      R"("recorded": {{"precision": "PRECISION_MINUTE", "at": "{2}"}}, )"
      R"("author": {{"role": "police_officer", "team": "response", "person_ref": "4471"}}, )"
      R"("source": {{"system": "crime-recording", "record_ref": "{0}"}}, "mode": "face_to_face", )"
      R"("place": {{"place": "home", "address": "flat"}}, "subjects": [)"
      R"({{"label": "child-a", "person_kind": "child", "roles": ["subject_child"], "present": "TRI_YES", )"
      R"("references": [{{"scheme": "local-id", "value": "N-90417"}}], "demographics": {{"names": ["Child A"], )"
      R"("date_of_birth": {{"at": "2019-03-02"}}}}}}, )"
      R"({{"label": "mother", "person_kind": "adult", "roles": ["parent_carer", "victim"], "present": "TRI_YES", )"
      R"("references": [{{"scheme": "local-id", "value": "N-88121"}}]}}, )"
      R"({{"label": "man", "person_kind": "unknown_person", "roles": ["alleged_perpetrator", "unknown_adult"], )"
      R"("present": "TRI_NO", "unknown": {{"description": "left before police came", "about_age": 30}}}}, )"
      R"({{"label": "flat", "person_kind": "household", "roles": ["address"], )"
      R"("references": [{{"scheme": "uprn", "value": "100000000001"}}]}}], )"
      R"("seen": [{{"child": "child-a", "seen": "TRI_YES", "spoken_to": "TRI_YES"}}], )"
      R"("statements": [{{"text": "{3}", "basis": "observed", "source": "author", "quality": "first_hand"}}], )"
      R"("concerns": [{{"concern": "domestic_abuse", "children": ["child-a"], "impact_on_child": "Child A was woken and frightened."}}], )"
      R"("domestic_abuse_callout": {{"incident_ref": "{0}", "victim": "mother", "alleged_perpetrator": "man", )"
      R"("separation": "TRI_NO", "risk_tool": "dash", "risk_yes_count": 9, )"
      R"("children": [{{"child": "child-a", "where": "hallway", "saw": "TRI_YES", "heard": "TRI_YES"}}]}}}})"
      "\n";
  std::string number = std::to_string(now / kMinute);
  return fmt::format(kOne, number + "-1", LocalMinute(now - 20 * kHour),
                     LocalMinute(now - 18 * kHour), "A broken plate; a red mark on Mother's arm.") +
         fmt::format(kOne, number + "-2", LocalMinute(now - 2 * kHour), LocalMinute(now - kHour),
                     "Shouting heard from the street.");
}

Result<void> WriteFile(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  return out ? Result<void>{} : Fail(Code::kUnavailable, "cannot write {}", path);
}

Result<std::vector<std::string>> WriteSamples(const DemoOptions& options) {
  std::error_code fault;
  std::filesystem::create_directories(options.directory, fault);
  if (fault)
    return Fail(Code::kUnavailable, "cannot make {}: {}", options.directory, fault.message());
  std::map<std::string, std::string> files;
  if (!options.case_file.empty()) {
    TL_ASSIGN(std::string text, ReadFile(options.case_file));
    TL_ASSIGN(cases::CaseFile sample, cases::ParseCase(text, options.case_file));
    for (const auto& contact : sample.contacts) {
      files[options.directory + "/" + sample.import + "-" + contact.agency + ".jsonl"] +=
          contact::ToJson(contact.contact) + "\n";
    }
  }
  files[options.directory + "/today-police.jsonl"] = CallOutsToday(SystemClock().Now());
  std::vector<std::string> written;
  for (const auto& [path, text] : files) {
    TL_TRY(WriteFile(path, text));
    written.push_back(path);
  }
  return written;
}

int RunDemo(Context& context, const DemoOptions& options) {
  auto written = WriteSamples(options);
  if (!written) return Complain(context.terminal, written.error());
  for (const auto& path : *written) context.terminal.out << path << "\n";
  return kOk;
}

}  // namespace

void AddDemo(CLI::App& app, Context& context) {
  auto options = std::make_shared<DemoOptions>();
  CLI::App* command = AddCommand(
      app, context, "demo",
      "Write sample files to publish: two call-outs dated today, and each agency's part of a case",
      "  throughline demo samples --case tests/cases/child-r.case.yaml\n  throughline publish "
      "--agency police samples/today-police.jsonl\n",
      [&context, options] { return RunDemo(context, *options); });
  command->add_option("DIR", options->directory, "Where to write them")->required();
  command->add_option("--case", options->case_file,
                      "A case file: one file for each of its agencies, IMPORT-AGENCY.jsonl");
}

}  // namespace throughline::cli
