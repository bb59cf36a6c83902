// Many items written in few requests, each item for itself.
#ifndef PARTON_STORAGE_BULK_WRITER_H_
#define PARTON_STORAGE_BULK_WRITER_H_

#include <span>
#include <vector>

#include "parton/status.h"
#include "storage/pace.h"
#include "storage/table_writer.h"

namespace parton {

// Threads: any.
class BulkWriter {
 public:
  virtual ~BulkWriter() = default;

  // Puts and inserts without conditions of their own, all of one table; outcomes without sizes. Nothing is written if
  // one of them cannot be stored: that is told as TransactWrite tells it. Of several operations on one item the later
  // one counts. On any other error some may be written, and the hint says how many are for certain. Waits as long as
  // the engine throttles, some minutes at most. `pace` may be null.
  virtual Result<std::vector<WriteOutcome>> WriteEach(std::span<const WriteOp> ops, const WriteOptions& options,
                                                      Pace* pace) = 0;
};

}  // namespace parton

#endif  // PARTON_STORAGE_BULK_WRITER_H_
