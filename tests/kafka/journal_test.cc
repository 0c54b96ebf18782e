#include "engine/log/journal.h"

#include "tests/engine/log/drafts.h"
#include "tests/engine/log/forwarding_log.h"
#include "tests/kafka/kafka_test.h"

// The chained journal on a real broker.
namespace throughline::log {
namespace {

// A log whose broker falls asleep, when told to, as the next append is sent.
class DozingLog final : public ForwardingLog {
 public:
  DozingLog(EventLog& log, kafka_test::Broker& broker) : ForwardingLog(log), broker_(broker) {}
  void DozeAtNextAppend() { doze_ = true; }
  Result<std::vector<std::int64_t>> Append(std::string_view topic,
                                           const std::vector<Message>& messages) override {
    if (std::exchange(doze_, false)) broker_.Suspend();
    return ForwardingLog::Append(topic, messages);
  }

 private:
  kafka_test::Broker& broker_;
  bool doze_ = false;
};

constexpr JournalReader::Limits kPatient{.park_after = kHour, .park_drops = 10'000};

class KafkaJournal : public KafkaTest {
 protected:
  static constexpr const char* kJournal = "throughline.journal.g1";

  // An engine: a log of its own, and the journal read to where it stands.
  struct Engine {
    std::unique_ptr<KafkaLog> log;
    std::unique_ptr<JournalReader> reader;
    std::unique_ptr<JournalWriter> writer;
  };
  Engine Begin(KafkaLog::Options options) {
    Engine engine;
    engine.log = OpenLog(std::move(options));
    engine.reader =
        JournalReader::Open(*engine.log, kJournal, ChainHead{}, clock_, kPatient).value();
    engine.writer = std::make_unique<JournalWriter>(*engine.log, kJournal, *engine.reader,
                                                    JournalWriter::Limits{});
    return engine;
  }
  Engine Begin() { return Begin(Options()); }
  static void CatchUp(Engine& engine) {
    while (!engine.reader->AtEnd().value()) {
      ASSERT_TRUE(engine.reader->Poll(100, kSecond).has_value());
    }
  }
  // Until a batch of these stands: to connect, and to look at the topic, may take longer than the
  // log waits for an append.
  static void WriteInTheEnd(JournalWriter& writer, const std::vector<Draft>& drafts) {
    for (bool stood = false; !stood;) {
      auto outcome = writer.Write(drafts);
      if (!outcome) {
        ASSERT_EQ(outcome.error().code, Code::kUnavailable) << outcome.error().text;
      }
      stood = outcome && outcome->stood;
    }
  }
  ChainSummary Verified() { return VerifyChain(log(), kJournal).value(); }

  ManualClock clock_{1'000'000};
};

TEST_F(KafkaJournal, BatchesStandAndVerifyAndAReaderResumesWhereItStood) {
  Make(kJournal);
  Engine engine = Begin();
  for (int batch = 0; batch < 20; ++batch) {
    auto outcome = engine.writer->Write(Ticks(50, (batch + 1) * kHour));
    ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
    ASSERT_TRUE(outcome->stood);
    ASSERT_EQ(outcome->accepted.size(), 50U);
  }
  ChainHead head = engine.reader->head();
  EXPECT_EQ(head.seq, 1000U);
  auto summary = Verified();
  EXPECT_EQ(summary.records, 1000U);
  EXPECT_EQ(summary.dropped, 0U);
  EXPECT_EQ(summary.head, head);
  auto resumed = JournalReader::Open(log(), kJournal, head, clock_, kPatient);
  ASSERT_TRUE(resumed.has_value()) << resumed.error().text;
  EXPECT_TRUE((*resumed)->AtEnd().value());
}

TEST_F(KafkaJournal, AStaleWritersBatchDoesNotStandAndTheChainStaysWhole) {
  Make(kJournal);
  Engine paused = Begin();
  ASSERT_TRUE(paused.writer->Write(Ticks(3)).value().stood);
  Engine taking_over = Begin();
  CatchUp(taking_over);
  ASSERT_TRUE(taking_over.writer->Write(Ticks(2, kHour)).value().stood);
  // It wakes and appends after the head that it knew.
  auto woken = paused.writer->Write(Ticks(2, 2 * kHour));
  ASSERT_TRUE(woken.has_value()) << woken.error().text;
  EXPECT_FALSE(woken->stood);
  CatchUp(paused);
  EXPECT_EQ(paused.reader->head().seq, 5U);
  // The writer goes on over what was dropped.
  ASSERT_TRUE(taking_over.writer->Write(Ticks(1, 3 * kHour)).value().stood);
  auto summary = Verified();
  EXPECT_EQ(summary.records, 6U);
  EXPECT_EQ(summary.dropped, 2U);
  EXPECT_EQ(summary.dropped_at_end, 0U);
}

// The append failed, and its batch landed when the broker woke. The next write finds out: it does
// not stand, what the journal holds is handed over, and then it goes on.
TEST_F(KafkaJournal, ABatchWhoseAppendFailedAndLandedIsMetAsWhatTheJournalHolds) {
  Make(kJournal);
  auto options = Options();
  options.append_timeout = kSecond;
  Engine engine = Begin(options);
  DozingLog dozing(*engine.log, broker());
  JournalWriter writer(dozing, kJournal, *engine.reader, {});
  WriteInTheEnd(writer, Ticks(3));
  const Seq before = engine.reader->head().seq;
  dozing.DozeAtNextAppend();
  auto failed = writer.Write(Ticks(2, kHour));
  broker().Resume();
  ExpectFailure(failed, Code::kUnavailable, {kJournal});
  Result<JournalWriter::Outcome> next = Fail(Code::kUnavailable, "not tried");
  while (!next) next = writer.Write(Ticks(1, 2 * kHour));
  EXPECT_FALSE(next->stood);
  CatchUp(engine);
  EXPECT_EQ(engine.reader->head().seq, before + 2);
  WriteInTheEnd(writer, Ticks(1, 3 * kHour));
  EXPECT_GE(engine.reader->head().seq, before + 3);
  EXPECT_EQ(Verified().records, engine.reader->head().seq);
  EXPECT_EQ(Verified().dropped_at_end, 0U);
}

TEST_F(KafkaJournal, AHeadThatTheBrokerLostIsCorruptSoThatTheStoreIsBuiltAgain) {
  Make(kJournal);
  Engine engine = Begin();
  ASSERT_TRUE(engine.writer->Write(Ticks(3)).value().stood);
  ChainHead head = engine.reader->head();
  broker().DeleteAllTopics();
  Make(kJournal);
  Engine anew = Begin();
  ASSERT_TRUE(anew.writer->Write(Ticks(5, kHour)).value().stood);
  auto opened = JournalReader::Open(log(), kJournal, head, clock_, kPatient);
  ExpectFailure(opened, Code::kCorrupt, {kJournal});
}

}  // namespace
}  // namespace throughline::log
