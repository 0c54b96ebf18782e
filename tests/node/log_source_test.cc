#include "consumers/throughline/log_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <latch>
#include <thread>

#include "consumers/throughline/instance.h"

namespace throughline::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class LogSourceTest : public ::testing::Test {
 protected:
  LogSourceTest() {
    std::string pattern = fs::temp_directory_path() / "throughline-source-XXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_.root = pattern;
  }
  ~LogSourceTest() override { fs::remove_all(directory_.root); }

  std::string Properties(const std::string& text, fs::perms perms) {
    std::ofstream(directory_.Client()) << text;
    fs::permissions(directory_.Client(), perms);
    return directory_.Client();
  }

  DataDirectory directory_;
};

TEST_F(LogSourceTest, ADirectoryRemembersItsBrokers) {
  EXPECT_EQ(FindLog(directory_, {}).error().code, Code::kNotFound);
  auto named = FindLog(directory_, {"kafka:9092,other:9092", ""});
  ASSERT_TRUE(named);
  ASSERT_TRUE(RecordBrokers(directory_, *named));
  auto recorded = FindLog(directory_, {});
  ASSERT_TRUE(recorded);
  EXPECT_EQ(recorded->brokers, "kafka:9092,other:9092");
  EXPECT_FALSE(recorded->embedded());
  EXPECT_EQ(FindLog(directory_, {"elsewhere:9092", ""})->brokers, "elsewhere:9092");
}

TEST_F(LogSourceTest, ADirectoryKeepsToTheBrokersOfItsRecord) {
  EXPECT_TRUE(CheckBrokers(directory_, {"kafka:9092", ""}));
  ASSERT_TRUE(RecordBrokers(directory_, {"kafka:9092,other:9092", ""}));
  EXPECT_TRUE(CheckBrokers(directory_, {"kafka:9092,other:9092", ""}));
  EXPECT_TRUE(CheckBrokers(directory_, {"third:9092, other:9092", ""}));
  auto refused = CheckBrokers(directory_, {"elsewhere:9092", ""});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kInvalid);
  for (const std::string& part :
       {std::string("kafka:9092,other:9092"), std::string("elsewhere:9092"),
        std::string("another data directory"), "remove " + directory_.Brokers()}) {
    EXPECT_THAT(refused.error().text, HasSubstr(part));
  }
}

TEST_F(LogSourceTest, ADirectoryWithALogOfItsOwnTakesNoBrokers) {
  fs::create_directories(directory_.Log());
  EXPECT_TRUE(FindLog(directory_, {})->embedded());
  auto refused = FindLog(directory_, {"kafka:9092", ""});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kInvalid);
  EXPECT_THAT(refused.error().text, HasSubstr("another data directory"));
}

TEST_F(LogSourceTest, PropertiesAreReadFromAFileThatOnlyItsOwnerReads) {
  std::string file = Properties("# TLS\n\n security.protocol = SSL \nssl.key.password=a=b\n",
                                fs::perms::owner_read | fs::perms::owner_write);
  auto read = ReadClientProperties(file);
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_THAT(*read, UnorderedElementsAre(Pair("security.protocol", "SSL"),
                                          Pair("ssl.key.password", "a=b")));
  EXPECT_EQ(FindLog(directory_, {"kafka:9092", ""})->properties_file, file);

  fs::permissions(file, fs::perms::group_read, fs::perm_options::add);
  auto refused = ReadClientProperties(file);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("chmod 600"));
}

TEST_F(LogSourceTest, AFaultyLineIsNamedWithoutWhatItSays) {
  std::string file = Properties("security.protocol=SSL\nhunter2\n", fs::perms::owner_read);
  auto refused = ReadClientProperties(file);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("kafka.properties:2"));
  EXPECT_THAT(refused.error().text, Not(HasSubstr("hunter2")));
}

TEST_F(LogSourceTest, AnInstanceKeepsItsNameAndACopyOfItsDirectoryGetsAnother) {
  auto name = InstanceOf(directory_);
  ASSERT_TRUE(name) << name.error().text;
  EXPECT_EQ(*InstanceOf(directory_), *name);
  DataDirectory copy{directory_.root + "/copy"};
  fs::create_directories(copy.root);
  fs::copy_file(directory_.Instance(), copy.Instance());
  EXPECT_NE(*InstanceOf(copy), *name);
  EXPECT_EQ(*InstanceOf(directory_), *name);
}

// `up --only intake` and `up --only projections`, started at once in a new directory. Else each
// waits for what the other is never called.
TEST_F(LogSourceTest, BothHalvesOfAnEngineBearOneNameAndKnowTheirBrokers) {
  for (int i = 0; i < 300; ++i) {
    const DataDirectory directory{directory_.root + "/" + std::to_string(i)};
    fs::create_directories(directory.root);
    std::array<std::string, 2> names;
    std::latch begin(2);
    const auto half = [&](std::string& name) {
      begin.arrive_and_wait();
      const auto recorded = RecordBrokers(directory, {"kafka:9092", ""});
      EXPECT_TRUE(recorded) << recorded.error().text;
      auto made = InstanceOf(directory);
      // It is tried again, as `up` does.
      if (!made) made = InstanceOf(directory);
      EXPECT_TRUE(made) << made.error().text;
      if (made) name = *made;
    };
    {
      const std::jthread one(half, std::ref(names[0]));
      const std::jthread other(half, std::ref(names[1]));
    }
    ASSERT_EQ(names[0], names[1]) << "directory " << i;
    ASSERT_EQ(FindLog(directory, {})->brokers, "kafka:9092");
  }
}

}  // namespace
}  // namespace throughline::cli
