// Random statements on the engine and on a std::map: the same answers, whatever the plan.
//
// Each SELECT is asked several ways (as text, prepared with parameters, with a planner rule switched off, with
// one thread and several), and all must give the model's rows. Now and then the indexes are dropped and made
// again, and the database is reopened; Check() must stay silent.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "parton/database.h"
#include "tests/random/random_util.h"

namespace parton {
namespace {

// Attribute values of the model: integers and strings; absent attributes are not in the map.
struct Cell {
  bool is_text = false;
  int number = 0;
  std::string text;
  friend bool operator==(const Cell&, const Cell&) = default;

  std::string Literal() const { return is_text ? "'" + text + "'" : std::to_string(number); }
  Value ToValue() const { return is_text ? Value::String(text) : Value::Int(number); }
};

Cell Number(int n) { return {false, n, ""}; }
Cell Text(std::string s) { return {true, 0, std::move(s)}; }

using Item = std::map<std::string, Cell>;
using Key = std::pair<std::string, int>;  // pk STRING, sk NUMBER
using Model = std::map<Key, Item>;

enum class Truth { kFalse, kTrue, kUnknown };

Truth Not(Truth t) { return t == Truth::kUnknown ? t : t == Truth::kTrue ? Truth::kFalse : Truth::kTrue; }
Truth Of(bool b) { return b ? Truth::kTrue : Truth::kFalse; }

// A predicate as PartiQL text (with `?` for its literals in `parameterised`), and as the model sees it.
struct Predicate {
  std::string text;
  std::string parameterised;
  std::vector<Value> parameters;
  std::function<Truth(const Item&)> eval;
};

std::optional<Cell> Get(const Item& item, const std::string& name) {
  auto it = item.find(name);
  if (it == item.end()) return std::nullopt;
  return it->second;
}

// PartiQL's `<` between a cell and a literal: unknown if absent or of another type.
std::optional<int> Compare(const std::optional<Cell>& a, const Cell& b) {
  if (!a || a->is_text != b.is_text) return std::nullopt;
  if (a->is_text) return a->text.compare(b.text);
  return a->number < b.number ? -1 : a->number > b.number ? 1 : 0;
}

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool Chance(int percent) { return Below(100) < percent; }

  std::string Pk() { return "p" + std::to_string(Below(6)); }
  int Sk() { return Below(25) - 5; }

  Cell LiteralFor(const std::string& name) {
    // Now and then of the wrong type.
    const bool wrong = Chance(4);
    if (name == "pk") return wrong ? Number(1) : Text(Pk());
    if (name == "sk") return wrong ? Text("x") : Number(Sk());
    if (name == "a") return wrong ? Text("1") : Number(Below(6));
    if (name == "b")
      return wrong ? Number(3) : Text(std::string(1, static_cast<char>('u' + Below(6))) + std::to_string(Below(3)));
    return Chance(50) ? Number(Below(5)) : Text("c" + std::to_string(Below(3)));  // c: any type
  }

  std::string Name() {
    static const char* names[] = {"pk", "pk", "pk", "sk", "sk", "a", "a", "b", "b", "c"};
    return names[Below(10)];
  }

  Item MakeItem() {
    Item item;
    item["pk"] = Text(Pk());
    item["sk"] = Number(Sk());
    if (Chance(70)) item["a"] = Number(Below(6));
    if (Chance(60)) {
      item["b"] = Text(std::string(1, static_cast<char>('u' + Below(6))) + std::to_string(Below(3)));
    }
    if (Chance(60)) item["c"] = Chance(50) ? Number(Below(5)) : Text("c" + std::to_string(Below(3)));
    item["n"] = Number(Below(1000));
    return item;
  }

  Predicate Leaf() {
    std::string name = Name();
    switch (Below(9)) {
      case 0: {
        Cell low = LiteralFor(name), high = LiteralFor(name);
        return Make(fmt::format("{} BETWEEN {{}} AND {{}}", name), {low, high}, [=](const Item& item) {
          auto x = Compare(Get(item, name), low), y = Compare(Get(item, name), high);
          Truth l = x ? Of(*x >= 0) : Truth::kUnknown, h = y ? Of(*y <= 0) : Truth::kUnknown;
          if (l == Truth::kFalse || h == Truth::kFalse) return Truth::kFalse;
          return l == Truth::kTrue && h == Truth::kTrue ? Truth::kTrue : Truth::kUnknown;
        });
      }
      case 1: {
        std::vector<Cell> list;
        std::string text = name + " IN [";
        for (int i = 0, n = 1 + Below(4); i < n; ++i) {
          list.push_back(LiteralFor(name));
          text += i == 0 ? "{}" : ", {}";
        }
        return Make(text + "]", list, [=](const Item& item) {
          auto v = Get(item, name);
          if (!v) return Truth::kUnknown;
          return Of(std::find(list.begin(), list.end(), *v) != list.end());
        });
      }
      case 2: {
        std::string text = Chance(50) ? "u" : Chance(50) ? "p" : "v1";
        const std::string n = Chance(50) ? "b" : Chance(50) ? "pk" : "c";
        return Make(fmt::format("begins_with({}, {{}})", n), {Text(text)}, [=](const Item& item) {
          auto v = Get(item, n);
          if (!v || !v->is_text) return Truth::kUnknown;
          return Of(v->text.starts_with(text));
        });
      }
      case 3: {
        bool negated = Chance(50);
        return Make(fmt::format("{} IS {}MISSING", name, negated ? "NOT " : ""), {},
                    [=](const Item& item) { return Of(Get(item, name).has_value() == negated); });
      }
      default: {
        static const char* ops[] = {"=", "=", "=", "<", "<=", ">", ">=", "<>"};
        std::string op = ops[Below(8)];
        Cell literal = LiteralFor(name);
        bool swapped = Chance(15);
        std::string shown = op;
        if (swapped) {
          if (op == "<") shown = ">";
          if (op == "<=") shown = ">=";
          if (op == ">") shown = "<";
          if (op == ">=") shown = "<=";
        }
        std::string text = swapped ? fmt::format("{{}} {} {}", shown, name) : fmt::format("{} {} {{}}", name, shown);
        return Make(text, {literal}, [=](const Item& item) {
          auto v = Get(item, name);
          if (!v) return Truth::kUnknown;
          if (op == "=") return Of(*v == literal);
          if (op == "<>") return Of(!(*v == literal));
          auto order = Compare(v, literal);
          if (!order) return Truth::kUnknown;
          if (op == "<") return Of(*order < 0);
          if (op == "<=") return Of(*order <= 0);
          if (op == ">") return Of(*order > 0);
          return Of(*order >= 0);
        });
      }
    }
  }

  Predicate Tree(int depth) {
    if (depth == 0 || Chance(30)) return Leaf();
    if (Chance(15)) {
      Predicate inner = Tree(depth - 1);
      return {"NOT (" + inner.text + ")", "NOT (" + inner.parameterised + ")", inner.parameters,
              [e = inner.eval](const Item& item) { return Not(e(item)); }};
    }
    const bool conjunction = Chance(60);
    std::vector<Predicate> parts;
    for (int i = 0, n = 2 + Below(2); i < n; ++i) parts.push_back(Tree(depth - 1));
    Predicate out;
    for (const Predicate& p : parts) {
      const char* word = out.text.empty() ? "" : conjunction ? " AND " : " OR ";
      out.text += word + ("(" + p.text + ")");
      out.parameterised += word + ("(" + p.parameterised + ")");
      out.parameters.insert(out.parameters.end(), p.parameters.begin(), p.parameters.end());
    }
    out.eval = [parts, conjunction](const Item& item) {
      const Truth deciding = conjunction ? Truth::kFalse : Truth::kTrue;
      Truth result = Not(deciding);
      for (const Predicate& p : parts) {
        Truth t = p.eval(item);
        if (t == deciding) return deciding;
        if (t == Truth::kUnknown) result = Truth::kUnknown;
      }
      return result;
    };
    return out;
  }

 private:
  static Predicate Make(const std::string& pattern, const std::vector<Cell>& literals,
                        std::function<Truth(const Item&)> eval) {
    Predicate p;
    size_t next = 0;
    for (size_t i = 0; i < pattern.size(); ++i) {
      if (pattern.compare(i, 2, "{}") == 0) {
        p.text += literals[next].Literal();
        p.parameterised += "?";
        p.parameters.push_back(literals[next].ToValue());
        ++next;
        ++i;
      } else {
        p.text += pattern[i];
        p.parameterised += pattern[i];
      }
    }
    p.eval = std::move(eval);
    return p;
  }

  std::mt19937_64 random_;
};

std::string ItemLiteral(const Item& item) {
  std::string out = "{";
  for (const auto& [name, cell] : item) {
    out += fmt::format("{}'{}': {}", out.size() == 1 ? "" : ", ", name, cell.Literal());
  }
  return out + "}";
}

// A row as sorted `name: literal` text.
std::string Canonical(const Value& row) {
  if (!row.is_struct()) return row.ToLiteral();
  Value all = row.Materialize();
  std::map<std::string, std::string> fields;
  for (const Field& f : all.fields()) fields[f.name] = f.value.ToLiteral();
  std::string out = "{";
  for (const auto& [name, text] : fields) out += fmt::format("{}'{}': {}", out.size() == 1 ? "" : ", ", name, text);
  return out + "}";
}

std::vector<std::string> Sorted(std::vector<std::string> v) {
  std::sort(v.begin(), v.end());
  return v;
}

class RandomModel : public ::testing::Test {
 protected:
  void Start(uint64_t seed) {
    directory_ = (std::filesystem::temp_directory_path() / fmt::format("parton_model_{}_{}", getpid(), seed)).string();
    std::filesystem::remove_all(directory_);
    generator_.emplace(seed);
    item_cache_bytes_ = ItemCacheOf(seed);
    model_.clear();
    Open();
    Run("CREATE TABLE t (pk STRING, sk NUMBER, PRIMARY KEY (pk, sk))");
    MakeIndexes();
  }

  void TearDown() override {
    connection_.reset();
    database_.reset();
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  void Open() {
    connection_.reset();
    database_.reset();
    Options options;
    options.durable = false;
    options.item_cache_bytes = item_cache_bytes_;
    auto db = Database::Open(directory_, options);
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    database_ = std::move(db).value();
    connection_ = database_->Connect();
  }

  void MakeIndexes() {
    Run("CREATE INDEX by_a ON t (a NUMBER, sk NUMBER)");
    Run("CREATE INDEX by_b ON t (b STRING) PROJECT KEYS ONLY");
    Run("CREATE INDEX by_ab ON t (a NUMBER, b STRING) PROJECT INCLUDE (c)");
  }

  void Run(const std::string& text) {
    auto r = connection_->Execute(text);
    ASSERT_TRUE(r.ok()) << text << "\n" << r.status().ToString();
    while ((*r)->Next()) {
    }
    ASSERT_TRUE((*r)->status().ok()) << text << "\n" << (*r)->status().ToString();
    affected_ = (*r)->kind() == ResultKind::kChanged ? (*r)->affected() : 0;
  }

  std::vector<std::string> Rows(const std::string& text, std::vector<Value> parameters = {}) {
    std::vector<std::string> out;
    auto r = connection_->Execute(text, std::move(parameters));
    EXPECT_TRUE(r.ok()) << text << "\n" << r.status().ToString();
    if (!r.ok()) return out;
    while ((*r)->Next()) out.push_back(Canonical((*r)->row()));
    EXPECT_TRUE((*r)->status().ok()) << text << "\n" << (*r)->status().ToString();
    return out;
  }

  std::vector<std::string> PreparedRows(const std::string& text, const std::vector<Value>& parameters) {
    std::vector<std::string> out;
    auto s = connection_->Prepare(text);
    EXPECT_TRUE(s.ok()) << text << "\n" << s.status().ToString();
    if (!s.ok()) return out;
    for (size_t i = 0; i < parameters.size(); ++i) {
      EXPECT_TRUE((*s)->Bind(static_cast<int>(i) + 1, parameters[i]).ok());
    }
    auto r = (*s)->Execute();
    EXPECT_TRUE(r.ok()) << text << "\n" << r.status().ToString();
    if (!r.ok()) return out;
    while ((*r)->Next()) out.push_back(Canonical((*r)->row()));
    EXPECT_TRUE((*r)->status().ok()) << text << "\n" << (*r)->status().ToString();
    return out;
  }

  std::string Plan(const std::string& text) {
    auto r = connection_->Execute("EXPLAIN " + text);
    return r.ok() ? (*r)->text() : r.status().ToString();
  }

  static const std::vector<std::string>& RuleNames() {
    static const std::vector<std::string> rules = {
        "fold_constants", "normalize_predicates", "push_down_filters", "find_contradictions", "unnest_subqueries",
        "plan_joins",     "choose_access_paths",  "keep_top_rows",     "parallelize",         "push_filters_into_store",
        "read_bytes"};
    return rules;
  }

  // The query's rows under one rule switched off, or with another number of threads.
  void CompareVariants(const std::string& text, const std::vector<std::string>& expected, bool ordered) {
    const std::string& rule = RuleNames()[static_cast<size_t>(generator_->Below(static_cast<int>(RuleNames().size())))];
    Run(fmt::format("SET rule_{} = off", rule));
    auto rows = Rows(text);
    Run(fmt::format("SET rule_{} = on", rule));
    EXPECT_EQ(ordered ? rows : Sorted(rows), expected) << text << "\nwithout " << rule;
  }

  void Select() {
    Predicate p = generator_->Tree(3);
    std::vector<std::pair<Key, Item>> matching;
    for (const auto& [key, item] : model_) {
      if (p.eval(item) == Truth::kTrue) matching.emplace_back(key, item);
    }
    switch (generator_->Below(4)) {
      case 0: {  // ORDER BY the key, either way, with LIMIT and OFFSET
        bool descending = generator_->Chance(50);
        if (descending) std::reverse(matching.begin(), matching.end());
        size_t offset = static_cast<size_t>(generator_->Below(3));
        size_t limit = static_cast<size_t>(generator_->Below(12));
        std::vector<std::string> expected;
        for (size_t i = offset; i < matching.size() && expected.size() < limit; ++i) {
          expected.push_back(ItemLiteral(matching[i].second));
        }
        std::string tail =
            fmt::format(" ORDER BY pk {0}, sk {0} LIMIT {1} OFFSET {2}", descending ? "DESC" : "ASC", limit, offset);
        std::string text = "SELECT * FROM t WHERE " + p.text + tail;
        EXPECT_EQ(Rows(text), expected) << text << "\n" << Plan(text);
        EXPECT_EQ(PreparedRows("SELECT * FROM t WHERE " + p.parameterised + tail, p.parameters), expected) << text;
        CompareVariants(text, expected, true);
        break;
      }
      case 1: {  // aggregates by group
        std::map<std::string, std::pair<int, int>> groups;
        for (const auto& [key, item] : matching) {
          auto& [count, sum] = groups[key.first];
          ++count;
          sum += item.at("n").number;
        }
        std::vector<std::string> expected;
        for (const auto& [pk, g] : groups) {
          expected.push_back(fmt::format("{{'k': {}, 'pk': '{}', 's': {}}}", g.first, pk, g.second));
        }
        std::string text = "SELECT pk, COUNT(*) AS k, SUM(n) AS s FROM t WHERE " + p.text + " GROUP BY pk";
        EXPECT_EQ(Sorted(Rows(text)), Sorted(expected)) << text << "\n" << Plan(text);
        CompareVariants(text, Sorted(expected), false);
        break;
      }
      case 2: {  // few attributes, so that an index may cover
        std::vector<std::string> expected;
        for (const auto& [key, item] : matching) {
          Item part;
          for (const char* name : {"pk", "sk", "b"}) {
            if (auto v = Get(item, name)) part[name] = *v;
          }
          expected.push_back(ItemLiteral(part));
        }
        std::string text = "SELECT pk, sk, b FROM t WHERE " + p.text;
        EXPECT_EQ(Sorted(Rows(text)), Sorted(expected)) << text << "\n" << Plan(text);
        EXPECT_EQ(Sorted(PreparedRows("SELECT pk, sk, b FROM t WHERE " + p.parameterised, p.parameters)),
                  Sorted(expected))
            << text;
        CompareVariants(text, Sorted(expected), false);
        break;
      }
      default: {
        std::vector<std::string> expected;
        for (const auto& [key, item] : matching) expected.push_back(ItemLiteral(item));
        std::string text = "SELECT * FROM t WHERE " + p.text;
        EXPECT_EQ(Sorted(Rows(text)), Sorted(expected)) << text << "\n" << Plan(text);
        CompareVariants(text, Sorted(expected), false);
      }
    }
  }

  // A join of the table with itself by its key or another attribute.
  void Join() {
    Predicate p = generator_->Leaf();
    const bool by_key = generator_->Chance(50);
    std::vector<std::string> expected;
    for (const auto& [lk, l] : model_) {
      if (p.eval(l) != Truth::kTrue) continue;
      for (const auto& [rk, r] : model_) {
        bool match = by_key ? lk.first == rk.first && Get(l, "c") == Get(r, "sk") && Get(l, "c")
                            : Get(l, "a") && Get(l, "a") == Get(r, "c");
        if (match) expected.push_back(fmt::format("{{'x': {}, 'y': {}}}", l.at("n").number, r.at("n").number));
      }
    }
    std::string on = by_key ? "r.pk = l.pk AND r.sk = l.c" : "r.c = l.a";
    std::string text =
        fmt::format("SELECT l.n AS x, r.n AS y FROM (SELECT * FROM t WHERE {}) AS l JOIN t AS r ON {}", p.text, on);
    EXPECT_EQ(Sorted(Rows(text)), Sorted(expected)) << text << "\n" << Plan(text);
    CompareVariants(text, Sorted(expected), false);
  }

  void Change() {
    switch (generator_->Below(6)) {
      case 0:
      case 1: {
        Item item = generator_->MakeItem();
        Key key{item["pk"].text, item["sk"].number};
        if (model_.contains(key)) {
          auto r = connection_->Execute("INSERT INTO t VALUE " + ItemLiteral(item));
          EXPECT_EQ(r.ok() ? StatusCode::kOk : r.status().code(), StatusCode::kDuplicateItem);
          Run("REPLACE INTO t VALUE " + ItemLiteral(item));
        } else {
          Run("INSERT INTO t VALUE " + ItemLiteral(item));
        }
        model_[key] = item;
        break;
      }
      case 2: {  // several at once
        std::string text = "INSERT INTO t << ";
        Model fresh;
        for (int i = 0; i < 5; ++i) {
          Item item = generator_->MakeItem();
          Key key{item["pk"].text, item["sk"].number};
          if (model_.contains(key) || fresh.contains(key)) continue;
          text += (fresh.empty() ? "" : ", ") + ItemLiteral(item);
          fresh[key] = item;
        }
        if (fresh.empty()) break;
        Run(text + " >>");
        EXPECT_EQ(affected_, fresh.size());
        model_.insert(fresh.begin(), fresh.end());
        break;
      }
      case 3: {
        Predicate p = generator_->Tree(2);
        const int to = generator_->Below(6);
        const bool remove = generator_->Chance(30);
        Run(fmt::format("UPDATE t {} WHERE {}",
                        remove ? "REMOVE b SET n = n + 1" : fmt::format("SET a = {}, n = n + 1", to), p.text));
        uint64_t count = 0;
        for (auto& [key, item] : model_) {
          if (p.eval(item) != Truth::kTrue) continue;
          ++count;
          if (remove) {
            item.erase("b");
          } else {
            item["a"] = Number(to);
          }
          item["n"].number += 1;
        }
        EXPECT_EQ(affected_, count) << p.text;
        break;
      }
      case 4: {
        Predicate p = generator_->Tree(2);
        // Keep most of the table: only delete where a second condition holds too.
        std::string text = "DELETE FROM t WHERE n < 300 AND (" + p.text + ")";
        Run(text);
        uint64_t count = std::erase_if(
            model_, [&](const auto& e) { return e.second.at("n").number < 300 && p.eval(e.second) == Truth::kTrue; });
        EXPECT_EQ(affected_, count) << text;
        break;
      }
      default: {  // merge attributes into what is there, or create
        Item item = generator_->MakeItem();
        Key key{item["pk"].text, item["sk"].number};
        Run("UPSERT INTO t VALUE " + ItemLiteral(item));
        for (const auto& [name, cell] : item) model_[key][name] = cell;
      }
    }
  }

  void Audit() {
    EXPECT_EQ(database_->Check(), std::vector<std::string>{});
    std::vector<std::string> all;
    for (const auto& [key, item] : model_) all.push_back(ItemLiteral(item));
    EXPECT_EQ(Rows("SELECT * FROM t ORDER BY pk, sk"), all);
  }

  std::string directory_;
  size_t item_cache_bytes_ = 0;
  std::optional<Generator> generator_;
  Model model_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
  uint64_t affected_ = 0;
};

TEST_F(RandomModel, StatementsAgreeWithTheModel) {
  const char* count = std::getenv("PARTON_RANDOM_SEEDS");
  const char* first = std::getenv("PARTON_RANDOM_FIRST");
  const uint64_t from = first == nullptr ? 1 : std::strtoull(first, nullptr, 10);
  const uint64_t seeds = count == nullptr ? 2 : std::strtoull(count, nullptr, 10);
  for (uint64_t seed = from; seed < from + seeds; ++seed) {
    SCOPED_TRACE(fmt::format("PARTON_RANDOM_FIRST={}", seed));
    Start(seed);
    if (HasFatalFailure()) return;
    for (int step = 0; step < 400 && !HasFailure(); ++step) {
      if (step < 40 || generator_->Chance(35)) {
        Change();
      } else if (generator_->Chance(10)) {
        Join();
      } else {
        Select();
      }
      if (step % 100 == 60) {
        Open();
        Audit();
      }
      if (step == 250) {
        for (const char* index : {"by_a", "by_b", "by_ab"}) Run(fmt::format("DROP INDEX {} ON t", index));
        Audit();
      }
      if (step == 300) {
        MakeIndexes();
        Audit();
      }
    }
    Audit();
    TearDown();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace parton
