// Statements to logical plans: what names mean, and what is refused.
#include "planner/binder/binder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "parser/parser.h"
#include "planner/planner.h"
#include "planner/rules/attributes.h"
#include "storage/local/local_store.h"

namespace parton {
namespace {

class BinderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    StoreOptions options;
    options.path = ":memory:";
    Result<std::unique_ptr<LocalStore>> store = OpenLocalStore(options);
    ASSERT_TRUE(store.ok()) << store.status().ToString();
    store_ = *std::move(store);
    Create("songs", "artist", "year", "genre");
    Create("people", "id", nullptr, nullptr);
    Create("orders", "oid", nullptr, "customer");
  }

  void Create(const char* name, const char* hash, const char* range, const char* index) {
    TableSchema table;
    table.name = name;
    table.key.hash = {hash, KeyType::kString};
    if (range != nullptr) table.key.range = KeyAttribute{range, KeyType::kNumber};
    if (index != nullptr) {
      IndexSchema schema;
      schema.name = std::string("by_") + index;
      schema.key.hash = {index, KeyType::kString};
      table.indexes.push_back(schema);
    }
    Result<TablePtr> created = store_->CreateTable(table);
    ASSERT_TRUE(created.ok()) << created.status().ToString();
  }

  Result<PlannedStatement> Bind(const std::string& text) {
    PARTON_ASSIGN_OR_RETURN(ast::Statement statement, ParseStatement(text));
    PlannerInput input;
    input.store = store_.get();
    input.settings = &settings_;
    input.globals = &globals_;
    return BindStatement(std::make_shared<const ast::Statement>(std::move(statement)), input);
  }

  // The plan of a query as text; the error where there is one. Every plan must be sound.
  std::string PlanText(const std::string& text) {
    Result<PlannedStatement> bound = Bind(text);
    if (!bound.ok()) return bound.status().ToString();
    if (const auto* query = std::get_if<QueryPtr>(&bound->body)) {
      Status sound = ValidatePlan(*(*query)->root, {});
      EXPECT_TRUE(sound.ok()) << text << "\n" << sound.ToString();
      std::vector<int> defined = SlotsDefined(*(*query)->root);
      EXPECT_TRUE(std::binary_search(defined.begin(), defined.end(), (*query)->slot)) << text;
      return RenderText(Describe(**query));
    }
    if (const auto* write = std::get_if<std::shared_ptr<const WritePlan>>(&bound->body)) {
      return RenderText(Describe(**write));
    }
    return "command";
  }

  const Query& AsQuery(const PlannedStatement& bound) { return *std::get<QueryPtr>(bound.body); }

  Status Error(const std::string& text) {
    Result<PlannedStatement> bound = Bind(text);
    return bound.ok() ? Status::Ok() : bound.status();
  }

  std::vector<std::string> Columns(const std::string& text) {
    Result<PlannedStatement> bound = Bind(text);
    EXPECT_TRUE(bound.ok()) << text << "\n" << bound.status().ToString();
    return bound.ok() ? AsQuery(*bound).columns : std::vector<std::string>();
  }

  Query::Shape Shape(const std::string& text) {
    Result<PlannedStatement> bound = Bind(text);
    EXPECT_TRUE(bound.ok()) << text << "\n" << bound.status().ToString();
    return bound.ok() ? AsQuery(*bound).shape : Query::Shape::kBag;
  }

  std::shared_ptr<const WritePlan> Write(const std::string& text) {
    Result<PlannedStatement> bound = Bind(text);
    EXPECT_TRUE(bound.ok()) << text << "\n" << bound.status().ToString();
    return bound.ok() ? std::get<std::shared_ptr<const WritePlan>>(bound->body) : nullptr;
  }

  std::unique_ptr<LocalStore> store_;
  Settings settings_;
  std::map<std::string, Value> globals_{{"numbers", Value::List({Value::Int(1), Value::Int(2)})}};
};

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_F(BinderTest, StarOverOneTableIsTheItem) {
  Result<PlannedStatement> bound = Bind("SELECT * FROM songs");
  ASSERT_TRUE(bound.ok());
  const Query& q = AsQuery(*bound);
  const auto* access = q.root->As<Plan::Access>();
  ASSERT_NE(access, nullptr);
  EXPECT_EQ(access->slot, q.slot);
}

TEST_F(BinderTest, UnknownNamesAreAttributes) {
  EXPECT_TRUE(Has(PlanText("SELECT title FROM songs WHERE artist = 'x'"), "songs.artist = 'x'"));
  EXPECT_TRUE(Has(PlanText("SELECT s.title FROM songs AS s WHERE Genre = 'x'"), "Genre = 'x'"));
  EXPECT_EQ(Error("SELECT title FROM songs, people").code(), StatusCode::kValidation);
  EXPECT_TRUE(Has(Error("SELECT title FROM songs, people").message(), "\"songs\" and \"people\""));
  EXPECT_EQ(Error("title").message(), "unknown name \"title\"");
  // Known columns decide where a name belongs.
  EXPECT_TRUE(Error("SELECT a, b FROM (SELECT 1 AS a) AS x, (SELECT 2 AS b) AS y").ok());
  EXPECT_TRUE(Has(Error("SELECT a FROM (SELECT 1 AS a) AS x, (SELECT 2 AS a) AS y").message(), "ambiguous"));
  EXPECT_TRUE(Has(Error("SELECT c FROM (SELECT 1 AS a) AS x").message(), "unknown name"));
}

TEST_F(BinderTest, TablesAndIndexes) {
  Status missing = Error("SELECT * FROM song");
  EXPECT_EQ(missing.code(), StatusCode::kNotFound);
  EXPECT_EQ(missing.message(), "Requested resource not found: Table: song not found");
  EXPECT_EQ(missing.hint(), "did you mean \"songs\"?");
  EXPECT_EQ(Error("SELECT * FROM Songs").code(), StatusCode::kNotFound);
  Result<PlannedStatement> pinned = Bind("SELECT * FROM \"songs\".\"by_genre\"");
  ASSERT_TRUE(pinned.ok());
  EXPECT_TRUE(AsQuery(*pinned).root->As<Plan::Access>()->pinned);
  EXPECT_EQ(Error("SELECT * FROM songs.by_gendre").message(), "The table does not have the specified index: by_gendre");
  EXPECT_EQ(Error("SELECT * FROM songs.by_gendre").hint(), "did you mean \"by_genre\"?");
}

TEST_F(BinderTest, GlobalsComeFirstInFromAndLocalsElsewhere) {
  globals_["songs2"] = Value::Int(1);
  EXPECT_TRUE(Has(PlanText("SELECT VALUE x FROM numbers AS x"), "Unnest"));
  EXPECT_TRUE(Error("SELECT f, d, s FROM numbers AS f, numbers AS d, @f AS s").ok());
  EXPECT_TRUE(Error("SELECT numbers FROM songs AS numbers").ok());
  EXPECT_TRUE(Has(Error("SELECT * FROM songs, songs").message(), "used twice"));
}

TEST_F(BinderTest, UnnestingStandsOnTheLeftPlan) {
  Result<PlannedStatement> bound = Bind("SELECT s.title, t FROM songs AS s, s.tags AS t");
  ASSERT_TRUE(bound.ok());
  const Plan* plan = AsQuery(*bound).root.get();
  while (plan->As<Plan::Compute>() != nullptr) plan = plan->inputs[0].get();
  ASSERT_NE(plan->As<Plan::Unnest>(), nullptr);
  EXPECT_NE(plan->inputs[0]->As<Plan::Access>(), nullptr);
  EXPECT_TRUE(Error("SELECT songs.title, t FROM songs, songs.tags AS t").ok());
  EXPECT_TRUE(Error("SELECT * FROM songs AS s LEFT JOIN s.tags AS t ON t = 1").ok());
  EXPECT_FALSE(Error("SELECT * FROM songs AS s RIGHT JOIN s.tags AS t ON t = 1").ok());
  EXPECT_TRUE(Error("SELECT v, i FROM songs AS s, s.tags AS v AT i").ok());
  EXPECT_TRUE(Error("SELECT n, v FROM songs AS s, UNPIVOT s AS v AT n").ok());
}

TEST_F(BinderTest, ColumnNames) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(Columns("SELECT title, s.info.rating, 1 + 1, s.\"a b\" AS c FROM songs AS s"),
            (Names{"title", "rating", "_1", "c"}));
  EXPECT_EQ(Columns("SELECT s.k[0] FROM songs AS s"), (Names{"_1"}));
  EXPECT_EQ(Columns("SELECT * FROM (SELECT a, b FROM songs) AS x"), (Names{"a", "b"}));
  EXPECT_EQ(Columns("SELECT * FROM songs"), Names{});
  settings_.dialect = Dialect::kDynamo;
  EXPECT_EQ(Columns("SELECT m.k[0] FROM songs"), (Names{"k[0]"}));
}

TEST_F(BinderTest, BagsAndLists) {
  EXPECT_EQ(Shape("SELECT * FROM songs"), Query::Shape::kBag);
  EXPECT_EQ(Shape("SELECT * FROM songs LIMIT 1"), Query::Shape::kBag);
  EXPECT_EQ(Shape("SELECT * FROM songs ORDER BY title"), Query::Shape::kList);
  EXPECT_EQ(Shape("PIVOT s.a AT s.b FROM songs AS s"), Query::Shape::kPivot);
  EXPECT_EQ(Shape("1 + 1"), Query::Shape::kValue);
  EXPECT_EQ(Shape("(SELECT a FROM songs) UNION (SELECT b FROM songs) ORDER BY a"), Query::Shape::kList);
}

TEST_F(BinderTest, Grouping) {
  EXPECT_TRUE(Error("SELECT genre, COUNT(*) AS n FROM songs GROUP BY genre").ok());
  EXPECT_TRUE(Error("SELECT s.genre, SUM(s.year) FROM songs AS s GROUP BY s.genre HAVING COUNT(*) > 1 "
                    "ORDER BY MAX(s.year) DESC")
                  .ok());
  EXPECT_TRUE(Error("SELECT year / 10 AS decade, COUNT(*) AS n FROM songs GROUP BY decade").ok());
  EXPECT_TRUE(Error("SELECT (s.year + 1) * 2 FROM songs AS s GROUP BY s.year + 1").ok());
  EXPECT_TRUE(Error("SELECT s.info.x FROM songs AS s GROUP BY s.info").ok());
  EXPECT_TRUE(Error("SELECT g, (SELECT COUNT(*) FROM grp) AS n FROM songs AS s GROUP BY s.genre AS "
                    "g GROUP AS grp")
                  .ok());
  EXPECT_TRUE(Error("SELECT COUNT(*) FROM songs").ok());
  Status title = Error("SELECT title, COUNT(*) FROM songs GROUP BY genre");
  EXPECT_TRUE(Has(title.message(), "must be a GROUP BY key")) << title.ToString();
  EXPECT_TRUE(Has(Error("SELECT genre FROM songs WHERE COUNT(*) > 1").message(), "cannot stand in WHERE"));
  EXPECT_TRUE(Has(Error("SELECT SUM(COUNT(*)) FROM songs").message(), "nested"));
  // A correlated query over the groups.
  EXPECT_TRUE(Error("SELECT g, (SELECT VALUE COUNT(*) FROM people AS p WHERE p.likes = g) FROM songs AS s "
                    "GROUP BY s.genre AS g")
                  .ok());
  EXPECT_FALSE(Error("SELECT (SELECT VALUE p.id FROM people AS p WHERE p.likes = s.title) FROM songs AS s "
                     "GROUP BY s.genre")
                   .ok());
}

TEST_F(BinderTest, HavingWithoutGroupByInStrictTyping) {
  EXPECT_TRUE(Error("SELECT COUNT(*) FROM songs HAVING COUNT(*) > 1").ok());
  settings_.typing = Typing::kStrict;
  EXPECT_FALSE(Error("SELECT COUNT(*) FROM songs HAVING COUNT(*) > 1").ok());
}

TEST_F(BinderTest, OrderBy) {
  EXPECT_TRUE(Error("SELECT title AS t, UPPER(title) AS u FROM songs ORDER BY u, t").ok());
  EXPECT_TRUE(Error("SELECT title FROM songs ORDER BY 1 DESC").ok());
  EXPECT_TRUE(Has(Error("SELECT title FROM songs ORDER BY 2").message(), "position 2"));
  EXPECT_FALSE(Error("SELECT DISTINCT title FROM songs ORDER BY year").ok());
  EXPECT_TRUE(Error("SELECT DISTINCT title FROM songs ORDER BY title").ok());
  EXPECT_TRUE(Error("SELECT DISTINCT * FROM songs ORDER BY year").ok());
  EXPECT_FALSE(Error("SELECT title FROM songs LIMIT -1").ok());
}

TEST_F(BinderTest, Subqueries) {
  EXPECT_TRUE(Error("SELECT * FROM songs AS s WHERE s.artist IN (SELECT p.name FROM people AS p)").ok());
  EXPECT_TRUE(Error("SELECT * FROM songs AS s WHERE EXISTS (SELECT 1 FROM people AS p WHERE p.name "
                    "= s.artist)")
                  .ok());
  EXPECT_TRUE(Error("SELECT * FROM songs AS s WHERE (s.a, s.b) IN (SELECT p.x, p.y FROM people AS p)").ok());
  EXPECT_TRUE(Error("SELECT s.x[*].y FROM songs AS s").ok());
  EXPECT_TRUE(Has(Error("SELECT (SELECT a, b FROM people) FROM songs").message(), "one column"));
  // What the correlated query reads from outside.
  Result<PlannedStatement> bound =
      Bind("SELECT VALUE EXISTS (SELECT 1 FROM people AS p WHERE p.name = s.artist) FROM songs AS s");
  ASSERT_TRUE(bound.ok());
  const auto* compute = AsQuery(*bound).root->As<Plan::Compute>();
  ASSERT_NE(compute, nullptr);
  const auto* sub = compute->outputs[0].expr->As<Expr::Subquery>();
  ASSERT_NE(sub, nullptr);
  EXPECT_EQ(sub->reads, std::vector<int>{AsQuery(*bound).root->inputs[0]->As<Plan::Access>()->slot});
}

TEST_F(BinderTest, CommonTables) {
  EXPECT_FALSE(Has(PlanText("WITH x AS (SELECT * FROM songs) SELECT * FROM x"), "hared"));
  EXPECT_TRUE(Has(PlanText("WITH x AS (SELECT * FROM songs) SELECT * FROM x AS a, x AS b"), "hared"));
  EXPECT_TRUE(Error("WITH x(a, b) AS (SELECT title, year FROM songs) SELECT a, b FROM x").ok());
  EXPECT_TRUE(
      Has(Error("WITH x(a) AS (SELECT title, year FROM songs) SELECT a FROM x").message(), "1 names for 2 columns"));
  EXPECT_TRUE(Has(PlanText("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT n.i + 1 AS i FROM n WHERE n.i < 5) "
                           "SELECT * FROM n"),
                  "ecursive"));
}

TEST_F(BinderTest, SetOperators) {
  EXPECT_TRUE(Error("SELECT a FROM songs UNION ALL SELECT b FROM people").ok());
  EXPECT_TRUE(Has(Error("SELECT a, c FROM songs UNION SELECT b FROM people").message(), "2 and 1 columns"));
  EXPECT_TRUE(Error("SELECT a, c FROM songs OUTER UNION SELECT b FROM people").ok());
  EXPECT_TRUE(Error("TABLE songs OUTER EXCEPT << 1 >>").ok());
}

TEST_F(BinderTest, Functions) {
  Status unknown = Error("SELECT UPPERR(title) FROM songs");
  EXPECT_EQ(unknown.hint(), "did you mean UPPER?") << unknown.ToString();
  EXPECT_FALSE(Error("UPPER('a', 'b')").ok());
  EXPECT_TRUE(Error("UPPER(1)").ok());
  settings_.typing = Typing::kStrict;
  EXPECT_FALSE(Error("UPPER(1)").ok());
  EXPECT_FALSE(Error("'a' || 1").ok());
}

TEST_F(BinderTest, Windows) {
  EXPECT_TRUE(Error("SELECT title, ROW_NUMBER() OVER (PARTITION BY genre ORDER BY year) AS n FROM songs").ok());
  EXPECT_TRUE(Error("SELECT genre, SUM(COUNT(*)) OVER (ORDER BY genre) FROM songs GROUP BY genre").ok());
  EXPECT_TRUE(
      Has(Error("SELECT title FROM songs WHERE RANK() OVER (ORDER BY year) = 1").message(), "cannot stand in WHERE"));
  EXPECT_TRUE(Has(Error("SELECT RANK() FROM songs").message(), "OVER"));
}

TEST_F(BinderTest, Attributes) {
  Result<PlannedStatement> bound = Bind(
      "SELECT s.title, UPPER(s.info.x) FROM songs AS s WHERE s.year = 1 AND "
      "EXISTS (SELECT 1 FROM people AS p WHERE p.name = s.artist)");
  ASSERT_TRUE(bound.ok());
  QueryPtr query = WithAttributes(std::get<QueryPtr>(bound->body));
  const Plan* plan = query->root.get();
  while (!plan->inputs.empty()) plan = plan->inputs[0].get();
  const auto* access = plan->As<Plan::Access>();
  ASSERT_NE(access, nullptr);
  EXPECT_FALSE(access->whole_item);
  EXPECT_EQ(access->attributes, (std::vector<std::string>{"artist", "info", "title", "year"}));
}

TEST_F(BinderTest, Inserts) {
  EXPECT_EQ(Write("INSERT INTO people VALUE {'id': 'a'}")->kind, WritePlan::Kind::kInsert);
  EXPECT_EQ(Write("INSERT INTO people << {'id': 'a'}, {'id': 'b'} >>")->kind, WritePlan::Kind::kInsert);
  EXPECT_EQ(Write("INSERT INTO people (id, n) VALUES ('a', 1), ('b', 2)")->kind, WritePlan::Kind::kInsert);
  EXPECT_EQ(Write("INSERT INTO people SELECT * FROM songs")->kind, WritePlan::Kind::kInsert);
  EXPECT_EQ(Write("INSERT INTO people (id, n) SELECT artist, year FROM songs")->kind, WritePlan::Kind::kInsert);
  EXPECT_EQ(Write("REPLACE INTO people VALUE {'id': 'a'}")->kind, WritePlan::Kind::kReplace);
  EXPECT_EQ(Write("UPSERT INTO people VALUE {'id': 'a'}")->kind, WritePlan::Kind::kUpsert);
  EXPECT_EQ(Write("INSERT INTO people VALUE {'id': 'a'} ON CONFLICT DO NOTHING")->if_exists, WriteOp::Otherwise::kSkip);
  EXPECT_TRUE(Has(Error("INSERT INTO people (id, n) VALUES ('a')").message(), "1 values for 2 columns"));
  EXPECT_EQ(Error("INSERT INTO peple VALUE {'id': 'a'}").code(), StatusCode::kNotFound);
}

TEST_F(BinderTest, Updates) {
  auto update = Write("UPDATE songs SET a = 1, b.c[2] = title REMOVE d WHERE artist = 'x' AND year > 3");
  ASSERT_NE(update, nullptr);
  ASSERT_EQ(update->actions.size(), 3u);
  EXPECT_EQ(update->actions[1].path.size(), 3u);
  EXPECT_EQ(update->if_absent, WriteOp::Otherwise::kSkip);
  EXPECT_NE(update->condition, nullptr);
  EXPECT_TRUE(Has(Error("UPDATE songs SET artist = 'x'").message(), "Cannot update attribute artist"));
  EXPECT_TRUE(Has(Error("UPDATE songs SET a = 1, a.b = 2").message(), "overlap"));
  EXPECT_TRUE(Has(Error("UPDATE songs SET a[0] = 1, a.b = 2").message(), "conflict"));
  // UPSERT takes the key out of the condition: it cannot hold on an absent item.
  auto upsert = Write("UPSERT people SET n = 1 WHERE id = 'a' AND attribute_not_exists(n)");
  ASSERT_NE(upsert, nullptr);
  EXPECT_EQ(upsert->if_absent, WriteOp::Otherwise::kProceed);
  ASSERT_NE(upsert->condition, nullptr);
  EXPECT_FALSE(Has(ToString(*upsert->condition), "'a'"));
  // Without a full key it changes what is there.
  EXPECT_EQ(Write("UPSERT people SET n = 1 WHERE m = 'a'")->if_absent, WriteOp::Otherwise::kSkip);
  EXPECT_TRUE(
      Has(Error("DELETE FROM people WHERE id = 'a' RETURNING ALL NEW *").message(), "Only RETURNING ALL OLD *"));
  EXPECT_EQ(Write("DELETE FROM people WHERE id = 'a' RETURNING ALL OLD *")->returning, ReturnValues::kAllOld);
}

TEST_F(BinderTest, DynamoDialect) {
  settings_.dialect = Dialect::kDynamo;
  const char* fine[] = {
      "SELECT * FROM songs",
      "SELECT a, b.c, d[0] FROM \"songs\".\"by_genre\" WHERE genre = 'x' AND size(a) > 3",
      "SELECT * FROM songs WHERE artist = 'a' ORDER BY year DESC",
      "SELECT * FROM songs WHERE artist IN ['a', 'b'] ORDER BY artist, year",
      "SELECT * FROM songs WHERE artist = 'a' AND year < 5 OR artist = 'a' AND year > 7",
      "SELECT * FROM songs WHERE artist = 1 OR title = 'x'",
      "SELECT * FROM songs WHERE begins_with(artist, 'x') = true OR NOT a IS MISSING",
      "INSERT INTO songs VALUE {'artist': 'a', 'year': 1e2, 's': <<1, 2>>}",
      "UPDATE songs SET a = b + 1 REMOVE c WHERE artist = 'a' AND year = 1 RETURNING ALL NEW *",
      "UPDATE songs SET s = set_add(s, <<1>>) WHERE artist = 'a' AND year = 1",
      "DELETE FROM songs WHERE artist = 'a' AND year = 1 AND b = 2",
  };
  for (const char* text : fine) {
    Status error = Error(text);
    EXPECT_TRUE(error.ok()) << text << "\n" << error.ToString();
  }
  const std::pair<const char*, const char*> refused[] = {
      {"SELECT COUNT(*) FROM songs", "Unexpected path component at 1:8:5"},
      {"SELECT * FROM songs LIMIT 3", "Unexpected token after expression"},
      {"SELECT * FROM songs AS s", "Aliasing is not supported"},
      {"SELECT * FROM songs.by_genre.x", "at most 2 components"},
      {"SELECT * FROM songs ORDER BY year", "Must have WHERE clause"},
      {"SELECT * FROM songs WHERE year = 1 ORDER BY year", "at least one non-optional hash key condition"},
      {"SELECT * FROM songs WHERE artist = 'a' ORDER BY title", "Attribute title in ORDER BY"},
      {"SELECT * FROM songs WHERE artist IN ['a', 'b'] ORDER BY year", "Must have hash key in ORDER BY"},
      {"SELECT * FROM songs WHERE artist = 1", "Key attribute's data type should match"},
      {"SELECT * FROM songs WHERE artist = 'a' AND year IN [1, 2, 1]", "Overlapping conditions"},
      {"SELECT * FROM songs WHERE artist = 'a' OR (artist = 'a' AND year = 1)", "Overlapping conditions"},
      {"SELECT * FROM songs WHERE a < true", "operator or function: <, operand type: BOOL"},
      {"SELECT * FROM songs WHERE a LIKE 'x%'", "Unexpected operator"},
      {"SELECT * FROM songs WHERE begin_with(a, 'x')", "Unrecognized function: BEGIN_WITH at 1:27:10"},
      {"SELECT * FROM nosuch", "Requested resource not found"},
      {"INSERT INTO songs VALUE {'artist': 'a', 'l': [?]}", "Unsupported data type: Parameter under key root.l[0]"},
      {"INSERT INTO songs VALUE {'artist': 'a', 'l': <<>>}", "Empty bags are not supported"},
      {"INSERT INTO songs VALUE {'artist': 'a', 'l': <<1, 'a'>>}", "either numbers or strings in bags"},
      {"UPDATE songs SET a = 1 WHERE artist = 'a'", "mandatory equality on all key attributes"},
      {"UPDATE songs SET a = 1 WHERE artist = 'a' AND artist = 'b' AND year = 1", "Multiple conditions on same key"},
      {"UPDATE songs SET a = set_add(b, <<1>>) WHERE artist = 'a' AND year = 1", "must equal the assignment value"},
      {"UPDATE songs.by_genre SET a = 1 WHERE artist = 'a' AND year = 1", "not supported on an index"},
      {"UPSERT INTO songs VALUE {'artist': 'a'}", "Expected data manipulation"},
      {"1 + 1", "Expected data manipulation"},
  };
  for (const auto& [text, part] : refused) {
    EXPECT_TRUE(Has(Error(text).message(), part)) << text << "\n" << Error(text).ToString();
  }
  auto update = Write("UPDATE songs SET a = 1 WHERE artist = 'a' AND year = 1 AND b = 2");
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(update->if_absent, WriteOp::Otherwise::kFail);
  EXPECT_EQ(update->if_false, WriteOp::Otherwise::kFail);
  EXPECT_FALSE(Has(ToString(*update->target->As<Plan::Filter>()->predicate), "b"));
}

TEST_F(BinderTest, DeepNestingIsNoCrash) {
  std::string text = "1";
  for (int i = 0; i < 200; ++i) text = "(SELECT VALUE x FROM (" + text + ") AS x)";
  (void)Error(text);
  std::string sum = "1", unions = "SELECT 1 AS a";
  for (int i = 0; i < 1000; ++i) sum += " + 1";
  for (int i = 0; i < 1000; ++i) unions += " UNION ALL SELECT 1 AS a";
  EXPECT_TRUE(Error(sum).ok());
  EXPECT_TRUE(Error(unions).ok());
}

}  // namespace
}  // namespace parton
