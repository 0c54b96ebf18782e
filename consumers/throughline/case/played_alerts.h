#pragma once

#include <string>
#include <vector>

#include "consumers/throughline/case/case_file.h"
#include "consumers/throughline/case/player.h"
#include "consumers/throughline/case/report.h"
#include "engine/base/result.h"

// The alerts of a case as it is played: which of them a contact answers or opened, and what was
// said of each.
namespace throughline::cases {

// The contact as it is published now: with the id of the alert that it means. One that names nobody
// follows a contact that the alert rests on, so it stands where that stands. kInvalid: no such
// alert is open, or several are; at its place in the file `name`.
Result<v1::Contact> AsPublished(const CaseContact& written, const std::string& name,
                                const Player& player);

// Fills in what was said of each, as it holds in the end.
Result<void> AddAnswers(const Player& player, log::EventLog& log, std::vector<Raised>& raised);

}  // namespace throughline::cases
