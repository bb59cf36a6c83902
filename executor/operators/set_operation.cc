// UNION, INTERSECT and EXCEPT. The SQL forms match rows by the position of their columns; the OUTER
// ones take any values; CORRESPONDING matches by names. NULL and MISSING are one value here.
//
// Keys are kept while there is memory. Rows with other keys then go to files, split by their hash, and each pair of
// files (right, left) is worked on as the inputs were.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "executor/operators/hash_table.h"
#include "executor/operators/operators.h"
#include "executor/rows.h"
#include "executor/spill/spill_file.h"

namespace parton {

namespace {

class SetOperation final : public Operator {
 public:
  SetOperation(const Plan::SetOperation& node, OperatorPtr left, OperatorPtr right, ExecutionContext& ctx)
      : Operator(ctx), node_(node), left_(std::move(left)), right_(std::move(right)), table_(1), memory_(ctx) {}

  bool Open() override {
    Forget();
    if (node_.kind != Plan::SetKind::kUnion && !CountRight()) return false;
    return left_->Open();
  }

  bool Next() override {
    while (NextRow()) {
      if (node_.all && node_.kind == Plan::SetKind::kUnion) return Give();
      switch (Judge()) {
        case Verdict::kGive: return Give();
        case Verdict::kDrop: break;
        case Verdict::kLater:
          if (!PutOff()) return false;
      }
      if (ctx_.failed()) return false;
    }
    return false;
  }

  void Close() override {
    Forget();
    left_->Close();
    right_->Close();
  }

 private:
  enum class Verdict : uint8_t { kGive, kDrop, kLater };
  struct Pending {
    SpillFilePtr right;  // rows of (key); null: none
    SpillFilePtr left;   // rows of (key, row to give)
    int level;
  };

  // Puts the next row to judge into row_ and its key into key_.
  bool NextRow() {
    for (;;) {
      if (!ctx_.Tick()) return false;
      if (file_ != nullptr) {
        if (file_->Read(&file_row_)) {
          key_ = std::move(file_row_[0]);
          row_ = std::move(file_row_[1]);
          return true;
        }
      } else if (!inputs_done_ && NextOfInputs()) {
        return !ctx_.failed();
      }
      if (ctx_.failed() || !NextPass()) return false;
    }
  }
  bool NextOfInputs() {
    Operator& input = in_right_ ? *right_ : *left_;
    if (input.Next()) {
      row_ = ctx_.slot(in_right_ ? node_.right_slot : node_.left_slot).Own();
      const bool any_row = node_.all && node_.kind == Plan::SetKind::kUnion && node_.outer && !node_.by_name;
      if (!any_row) key_ = Key(row_, in_right_);
      return true;
    }
    if (ctx_.failed()) return false;
    if (in_right_ || node_.kind != Plan::SetKind::kUnion) {
      inputs_done_ = true;
      return false;
    }
    in_right_ = true;
    return right_->Open() && NextOfInputs();
  }

  bool Give() {
    ctx_.slot(node_.slot) = ToGive();
    return true;
  }
  Value ToGive() { return file_ != nullptr ? std::move(row_) : Output(row_, key_); }

  // The value by which rows are compared: the row itself, or the list of its columns.
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
            fmt::format("column {} of a set operator is {} on one side, and of another type on the other", i + 1,
                        TypeName(columns[i].type())),
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
    if (node_.by_name && !node_.corresponding.empty()) return Named(node_.corresponding, key.elements());
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
    for (size_t i = 0; i < names.size() && i < values.size(); ++i) fields.push_back({names[i], values[i]});
    return Value::Struct(std::move(fields));
  }

  bool CountRight() {
    if (!right_->Open()) return false;
    while (right_->Next()) {
      if (!ctx_.Tick()) return false;
      const Value key = Key(ctx_.slot(node_.right_slot).Own(), true);
      if (ctx_.failed() || !Count(key)) return false;
    }
    if (ctx_.failed()) return false;
    right_->Close();
    return true;
  }
  bool Count(const Value& key) {
    const uint32_t n = full_ ? table_.Find(&key) : Insert(key);
    if (n == KeyTable::kNone) return Later(&right_later_, 1, key, &key);
    ++counts_[n];
    return true;
  }
  uint32_t Insert(const Value& key) {
    bool is_new;
    const uint32_t n = table_.Insert(&key, &is_new);
    if (is_new) {
      counts_.push_back(0);
      // Keys with equal hashes are few: they stay in memory.
      full_ = !memory_.TakeShare(ApproximateBytes(key) + 40) && level_ < SpillPartitions::kMaxLevel;
    }
    return n;
  }

  Verdict Judge() {
    const uint32_t n = table_.Find(&key_);
    if (n == KeyTable::kNone) {
      if (full_) return Verdict::kLater;
      if (node_.kind == Plan::SetKind::kIntersect) return Verdict::kDrop;
      if (!node_.all) (void)Insert(key_);
      return Verdict::kGive;
    }
    switch (node_.kind) {
      case Plan::SetKind::kUnion: return Verdict::kDrop;
      case Plan::SetKind::kIntersect:
        if (counts_[n] == 0) return Verdict::kDrop;
        counts_[n] = node_.all ? counts_[n] - 1 : 0;
        return Verdict::kGive;
      case Plan::SetKind::kExcept:
        if (!node_.all) return Verdict::kDrop;  // it is on the right, or was given
        if (counts_[n] == 0) return Verdict::kGive;
        --counts_[n];
        return Verdict::kDrop;
    }
    return Verdict::kDrop;
  }

  bool PutOff() {
    const Value row[] = {key_, ToGive()};
    return Later(&left_later_, 2, key_, row);
  }
  bool Later(std::optional<SpillPartitions>* files, size_t width, const Value& key, const Value* row) {
    if (!*files) files->emplace(width, level_, ctx_);
    return (*files)->Add(table_.Hash(&key), row);
  }

  // Takes up one of the pairs of files.
  bool NextPass() {
    AddPending();
    file_.reset();
    if (pending_.empty()) return false;
    Pending next = std::move(pending_.back());
    pending_.pop_back();
    ForgetKeys();
    level_ = next.level;
    if (next.right != nullptr && !next.right->Rewind()) return false;
    while (next.right != nullptr && next.right->Read(&file_row_)) {
      if (!Count(file_row_[0])) return false;
    }
    if (ctx_.failed()) return false;
    file_ = std::move(next.left);
    return file_->Rewind();
  }
  // Right keys without left rows are of no account.
  void AddPending() {
    for (size_t i = 0; left_later_ && i < SpillPartitions::kFanOut; ++i) {
      SpillFilePtr& left = left_later_->files()[i];
      if (left == nullptr) continue;
      SpillFilePtr right = right_later_ ? std::move(right_later_->files()[i]) : nullptr;
      pending_.push_back({std::move(right), std::move(left), level_ + 1});
    }
    left_later_.reset();
    right_later_.reset();
  }

  void ForgetKeys() {
    table_.Clear();
    counts_.clear();
    memory_.Release();
    full_ = false;
  }
  void Forget() {
    ForgetKeys();
    names_.clear();
    types_.clear();
    width_ = SIZE_MAX;
    level_ = 0;
    in_right_ = false;
    inputs_done_ = false;
    file_.reset();
    left_later_.reset();
    right_later_.reset();
    pending_.clear();
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
  bool inputs_done_ = false;
  Value row_;  // being judged
  Value key_;
  bool full_ = false;
  int level_ = 0;
  SpillFilePtr file_;  // of left rows being read; null: the inputs are
  std::vector<Value> file_row_;
  std::optional<SpillPartitions> left_later_;
  std::optional<SpillPartitions> right_later_;
  std::vector<Pending> pending_;
};

}  // namespace

OperatorPtr MakeSetOperation(const Plan::SetOperation& node, OperatorPtr left, OperatorPtr right,
                             ExecutionContext& ctx) {
  return std::make_unique<SetOperation>(node, std::move(left), std::move(right), ctx);
}

}  // namespace parton
