// Random statements in the part of SQL that means the same in Parton and SQLite: two tables t1 and t2 of the columns
// id, g, b (integers, never NULL), a (integer or NULL) and s (text or NULL). Values of unlike types never meet.
#ifndef PARTON_TESTS_RANDOM_SQL_GENERATOR_H_
#define PARTON_TESTS_RANDOM_SQL_GENERATOR_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace parton {

// What a name in FROM has: columns c0, c1, ... or those of the tables.
struct SqlSource {
  std::string alias;
  std::vector<std::string> ints;
  std::vector<std::string> texts;
};

// A query, and the columns of its rows.
struct SqlQuery {
  std::string text;
  bool ordered = false;  // the order of its rows is determined
  std::vector<std::string> ints;
  std::vector<std::string> texts;
};

// A change, in both languages. SQLite's needs copies of both tables: old_t1 and old_t2.
struct SqlWrite {
  std::string parton;
  std::string sqlite;
};

class SqlGenerator {
 public:
  explicit SqlGenerator(uint64_t seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool Chance(int percent) { return Below(100) < percent; }
  template <typename T>
  const T& Of(const std::vector<T>& v) {
    return v[static_cast<size_t>(Below(static_cast<int>(v.size())))];
  }

  // Values of a row of t1 or t2, in the order id, g, b, a, s.
  std::vector<std::string> Row(int id);
  SqlQuery Query();
  SqlWrite Write();

 private:
  using Sources = std::vector<SqlSource>;

  std::string NewAlias() { return "q" + std::to_string(next_alias_++); }
  std::string Text();
  std::string IntColumn(const Sources& in);
  std::string TextColumn(const Sources& in);
  // Expressions over `in` and, seldom, over `outer`, the sources of enclosing queries.
  std::string IntExpr(const Sources& in, int depth);
  std::string TextExpr(const Sources& in, int depth);
  std::string Condition(const Sources& in, int depth);
  std::string Comparison(const Sources& in, int depth);
  std::string Subquery(const Sources& in, int depth);
  std::string Aggregate(const Sources& in);
  std::string AggregateOfText(const Sources& in);
  std::string Order(const std::string& expr);
  std::string Window(const Sources& in);
  std::string Frame(bool unique);

  std::string TableSource(Sources* out);
  std::string FromItem(Sources* out, int depth);
  std::string From(Sources* out, int depth);
  std::string Where(const Sources& in);

  SqlQuery Plain(int depth);
  SqlQuery Grouped(int depth);
  SqlQuery Windowed(int depth);
  SqlQuery Distinct(int depth);
  // `inner`: of a FROM. SQLite 3.40 counts rows of RIGHT and FULL JOIN twice when it takes a UNION ALL in there apart.
  SqlQuery SetOperation(bool inner);
  SqlQuery Ordered();
  SqlQuery WithQuery();
  SqlQuery RecursiveQuery();
  SqlQuery AnyQuery(int depth);
  SqlQuery Small(int depth);

  std::mt19937_64 random_;
  int next_alias_ = 0;
  int subqueries_ = 0;  // how deep
  int most_joins_ = 2;
  std::vector<SqlSource> common_;  // WITH names in sight
  bool right_joins_ = true;        // RIGHT and FULL JOIN, too
};

}  // namespace parton

#endif  // PARTON_TESTS_RANDOM_SQL_GENERATOR_H_
