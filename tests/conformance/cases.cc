#include "cases.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

namespace parton::conformance {

namespace {

using Json = rapidjson::Value;

std::string Text(const Json& object, const char* key) {
  auto member = object.FindMember(key);
  if (member == object.MemberEnd() || !member->value.IsString()) return {};
  return {member->value.GetString(), member->value.GetStringLength()};
}

Result<Expectation> ParseExpectation(const std::string& word) {
  if (word == "EvaluationSuccess") return Expectation::kSuccess;
  if (word == "EvaluationFail") return Expectation::kFailure;
  if (word == "SyntaxSuccess") return Expectation::kSyntaxSuccess;
  if (word == "SyntaxFail") return Expectation::kSyntaxFailure;
  if (word == "StaticAnalysisFail") return Expectation::kStaticFailure;
  return Status::Validation("unknown result '" + word + "'");
}

Result<Case> ReadCase(std::shared_ptr<const rapidjson::Document> line) {
  Case c;
  c.id = Text(*line, "id");
  c.file = Text(*line, "file");
  c.name = Text(*line, "name");
  std::string mode = Text(*line, "mode");
  c.mode = mode == "coerce" ? Mode::kCoerce : mode == "error" ? Mode::kError : Mode::kNone;
  PARTON_ASSIGN_OR_RETURN(c.expectation, ParseExpectation(Text(*line, "result")));
  if (line->HasMember("statement")) c.statements.push_back(Text(*line, "statement"));
  if (auto list = line->FindMember("statements"); list != line->MemberEnd()) {
    if (!list->value.IsArray()) return Status::Validation("'statements' is no array");
    for (const Json& s : list->value.GetArray()) {
      if (!s.IsString()) return Status::Validation("a statement is no text");
      c.statements.emplace_back(s.GetString(), s.GetStringLength());
    }
  }
  if (c.id.empty() || c.statements.empty()) return Status::Validation("no id or no statement");
  c.env = Text(*line, "env");
  c.output_text = Text(*line, "output_text");
  if (auto output = line->FindMember("output"); output != line->MemberEnd()) {
    c.output = &output->value;
  }
  bool success = c.expectation == Expectation::kSuccess;
  if (success != (c.output != nullptr)) return Status::Validation("'output' does not fit 'result'");
  c.line = std::move(line);
  return c;
}

Status LoadFile(const std::filesystem::path& path, Suite* suite) {
  std::ifstream in(path);
  if (!in) return Status::IoError(fmt::format("cannot read {}", path.string()));
  std::string text;
  for (int number = 1; std::getline(in, text); ++number) {
    if (text.empty()) continue;
    auto at = [&](const std::string& what) {
      return Status::Validation(fmt::format("{}:{}: {}", path.string(), number, what));
    };
    auto line = std::make_shared<rapidjson::Document>();
    line->Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
    if (line->HasParseError()) return at(rapidjson::GetParseError_En(line->GetParseError()));
    if (!line->IsObject()) return at("no object");
    if (Text(*line, "kind") == "env") {
      if (!line->HasMember("env") || !(*line)["env"].IsArray()) return at("'env' is no array");
      suite->environments[Text(*line, "id")] = std::move(line);
      continue;
    }
    Result<Case> c = ReadCase(std::move(line));
    if (!c.ok()) return at(c.status().message());
    suite->cases.push_back(std::move(c).value());
  }
  return Status::Ok();
}

Status LoadDisputed(const std::filesystem::path& directory, Suite* suite) {
  std::ifstream in(directory / "disputed.tsv");
  std::string line;
  while (std::getline(in, line)) {
    size_t id_end = line.find('\t');
    if (id_end == std::string::npos) continue;
    size_t kind = line.find('\t', id_end + 1);
    if (kind == std::string::npos) continue;
    if (std::string_view(line).substr(kind + 1).starts_with("hard\t")) {
      suite->disputed.insert(line.substr(0, id_end));
    }
  }
  return Status::Ok();
}

}  // namespace

bool Case::extended() const { return file.starts_with("partiql-tests-data-extended/"); }

bool Case::graph() const { return file.find("/graph/") != std::string::npos; }

Result<Suite> LoadSuite(const std::vector<std::string>& paths) {
  namespace fs = std::filesystem;
  std::set<fs::path> files, directories;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.insert(path);
      directories.insert(fs::path(path).parent_path());
      continue;
    }
    directories.insert(path);
    for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
      if (entry.path().extension() == ".jsonl") files.insert(entry.path());
    }
    if (error) return Status::IoError(fmt::format("{}: {}", path, error.message()));
  }
  Suite suite;
  for (const fs::path& file : files) PARTON_RETURN_IF_ERROR(LoadFile(file, &suite));
  for (const fs::path& d : directories) PARTON_RETURN_IF_ERROR(LoadDisputed(d, &suite));
  for (const Case& c : suite.cases) {
    if (!c.env.empty() && !suite.environments.contains(c.env)) {
      return Status::Validation(fmt::format("case {}: no environment {}", c.id, c.env));
    }
  }
  return suite;
}

}  // namespace parton::conformance
