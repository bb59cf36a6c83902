// Changes of a table whose positions are texts of the engine's own, not numbers of a FeedStore.
#ifndef PARTON_STORAGE_CHANGE_READER_H_
#define PARTON_STORAGE_CHANGE_READER_H_

#include <memory>
#include <string>

#include "parton/status.h"
#include "parton/value.h"
#include "types/schema/schema.h"

namespace parton {

// Threads: one.
class ChangeCursor {
 public:
  virtual ~ChangeCursor() = default;
  // The next record as changes('t') shows it, with its `Position`; false at the end of what there is now.
  virtual Result<bool> Next(Value* record) = 0;
};

// A store may be one. Threads: any.
class ChangeReader {
 public:
  virtual ~ChangeReader() = default;
  // Behind a record's Position, or from the oldest record that is kept (empty). The changes of an item come in their
  // order. Errors: kValidation (the table records no changes, `position` is none of its), kTrimmed (records behind it
  // are gone).
  virtual Result<std::unique_ptr<ChangeCursor>> OpenChanges(const TableSchema& table, const std::string& position) = 0;
};

}  // namespace parton

#endif  // PARTON_STORAGE_CHANGE_READER_H_
