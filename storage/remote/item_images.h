// Items as they were read, and as operations leave them: writes that the engine cannot compute are computed here, and
// are sent on condition that what they were computed from is still there.
#ifndef PARTON_STORAGE_REMOTE_ITEM_IMAGES_H_
#define PARTON_STORAGE_REMOTE_ITEM_IMAGES_H_

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "storage/remote/dynamo_client.h"
#include "storage/table_writer.h"

namespace parton::remote {

struct ItemImage {
  TablePtr table;
  Key key;
  Value before;  // as it was read; MISSING: there was none
  Value now;
  // What the result depends on: top-level attributes of `before`; `whole`: all of them. That there was an item, or
  // none, counts in any case if `read`.
  std::set<std::string> premises;
  bool whole = false;
  bool read = false;  // somebody looked at it; else it was only put
  bool put = false;   // `now` is an item of its own, not `before` with changes
  bool changed = false;
};

// One request member of TransactWriteItems, or a request of its own: "Put", "Update", "Delete", "ConditionCheck".
struct WriteRequest {
  std::string verb;
  std::string body;
};

class ItemImages {
 public:
  // Fills the values of images that are not known yet: consistent reads of these keys of a table.
  using Reader = std::function<Status(const TablePtr& table, std::span<const Key> keys, std::vector<Value>* items)>;

  // Reads what the operations need and applies them in their order. Outcomes have sizes. On error the images are as
  // before, but for what was read.
  Result<std::vector<WriteOutcome>> Apply(std::span<const WriteOp> ops, EvalContext& ctx, const WriteOptions& options,
                                          const Reader& reader);
  // The item as it is now, all of which the result depends on from now on.
  Status Read(const TablePtr& table, std::span<const Key> keys, const Reader& reader, std::vector<Value>* items);

  // The requests that make the changes. `checks`: also of items that were only read. Error (kLimitExceeded): a
  // condition is longer than a request may have.
  Result<std::vector<WriteRequest>> Requests(bool checks) const;
  size_t size() const { return images_.size(); }
  // Takes back what was written since `earlier`, a copy of these images; what was read stays read.
  void TakeBack(const ItemImages& earlier);

 private:
  Status Load(const TablePtr& table, const std::vector<Key>& keys, const Reader& reader);
  Result<WriteOutcome> ApplyOne(const WriteOp& op, ItemImage* image, const Value& item, EvalContext& ctx);

  std::map<std::string, ItemImage> images_;  // by table and key
};

// The key of an operation, and its item as it is stored where it has one. Errors as a store has them.
Status PrepareOp(const WriteOp& op, Key* key, Value* item);

}  // namespace parton::remote

#endif  // PARTON_STORAGE_REMOTE_ITEM_IMAGES_H_
