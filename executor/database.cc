// The composition root: store, settings and connections are put together here.
#include <filesystem>
#include <system_error>

#include "executor/connection.h"
#include "storage/local_store.h"

namespace parton {

namespace {

class DatabaseImpl final : public Database {
 public:
  DatabaseImpl(const std::string& path, const Options& options, std::unique_ptr<TableStore> store) {
    state_.path = path;
    state_.options = options;
    state_.store = std::move(store);
    // Spilled rows stay with the data, which may not fit anywhere else.
    std::error_code error;
    state_.temp_dir = path == ":memory:" ? std::filesystem::temp_directory_path(error).string() : path;
    if (state_.temp_dir.empty()) state_.temp_dir = "/tmp";
  }

  std::unique_ptr<Connection> Connect() override { return std::make_unique<ConnectionImpl>(&state_); }
  const std::string& path() const override { return state_.path; }
  std::vector<std::string> Check() override { return state_.store->Check(); }
  std::vector<std::string> TableNames() const override {
    std::vector<std::string> names;
    for (const TablePtr& t : state_.store->Tables()) names.push_back(t->name);
    return names;
  }
  std::vector<std::string> IndexNames(std::string_view table) const override {
    std::vector<std::string> names;
    Result<TablePtr> t = state_.store->GetTable(table);
    if (!t.ok()) return names;
    for (const IndexSchema& i : (*t)->indexes) names.push_back(i.name);
    return names;
  }

 private:
  DatabaseState state_;
};

}  // namespace

Result<std::unique_ptr<Database>> Database::Open(const std::string& path, const Options& options) {
  StoreOptions store;
  store.path = path;
  store.create_if_missing = options.create_if_missing;
  store.error_if_exists = options.error_if_exists;
  store.read_only = options.read_only;
  store.durable = options.durable;
  store.cache_bytes = options.cache_bytes;
  store.write_buffer_bytes = options.write_buffer_bytes;
  store.block_bytes = options.block_bytes;
  store.compression = options.compression;
  store.clock_ms = options.clock_ms;
  PARTON_ASSIGN_OR_RETURN(std::unique_ptr<TableStore> opened, OpenLocalStore(store));
  return std::unique_ptr<Database>(new DatabaseImpl(path, options, std::move(opened)));
}

std::string_view Version() { return "0.1.0"; }

}  // namespace parton
