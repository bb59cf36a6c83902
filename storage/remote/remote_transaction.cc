#include "storage/remote/remote_transaction.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace parton::remote {

Status TransactionView::Read(const TablePtr& table, std::span<const Key> keys, std::vector<Value>* items) {
  const MutexLock lock(mutex_);
  return images_.Read(table, keys, reader_, items);
}

Status TransactionView::RangeRefused() {
  return Status::Unsupported(
             "a transaction of a remote engine reads single items by their whole key: the engine cannot tell "
             "whether a range stays as it was read")
      .WithHint("run the query before BEGIN, and let the conditions of the writes say what must still hold");
}

class RemoteTransaction final : public StoreTransaction {
 public:
  RemoteTransaction(RemoteWriter* writer, ItemImages::Reader reader) : writer_(writer), view_(std::move(reader)) {}

  ReadView& view() override { return view_; }

  Result<std::vector<WriteOutcome>> Write(const std::vector<WriteOp>& ops, EvalContext& ctx,
                                          const WriteOptions& options) override {
    const MutexLock lock(view_.mutex_);
    ItemImages next = view_.images_;
    PARTON_ASSIGN_OR_RETURN(std::vector<WriteOutcome> outcomes, next.Apply(ops, ctx, options, view_.reader_));
    if (next.size() > kMostTransactItems) return TooMany(next.size());
    if (options.meter != nullptr) PARTON_RETURN_IF_ERROR((*options.meter)(outcomes, Status::Ok()));
    view_.images_ = std::move(next);
    return outcomes;
  }

  int Savepoint() override {
    const MutexLock lock(view_.mutex_);
    savepoints_.push_back(view_.images_);
    return static_cast<int>(savepoints_.size()) - 1;
  }
  void RollbackTo(int savepoint) override {
    const auto at = static_cast<size_t>(savepoint);
    if (at >= savepoints_.size()) return;
    const MutexLock lock(view_.mutex_);
    // What was read since then stays read.
    view_.images_.TakeBack(savepoints_[at]);
    savepoints_.resize(at + 1);
  }
  void Release(int savepoint) override {
    if (static_cast<size_t>(savepoint) < savepoints_.size()) savepoints_.resize(static_cast<size_t>(savepoint));
  }

  Status Commit() override {
    if (records_) return Status::Unsupported("the store of this database keeps no records");
    const MutexLock lock(view_.mutex_);
    // One item that was only read has been what it was.
    const bool checks = view_.images_.size() > 1;
    if (view_.images_.size() > kMostTransactItems && checks) return TooMany(view_.images_.size());
    return writer_->Send(view_.images_, checks);
  }
  void WriteRecords(const RecordWrites& writes) override { records_ = records_ || !writes.empty(); }
  void SetChangeDepth(uint32_t) override {}

 private:
  static Status TooMany(size_t count) {
    return Status(StatusCode::kLimitExceeded,
                  fmt::format("the transaction reads and writes {} items, and {} at most are one of this store", count,
                              kMostTransactItems));
  }

  RemoteWriter* const writer_;
  TransactionView view_;
  std::vector<ItemImages> savepoints_;
  bool records_ = false;
};

std::unique_ptr<StoreTransaction> BeginRemote(RemoteWriter* writer, ItemImages::Reader reader) {
  return std::make_unique<RemoteTransaction>(writer, std::move(reader));
}

}  // namespace parton::remote
