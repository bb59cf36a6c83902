#include "shell/test_runner/runner.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "parton/script.h"
#include "shell/test_runner/observed.h"
#include "shell/test_runner/test_script.h"
#include "types/sync/mutex.h"

namespace parton::shell {

namespace fs = std::filesystem;

namespace {

Result<std::string> ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return Status::IoError(fmt::format("cannot read {}", path.string()));
  return text.str();
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// A directory of its own, removed at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (fs::temp_directory_path() / "parton-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Cancels what a connection runs when its time is over.
class Deadline {
 public:
  Deadline(Connection* connection, double seconds) {
    if (seconds <= 0) return;
    thread_ = std::thread([this, connection, seconds] {
      MutexLock lock(mutex_);
      const auto until = std::chrono::steady_clock::now() +
                         std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
      while (!ended_) {
        if (!done_.WaitUntil(mutex_, until)) break;
      }
      if (ended_) return;
      passed_ = true;
      connection->Cancel();
    });
  }
  ~Deadline() { (void)End(); }
  // The statement has ended. Whether its time was over.
  bool End() {
    if (!thread_.joinable()) return passed_;
    {
      const MutexLock lock(mutex_);
      ended_ = true;
    }
    done_.NotifyOne();
    thread_.join();
    return passed_;
  }

 private:
  Mutex mutex_;
  CondVar done_;
  bool ended_ GUARDED_BY(mutex_) = false;
  bool passed_ = false;  // read once the thread has ended
  std::thread thread_;
};

class FileRun {
 public:
  FileRun(TestFile file, const RunnerOptions& options) : file_(std::move(file)), path_(file_.path), options_(options) {
    files_.all = !options.safe;
    if (files_.all) return;
    files_.readable.push_back(fs::absolute(fs::path(path_)).parent_path().string());
    if (!directory_.path().empty()) files_.writable.push_back(directory_.path());
  }

  FileResult Run() {
    result_.path = path_;
    const Result<std::string> text = ReadFile(path_);
    if (!text.ok()) return Failed("read", 0, text.status().message());
    Result<TestScript> parsed = ParseTestScript(path_, *text);
    if (!parsed.ok()) {
      return Failed("script", parsed.status().span().line, parsed.status().ToString());
    }
    TestScript& script = *parsed;
    bool on_disk = false;
    for (const TestStep& s : script.steps) {
      if (!s.directive) continue;
      on_disk = on_disk || s.text == "restart" || s.text == "directory";
      if (s.text.starts_with("skip-unless-file ")) {
        const std::string file = Substitute(s.text.substr(17));
        if (Status refused = files_.MayRead(file); !refused.ok())
          return Failed("skip-unless-file", s.line, refused.message());
        if (!fs::exists(file)) {
          result_.skipped = file + " is not there";
          return result_;
        }
      }
    }
    if (!options_.endpoint.empty() && on_disk) {
      result_.skipped = "it needs a database on disk";
      return result_;
    }
    database_path_ = !options_.endpoint.empty() ? options_.endpoint : on_disk ? directory_.path() + "/db" : ":memory:";
    if (Status s = Open(); !s.ok()) return Failed("open", 0, s.ToString());
    if (remote() && !database_->TableNames().empty()) return Failed("open", 0, "the engine has tables already");
    const std::vector<std::string> folders = SetupDirectories(file_);
    for (const std::string& folder : folders) {
      if (!RunPlain(fs::path(folder) / "setup.sql")) return result_;
    }
    FindLine(script);
    for (TestStep& step : script.steps) {
      if (!(step.directive ? Directive(step) : Step(&step))) break;
      if ((options_.fail_fast && result_.failed() > 0) || (file_.line != 0 && step.line >= line_)) break;
    }
    if (database_ != nullptr) {
      if (Counts("check", 0) && !remote()) CheckDatabase("check", 0);
      for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
        (void)RunPlain(fs::path(*folder) / "teardown.sql");
      }
    }
    if (remote() && database_ != nullptr) DropTables();
    Close();
    if (options_.update) WriteBack(script);
    return std::move(result_);
  }

 private:
  // The statement that file_.line is in: the last one that starts there or before.
  void FindLine(const TestScript& script) {
    if (file_.line == 0) return;
    for (const TestStep& s : script.steps) {
      if (!s.directive && (line_ == 0 || s.line <= file_.line)) line_ = s.line;
    }
  }
  bool Counts(const std::string& name, uint32_t line) const {
    if (file_.line != 0) return line == line_;
    return options_.filter.empty() || (path_ + ": " + name).find(options_.filter) != std::string::npos;
  }
  std::string NameOf(const TestStep& step) const {
    return group_.empty() ? fmt::format("line {}", step.line) : fmt::format("{}, line {}", group_, step.line);
  }

  FileResult Failed(std::string name, uint32_t line, std::string why) {
    result_.tests.push_back({std::move(name), line, std::move(why) + "\n", 0});
    return result_;
  }

  std::string Substitute(const std::string& text) const {
    if (text.find("${") == std::string::npos) return text;
    const fs::path folder = fs::absolute(fs::path(path_)).parent_path();
    return Replaced(Replaced(text, "${DIR}", folder.lexically_normal().string()), "${TMP}", directory_.path());
  }

  // Tests check plans too.
  std::unique_ptr<Connection> Connect() {
    auto connection = database_->Connect();
    (void)connection->Set("validate_plans", Value::Bool(true));
    return connection;
  }
  Status Open() {
    Options options;
    options.files = files_;
    PARTON_ASSIGN_OR_RETURN(database_, Database::Open(database_path_, options));
    connections_["main"] = Connect();
    current_ = connections_["main"].get();
    return Status::Ok();
  }
  void Close() {
    connections_.clear();
    database_.reset();
    current_ = nullptr;
  }

  // setup.sql and teardown.sql: statements without expectations.
  bool RunPlain(const fs::path& path) {
    if (!fs::exists(path)) return true;
    const Result<std::string> text = ReadFile(path);
    if (!text.ok()) {
      Failed(path.filename().string(), 0, text.status().message());
      return false;
    }
    for (const ScriptStatement& s : SplitScript(*text)) {
      const Observed o = Observe(current_, Substitute(std::string(s.text)));
      if (!o.status.ok()) {
        Failed(path.filename().string(), s.span.line, o.status.ToString());
        return false;
      }
    }
    return true;
  }

  bool remote() const { return !options_.endpoint.empty(); }
  void DropTables() {
    const auto connection = database_->Connect();
    for (const std::string& table : database_->TableNames()) {
      std::string quoted = "\"";
      for (const char c : table) quoted += c == '"' ? "\"\"" : std::string(1, c);
      const auto dropped = connection->Execute("DROP TABLE " + quoted + "\"");
      if (!dropped.ok()) Failed("drop " + table, 0, dropped.status().ToString());
    }
  }

  void CheckDatabase(const std::string& name, uint32_t line) {
    std::string problems;
    for (const std::string& p : database_->Check()) problems += p + "\n";
    result_.tests.push_back({name, line, problems, 0});
  }

  bool Directive(const TestStep& step) {
    if (step.text == "check") {
      if (!remote()) CheckDatabase("check", step.line);
    } else if (step.text == "restart") {
      Close();
      if (Status s = Open(); !s.ok()) {
        Failed("restart", step.line, s.ToString());
        return false;
      }
    } else if (step.text.starts_with("connection ")) {
      auto& connection = connections_[step.text.substr(11)];
      if (connection == nullptr) connection = Connect();
      current_ = connection.get();
    } else if (step.text.starts_with("test ")) {
      group_ = step.text.substr(5);
    } else if (step.text != "directory" && !step.text.starts_with("skip-unless-file ")) {
      Failed("directive", step.line, "unknown directive @" + step.text);
    }
    return true;
  }

  bool Step(TestStep* step) {
    const auto start = std::chrono::steady_clock::now();
    const std::string statement = Substitute(step->text);
    // The plan first: it may depend on what the statement changes.
    std::string plan;
    Status planned;
    if (step->expect.plan) {
      Result<std::string> observed = ObservePlan(current_, statement);
      if (observed.ok())
        plan = *observed;
      else
        planned = observed.status();
    }
    Deadline deadline(current_, options_.timeout);
    Observed o = Observe(current_, statement);
    const bool late = deadline.End();
    o.plan = plan;
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    if (options_.update) {
      updates_[step->first_line] = {step->last_line, ExpectationLines(o, step->expect)};
      // A statement of which nothing was asked and that gave nothing to show stays as it is.
      if (step->expect.empty() && o.status.ok() && o.kind == ResultKind::kDone) {
        updates_.erase(step->first_line);
      }
      return true;
    }
    const std::string name = NameOf(*step);
    if (remote() && o.status.code() == StatusCode::kUnsupported) return true;
    std::string wrong;
    if (late) wrong = fmt::format("it did not end within {} s\n", options_.timeout);
    if (!planned.ok()) wrong += "EXPLAIN failed: " + planned.ToString() + "\n";
    if (!late) wrong += Compare(o, step->expect, &reader_);
    // What goes wrong on the way to the tests asked for is theirs.
    if (Counts(name, step->line) || (!wrong.empty() && !o.status.ok())) {
      result_.tests.push_back({name, step->line, wrong.empty() ? "" : FirstLines(statement) + wrong, ms});
    }
    return true;
  }

  static std::string FirstLines(const std::string& statement) {
    constexpr size_t kShown = 400;
    return "  " + Replaced(statement.size() > kShown ? statement.substr(0, kShown) + " ..." : statement, "\n", "\n  ") +
           "\n";
  }

  void WriteBack(const TestScript& script) {
    std::string text;
    for (size_t i = 0; i <= script.lines.size(); ++i) {
      const auto update = updates_.find(i);
      if (update != updates_.end()) {
        for (const std::string& line : update->second.second) text += line + "\n";
        // Directives and notes in the block stay.
        for (size_t k = i; k < update->second.first; ++k) {
          const std::string& line = script.lines[k];
          const size_t at = line.find_first_not_of("- \t");
          if (at != std::string::npos && (line[at] == '@' || line[at] == '#')) text += line + "\n";
        }
        if (update->second.first > i) {
          i = update->second.first - 1;
          continue;
        }
      }
      if (i < script.lines.size()) text += script.lines[i] + "\n";
    }
    const std::string temporary = path_ + ".new";
    std::ofstream out(temporary, std::ios::binary);
    out << text;
    out.close();
    std::error_code error;
    if (out) fs::rename(temporary, path_, error);
    if (!out || error) Failed("update", 0, "cannot write " + path_);
  }

  TestFile file_;
  std::string path_;
  RunnerOptions options_;
  uint32_t line_ = 0;  // where the statement asked for starts; 0: all are
  std::string group_;  // of the last @test
  TemporaryDirectory directory_;
  FileAccess files_;
  std::string database_path_;
  std::unique_ptr<Database> database_;
  std::map<std::string, std::unique_ptr<Connection>> connections_;
  Connection* current_ = nullptr;
  LiteralReader reader_;
  FileResult result_;
  std::map<size_t, std::pair<size_t, std::vector<std::string>>> updates_;
};

}  // namespace

size_t FileResult::failed() const {
  return static_cast<size_t>(
      std::count_if(tests.begin(), tests.end(), [](const TestResult& t) { return !t.failure.empty(); }));
}

Result<std::vector<TestFile>> FindTestFiles(const std::vector<std::string>& paths) {
  std::vector<TestFile> files;
  for (std::string p : paths) {
    std::error_code error;
    uint32_t line = 0;
    const size_t colon = p.rfind(':');
    if (!fs::exists(p, error) && colon != std::string::npos && colon + 1 < p.size() && p.size() - colon < 9 &&
        p.find_first_not_of("0123456789", colon + 1) == std::string::npos) {
      line = static_cast<uint32_t>(std::stoul(p.substr(colon + 1)));
      p.resize(colon);
    }
    if (fs::is_directory(p, error)) {
      std::vector<std::string> inside;
      for (const auto& entry : fs::recursive_directory_iterator(p, error)) {
        const std::string name = entry.path().filename().string();
        if (entry.path().extension() == ".sql" && name != "setup.sql" && name != "teardown.sql") {
          inside.push_back(entry.path().string());
        }
      }
      std::sort(inside.begin(), inside.end());
      for (std::string& path : inside) files.push_back({std::move(path), p, 0});
    } else if (fs::exists(p, error)) {
      files.push_back({p, fs::path(p).parent_path().string(), line});
    } else {
      return Status::IoError(fmt::format("{} does not exist", p));
    }
  }
  if (files.empty()) return Status::Validation("there is no .sql file");
  return files;
}

std::vector<std::string> SetupDirectories(const TestFile& file) {
  std::error_code error;
  const fs::path top = fs::weakly_canonical(file.top.empty() ? "." : file.top, error);
  std::vector<std::string> below_top;
  std::vector<std::string> all;
  bool reached_top = false;
  for (fs::path folder = fs::weakly_canonical(file.path, error).parent_path();; folder = folder.parent_path()) {
    all.insert(all.begin(), folder.string());
    if (!reached_top) below_top = all;
    reached_top = reached_top || folder == top;
    if (fs::exists(folder / ".git", error)) return all;
    if (folder == folder.parent_path()) return below_top;
  }
}

FileResult RunTestFile(const TestFile& file, const RunnerOptions& options) { return FileRun(file, options).Run(); }

std::vector<FileResult> RunTestFiles(const std::vector<TestFile>& files, const RunnerOptions& options) {
  std::vector<FileResult> results(files.size());
  std::atomic<size_t> next{0};
  std::atomic<bool> stop{false};
  const auto work = [&] {
    for (size_t i = next++; i < files.size() && !stop; i = next++) {
      results[i] = RunTestFile(files[i], options);
      if (options.fail_fast && results[i].failed() > 0) stop = true;
    }
  };
  std::vector<std::thread> threads;
  const size_t count = std::min(files.size(), static_cast<size_t>(std::max(options.jobs, 1)));
  for (size_t i = 1; i < count; ++i) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  // Scripts that were not started have no path.
  std::erase_if(results, [](const FileResult& r) { return r.path.empty(); });
  return results;
}

}  // namespace parton::shell
