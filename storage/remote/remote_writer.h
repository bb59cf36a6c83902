// Writes over DynamoDB's protocol: single items as conditional requests, several as one TransactWriteItems.
#ifndef PARTON_STORAGE_REMOTE_REMOTE_WRITER_H_
#define PARTON_STORAGE_REMOTE_REMOTE_WRITER_H_

#include <optional>
#include <span>
#include <vector>

#include "storage/remote/item_images.h"
#include "storage/remote/remote_catalog.h"

namespace parton::remote {

inline constexpr size_t kMostTransactItems = 100;

// Threads: any.
class RemoteWriter {
 public:
  RemoteWriter(DynamoClient* client, RemoteCatalog* catalog, ItemImages::Reader reader)
      : client_(client), catalog_(catalog), reader_(std::move(reader)) {}

  // As TableWriter has them.
  Result<WriteOutcome> Write(const WriteOp& op, EvalContext& ctx, const WriteOptions& options);
  Result<std::vector<WriteOutcome>> TransactWrite(std::span<const WriteOp> ops, EvalContext& ctx,
                                                  const WriteOptions& options);
  // Sends the changes of images as one. kTransactionConflict: something was not as it was read.
  Status Send(const ItemImages& images, bool checks);

 private:
  // The write as one request. nullopt: the engine cannot say the same.
  Result<std::optional<WriteOutcome>> Direct(const WriteOp& op, EvalContext& ctx, const WriteOptions& options);
  Result<std::vector<WriteOutcome>> ReadAndWrite(std::span<const WriteOp> ops, EvalContext& ctx,
                                                 const WriteOptions& options);
  // Puts of different items that nothing need be known of.
  Result<std::optional<std::vector<WriteOutcome>>> PutAll(std::span<const WriteOp> ops);
  Status Transact(const std::vector<WriteRequest>& requests);
  Status Failed(const TableSchema& table, Answer* answer) const;

  DynamoClient* const client_;
  RemoteCatalog* const catalog_;
  const ItemImages::Reader reader_;
};

}  // namespace parton::remote

#endif  // PARTON_STORAGE_REMOTE_REMOTE_WRITER_H_
