#include "consumers/throughline/socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <latch>
#include <thread>

namespace throughline::cli {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

class SocketTest : public testing::Test {
 protected:
  SocketTest() { EXPECT_NE(::mkdtemp(directory_.data()), nullptr); }
  ~SocketTest() override { std::filesystem::remove_all(directory_); }
  std::string Path() const { return directory_ + "/socket"; }

 private:
  std::string directory_ = std::filesystem::temp_directory_path() / "throughline-socket-XXXXXX";
};

// The kernel takes connections and requests for a process that was stopped.
TEST_F(SocketTest, OneThatWasStoppedIsNotWaitedForForEver) {
  const Descriptor listener(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, Path().c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  const auto client = SocketClient::Connect(Path(), milliseconds(50));
  ASSERT_TRUE(client) << client.error().text;
  const auto answer = (*client)->Ask(v1::Request(), {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kUnavailable);
  EXPECT_THAT(answer.error().text, HasSubstr("the running process, " + std::to_string(::getpid())));
  EXPECT_THAT(answer.error().text, HasSubstr("kill -CONT"));
}

TEST_F(SocketTest, OneForWhomItTakesLongSaysSoMeanwhile) {
  std::latch beats(3);
  const auto server = SocketServer::Listen(
      Path(),
      [&](const v1::Request&, const OnProgress&) {
        beats.wait();
        v1::Response response;
        response.mutable_wait()->set_reached(true);
        return response;
      },
      milliseconds(1));
  ASSERT_TRUE(server) << server.error().text;
  const auto client = SocketClient::Connect(Path());
  ASSERT_TRUE(client) << client.error().text;
  int heard = 0;
  const auto answer = (*client)->Ask(v1::Request(), [&](const v1::Progress& progress) {
    EXPECT_TRUE(progress.text().empty());
    if (++heard <= 3) beats.count_down();
  });
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_TRUE(answer->wait().reached());
}

TEST_F(SocketTest, WhoAsksAgainAndAgainDoesNotHoldAStop) {
  constexpr int kMore = 100;
  auto server =
      SocketServer::Listen(Path(), [](const auto&, const auto&) { return v1::Response(); });
  ASSERT_TRUE(server) << server.error().text;
  std::latch asked(1);
  bool refused = false;
  std::jthread asks([&] {
    const auto client = SocketClient::Connect(Path());
    refused = !client || !(*client)->Ask(v1::Request(), {});
    asked.count_down();
    // Its path goes once it was told to stop.
    for (int since = 0; !refused && since < kMore;) {
      refused = !(*client)->Ask(v1::Request(), {});
      if (!std::filesystem::exists(Path())) ++since;
    }
  });
  asked.wait();
  server->reset();
  asks.join();
  EXPECT_TRUE(refused);
}

// Else a store that is made just then cannot be opened.
TEST_F(SocketTest, ItIsTheOwnersAloneAndNothingElseThatIsMadeMeanwhileIsShut) {
  namespace fs = std::filesystem;
  const fs::path beside = fs::path(Path()).parent_path() / "beside";
  std::atomic<int> shut{0};
  {
    const std::jthread makes([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        fs::create_directory(beside);
        const fs::perms owners = fs::status(beside).permissions() & fs::perms::owner_all;
        if (owners != fs::perms::owner_all) ++shut;
        fs::remove(beside);
      }
    });
    for (int i = 0; i < 300; ++i) {
      const auto server = SocketServer::Listen(
          Path(), [](const v1::Request&, const OnProgress&) { return v1::Response(); });
      ASSERT_TRUE(server) << server.error().text;
      ASSERT_EQ(fs::status(Path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    }
  }
  EXPECT_EQ(shut, 0);
}

}  // namespace
}  // namespace throughline::cli
