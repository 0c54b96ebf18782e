#include "consumers/throughline/dead_letter_reader.h"

namespace throughline::cli {

Result<std::vector<intake::StoredDeadLetter>> ReadDeadLetters(const std::string& directory,
                                                              const BrokerOptions& brokers) {
  TL_ASSIGN(LogSource source, FindLog({directory}, brokers));
  TL_ASSIGN(auto log, OpenLogForReading({directory}, source));
  std::vector<intake::StoredDeadLetter> letters;
  TL_TRY(intake::VisitDeadLetters(*log, 0, [&](const intake::StoredDeadLetter& letter) {
    letters.push_back(letter);
    return true;
  }));
  return letters;
}

}  // namespace throughline::cli
