#include <algorithm>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <sstream>
#include <thread>
#include <utility>

#include "consumers/throughline/program.h"
#include "consumers/throughline/socket.h"
#include "tests/node/running_node.h"

// What whoever publishes is told of what became of it.
namespace throughline::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Told {
  int exit = 0;
  std::string err, out;
};

class PublishingTest : public NodeTest {
 protected:
  Told Say(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), directory_.root);
    arguments.insert(arguments.begin(), "--data");
    std::ostringstream out, err;
    Terminal terminal{out, err};
    const int exit = cli::Run(arguments, terminal);
    return {exit, err.str(), out.str()};
  }
  static std::string Note(const std::string& id, const std::string& concern) {
    return "- {contact_id: " + id + ", kind: concern_noted, occurred: 2026-01-05,\n" +
           "   recorded: 2026-01-05, author: {role: teacher}, source: {system: register},\n" +
           "   subjects: [{label: a, person_kind: child, roles: [subject_child],\n" +
           "               references: [{scheme: local-id, value: S9}]}],\n" + "   concerns: [" +
           concern + "], detail: {raised_by: teacher}}\n";
  }
  Told PublishNotes(const std::vector<std::pair<std::string, std::string>>& notes,
                    std::vector<std::string> options = {}) {
    const std::string file = directory_.root + "/notes.yaml";
    std::ofstream out(file);
    for (const auto& [id, concern] : notes) out << Note(id, concern);
    out.close();
    options.insert(options.begin(), {"publish", "--agency", "school", file});
    return Say(options);
  }
};

TEST_F(PublishingTest, WhatBecameADeadLetterIsCountedAndSaidAtItsLine) {
  StartNode();
  ActivateFeed("school");
  EXPECT_EQ(PublishNotes({{"S-1", "neglect"}}).exit, kOk);
  // The first id says something else now: that only the engine can know.
  const Told said = PublishNotes({{"S-2", "neglect"}, {"S-1", "emotional"}});
  EXPECT_EQ(said.exit, kProblems);
  EXPECT_THAT(said.err, HasSubstr("notes.yaml:6: S-1: contact_id: "));
  EXPECT_THAT(said.err, HasSubstr("throughline dead-letters show 0"));
  EXPECT_THAT(said.err, HasSubstr("2 of 2 contacts published for school: 1 placed; 1 refused, "));
}

TEST_F(PublishingTest, OfManyFaultsItSaysTheFirstAndWhichTheOthersAre) {
  const std::string file = directory_.root + "/export.jsonl";
  const auto publish = [&](int count, std::vector<std::string> options) {
    std::ofstream out(file);
    for (int i = 0; i < count; ++i) {
      out << (i % 3 == 2 ? R"({"subjects":[{},{"colour":1}]})" : R"({"subjects":[{"colour":1}]})")
          << "\n";
    }
    out << (count > 100 ? R"({"subjects":[{"colour":1}],"author":)" : "") << "\n";
    out.close();
    options.insert(options.begin(), {"publish", "--agency", "school", file});
    return Say(options);
  };
  const auto lines = [](const Told& said) {
    return std::count(said.err.begin(), said.err.end(), '\n');
  };
  Told said = publish(100, {});
  EXPECT_EQ(said.exit, kProblems);
  EXPECT_EQ(lines(said), 101) << "each, and how many contacts were published";
  said = publish(999, {});
  EXPECT_EQ(said.exit, kProblems);
  EXPECT_THAT(said.err, AllOf(HasSubstr("export.jsonl:100: subjects[0].colour: no such field\n"
                                        "and 900 more faults (--all-faults says each):\n"
                                        "  899 times, first at " +
                                        file +
                                        ":101: subjects[].colour: no such field\n"
                                        "  1 times, first at " +
                                        file + ":1000: not JSON\n"),
                              HasSubstr("0 of 1000 contacts published")));
  EXPECT_EQ(lines(said), 104);
  EXPECT_EQ(lines(publish(999, {"--all-faults"})), 1001);
}

TEST_F(PublishingTest, WhatIsOnRecordAlreadyIsSaidAtOnce) {
  StartNode();
  ActivateFeed("school");
  Told said = PublishNotes({{"S-1", "neglect"}, {"S-2", "neglect"}});
  EXPECT_THAT(said.err, HasSubstr("2 of 2 contacts published for school, and placed; 0 refused"));
  // A repeat is never placed: nothing of it comes to wait for.
  said = PublishNotes({{"S-1", "neglect"}, {"S-2", "neglect"}});
  EXPECT_EQ(said.exit, kOk);
  EXPECT_THAT(said.err, HasSubstr("school, and on record already; 0 refused"));
  said = PublishNotes({{"S-3", "neglect"}, {"S-1", "neglect"}});
  EXPECT_THAT(said.err, HasSubstr("school: 1 placed, 1 on record already; 0 refused"));
}

TEST_F(PublishingTest, WhereItFailsHalfwayItSaysHowFarItCameAndThatAllMayBePublishedAgain) {
  int appends = 0;
  const auto owner =
      SocketServer::Listen(directory_.Socket(), [&](const v1::Request&, const auto&) {
        if (++appends > 1) return ErrorResponse({Code::kUnavailable, "no room"});
        v1::Response response;
        response.mutable_append()->add_offsets(0);
        return response;
      });
  ASSERT_TRUE(owner) << owner.error().text;
  const Told said = PublishNotes({{"S-1", "neglect"}, {"S-2", "neglect"}}, {"--batch", "1"});
  EXPECT_EQ(said.exit, kTemporary);
  EXPECT_THAT(said.err,
              AllOf(HasSubstr("no room"), HasSubstr("1 of 2 contacts are known to be published"),
                    HasSubstr("publish the file again")));
}

// What is said there, as it is said.
class Heard : public std::stringbuf {
 public:
  bool Has(std::string_view text, Millis patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::milliseconds(patience),
                             [&] { return heard_.find(text) != std::string::npos; });
  }

 protected:
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    const std::lock_guard lock(mutex_);
    heard_.append(text, static_cast<std::size_t>(size));
    changed_.notify_all();
    return size;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string heard_;
};

TEST_F(PublishingTest, WhoWaitsForAnAnswerSaysSoBeforeItCame) {
  Heard heard;
  bool was_heard = false;
  const auto owner =
      SocketServer::Listen(directory_.Socket(), [&](const v1::Request& request, const auto&) {
        v1::Response response;
        if (!request.has_append()) return response;
        was_heard = heard.Has("waiting for the engine on " + directory_.root, kPatience);
        response.mutable_append()->add_offsets(0);
        return response;
      });
  ASSERT_TRUE(owner) << owner.error().text;
  const std::string file = directory_.root + "/note.yaml";
  std::ofstream(file) << Note("S-1", "neglect");
  std::ostringstream out;
  std::ostream err(&heard);
  Terminal terminal{out, err};
  EXPECT_EQ(cli::Run({"--data", directory_.root, "publish", "--agency", "school", file}, terminal),
            kOk);
  EXPECT_TRUE(was_heard);
}

// A topic that was made anew numbers its records from the start again: far below where the chain
// stands, as if they had been decided on.
TEST_F(PublishingTest, WhatIsPublishedToAFeedThatCannotBeReadIsNotCalledOnRecord) {
  v1::FeedStatus feed;
  feed.set_topic(log::FeedTopic("school"));
  feed.set_active(true);
  feed.set_position(20);
  feed.set_end(2);
  const auto owner =
      SocketServer::Listen(directory_.Socket(), [&](const v1::Request& request, const auto&) {
        v1::Response response;
        if (request.has_inspect()) {
          *response.mutable_inspect()->mutable_intake()->add_feeds() = feed;
        } else if (request.has_append()) {
          response.mutable_append()->add_offsets(1);
        } else {
          response.mutable_wait()->set_reached(true);
        }
        return response;
      });
  ASSERT_TRUE(owner) << owner.error().text;
  // As a standby knows it, and as the writer does.
  Told said = PublishNotes({{"S-1", "neglect"}});
  EXPECT_EQ(said.exit, kProblems);
  EXPECT_THAT(said.err, AllOf(HasSubstr("1 of 1 contacts published for school; NOT TAKEN: "),
                              HasSubstr("read up to 20 and ends at 2"), Not(HasSubstr("record;"))));
  feed.set_trouble("its tail was lost: close it");
  said = PublishNotes({{"S-1", "neglect"}});
  EXPECT_EQ(said.exit, kProblems);
  EXPECT_THAT(said.err, HasSubstr("NOT TAKEN: its tail was lost: close it; 0 refused"));
}

// The stores of the same directory are never told of a repeat: only intake is.
TEST_F(PublishingTest, WhereIntakeRunsApartItIsAskedWhatWasDecided) {
  v1::FeedStatus feed;
  feed.set_topic(log::FeedTopic("school"));
  feed.set_active(true);
  v1::Response decided;
  decided.mutable_wait()->set_reached(true);
  decided.mutable_wait()->set_seq(7);
  const auto intake =
      SocketServer::Listen(directory_.IntakeSocket(), [&](const v1::Request& request, const auto&) {
        v1::Response response;
        if (request.has_wait()) return decided;
        *response.mutable_inspect()->mutable_intake()->add_feeds() = feed;
        return response;
      });
  ASSERT_TRUE(intake) << intake.error().text;
  Told said = PublishNotes({{"S-1", "neglect"}});
  EXPECT_THAT(said.err, HasSubstr("for school, and on record already; 0 refused"));
  std::vector<std::uint64_t> waited_for;
  bool is_stopped = false;
  const auto stores =
      SocketServer::Listen(directory_.Socket(), [&](const v1::Request& request, const auto&) {
        v1::Response response;
        if (request.has_append()) response.mutable_append()->add_offsets(0);
        if (request.has_wait() && is_stopped) {
          return ErrorResponse({Code::kUnavailable, "it was stopped"});
        }
        if (request.has_wait()) {
          waited_for.push_back(request.wait().seq());
          response.mutable_wait()->set_reached(true);
        }
        return response;
      });
  ASSERT_TRUE(stores) << stores.error().text;
  said = PublishNotes({{"S-1", "neglect"}});
  EXPECT_THAT(said.err, HasSubstr("for school, and on record already; 0 refused"));
  EXPECT_EQ(waited_for, std::vector<std::uint64_t>{7});
  // Published it is, though the stores are stopped before they have it.
  is_stopped = true;
  said = PublishNotes({{"S-1", "neglect"}});
  EXPECT_EQ(said.exit, kOk);
  EXPECT_THAT(said.err, HasSubstr("1 of 1 contacts published for school"));
}

TEST_F(PublishingTest, AFeedThatNobodyActivatedIsNotWaitedFor) {
  StartNode();
  const Told said = PublishNotes({{"S-1", "neglect"}});
  EXPECT_EQ(said.exit, kOk);
  EXPECT_THAT(said.err, AllOf(HasSubstr("throughline feed activate --agency school"),
                              Not(HasSubstr("placed"))));
}

TEST_F(PublishingTest, WithNobodyRunningTheSettingsOfTheLogHoldToo) {
  std::ofstream(directory_.Settings()) << "segment: 1048576\n";
  auto session = Session::Open(directory_.root);
  ASSERT_TRUE(session) << session.error().text;
  const std::string topic = log::FeedTopic("school");
  for (int i = 0; i < 3; ++i) {
    const auto offsets = (*session)->Append(topic, {{"", std::string(600'000, 'x'), {}}});
    ASSERT_TRUE(offsets) << offsets.error().text;
  }
  int segments = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory_.Log() + "/" + topic)) {
    segments += file.path().extension() == ".segment" ? 1 : 0;
  }
  EXPECT_GT(segments, 1);
}

// Whoever runs may stand in another directory than whoever asks.
TEST_F(PublishingTest, ACopyGoesWhereTheOneWhoAskedSaidIt) {
  std::string target;
  const auto owner =
      SocketServer::Listen(directory_.Socket(), [&](const v1::Request& request, const auto&) {
        target = request.copy().directory();
        v1::Response response;
        response.mutable_copy()->set_bytes(1);
        return response;
      });
  ASSERT_TRUE(owner) << owner.error().text;
  EXPECT_EQ(Say({"copy", "backup"}).exit, kOk);
  EXPECT_EQ(target, std::filesystem::current_path() / "backup");
}

TEST_F(PublishingTest, AFeedGoesOnAttestingUntilSomebodySaysNo) {
  StartNode();
  const auto attests = [&] { return (*session_->FeedOf("desk"))->attests(); };
  EXPECT_EQ(Say({"feed", "activate", "--agency", "desk", "--attests"}).exit, kOk);
  EXPECT_TRUE(attests());
  EXPECT_EQ(Say({"feed", "activate", "--agency", "desk", "--expected-every", "24h"}).exit, kOk);
  EXPECT_TRUE(attests());
  EXPECT_EQ(Say({"feed", "activate", "--agency", "desk", "--no-attests"}).exit, kOk);
  EXPECT_FALSE(attests());
}

TEST_F(PublishingTest, WhatAnOperatorSaidThatIsRefusedIsNotCalledDecided) {
  StartNode();
  const Told said = Say({"tick", "release", "--at", "2026-01-05T10:00", "--why", "a trial"});
  EXPECT_EQ(said.exit, kProblems);
  EXPECT_THAT(said.err,
              AllOf(HasSubstr("detail.at: "), HasSubstr("refused"), Not(HasSubstr("decided"))));
}

TEST_F(PublishingTest, WhoWaitedForADecisionSeesAllThatItBrought) {
  constexpr int kMany = 1500;
  StartNode();
  ActivateFeed("police");
  ActivateFeed("school");
  std::vector<std::pair<std::string, std::string>> notes;
  for (int i = 0; i < kMany; ++i) notes.emplace_back(fmt::format("S-{}", i), "neglect");
  ASSERT_EQ(PublishNotes(notes).exit, kOk);
  CallOut("DA-1", clock_.Now() - 20 * kHour);

  v1::Contact decision = Operator("same-1");
  auto& decided = *decision.mutable_identity_decided();
  const auto name = [](v1::Reference& reference, const char* value, const char* agency) {
    reference.set_scheme("local-id");
    reference.set_value(value);
    reference.set_authority(agency);
  };
  name(*decided.mutable_first(), "C1", "police");
  name(*decided.mutable_second(), "S9", "school");
  decided.set_decision("same");
  decided.set_grounds("The school's address book says so.");
  PublishContact("operator", decision);
  EXPECT_EQ(Ask(ChronologyOfChild()).chronology().entries_size(), kMany + 1);
}

TEST_F(PublishingTest, WhoWaitsForWhatNeverComesDoesNotHoldAStop) {
  StartNode();
  ActivateFeed("school");
  const auto client = SocketClient::Connect(directory_.Socket());
  ASSERT_TRUE(client) << client.error().text;
  v1::Request request;
  request.mutable_wait()->set_topic(log::FeedTopic("school"));
  request.mutable_wait()->set_offset(1'000'000);
  request.mutable_wait()->set_timeout_ms(24 * kHour);
  std::latch waits(1);
  bool told = false;
  Result<v1::Response> answer = v1::Response();
  {
    const std::jthread asks([&] {
      answer = (*client)->Ask(request, [&](const v1::Progress&) {
        if (!std::exchange(told, true)) waits.count_down();
      });
    });
    waits.wait();
    StopNode();
  }
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_FALSE(answer->wait().reached());
}

// Otherwise each time that it is tried in vain doubles what there is to send.
TEST_F(PublishingTest, WhatWasSentAgainInVainIsSentOnceTheNextTime) {
  StartNode();
  ActivateFeed("school");
  EXPECT_EQ(PublishNotes({{"S-1", "neglect"}}).exit, kOk);
  EXPECT_EQ(PublishNotes({{"S-1", "emotional"}}).exit, kProblems);
  const auto resend = [&](std::vector<std::string> which) {
    which.insert(which.begin(), {"dead-letters", "resend"});
    const Told said = Say(which);
    // What comes later is decided on later.
    EXPECT_EQ(PublishNotes({{"S-2", "neglect"}}).exit, kOk);
    return said;
  };
  EXPECT_EQ(resend({"0"}).err, "1 sent again\n");
  EXPECT_EQ(resend({"--all"}).err, "1 sent again\n");
  EXPECT_EQ(resend({"0", "1", "2"}).err, "1 sent again\n");
  const Told unknown = resend({"0", "99"});
  EXPECT_EQ(unknown.exit, kNotThere);
  EXPECT_EQ(unknown.err, "throughline: no dead letter 99; none was sent\n");
}

TEST_F(PublishingTest, WhoNamesNobodyIsToldWhatMayBeWrongWithTheReference) {
  StartNode();
  ActivateFeed("school");
  EXPECT_EQ(PublishNotes({{"S-1", "neglect"}}).exit, kOk);
  const std::string nobody = "nobody is known here by that ";
  for (const char* command : {"chronology", "who-knew", "relations"}) {
    Told said = Say({command, "local_id:S9"});
    EXPECT_EQ(said.exit, kNotThere);
    EXPECT_THAT(said.err, HasSubstr(nobody + "local_id reference: no such scheme is on the list; "
                                             "did you mean `local-id`?\n"));
    said = Say({command, "nhs-number:943 476 5918"});
    EXPECT_THAT(said.err, HasSubstr(nobody + "nhs-number reference: not an NHS number: ten "));
    said = Say({command, "local-id:S8"});
    EXPECT_THAT(said.err, HasSubstr(nobody + "local-id reference\n"));
    EXPECT_EQ(Say({command, " local-id : S9 @ school\t"}).exit, kOk) << "as it was copied";
  }
  EXPECT_THAT(Say({"person", "find", "upn:S9"}).err, HasSubstr("upn reference: not a UPN"));
}

// An agency that knew nothing and a name that was mistyped look alike.
TEST_F(PublishingTest, ALensOfAnAgencyThatNeverHadAFeedIsSaidToBeSo) {
  StartNode();
  ActivateFeed("school");
  EXPECT_EQ(PublishNotes({{"S-1", "neglect"}}).exit, kOk);
  const auto look = [&] {
    for (const char* command : {"chronology", "relations", "household"}) {
      EXPECT_EQ(Say({command, "local-id:S9", "--lens", "agency:school"}).err, "");
      const Told said = Say({command, "local-id:S9", "--lens", "agency:shcool"});
      EXPECT_EQ(said.exit, kOk);
      EXPECT_EQ(said.err,
                "throughline: no feed of shcool was ever activated here: is the name "
                "right?\n");
    }
    EXPECT_THAT(Say({"alerts", "--lens", "agency:shcool"}).err, HasSubstr("no feed of shcool"));
    const Told said =
        Say({"difference", "local-id:S9", "--between", "agency:shcool,agency:school"});
    EXPECT_THAT(said.err, AllOf(HasSubstr("no feed of shcool"), Not(HasSubstr("of school"))));
  };
  look();
  StopNode();
  look();
}

// The topic is shown whole: under a child's name it would show the alerts of others.
TEST_F(PublishingTest, TheAlertsTopicIsNotAskedAboutOnePersonOrInstant) {
  StartNode();
  for (const auto& [option, value] : std::vector<std::pair<std::string, std::string>>{
           {"--person", "local-id:S9"}, {"--lens", "agency:school"}, {"--as-known-at", "2026"}}) {
    const Told said = Say({"alerts", "--from-topic", option, value});
    EXPECT_EQ(said.exit, kUsage);
    EXPECT_THAT(said.err, AllOf(HasSubstr("--from-topic"), HasSubstr(option)));
  }
}

TEST_F(PublishingTest, ASpanThatEndsBeforeItBeginsIsRefused) {
  StartNode();
  ActivateFeed("school");
  EXPECT_EQ(PublishNotes({{"S-1", "neglect"}}).exit, kOk);
  const auto between = [&](const char* from, const char* until) {
    return Say({"chronology", "local-id:S9", "--from", from, "--until", until});
  };
  EXPECT_EQ(between("2026-01-05", "2026-01-05").exit, kOk);
  EXPECT_EQ(between("2026-01-05", "2026").exit, kOk);
  const Told said = between("2026-01-06", "2026-01-05");
  EXPECT_EQ(said.exit, kUsage);
  EXPECT_THAT(said.err, HasSubstr("--until lies before --from"));
}

TEST_F(PublishingTest, APolicyThatIsRetiredIsSaidToBeSo) {
  StartNode();
  const std::string starter = std::string(THROUGHLINE_SOURCE_DIR) + "/deploy/policy/starter";
  EXPECT_EQ(Say({"policy", "activate", starter}).exit, kOk);
  EXPECT_THAT(Say({"policy", "activate", starter, "--retire"}).err,
              HasSubstr(" rules retired: decided"));
}

TEST_F(PublishingTest, WhereNoContactsAreTakenThatIsSaidAtOnce) {
  v1::InspectAnswer inspected;
  auto& feed = *inspected.mutable_intake()->add_feeds();
  feed.set_topic(log::FeedTopic("school"));
  feed.set_active(true);
  inspected.mutable_intake()->set_stalled("the disk is nearly full");
  int waits = 0;
  const auto owner =
      SocketServer::Listen(directory_.Socket(), [&](const v1::Request& request, const auto&) {
        v1::Response response;
        if (request.has_inspect()) *response.mutable_inspect() = inspected;
        if (request.has_append()) response.mutable_append()->add_offsets(0);
        waits += request.has_wait() ? 1 : 0;
        return response;
      });
  ASSERT_TRUE(owner) << owner.error().text;
  const Told said = PublishNotes({{"S-1", "neglect"}});
  EXPECT_EQ(said.exit, kOk);
  EXPECT_THAT(said.err, HasSubstr("1 with warnings (publish --check says them)\n"));
  EXPECT_THAT(said.err, HasSubstr("1 of 1 contacts published for school; decided on once contacts "
                                  "are taken again: the disk is nearly full; 0 refused"));
  EXPECT_EQ(waits, 0);
}

// Whoever runs `up` is refused for it, so whoever asks what is wrong must be told.
TEST_F(PublishingTest, DoctorFindsAFeedThatIsDamagedWhereNothingRuns) {
  StartNode();
  ActivateFeed("school");
  EXPECT_EQ(PublishNotes({{"S-1", "neglect"}, {"S-2", "neglect"}}).exit, kOk);
  StopNode();
  const std::string topic = log::FeedTopic("school");
  EXPECT_THAT(Say({"doctor"}).out, Not(HasSubstr(topic)));
  std::fstream segment(directory_.Log() + "/" + topic + "/00000000000000000000.segment",
                       std::ios::in | std::ios::out | std::ios::binary);
  segment.seekp(-20, std::ios::end);
  segment.put('\xff');
  segment.close();
  EXPECT_THAT(Say({"doctor"}).out, AllOf(HasSubstr("LOOK topic " + topic + ": "),
                                         HasSubstr("damaged\n       restore a copy: ")));
}

TEST_F(PublishingTest, WhatIsNoFileIsNotTriedAgainLater) {
  const Told said = Say({"publish", "--agency", "school", directory_.root});
  EXPECT_EQ(said.exit, kData);
  EXPECT_THAT(said.err, HasSubstr("cannot read " + directory_.root + ": Is a directory"));
}

}  // namespace
}  // namespace throughline::cli
