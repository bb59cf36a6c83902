#include "storage/log_file_env.h"

#include <memory>

#include "storage/zeroed_log_file.h"

namespace parton {

namespace {

class CarefulFile : public leveldb::WritableFile {
 public:
  CarefulFile(leveldb::WritableFile* base, bool sync_at_end) : base_(base), sync_at_end_(sync_at_end) {}
  ~CarefulFile() override {
    if (!closed_) (void)CarefulFile::Close();
  }

  leveldb::Status Append(const leveldb::Slice& data) override {
    unsynced_ = true;
    return Do([&] { return base_->Append(data); });
  }
  leveldb::Status Flush() override {
    return Do([&] { return base_->Flush(); });
  }
  leveldb::Status Sync() override {
    leveldb::Status s = Do([&] { return base_->Sync(); });
    if (s.ok()) unsynced_ = false;
    return s;
  }
  leveldb::Status Close() override {
    closed_ = true;
    if (sync_at_end_ && unsynced_) (void)Sync();
    leveldb::Status s = base_->Close();
    return failed_.ok() ? s : failed_;
  }

 private:
  template <typename Fn>
  leveldb::Status Do(Fn fn) {
    if (failed_.ok()) failed_ = fn();
    return failed_;
  }

  std::unique_ptr<leveldb::WritableFile> base_;
  const bool sync_at_end_;
  bool unsynced_ = false;
  bool closed_ = false;
  leveldb::Status failed_;
};

}  // namespace

leveldb::WritableFile* LogFileEnv::Wrap(const std::string& name, leveldb::WritableFile* base) const {
  return new CarefulFile(base, sync_closed_logs_ && name.ends_with(".log"));
}

leveldb::Status LogFileEnv::NewWritableFile(const std::string& name, leveldb::WritableFile** file) {
  leveldb::Status s = zeros_ahead_ && name.ends_with(".log") ? NewZeroedLogFile(name, file)
                                                             : target()->NewWritableFile(name, file);
  if (s.ok()) *file = Wrap(name, *file);
  return s;
}

leveldb::Status LogFileEnv::NewAppendableFile(const std::string& name, leveldb::WritableFile** file) {
  leveldb::Status s = target()->NewAppendableFile(name, file);
  if (s.ok()) *file = Wrap(name, *file);
  return s;
}

}  // namespace parton
