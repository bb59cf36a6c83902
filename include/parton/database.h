// Parton's embedding API: a Database holds tables; Connections run PartiQL statements on it.
//
//   auto db = parton::Database::Open("music.db").value();
//   auto connection = db->Connect();
//   connection->Execute("CREATE TABLE songs (artist STRING, title STRING, PRIMARY KEY (artist, title))").value();
//   connection->Execute("INSERT INTO songs VALUE {'artist': ?, 'title': ?}", {"Nina", "Feeling Good"}).value();
//   auto songs = connection->Execute("SELECT * FROM songs WHERE artist = ?", {"Nina"}).value();
//   for (const parton::Value& song : *songs) std::puts(song["title"].ToLiteral().c_str());
//   if (!songs->status().ok()) std::puts(songs->status().ToString().c_str());   // an error ends the rows, too
//
// Threads: a Database is shared freely between threads. A Connection, with its Statements and ResultSets,
// belongs to one thread at a time; only Connection::Cancel may be called from any thread.
// Lifetime: Connections end before their Database, Statements and ResultSets before their Connection. One that is
// still there gives an error (kValidation) from then on: its rows end, a transaction it had is rolled back. No other
// thread may be using them meanwhile. Values, once given out, stay good beyond all of them.
#ifndef PARTON_DATABASE_H_
#define PARTON_DATABASE_H_

#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parton/cache_metrics.h"
#include "parton/change_feed.h"
#include "parton/items.h"
#include "parton/requests.h"
#include "parton/status.h"
#include "parton/transaction.h"
#include "parton/value.h"

namespace parton {

class Backups;
class Streams;
class Tables;
struct AggregateDefinition;  // parton/functions.h
struct Function;

// The files that statements may name: in COPY, IMPORT, BACKUP, RESTORE, ADVISE FROM, csv() and the like. For statements
// that are not trusted. The database's own files and temporary ones are not concerned.
struct FileAccess {
  bool all = true;                    // whatever the process may
  std::vector<std::string> readable;  // if not all: files in these directories and below
  std::vector<std::string> writable;  // the same for writing; these files may be read too

  // The file or directory need not exist; links are followed first. Error (kIoError): refused.
  Status MayRead(const std::string& path) const;
  Status MayWrite(const std::string& path) const;
};

struct Options {
  bool create_if_missing = true;
  bool error_if_exists = false;
  bool read_only = false;
  // Sync every commit to disk. Off: a crash of the machine may lose the last commits, never part of one.
  bool durable = true;
  size_t cache_bytes = size_t{256} << 20;  // of uncompressed blocks
  // Of single items, beside cache_bytes and no part of any statement's memory limit; 0: none. Never stale.
  size_t item_cache_bytes = size_t{64} << 20;
  // Of answers that may be stale, for statements that ask for them (SET cache, WITH (cache = ...)).
  size_t answer_cache_bytes = size_t{16} << 20;
  size_t write_buffer_bytes = size_t{64} << 20;
  size_t block_bytes = size_t{16} << 10;
  bool compression = true;
  int threads = 0;                              // for scans; 0: as many as the machine has cores
  size_t memory_limit_bytes = size_t{1} << 30;  // per statement, before it spills
  std::function<int64_t()> clock_ms;            // epoch milliseconds; null: the system's
  // Triggers, TTL and trimming on threads of their own; off: only Settle() and ADVANCE CLOCK run them.
  bool background = true;
  // Tables with provisioned throughput refuse what exceeds it, as DynamoDB's do: for one-shot requests
  // (parton/requests.h), and for connections until they SET throttle.
  bool throttle = false;
  FileAccess files;  // other files are refused with kIoError
};

enum class ResultKind : uint8_t {
  kRows,     // a query's bag or list: Next() and row()
  kValue,    // one value that is no collection: value()
  kChanged,  // INSERT, UPDATE, ...: affected(); rows if it has RETURNING
  kText,     // EXPLAIN and its like: text()
  kDone,     // DDL, SET, BEGIN, ...: text() may say what was done
};

// What a statement took. Valid at the end of the result.
struct ExecutionStats {
  uint64_t items_examined = 0;
  uint64_t bytes_read = 0;
  uint64_t seeks = 0;
  uint64_t cache_hits = 0;  // reads of an item by its key that the item cache answered
  uint64_t cache_misses = 0;
  uint64_t answer_hits = 0;  // reads that an answer was kept for, which may be stale
  uint64_t answer_misses = 0;
  double milliseconds = 0;  // from Execute to the end of the rows
  std::string access_path;  // "GetItem songs", "Query songs.by_year", ...; several joined by ", "

  // Consumed capacity: counted with SET capacity = on, SET throttle = on, RETURN CONSUMED CAPACITY and EXPLAIN
  // ANALYZE.
  bool capacity_counted = false;
  std::vector<ConsumedCapacity> capacity;
  double read_units = 0;  // the sums
  double write_units = 0;
};

class ResultSet {
 public:
  virtual ~ResultSet() = default;

  virtual ResultKind kind() const = 0;
  // True for a list (ORDER BY): the order of rows means something.
  virtual bool ordered() const = 0;
  // Moves to the next row. False at the end and on error; status() is OK only at the end. The query runs while rows are
  // fetched.
  virtual bool Next() = 0;
  // The current row: usually a STRUCT; any value for SELECT VALUE. MISSING before the first Next() and when there is
  // no more. The reference, and what GetBorrowed() and bytes() give of it, is valid until Next(); a copy of the Value
  // stays what it is.
  virtual const Value& row() const = 0;

  // OK unless the statement failed after Execute returned.
  virtual const Status& status() const = 0;

  // Of a result of another kind these are MISSING, 0 and empty.
  virtual const Value& value() const = 0;       // kValue
  virtual uint64_t affected() const = 0;        // kChanged: items written or removed
  virtual const std::string& text() const = 0;  // kText, kDone
  // Column names in the order of the select list where the statement gives them; else empty.
  virtual const std::vector<std::string>& columns() const = 0;
  // Warnings and notices ("scans the whole table t").
  virtual const std::vector<std::string>& notices() const = 0;
  virtual const ExecutionStats& stats() const = 0;
  // The position of the current row: a token for LIMIT n AFTER :token of the same statement, which then continues after
  // this row with one seek. It stays valid in other programs, and when the row is changed or deleted. After the last
  // row it is that of the last row. Empty before the first row, and where rows are not the items of one table or index
  // in key order (a sort, a join, groups; several threads, which AFTER NULL prevents).
  virtual std::string position() const = 0;

  // All remaining rows, owned. Error: status().
  Result<std::vector<Value>> All();

  // The remaining rows in a range-for, one pass: begin() moves to the next row as Next() does, and a row is valid until
  // the next step of the loop. After the loop status() is the error that ended it, or OK. The result needs a variable
  // of its own: for (... : *connection->Execute(text).value()) would walk a result that is destroyed already.
  class Iterator {
   public:
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    explicit Iterator(ResultSet* rows) : rows_(rows) { ++*this; }
    const Value& operator*() const { return rows_->row(); }
    const Value* operator->() const { return &rows_->row(); }
    Iterator& operator++() {
      if (!rows_->Next()) rows_ = nullptr;
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& i, std::default_sentinel_t) { return i.rows_ == nullptr; }

   private:
    ResultSet* rows_ = nullptr;
  };
  Iterator begin() { return Iterator(this); }
  static std::default_sentinel_t end() { return {}; }
};

class Statement {
 public:
  virtual ~Statement() = default;
  virtual int parameter_count() const = 0;
  // Names of `:name` parameters by position; empty strings for `?`.
  virtual const std::vector<std::string>& parameter_names() const = 0;
  // `position` from 1. The value is kept until bound again. Error (kValidation): there is no such parameter.
  virtual Status Bind(int position, Value value) = 0;
  virtual Status Bind(std::string_view name, Value value) = 0;
  // Runs it with the bound values. At most one ResultSet of a Statement is open at a time: running it again
  // ends the earlier one. Errors: as Connection::Execute; kValidation (a parameter has no value).
  virtual Result<ResultSet*> Execute() = 0;  // owned by the Statement
  Result<ResultSet*> Execute(std::vector<Value> parameters);
  virtual bool is_read_only() const = 0;
};

// Called now and then while a statement runs; false cancels it. `total` is 0 where unknown.
using ProgressCallback = std::function<bool(uint64_t done, uint64_t total)>;

class Connection {
 public:
  virtual ~Connection() = default;

  // Runs one statement, with values for its `?` in order. Errors: kSyntax and kValidation with their place in `text`,
  // and those of the statement. Errors that come while rows are fetched are in ResultSet::status().
  virtual Result<std::unique_ptr<ResultSet>> Execute(std::string_view text, std::vector<Value> parameters = {}) = 0;
  // The same with values for `:name` parameters.
  virtual Result<std::unique_ptr<ResultSet>> ExecuteNamed(
      std::string_view text, const std::vector<std::pair<std::string, Value>>& parameters) = 0;
  // Errors: kSyntax, and those of planning.
  virtual Result<std::unique_ptr<Statement>> Prepare(std::string_view text) = 0;
  // Runs all statements of a script in order; stops at the first error, whose position is in `script`.
  Status ExecuteScript(std::string_view script);

  // SET name = value, and SHOW name. Error (kValidation): the name or the value.
  virtual Status Set(std::string_view name, const Value& value) = 0;
  virtual Result<Value> Get(std::string_view name) const = 0;

  // Ends the statement that runs now with kCancelled; without one it does nothing. Threads: any.
  virtual void Cancel() = 0;
  virtual void SetProgress(ProgressCallback callback) = 0;

  // What BEGIN, COMMIT, ROLLBACK, SAVEPOINT, ROLLBACK TO and RELEASE do; class Transaction is the safer way.
  virtual Status Begin() = 0;
  virtual Status Commit() = 0;
  virtual Status Rollback() = 0;
  virtual Status MakeSavepoint(const std::string& name) = 0;
  virtual Status RollbackTo(const std::string& name) = 0;
  virtual Status ReleaseSavepoint(const std::string& name) = 0;
  // True between BEGIN and COMMIT or ROLLBACK.
  virtual bool in_transaction() const = 0;
};

class Database {
 public:
  virtual ~Database() = default;

  // `path`: a directory, made if absent, or ":memory:". Errors: kLocked, kOpenFailed, kCorruption, kIoError.
  static Result<std::unique_ptr<Database>> Open(const std::string& path, const Options& options = {});

  // Copies what can still be read of a damaged database, one that Open refuses with kCorruption, into the new directory
  // `into`, and builds indexes and queues again. `path` is not changed. The result has a line for each loss, and for
  // whatever is still wrong with the copy. Commits after a lost one are kept, and items deleted shortly before the
  // damage may be there again: check them. Errors: kLocked, kOpenFailed, kIoError, kCorruption (too little is left).
  static Result<std::vector<std::string>> Salvage(const std::string& path, const std::string& into);

  // Syncs everything that was committed (Options::durable or not), then closes as the destructor does. On error the
  // database is closed, too, and may be opened again. Afterwards each call of it, and of what it gave out, is an error;
  // a second Close does nothing. No other thread may be using it meanwhile.
  virtual Status Close() = 0;

  // Of a closed database: a connection whose calls are errors.
  virtual std::unique_ptr<Connection> Connect() = 0;
  virtual const std::string& path() const = 0;

  // Functions (parton/functions.h) for the statements of this database alone, its triggers among them; as
  // RegisterFunction and RegisterAggregate, which are for the whole process. Threads: any.
  virtual Status AddFunction(Function function) = 0;
  virtual Status AddAggregate(AggregateDefinition aggregate) = 0;
  // The name is free again, and statements that name it are errors, prepared ones as soon as they are planned again
  // (within seconds). Statements that run keep the function: it is destroyed with the database. Error (kNotFound): none
  // was added under that name.
  virtual Status RemoveFunction(std::string_view name) = 0;

  // A transaction with a connection of its own.
  Result<std::unique_ptr<Transaction>> Begin();
  // Runs `body` in a transaction and commits it. After kTransactionConflict, by `body` or by the commit, all of it is
  // run again; any other error of `body` rolls back and is returned. `body` may end the transaction itself.
  Status Run(const std::function<Status(Transaction&)>& body, const RunOptions& options = {});

  // Single items and pages (parton/items.h). Errors: kValidation (the request), kNotFound (the table), kThrottled.
  virtual Result<GetItemResult> GetItem(const GetItemRequest& request) = 0;
  // kConditionFailed: *existing, if given, is the item that the condition was false for; MISSING if there was none.
  virtual Result<WriteItemResult> PutItem(const PutItemRequest& request, Value* existing = nullptr) = 0;
  virtual Result<WriteItemResult> UpdateItem(const UpdateItemRequest& request, Value* existing = nullptr) = 0;
  virtual Result<WriteItemResult> DeleteItem(const DeleteItemRequest& request, Value* existing = nullptr) = 0;
  virtual Result<ItemPage> Query(const QueryRequest& request) = 0;
  virtual Result<ItemPage> Scan(const ScanRequest& request) = 0;
  // A page of what a statement gives; errors are also those of a Connection's statements.
  virtual Result<StatementPage> ExecuteStatement(const ExecuteStatementRequest& request, Value* existing = nullptr) = 0;

  // One-shot transactions: all operations or none (parton/requests.h). Errors: kValidation (the request itself is
  // wrong), kNotFound, kIdempotentMismatch (the token was used for something else), kTransactionCanceled: then
  // Status::reasons(), and *reasons if given, have an entry for each operation. All conditions are evaluated, so all
  // that failed are there; but an operation that cannot be done at all is reported alone.
  virtual Result<TransactResult> TransactWrite(const TransactWriteRequest& request,
                                               std::vector<CancellationReason>* reasons = nullptr) = 0;
  // 1 to 100 items as they were at one moment; at most 4 MB.
  virtual Result<TransactResult> TransactGet(const std::vector<ReadOperation>& reads) = 0;
  virtual Result<TransactResult> ExecuteTransaction(const ExecuteTransactionRequest& request,
                                                    std::vector<CancellationReason>* reasons = nullptr) = 0;

  // Batches: 1 to 25 puts and deletes without conditions, on different items; 1 to 100 keys; 1 to 25 statements, all
  // reading or all writing, of which each succeeds or fails by itself. Errors are those of the request as a whole.
  virtual Result<BatchWriteResult> BatchWrite(const std::vector<WriteOperation>& writes,
                                              bool collection_metrics = false) = 0;
  virtual Result<BatchGetResult> BatchGet(const std::vector<ReadOperation>& reads) = 0;
  // The same by table: at most 100 keys in all; `items` and `unprocessed` count through the keys of all tables.
  virtual Result<BatchGetResult> BatchGetItem(const std::vector<BatchGetTable>& tables) = 0;
  virtual Result<std::vector<StatementResult>> BatchExecuteStatement(
      const std::vector<StatementOperation>& statements) = 0;
  // The same, with what it consumed.
  virtual Result<BatchStatementResult> BatchExecute(const std::vector<StatementOperation>& statements) = 0;

  // Tables (parton/tables.h), their streams (parton/streams.h) and backups (parton/backups.h) as objects. They are the
  // database's and end with it.
  virtual Tables& tables() = 0;
  virtual Streams& streams() = 0;
  virtual Backups& backups() = 0;
  // 32 random bytes, made at the first call and kept in the database: for programs that sign tokens and verify them
  // after a restart. RESTORE brings back the backup's. Errors: kIoError, kUnsupported (a remote engine).
  virtual Result<std::string> Secret() = 0;

  // Checks the stored data: a line for each problem, empty if it is sound. Reads everything.
  virtual std::vector<std::string> Check() = 0;

  virtual CacheMetrics cache_metrics() const = 0;

  // What happened to the items of a table with a stream. Errors: kNotFound; kInUse (a consumer that is open
  // already); kTrimmed (the start is not kept any more).
  virtual Result<std::unique_ptr<ChangeFeed>> OpenFeed(std::string_view table, const FeedOptions& options) = 0;
  // Does the background work now: deletes expired items, trims change feeds, and runs triggers until they have handled
  // every change.
  virtual Status Settle() = 0;

  // For tools: names to complete and to suggest.
  virtual std::vector<std::string> TableNames() const = 0;
  virtual std::vector<std::string> IndexNames(std::string_view table) const = 0;
  // The attributes of the table's primary key: hash, and range if there is one.
  virtual std::vector<std::string> KeyAttributes(std::string_view table) const = 0;
  // Attributes seen in a sample of the table's items, nested ones too ("address.city"); sorted.
  virtual std::vector<std::string> AttributePaths(std::string_view table) = 0;
};

// Parton's version, "0.1.0".
std::string_view Version();

}  // namespace parton

#endif  // PARTON_DATABASE_H_
