#include "consumers/throughline/show/rebuilt_text.h"
#include "tests/node/running_node.h"

namespace throughline::cli {
namespace {

TEST_F(NodeTest, AContactIsOnTheChronologyAsSoonAsItsPublisherHasWaited) {
  StartNode();
  ActivateFeed("police");
  CallOut("DA-1", clock_.Now() - kDay);
  auto answer = Ask(ChronologyOfChild()).chronology();
  ASSERT_EQ(answer.entries_size(), 1);
  EXPECT_EQ(answer.entries(0).contact_id(), "DA-1");
}

TEST_F(NodeTest, TwoCallOutsRaiseAnAlertThatRestartAndRebuildLeaveAlone) {
  StartNode();
  ActivateFeed("police");
  ActivatePolicy();
  CallOut("DA-1", clock_.Now() - 20 * kHour);
  CallOut("DA-2", clock_.Now() - 2 * kHour);
  auto raised = AwaitAlerts();
  ASSERT_GT(raised.alerts_size(), 0);
  // Else the rebuild may find it missing, and publish it late.
  AwaitPublished();

  StopNode();
  StartNode();
  auto again = AwaitAlerts();
  ASSERT_EQ(again.alerts_size(), raised.alerts_size());
  EXPECT_EQ(again.alerts(0).raised().alert_id(), raised.alerts(0).raised().alert_id());

  v1::Request rebuild;
  rebuild.mutable_rebuild();
  auto rebuilt = Ask(rebuild).rebuild();
  EXPECT_EQ(rebuilt.published_late(), 0U);
  EXPECT_EQ(rebuilt.differences(), 0U);
  EXPECT_EQ(AwaitAlerts().alerts_size(), raised.alerts_size());
}

TEST_F(NodeTest, ARebuildIsComparedAtOneRecordThoughOthersCameMeanwhile) {
  StartNode();
  ActivateFeed("police");
  CallOut("DA-1", clock_.Now() - 20 * kHour);
  v1::Request rebuild;
  rebuild.mutable_rebuild();
  const auto rebuilt =
      node_->Answer(rebuild, [&](const auto&) { CallOut("DA-2", clock_.Now() - 2 * kHour); })
          .rebuild();
  EXPECT_GT(rebuilt.seq_before(), 0U);
  EXPECT_EQ(rebuilt.seq_before(), rebuilt.seq_after());
  EXPECT_EQ(rebuilt.digest_before(), rebuilt.digest_after());
  EXPECT_EQ(show::Compared(rebuilt), show::Comparison::kSame);
}

TEST(Rebuilt, WhatCannotBeComparedIsNotCalledDifferent) {
  v1::RebuildAnswer rebuilt;
  rebuilt.set_seq_after(41);
  rebuilt.set_digest_after("aa");
  EXPECT_EQ(show::Compared(rebuilt), show::Comparison::kNone);
  EXPECT_THAT(show::RebuiltText(rebuilt), ::testing::HasSubstr("no whole stores were there"));
  rebuilt.set_seq_before(40);
  rebuilt.set_digest_before("bb");
  EXPECT_EQ(show::Compared(rebuilt), show::Comparison::kNone);
  EXPECT_THAT(
      show::RebuiltText(rebuilt),
      ::testing::HasSubstr("records came meanwhile, the digests are of seq 40 and of seq 41"));
  rebuilt.set_seq_before(41);
  EXPECT_EQ(show::Compared(rebuilt), show::Comparison::kDifferent);
  EXPECT_THAT(show::RebuiltText(rebuilt), ::testing::HasSubstr("DIFFERENT"));
}

TEST_F(NodeTest, ManyCommandsAtOnceAreAnswered) {
  StartNode();
  ActivateFeed("police");
  CallOut("DA-1", clock_.Now() - kDay);
  std::vector<std::thread> threads;
  std::atomic<int> answered{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      auto session = Session::Open(directory_.root);
      if (!session) return;
      for (int n = 0; n < 20; ++n) {
        auto response = (*session)->Ask(ChronologyOfChild());
        if (response && response->chronology().entries_size() == 1) answered.fetch_add(1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered.load(), 160);
}

TEST_F(NodeTest, WhoKnowsTheRecordWaitsUntilStoresHoldIt) {
  StartNode();
  ActivateFeed("police");
  CallOut("P-1", clock_.Now());
  v1::Request inspect;
  inspect.mutable_inspect();
  v1::Request request;
  request.mutable_wait()->set_seq(Ask(inspect).inspect().shards(0).seq());
  EXPECT_TRUE(Ask(request).wait().reached());
  request.mutable_wait()->set_seq(request.wait().seq() + 1'000'000);
  request.mutable_wait()->set_timeout_ms(1);
  EXPECT_FALSE(Ask(request).wait().reached());
}

TEST_F(NodeTest, WithoutAProcessTheSameQuestionHasTheSameAnswer) {
  StartNode();
  ActivateFeed("police");
  CallOut("DA-1", clock_.Now() - kDay);
  auto live = Ask(ChronologyOfChild()).chronology();
  StopNode();
  auto session = Session::Open(directory_.root);
  ASSERT_TRUE(session) << session.error().text;
  EXPECT_FALSE((*session)->running());
  auto response = (*session)->Ask(ChronologyOfChild());
  ASSERT_TRUE(response) << response.error().text;
  EXPECT_EQ(response->chronology().entries(0).SerializeAsString(),
            live.entries(0).SerializeAsString());
}

TEST_F(NodeTest, WhoKnewWhatIsAnsweredWithAProcessAndWithout) {
  StartNode();
  ActivateFeed("police");
  ActivateFeed("school");
  CallOut("DA-1", clock_.Now() - kDay);
  v1::Request who_knew;
  *who_knew.mutable_who_knew()->mutable_person() = ChronologyOfChild().chronology().person();
  v1::Request difference;
  *difference.mutable_difference()->mutable_person() = who_knew.who_knew().person();
  difference.mutable_difference()->set_first("agency:school");
  difference.mutable_difference()->set_second("shared");
  v1::Request lens = ChronologyOfChild();
  lens.mutable_chronology()->set_lens("agency:school");
  v1::Request alerts;
  *alerts.mutable_alerts()->mutable_person() = who_knew.who_knew().person();
  alerts.mutable_alerts()->set_lens("agency:school");
  const std::vector<v1::Request> all = {who_knew, difference, lens, alerts};
  const v1::WhoKnewAnswer knew = Ask(who_knew).who_knew();
  ASSERT_EQ(knew.contacts_size(), 1);
  EXPECT_EQ(knew.contacts(0).knew(0).agency(), "police");
  EXPECT_EQ(knew.contacts(0).knew(0).by(0).how(), "authored");
  EXPECT_EQ(Ask(difference).difference().only_second_size(), 1);
  EXPECT_EQ(Ask(lens).chronology().entries_size(), 0);
  StopsAndAnswersTheSame(all);
}

TEST_F(NodeTest, WhatIsPublishedWithNobodyRunningIsTakenWhenSomebodyDoes) {
  StartNode();
  ActivateFeed("police");
  StopNode();
  auto session = Session::Open(directory_.root);
  ASSERT_TRUE(session) << session.error().text;
  auto offsets = (*session)->Append(log::FeedTopic("police"), {{"", "no contact at all", {}}});
  ASSERT_TRUE(offsets) << offsets.error().text;
  session->reset();
  StartNode();
  CallOut("DA-1", clock_.Now() - kDay);
  v1::Request inspect;
  inspect.mutable_inspect();
  auto intake = Ask(inspect).inspect().intake();
  EXPECT_EQ(intake.refused(), 1U);
  EXPECT_EQ(Ask(ChronologyOfChild()).chronology().entries_size(), 1);
}

TEST_F(NodeTest, OnlyFeedsAreWrittenFromOutside) {
  StartNode();
  for (const char* topic : {kJournal, "throughline.alerts", "throughline.dead-letters"}) {
    auto offsets = session_->Append(topic, {{"", "x", {}}});
    ASSERT_FALSE(offsets) << topic;
    EXPECT_EQ(offsets.error().code, Code::kInvalid);
  }
}

TEST_F(NodeTest, ADamagedJournalIsRefusedNamingWhereAndItsLastGoodSeq) {
  StartNode();
  ActivateFeed("police");
  CallOut("DA-1", clock_.Now() - kDay);
  StopNode();
  // The bytes of the contact lie in the journal once, and nothing before them is touched.
  std::filesystem::path segment;
  for (const auto& entry : std::filesystem::directory_iterator(directory_.Log() + "/" + kJournal)) {
    if (entry.path().extension() == ".segment") segment = entry.path();
  }
  std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const std::size_t at = bytes.rfind("DA-1");
  ASSERT_NE(at, std::string::npos) << segment;
  file.clear();
  file.seekp(static_cast<std::streamoff>(at));
  file.put('X');
  file.close();
  auto settings = ReadSettings(directory_.Settings(), {});
  const auto node = Node::Open(directory_, clock_, *settings, {});
  ASSERT_FALSE(node);
  EXPECT_EQ(node.error().code, Code::kCorrupt);
  std::smatch said;
  const std::regex text(
      R"(/(\S+) at position (\d+), last good offset (\d+): damaged below what was synced; )"
      R"(journal throughline\.journal\.g1: last good seq (\d+) at offset (\d+))");
  ASSERT_TRUE(std::regex_search(node.error().text, said, text)) << node.error().text;
  EXPECT_EQ(said[3], said[5]);
  // One record an offset, from seq 1 at offset 0.
  EXPECT_EQ(std::stoll(said[4]), std::stoll(said[5]) + 1);
}

TEST_F(NodeTest, ACopyIsWholeAndFoldsToTheSameAnswers) {
  StartNode();
  ActivateFeed("police");
  CallOut("DA-1", clock_.Now() - kDay);
  DataDirectory copy{directory_.root + "-copy"};
  v1::Request request;
  request.mutable_copy()->set_directory(copy.root);
  Ask(request);
  auto live = Ask(ChronologyOfChild()).chronology();
  StopNode();
  std::swap(directory_, copy);
  StartNode();
  EXPECT_EQ(Ask(ChronologyOfChild()).chronology().entries(0).SerializeAsString(),
            live.entries(0).SerializeAsString());
  StopNode();
  std::filesystem::remove_all(directory_.root);
  std::swap(directory_, copy);
}

}  // namespace
}  // namespace throughline::cli
