#include "session/options.h"

#include "storage/local/local_store.h"

namespace parton {

StoreOptions StoreOptionsOf(const std::string& path, const Options& options) {
  StoreOptions store;
  store.path = path;
  store.create_if_missing = options.create_if_missing;
  store.error_if_exists = options.error_if_exists;
  store.read_only = options.read_only;
  store.durable = options.durable;
  store.cache_bytes = options.cache_bytes;
  store.item_cache_bytes = options.item_cache_bytes;
  store.write_buffer_bytes = options.write_buffer_bytes;
  store.block_bytes = options.block_bytes;
  store.compression = options.compression;
  return store;
}

Settings InitialSettings(const Options& options) {
  Settings settings;
  settings.threads = options.threads;
  settings.throttle = options.throttle;
  settings.memory_limit_bytes = options.memory_limit_bytes;
  settings.durable = options.durable;
  return settings;
}

}  // namespace parton
