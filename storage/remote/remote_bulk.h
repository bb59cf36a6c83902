// COPY's writes: puts as BatchWriteItem, inserts as conditional PutItem, several requests under way at once.
#ifndef PARTON_STORAGE_REMOTE_REMOTE_BULK_H_
#define PARTON_STORAGE_REMOTE_REMOTE_BULK_H_

#include <vector>

#include "storage/bulk_writer.h"
#include "storage/remote/remote_catalog.h"

namespace parton::remote {

class RemoteBulk final : public BulkWriter {
 public:
  RemoteBulk(DynamoClient* client, RemoteCatalog* catalog) : client_(client), catalog_(catalog) {}

  Result<std::vector<WriteOutcome>> WriteEach(std::span<const WriteOp> ops, const WriteOptions& options,
                                              Pace* pace) override;

 private:
  DynamoClient* const client_;
  RemoteCatalog* const catalog_;
};

}  // namespace parton::remote

#endif  // PARTON_STORAGE_REMOTE_REMOTE_BULK_H_
