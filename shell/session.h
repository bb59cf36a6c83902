// A session: one database with one connection, the settings of the shell, and the running of
// statements with their results, notices, errors and footers. Used by scripts and by the prompt
// alike.
//
// One thread; only the signal thread reaches in, through Connection::Cancel.
#ifndef PARTON_SHELL_SESSION_H_
#define PARTON_SHELL_SESSION_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parton/database.h"
#include "shell/render/output.h"
#include "shell/render/render.h"
#include "shell/script_reader.h"

namespace parton::shell {

// Exit statuses of the shell.
enum ExitStatus : int {
  kExitOk = 0,
  kExitStatementError = 1,
  kExitUsage = 2,
  kExitCannotOpen = 3,
};

struct SessionOptions {
  Mode mode = Mode::kTable;
  bool interactive = false;
  bool keep_going = false;
  bool json_errors = false;
  bool color = false;  // of results
  bool read_only = false;
  bool safe = false;                    // no files but those in safe_files, no commands, no other databases
  std::vector<std::string> safe_files;  // directories
  std::vector<std::pair<std::string, Value>> settings;  // of every connection it opens
};

class Session {
 public:
  explicit Session(const SessionOptions& options);
  ~Session();

  // Opens `path` and closes what was open before. On error the old one stays.
  Status Open(const std::string& path);
  bool is_open() const { return database_ != nullptr; }
  // Runs the sample in the database that is open, whatever settings the session has. False on error, which is reported.
  bool LoadSample();

  // Runs a statement or dot command. False on error, which is already reported.
  bool Run(const SourceStatement& statement);
  // Runs what the reader gives. Stops at the first error unless keep_going. False if there was one.
  bool RunScript(ScriptReader* reader);
  // A file that the user named, and what it reads; "-" is standard input.
  bool RunFile(const std::string& path, const SourceStatement& origin);

  void ReportError(const Status& error, const SourceStatement& statement);
  // A line on standard error.
  void Note(std::string_view text);

  // True when the rest is not to be run: .quit, nobody reads the results any more, SIGTERM.
  bool done() const;
  int exit_status() const;
  void Quit(int status) { quit_ = status; }

  // An error with --safe: `what` is a door out of the database.
  Status Refuse(std::string_view what) const;
  const FileAccess& files() const { return files_; }
  // Whether Open made the database.
  bool made_database() const { return made_database_; }

  Database* database() { return database_.get(); }
  Connection* connection() { return connection_.get(); }
  Output* output() { return &output_; }
  SessionOptions& options() { return options_; }
  bool interactive() const { return options_.interactive; }

  // The settings that dot commands change.
  bool timer = false;
  bool footer = true;
  bool pager = true;
  int max_cell = 0;
  bool explain_auto = false;
  std::vector<std::string> expand;         // paths whose nested values get columns of their own
  std::map<std::string, Value> variables;  // bound to :NAME
  std::string last_statement;
  std::vector<std::string> history;  // of the prompt, oldest first

  // `.once`: the next result goes to a file or command.
  Status SetOutputOnce(const std::string& target);
  Status SetOutput(const std::string& target);  // "": standard output
  Status SetVariable(const std::string& name, const std::string& expression);

 private:
  bool RunDotCommand(const SourceStatement& statement);
  bool RunStatement(const SourceStatement& statement);
  // With the shell's variables.
  Result<std::shared_ptr<ResultSet>> Execute(const std::string& text);
  Result<std::shared_ptr<ResultSet>> ExecutePlain(const std::string& text);
  Status CheckReadOnly(const Statement& statement) const;
  void BeginPaging();
  Status PrintResult(const std::string& statement, ResultSet* result, uint64_t* rows);
  void PrintFooter(const std::string& statement, const ResultSet& result, uint64_t rows, double milliseconds);
  std::vector<std::string> KeyColumns(const std::string& statement) const;
  void NotePartial(uint64_t rows, uint64_t examined);
  void ExplainFirst(const SourceStatement& statement);
  Look CurrentLook() const;
  bool FinishOutput(const SourceStatement& statement);

  SessionOptions options_;
  Output output_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
  FileAccess files_;
  bool made_database_ = false;
  bool only_reads_ = false;  // of a sample: the database itself had to be written to
  bool failed_ = false;
  bool once_ = false;
  int depth_ = 0;  // of .read
  std::optional<int> quit_;
};

}  // namespace parton::shell

#endif  // PARTON_SHELL_SESSION_H_
