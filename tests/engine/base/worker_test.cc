#include "engine/base/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace throughline {
namespace {

TEST(Worker, RunsTasksInTheOrderInWhichTheyAreGiven) {
  for (const bool threaded : {false, true}) {
    std::vector<int> ran;
    Worker worker(threaded);
    std::shared_future<int> last;
    for (int i = 0; i < 100; ++i) {
      last = worker.Run([&ran, i] {
        ran.push_back(i);
        return i;
      });
    }
    EXPECT_EQ(last.get(), 99);
    ASSERT_EQ(ran.size(), 100U);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(ran[static_cast<std::size_t>(i)], i);
  }
}

TEST(Worker, HasRunATaskAtOnceWithoutAThread) {
  Worker worker(false);
  bool ran = false;
  worker.Run([&] { ran = true; });
  EXPECT_TRUE(ran);
}

TEST(Worker, FreesOnItsThreadWhatIsDiscarded) {
  for (const bool threaded : {false, true}) {
    std::thread::id freed;
    {
      Worker worker(threaded);
      worker.Discard(
          std::shared_ptr<void>(nullptr, [&](void*) { freed = std::this_thread::get_id(); }));
    }
    EXPECT_NE(freed, std::thread::id());
    EXPECT_EQ(freed == std::this_thread::get_id(), !threaded);
  }
}

TEST(Worker, RunsWhatItWasGivenBeforeItEnds) {
  int ran = 0;
  {
    Worker worker(true);
    for (int i = 0; i < 50; ++i) worker.Run([&] { ++ran; });
  }
  EXPECT_EQ(ran, 50);
}

}  // namespace
}  // namespace throughline
