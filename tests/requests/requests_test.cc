// The requests that EXPLAIN (FORMAT API) and (FORMAT CLI) show: DynamoDB would take each of them, and they mean what
// the statement means. The first is tried with every statement of the golden scripts, both with random statements over
// a small table: a model of the service runs the requests, Parton the statement.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "evaluate.h"
#include "model.h"
#include "parton/database.h"
#include "parton/script.h"
#include "statements.h"
#include "types/json/json_reader.h"

namespace parton::requests {
namespace {

Service ServiceOf(Connection& connection, const std::vector<std::string>& tables) {
  Service service;
  for (const std::string& name : tables) {
    auto rows = connection.Execute("DESCRIBE \"" + name + "\"");
    if (!rows.ok()) continue;
    auto all = (*rows)->All();
    if (all.ok() && !all->empty()) service.tables[name] = Table::FromDescription((*all)[0]);
  }
  return service;
}

Result<std::string> Explain(Connection& connection, const std::string& format, std::string_view statement) {
  auto result = connection.Execute("EXPLAIN (FORMAT " + format + ") " + std::string(statement));
  if (!result.ok()) return result.status();
  return (*result)->text();
}

// ---- Commands of the CLI

// The words of the commands, a list for each, as a POSIX shell reads them.
std::vector<std::vector<std::string>> ShellWords(const std::string& text) {
  std::vector<std::vector<std::string>> commands;
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  auto end_word = [&] {
    if (in_word) words.push_back(word);
    word.clear();
    in_word = false;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '#' && !in_word) {
      while (i < text.size() && text[i] != '\n') ++i;
    } else if (c == '\'') {
      in_word = true;
      for (++i; i < text.size() && text[i] != '\''; ++i) word += text[i];
    } else if (c == '\\' && i + 1 < text.size()) {
      if (text[++i] == '\n') continue;
      in_word = true;
      word += text[i];
    } else if (c == ' ' || c == '\n') {
      end_word();
      if (c == '\n' && !words.empty()) commands.push_back(std::exchange(words, {}));
    } else {
      in_word = true;
      word += c;
    }
  }
  end_word();
  if (!words.empty()) commands.push_back(words);
  return commands;
}

std::string Dashed(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !out.empty()) out += '-';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

// The commands say the same as the requests.
void ExpectSameCommands(const std::string& cli, const std::vector<Request>& requests, std::string_view statement) {
  const auto commands = ShellWords(cli);
  std::vector<Request> sent;
  for (const Request& r : requests) {
    if (!r.operation.empty()) sent.push_back(r);
  }
  ASSERT_EQ(commands.size(), sent.size()) << statement << "\n" << cli;
  for (size_t i = 0; i < commands.size(); ++i) {
    std::vector<std::string> words = {"aws", "dynamodb", Dashed(sent[i].operation)};
    for (const Field& f : FieldsOf(sent[i].body)) {
      if (f.value.is_bool()) {
        words.push_back((f.value.bool_value() ? "--" : "--no-") + Dashed(f.name));
        continue;
      }
      words.push_back(f.name == "Limit" ? "--max-items" : "--" + Dashed(f.name));
      words.push_back(f.value.is_text() ? std::string(f.value.bytes()) : f.value.ToJson());
    }
    std::vector<std::string> given = commands[i];
    for (std::string& word : given) {
      if (!word.starts_with("{") && !word.starts_with("[")) continue;
      if (Result<Value> json = ParseJson(word); json.ok()) word = json->ToJson();
    }
    EXPECT_EQ(given, words) << statement;
  }
}

// What the service says of each request; empty if it takes them all.
std::string Refusals(Service* service, const RequestList& list, bool* known) {
  if (!list.error.empty()) return list.error;
  *known = true;
  for (const Request& r : list.requests) {
    if (r.operation.empty()) continue;
    std::string error = service->Check(r.operation, r.body);
    *known = *known && service->known();
    if (!error.empty()) return r.operation + ": " + error + "\n" + r.body.ToJson();
  }
  return "";
}

// ---- The golden scripts

TEST(Requests, OfAllGoldenStatementsAreAccepted) {
  int explained = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(PARTON_SOURCE_DIR "/tests/golden")) {
    if (file.path().extension() != ".sql") continue;
    std::stringstream text;
    text << std::ifstream(file.path()).rdbuf();
    const std::string script = text.str();
    auto db = Database::Open(":memory:").value();
    auto connection = db->Connect();
    for (const ScriptStatement& s : SplitScript(script)) {
      // What a script does to files and settings of its own is of no concern here; errors are, but to others.
      const bool explain = s.text.starts_with("EXPLAIN");
      const size_t word = explain ? s.text.find_first_of(")\n ", s.text.find("FORMAT") + 12) : 0;
      const std::string_view statement = explain && s.text.find("FORMAT") != s.text.npos && word != s.text.npos &&
                                                 s.text.substr(0, word + 1).ends_with(")")
                                             ? s.text.substr(word + 1)
                                             : s.text;
      Result<std::string> api = Explain(*connection, "API", statement);
      if (api.ok()) {
        ++explained;
        Service service = ServiceOf(*connection, db->TableNames());
        const RequestList list = ParseRequests(*api);
        bool known = true;
        EXPECT_EQ(Refusals(&service, list, &known), "") << file.path() << ":" << s.span.line << "\n" << s.text;
        Result<std::string> cli = Explain(*connection, "CLI", statement);
        ASSERT_TRUE(cli.ok());
        ExpectSameCommands(*cli, list.requests, s.text);
      }
      if (s.text.starts_with("COPY") || s.text.starts_with("IMPORT") || s.text.starts_with("BACKUP")) continue;
      auto result = connection->Execute(s.text);
      while (result.ok() && (*result)->Next()) {
      }
    }
  }
  EXPECT_GT(explained, 400);
}

// ---- Random statements

int Seeds() {
  const char* n = std::getenv("PARTON_RANDOM_SEEDS");
  return n == nullptr ? 3 : std::atoi(n);
}

constexpr const char* kTables =
    "CREATE TABLE t (k STRING, s NUMBER, PRIMARY KEY (k, s), GLOBAL INDEX g (a NUMBER, b STRING),"
    " GLOBAL INDEX thin (b STRING, s NUMBER) PROJECT INCLUDE (c), LOCAL INDEX l (k, a));"
    "CREATE TABLE u (k STRING, PRIMARY KEY (k))";

std::vector<Value> ItemsOf(Connection& connection, const std::string& table) {
  return connection.Execute("SELECT * FROM " + table).value()->All().value();
}

// Whether each of `a` is in `b`, as often; `equal`: and nothing else is.
bool Within(const std::vector<Value>& a, std::vector<Value> b, bool equal) {
  if (equal && a.size() != b.size()) return false;
  for (const Value& v : a) {
    auto it = std::find_if(b.begin(), b.end(), [&](const Value& w) { return Same(v, w); });
    if (it == b.end()) return false;
    b.erase(it);
  }
  return true;
}

std::string Shown(const std::vector<Value>& items) {
  std::string out;
  for (const Value& v : items) out += "  " + v.ToLiteral() + "\n";
  return out;
}

std::vector<Value> Projected(const std::vector<Value>& items, const std::vector<std::string>& columns) {
  std::vector<Value> out;
  for (const Value& item : items) {
    std::vector<Field> fields;
    for (const std::string& name : columns) fields.push_back({name, item.Get(name)});
    out.push_back(Value::Struct(std::move(fields)));
  }
  return out;
}

// How far the notes let the requests' own answers differ from the statement's.
struct Notes {
  bool exact = true;     // they do not
  bool superset = true;  // the client takes some of the items away
  bool skips = false;    // ConditionalCheckFailedException is no error
  bool fails = false;    // the statement is an error
  bool apart = false;    // a request may be done though another one is refused
  bool nulls = false;    // the request may be refused where the statement sets NULL
};

Notes Read(const RequestList& list) {
  Notes n;
  for (const Request& r : list.requests) {
    for (const std::string& note : r.notes) {
      if (note.ends_with("ConditionalCheckFailedException is no error")) {
        n.skips = true;
        continue;
      }
      if (note.starts_with("in the client: nothing of ") || note.starts_with("in the client: Empty")) continue;
      if (note.starts_with("in the client: the writes are not atomic together")) {
        n.apart = true;
        continue;
      }
      if (note.starts_with("where an operand is NULL, ")) {
        n.nulls = true;
        continue;
      }
      if (note.starts_with("in the client: the statement fails")) {
        n.fails = true;
        continue;
      }
      n.exact = false;
      n.superset = n.superset &&
                   (note.starts_with("in the client: keep items with ") || note.starts_with("page by page, until ") ||
                    note.starts_with("in the client: Limit") || note.starts_with("in the client: Sort") ||
                    note.starts_with("in the client: TopRows") || note.starts_with("in the client: put the items") ||
                    note.starts_with("in the client: take each item once"));
    }
  }
  return n;
}

class RandomRequests : public testing::TestWithParam<bool> {
 protected:
  void Open(uint64_t seed) {
    connection_.reset();
    plain_.reset();
    statements_ = std::make_unique<Statements>(seed, GetParam());
    db_ = Database::Open(":memory:").value();
    connection_ = db_->Connect();
    plain_ = db_->Connect();
    ASSERT_TRUE(plain_->ExecuteScript(kTables).ok());
    for (int i = 0; i < 24; ++i) (void)plain_->Execute("REPLACE INTO t VALUE " + statements_->Item());
    ASSERT_TRUE(connection_->Set("dialect", GetParam() ? "dynamodb" : "extended").ok());
    service_ = ServiceOf(*plain_, {"t", "u"});
  }
  void Reload() { service_.tables["t"].items = ItemsOf(*plain_, "t"); }

  // The requests of a statement, if it has some; those that the service refuses are failures.
  bool Requests(const std::string& statement, RequestList* list, bool* known) {
    Result<std::string> api = Explain(*connection_, "API", statement);
    if (!api.ok()) return false;
    text_ = *api;
    *list = ParseRequests(*api);
    const std::string refused = Refusals(&service_, *list, known);
    EXPECT_EQ(refused, "") << statement << "\n" << text_;
    return refused.empty();
  }

  void TryRead(const std::string& statement) {
    RequestList list;
    bool known = true;
    if (!Requests(statement, &list, &known) || !known) return;
    auto result = connection_->Execute(statement);
    if (!result.ok()) return;
    const std::vector<std::string> columns = (*result)->columns();
    Result<std::vector<Value>> rows = (*result)->All();
    if (!rows.ok()) return;
    std::vector<Value> answers;
    for (const Request& r : list.requests) {
      if (r.operation.empty()) continue;
      Service::Answer a = service_.Run(r.operation, r.body);
      ASSERT_EQ(a.error, "") << statement;
      answers.insert(answers.end(), a.items.begin(), a.items.end());
    }
    const Notes notes = Read(list);
    if (!columns.empty()) answers = Projected(answers, columns);
    if (notes.superset || notes.exact) {
      ++compared_;
      EXPECT_TRUE(Within(*rows, answers, notes.exact)) << statement << "\n"
                                                       << text_ << "the statement:\n"
                                                       << Shown(*rows) << "the requests:\n"
                                                       << Shown(answers);
    }
  }

  void TryWrite(const std::string& statement) {
    RequestList list;
    bool known = true;
    if (!Requests(statement, &list, &known)) return;
    const Notes notes = Read(list);
    Reload();
    const std::vector<Value> before = service_.tables["t"].items;
    std::string error = notes.fails ? "the statement fails" : "";
    for (const Request& r : list.requests) {
      if (r.operation.empty() || !known || !notes.exact) continue;
      Service::Answer a = service_.Run(r.operation, r.body);
      if (!a.error.empty() && !(notes.skips && a.error == "ConditionalCheckFailedException")) error = a.error;
    }
    const std::vector<Value> expected = service_.tables["t"].items;
    auto result = connection_->Execute(statement);
    const Status status = result.ok() ? Status() : result.status();
    Reload();
    if (!known || !notes.exact) return;
    if (notes.nulls && status.ok() && error.ends_with("an incorrect data type")) return;
    ++compared_;
    EXPECT_EQ(error.empty(), status.ok())
        << statement << "\n"
        << text_ << "the statement: " << status.ToString() << "\nthe requests: " << error << "\nthe items before:\n"
        << Shown(before);
    if (notes.apart && !error.empty()) return;
    EXPECT_TRUE(Within(expected, service_.tables["t"].items, true))
        << statement << "\n"
        << text_ << "before:\n"
        << Shown(before) << "the statement:\n"
        << Shown(service_.tables["t"].items) << "the requests:\n"
        << Shown(expected);
  }

  std::unique_ptr<Database> db_;
  std::unique_ptr<Connection> connection_, plain_;
  std::unique_ptr<Statements> statements_;
  Service service_;
  std::string text_;
  int compared_ = 0;
};

TEST_P(RandomRequests, MeanWhatTheStatementsMean) {
  for (int seed = 1; seed <= Seeds() && !HasFailure(); ++seed) {
    Open(static_cast<uint64_t>(seed));
    for (int i = 0; i < 400 && !HasFailure(); ++i) {
      SCOPED_TRACE(fmt::format("seed {}, statement {}", seed, i));
      if (i % 10 == 0) Reload();
      if (statements_->Chance(60)) {
        Reload();
        TryRead(statements_->Select());
      } else {
        TryWrite(statements_->Write());
      }
    }
  }
  EXPECT_GT(compared_, 60 * Seeds());
}

INSTANTIATE_TEST_SUITE_P(Dialects, RandomRequests, testing::Bool(),
                         [](const auto& dynamo) { return dynamo.param ? "dynamodb" : "extended"; });

}  // namespace
}  // namespace parton::requests
