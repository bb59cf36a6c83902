#include "storage/local/recovery/manifest.h"

#include <algorithm>

#include "types/item/varint.h"

namespace parton {

namespace {

enum Tag : uint64_t {
  kComparator = 1,
  kLogNumber,
  kNextFile,
  kLastSequence,
  kCompactPointer,
  kDeletedFile,
  kNewFile,
  kPreviousLog = 9
};

class EditReader {
 public:
  EditReader(std::string_view record, Manifest* manifest)
      : at_(record.data()), end_(at_ + record.size()), manifest_(manifest) {}

  bool ReadAll() {
    while (at_ != end_) {
      if (!ReadField()) return false;
    }
    return true;
  }

 private:
  bool Number(uint64_t* out) {
    at_ = GetVarint(at_, end_, out);
    return at_ != nullptr;
  }
  bool Bytes(std::string* out) {
    uint64_t length;
    if (!Number(&length) || length > static_cast<uint64_t>(end_ - at_)) return false;
    out->assign(at_, length);
    at_ += length;
    return true;
  }
  bool ReadField() {
    uint64_t tag, number;
    std::string bytes;
    if (!Number(&tag)) return false;
    switch (tag) {
      case kComparator: return Bytes(&bytes);
      case kLogNumber: manifest_->names_log = true; return Number(&manifest_->log_number);
      case kNextFile: return Number(&number);
      case kLastSequence: return Number(&manifest_->last_sequence);
      case kPreviousLog: return Number(&manifest_->previous_log);
      case kCompactPointer: return Number(&number) && Bytes(&bytes);
      case kDeletedFile:
        if (!Number(&number) || !Number(&number)) return false;
        manifest_->tables.erase(number);
        return true;
      case kNewFile: {
        ManifestFile file;
        uint64_t level;
        if (!Number(&level) || !Number(&number) || !Number(&file.size) || !Bytes(&file.smallest) ||
            !Bytes(&file.largest)) {
          return false;
        }
        file.level = static_cast<uint32_t>(level);
        manifest_->highest_table = std::max(manifest_->highest_table, number);
        manifest_->tables[number] = std::move(file);
        return true;
      }
      default: return false;
    }
  }

  const char* at_;
  const char* const end_;
  Manifest* manifest_;
};

}  // namespace

bool Manifest::Apply(std::string_view record) { return EditReader(record, this).ReadAll(); }

uint64_t NumberOfFile(std::string_view name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return 0;
  name.remove_suffix(suffix.size());
  if (name.empty() || name.size() > 19 || name.find_first_not_of("0123456789") != std::string_view::npos) return 0;
  uint64_t number = 0;
  for (char c : name) number = number * 10 + static_cast<uint64_t>(c - '0');
  return number;
}

}  // namespace parton
