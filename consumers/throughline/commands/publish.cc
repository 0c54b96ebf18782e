#include "engine/publish/publish.h"

#include <fstream>
#include <iostream>
#include <iterator>

#include "consumers/throughline/context.h"
#include "consumers/throughline/session.h"
#include "engine/base/clock.h"
#include "engine/contact/feed_headers.h"
#include "engine/publish/read_file.h"
