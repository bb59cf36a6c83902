// IMPORT of several tables is all or nothing, also when the process dies on the way.
//
// A record says that an import is under way, and its tables carry a mark with the record's name. Removing the record is
// what makes the import final. Opening a database drops the tables of imports that have a record, and takes the marks
// off all others.
#ifndef PARTON_SESSION_TRANSFER_UNFINISHED_IMPORT_H_
#define PARTON_SESSION_TRANSFER_UNFINISHED_IMPORT_H_

#include <string>
#include <string_view>

#include "parton/status.h"
#include "storage/table_store.h"

namespace parton {

// The option of a table that holds the mark. Options that start with a dot are not shown.
inline constexpr std::string_view kImportMark = ".import";

class UnfinishedImport {
 public:
  // `store` must outlive it.
  explicit UnfinishedImport(TableStore* store);

  // The mark its tables are to be made with.
  const std::string& mark() const { return mark_; }
  // Before the first table is made.
  Status Begin();
  // After the last item was loaded. Error: the import is undone when the database is opened next.
  Status Finish();
  // Drops the tables that were made; at the latest when the database is opened next.
  void Undo();

 private:
  TableStore* store_;
  std::string mark_;
};

// Called once, when a database is opened for writing.
Status DropUnfinishedImports(TableStore* store);

}  // namespace parton

#endif  // PARTON_SESSION_TRANSFER_UNFINISHED_IMPORT_H_
