// UNION, INTERSECT and EXCEPT. The SQL forms match rows by the position of their columns; the OUTER
// ones take any values; CORRESPONDING matches by names. NULL and MISSING are one value here.
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "executor/hash_table.h"
#include "executor/operators.h"
#include "executor/rows.h"

namespace parton {

namespace {

class SetOperation final : public Operator {
 public:
  SetOperation(const Plan::SetOperation& node, OperatorPtr left, OperatorPtr right,
               ExecutionContext& ctx)
      : Operator(ctx),
        node_(node),
        left_(std::move(left)),
        right_(std::move(right)),
        table_(1),
        memory_(ctx) {}

  bool Open() override {
    Forget();
    if (node_.kind != Plan::SetKind::kUnion && !CountRight()) return false;
    in_right_ = false;
    return left_->Open();
  }

  bool Next() override {
    for (;;) {
      if (!ctx_.Tick()) return false;
      Operator& input = in_right_ ? *right_ : *left_;
      if (!input.Next()) {
        if (ctx_.failed() || in_right_ || node_.kind != Plan::SetKind::kUnion) return false;
        in_right_ = true;
        if (!right_->Open()) return false;
        continue;
      }
      const Value row = ctx_.slot(in_right_ ? node_.right_slot : node_.left_slot).Own();
      if (node_.all && node_.kind == Plan::SetKind::kUnion && node_.outer && !node_.by_name) {
        ctx_.slot(node_.slot) = row;
        return true;
      }
      Value key = Key(row, in_right_);
      if (ctx_.failed()) return false;
      bool keep = Keep(key);
      if (ctx_.failed()) return false;
      if (!keep) continue;
      ctx_.slot(node_.slot) = Output(row, key);
      return true;
    }
  }

  void Close() override {
    Forget();
    left_->Close();
    right_->Close();
  }

 private:
  // What rows are compared by: the row itself, or the list of its columns.
  Value Key(const Value& row, bool right) {
    if (node_.by_name) {
      if (node_.corresponding.empty()) return row;
      std::vector<Value> columns;
      for (const std::string& name : node_.corresponding) columns.push_back(row.Get(name));
      return Value::List(std::move(columns));
    }
    if (node_.outer) return row;
    std::vector<Value> columns;
    const std::vector<std::string>& names = right ? node_.right_columns : node_.left_columns;
    if (row.is_struct()) {
      const Value whole = row.Materialize();
      if (names.empty() || names.size() == whole.fields().size()) {
        for (const Field& f : whole.fields()) columns.push_back(f.value);
      } else {  // a column that is MISSING is not there
        for (const std::string& name : names) columns.push_back(whole.Get(name));
      }
    } else if (row.is_list()) {
      columns = row.elements();
    } else {
      columns.push_back(row);
    }
    if (width_ == SIZE_MAX) {
      width_ = columns.size();
    } else if (width_ != columns.size()) {
      ctx_.Fail(Status::Validation("the sides of a set operator have rows of different width", {},
                                   "OUTER UNION, INTERSECT and EXCEPT take any rows"));
    }
    CheckTypes(columns, right);
    return Value::List(std::move(columns));
  }

  // A column of one side must be comparable with that of the other: with what the side read first
  // had in it.
  void CheckTypes(const std::vector<Value>& columns, bool right) {
    const bool first = right == (node_.kind != Plan::SetKind::kUnion);
    if (types_.size() < columns.size()) types_.resize(columns.size());
    for (size_t i = 0; i < columns.size(); ++i) {
      const uint32_t family = Family(columns[i].type());
      if (first) {
        types_[i] |= family;
      } else if (family != 0 && types_[i] != 0 && (types_[i] & family) == 0) {
        ctx_.Fail(Status::Validation(
            fmt::format(
                "column {} of a set operator is {} on one side, and of another type on the other",
                i + 1, TypeName(columns[i].type())),
            {}, "OUTER UNION, INTERSECT and EXCEPT take any rows"));
        return;
      }
    }
  }
  // A bit per family of comparable types; none for absent values.
  static uint32_t Family(Type type) {
    switch (type) {
      case Type::kMissing:
      case Type::kNull: return 0;
      case Type::kDecimal:
      case Type::kFloat: type = Type::kInt; break;
      case Type::kSymbol: type = Type::kString; break;
      case Type::kClob: type = Type::kBlob; break;
      case Type::kTimestamp: type = Type::kDate; break;
      case Type::kSexp: type = Type::kList; break;
      case Type::kStringSet:
      case Type::kNumberSet:
      case Type::kBinarySet: type = Type::kBag; break;
      default: break;
    }
    return uint32_t{1} << static_cast<int>(type);
  }

  // Rows of the right side get the names of the left side's columns.
  Value Output(const Value& row, const Value& key) {
    if (node_.by_name && !node_.corresponding.empty())
      return Named(node_.corresponding, key.elements());
    if (node_.outer || node_.by_name || !row.is_struct()) return row;
    if (in_right_) {
      if (!names_.empty()) return Named(names_, key.elements());
      if (!node_.left_columns.empty()) return Named(node_.left_columns, key.elements());
    } else if (names_.empty() && node_.left_columns.empty()) {
      const Value whole = row.Materialize();
      for (const Field& f : whole.fields()) names_.push_back(f.name);
    }
    return row;
  }
  static Value Named(const std::vector<std::string>& names, const std::vector<Value>& values) {
    std::vector<Field> fields;
    for (size_t i = 0; i < names.size() && i < values.size(); ++i)
      fields.push_back({names[i], values[i]});
    return Value::Struct(std::move(fields));
  }

  bool CountRight() {
    if (!right_->Open()) return false;
    while (right_->Next()) {
      if (!ctx_.Tick()) return false;
      Value key = Key(ctx_.slot(node_.right_slot).Own(), true);
      if (ctx_.failed()) return false;
      bool is_new;
      uint32_t n = table_.Insert(&key, &is_new);
      if (is_new) {
        counts_.push_back(0);
        if (!memory_.TakeOrFail(ApproximateBytes(key) + 40, "a set operator")) return false;
      }
      ++counts_[n];
    }
    if (ctx_.failed()) return false;
    right_->Close();
    return true;
  }

  bool Keep(const Value& key) {
    switch (node_.kind) {
      case Plan::SetKind::kUnion: return node_.all || IsNew(key);
      case Plan::SetKind::kIntersect: {
        uint32_t n = table_.Find(&key);
        if (n == KeyTable::kNone || counts_[n] == 0) return false;
        counts_[n] = node_.all ? counts_[n] - 1 : 0;
        return true;
      }
      case Plan::SetKind::kExcept: {
        uint32_t n = table_.Find(&key);
        if (!node_.all) return n == KeyTable::kNone && IsNew(key);
        if (n == KeyTable::kNone || counts_[n] == 0) return true;
        --counts_[n];
        return false;
      }
    }
    return false;
  }
  // For EXCEPT DISTINCT and UNION DISTINCT: rows given go into the table.
  bool IsNew(const Value& key) {
    bool is_new;
    table_.Insert(&key, &is_new);
    if (is_new) {
      counts_.push_back(0);
      (void)memory_.TakeOrFail(ApproximateBytes(key) + 40, "a set operator");
    }
    return is_new;
  }

  void Forget() {
    table_.Clear();
    counts_.clear();
    names_.clear();
    types_.clear();
    memory_.Release();
    width_ = SIZE_MAX;
    in_right_ = false;
  }

  const Plan::SetOperation& node_;
  OperatorPtr left_;
  OperatorPtr right_;
  KeyTable table_;
  std::vector<uint64_t> counts_;
  std::vector<std::string> names_;  // of the first left row
  std::vector<uint32_t> types_;     // per column, families met on the side read first
  MemoryHold memory_;
  size_t width_ = SIZE_MAX;
  bool in_right_ = false;
};

}  // namespace

OperatorPtr MakeSetOperation(const Plan::SetOperation& node, OperatorPtr left, OperatorPtr right,
                             ExecutionContext& ctx) {
  return std::make_unique<SetOperation>(node, std::move(left), std::move(right), ctx);
}

}  // namespace parton
