#include "consumers/throughline/dead_letter_reader.h"

#include "consumers/throughline/data_directory.h"
#include "engine/log/local/local_log.h"

namespace throughline::cli {

Result<std::vector<intake::StoredDeadLetter>> ReadDeadLetters(const std::string& directory) {
  TL_ASSIGN(auto log, log::LocalLog::OpenForReading(DataDirectory{directory}.Log()));
  std::vector<intake::StoredDeadLetter> letters;
  TL_TRY(intake::VisitDeadLetters(*log, 0, [&](const intake::StoredDeadLetter& letter) {
    letters.push_back(letter);
    return true;
  }));
  return letters;
}

}  // namespace throughline::cli
