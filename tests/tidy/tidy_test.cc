#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <regex>
#include <set>

#include "engine/base/yaml.h"
#include "tests/tidy/sources.h"

// The rules that the sources keep, proved from the files themselves.
namespace throughline::tidy {
namespace {

// Which folders a folder may include, itself apart. What is not here has no place in the tree.
const std::map<std::string, std::set<std::string>> kLayers{
    {"engine/base", {}},
    {"engine/contact", {"engine/base"}},
    {"engine/log", {"engine/base"}},
    {"engine/projection", {"engine/base", "engine/log"}},
    {"engine/publish", {"engine/base", "engine/contact", "engine/log"}},
    {"engine/identity", {"engine/base", "engine/contact", "engine/projection"}},
    {"engine/intake",
     {"engine/base", "engine/contact", "engine/log", "engine/projection", "engine/identity"}},
    {"engine/chronology", {"engine/base", "engine/contact", "engine/log", "engine/projection"}},
    {"engine/relations",
     {"engine/base", "engine/contact", "engine/projection", "engine/chronology"}},
    {"consumers/risk",
     {"engine/base", "engine/contact", "engine/log", "engine/projection", "engine/chronology"}},
    {"consumers/throughline",
     {"engine/base", "engine/contact", "engine/log", "engine/projection", "engine/publish",
      "engine/identity", "engine/intake", "engine/chronology", "engine/relations",
      "consumers/risk"}},
};

std::string FolderOf(const std::string& path) {
  for (const auto& [folder, below] : kLayers) {
    if (path.starts_with(folder + "/")) return folder;
  }
  return "";
}

std::vector<Source> Code() { return Files({"engine", "consumers"}, {".h", ".cc"}); }

TEST(Tidy, IncludesGoDownOnly) {
  for (const auto& source : Code()) {
    std::string from = FolderOf(source.path);
    EXPECT_FALSE(from.empty()) << source.path << " lies in no folder that the layers know";
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      std::string to = FolderOf(Included(source.lines[i]));
      if (to.empty() || to == from) continue;
      EXPECT_TRUE(kLayers.at(from).contains(to))
          << Where(source, i) << ": " << from << " may not include " << to;
    }
  }
}

// A cycle between files would make one of them unreadable without the other.
TEST(Tidy, NoFileIncludesItselfThroughOthers) {
  std::map<std::string, std::vector<std::string>> includes;
  for (const auto& source : Code()) {
    for (const auto& line : source.lines) {
      std::string path = Included(line);
      if (!FolderOf(path).empty()) includes[source.path].push_back(path);
    }
  }
  std::map<std::string, int> state;  // 1: on the way, 2: done
  std::function<void(const std::string&)> visit = [&](const std::string& path) {
    state[path] = 1;
    for (const auto& next : includes[path]) {
      EXPECT_NE(state[next], 1) << path << " includes " << next << ", which includes it";
      if (state[next] == 0) visit(next);
    }
    state[path] = 2;
  };
  for (const auto& [path, next] : std::map(includes)) {
    if (state[path] == 0) visit(path);
  }
}

TEST(Tidy, HeavyHeadersAppearInOneFolderEach) {
  const std::map<std::string, std::string> homes{
      {"rocksdb/", "engine/projection"}, {"librdkafka/", "engine/log/kafka"},
      {"rdkafka.h", "engine/log/kafka"}, {"yaml-cpp/", "engine/base"},
      {"microhttpd.h", "engine/api"},    {"date/", "engine/base"},
      {"spdlog/", "engine/base"},        {"CLI/", "consumers/throughline"},
  };
  for (const auto& source : Code()) {
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      for (const auto& [header, home] : homes) {
        if (!Included(source.lines[i]).starts_with(header)) continue;
        EXPECT_TRUE(source.path.starts_with(home + "/"))
            << Where(source, i) << ": " << header << " belongs to " << home;
      }
    }
  }
}

TEST(Tidy, FilesStaySmall) {
  for (const auto& source : Files({"engine", "consumers", "tests", "proto", "deploy"},
                                  {".h", ".cc", ".proto", ".py", ".cmake"})) {
    EXPECT_LE(source.lines.size(), 600U) << source.path << " is probably two ideas";
  }
}

// Pure code: the same records give the same bytes, in any process, at any time.
TEST(Tidy, PureFoldersUseNoClockRandomnessOrUnorderedIteration) {
  const std::vector<std::string> pure{
      "engine/base/uk_",           "engine/base/civil",
      "engine/base/written_time",  "engine/base/calendar",
      "engine/contact/",           "engine/chronology/",
      "engine/identity/",          "consumers/risk/",
      "engine/intake/decide",      "engine/relations/",
      "engine/intake/belonging",   "engine/intake/family",
      "engine/intake/flow_table",  "engine/intake/lifetimes",
      "engine/intake/links",       "engine/intake/people",
      "engine/intake/place",       "engine/intake/references",
      "engine/intake/relations",   "engine/intake/taking_back",
      "engine/intake/unborn",      "engine/intake/identity_decisions",
      "engine/intake/intake_fold", "engine/intake/ticker",
      "engine/intake/takeover",    "engine/projection/fold",
      "engine/projection/shard.",  "engine/projection/shard_reads"};
  const std::regex banned(
      R"(\b(unordered_(map|set)|system_clock|steady_clock|SystemClock|random_device|mt19937|\brand\(|std::thread|jthread|std::mutex|fopen|ifstream|ofstream|getenv|std::filesystem|gettimeofday|time\(nullptr\))\b)");
  for (const auto& source : Code()) {
    bool is_pure = std::any_of(pure.begin(), pure.end(),
                               [&](const auto& p) { return source.path.starts_with(p); });
    if (!is_pure) continue;
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_search(tidy::Code(source.lines[i]), banned))
          << Where(source, i) << ": " << source.lines[i];
    }
  }
}

TEST(Tidy, TheClockIsReadThroughItsPortAlone) {
  for (const auto& source : Code()) {
    if (source.path == "engine/base/clock.cc" || source.path.starts_with("engine/base/log"))
      continue;
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      EXPECT_EQ(tidy::Code(source.lines[i]).find("system_clock::now"), std::string::npos)
          << Where(source, i);
    }
  }
}

TEST(Tidy, WordsThatHaveNoPlace) {
  const std::regex banned(
      R"(\b(TODO|FIXME|XXX|HACK)\b|\bassert\(|using namespace std|\bDISABLED_|sleep_for|usleep)");
  for (const auto& source : Files({"engine", "consumers", "tests"}, {".h", ".cc"})) {
    if (source.path.starts_with("tests/tidy/")) continue;
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_search(source.lines[i], banned))
          << Where(source, i) << ": " << source.lines[i];
    }
    std::string stem = std::filesystem::path(source.path).stem().string();
    for (const char* vague : {"util", "utils", "helper", "helpers", "common", "misc"})
      EXPECT_NE(stem, vague) << source.path;
  }
}

TEST(Tidy, LinksInPagesLeadSomewhere) {
  std::filesystem::path root(THROUGHLINE_SOURCE_DIR);
  std::vector<Source> pages = Files({"engine", "consumers", "tests", "proto", "deploy"}, {".md"});
  for (const char* page : {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"}) {
    ASSERT_TRUE(std::filesystem::exists(root / page)) << page;
    pages.push_back({page, Lines(root / page)});
  }
  const std::regex link(R"(\]\(([^)#: ]+)(#[^)]*)?\))");
  for (const auto& page : pages) {
    for (std::size_t i = 0; i < page.lines.size(); ++i) {
      for (std::sregex_iterator it(page.lines[i].begin(), page.lines[i].end(), link), end;
           it != end; ++it) {
        auto target = (root / page.path).parent_path() / (*it)[1].str();
        EXPECT_TRUE(std::filesystem::exists(target)) << Where(page, i) << ": " << (*it)[1];
      }
    }
  }
}

TEST(Tidy, EveryRuleCitesItsSource) {
  std::size_t rules = 0;
  for (const auto& file : Files({"deploy/policy"}, {".yaml"})) {
    std::string text;
    for (const auto& line : file.lines) text += line + "\n";
    auto tree = yaml::Parse(text, file.path);
    ASSERT_TRUE(tree.has_value()) << tree.error().text;
    const yaml::Node* list = tree->Find("rules");
    if (list == nullptr) continue;
    for (const auto& rule : list->items) {
      ++rules;
      const yaml::Node* basis = rule.Find("basis");
      const yaml::Node* source = basis == nullptr ? nullptr : basis->Find("source");
      EXPECT_TRUE(source != nullptr && source->scalar.size() > 10)
          << file.path << ":" << rule.place.line;
    }
  }
  EXPECT_GT(rules, 0U);
}

TEST(Tidy, EveryTestIsBuilt) {
  std::set<std::string> compiled;
  for (const auto& line :
       Lines(std::filesystem::path(THROUGHLINE_BINARY_DIR) / "compile_commands.json")) {
    auto at = line.find("\"file\":");
    if (at == std::string::npos) continue;
    auto begin = line.find('"', at + 7) + 1;
    const std::string file = line.substr(begin, line.rfind('"') - begin);
    compiled.insert(file);
    // Sanitizer builds compile many sources as one, which includes them.
    if (file.find("/Unity/") == std::string::npos) continue;
    for (const auto& inside : Lines(file)) compiled.insert(Included(inside));
  }
  for (const auto& source : Files({"tests", "engine", "consumers"}, {".cc"})) {
    // Built by clang alone: tests/fuzz/run.
    if (source.path.starts_with("tests/fuzz/libfuzzer/")) continue;
    EXPECT_TRUE(compiled.contains(std::string(THROUGHLINE_SOURCE_DIR) + "/" + source.path))
        << source.path << " is in no target";
  }
}

}  // namespace
}  // namespace throughline::tidy
