// One page of items of a table or an index: what is read is settled, no matter how the request said it.
#ifndef PARTON_SESSION_REQUESTS_PAGE_READER_H_
#define PARTON_SESSION_REQUESTS_PAGE_READER_H_

#include <string>
#include <vector>

#include "parton/items.h"
#include "storage/table_store.h"
#include "types/item/document_path.h"

namespace parton {

struct DatabaseState;

struct PagePlan {
  TablePtr table;
  const IndexSchema* index = nullptr;  // of *table; null: the table
  KeyRange range;
  bool backward = false;
  bool consistent = false;
  bool count_only = false;
  bool fetch = false;  // a local index: the items themselves are wanted
  ExprPtr filter;      // null: none; reads the item in slot 0
  const std::vector<Value>* parameters = nullptr;
  const std::vector<DocumentPath>* paths = nullptr;  // empty: whole items
  std::string after;   // TableStore::PositionOf where the page starts (exclusive); empty: the start
  uint64_t limit = 0;  // items examined; 0: only 1 MB ends the page
  uint32_t segment = 0;
  uint32_t segments = 0;  // 0: all
};

// Errors: kThrottled, those of the store and of the filter.
Result<ItemPage> ReadItemPage(DatabaseState* db, const PagePlan& plan);

}  // namespace parton

#endif  // PARTON_SESSION_REQUESTS_PAGE_READER_H_
