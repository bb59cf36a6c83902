// Text: statements are refused with a position, or planned, or run; none crashes, hangs or leaves unsound data. Ion and
// JSON that is read can be written as a literal and parsed again.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <sstream>
#include <thread>

#include "parser/ion_reader.h"
#include "parser/parser.h"
#include "parton/database.h"
#include "tests/fuzz/fuzz_target.h"
#include "types/json/json_reader.h"

namespace parton::fuzz {
namespace {

namespace fs = std::filesystem;

// The statements of Parton's own golden scripts.
std::vector<std::string> StatementSeeds() {
  std::vector<std::string> seeds;
  std::vector<fs::path> files;
  for (const auto& f : fs::recursive_directory_iterator(fs::path(PARTON_SOURCE_DIR) / "tests/golden")) {
    if (f.path().extension() == ".sql") files.push_back(f.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    std::ifstream in(file);
    std::string statement;
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("--")) continue;
      statement += line + "\n";
      if (!line.ends_with(';')) continue;
      if (statement.size() < 1500) seeds.push_back(statement);
      statement.clear();
    }
  }
  FUZZ_CHECK(seeds.size() > 100);
  return seeds;
}

std::unique_ptr<Database> MakeDatabase() {
  Options options;
  options.background = false;
  options.threads = 2;
  options.cache_bytes = 4 << 20;
  options.write_buffer_bytes = 1 << 20;
  options.memory_limit_bytes = 32 << 20;
  auto db = Database::Open(":memory:", options);
  FUZZ_CHECK(db.ok());
  Status s = (*db)->Connect()->ExecuteScript(
      "CREATE TABLE songs (artist STRING, title STRING, plays NUMBER, PRIMARY KEY (artist, title), GLOBAL INDEX "
      "by_plays (plays));"
      "CREATE TABLE t (pk STRING, sk NUMBER, PRIMARY KEY (pk, sk), GLOBAL INDEX g (a STRING, b NUMBER)) WITH (stream = "
      "'both images', ttl = 'e');"
      "INSERT INTO t << {'pk': 'a', 'sk': 1, 'a': 'x', 'b': 2, 'l': [1, {'m': <<1, 2>>}]}, {'pk': 'a', 'sk': 2, 's': "
      "'text'} >>;"
      "INSERT INTO songs << {'artist': 'a', 'title': 'x', 'plays': 3}, {'artist': 'b', 'title': 'y', 'tags': <<'a', "
      "'b'>>} >>;");
  if (!s.ok()) std::fprintf(stderr, "%s\n", s.ToString().c_str());
  FUZZ_CHECK(s.ok());
  return std::move(*db);
}

void CheckError(const Status& s, std::string_view text) {
  FUZZ_CHECK(!s.message().empty());
  FUZZ_CHECK(s.code() != StatusCode::kInternal);
  FUZZ_CHECK(s.span().offset <= text.size());
}

void RunPlan(std::string_view text) {
  static Database& db = *MakeDatabase().release();
  static Connection& c = *db.Connect().release();
  Result<ast::Script> script = Parse(text);
  if (!script.ok()) CheckError(script.status(), text);
  Result<std::unique_ptr<Statement>> statement = c.Prepare(text);
  if (!statement.ok()) CheckError(statement.status(), text);
}

// Cancels a connection's statement after a while.
class Watch {
 public:
  explicit Watch(Connection* c)
      : thread_([this, c] {
          std::unique_lock lock(mutex_);
          while (!done_.wait_for(lock, std::chrono::milliseconds(300), [this] { return ended_; })) c->Cancel();
        }) {}
  ~Watch() {
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
    }
    done_.notify_all();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  bool ended_ = false;
  std::thread thread_;
};

// What touches files, or makes the database wait for real time, is left out.
bool Harmless(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char* word : {"copy", "backup", "restore", "read_", "file", "_csv", "_json(", "sleep", "/", ".."}) {
    if (lower.find(word) != std::string::npos) return false;
  }
  return true;
}

void RunExecute(std::string_view text) {
  static std::unique_ptr<Database> db;
  static int runs = 0;
  if (!Harmless(text)) return;
  if (db == nullptr) db = MakeDatabase();
  {
    auto c = db->Connect();
    Watch watch(c.get());
    auto result = c->Execute(text);
    if (!result.ok()) {
      CheckError(result.status(), text);
    } else {
      int rows = 0;
      while ((*result)->Next()) {
        if (++rows <= 100) (*result)->row().ToLiteral();
      }
      if (!(*result)->status().ok()) CheckError((*result)->status(), text);
    }
  }
  if (++runs % 200 != 0) return;
  for (const std::string& problem : db->Check()) {
    std::fprintf(stderr, "%s\n", problem.c_str());
    FUZZ_CHECK(problem.empty());
  }
  if (runs % 2000 == 0) db.reset();
}

// ---- values

// A value's literal is a statement whose value is the same again.
void CheckLiteral(const Value& v) {
  static Database& db = *MakeDatabase().release();
  static Connection& c = *db.Connect().release();
  const std::string literal = v.ToLiteral();
  auto result = c.Execute(literal);
  if (!result.ok()) return;  // nested too deeply, or no name for it in the language
  std::string again;
  if ((*result)->kind() == ResultKind::kValue) {
    again = (*result)->value().ToLiteral();
  } else {
    return;
  }
  if (again != literal) std::fprintf(stderr, "%s\n%s\n", literal.c_str(), again.c_str());
  FUZZ_CHECK(again == literal);
}

std::vector<std::string> IonSeeds() {
  return {"{a: 1, b: [true, null.int, 1.5e0, 2.50, \"x\\n\"], c: {{aGVsbG8=}}}",
          "2020-01-01T00:00:00.000Z",
          "a::b::(+ 1 'sym bol')",
          "{{\"clob\"}}",
          "'''long''' '''string'''",
          "0x1F",
          "0b101",
          "1_000d-3",
          "nan",
          "+inf",
          "/* c */ 1 // d",
          "\"\\u00e9\\U0001F600\""};
}

void RunIon(std::string_view text) {
  Result<Value> v = ReadIon(text);
  FUZZ_CHECK(v.ok() || !v.status().message().empty());
  if (v.ok()) CheckLiteral(*v);
}

std::vector<std::string> JsonSeeds() {
  return {"{\"a\": 1, \"b\": [true, null, 1.50, \"x\\n\\u00e9\\ud83d\\ude00\"], \"c\": {\"d\": {}}}",
          "[]",
          "1e3",
          "-0.5",
          "\"\"",
          "{\"Item\": {\"id\": {\"N\": \"1\"}, \"s\": {\"SS\": [\"a\", \"b\"]}, \"b\": {\"B\": \"aGVsbG8=\"}, \"l\": "
          "{\"L\": [{\"NULL\": true}]}, "
          "\"m\": {\"M\": {\"x\": {\"BOOL\": false}}}, \"n\": {\"NS\": [\"1\", \"2.5\"]}}}"};
}

// A source that hands out few bytes at a time.
class StringSource : public ByteSource {
 public:
  explicit StringSource(std::string_view bytes) : bytes_(bytes) {}
  Result<size_t> Read(char* buffer, size_t n) override {
    n = std::min({n, bytes_.size(), size_t{7}});
    std::copy_n(bytes_.data(), n, buffer);
    bytes_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view bytes_;
};

void RunJson(std::string_view text) {
  Result<Value> v = ParseJson(text);
  if (v.ok()) CheckLiteral(*v);
  Result<Value> dynamo = ParseDynamoJson(text);
  if (dynamo.ok()) CheckLiteral(*dynamo);
  for (auto format : {JsonRecordReader::Format::kJson, JsonRecordReader::Format::kDynamoItem}) {
    StringSource source(text);
    JsonRecordReader reader(&source, format);
    size_t records = 0;
    for (Value record;;) {
      Result<bool> more = reader.Next(&record);
      if (more.ok() ? !*more : !reader.recoverable()) break;
      FUZZ_CHECK(++records <= text.size() + 1);
    }
  }
}

std::vector<std::string> ExpressionSeeds() {
  return {"a = :n AND (NOT b.c[0] <> :s OR attribute_exists(#x)) AND size(a) BETWEEN :n AND :n",
          "contains(l, :n) OR begins_with(s, :s) or a IN (:n, :s, b) and attribute_type(a, :s)",
          "SET a = if_not_exists(a, :n) + :n, l = list_append(l, :l), m.x = :s REMOVE #x, l[0] ADD n :n DELETE t :t",
          "id = :s AND begins_with(r, :s)", "a, b.c[2], #x.y"};
}

// The same text as every kind of expression, on an item that has something of every type.
void RunExpression(std::string_view text) {
  static Database& db = *[] {
    auto* made = MakeDatabase().release();
    auto c = made->Connect();
    (void)c->Execute("CREATE TABLE e (id STRING, r STRING, PRIMARY KEY (id, r))");
    return made;
  }();
  const Value key = Value::Struct({{"id", "i"}, {"r", "r"}});
  PutItemRequest put;
  put.table = "e";
  put.item = Value::Struct({{"id", "i"},
                            {"r", "r"},
                            {"a", 1},
                            {"b", Value::Struct({{"c", Value::List({1, "x"})}})},
                            {"l", Value::List({1, 2, 3})},
                            {"t", Value::Set({"u", "v"}).value()}});
  FUZZ_CHECK(db.PutItem(put).ok());
  Expressions common;
  common.names = Expressions::Names{{"#x", "x y"}};
  common.values =
      Expressions::Values{{":n", 3}, {":s", "i"}, {":l", Value::List({1})}, {":t", Value::Set({"u"}).value()}};
  const auto told = [](const Status& s) { FUZZ_CHECK(s.ok() || !s.message().empty()); };
  for (const bool placeholders : {false, true}) {
    Expressions with;
    if (placeholders) with = common;
    put.expressions = with;
    put.expressions.condition = std::string(text);
    told(db.PutItem(put).status());
    UpdateItemRequest update;
    update.table = "e";
    update.key = key;
    update.expressions = with;
    update.expressions.update = std::string(text);
    told(db.UpdateItem(update).status());
    QueryRequest query;
    query.table = "e";
    query.expressions = with;
    query.expressions.key_condition = std::string(text);
    told(db.Query(query).status());
    ScanRequest scan;
    scan.table = "e";
    scan.expressions = with;
    scan.expressions.filter = std::string(text);
    told(db.Scan(scan).status());
    scan.expressions.projection.swap(scan.expressions.filter);
    told(db.Scan(scan).status());
  }
}

}  // namespace

const std::vector<Target>& TextTargets() {
  static const std::vector<std::string> words{" SELECT ",
                                              " VALUE ",
                                              " FROM ",
                                              " WHERE ",
                                              " GROUP BY ",
                                              " ORDER BY ",
                                              " LIMIT ",
                                              " AND ",
                                              " NOT ",
                                              " IN ",
                                              " IS MISSING ",
                                              " CASE WHEN ",
                                              " END ",
                                              "(",
                                              ")",
                                              "[",
                                              "]",
                                              "{",
                                              "}",
                                              "<<",
                                              ">>",
                                              "'",
                                              "\"",
                                              "`",
                                              ",",
                                              ";",
                                              " AS a ",
                                              " LEFT JOIN ",
                                              " UNPIVOT ",
                                              " EXISTS ",
                                              " BETWEEN ",
                                              " LIKE ",
                                              " ESCAPE ",
                                              "::",
                                              " SET ",
                                              " REMOVE ",
                                              " RETURNING ALL NEW * ",
                                              " UNION ALL ",
                                              " OVER (",
                                              "-9223372036854775808",
                                              "1e6000",
                                              "99999999999999999999999999999999999999",
                                              "0.1",
                                              "?",
                                              ":p",
                                              "--",
                                              "/*",
                                              "*/",
                                              "\xc3\xa9",
                                              "\xff",
                                              " EXPLAIN ",
                                              " ANALYZE ",
                                              " BEGIN",
                                              " COMMIT",
                                              " COUNT(*) ",
                                              " CAST(",
                                              " DATE '",
                                              " INTERVAL '",
                                              "t.*",
                                              "@",
                                              "\\"};
  static const std::vector<std::string> marks{
      "{", "}",    "[",   "]",  "(",  ")",  ",",     ":", "\"", "'",    "'''",   "\\u",    "\\",    "1e400", "-",
      ".", "null", "nan", "{{", "}}", "0x", "2020-", "T", "::", "\xff", "\"N\"", "\"SS\"", "\"B\"", "true"};
  static const std::vector<std::string> operators{" AND ",
                                                  " OR ",
                                                  "NOT ",
                                                  "(",
                                                  ")",
                                                  "[0]",
                                                  ".",
                                                  ",",
                                                  "=",
                                                  "<>",
                                                  "<",
                                                  ":n",
                                                  ":s",
                                                  ":l",
                                                  ":t",
                                                  "#x",
                                                  "size(",
                                                  "contains(",
                                                  "if_not_exists(",
                                                  " BETWEEN ",
                                                  " IN (",
                                                  "SET ",
                                                  " REMOVE ",
                                                  " ADD ",
                                                  " DELETE ",
                                                  "+",
                                                  "-",
                                                  "\xc3\xa9"};
  static const std::vector<Target>& targets = *new std::vector<Target>{
      {"plan", StatementSeeds, RunPlan, words, 300},
      {"execute", StatementSeeds, RunExecute, words, 250},
      {"ion", IonSeeds, RunIon, marks, 15'000},
      {"json", JsonSeeds, RunJson, marks, 15'000},
      {"expression", ExpressionSeeds, RunExpression, operators, 2'000},
  };
  return targets;
}

}  // namespace parton::fuzz
