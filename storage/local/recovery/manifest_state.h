// The files that the records of a MANIFEST add up to (LevelDB's version_edit.cc).
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_MANIFEST_STATE_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_MANIFEST_STATE_H_

#include <cstdint>
#include <set>
#include <string_view>

#include "types/item/varint.h"

namespace parton {

class ManifestState {
 public:
  // False if the record cannot be read.
  bool Apply(std::string_view record) {
    at_ = record.data();
    end_ = at_ + record.size();
    while (at_ != end_) {
      if (!ApplyField()) return false;
    }
    return true;
  }

  uint64_t log_number = 0;  // of the oldest log that is still needed
  std::set<uint64_t> tables;
  bool names_log = false;  // its first record does not; LevelDB opens none that ends there

 private:
  enum Tag {
    kComparator = 1,
    kLogNumber,
    kNextFile,
    kLastSequence,
    kCompactPointer,
    kDeletedFile,
    kNewFile,
    kPreviousLog = 9
  };

  bool Number(uint64_t* out) {
    at_ = GetVarint(at_, end_, out);
    return at_ != nullptr;
  }
  bool SkipBytes() {
    uint64_t length;
    if (!Number(&length) || length > static_cast<uint64_t>(end_ - at_)) return false;
    at_ += length;
    return true;
  }
  bool ApplyField() {
    uint64_t tag, number;
    if (!Number(&tag)) return false;
    switch (tag) {
      case kComparator: return SkipBytes();
      case kLogNumber: names_log = true; return Number(&log_number);
      case kNextFile:
      case kLastSequence:
      case kPreviousLog: return Number(&number);
      case kCompactPointer: return Number(&number) && SkipBytes();
      case kDeletedFile:
        if (!Number(&number) || !Number(&number)) return false;
        tables.erase(number);
        return true;
      case kNewFile: {
        uint64_t size;
        if (!Number(&number) || !Number(&number) || !Number(&size) || !SkipBytes() || !SkipBytes()) return false;
        tables.insert(number);
        return true;
      }
      default: return false;
    }
  }

  const char* at_ = nullptr;
  const char* end_ = nullptr;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_MANIFEST_STATE_H_
