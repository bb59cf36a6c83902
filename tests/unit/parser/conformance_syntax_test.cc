// Every statement of the official suite's sample and of ddbsh's tests: accepted or refused as it
// should be, and always in the first stage. Skipped where ../shared is absent.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "parser/parser.h"
#include "parser/scanner.h"

namespace parton {
namespace {

namespace fs = std::filesystem;

fs::path Shared(const char* folder) { return fs::path(PARTON_SOURCE_DIR).parent_path() / "shared" / folder; }

std::vector<std::string> Lines(const fs::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

struct SuiteCase {
  std::string id;
  std::string result;
  std::vector<std::string> statements;
};

std::vector<SuiteCase> SuiteCases(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<SuiteCase> cases;
  for (const fs::path& file : files) {
    for (const std::string& line : Lines(file)) {
      if (line.starts_with("{\"kind\": \"env\"") || line.starts_with("{\"kind\":\"env\"")) continue;
      rapidjson::Document d;
      d.Parse<rapidjson::kParseNumbersAsStringsFlag>(line.c_str(), line.size());
      if (d.HasParseError() || std::string_view(d["kind"].GetString()) != "case") continue;
      SuiteCase c{d["id"].GetString(), d["result"].GetString(), {}};
      if (d.HasMember("statement") && d["statement"].IsString()) {
        c.statements.push_back(d["statement"].GetString());
      } else if (d.HasMember("statements")) {
        for (const auto& s : d["statements"].GetArray()) c.statements.push_back(s.GetString());
      }
      cases.push_back(std::move(c));
    }
  }
  return cases;
}

// Cases that contradict the suite itself.
std::set<std::string> Disputed(const fs::path& folder) {
  std::set<std::string> ids;
  for (const std::string& line : Lines(folder / "disputed.tsv")) {
    for (size_t at = 0; at + 14 <= line.size(); ++at) {
      std::string word = line.substr(at, 14);
      if (word[12] == '.' &&
          std::all_of(word.begin(), word.begin() + 12, [](unsigned char c) { return std::isxdigit(c) != 0; })) {
        ids.insert(word);
      }
    }
  }
  return ids;
}

TEST(ConformanceSyntaxTest, SuiteParsesInTheFirstStage) {
  fs::path folder = Shared("conformance");
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is absent";
  std::set<std::string> disputed = Disputed(folder);
  ParseCounters before = GetParseCounters();
  int parsed = 0;
  int refused = 0;
  for (const SuiteCase& c : SuiteCases(folder)) {
    for (const std::string& statement : c.statements) {
      Result<ast::Script> script = Parse(statement);
      ++(script.ok() ? parsed : refused);
      if (c.result == "SyntaxFail") {
        EXPECT_FALSE(script.ok()) << c.id << " should be refused: " << statement;
      } else if (c.result == "SyntaxSuccess" || c.result == "EvaluationSuccess") {
        if (disputed.count(c.id) != 0) continue;
        EXPECT_TRUE(script.ok()) << c.id << " " << script.status().ToString() << "\n" << statement;
      }
      if (!script.ok()) {
        EXPECT_FALSE(script.status().message().empty()) << statement;
      }
    }
  }
  ParseCounters after = GetParseCounters();
  RecordProperty("sll", static_cast<int>(after.sll - before.sll));
  RecordProperty("ll", static_cast<int>(after.ll - before.ll));
  std::printf("%d statements parsed, %d refused; SLL %d, LL %d\n", parsed, refused,
              static_cast<int>(after.sll - before.sll), static_cast<int>(after.ll - before.ll));
  EXPECT_GT(parsed, 1000);
  EXPECT_EQ(after.ll - before.ll, 0u);
}

TEST(ConformanceSyntaxTest, DdbshStatementsParse) {
  fs::path folder = Shared("ddbsh");
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is absent";
  ParseCounters before = GetParseCounters();
  for (const auto& entry : fs::directory_iterator(folder / "setup")) {
    std::ifstream in(entry.path());
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    Result<ast::Script> script = Parse(text);
    EXPECT_TRUE(script.ok()) << entry.path() << " " << script.status().ToString();
    if (script.ok()) {
      EXPECT_EQ(script->statements.size(), SplitStatements(text).size());
    }
  }
  for (const std::string& line : Lines(folder / "cases.jsonl")) {
    rapidjson::Document d;
    d.Parse(line.c_str(), line.size());
    ASSERT_FALSE(d.HasParseError());
    std::vector<std::string> statements;
    if (d.HasMember("setup") && d["setup"].IsArray()) {
      for (const auto& s : d["setup"].GetArray()) statements.push_back(s.GetString());
    }
    const auto& expect = d["expect"];
    bool wrong = expect.HasMember("error") && std::string_view(expect["error"].GetString()) == "Syntax";
    if (!wrong) statements.push_back(d["statement"].GetString());
    for (const std::string& statement : statements) {
      Result<ast::Script> script = Parse(statement);
      EXPECT_TRUE(script.ok()) << d["id"].GetString() << " " << script.status().ToString() << "\n" << statement;
    }
  }
  EXPECT_EQ(GetParseCounters().ll - before.ll, 0u);
}

}  // namespace
}  // namespace parton
