#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

// The project's own files, read as text.
namespace throughline::tidy {

struct Source {
  std::string path;  // from the repository root
  std::vector<std::string> lines;
};

inline std::vector<std::string> Lines(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Every file below the folders that ends in one of `endings`, sorted by path.
inline std::vector<Source> Files(const std::vector<std::string>& folders,
                                 const std::vector<std::string>& endings) {
  std::filesystem::path root(THROUGHLINE_SOURCE_DIR);
  std::vector<Source> sources;
  for (const auto& folder : folders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (!entry.is_regular_file()) continue;
      std::string path = std::filesystem::relative(entry.path(), root).string();
      for (const auto& ending : endings) {
        if (path.ends_with(ending)) sources.push_back({path, Lines(entry.path())});
      }
    }
  }
  std::sort(sources.begin(), sources.end(),
            [](const Source& a, const Source& b) { return a.path < b.path; });
  return sources;
}

// "path:line" for messages.
inline std::string Where(const Source& source, std::size_t index) {
  return source.path + ":" + std::to_string(index + 1);
}

// The path of an #include "...", or empty.
inline std::string Included(const std::string& line) {
  if (!line.starts_with("#include ")) return "";
  auto open = line.find_first_of("\"<");
  auto close = line.find_first_of("\">", open + 1);
  return open == std::string::npos || close == std::string::npos
             ? ""
             : line.substr(open + 1, close - open - 1);
}

// A line of code without its comment; empty inside a block that is comment alone.
inline std::string Code(const std::string& line) {
  auto comment = line.find("//");
  return comment == std::string::npos ? line : line.substr(0, comment);
}

}  // namespace throughline::tidy
