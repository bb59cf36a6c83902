#include "executor/operators/aggregate_table.h"

#include <algorithm>
#include <utility>

namespace parton {

AggregateTable::AggregateTable(const Plan::Aggregate& node)
    : node_(node), keyed_(!node.keys.empty()), key_(node.keys.size()), keys_(node.keys.size()) {
  for (const Plan::AggregateCall& c : node.calls) {
    kinds_.push_back(c.args.empty()                ? CallKind::kCountRows
                     : c.function->name == "COUNT" ? CallKind::kCount
                                                   : CallKind::kOther);
  }
  for (const Plan::AggregateCall& c : node.calls) {
    const std::string name = c.args.empty() ? "" : c.function->name;
    tallies_.push_back(c.distinct                       ? Tally::kNone
                       : name == "SUM" || name == "AVG" ? Tally::kSum
                       : name == "MIN"                  ? Tally::kLeast
                       : name == "MAX"                  ? Tally::kGreatest
                                                        : Tally::kNone);
    takes_integers_.push_back(tallies_.back() != Tally::kNone || (name == "COUNT" && !c.distinct));
  }
  const auto attribute = [&](const ExprPtr& e) { return node.on_bytes ? attributes_.Add(*e) : RowAttributes::kNone; };
  for (const SlotExpr& k : node.keys) key_attributes_.push_back(attribute(k.expr));
  for (const Plan::AggregateCall& c : node.calls) {
    call_attributes_.push_back(c.args.empty() ? RowAttributes::kNone : attribute(c.args[0]));
    const size_t i = ways_.size();
    const bool integers = takes_integers_[i] && call_attributes_[i] != RowAttributes::kNone;
    ways_.push_back(c.filter != nullptr                 ? Way::kAny
                    : kinds_[i] == CallKind::kCountRows ? Way::kCountRows
                    : integers                          ? Way::kIntegers
                                                        : Way::kAny);
  }
  keys_on_bytes_ = keyed_ && std::find(key_attributes_.begin(), key_attributes_.end(), RowAttributes::kNone) ==
                                 key_attributes_.end();
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
    const Value& v = attributes_.Get(key_attributes_[i], *node_.keys[i].expr, ctx, &scratch);
    if (&v == &scratch) {
      key_[i] = std::move(scratch);
    } else {
      key_[i] = v;
    }
  }
}

inline uint32_t AggregateTable::GroupByBytes(ExecutionContext& ctx, std::string_view* key, uint64_t* hash) {
  // A value says how long it is, and no value starts with this.
  static constexpr char kAbsent = 0;
  const bool single = key_attributes_.size() == 1;
  key_bytes_.clear();
  for (const size_t attribute : key_attributes_) {
    bool on_bytes;
    const char* p = attributes_.Find(attribute, ctx, &on_bytes);
    if (!on_bytes) {
      *key = {};
      return KeyTable::kNone;
    }
    const char* const behind = p == nullptr ? &kAbsent + 1 : raw::Skip(p, attributes_.End(attribute));
    if (p == nullptr) p = &kAbsent;
    *key = behind == nullptr ? std::string_view() : std::string_view(p, static_cast<size_t>(behind - p));
    if (key->empty() || key->size() + key_bytes_.size() > KnownGroups::kLongest) {
      *key = {};
      return KeyTable::kNone;
    }
    if (!single) key_bytes_ += *key;
  }
  if (!single) *key = key_bytes_;
  return known_.Find(*key, hash);
}

inline bool AggregateTable::AddBytes(size_t i, const char* p, State* state, ExecutionContext& ctx) {
  if (p == nullptr || raw::TagAt(p) == ItemTag::kNull) return true;
  int64_t n;
  const bool integer = raw::TagAt(p) == ItemTag::kInt && raw::IntAt(p, attributes_.End(call_attributes_[i]), &n);
  if (integer) AddInteger(i, n, state, ctx);
  return integer;
}

inline void AggregateTable::AddInteger(size_t i, int64_t n, State* state, ExecutionContext& ctx) {
  const Tally tally = tallies_[i];
  if (tally == Tally::kNone) {
    ++state->count;
    return;
  }
  const bool first = state->integers++ == 0;
  if (tally == Tally::kLeast) {
    state->tally = first ? n : std::min(state->tally, n);
  } else if (tally == Tally::kGreatest) {
    state->tally = first ? n : std::max(state->tally, n);
  } else if (int64_t sum; !__builtin_add_overflow(state->tally, n, &sum)) [[likely]] {
    state->tally = sum;
  } else {
    --state->integers;
    Settle(i, state, ctx);
    state->integers = 1;
    state->tally = n;
  }
}

size_t AggregateTable::AddRow(ExecutionContext& ctx) {
  size_t bytes = 0;
  uint32_t group = 0;
  bool is_new = false;
  if (rows_ < kEvaluatedBefore && ++rows_ == kEvaluatedBefore) CompileCalls(ctx);
  attributes_.NextRow();
  if (keyed_) {
    std::string_view key;
    uint64_t hash = 0;
    if (keys_on_bytes_) {
      group = GroupByBytes(ctx, &key, &hash);
      if (group != KeyTable::kNone) return AddToGroup(group, ctx);
    }
    EvaluateKey(ctx);
    group = keys_.Insert(key_.data(), &is_new);
    if (is_new) {
      for (const Value& k : key_) bytes += ApproximateBytes(k);
    }
    if (!key.empty() && !ctx.failed()) bytes += known_.Note(key, hash, group);
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
  attributes_.NextRow();
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
  for (size_t i = 0; i < ways_.size(); ++i) {
    if (ways_[i] == Way::kCountRows) {
      ++states[i].count;
      continue;
    }
    if (ways_[i] == Way::kIntegers) {
      bool on_bytes;
      const char* p = attributes_.Find(call_attributes_[i], ctx, &on_bytes);
      if (on_bytes && AddBytes(i, p, &states[i], ctx)) continue;
    }
    bytes += AddTo(i, &states[i], ctx);
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

size_t AggregateTable::AddTo(size_t i, State* state, ExecutionContext& ctx) {
  const Plan::AggregateCall& call = node_.calls[i];
  const CallKind kind = kinds_[i];
  if (!compiled_.empty() && compiled_[i].slot >= 0 && AddCompiled(i, state, ctx)) return 0;
  if (call.filter != nullptr && !EvaluatePredicate(*call.filter, ctx.eval)) return 0;
  if (kind == CallKind::kCountRows) {
    ++state->count;
    return 0;
  }
  if (call.distinct && call_attributes_[i] != RowAttributes::kNone) {
    bool on_bytes;
    const char* p = attributes_.Find(call_attributes_[i], ctx, &on_bytes);
    if (p != nullptr) return AddDistinct(i, p, state, ctx);
  }
  Settle(i, state, ctx);
  Value scratch;
  const Value& v = attributes_.Get(call_attributes_[i], *call.args[0], ctx, &scratch);
  return AddValue(call, kind, v, state, ctx);
}

bool AggregateTable::AddCompiled(size_t i, State* state, ExecutionContext& ctx) {
  OnBytes& compiled = compiled_[i];
  if (!attributes_.OnBytes(compiled.slot, ctx)) return false;
  if (node_.calls[i].filter != nullptr) {
    const eval::ByteTruth truth = compiled.terms->EvaluateFilter(compiled.filter);
    if (truth != eval::ByteTruth::kTrue) return truth != eval::ByteTruth::kUnknown;
  }
  if (kinds_[i] == CallKind::kCountRows) {
    ++state->count;
    return true;
  }
  int64_t n;
  const eval::ByteResult result = compiled.terms->Compute(compiled.argument, &n);
  if (result == eval::ByteResult::kInteger) AddInteger(i, n, state, ctx);
  return result != eval::ByteResult::kUnknown;
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
      Settle(i, &into[i], ctx);
      other.Settle(i, &from[i], ctx);
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
    Settle(c, &states[c], ctx);
    // Over no rows at all the constant arguments are of no account.
    if (states[c].accumulator == nullptr) {
      states[c].accumulator = node_.calls[c].function->make(std::vector<Value>(node_.calls[c].args.size() - 1));
    }
    slot = states[c].accumulator->Finish(ctx.eval);
  }
  if (out.group_as_slot >= 0) ctx.slot(out.group_as_slot) = Value::Bag(std::move(members_[group]));
}

}  // namespace parton
