// The C API called in any order: handles that are NULL, are ended before those they came from, or have failed. What
// is ended is NULL from then on, as the API asks.
#include <array>
#include <string>

#include "parton.h"
#include "tests/fuzz/fuzz_target.h"

namespace parton::fuzz {
namespace {

constexpr const char* kTexts[] = {
    "SELECT * FROM t",
    "SELECT id, v AS w FROM t ORDER BY id",
    "SELECT VALUE x FROM range(1, 50) AS x",
    "INSERT INTO t VALUE {'id': 1, 'v': [1, {'a': 2.5}]}",
    "UPDATE t SET v = :v WHERE id = :id",
    "UPSERT INTO t VALUE {'id': ?, 'v': ?}",
    "DELETE FROM t",
    "1 + 1",
    "EXPLAIN SELECT * FROM t",
    "DROP TABLE t",
    "CREATE TABLE t (id NUMBER, PRIMARY KEY (id)) WITH (stream = 'both images')",
    "SELECT VALUE f(x) FROM [1, 2] AS x",
    "BEGIN",
    "COMMIT",
    "SET dialect = dynamodb",
    "SELEC",
    "",
};

void Doubled(parton_call* call, const parton_value* const* arguments, size_t count, void*) {
  if (count == 0) return;
  parton_return_value(call, arguments[count - 1]);
}

class Caller {
 public:
  explicit Caller(std::string_view input) : input_(input) {}
  ~Caller() {
    for (parton_value*& v : values_) parton_value_free(v);
    // In the order of their making, which is the wrong one.
    for (parton_database*& db : databases_) parton_close(db, nullptr);
    for (parton_connection*& c : connections_) parton_disconnect(c);
    for (parton_statement*& s : statements_) parton_statement_free(s);
    for (parton_result*& r : results_) parton_result_free(r);
    for (parton_feed*& f : feeds_) parton_feed_close(f);
  }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  void Run() {
    // Enough to meet; each call may take a while.
    for (int calls = 0; calls < 200 && at_ < input_.size(); ++calls) Call();
  }

 private:
  template <typename T>
  using Some = std::array<T*, 3>;

  size_t Byte() { return at_ < input_.size() ? static_cast<unsigned char>(input_[at_++]) : 0; }
  template <typename T>
  T*& Any(Some<T>* handles) {
    return (*handles)[Byte() % handles->size()];
  }
  const char* Text() { return kTexts[Byte() % std::size(kTexts)]; }

  // What a failure gives is whole, and success gives none.
  void Checked(parton_status status, parton_error* error) {
    const bool fine = status == PARTON_OK || status == PARTON_ROW || status == PARTON_DONE;
    FUZZ_CHECK(fine == (error == nullptr));
    FUZZ_CHECK(fine || parton_error_code(error) == status);
    FUZZ_CHECK(status != PARTON_INTERNAL);
    FUZZ_CHECK(fine || parton_error_text(error).size > 0);
    parton_error_free(error);
  }

  // One of the values there are: borrowed ones, own ones, nothing.
  const parton_value* AnyValue() {
    switch (Byte() % 6) {
      case 0: return parton_row(Any(&results_));
      case 1: return parton_column(Any(&results_), Byte() % 4);
      case 2: return parton_value_at(parton_row(Any(&results_)), Byte() % 4);
      case 3: return parton_feed_change(Any(&feeds_), Byte() % 3);
      case 4: return Any(&values_);
      default: return nullptr;
    }
  }

  void Look(const parton_value* v, int depth) {
    parton_view view;
    int64_t i = 0;
    parton_error* error = nullptr;
    const parton_status status = parton_value_write(v, static_cast<parton_format>(Byte() % 4), &view, &error);
    Checked(status, error);
    FUZZ_CHECK(view.data != nullptr && view.data[view.size] == '\0');
    (void)parton_value_int64(v, &i, nullptr);
    (void)parton_value_bytes(v, &view, nullptr);
    const size_t count = parton_value_count(v);
    for (size_t n = 0; n < count && n < 5 && depth > 0; ++n) {
      const parton_view name = parton_value_name(v, n);
      if (name.size > 0) (void)parton_value_get(v, name.data, name.size);
      Look(parton_value_at(v, n), depth - 1);
    }
  }

  void Call() {
    parton_error* error = nullptr;
    parton_status status = PARTON_OK;
    switch (Byte() % 30) {
      case 0: {
        parton_database*& db = Any(&databases_);
        if (db == nullptr) status = parton_open(":memory:", nullptr, &db, &error);
        break;
      }
      case 1: {
        parton_database*& db = Any(&databases_);
        status = parton_close(db, &error);
        db = nullptr;
        break;
      }
      case 2:
      case 3: {
        parton_database* db = Any(&databases_);
        parton_connection*& c = Any(&connections_);
        if (c == nullptr) status = parton_connect(db, &c, &error);
        break;
      }
      case 4: {
        parton_connection*& c = Any(&connections_);
        parton_disconnect(c);
        c = nullptr;
        break;
      }
      case 5:
      case 6:
      case 7: {
        parton_connection* c = Any(&connections_);
        parton_result*& r = Any(&results_);
        if (r == nullptr) status = parton_execute(c, Text(), PARTON_NUL, &r, &error);
        break;
      }
      case 8: status = parton_execute(Any(&connections_), Text(), PARTON_NUL, nullptr, &error); break;
      case 9: {
        parton_connection* c = Any(&connections_);
        parton_statement*& s = Any(&statements_);
        if (s == nullptr) status = parton_prepare(c, Text(), PARTON_NUL, &s, &error);
        break;
      }
      case 10: {
        parton_statement*& s = Any(&statements_);
        parton_statement_free(s);
        s = nullptr;
        break;
      }
      case 11: status = parton_bind_int64(Any(&statements_), Byte() % 4, 1, &error); break;
      case 12: {
        parton_statement* s = Any(&statements_);
        const size_t position = Byte() % 4;
        status = parton_bind_value(s, position, AnyValue(), &error);
        break;
      }
      case 13:
      case 14: {
        parton_statement* s = Any(&statements_);
        parton_result*& r = Any(&results_);
        if (r == nullptr) status = parton_run(s, &r, &error);
        break;
      }
      case 15: status = parton_run(Any(&statements_), nullptr, &error); break;
      case 16:
      case 17:
      case 18: status = parton_step(Any(&results_), &error); break;
      case 19: {
        parton_result*& r = Any(&results_);
        parton_result_free(r);
        r = nullptr;
        break;
      }
      case 20:
      case 21: Look(AnyValue(), 3); break;
      case 22: {
        const parton_value* v = AnyValue();
        parton_value*& copy = Any(&values_);
        if (copy == nullptr) status = parton_value_copy(v, &copy, &error);
        break;
      }
      case 23: {
        parton_value*& v = Any(&values_);
        parton_value_free(v);
        v = nullptr;
        break;
      }
      case 24: {
        parton_database* db = Any(&databases_);
        parton_feed*& f = Any(&feeds_);
        parton_feed_options options = {};
        options.struct_size = sizeof options;
        options.start = PARTON_FEED_TRIM_HORIZON;
        if (Byte() % 2 == 0) options.consumer = "one";
        if (f == nullptr) status = parton_feed_open(db, "t", &options, &f, &error);
        break;
      }
      case 25: status = parton_feed_read(Any(&feeds_), 1 + Byte() % 3, 0, &error); break;
      case 26: {
        parton_feed* f = Any(&feeds_);
        status = parton_feed_acknowledge(f, Byte() % 2 == 0 ? nullptr : Any(&connections_), &error);
        break;
      }
      case 27: {
        parton_feed*& f = Any(&feeds_);
        parton_feed_stop(f);
        parton_feed_close(f);
        f = nullptr;
        break;
      }
      case 28: {
        parton_function f = {};
        f.struct_size = sizeof f;
        f.name = "f";
        f.max_arguments = -1;
        f.call = Doubled;
        status = parton_add_function(Any(&databases_), &f, &error);
        break;
      }
      default: status = Transaction(&error); break;
    }
    Checked(status, error);
  }

  parton_status Transaction(parton_error** error) {
    parton_connection* c = Any(&connections_);
    switch (Byte() % 7) {
      case 0: return parton_begin(c, error);
      case 1: return parton_commit(c, error);
      case 2: return parton_rollback(c, error);
      case 3: return parton_savepoint(c, "a", error);
      case 4: return parton_rollback_to(c, "a", error);
      case 5: return parton_remove_function(Any(&databases_), "f", error);
      default: parton_cancel(c); return PARTON_OK;
    }
  }

  std::string_view input_;
  size_t at_ = 0;
  Some<parton_database> databases_ = {};
  Some<parton_connection> connections_ = {};
  Some<parton_statement> statements_ = {};
  Some<parton_result> results_ = {};
  Some<parton_feed> feeds_ = {};
  Some<parton_value> values_ = {};
};

void RunCalls(std::string_view input) { Caller(input).Run(); }

// A database, a connection, a table with an item, rows and a statement.
std::vector<std::string> CallSeeds() {
  const std::string start("\x00\x00\x02\x00\x00\x08\x00\x0A\x08\x00\x03", 11);
  return {start + std::string("\x05\x00\x00\x00\x10\x00\x14\x00\x00\x00\x00\x13\x00", 13),
          start + std::string("\x09\x00\x00\x05\x0B\x00\x01\x0B\x00\x02\x0D\x00\x00\x0F\x00\x10\x00", 17),
          start + std::string("\x18\x00\x00\x00\x19\x00\x02\x14\x03\x00\x00\x00\x1A\x00\x00\x1B\x00", 17),
          start + std::string("\x05\x00\x00\x00\x10\x00\x01\x00\x10\x00\x14\x00\x00\x00\x04\x00", 16),
          start + std::string("\x1C\x00\x05\x00\x00\x0B\x10\x00\x1D\x00\x05\x00\x10\x00", 14)};
}

}  // namespace

const std::vector<Target>& ApiTargets() {
  static const std::vector<Target> targets = {{"calls", CallSeeds, RunCalls, {}, 150}};
  return targets;
}

}  // namespace parton::fuzz
