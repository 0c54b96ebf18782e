#include "engine/relations/statement.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

namespace throughline::relations {
namespace {

const PersonId kOne = *PersonId::FromRaw("0123456789abcdef");
const PersonId kOther = *PersonId::FromRaw("fedcba9876543210");
const char* const kAgencies[] = {"housing", "police", "school"};
constexpr Day kFirst{20000};

// One contact's word: that it was so since a day, or until, or that it ended or never was.
struct Word {
  std::size_t agency = 0;
  int recorded = 0, day = 0, until = 0;
  int what = 0;
  bool verified = false;
};

rc::Gen<Word> AnyWord() {
  return rc::gen::build<Word>(
      rc::gen::set(&Word::agency, rc::gen::inRange<std::size_t>(0, std::size(kAgencies))),
      rc::gen::set(&Word::recorded, rc::gen::inRange(0, 4)),
      rc::gen::set(&Word::day, rc::gen::inRange(0, 12)),
      rc::gen::set(&Word::until, rc::gen::inRange(0, 12)),
      rc::gen::set(&Word::what, rc::gen::inRange(0, 8)),
      rc::gen::set(&Word::verified, rc::gen::arbitrary<bool>()));
}

v1::UncertainTime Date(int day) {
  v1::UncertainTime time;
  time.set_at(FormatDay(kFirst + day));
  return time;
}

struct Said {
  std::vector<Statement> statements;
  std::vector<Ending> endings;
};

template <typename One>
void Fill(const Word& word, std::size_t id, Seq seq, One& one) {
  one.seq = seq;
  one.recorded = StartOfDay(kFirst + 20 + word.recorded);
  one.from = kOne;
  one.to = kOther;
  one.said.set_confidence(word.verified ? "verified" : "stated");
  one.said.mutable_source()->set_agency(kAgencies[word.agency]);
  one.said.mutable_source()->set_contact_id("N" + std::to_string(id));
}

void Say(const Word& word, std::size_t id, Seq seq, Said& said) {
  if (word.what < 3) {
    Statement one;
    Fill(word, id, seq, one);
    one.said.set_relation("carer");
    one.said.set_status("stands");
    one.said.set_seq(seq);
    const int until = std::max(word.day, word.until);
    if (word.what != 0) *one.said.mutable_since() = Date(word.day);
    if (word.what == 2) *one.said.mutable_until() = Date(until);
    one.span = SpanSaid(word.what != 0 ? &one.said.since() : nullptr,
                        word.what == 2 ? &one.said.until() : nullptr, StartOfDay(kFirst + 13));
    said.statements.push_back(std::move(one));
    return;
  }
  Ending one;
  Fill(word, id, seq, one);
  one.relation = "carer";
  one.ended = *Implied(Date(word.day));
  one.said.set_reason(word.what == 7 ? "in_error" : "separation");
  *one.said.mutable_until() = Date(word.day);
  said.endings.push_back(std::move(one));
}

// What every statement comes to, by its contact, and all of them on each day.
std::map<std::string, std::string> Outcome(const std::vector<Word>& words,
                                           const std::vector<std::size_t>& order) {
  Said said;
  for (std::size_t i = 0; i < order.size(); ++i) Say(words[order[i]], order[i], i + 1, said);
  ApplyEndings(said.endings, said.statements);
  std::map<std::string, std::string> outcome;
  for (int day = 0; day < 14; ++day) {
    outcome[std::to_string(day)] = Weigh(kFirst + day, said.statements);
    for (Statement one : said.statements) {
      one.said.clear_seq();
      outcome[one.said.source().contact_id() + " " + std::to_string(day)] =
          one.said.SerializeAsString();
    }
  }
  return outcome;
}

RC_GTEST_PROP(AnyEndings, ComeToTheSameInWhateverOrderTheyBecameKnown, ()) {
  const auto words = *rc::gen::resize(7, rc::gen::container<std::vector<Word>>(AnyWord()));
  std::vector<std::size_t> order(words.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto first = Outcome(words, order);
  for (std::size_t i = 0; i < order.size(); ++i) {
    std::rotate(order.begin(), order.begin() + 1, order.end());
    RC_ASSERT(Outcome(words, order) == first);
  }
  std::reverse(order.begin(), order.end());
  RC_ASSERT(Outcome(words, order) == first);
}

// A word and its end in one minute, whichever feed came first.
TEST(Endings, ActOnWhatWasWrittenDownAtTheSameTime) {
  const Word so{0, 0, 0, 0, 1, false};
  const Word ended{1, 0, 5, 0, 3, false};
  for (const std::vector<std::size_t>& order : {std::vector<std::size_t>{0, 1}, {1, 0}}) {
    EXPECT_EQ(Outcome({so, ended}, order).at("4"), "certain");
    EXPECT_EQ(Outcome({so, ended}, order).at("9"), "earlier");
  }
}

}  // namespace
}  // namespace throughline::relations
