// CREATE, ALTER and DROP as CreateTable, UpdateTable and DeleteTable, with waiting for the engine to be done.
#ifndef PARTON_STORAGE_REMOTE_REMOTE_ADMIN_H_
#define PARTON_STORAGE_REMOTE_REMOTE_ADMIN_H_

#include <string>

#include "storage/remote/remote_catalog.h"
#include "storage/table_catalog.h"

namespace parton::remote {

// Threads: any.
class RemoteAdmin final : public CatalogAdmin {
 public:
  RemoteAdmin(DynamoClient* client, RemoteCatalog* catalog) : client_(client), catalog_(catalog) {}

  Result<TablePtr> CreateTable(TableSchema schema) override;
  Status DropTable(std::string_view name, const StoreProgress& progress) override;
  Status TruncateTable(std::string_view name, const StoreProgress& progress) override;
  Status CreateIndex(std::string_view table, IndexSchema index, const StoreProgress& progress) override;
  Status StartIndex(std::string_view table, IndexSchema index) override;
  Status DropIndex(std::string_view table, std::string_view index, const StoreProgress& progress) override;
  Status AlterTable(std::string_view table, const std::function<Status(TableSchema*)>& change) override;

 private:
  Status Do(std::string_view operation, const std::string& body, std::string_view table);
  // Until the table and its indexes are active, or (gone) it is not there.
  Status WaitFor(std::string_view table, bool gone, const StoreProgress& progress);
  Status UpdateExpiry(const TableSchema& before, const TableSchema& after);

  DynamoClient* const client_;
  RemoteCatalog* const catalog_;
};

}  // namespace parton::remote

#endif  // PARTON_STORAGE_REMOTE_REMOTE_ADMIN_H_
