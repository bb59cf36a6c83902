#include "sql_generator.h"

#include <fmt/format.h>

namespace parton {

namespace {

const std::vector<std::string> kInts = {"id", "g", "b", "a"};
const std::vector<std::string> kTexts = {"s"};

// To SQLite's subqueries the rows that an UPDATE changed are new already: they read what the tables were instead.
std::string OfOldRows(std::string update) {
  for (size_t at = 0; (at = update.find(" AS q", at)) != update.npos; at += 9) {
    if (update[at - 1] == '1' || update[at - 1] == '2') update.insert(at - 2, "old_");
  }
  return update;
}

}  // namespace

std::string SqlGenerator::Text() {
  static const std::vector<std::string> texts = {"'a'", "'b'", "'c'", "'ab'", "'bc'", "'d'"};
  return Of(texts);
}

std::vector<std::string> SqlGenerator::Row(int id) {
  return {std::to_string(id), std::to_string(Below(6)), std::to_string(Below(10)),
          Chance(25) ? "NULL" : std::to_string(Below(9) - 1), Chance(25) ? "NULL" : Text()};
}

std::string SqlGenerator::IntColumn(const Sources& in) {
  std::vector<std::string> all;
  for (const SqlSource& s : in) {
    for (const std::string& c : s.ints) all.push_back(s.alias + "." + c);
  }
  return all.empty() ? std::to_string(Below(9)) : Of(all);
}

std::string SqlGenerator::TextColumn(const Sources& in) {
  std::vector<std::string> all;
  for (const SqlSource& s : in) {
    for (const std::string& c : s.texts) all.push_back(s.alias + "." + c);
  }
  return all.empty() ? Text() : Of(all);
}

std::string SqlGenerator::IntExpr(const Sources& in, int depth) {
  if (depth <= 0 || Chance(55)) return Chance(80) ? IntColumn(in) : std::to_string(Below(9));
  switch (Below(8)) {
    case 0: return fmt::format("({} + {})", IntExpr(in, depth - 1), IntExpr(in, depth - 1));
    case 1: return fmt::format("({} - {})", IntExpr(in, depth - 1), IntExpr(in, 0));
    case 2: return fmt::format("({} * {})", IntColumn(in), Below(4));
    case 3: return fmt::format("COALESCE({}, {})", IntColumn(in), IntExpr(in, depth - 1));
    case 4: return fmt::format("NULLIF({}, {})", IntColumn(in), Below(6));
    case 5:
      return fmt::format("CASE WHEN {} THEN {}{} END", Condition(in, depth - 1), IntExpr(in, depth - 1),
                         Chance(60) ? " ELSE " + IntExpr(in, depth - 1) : "");
    case 6: return fmt::format("CASE {} WHEN {} THEN {} ELSE {} END", IntColumn(in), Below(6), Below(9), IntColumn(in));
    default: return subqueries_ > 1 ? IntColumn(in) : Subquery(in, depth - 1);
  }
}

std::string SqlGenerator::TextExpr(const Sources& in, int depth) {
  if (depth <= 0 || Chance(65)) return Chance(80) ? TextColumn(in) : Text();
  switch (Below(3)) {
    case 0: return fmt::format("({} || {})", TextColumn(in), Text());
    case 1: return fmt::format("COALESCE({}, {})", TextColumn(in), Text());
    default: return fmt::format("CASE WHEN {} THEN {} ELSE {} END", Condition(in, depth - 1), TextColumn(in), Text());
  }
}

// An aggregate over the rows of a table, maybe of those that match the rows around.
std::string SqlGenerator::Subquery(const Sources& in, int depth) {
  ++subqueries_;
  Sources own;
  std::string from = FromItem(&own, 0);
  Sources all = own;
  all.insert(all.end(), in.begin(), in.end());
  std::string where;
  if (Chance(60)) where = fmt::format("{} = {}", IntColumn(own), IntColumn(in));
  if (where.empty() || Chance(40)) where += (where.empty() ? "" : " AND ") + Condition(Chance(50) ? all : own, depth);
  std::string out = fmt::format("(SELECT {} AS m FROM {} WHERE {})", Aggregate(own), from, where);
  --subqueries_;
  return out;
}

std::string SqlGenerator::Comparison(const Sources& in, int depth) {
  static const std::vector<std::string> ops = {"=", "=", "=", "<", "<=", ">", ">=", "<>"};
  if (Chance(25)) return fmt::format("{} {} {}", TextColumn(in), Of(ops), TextExpr(in, depth));
  return fmt::format("{} {} {}", IntExpr(in, depth), Of(ops), IntExpr(in, depth));
}

std::string SqlGenerator::Condition(const Sources& in, int depth) {
  if (depth > 0 && Chance(45)) {
    if (Chance(20)) return "NOT (" + Condition(in, depth - 1) + ")";
    return fmt::format("({} {} {})", Condition(in, depth - 1), Chance(60) ? "AND" : "OR", Condition(in, depth - 1));
  }
  const char* no = Chance(35) ? "NOT " : "";
  switch (Below(subqueries_ > 1 ? 7 : 11)) {
    case 0: return fmt::format("{} {}BETWEEN {} AND {}", IntExpr(in, 1), no, IntExpr(in, 0), 2 + Below(7));
    case 1: return fmt::format("{} {}IN ({}, {}{})", IntColumn(in), no, Below(7), Below(7), Chance(15) ? ", NULL" : "");
    case 2: return fmt::format("{} IS {}NULL", Chance(50) ? IntExpr(in, 1) : TextColumn(in), no);
    case 3: return fmt::format("{} {}LIKE '{}%'", TextColumn(in), no, static_cast<char>('a' + Below(3)));
    case 7:
    case 8: {
      ++subqueries_;
      Sources own;
      std::string from = FromItem(&own, 0);
      Sources all = own;
      all.insert(all.end(), in.begin(), in.end());
      std::string where = Chance(75) ? fmt::format("{} = {}", IntColumn(own), IntColumn(in)) : Condition(all, 1);
      if (Chance(40)) where += " AND " + Condition(Chance(60) ? own : all, 1);
      std::string out = fmt::format("{}EXISTS (SELECT 1 AS one FROM {} WHERE {})", no, from, where);
      --subqueries_;
      return out;
    }
    case 9:
    case 10: {
      ++subqueries_;
      Sources own;
      std::string from = FromItem(&own, 0);
      Sources all = own;
      all.insert(all.end(), in.begin(), in.end());
      std::string where = Condition(Chance(50) ? own : all, 1);
      if (Chance(40)) where += fmt::format(" AND {} = {}", IntColumn(own), IntColumn(in));
      std::string out =
          fmt::format("{} {}IN (SELECT {} AS m FROM {} WHERE {})", IntColumn(in), no, IntColumn(own), from, where);
      --subqueries_;
      return out;
    }
    default: return Comparison(in, depth);
  }
}

std::string SqlGenerator::Aggregate(const Sources& in) {
  const std::string filter = Chance(12) ? " FILTER (WHERE " + Comparison(in, 0) + ")" : "";
  switch (Below(8)) {
    case 0: return "COUNT(*)" + filter;
    case 1: return fmt::format("COUNT({}){}", Chance(50) ? IntColumn(in) : TextColumn(in), filter);
    case 2: return fmt::format("COUNT(DISTINCT {})", Chance(50) ? IntColumn(in) : TextColumn(in));
    case 3: return fmt::format("SUM({}){}", IntExpr(in, 0), filter);
    case 4: return fmt::format("AVG({}){}", IntColumn(in), filter);
    case 5: return fmt::format("SUM(DISTINCT {})", IntColumn(in));
    case 6: return fmt::format("MIN({}){}", IntColumn(in), filter);
    default: return fmt::format("MAX({}){}", IntColumn(in), filter);
  }
}

std::string SqlGenerator::AggregateOfText(const Sources& in) {
  return fmt::format("{}({})", Chance(50) ? "MIN" : "MAX", TextColumn(in));
}

std::string SqlGenerator::Order(const std::string& expr) {
  return fmt::format("{} {} NULLS {}", expr, Chance(50) ? "ASC" : "DESC", Chance(50) ? "FIRST" : "LAST");
}

// Rows of a frame; `unique`: no two rows are equal in the order.
std::string SqlGenerator::Frame(bool unique) {
  static const std::vector<std::string> starts = {"UNBOUNDED PRECEDING", "2 PRECEDING", "1 PRECEDING", "CURRENT ROW"};
  static const std::vector<std::string> ends = {"CURRENT ROW", "1 FOLLOWING", "2 FOLLOWING", "UNBOUNDED FOLLOWING"};
  const char* kind = unique ? "ROWS" : Chance(50) ? "RANGE" : "GROUPS";
  return fmt::format("{} BETWEEN {} AND {}", kind, Of(starts), Of(ends));
}

// A window function whose value is determined: where ties matter, every row's ids stand last in the order.
std::string SqlGenerator::Window(const Sources& in) {
  std::string ids;
  for (const SqlSource& s : in) ids += fmt::format("{0}{1}.id, {1}.g", ids.empty() ? "" : ", ", s.alias);
  const std::string partition = Chance(65) ? fmt::format("PARTITION BY {} ", IntColumn(in)) : "";
  const std::string key = Order(IntColumn(in));
  const std::string unique = fmt::format("{}ORDER BY {}, {}", partition, key, ids);
  switch (Below(9)) {
    case 0: return fmt::format("ROW_NUMBER() OVER ({})", unique);
    case 1: return fmt::format("RANK() OVER ({}ORDER BY {})", partition, key);
    case 2: return fmt::format("DENSE_RANK() OVER ({}ORDER BY {})", partition, key);
    case 3:
      return fmt::format("{}({}, {}) OVER ({})", Chance(50) ? "LAG" : "LEAD", IntColumn(in), 1 + Below(2), unique);
    case 4:
      return fmt::format("{}({}) OVER ({} ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING)",
                         Chance(50) ? "FIRST_VALUE" : "LAST_VALUE", IntColumn(in), unique);
    case 5: return fmt::format("NTILE({}) OVER ({})", 2 + Below(3), unique);
    case 6: return fmt::format("{}({}) OVER ({})", Chance(50) ? "SUM" : "COUNT", IntColumn(in), partition);
    default: {
      static const std::vector<std::string> calls = {"SUM", "COUNT", "MIN", "MAX", "AVG"};
      const std::string call = fmt::format("{}({})", Of(calls), IntColumn(in));
      if (Chance(50)) return fmt::format("{} OVER ({}ORDER BY {} {})", call, partition, key, Frame(false));
      return fmt::format("{} OVER ({} {})", call, unique, Frame(true));
    }
  }
}

std::string SqlGenerator::TableSource(Sources* out) {
  const std::string alias = NewAlias();
  if (!common_.empty() && Chance(60)) {
    const SqlSource& with = Of(common_);
    out->push_back({alias, with.ints, with.texts});
    return fmt::format("{} AS {}", with.alias, alias);
  }
  out->push_back({alias, kInts, kTexts});
  return fmt::format("{} AS {}", Chance(50) ? "t1" : "t2", alias);
}

std::string SqlGenerator::FromItem(Sources* out, int depth) {
  if (depth <= 0 || Chance(80)) return TableSource(out);
  const SqlQuery inner = Small(depth - 1);
  const std::string alias = NewAlias();
  out->push_back({alias, inner.ints, inner.texts});
  return fmt::format("({}) AS {}", inner.text, alias);
}

std::string SqlGenerator::From(Sources* out, int depth) {
  std::string text = FromItem(out, depth);
  for (int n = Chance(45) ? 0 : 1 + Below(most_joins_); n > 0; --n) {
    if (Chance(15)) {
      // To SQLite a comma binds as tight as JOIN: it may only stand last.
      text += (n == 1 && Chance(50) ? ", " : " CROSS JOIN ") + TableSource(out);
      continue;
    }
    Sources right;
    const std::string item = FromItem(&right, depth);
    static const std::vector<std::string> kinds = {"JOIN",      "INNER JOIN", "LEFT JOIN",
                                                   "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"};
    const std::string& kind = kinds[static_cast<size_t>(Below(right_joins_ ? 6 : 4))];
    Sources both = *out;
    both.insert(both.end(), right.begin(), right.end());
    std::string on = Chance(85) ? fmt::format("{} = {}", IntColumn(*out), IntColumn(right)) : "";
    if (on.empty() || Chance(35)) {
      std::string comparison = Comparison(both, 1);
      // Before a RIGHT JOIN, SQLite 3.40 takes an ON without columns for a part of WHERE.
      const bool constant = comparison.find('.') == comparison.npos;
      if (right_joins_ && constant) comparison = fmt::format("{} <= {}", IntColumn(*out), IntColumn(right));
      on += (on.empty() ? "" : " AND ") + comparison;
    }
    text += fmt::format(" {} {} ON {}", kind, item, on);
    *out = std::move(both);
  }
  return text;
}

std::string SqlGenerator::Where(const Sources& in) { return Chance(75) ? " WHERE " + Condition(in, 2) : ""; }

SqlQuery SqlGenerator::Plain(int depth) {
  Sources in;
  const std::string from = From(&in, depth);
  SqlQuery q;
  std::string list;
  const int n = 1 + Below(3);
  for (int i = 0; i < n; ++i) {
    const std::string name = fmt::format("c{}", i);
    const bool text = i > 0 && Chance(30);
    (text ? q.texts : q.ints).push_back(name);
    list += fmt::format("{}{} AS {}", i ? ", " : "", text ? TextExpr(in, 1) : IntExpr(in, 2), name);
  }
  q.text = fmt::format("SELECT {} FROM {}{}", list, from, Where(in));
  return q;
}

SqlQuery SqlGenerator::Distinct(int depth) {
  SqlQuery q = Plain(depth);
  q.text.insert(7, "DISTINCT ");
  return q;
}

SqlQuery SqlGenerator::Grouped(int depth) {
  Sources in;
  const std::string from = From(&in, depth);
  SqlQuery q;
  std::string list, keys;
  const int n = Below(3);
  for (int i = 0; i < n; ++i) {
    const std::string name = fmt::format("c{}", i);
    const bool text = Chance(30);
    const std::string key = text ? TextColumn(in) : IntColumn(in);
    // Literals as keys would be positions.
    if (key.find('.') == std::string::npos) continue;
    (text ? q.texts : q.ints).push_back(name);
    list += fmt::format("{} AS {}, ", key, name);
    keys += (keys.empty() ? " GROUP BY " : ", ") + key;
  }
  list += Aggregate(in) + " AS n";
  q.ints.push_back("n");
  if (Chance(30)) {
    list += ", " + AggregateOfText(in) + " AS t";
    q.texts.push_back("t");
  }
  const std::string where = Where(in);
  const std::string having = !keys.empty() && Chance(35) ? fmt::format(" HAVING {} > {}", Aggregate(in), Below(6)) : "";
  q.text = fmt::format("SELECT {} FROM {}{}{}{}", list, from, where, keys, having);
  return q;
}

SqlQuery SqlGenerator::Windowed(int depth) {
  Sources in;
  std::string from = TableSource(&in);
  if (common_.empty() && Chance(30)) {
    Sources right;
    const std::string item = TableSource(&right);
    from += fmt::format(" JOIN {} ON {} = {}", item, IntColumn(in), IntColumn(right));
    in.insert(in.end(), right.begin(), right.end());
  }
  // A WITH query has no column that tells its rows apart.
  if (!common_.empty()) return Plain(depth);
  SqlQuery q;
  q.ints = {"c0", "c1"};
  q.text = fmt::format("SELECT {} AS c0, {} AS c1 FROM {}{}", IntColumn(in), Window(in), from, Where(in));
  return q;
}

SqlQuery SqlGenerator::SetOperation(bool inner) {
  static const std::vector<std::string> ops = {"UNION", "UNION ALL", "INTERSECT", "EXCEPT"};
  SqlQuery q;
  q.ints = {"c0"};
  std::string list[2];
  const bool wide = Chance(50);
  if (wide) q.texts = {"c1"};
  const std::string& op = Of(ops);
  right_joins_ = !inner;
  for (int side = 0; side < 2; ++side) {
    Sources in;
    const std::string from = From(&in, 0);
    q.text += fmt::format("{}SELECT {} AS c0{} FROM {}{}", side ? " " + op + " " : "", IntColumn(in),
                          wide ? fmt::format(", {} AS c1", TextColumn(in)) : "", from, Where(in));
  }
  right_joins_ = true;
  return q;
}

SqlQuery SqlGenerator::Ordered() {
  Sources in;
  const std::string from = From(&in, 0);
  SqlQuery q;
  q.ordered = true;
  q.ints = {"c0", "c1"};
  const std::string key = IntColumn(in);
  const std::string value = IntColumn(in);
  // Rows that agree in both columns look the same.
  q.text = fmt::format("SELECT {} AS c0, {} AS c1 FROM {}{} ORDER BY {}, {}", key, value, from, Where(in), Order(key),
                       Order(value));
  if (Chance(70)) q.text += fmt::format(" LIMIT {}", Below(40));
  if (q.text.find(" LIMIT ") != std::string::npos && Chance(40)) q.text += fmt::format(" OFFSET {}", Below(6));
  return q;
}

SqlQuery SqlGenerator::WithQuery() {
  const SqlQuery first = Small(0);
  common_.push_back({"w", first.ints, first.texts});
  SqlQuery q = Chance(60) ? Plain(0) : Grouped(0);
  common_.pop_back();
  q.text = fmt::format("WITH w AS ({}) {}", first.text, q.text);
  return q;
}

SqlQuery SqlGenerator::RecursiveQuery() {
  SqlQuery q;
  q.ints = {"c0", "c1"};
  q.text = fmt::format(
      "WITH RECURSIVE r(n, m) AS (SELECT x.id AS n, x.g AS m FROM t1 AS x WHERE x.id < {} UNION{} SELECT y.b AS n, r.m "
      "+ 1 AS m "
      "FROM r AS r JOIN t2 AS y ON y.id = r.n WHERE r.m < {}) SELECT z.n AS c0, z.m AS c1 FROM r AS z",
      2 + Below(5), Chance(60) ? "" : " ALL", 3 + Below(4));
  return q;
}

SqlQuery SqlGenerator::AnyQuery(int depth) {
  switch (Below(8)) {
    case 0: return Grouped(depth);
    case 1: return Distinct(depth);
    case 2: return Windowed(depth);
    case 3: return SetOperation(true);
    default: return Plain(depth);
  }
}

// One that other sources may be joined with: not too many rows.
SqlQuery SqlGenerator::Small(int depth) {
  const int most = most_joins_;
  most_joins_ = 1;
  SqlQuery q = AnyQuery(depth);
  most_joins_ = most;
  return q;
}

SqlQuery SqlGenerator::Query() {
  next_alias_ = 0;
  switch (Below(12)) {
    case 0:
    case 1: return Grouped(1);
    case 2:
    case 3: return Windowed(1);
    case 4: return SetOperation(false);
    case 5:
    case 6: return Ordered();
    case 7: return WithQuery();
    case 8: return RecursiveQuery();
    case 9: return Distinct(1);
    default: return Plain(1);
  }
}

SqlWrite SqlGenerator::Write() {
  next_alias_ = 0;
  const std::string table = Chance(50) ? "t1" : "t2";
  const Sources self = {{table, kInts, kTexts}};
  const std::string where = Chance(90) ? " WHERE " + Condition(self, 2) : "";
  switch (Below(4)) {
    case 0: {
      const std::string text = fmt::format("DELETE FROM {}{} AND {}.id > {}", table,
                                           where.empty() ? " WHERE 1 = 1" : where, table, 15 + Below(40));
      return {text, text};
    }
    case 1: {
      Sources in;
      const std::string from = FromItem(&in, 0);
      const int base = 1000 + Below(1000) * 100;
      const std::string id = fmt::format("{} + {}.id", base, in[0].alias);
      const std::string g = fmt::format("{}.g", in[0].alias), b = fmt::format("{}.b + 1", in[0].alias);
      const std::string a = IntExpr(in, 2), s = TextColumn(in);
      const std::string limits = fmt::format(" WHERE ({}) AND {}.id < 20", Condition(in, 1), in[0].alias);
      return {fmt::format(
                  "INSERT INTO {} SELECT {} AS id, {} AS g, {} AS b, {} AS a, {} AS s FROM {}{} ON CONFLICT DO NOTHING",
                  table, id, g, b, a, s, from, limits),
              fmt::format("INSERT OR IGNORE INTO {} (id, g, b, a, s) SELECT {}, {}, {}, {}, {} FROM {}{}", table, id, g,
                          b, a, s, from, limits)};
    }
    default: {
      std::string set;
      switch (Below(4)) {
        case 0: set = fmt::format("a = {}", IntExpr(self, 2)); break;
        case 1: set = fmt::format("s = {}, a = {}", TextExpr(self, 1), IntColumn(self)); break;
        case 2: set = fmt::format("b = {}.b + {}", table, Below(3)); break;
        default: set = fmt::format("a = {}", Subquery(self, 1)); break;
      }
      const std::string text = fmt::format("UPDATE {} SET {}{}", table, set, where);
      return {text, OfOldRows(text)};
    }
  }
}

}  // namespace parton
