#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "consumers/throughline/case/runner.h"

namespace throughline::cases {
namespace {

const std::string kSource = THROUGHLINE_SOURCE_DIR;
constexpr std::string_view kEnding = ".case.yaml";

std::string Contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> CaseFiles() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kSource + "/tests/cases")) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(kEnding)) names.push_back(name.substr(0, name.size() - kEnding.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<CaseReport> PlayCase(const std::string& contents, const std::string& name, bool memory) {
  RunOptions options;
  options.deploy = kSource + "/deploy";
  options.memory = memory;
  return RunCase(contents, name, options);
}

void ExpectPassed(const Result<CaseReport>& report) {
  ASSERT_TRUE(report) << report.error().text;
  EXPECT_TRUE(report->Passed()) << Table(*report, 120, false);
}

class Cases : public ::testing::TestWithParam<std::string> {};

TEST_P(Cases, AreAsExpected) {
  const std::string path = kSource + "/tests/cases/" + GetParam() + std::string(kEnding);
  ExpectPassed(PlayCase(Contents(path), path, true));
}

std::string TestName(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Folder, Cases, ::testing::ValuesIn(CaseFiles()), TestName);

TEST(ChildR, IsTheSameOnTheEmbeddedLog) {
  const std::string path = kSource + "/tests/cases/child-r.case.yaml";
  const std::string contents = Contents(path);
  const auto embedded = PlayCase(contents, path, false);
  ExpectPassed(embedded);
  const auto memory = PlayCase(contents, path, true);
  ASSERT_TRUE(memory) << memory.error().text;
  EXPECT_EQ(ToJson(*embedded), ToJson(*memory));
}

TEST(ChildR, EveryMissedOpportunityIsExpected) {
  const std::string path = kSource + "/tests/cases/child-r.case.yaml";
  const auto file = ParseCase(Contents(path), path);
  ASSERT_TRUE(file) << file.error().text;
  for (int i = 1; i <= 14; ++i) {
    const std::string label = "MO" + std::to_string(i);
    const auto of_label = [&](const Expectation& one) {
      // The last is one that nobody's record could show.
      return one.missed == label && one.quiet == (i == 14);
    };
    EXPECT_TRUE(std::any_of(file->expectations.begin(), file->expectations.end(), of_label))
        << label;
  }
}

// The block of the page that begins with `case:`.
std::string ExampleOfThePage() {
  const std::string page = Contents(kSource + "/tests/cases/README.md");
  const std::string fence = "```yaml\n";
  const auto begin = page.find(fence + "case:");
  EXPECT_NE(begin, std::string::npos);
  if (begin == std::string::npos) return "";
  const auto from = begin + fence.size();
  return page.substr(from, page.find("```", from) - from);
}

TEST(Page, ItsExampleIsACaseOfTheFolderAndRuns) {
  const std::string example = ExampleOfThePage();
  EXPECT_EQ(example, Contents(kSource + "/tests/cases/two-call-outs.case.yaml"));
  ExpectPassed(PlayCase(example, "two-call-outs.case.yaml", true));
}

}  // namespace
}  // namespace throughline::cases
