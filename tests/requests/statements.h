// Random statements over the tables of the test: t (k STRING, s NUMBER) with indexes, and values of all types.
#ifndef PARTON_TESTS_REQUESTS_STATEMENTS_H_
#define PARTON_TESTS_REQUESTS_STATEMENTS_H_

#include <fmt/format.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace parton::requests {

class Statements {
 public:
  Statements(uint64_t seed, bool dynamo) : random_(seed), dynamo_(dynamo) {}

  std::string Item() {
    std::string out = fmt::format("{{'k': '{}', 's': {}", Of({"a", "b", "c"}), Below(4) + 1);
    if (Chance(70)) out += fmt::format(", 'a': {}", Below(4));
    if (Chance(70)) out += fmt::format(", 'b': '{}'", Of({"x", "xy", "y", "z"}));
    for (const char* name : {"c", "d"}) {
      if (Chance(80)) out += fmt::format(", '{}': {}", name, Any());
    }
    if (Chance(50)) out += fmt::format(", 'm': {{'x': {}, 'y': {}}}", Any(), Any());
    if (Chance(50)) out += fmt::format(", 'l': [{}, {}]", Any(), Any());
    if (Chance(50)) out += Chance(50) ? ", 'ns': <<1, 2>>" : ", 'ss': <<'x', 'y'>>";
    return out + "}";
  }

  std::string Select() {
    const bool all = Chance(60);
    std::string out = std::string("SELECT ") + (all ? "*" : Of({"c, s", "k, c, m", "a, b", "s"})) + " FROM ";
    out += dynamo_ ? Of({"t", "t", "t", "\"t\".\"g\"", all ? "\"t\".\"thin\"" : "\"t\".\"l\""}) : std::string("t");
    if (Chance(95)) out += " WHERE " + (Chance(60) ? KeyCondition() + " AND " + Condition(1) : Condition(2));
    if (Chance(15))
      out += dynamo_ ? " ORDER BY s" : Of({" ORDER BY s", " ORDER BY k, s DESC", " LIMIT 2", " ORDER BY s LIMIT 3"});
    return out;
  }

  std::string Write() {
    switch (Below(6)) {
      case 0: return fmt::format("INSERT INTO t VALUE {}", Item());
      case 1:
        return dynamo_ ? Update()
                       : fmt::format("{} INTO t {} {}", Of({"REPLACE", "UPSERT", "INSERT"}), Chance(50) ? "VALUE" : "",
                                     Chance(50) ? Item() : Item());
      case 2:
      case 3: return fmt::format("DELETE FROM t WHERE {}{}", WriteKey(), Chance(60) ? " AND " + Condition(1) : "");
      default: return Update();
    }
  }

  bool Chance(int percent) { return Below(100) < percent; }

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  std::string Of(std::vector<std::string> v) { return v[static_cast<size_t>(Below(static_cast<int>(v.size())))]; }

  std::string Scalar() { return Of({"1", "2", "3", "1.5", "-1", "'x'", "'xy'", "'y'", "''", "TRUE", "FALSE", "NULL"}); }
  std::string Any() {
    return Chance(75) ? Scalar()
                      : Of({"[]", "[1, 'x']", "['x', NULL]", "{'x': 1}", "{}", "{'x': {'y': 1}}", "<<1, 2>>", "<<'x'>>",
                            dynamo_ ? "2" : "x'0102'"});
  }
  // What DynamoDB's dialect lets stand behind < and the like.
  std::string Comparable() { return Of({"1", "2", "3", "1.5", "'x'", "'xy'", "'y'"}); }
  std::string Path() {
    return Of({"a", "b", "c", "d", "m.x", "m.y", "l[0]", "l[1]", "m", "l", "ns", "ss", "nope", "m.x.y"});
  }

  std::string KeyCondition() {
    const std::string hash = Chance(80) ? fmt::format("k = '{}'", Of({"a", "b", "c", "d"})) : "k IN ('a', 'b')";
    switch (Below(10)) {
      case 0: return hash + fmt::format(" AND s = {}", Below(5));
      case 1: return hash + fmt::format(" AND s {} {}", Of({"<", "<=", ">", ">="}), Below(5));
      case 2: return hash + fmt::format(" AND s BETWEEN {} AND {}", Below(3), Below(3) + 2);
      case 3: return hash + fmt::format(" AND s IN ({}, {})", Below(3), Below(3) + 3);
      case 4: return dynamo_ ? hash : fmt::format("a = {}", Below(4));
      case 5:
        return dynamo_ ? hash
                       : fmt::format("a = {} AND {}", Below(4), Of({"begins_with(b, 'x')", "b > 'x'", "b = 'y'"}));
      case 6:
        return dynamo_ ? hash : fmt::format("b = '{}' AND s > {} AND s < {}", Of({"x", "y"}), Below(3), Below(3) + 2);
      case 7:
        return dynamo_
                   ? hash
                   : hash + fmt::format(" AND {}", Of({"a > 1", "s > 'x'", "s < 1e300", "s > -1e200", "s >= 1.5e0"}));
      default: return hash;
    }
  }

  std::string Atom() {
    const std::string p = Path();
    switch (Below(dynamo_ ? 13 : 17)) {
      case 0:
      case 1: return fmt::format("{} = {}", p, Any());
      case 2: return fmt::format("{} <> {}", p, Any());
      case 3:
      case 4: return fmt::format("{} {} {}", p, Of({"<", "<=", ">", ">="}), Comparable());
      case 5: return fmt::format("{} IS {}{}", p, Chance(50) ? "NOT " : "", Of({"MISSING", "NULL"}));
      case 6: return fmt::format("{}({})", Of({"attribute_exists", "attribute_not_exists"}), p);
      case 7: return fmt::format("attribute_type({}, '{}')", p, Of({"S", "N", "M", "L", "NULL", "SS", "BOOL"}));
      case 8: return fmt::format("contains({}, {})", p, Of({"'x'", "1", "'y'"}));
      case 9: return fmt::format("begins_with({}, {})", p, Of({"'x'", "'xy'"}));
      case 10:
        return Chance(70) ? fmt::format("size({}) {} {}", p, Of({"=", "<", ">", "<>"}), Below(3))
                          : fmt::format("size({}) {}", p, Of({"<> a", "= a", "IN (1, 2)", "BETWEEN 1 AND 2"}));
      case 11: return fmt::format("{} IN ({}, {})", p, Scalar(), Scalar());
      case 12: {
        const int low = Below(3);
        return fmt::format("{} BETWEEN {} AND {}", p, low, low + Below(2));
      }
      case 13: return fmt::format("{} {} {}", p, Of({"=", "<>", "<", ">="}), Path());
      case 14:
        return Of({fmt::format("{} LIKE 'x%'", p), fmt::format("{} + 1 = 2", p), fmt::format("{} NOT IN (1, 'x')", p)});
      case 15: return fmt::format("{} NOT BETWEEN 1 AND 2", p);
      default: return fmt::format("{} = {}", Comparable(), p);
    }
  }

  std::string Condition(int depth) {
    if (depth == 0 || Chance(45)) return Chance(25) ? "NOT (" + Atom() + ")" : Atom();
    const std::string left = Condition(depth - 1), right = Condition(depth - 1);
    switch (Below(5)) {
      case 0:
      case 1: return fmt::format("{} AND {}", left, right);
      case 2:
      case 3: return fmt::format("({} OR {})", left, right);
      default: return fmt::format("NOT ({} {} {})", left, Chance(50) ? "AND" : "OR", right);
    }
  }

  std::string WriteKey() {
    std::string key = fmt::format("k = '{}' AND s = {}", Of({"a", "b", "c"}), Below(5));
    if (!dynamo_ && Chance(20)) key = fmt::format("k = '{}' AND s IN (1, 2, 3)", Of({"a", "b"}));
    if (!dynamo_ && Chance(10)) key = "k = 'a'";
    return key;
  }

  std::string Operand() {
    return Of({Any(), Any(), "a + 1", "c", "d", "a - 2", "if_not_exists(c, 1)", "list_append(l, [1])", "1 + 1", "c + 1",
               "list_append(c, [1])", "if_not_exists(d, 1) - 2"});
  }
  std::string Update() {
    const std::string set =
        Of({"ns = set_add(ns, <<3>>)", "ss = set_delete(ss, <<'x'>>)", "c = " + Operand(), "d = " + Operand(),
            fmt::format("c = {}, d = {}", Operand(), Operand()), "l[1] = " + Any(), "l[7] = " + Any(), "m.x = " + Any(),
            "m.z = " + Operand(), "nope = " + Operand(), "a = a + 1"});
    const std::string remove = Of({"d", "l[0]", "m.x", "nope", "m.nope"});
    const std::string actions = Chance(60)   ? "SET " + set
                                : Chance(50) ? "REMOVE " + remove
                                             : "SET " + set + " REMOVE x";
    return fmt::format("UPDATE t {} WHERE {}{}", actions, WriteKey(), Chance(40) ? " AND " + Condition(1) : "");
  }

  std::mt19937_64 random_;
  const bool dynamo_;
};

}  // namespace parton::requests

#endif  // PARTON_TESTS_REQUESTS_STATEMENTS_H_
