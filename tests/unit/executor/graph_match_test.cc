// MATCH: patterns over graph values.
#include <gtest/gtest.h>

#include <string>

#include "tests/evaluate_statement.h"
#include "types/value/value_compare.h"

namespace parton {
namespace {

// Nodes 1, 2, 3 in a ring, with a branch 2 -> 4; an undirected edge 3 -- 4.
constexpr const char* kRing =
    "GRAPH([{'id': 1, 'labels': ['A'], 'payload': 'n1'}, {'id': 2, 'labels': ['A', 'B'], "
    "'payload': 'n2'},"
    "       {'id': 3, 'labels': 'B', 'payload': 'n3'}, {'id': 4, 'payload': 'n4'}],"
    "      [{'source': 1, 'target': 2, 'labels': ['R'], 'payload': 12},"
    "       {'source': 2, 'target': 3, 'labels': ['R'], 'payload': 23},"
    "       {'source': 3, 'target': 1, 'labels': ['R'], 'payload': 31},"
    "       {'source': 2, 'target': 4, 'labels': ['S'], 'payload': 24},"
    "       {'source': 3, 'target': 4, 'directed': FALSE, 'payload': 34}])";

Result<Value> Query(const std::string& text, Typing typing = Typing::kStrict) {
  Settings settings;
  settings.threads = 1;
  settings.typing = typing;
  return EvaluateToValue(text, nullptr, settings);
}

Result<Value> Match(const std::string& pattern) { return Query(std::string("(") + kRing + " MATCH " + pattern + ")"); }

void ExpectMatches(const std::string& pattern, const std::string& expected) {
  Result<Value> actual = Match(pattern), wanted = Query(expected);
  ASSERT_TRUE(actual.ok()) << pattern << ": " << actual.status().ToString();
  ASSERT_TRUE(wanted.ok()) << wanted.status().ToString();
  EXPECT_TRUE(DeepEqual(*actual, *wanted)) << pattern << " gives " << actual->ToLiteral();
}

size_t CountMatches(const std::string& pattern) {
  Result<Value> actual = Match(pattern);
  EXPECT_TRUE(actual.ok()) << pattern << ": " << actual.status().ToString();
  return actual.ok() ? actual->Count() : 0;
}

void ExpectRefused(const std::string& pattern, const std::string& part) {
  Result<Value> actual = Match(pattern);
  ASSERT_FALSE(actual.ok()) << pattern;
  EXPECT_NE(actual.status().message().find(part), std::string::npos) << actual.status().ToString();
}

TEST(GraphMatchTest, NodesLabelsAndConditions) {
  ExpectMatches("(x:A)", "<<{'x': 'n1'}, {'x': 'n2'}>>");
  ExpectMatches("(x:A&!B)", "<<{'x': 'n1'}>>");
  ExpectMatches("(x:!(A|B))", "<<{'x': 'n4'}>>");
  ExpectMatches("(x:%&!A)", "<<{'x': 'n3'}>>");
  ExpectMatches("(x WHERE x = 'n4')", "<<{'x': 'n4'}>>");
  ExpectMatches("()", "<<{}, {}, {}, {}>>");
}

TEST(GraphMatchTest, Directions) {
  ExpectMatches("(x)-[e:S]->(y)", "<<{'x': 'n2', 'e': 24, 'y': 'n4'}>>");
  ExpectMatches("(x)<-[e:S]-(y)", "<<{'x': 'n4', 'e': 24, 'y': 'n2'}>>");
  ExpectMatches("(x)~[e]~(y)", "<<{'x': 'n3', 'e': 34, 'y': 'n4'}, {'x': 'n4', 'e': 34, 'y': 'n3'}>>");
  EXPECT_EQ(CountMatches("->"), 4u);
  EXPECT_EQ(CountMatches("<->"), 8u);
  EXPECT_EQ(CountMatches("~>"), 6u);
  EXPECT_EQ(CountMatches("-"), 10u);
}

TEST(GraphMatchTest, ARepeatedVariableIsAJoin) {
  EXPECT_EQ(CountMatches("(x)-[:R]->()-[:R]->()-[:R]->(x)"), 3u);
  ExpectMatches("(x)-[e:S]->(y), (y)~[f]~(z)", "<<{'x': 'n2', 'e': 24, 'y': 'n4', 'f': 34, 'z': 'n3'}>>");
  ExpectMatches("(x)-[e]->(x)", "<<>>");
}

TEST(GraphMatchTest, ALoopIsWalkedOnce) {
  Result<Value> r = Query("(GRAPH([{'id': 1}], [{'source': 1, 'target': 1, 'payload': 11}]) MATCH -[e]-)");
  ASSERT_TRUE(r.ok());
  EXPECT_EQ(r->ToLiteral(), "<<{'e': 11}>>");
}

TEST(GraphMatchTest, Restrictors) {
  EXPECT_EQ(CountMatches("TRAIL (x)-[:R]->+(y)"), 9u);    // every start, lengths 1 to 3
  EXPECT_EQ(CountMatches("ACYCLIC (x)-[:R]->+(y)"), 6u);  // not back to the start
  EXPECT_EQ(CountMatches("SIMPLE (x)-[:R]->+(x)"), 3u);
  EXPECT_EQ(CountMatches("(x)-[:R]->{4}(y)"), 3u);  // walks may go round
  ExpectRefused("(x)-[:R]->+(y)", "endless");
}

TEST(GraphMatchTest, RepetitionsBindLists) {
  ExpectMatches("(x WHERE x = 'n1')-[e:R]->{0,2}(y)",
                "<<{'x': 'n1', 'e': [], 'y': 'n1'}, {'x': 'n1', 'e': [12], 'y': 'n2'},"
                "  {'x': 'n1', 'e': [12, 23], 'y': 'n3'}>>");
  ExpectMatches("TRAIL ((x)-[e:R]->(y) WHERE e < 30)+ (z WHERE z = 'n3')",
                "<<{'x': ['n1', 'n2'], 'e': [12, 23], 'y': ['n2', 'n3'], 'z': 'n3'},"
                "  {'x': ['n2'], 'e': [23], 'y': ['n3'], 'z': 'n3'}>>");
  ExpectMatches("p = (x:A&!B)-[:R]->(y)", "<<{'p': ['n1', 12, 'n2'], 'x': 'n1', 'y': 'n2'}>>");
}

TEST(GraphMatchTest, Selectors) {
  ExpectMatches("ANY SHORTEST (x WHERE x = 'n1')-[e]->+(y)",
                "<<{'x': 'n1', 'e': [12], 'y': 'n2'}, {'x': 'n1', 'e': [12, 23], 'y': 'n3'},"
                "  {'x': 'n1', 'e': [12, 24], 'y': 'n4'}, {'x': 'n1', 'e': [12, 23, 31], 'y': 'n1'}>>");
  ExpectMatches("ALL SHORTEST (x WHERE x = 'n1')-[e]->*(y WHERE y = 'n1')", "<<{'x': 'n1', 'e': [], 'y': 'n1'}>>");
  ExpectMatches("SHORTEST 2 (x WHERE x = 'n1')-[e]->*(y WHERE y = 'n1')",
                "<<{'x': 'n1', 'e': [], 'y': 'n1'}, {'x': 'n1', 'e': [12, 23, 31], 'y': 'n1'}>>");
  // Undirected steps: two ways of the same length from n2 to n3's neighbour.
  EXPECT_EQ(CountMatches("ALL SHORTEST (x WHERE x = 'n2')-{2}(y WHERE y = 'n3')"), 2u);
  EXPECT_EQ(CountMatches("ANY SHORTEST (x WHERE x = 'n2')-{2}(y WHERE y = 'n3')"), 1u);
}

TEST(GraphMatchTest, AShortestPathInADenseGraphIsQuick) {
  Result<Value> r = Query(
      "SELECT COUNT(*) AS n FROM (GRAPH((SELECT i AS id FROM range(1, 40) AS i),"
      " (SELECT i AS source, j AS target FROM range(1, 40) AS i, range(1, 40) AS j WHERE i <> j))"
      " MATCH ANY SHORTEST (x)-[e]->+(y))");
  ASSERT_TRUE(r.ok()) << r.status().ToString();
  EXPECT_EQ(r->ToLiteral(), "<<{'n': 1600}>>");
}

TEST(GraphMatchTest, WhatIsWrongIsAnError) {
  ExpectRefused("(x)-[x]->()", "two different things");
  ExpectRefused("(x)-[e]->{2}(y)-[e]->(z)", "inside and outside");
  ExpectRefused("(x)-[e]->{3,2}(y)", "upper bound");
  ExpectRefused("ANY SHORTEST ((x)-[e]->+(y) WHERE CARDINALITY(e) > 2)", "endless");
  EXPECT_FALSE(Query("(5 MATCH (x))").ok());
  EXPECT_EQ(Query("(5 MATCH (x))", Typing::kPermissive)->ToLiteral(), "<<>>");
  EXPECT_EQ(Query("(NULL MATCH (x))")->ToLiteral(), "<<>>");
  EXPECT_FALSE(Query("(GRAPH([{'id': 1}, {'id': 1}], []) MATCH (x))").ok());
  EXPECT_FALSE(Query("(GRAPH([{'id': 1}], [{'source': 1, 'target': 2}]) MATCH (x))").ok());
}

TEST(GraphMatchTest, ConditionsMaySeeTheRowsAround) {
  Result<Value> r = Query(
      "SELECT VALUE (SELECT VALUE m.y FROM (GRAPH([{'id': 1, 'payload': 'a'}, {'id': 2, 'payload': "
      "'b'}],"
      " [{'source': 1, 'target': 2}]) MATCH (y WHERE y = v)) AS m) FROM ['a', 'b', 'c'] AS v");
  ASSERT_TRUE(r.ok()) << r.status().ToString();
  EXPECT_EQ(r->ToLiteral(), "<<<<'a'>>, <<'b'>>, <<>>>>");
}

}  // namespace
}  // namespace parton
