// Shorthand for tests of the store: tables, items, expressions, writes.
#ifndef PARTON_TESTS_UNIT_STORAGE_STORE_TEST_UTIL_H_
#define PARTON_TESTS_UNIT_STORAGE_STORE_TEST_UTIL_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "storage/local/local_store.h"
#include "storage/table_store.h"
#include "types/functions/functions.h"

namespace parton::storage_test {

inline std::unique_ptr<LocalStore> OpenMemory() {
  StoreOptions options;
  options.path = ":memory:";
  auto store = OpenLocalStore(options);
  EXPECT_TRUE(store.ok()) << store.status().ToString();
  return store.ok() ? std::move(store).value() : nullptr;
}

inline KeyAttribute Attribute(std::string name, KeyType type) {
  KeyAttribute a;
  a.name = std::move(name);
  a.type = type;
  return a;
}

inline IndexSchema Index(std::string name, KeyAttribute hash, Projection projection = Projection::kAll,
                         std::vector<std::string> include = {}) {
  IndexSchema i;
  i.name = std::move(name);
  i.key.hash = std::move(hash);
  i.projection = projection;
  i.include = std::move(include);
  return i;
}
inline IndexSchema Index(std::string name, KeyAttribute hash, KeyAttribute range,
                         Projection projection = Projection::kAll, std::vector<std::string> include = {}) {
  IndexSchema i = Index(std::move(name), std::move(hash), projection, std::move(include));
  i.key.range = std::move(range);
  return i;
}

// (pk STRING, sk NUMBER) if `range`, else (pk STRING).
inline TableSchema Table(std::string name, bool range = true, std::vector<IndexSchema> indexes = {}) {
  TableSchema t;
  t.name = std::move(name);
  t.key.hash = Attribute("pk", KeyType::kString);
  if (range) t.key.range = Attribute("sk", KeyType::kNumber);
  t.indexes = std::move(indexes);
  return t;
}

inline TablePtr Create(LocalStore* store, TableSchema schema) {
  auto t = store->CreateTable(std::move(schema));
  EXPECT_TRUE(t.ok()) << t.status().ToString();
  return t.ok() ? *t : nullptr;
}

using Fields = std::vector<std::pair<std::string, Value>>;
inline Value Item(const Fields& fields) {
  std::vector<Field> out;
  for (const auto& [name, value] : fields) out.push_back(Field{name, value});
  return Value::Struct(std::move(out));
}
inline Value List(std::vector<Value> v) { return Value::List(std::move(v)); }
inline Value Set(std::vector<Value> v) { return *Value::Set(std::move(v)); }
inline Value Num(const char* text) { return Value::FromStored(*Number::ParseStrict(text)); }

inline std::vector<PathStep> Steps(const std::string& text) {
  // a.b[0].c
  std::vector<PathStep> steps;
  size_t i = 0;
  while (i < text.size()) {
    PathStep s;
    if (text[i] == '.') ++i;
    if (text[i] == '[') {
      size_t end = text.find(']', i);
      s.index = std::stoll(text.substr(i + 1, end - i - 1));
      i = end + 1;
    } else {
      size_t end = text.find_first_of(".[", i);
      if (end == std::string::npos) end = text.size();
      s.name = text.substr(i, end - i);
      i = end;
    }
    steps.push_back(std::move(s));
  }
  return steps;
}

inline ExprPtr Lit(Value v) { return MakeExpr(Expr::Literal{std::move(v)}); }
inline ExprPtr Path(const std::string& text, int slot = 0) {
  Expr::Path path;
  path.base = MakeExpr(Expr::Slot{slot, "t"});
  path.steps = Steps(text);
  path.ignore_case.assign(path.steps.size(), false);
  return MakeExpr(std::move(path));
}
inline ExprPtr Cmp(CompareOp op, ExprPtr a, ExprPtr b) {
  return MakeExpr(Expr::Compare{op, std::move(a), std::move(b)});
}
inline ExprPtr Bin(BinaryOp op, ExprPtr a, ExprPtr b) { return MakeExpr(Expr::Binary{op, std::move(a), std::move(b)}); }
inline ExprPtr Call(const char* name, std::vector<ExprPtr> args) {
  const ScalarFunction* f = FindScalarFunction(name);
  EXPECT_NE(f, nullptr) << name;
  return MakeExpr(Expr::Call{f, std::move(args)});
}

inline UpdateAction SetTo(const std::string& path, ExprPtr v) {
  return {UpdateAction::Kind::kSet, Steps(path), std::move(v), {}};
}
inline UpdateAction SetTo(const std::string& path, Value v) { return SetTo(path, Lit(std::move(v))); }
inline UpdateAction Remove(const std::string& path) { return {UpdateAction::Kind::kRemove, Steps(path), nullptr, {}}; }
inline UpdateAction Add(const std::string& path, Value v) {
  return {UpdateAction::Kind::kAdd, Steps(path), Lit(std::move(v)), {}};
}
inline UpdateAction Delete(const std::string& path, Value v) {
  return {UpdateAction::Kind::kDelete, Steps(path), Lit(std::move(v)), {}};
}

inline WriteOp Op(WriteOp::Kind kind, TablePtr t, Value item) {
  WriteOp op;
  op.kind = kind;
  op.table = std::move(t);
  op.item = std::move(item);
  return op;
}
inline WriteOp Put(TablePtr t, Value item) { return Op(WriteOp::Kind::kPut, std::move(t), std::move(item)); }
inline WriteOp Insert(TablePtr t, Value item) { return Op(WriteOp::Kind::kInsert, std::move(t), std::move(item)); }
inline WriteOp KeyOp(WriteOp::Kind kind, TablePtr t, Key key) {
  WriteOp op;
  op.kind = kind;
  op.table = std::move(t);
  op.key = std::move(key);
  return op;
}
inline WriteOp Update(TablePtr t, Key key, std::vector<UpdateAction> actions) {
  WriteOp op = KeyOp(WriteOp::Kind::kUpdate, std::move(t), std::move(key));
  op.actions = std::move(actions);
  return op;
}
inline WriteOp Erase(TablePtr t, Key key) { return KeyOp(WriteOp::Kind::kDelete, std::move(t), std::move(key)); }

struct Context {
  Context() : frame(4) { ctx.frame = &frame; }
  Frame frame;
  EvalContext ctx;
};

template <typename Writer>
Result<std::vector<WriteOutcome>> TryWrite(Writer* w, std::vector<WriteOp> ops, WriteOptions options = {}) {
  Context c;
  const WriteMeter measure = [](const auto&, const Status&) { return Status(); };
  if (options.meter == nullptr) options.meter = &measure;
  if constexpr (std::is_base_of_v<TableWriter, Writer>) {
    return w->TransactWrite(ops, c.ctx, options);
  } else {
    return w->Write(ops, c.ctx, options);
  }
}
template <typename Writer>
WriteOutcome Write(Writer* w, WriteOp op) {
  auto r = TryWrite(w, {std::move(op)});
  EXPECT_TRUE(r.ok()) << r.status().ToString();
  return r.ok() ? (*r)[0] : WriteOutcome();
}
template <typename Writer>
Status WriteError(Writer* w, WriteOp op) {
  auto r = TryWrite(w, {std::move(op)});
  EXPECT_FALSE(r.ok());
  return r.status();
}

inline Value Read(LocalStore* store, ReadView& view, const TablePtr& t, const Key& key) {
  Value v;
  Status s = store->Get(view, *t, key, nullptr, &v, nullptr);
  EXPECT_TRUE(s.ok()) << s.ToString();
  return v.Materialize();
}
inline Value Read(LocalStore* store, const TablePtr& t, const Key& key) {
  return Read(store, store->LatestView(), t, key);
}

// All items of a cursor.
inline std::vector<Value> Collect(LocalStore* store, ReadView& view, const CursorSpec& spec) {
  Context c;
  auto cursor = store->OpenCursor(view, spec, &c.ctx, 0);
  EXPECT_TRUE(cursor.ok()) << cursor.status().ToString();
  std::vector<Value> out;
  if (!cursor.ok()) return out;
  Value item;
  while ((*cursor)->Next(&item)) out.push_back(item.Own());
  EXPECT_TRUE((*cursor)->status().ok()) << (*cursor)->status().ToString();
  return out;
}
inline CursorSpec Spec(TablePtr t, const char* index = nullptr) {
  CursorSpec spec;
  spec.index = index == nullptr ? nullptr : t->FindIndex(index);
  spec.table = std::move(t);
  return spec;
}
inline std::vector<Value> Scan(LocalStore* store, const CursorSpec& spec) {
  auto view = store->NewView();
  return Collect(store, *view, spec);
}

inline void ExpectSound(LocalStore* store) {
  for (const std::string& problem : store->Check()) ADD_FAILURE() << problem;
}

}  // namespace parton::storage_test

#endif  // PARTON_TESTS_UNIT_STORAGE_STORE_TEST_UTIL_H_
