// A LevelDB Env in memory whose disk dies, fails or fills up at a chosen operation.
//
// Operations that change the disk are counted. `DieAt(k)`: the k-th one and all after it fail, as if the power
// had gone. `FailAt(k, n)`: n operations from the k-th on fail, then it works again (an I/O error, a full
// disk). `PowerLoss` then does to bytes written but not synced what a disk may do: drop them, keep them,
// cut them anywhere, leave garbage behind some byte, or bring some sectors and not others. Which files a directory has,
// under which names, is strict too: what was not synced is undone, or but for a beginning of it. After that the Env
// works again for reopening.
#ifndef PARTON_TESTS_CRASH_FAULT_ENV_H_
#define PARTON_TESTS_CRASH_FAULT_ENV_H_

#include <leveldb/env.h>
#include <leveldb/helpers/memenv.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "storage/local/recovery/directory_sync.h"

namespace parton::crash {

enum class Unsynced { kDrop, kKeep, kTear, kGarbage, kScatter };

class FaultEnv : public leveldb::EnvWrapper, public DirectorySyncer {
 public:
  FaultEnv() : EnvWrapper(leveldb::NewMemEnv(leveldb::Env::Default())), memory_(target()) {}
  ~FaultEnv() override = default;

  void DieAt(int64_t operation) {
    std::lock_guard lock(mutex_);
    from_ = operation;
    until_ = INT64_MAX;
  }
  void FailAt(int64_t operation, int64_t count) {
    std::lock_guard lock(mutex_);
    from_ = operation;
    until_ = operation + count;
  }
  int64_t operations() const {
    std::lock_guard lock(mutex_);
    return operations_;
  }
  bool failed() const {
    std::lock_guard lock(mutex_);
    return failed_;
  }

  // REQUIRES: nothing has files open.
  void PowerLoss(Unsynced what, uint32_t seed) {
    std::mt19937 random(seed);
    std::lock_guard lock(mutex_);
    if (what == Unsynced::kDrop) UndoEntries(0);
    if (what != Unsynced::kDrop && what != Unsynced::kKeep) UndoEntries(random() % (entries_.size() + 1));
    entries_.clear();
    for (auto& [name, synced] : synced_) {
      std::string data;
      if (!leveldb::ReadFileToString(target(), name, &data).ok()) continue;
      size_t keep = data.size();
      if (synced < data.size()) {
        if (what == Unsynced::kDrop) keep = synced;
        if (what == Unsynced::kTear) keep = synced + random() % (data.size() - synced + 1);
      }
      if (what == Unsynced::kGarbage && synced < data.size()) {
        // Sectors that never arrived read as zeros or as something old.
        const size_t from = synced + random() % (data.size() - synced);
        const bool zeros = random() % 2 == 0;
        for (size_t i = from; i < data.size(); ++i) {
          data[i] = zeros ? '\0' : static_cast<char>(random());
        }
      }
      if (what == Unsynced::kScatter) Scatter(synced, random, &data);
      data.resize(keep);
      leveldb::WriteStringToFile(target(), data, name);
      synced = keep;
    }
    from_ = until_ = 0;
    failed_ = false;
    operations_ = 0;
  }

  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** file) override {
    return Open(name, file, false);
  }
  leveldb::Status NewAppendableFile(const std::string& name, leveldb::WritableFile** file) override {
    return Open(name, file, true);
  }
  leveldb::Status RemoveFile(const std::string& name) override {
    if (!Count()) return Broken(name);
    std::lock_guard lock(mutex_);
    std::optional<Content> removed = ContentOf(name);
    leveldb::Status s = target()->RemoveFile(name);
    if (s.ok()) {
      synced_.erase(name);
      entries_.push_back({name, "", std::move(removed)});
    }
    return s;
  }
  leveldb::Status RenameFile(const std::string& from, const std::string& to) override {
    if (!Count()) return Broken(from);
    std::lock_guard lock(mutex_);
    std::optional<Content> replaced = ContentOf(to);
    leveldb::Status s = target()->RenameFile(from, to);
    if (s.ok()) {
      entries_.push_back({to, from, std::move(replaced)});
      synced_[to] = synced_[from];
      synced_.erase(from);
    }
    return s;
  }
  leveldb::Status SyncDirectory(const std::string& directory) override {
    if (!Count()) return Broken(directory);
    std::lock_guard lock(mutex_);
    KeepEntries(directory);
    return leveldb::Status::OK();
  }
  // No LOG file: it is of no interest here and costs operations.
  leveldb::Status NewLogger(const std::string&, leveldb::Logger** logger) override {
    class Silent : public leveldb::Logger {
      void Logv(const char*, std::va_list) override {}
    };
    *logger = new Silent;
    return leveldb::Status::OK();
  }

 private:
  class File : public leveldb::WritableFile {
   public:
    File(FaultEnv* env, std::string name, leveldb::WritableFile* base)
        : env_(env), name_(std::move(name)), base_(base) {}
    leveldb::Status Append(const leveldb::Slice& data) override {
      if (!env_->Count()) {
        // A part may reach the disk before it fails.
        (void)base_->Append(leveldb::Slice(data.data(), data.size() / 2));
        return Broken(name_);
      }
      return base_->Append(data);
    }
    leveldb::Status Close() override { return base_->Close(); }
    leveldb::Status Flush() override { return base_->Flush(); }
    leveldb::Status Sync() override {
      if (!env_->Count()) return Broken(name_);
      // As LevelDB's own Env does.
      if (const size_t slash = name_.rfind('/'); name_.compare(slash + 1, 8, "MANIFEST") == 0) {
        std::lock_guard lock(env_->mutex_);
        env_->KeepEntries(name_.substr(0, slash));
      }
      leveldb::Status s = base_->Sync();
      uint64_t size = 0;
      if (s.ok() && env_->target()->GetFileSize(name_, &size).ok()) {
        std::lock_guard lock(env_->mutex_);
        env_->synced_[name_] = size;
      }
      return s;
    }

   private:
    FaultEnv* env_;
    std::string name_;
    std::unique_ptr<leveldb::WritableFile> base_;
  };

  struct Content {
    std::string bytes;
    uint64_t synced = 0;
  };
  // A change of a directory, and what undoes it.
  struct Entry {
    std::string name;
    std::string from;               // its name before; empty: it was made or removed
    std::optional<Content> before;  // what the name stood for
  };

  std::optional<Content> ContentOf(const std::string& name) {
    Content content;
    if (!target()->FileExists(name) || !leveldb::ReadFileToString(target(), name, &content.bytes).ok())
      return std::nullopt;
    content.synced = synced_[name];
    return content;
  }
  void SetContent(const std::string& name, const std::optional<Content>& content) {
    (void)target()->RemoveFile(name);
    synced_.erase(name);
    if (!content) return;
    leveldb::WriteStringToFile(target(), content->bytes, name);
    synced_[name] = content->synced;
  }
  // All but the first `keep`.
  void UndoEntries(size_t keep) {
    for (; entries_.size() > keep; entries_.pop_back()) {
      const Entry& e = entries_.back();
      if (!e.from.empty()) SetContent(e.from, ContentOf(e.name));
      SetContent(e.name, e.before);
    }
  }
  void KeepEntries(const std::string& directory) {
    std::erase_if(entries_, [&](const Entry& e) { return e.name.starts_with(directory + "/"); });
  }

  // Each sector that holds unsynced bytes arrives, or reads as zeros or as something old.
  static void Scatter(size_t synced, std::mt19937& random, std::string* data) {
    constexpr size_t kSector = 512;
    for (size_t begin = synced; begin < data->size();) {
      const size_t end = std::min(data->size(), (begin / kSector + 1) * kSector);
      const uint32_t fate = random() % 4;
      for (size_t i = begin; fate < 2 && i < end; ++i) {
        (*data)[i] = fate == 0 ? '\0' : static_cast<char>(random());
      }
      begin = end;
    }
  }

  static leveldb::Status Broken(const std::string& name) {
    return leveldb::Status::IOError(name, "no space left on device");
  }
  // False if this operation fails.
  bool Count() {
    std::lock_guard lock(mutex_);
    ++operations_;
    const bool fails = from_ != 0 && operations_ >= from_ && operations_ < until_;
    failed_ |= fails;
    return !fails;
  }
  leveldb::Status Open(const std::string& name, leveldb::WritableFile** file, bool append) {
    *file = nullptr;
    if (!Count()) return Broken(name);
    leveldb::WritableFile* base;
    const bool made = !target()->FileExists(name);
    leveldb::Status s = append ? target()->NewAppendableFile(name, &base) : target()->NewWritableFile(name, &base);
    if (!s.ok()) return s;
    std::lock_guard lock(mutex_);
    if (made) entries_.push_back({name, "", std::nullopt});
    if (!append) synced_[name] = 0;
    synced_.try_emplace(name, 0);
    *file = new File(this, name, base);
    return s;
  }

  mutable std::mutex mutex_;
  std::unique_ptr<leveldb::Env> memory_;
  std::map<std::string, uint64_t> synced_;  // bytes of each file that are safe
  std::vector<Entry> entries_;              // changes of directories that are not, in order
  int64_t operations_ = 0;
  int64_t from_ = 0;
  int64_t until_ = 0;
  bool failed_ = false;
};

}  // namespace parton::crash

#endif  // PARTON_TESTS_CRASH_FAULT_ENV_H_
