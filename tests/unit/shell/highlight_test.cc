#include "shell/editor/highlight.h"

#include <gtest/gtest.h>

#include "parton/language.h"
#include "shell/editor/completion.h"

namespace parton::shell {
namespace {

class HighlightTest : public testing::Test {
 protected:
  void SetUp() override {
    SessionOptions options;
    options.mode = Mode::kQuiet;
    session_ = std::make_unique<Session>(options);
    ASSERT_TRUE(session_->Open(":memory:").ok());
    for (const char* text : {"CREATE TABLE songs (artist STRING, title STRING, PRIMARY KEY (artist, title), "
                             "GLOBAL INDEX by_title (title))",
                             "INSERT INTO songs VALUE {'artist': 'a', 'title': 't', 'plays': 1, "
                             "'length': {'minutes': 3}, 'credits': [{'role': 'r'}]}"}) {
      ASSERT_TRUE(session_->connection()->Execute(text).ok());
    }
  }

  // A letter for each byte: k keyword, f function, s string, n number, c comment, ! unknown,
  // b bracket, . plain.
  std::string Styles(std::string_view text, size_t cursor) {
    std::string out;
    for (const Style style : Highlight(text, cursor, session_->database())) {
      switch (style) {
        case Style::kKeyword: out += 'k'; break;
        case Style::kFunction: out += 'f'; break;
        case Style::kString: out += 's'; break;
        case Style::kNumber: out += 'n'; break;
        case Style::kComment: out += 'c'; break;
        case Style::kUnknown: out += '!'; break;
        case Style::kBracket: out += 'b'; break;
        default: out += '.'; break;
      }
    }
    return out;
  }
  std::string Styles(std::string_view text) { return Styles(text, std::string_view::npos); }

  // The candidates for the last word, joined.
  std::string Offers(std::string_view before) {
    size_t length = 0;
    std::string out;
    for (const Candidate& c : Complete(session_.get(), before, before.size(), &length)) {
      out += (out.empty() ? "" : " | ") + c.text;
    }
    return out;
  }
  bool Offered(std::string_view before, std::string_view what) {
    return (" | " + Offers(before) + " | ").find(" | " + std::string(what) + " | ") != std::string::npos;
  }

  std::unique_ptr<Session> session_;
};

TEST_F(HighlightTest, TokensByKind) {
  EXPECT_EQ(Styles("SELECT 12, 'a' -- x"), "kkkkkk.nn..sss.cccc");
  EXPECT_EQ(Styles("/* a */ 1.5e3 'op"), "ccccccc.nnnnn.sss");
  EXPECT_EQ(Styles("SELECT UPPER(title) FROM songs"), "kkkkkk.fffff........kkkk......");
}

TEST_F(HighlightTest, UnknownNames) {
  EXPECT_EQ(Styles("SELECT * FROM sungs"), "kkkkkk...kkkk.!!!!!");
  EXPECT_EQ(Styles("SELECT playz FROM songs"), "kkkkkk.!!!!!.kkkk......");
  EXPECT_EQ(Styles("SELECT s.plays AS n FROM songs AS s"), "kkkkkk.........kk...kkkk.......kk..");
  EXPECT_EQ(Styles("SELECT length.minutes FROM songs.by_title"), "kkkkkk................kkkk...............");
  EXPECT_EQ(Styles("SELECT uper(1)"), "kkkkkk.!!!!.n.");
}

TEST_F(HighlightTest, ANameBeingTypedIsUnknownOnceNothingBeginsLikeIt) {
  EXPECT_EQ(Styles("SELECT * FROM so", 16), "kkkkkk...kkkk...");
  EXPECT_EQ(Styles("SELECT * FROM sz", 16), "kkkkkk...kkkk.!!");
  EXPECT_EQ(Styles("SELECT * FROM songs WHERE pl", 28).substr(26), "..");
  EXPECT_EQ(Styles("SELECT * FROM songs WHERE px", 28).substr(26), "!!");
  EXPECT_EQ(Styles("SELECT * FROM songs whe", 23).substr(20), "...");
}

TEST_F(HighlightTest, MatchingBrackets) {
  EXPECT_EQ(Styles("((1))", 5), "b.n.b");
  EXPECT_EQ(Styles("((1))", 1), ".bnb.");
  EXPECT_EQ(Styles("((1))", 4), "b.n.b");
  EXPECT_EQ(Styles("<<1>>", 0), "bbnbb");
  EXPECT_EQ(Styles("(')'", 1), ".sss");
}

TEST_F(HighlightTest, DotCommands) {
  EXPECT_EQ(Styles(".mode csv"), "kkkkk....");
  EXPECT_EQ(Styles(".modx csv"), "!!!!!....");
}

TEST_F(HighlightTest, KeywordsByTheirPlace) {
  EXPECT_TRUE(Offered("SEL", "SELECT"));
  EXPECT_TRUE(Offered("ins", "insert into"));
  EXPECT_FALSE(Offered("SELECT * FROM songs WHERE artist = 'a' SEL", "SELECT"));
  EXPECT_TRUE(Offered("SELECT * FROM songs O", "ORDER BY"));
  EXPECT_TRUE(Offered("SELECT * FROM songs ORDER BY plays D", "DESC"));
  EXPECT_FALSE(Offered("SELECT D", "DESC"));
  EXPECT_TRUE(Offered("INSERT INTO songs VALUE {'a': 1} ON CONFLICT DO ", "NOTHING"));
  EXPECT_TRUE(Offered("CREATE TABLE t (a STRING, PRI", "PRIMARY KEY"));
  EXPECT_TRUE(Offered("1; SEL", "SELECT"));
}

TEST_F(HighlightTest, Names) {
  EXPECT_EQ(Offers("SELECT * FROM "), "songs");
  EXPECT_EQ(Offers("UPDATE so"), "songs");
  EXPECT_TRUE(Offered("SELECT * FROM songs.", "songs.by_title"));
  EXPECT_TRUE(Offered("SELECT * FROM songs WHERE pl", "plays"));
  EXPECT_TRUE(Offered("SELECT * FROM songs WHERE length.", "length.minutes"));
  EXPECT_TRUE(Offered("SELECT * FROM songs AS s WHERE s.pl", "s.plays"));
  EXPECT_TRUE(Offered("SELECT * FROM songs AS s, s.cre", "s.credits"));
  EXPECT_TRUE(Offered("SELECT UPP", "UPPER("));
  EXPECT_TRUE(Offered("SET sc", "scan"));
  EXPECT_EQ(Offers("SELECT 'abc"), "");
}

TEST_F(HighlightTest, Commands) {
  EXPECT_EQ(Offers(".sch"), ".schema");
  EXPECT_EQ(Offers(".mode mark"), "markdown");
  EXPECT_EQ(Offers(".schema so"), "songs");
  EXPECT_EQ(Offers(".timer o"), "off | on");
  EXPECT_EQ(Offers(".expand len"), "length | length.minutes");
}

TEST_F(HighlightTest, AnythingGoes) {
  for (const char* text : {"", ";", "'", "\"", "`", "/*", "((((", "\xff\xfe", "SELECT \x01", ".", ".5",
                           "SELECT SELECT SELECT", ")))", "<<<<", "-- x"}) {
    const std::string_view view = text;
    EXPECT_EQ(Highlight(view, view.size(), session_->database()).size(), view.size());
    EXPECT_EQ(Highlight(view, 0, nullptr).size(), view.size());
    (void)Offers(view);
  }
}

}  // namespace
}  // namespace parton::shell
