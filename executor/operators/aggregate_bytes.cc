// What aggregates compute on the bytes of items: the parts that are not gone through for each row.
#include <memory>
#include <string_view>
#include <utility>

#include "executor/operators/aggregate_table.h"
#include "executor/rows.h"
#include "types/functions/integer_tally.h"

namespace parton {

void AggregateTable::CompileCalls(ExecutionContext& ctx) {
  compiled_.resize(node_.calls.size());
  if (!node_.on_bytes) return;
  for (size_t i = 0; i < node_.calls.size(); ++i) {
    const Plan::AggregateCall& call = node_.calls[i];
    const bool counts_rows = kinds_[i] == CallKind::kCountRows;
    const bool simple = call.filter == nullptr && (counts_rows || call_attributes_[i] != RowAttributes::kNone);
    if (simple || (!counts_rows && !takes_integers_[i])) continue;
    SlotSet slots;
    AddReads(call.filter, &slots);
    if (!counts_rows) AddReads(call.args[0], &slots);
    if (slots.size() != 1) continue;
    OnBytes made;
    made.slot = *slots.begin();
    made.terms = std::make_unique<eval::ByteTerms>(made.slot, ctx.eval, attributes_.WalkOf(made.slot));
    if (!counts_rows) made.argument = made.terms->CompileNumber(*call.args[0]);
    if (call.filter != nullptr) made.filter = made.terms->Compile(*call.filter);
    const bool fits = (counts_rows || made.argument.kind != eval::ByteNumber::Kind::kUnfit) &&
                      (call.filter == nullptr || eval::ByteTerms::Useful(made.filter));
    if (fits) compiled_[i] = std::move(made);
  }
}

size_t AggregateTable::AddDistinct(size_t i, const char* p, State* state, ExecutionContext& ctx) {
  const char* const end = attributes_.End(call_attributes_[i]);
  const char* const behind = raw::Skip(p, end);
  const std::string_view bytes =
      behind == nullptr ? std::string_view() : std::string_view(p, static_cast<size_t>(behind - p));
  const bool worth = !bytes.empty() && bytes.size() <= KnownGroups::kLongest;
  uint64_t hash = 0;
  if (worth && state->known != nullptr && state->known->Find(bytes, &hash) != KnownGroups::kNone) return 0;
  const Value v = raw::ValueAt(p, end);
  size_t more = AddValue(node_.calls[i], kinds_[i], v, state, ctx);
  // Values that are put off are in no table.
  if (!worth || later_ || v.is_absent() || ctx.failed()) return more;
  if (state->known == nullptr) {
    state->known = std::make_unique<KnownGroups>();
    (void)state->known->Find(bytes, &hash);
    more += sizeof(KnownGroups);
  }
  return more + state->known->Note(bytes, hash, 0);
}

void AggregateTable::Settle(size_t i, State* state, ExecutionContext& ctx) {
  if (state->integers == 0) return;
  EnsureAccumulator(node_.calls[i], state, ctx);
  if (tallies_[i] == Tally::kSum) {
    dynamic_cast<IntegerTally&>(*state->accumulator).AddIntegers(state->tally, state->integers, ctx.eval);
  } else {
    state->accumulator->Add(Value::Int(state->tally), ctx.eval);
  }
  state->integers = 0;
  state->tally = 0;
}

}  // namespace parton
