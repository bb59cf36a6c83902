// What one write costs, for callgrind: everything is made ready first, then Measured() runs the work alone.
//
//   valgrind --tool=callgrind --toggle-collect=Measured write_cost WORK [COUNT]
//
// WORK: load, load-index, insert, insert-text, update, update-off (without the item cache), get, get-text. Prints how
// many operations there were; callgrind's "Collected" divided by it is the cost of one.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "bench/log_rows.h"
#include "bench/parton_items.h"
#include "parton/database.h"

namespace parton::bench {
namespace {

class Work {
 public:
  Work(const std::string& name, int count) : name_(name), count_(count) {
    Options options;
    options.durable = false;
    options.threads = 1;
    options.background = false;
    options.item_cache_bytes = name == "update-off" ? 0 : options.item_cache_bytes;
    db_ = Need(Database::Open(":memory:", options));
    c_ = db_->Connect();
    const char* index = name == "load-index" ? ", GLOBAL INDEX x (shard, code_and_time) PROJECT KEYS ONLY" : "";
    const char* declared = name == "load-index" ? ", shard NUMBER, code_and_time STRING" : "";
    Check(c_->ExecuteScript(std::string("CREATE TABLE t (requestid NUMBER") + declared + ", PRIMARY KEY (requestid)" +
                            index + ")"));
    load_ = Need(c_->Prepare("INSERT INTO t SELECT VALUE r FROM ? AS r"));
    insert_ = Need(c_->Prepare("INSERT INTO t VALUE ?"));
    update_ = Need(c_->Prepare("UPDATE t SET bytessent = bytessent + 1 WHERE requestid = ? AND bytessent >= 0"));
    get_ = Need(c_->Prepare("SELECT * FROM t WHERE requestid = ?"));
    const bool loads = name.starts_with("load"), inserts = name.starts_with("insert");
    if (!loads) {
      Fill(1, count);
      Load();
    }
    if (loads || inserts) Fill(count + 1, 2 * count);
    if (name == "insert-text") {
      for (const Value& row : rows_) texts_.push_back("INSERT INTO t VALUE " + row.ToLiteral());
    }
    // So that the item cache has them.
    for (int i = 1; !loads && !inserts && i <= count; ++i) Finish(Need(get_->Execute({int64_t{i}})));
    // What is made once, such as plans and names, is made.
    if (!loads) Run(10);
  }

  void Run(int n) {
    if (name_.starts_with("load")) Load();
    for (int i = 0; i < n && !name_.starts_with("load"); ++i, ++done_) {
      const int64_t id = done_ % count_ + 1;
      if (name_ == "insert") {
        Check(insert_->Bind(1, rows_[static_cast<size_t>(done_)]));
        Finish(Need(insert_->Execute()));
      } else if (name_ == "insert-text") {
        Finish(Need(c_->Execute(texts_[static_cast<size_t>(done_)])).get());
      } else if (name_ == "get") {
        Check(get_->Bind(1, id));
        Finish(Need(get_->Execute()));
      } else if (name_ == "get-text") {
        Finish(Need(c_->Execute("SELECT * FROM t WHERE requestid = " + std::to_string(id))).get());
      } else {
        Check(update_->Bind(1, id));
        Finish(Need(update_->Execute()));
      }
    }
  }

  int left() const { return name_.starts_with("load") ? count_ : count_ - static_cast<int>(done_); }

 private:
  void Fill(int from, int to) {
    rows_.clear();
    for (int i = from; i <= to; ++i) rows_.push_back(ToItem(MakeRow(i)));
  }
  void Load() {
    for (size_t i = 0; i < rows_.size();) {
      std::vector<Value> batch;
      for (; batch.size() < 1000 && i < rows_.size(); ++i) batch.push_back(rows_[i]);
      Check(load_->Bind(1, Value::Bag(std::move(batch))));
      Finish(Need(load_->Execute()));
    }
  }

  const std::string name_;
  const int count_;
  int64_t done_ = 0;
  std::vector<Value> rows_;
  std::vector<std::string> texts_;
  std::unique_ptr<Database> db_;
  std::unique_ptr<Connection> c_;
  std::unique_ptr<Statement> load_, insert_, update_, get_;
};

}  // namespace
}  // namespace parton::bench

extern "C" __attribute__((noinline)) void Measured(parton::bench::Work* work, int n) { work->Run(n); }

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "update";
  parton::bench::Work work(name, argc > 2 ? std::atoi(argv[2]) : 2000);
  const int n = work.left();
  Measured(&work, n);
  std::printf("%s: %d operations\n", name.c_str(), n);
  return 0;
}
