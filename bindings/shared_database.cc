#include "bindings/shared_database.h"

#include <pthread.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>

namespace parton::bindings {
namespace {

std::atomic<unsigned> generation = 0;
const int kWatchForks = pthread_atfork(nullptr, nullptr, [] { ++generation; });

// Held while a database is opened or closed, so that one that is just being closed is not found locked.
struct OpenDatabases {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<SharedDatabase>> by_key;
};
OpenDatabases& Databases() {
  static auto* const databases = new OpenDatabases;  // NOLINT: holders may end after statics
  return *databases;
}

std::string KeyOf(const std::string& path, bool read_only) {
  std::error_code error;
  std::string canonical = std::filesystem::weakly_canonical(path, error).string();
  if (error) canonical = path;
  while (canonical.size() > 1 && canonical.back() == '/') canonical.pop_back();
  return canonical + (read_only ? "|r" : "|w");
}

}  // namespace

unsigned ForkGeneration() {
  (void)kWatchForks;
  return generation.load(std::memory_order_relaxed);
}

Result<std::shared_ptr<SharedDatabase>> SharedDatabase::Open(const std::string& path, const Options& options) {
  if (path == ":memory:") {
    PARTON_ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Open(path, options));
    return std::shared_ptr<SharedDatabase>(new SharedDatabase(std::move(database), ""));
  }
  const std::string key = KeyOf(path, options.read_only);
  OpenDatabases& open = Databases();
  const std::lock_guard<std::mutex> lock(open.mutex);
  if (const auto entry = open.by_key.find(key); entry != open.by_key.end()) {
    if (std::shared_ptr<SharedDatabase> there = entry->second.lock()) return there;
  }
  PARTON_ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Open(path, options));
  std::shared_ptr<SharedDatabase> made(new SharedDatabase(std::move(database), key));
  open.by_key[key] = made;
  return made;
}

SharedDatabase::~SharedDatabase() {
  if (key_.empty()) return;
  OpenDatabases& open = Databases();
  const std::lock_guard<std::mutex> lock(open.mutex);
  database_.reset();
  const auto entry = open.by_key.find(key_);
  if (entry != open.by_key.end() && entry->second.expired()) open.by_key.erase(entry);
}

}  // namespace parton::bindings
