// All left rows, each with the truth value of [NOT] EXISTS or [NOT] IN over the right rows that its keys pick. The
// right side is read once into tables; if they do not fit in memory, it is read again for each left row.
#include <memory>
#include <utility>
#include <vector>

#include "executor/operators/hash_table.h"
#include "executor/operators/join_keys.h"
#include "executor/operators/operators.h"
#include "executor/rows.h"

namespace parton {

namespace {

class MarkJoin final : public Operator {
 public:
  MarkJoin(const Plan::SemiJoin& node, OperatorPtr left, OperatorPtr right, std::vector<int> right_slots,
           ExecutionContext& ctx)
      : Operator(ctx),
        node_(node),
        left_(std::move(left)),
        right_(std::move(right)),
        group_width_(node.keys.size() - (node.null_aware ? 1 : 0)),
        groups_(group_width_),
        elements_(node.keys.size()),
        rows_(std::move(right_slots)),
        mine_(node.keys.size() + 1),  // so that a key has an address
        other_(node.keys.size() + 1),
        memory_(ctx) {}

  bool Open() override {
    Forget();
    built_ = false;
    again_ = false;
    return left_->Open();
  }

  bool Next() override {
    if (!left_->Next() || !ctx_.Tick()) return false;
    if (!built_ && !Build()) return false;
    const bool present = Key(JoinSide::kLeft, group_width_, &mine_);
    if (node_.null_aware) mine_[group_width_] = EvaluateValue(*node_.keys.back().first, ctx_.eval).Own();
    if (ctx_.failed()) return false;
    Group group;
    bool match = false;
    if (present && again_ && !ReadAgain(&group, &match)) return false;
    if (present && !again_) LookUp(&group, &match);
    if (ctx_.failed()) return false;
    ctx_.slot(node_.mark_slot) = Mark(group, match);
    return true;
  }

  void Close() override {
    Forget();
    left_->Close();
    right_->Close();
  }

 private:
  // The right rows of one key. With `on`, those of them that it is true of.
  struct Group {
    bool any = false;
    bool absent = false;  // an element is NULL or MISSING
  };
  // The same with `on`, for which rows are kept.
  struct GroupRows {
    std::vector<uint32_t> all;
    std::vector<uint32_t> absent;
  };

  // The first `count` keys of a side; false if one is absent, which no row equals.
  bool Key(JoinSide side, size_t count, std::vector<Value>* out) {
    if (!EvaluateJoinKey(node_.keys, side, count, ctx_.eval, out->data())) return false;
    // The row they may point into is gone when the other side moves on.
    for (size_t i = 0; side == JoinSide::kLeft && i < count; ++i) (*out)[i] = std::move((*out)[i]).Own();
    return true;
  }

  bool Build() {
    built_ = true;
    if (!right_->Open()) return false;
    while (right_->Next()) {
      if (!ctx_.Tick()) return false;
      const bool present = Key(JoinSide::kRight, group_width_, &other_);
      if (ctx_.failed()) return false;
      if (!present) continue;
      size_t bytes = 0;
      bool is_new;
      const uint32_t n = groups_.Insert(other_.data(), &is_new);
      if (is_new) {
        flags_.emplace_back();
        bytes += 40 + Bytes(group_width_);
      }
      flags_[n].any = true;
      uint32_t element_number = KeyTable::kNone;
      if (node_.null_aware) {
        Value& element = other_[group_width_];
        element = EvaluateValue(*node_.keys.back().second, ctx_.eval);
        if (ctx_.failed()) return false;
        if (element.is_absent()) {
          flags_[n].absent = true;
        } else {
          element_number = elements_.Insert(other_.data(), &is_new);
          if (is_new) bytes += 24 + Bytes(group_width_ + 1);
        }
      }
      if (node_.on != nullptr) bytes += KeepRow(n, element_number);
      if (bytes > 0 && !memory_.TakeShare(bytes)) {
        Forget();
        again_ = true;
        break;
      }
    }
    right_->Close();
    return !ctx_.failed();
  }

  size_t Bytes(size_t count) const {
    size_t bytes = 0;
    for (size_t i = 0; i < count; ++i) bytes += ApproximateBytes(other_[i]);
    return bytes;
  }

  // For `on`. Returns the bytes this takes.
  size_t KeepRow(uint32_t group, uint32_t element) {
    const auto row = static_cast<uint32_t>(rows_.size());
    if (group_rows_.size() <= group) group_rows_.resize(group + 1);
    group_rows_[group].all.push_back(row);
    if (element != KeyTable::kNone) {
      if (element_rows_.size() <= element) element_rows_.resize(element + 1);
      element_rows_[element].push_back(row);
    } else if (node_.null_aware) {
      group_rows_[group].absent.push_back(row);
    }
    return rows_.Add(ctx_.frame) + sizeof(GroupRows) + sizeof(element_rows_[0]) + 4 * sizeof row;
  }

  // May fail with `on`.
  void LookUp(Group* group, bool* match) {
    const uint32_t n = groups_.Find(mine_.data());
    if (n == KeyTable::kNone) return;
    const bool has_needle = node_.null_aware && !mine_[group_width_].is_absent();
    const uint32_t element = has_needle ? elements_.Find(mine_.data()) : KeyTable::kNone;
    if (node_.on == nullptr) {
      *group = flags_[n];
      *match = element != KeyTable::kNone;
      return;
    }
    if (!has_needle) {
      group->any = Any(group_rows_[n].all);
      return;
    }
    *match = element != KeyTable::kNone && Any(element_rows_[element]);
    // Only an absent element makes a difference to a row without a match.
    group->absent = !*match && Any(group_rows_[n].absent);
    group->any = *match || group->absent;
  }

  // Whether `on` is true of the left row in the frame and one of these.
  bool Any(const std::vector<uint32_t>& rows) {
    for (const uint32_t row : rows) {
      rows_.Restore(row, &ctx_.frame);
      if (EvaluatePredicate(*node_.on, ctx_.eval)) return !ctx_.failed();
      if (ctx_.failed() || !ctx_.Tick()) return false;
    }
    return false;
  }

  bool ReadAgain(Group* group, bool* match) {
    if (!right_->Open()) return false;
    const Value* needle = node_.null_aware ? &mine_[group_width_] : nullptr;
    while (!*match && right_->Next()) {
      if (!ctx_.Tick()) return false;
      bool same = Key(JoinSide::kRight, group_width_, &other_);
      for (size_t i = 0; i < group_width_ && same; ++i) same = EqualValues(mine_[i], other_[i]);
      if (ctx_.failed()) return false;
      if (same && node_.on != nullptr) same = EvaluatePredicate(*node_.on, ctx_.eval);
      if (ctx_.failed()) return false;
      if (!same) continue;
      group->any = true;
      // Nothing more can change.
      if (needle == nullptr || needle->is_absent()) break;
      const Value element = EvaluateValue(*node_.keys.back().second, ctx_.eval);
      if (ctx_.failed()) return false;
      group->absent = group->absent || element.is_absent();
      *match = !element.is_absent() && EqualValues(*needle, element);
    }
    right_->Close();
    return !ctx_.failed();
  }

  // EXISTS: whether there are rows. IN: FALSE over no rows, else unknown if the needle is absent, or if nothing is
  // equal but something is absent.
  Value Mark(const Group& group, bool match) const {
    if (!node_.null_aware) return Value::Bool(group.any != node_.anti);
    if (group.any && !match) {
      const Value& needle = mine_[group_width_];
      if (needle.is_absent()) return needle;
      if (group.absent) return Value::Null();
    }
    return Value::Bool(match != node_.anti);
  }

  void Forget() {
    groups_.Clear();
    elements_.Clear();
    std::vector<Group>().swap(flags_);
    std::vector<GroupRows>().swap(group_rows_);
    std::vector<std::vector<uint32_t>>().swap(element_rows_);
    rows_.Release();
    memory_.Release();
  }

  const Plan::SemiJoin& node_;
  OperatorPtr left_;
  OperatorPtr right_;
  const size_t group_width_;  // keys that pick right rows
  KeyTable groups_;
  std::vector<Group> flags_;  // by group
  KeyTable elements_;         // (group key, element)
  // With `on`: all right rows, by group and by element.
  SavedRows rows_;
  std::vector<GroupRows> group_rows_;
  std::vector<std::vector<uint32_t>> element_rows_;
  std::vector<Value> mine_, other_;
  MemoryHold memory_;
  bool built_ = false;
  bool again_ = false;  // too many rows for memory
};

}  // namespace

OperatorPtr MakeMarkJoin(const Plan::SemiJoin& node, OperatorPtr left, OperatorPtr right, std::vector<int> right_slots,
                         ExecutionContext& ctx) {
  return std::make_unique<MarkJoin>(node, std::move(left), std::move(right), std::move(right_slots), ctx);
}

}  // namespace parton
