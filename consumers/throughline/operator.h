#pragma once

#include <string>

#include "consumers/throughline/context.h"
#include "consumers/throughline/session.h"
#include "throughline/v1/contact.pb.h"

namespace throughline::cli {

// An empty contact of the operator, made now: the caller adds the detail. `what` begins its id,
// which is unique.
v1::Contact OperatorContact(const std::string& what, Millis now);

// Publishes it on the operator feed, and with a process running waits until it is in force. Says
// what became of it; the exit code.
int PublishAsOperator(Context& context, const v1::Contact& contact, const std::string& said);

}  // namespace throughline::cli
