// What requests consume: counted by a meter of their own, outside of any connection.
#ifndef PARTON_SESSION_REQUESTS_REQUEST_METERING_H_
#define PARTON_SESSION_REQUESTS_REQUEST_METERING_H_

#include <vector>

#include "executor/capacity/capacity_meter.h"
#include "parton/requests.h"
#include "storage/table_store.h"

namespace parton {

struct DatabaseState;

// Counts what a request consumes, and throttles it if the database is opened so.
CapacityMeter RequestMeter(DatabaseState* db, bool in_transaction);
double ReadUnits(const CapacityMeter& meter);
double WriteUnits(const CapacityMeter& meter);
// Of the partitions that the operations changed something in.
std::vector<ItemCollectionMetrics> MetricsOfAll(DatabaseState* db, const std::vector<WriteOp>& ops) noexcept;
// A write of the store that is counted. `parameters`: values of the operations' parameters, where they have any.
Result<std::vector<WriteOutcome>> MeteredWrite(DatabaseState* db, const std::vector<WriteOp>& ops, WriteOptions options,
                                               CapacityMeter* meter, const std::vector<Value>* parameters = nullptr);

}  // namespace parton

#endif  // PARTON_SESSION_REQUESTS_REQUEST_METERING_H_
