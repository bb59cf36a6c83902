// Items read by hand are what the grammar and the evaluator make of them, or are left to those.
#include "parser/lift_items.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "parser/parser.h"
#include "tests/evaluate_statement.h"
#include "types/value/value_compare.h"

namespace parton {
namespace {

bool Same(const Value& a, const Value& b) {
  if (a.type() != b.type() || a.is_small_int() != b.is_small_int() || a.ToLiteral() != b.ToLiteral()) return false;
  if (a.is_struct()) {
    if (a.fields().size() != b.fields().size()) return false;
    for (size_t i = 0; i < a.fields().size(); ++i) {
      if (a.fields()[i].name != b.fields()[i].name || !Same(a.fields()[i].value, b.fields()[i].value)) return false;
    }
    return true;
  }
  if (!a.is_collection()) return true;
  if (a.elements().size() != b.elements().size()) return false;
  for (size_t i = 0; i < a.elements().size(); ++i) {
    if (!Same(a.elements()[i], b.elements()[i])) return false;
  }
  return true;
}

// True if it was lifted; then it must mean the same. Where the grammar does not take what is left, the text is used as
// it is: then it must not take that either.
bool Check(const std::string& text) {
  LiftedText lifted;
  if (!LiftItems(text, &lifted)) return false;
  const bool parses = ParseStatement(lifted.text).ok();
  EXPECT_EQ(ParseStatement(text).ok(), parses) << text << "\n" << ParseStatement(text).status().ToString();
  if (!parses) return true;
  EXPECT_EQ(lifted.values.size(), 1u);
  EXPECT_EQ(lifted.text.back(), '?');
  if (lifted.values.size() != 1) return true;
  const std::string literal = text.substr(lifted.text.size() - 1);
  const Result<Value> wanted = EvaluateToValue(literal, nullptr, Settings());
  EXPECT_TRUE(wanted.ok()) << text << "\n" << wanted.status().ToString();
  if (wanted.ok()) {
    EXPECT_TRUE(Same(lifted.values[0], *wanted)) << text << "\n" << lifted.values[0].ToLiteral();
  }
  return true;
}

TEST(LiftItemsTest, ReadsPlainItems) {
  for (const char* text : {
           "INSERT INTO t VALUE {'a': 1}",
           "insert into \"T\" value {'a': -1, 'b': 'it''s', 'c': [1, 2.50, <<'x', 'y'>>, {}], 'd': null};",
           "REPLACE INTO t <<{'a': 1}, {'a': 2, 'b': TRUE}>>",
           "UPSERT INTO t [{'a': 1e3}, {'a': -1.5e-3, '': false}]  ; -- done",
           "INSERT /* here */ INTO \"t\" VALUE\n{'a' : 123456789012345678901234567890 , 'b': - 5, 'c': 00012, 'd': .5}",
           "INSERT INTO t <<>>",
           "INSERT INTO t VALUE {'a': -0, 'b': -0.0, 'c': -0e0, 'd': 1., 'e': 9223372036854775807}",
           "INSERT INTO t VALUE {'a': 1, 'a': 2, 'ä': 'ö'}",
       }) {
    EXPECT_TRUE(Check(text)) << text;
  }
}

TEST(LiftItemsTest, LeavesTheRest) {
  for (const char* text : {
           "INSERT INTO t VALUE {'a': 1 + 2}",
           "INSERT INTO t VALUE {'a': b}",
           "INSERT INTO t VALUE {a: 1}",
           "INSERT INTO t VALUE {'a': ?}",
           "INSERT INTO t VALUE {'a': MISSING}",
           "INSERT INTO t VALUE {'a': DATE '2020-01-01'}",
           "INSERT INTO t VALUE {'a': x'00'}",
           "INSERT INTO t VALUE {'a': `1`}",
           "INSERT INTO t VALUE {'a': 1,}",
           "INSERT INTO t VALUE {,}",
           "INSERT INTO t VALUE {'a': 1",
           "INSERT INTO t VALUE {'a': 'b}",
           "INSERT INTO t VALUE {'a': 1} RETURNING ALL NEW *",
           "INSERT INTO t VALUE {'a': 1} ON CONFLICT DO NOTHING",
           "INSERT INTO t VALUE {'a': 1}; SELECT 1",
           "INSERT INTO t VALUE {'a': 1e999}",
           "INSERT INTO t VALUE {'a': 1.0000000000000000000000000000000000000000000001}",
           "INSERT INTO t VALUE [{'a': 1}]",
           "INSERT INTO t <<1>>",
           "INSERT INTO t AS x VALUE {'a': 1}",
           "INSERT INTO t (a) VALUES (1)",
           "INSERT INTO t VALUE 5",
           "INSERT INTO 't' VALUE {'a': 1}",
           "INSERT INTO t VALUE {'a': --5\n}",
           "INSERT INTO t VALUE {'a': 1 'b': 2}",
           "INSERT INTO t VALUE {'a': '\xff'}",
           "SELECT {'a': 1}",
       }) {
    EXPECT_FALSE(Check(text)) << text;
  }
  std::string deep = "INSERT INTO t VALUE {'a': ";
  for (int i = 0; i < 100; ++i) deep += '[';
  for (int i = 0; i < 100; ++i) deep += ']';
  EXPECT_FALSE(Check(deep + "}"));
}

class Writer {
 public:
  explicit Writer(uint32_t seed) : random_(seed) {}

  std::string Statement() {
    std::string text = Pick({"INSERT INTO t", "replace  INTO \"t\"", "UPSERT INTO t"});
    if (OneIn(2)) {
      text += " VALUE" + Blank() + Tuple(0);
    } else {
      const bool bag = OneIn(2);
      text += bag ? " <<" : " [";
      const int n = Below(4);
      for (int i = 0; i < n; ++i) text += (i > 0 ? "," : "") + Blank() + Tuple(0);
      text += Blank() + (bag ? ">>" : "]");
    }
    return text + Pick({"", "", ";", " "});
  }

  // Something else at one place, or gone.
  std::string Spoil(std::string text) {
    static const std::string kChars = "'\"{}[]<>,:;.-+0aeE x`?*/\n\xc3\xa4";
    const size_t at = static_cast<size_t>(Below(static_cast<int>(text.size())));
    switch (Below(3)) {
      case 0: text.erase(at, 1); break;
      case 1: text.insert(at, 1, kChars[static_cast<size_t>(Below(static_cast<int>(kChars.size())))]); break;
      default: text[at] = kChars[static_cast<size_t>(Below(static_cast<int>(kChars.size())))];
    }
    return text;
  }

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }
  bool OneIn(int n) { return Below(n) == 0; }

 private:
  std::string Pick(std::initializer_list<const char*> of) { return of.begin()[Below(static_cast<int>(of.size()))]; }
  std::string Blank() { return Pick({"", "", " ", "\n  ", "\t", " -- x\n", "/* , */"}); }
  std::string String() {
    std::string text = "'";
    for (int n = Below(6); n > 0; --n) text += Pick({"a", "B", " ", "''", "\"", "ä", "{", ",", "\n", "--", "/*", "\\"});
    return text + "'";
  }
  std::string Digits(int most) {
    std::string text;
    for (int n = 1 + Below(most); n > 0; --n) text += static_cast<char>('0' + Below(10));
    return text;
  }
  std::string Number() {
    std::string text = OneIn(4) ? "-" : "";
    if (OneIn(10)) text += " ";
    switch (Below(6)) {
      case 0: return text + Digits(40);
      case 1: return text + Digits(10) + "." + (OneIn(4) ? "" : Digits(10));
      case 2: return text + "." + Digits(5);
      case 3: return text + Digits(3) + Pick({"e", "E"}) + Pick({"", "+", "-"}) + Digits(2);
      default: return text + Digits(6);
    }
  }
  std::string Tuple(int depth) {
    std::string text = "{";
    const int n = Below(5);
    for (int i = 0; i < n; ++i) {
      text += (i > 0 ? "," : "") + Blank() + String() + Blank() + ":" + Blank() + Any(depth + 1);
    }
    return text + Blank() + "}";
  }
  std::string Any(int depth) {
    switch (Below(depth > 3 ? 7 : 10)) {
      case 0: return Pick({"null", "NULL", "true", "False", "missing", "x''", "date '2020-01-01'", "a", "1 + 1"});
      case 1:
      case 2:
      case 3: return Number();
      case 7: return Tuple(depth);
      case 8:
      case 9: {
        const bool bag = OneIn(2);
        std::string text = bag ? "<<" : "[";
        const int n = Below(4);
        for (int i = 0; i < n; ++i) text += (i > 0 ? "," : "") + Blank() + Any(depth + 1);
        return text + Blank() + (bag ? ">>" : "]");
      }
      default: return String();
    }
  }

  std::minstd_rand random_;
};

TEST(LiftItemsTest, MeansTheSameAtRandom) {
  const char* rounds = std::getenv("PARTON_LIFT_ROUNDS");
  const int n = rounds != nullptr ? std::atoi(rounds) : 400;
  int lifted = 0;
  for (int i = 0; i < n; ++i) {
    Writer w(static_cast<uint32_t>(i) + 1);
    std::string text = w.Statement();
    lifted += Check(text);
    for (int k = 0; k < 3; ++k) {
      text = w.Spoil(text);
      lifted += Check(text);
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(lifted, n / 4);
}

}  // namespace
}  // namespace parton
