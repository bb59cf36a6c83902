#include "session/requests/request_metering.h"

#include <exception>
#include <optional>
#include <utility>

#include "executor/transaction_items.h"
#include "session/database_state.h"
#include "session/requests/items.h"
#include "session/requests/request_binding.h"

namespace parton {

CapacityMeter RequestMeter(DatabaseState* db, bool in_transaction) {
  CapacityMeter::Mode mode;
  mode.ledger = &db->throughput;
  mode.clock = db->clock.get();
  mode.throttle = db->options.throttle;
  mode.in_transaction = in_transaction;
  mode.dynamo_wording = true;
  CapacityMeter meter;
  meter.SetMode(mode);
  return meter;
}

double ReadUnits(const CapacityMeter& meter) {
  double units = 0;
  for (const ConsumedCapacity& c : meter.consumed()) units += c.read_units;
  return units;
}

double WriteUnits(const CapacityMeter& meter) {
  double units = 0;
  for (const ConsumedCapacity& c : meter.consumed()) units += c.write_units;
  return units;
}

std::vector<ItemCollectionMetrics> MetricsOfAll(DatabaseState* db, const std::vector<WriteOp>& ops) noexcept {
  std::vector<ItemCollectionMetrics> out;
  // It is written: without memory for the metrics there are none.
  try {
    DistinctItems partitions;
    for (const WriteOp& op : ops) {
      Value hash = HashOf(op);
      if (op.kind == WriteOp::Kind::kCheck || !partitions.Insert(*op.table, {hash, Value()})) continue;
      std::optional<ItemCollectionMetrics> metrics = MetricsOf(db, *op.table, hash);
      if (metrics) out.push_back(std::move(*metrics));
    }
  } catch (const std::exception&) {
    out.clear();
  }
  return out;
}

Result<std::vector<WriteOutcome>> MeteredWrite(DatabaseState* db, const std::vector<WriteOp>& ops, WriteOptions options,
                                               CapacityMeter* meter, const std::vector<Value>* parameters) {
  EvalContext ctx;
  ctx.parameters = parameters;
  ctx.logic = Logic::kDynamo;
  ctx.now_nanos = db->NowNanos();
  const WriteMeter count = [&](const auto& outcomes, const Status& error) {
    return meter->Write(ops, outcomes, error);
  };
  options.meter = &count;
  return db->store->TransactWrite(ops, ctx, options);
}

}  // namespace parton
