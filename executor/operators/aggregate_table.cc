#include "executor/operators/aggregate_table.h"

#include <utility>

namespace parton {

AggregateTable::AggregateTable(const Plan::Aggregate& node)
    : node_(node), keyed_(!node.keys.empty()), key_(node.keys.size()), keys_(node.keys.size()) {
  for (const Plan::AggregateCall& c : node.calls) {
    kinds_.push_back(c.args.empty()                ? CallKind::kCountRows
                     : c.function->name == "COUNT" ? CallKind::kCount
                                                   : CallKind::kOther);
  }
}

uint32_t AggregateTable::NewGroup() {
  const size_t number = groups_.size() / width();
  groups_.resize(groups_.size() + width());
  if (node_.group_as_slot >= 0) members_.emplace_back();
  return static_cast<uint32_t>(number);
}

inline void AggregateTable::EvaluateKey(ExecutionContext& ctx) {
  for (size_t i = 0; i < key_.size(); ++i) {
    Value scratch;
    const Value& v = Evaluate(*node_.keys[i].expr, ctx.eval, &scratch);
    if (&v == &scratch) {
      key_[i] = std::move(scratch);
    } else {
      key_[i] = v;
    }
  }
}

size_t AggregateTable::AddRow(ExecutionContext& ctx) {
  size_t bytes = 0;
  uint32_t group = 0;
  bool is_new = false;
  if (keyed_) {
    EvaluateKey(ctx);
    group = keys_.Insert(key_.data(), &is_new);
    if (is_new) {
      for (const Value& k : key_) bytes += ApproximateBytes(k);
    }
  } else {
    is_new = groups_.empty();
  }
  if (is_new) {
    NewGroup();
    bytes += 32 + width() * (sizeof(State) + 48);
  }
  return bytes + AddToGroup(group, ctx);
}

bool AggregateTable::AddToKnownGroup(ExecutionContext& ctx, size_t* bytes) {
  uint32_t group = 0;
  if (keyed_) {
    EvaluateKey(ctx);
    group = keys_.Find(key_.data());
    if (group == KeyTable::kNone) return false;
  }
  *bytes = AddToGroup(group, ctx);
  return true;
}

inline size_t AggregateTable::AddToGroup(uint32_t group, ExecutionContext& ctx) {
  size_t bytes = 0;
  State* states = Group(group);
  for (size_t i = 0; i < node_.calls.size(); ++i) {
    bytes += AddTo(node_.calls[i], kinds_[i], &states[i], ctx);
  }
  if (node_.group_as_slot >= 0) {
    std::vector<Field> fields;
    for (const auto& [name, expr] : node_.group_as) {
      fields.push_back({name, EvaluateValue(*expr, ctx.eval)});
    }
    members_[group].push_back(Value::Struct(std::move(fields)));
    bytes += ApproximateBytes(members_[group].back());
  }
  return bytes;
}

size_t AggregateTable::AddTo(const Plan::AggregateCall& call, CallKind kind, State* state, ExecutionContext& ctx) {
  if (call.filter != nullptr && !EvaluatePredicate(*call.filter, ctx.eval)) return 0;
  if (kind == CallKind::kCountRows) {
    ++state->count;
    return 0;
  }
  Value scratch;
  const Value& v = Evaluate(*call.args[0], ctx.eval, &scratch);
  return AddValue(call, kind, v, state, ctx);
}

size_t AggregateTable::AddValue(const Plan::AggregateCall& call, CallKind kind, const Value& v, State* state,
                                ExecutionContext& ctx) {
  if (v.is_absent() && !(kind == CallKind::kOther && call.function->takes_absent)) return 0;
  size_t bytes = 0;
  if (call.distinct) {
    // Before the value is put off: this row has the constant arguments.
    if (later_ && kind == CallKind::kOther) EnsureAccumulator(call, state, ctx);
    if (!IsNew(v, state, &bytes)) return 0;
  }
  return bytes + AddCounted(call, kind, v, state, ctx);
}

bool AggregateTable::IsNew(const Value& v, State* state, size_t* bytes) {
  if (state->distinct == nullptr) state->distinct = std::make_unique<KeyTable>(1);
  if (later_) {
    if (state->distinct->Find(&v) != KeyTable::kNone) return false;
    const Value row[] = {Value::Int(static_cast<int64_t>(state - groups_.data())), v};
    (void)later_->PutOff(row);
    return false;
  }
  bool is_new;
  state->distinct->Insert(&v, &is_new);
  if (is_new) *bytes += ApproximateBytes(v) + 24;
  return is_new;
}

size_t AggregateTable::AddCounted(const Plan::AggregateCall& call, CallKind kind, const Value& v, State* state,
                                  ExecutionContext& ctx) {
  if (kind == CallKind::kCount) {
    ++state->count;
    return 0;
  }
  EnsureAccumulator(call, state, ctx);
  if (!call.function->grows) {
    state->accumulator->Add(v, ctx.eval);
    return 0;
  }
  const size_t before = state->accumulator->MemoryUsed();
  state->accumulator->Add(v, ctx.eval);
  const size_t after = state->accumulator->MemoryUsed();
  return after > before ? after - before : 0;
}

void AggregateTable::StopGrowing(ExecutionContext& ctx) {
  if (!later_) later_.emplace(2, 2, ctx);
}

void AggregateTable::EnsureAccumulator(const Plan::AggregateCall& call, State* state, ExecutionContext& ctx) {
  if (state->accumulator != nullptr) return;
  std::vector<Value> constants;
  for (size_t i = 1; i < call.args.size(); ++i) {
    constants.push_back(EvaluateValue(*call.args[i], ctx.eval).Own());
  }
  state->accumulator = call.function->make(constants);
}

size_t AggregateTable::Merge(AggregateTable& other, ExecutionContext& ctx) {
  size_t bytes = 0;
  const size_t count = other.size();
  for (size_t g = 0; g < count; ++g) {
    uint32_t group = 0;
    bool is_new;
    if (keyed_) {
      group = keys_.Insert(other.keys_.key(static_cast<uint32_t>(g)), &is_new);
    } else {
      is_new = groups_.empty();
    }
    if (is_new) {
      NewGroup();
      bytes += 32 + width() * (sizeof(State) + 48);
      for (size_t k = 0; k < key_.size(); ++k) bytes += ApproximateBytes(keys_.key(group)[k]);
    }
    State* into = Group(group);
    State* from = other.Group(static_cast<uint32_t>(g));
    for (size_t i = 0; i < node_.calls.size(); ++i) {
      const Plan::AggregateCall& call = node_.calls[i];
      if (call.distinct && from[i].distinct != nullptr) {
        if (into[i].distinct == nullptr) {
          into[i] = std::move(from[i]);
          continue;
        }
        // Constant arguments are the same in all parts.
        if (into[i].accumulator == nullptr) into[i].accumulator = std::move(from[i].accumulator);
        for (uint32_t k = 0; k < from[i].distinct->size(); ++k) {
          bytes += AddValue(call, kinds_[i], *from[i].distinct->key(k), &into[i], ctx);
        }
        continue;
      }
      into[i].count += from[i].count;
      if (from[i].accumulator == nullptr) continue;
      if (call.function->grows) bytes += from[i].accumulator->MemoryUsed();
      if (into[i].accumulator == nullptr) {
        into[i].accumulator = std::move(from[i].accumulator);
      } else {
        into[i].accumulator->Merge(*from[i].accumulator, ctx.eval);
      }
    }
    if (node_.group_as_slot >= 0) {
      auto& members = members_[group];
      auto& more = other.members_[g];
      members.insert(members.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }
  }
  return bytes;
}

size_t AggregateTable::Finish(ExecutionContext& ctx) {
  if (!keyed_ && groups_.empty()) NewGroup();
  if (keyed_ && groups_.empty()) {
    bool is_new;
    for (const std::vector<Value>& key : node_.empty_groups) {
      keys_.Insert(key.data(), &is_new);
      NewGroup();
    }
  }
  size_t bytes = 0;
  while (later_ && !ctx.failed()) {
    const Value* row = later_->NextLater();
    if (row == nullptr) break;
    const size_t state = static_cast<size_t>(row[0].int_value());
    const size_t call = state % width();
    bytes += AddCounted(node_.calls[call], kinds_[call], row[1], &groups_[state], ctx);
  }
  later_.reset();
  return bytes;
}

void AggregateTable::Emit(size_t i, const Plan::Aggregate& out, ExecutionContext& ctx) {
  const uint32_t group = static_cast<uint32_t>(i);
  for (size_t k = 0; k < out.keys.size(); ++k) {
    const Value& v = keys_.key(group)[k];
    ctx.slot(out.keys[k].slot) = v.is_absent() ? Value::Null() : v;
  }
  State* states = Group(group);
  for (size_t c = 0; c < out.calls.size(); ++c) {
    Value& slot = ctx.slot(out.calls[c].slot);
    if (kinds_[c] != CallKind::kOther) {
      slot = Value::Int(states[c].count);
      continue;
    }
    // Over no rows at all the constant arguments are of no account.
    if (states[c].accumulator == nullptr) {
      states[c].accumulator = node_.calls[c].function->make(std::vector<Value>(node_.calls[c].args.size() - 1));
    }
    slot = states[c].accumulator->Finish(ctx.eval);
  }
  if (out.group_as_slot >= 0) ctx.slot(out.group_as_slot) = Value::Bag(std::move(members_[group]));
}

}  // namespace parton
