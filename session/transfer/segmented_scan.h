// All items of a remote table, by a parallel scan whose segments have a page under way each.
#ifndef PARTON_SESSION_TRANSFER_SEGMENTED_SCAN_H_
#define PARTON_SESSION_TRANSFER_SEGMENTED_SCAN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"
#include "storage/pace.h"
#include "storage/table_store.h"

namespace parton {

// Threads: one.
class SegmentedScan {
 public:
  // `store` outlives it. `rate`: read units a second at most; 0: any number.
  SegmentedScan(TableStore* store, TablePtr table, double rate)
      : store_(*store), table_(std::move(table)), pace_(rate) {}

  Status Open(uint64_t segments);
  // Behind a Position(). Error (kValidation): it is none.
  Status Resume(const Value& position);
  // The next item, owned; of the segments in turn. False: at the end. Throws if the statement is cancelled.
  Result<bool> Next(Value* item);
  // Behind which items it stands: an array with a text for each segment, or NULL for one that is at its end.
  Value Position() const;
  // Read units consumed so far, as the engine says.
  double units() const { return units_; }

 private:
  struct Segment {
    std::unique_ptr<ItemCursor> cursor;  // null: at its end
    double units = 0;
  };
  Status OpenSegment(uint64_t number, uint64_t of, const std::string& after);

  TableStore& store_;
  const TablePtr table_;
  Pace pace_;
  EvalContext eval_;
  std::vector<Segment> segments_;
  size_t turn_ = 0;
  double units_ = 0;
};

}  // namespace parton

#endif  // PARTON_SESSION_TRANSFER_SEGMENTED_SCAN_H_
