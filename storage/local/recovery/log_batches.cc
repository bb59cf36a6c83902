#include "storage/local/recovery/log_batches.h"

#include <algorithm>

#include "storage/local/recovery/log_format.h"
#include "types/item/varint.h"

namespace parton {

namespace {

bool ReadBytes(const char** p, const char* end, std::string_view* out) {
  uint64_t length;
  *p = GetVarint(*p, end, &length);
  if (*p == nullptr || length > static_cast<uint64_t>(end - *p)) return false;
  *out = {*p, length};
  *p += length;
  return true;
}

// The entries of a record; false: it is none. *next: the sequence behind it.
bool ReadBatch(std::string_view record, uint64_t* first, uint64_t* next, std::vector<LogEntry>* out) {
  if (record.size() < kBatchHeader) return false;
  *first = ReadLittleEndian(record, 8);
  const uint64_t count = ReadLittleEndian(record.substr(8), 4);
  *next = *first + count;
  const char* p = record.data() + kBatchHeader;
  const char* const end = record.data() + record.size();
  uint64_t sequence = *first;
  for (; p != end; ++sequence) {
    const char tag = *p++;
    std::string_view key, value;
    if ((tag != 0 && tag != 1) || !ReadBytes(&p, end, &key)) return false;
    if (tag == 1 && !ReadBytes(&p, end, &value)) return false;
    if (out != nullptr) out->push_back({std::string(key), sequence, tag == 1, std::string(value)});
  }
  return sequence == *next;
}

class BatchReader {
 public:
  BatchReader(std::string_view log, uint64_t next) : log_(log) { result_.next_sequence = next; }

  LogBatches Run() {
    size_t at = 0;
    while (at < log_.size()) {
      const size_t left = kLogBlock - at % kLogBlock;
      if (left < kLogHeader) {
        at += left;
        continue;
      }
      const LogFragment f = LogFragmentAt(log_, at);
      if (f.type == LogFragment::kNone) {
        // Zeros up to the end are room for records that never came.
        if (!open_ && log_.find_first_not_of('\0', at) == std::string_view::npos) break;
        at = Resume(at);
        if (at == log_.size()) {
          result_.torn = !in_gap_;
          open_ = false;
          return std::move(result_);
        }
        Gap();
        continue;
      }
      Take(f);
      at += f.size();
    }
    if (open_) result_.torn = true;
    return std::move(result_);
  }

 private:
  // Something was lost since the last good record.
  void Gap() {
    open_ = false;
    if (!in_gap_) ++result_.gaps;
    in_gap_ = true;
  }

  void Take(const LogFragment& f) {
    if (f.begins() == open_) Gap();
    if (!f.begins() && !open_) return;
    if (f.begins()) record_.clear();
    record_.append(f.data);
    open_ = !f.ends();
    if (open_) return;
    uint64_t first = 0, next = 0;
    const size_t entries = result_.entries.size();
    if (!ReadBatch(record_, &first, &next, &result_.entries) || first < result_.next_sequence) {
      result_.entries.resize(entries);
      return Gap();
    }
    // A hole where the bytes have none: a commit's place was taken by nothing.
    if (result_.first_sequence != 0 && first > result_.next_sequence && !in_gap_) ++result_.gaps;
    in_gap_ = false;
    if (result_.first_sequence == 0) result_.first_sequence = first;
    result_.next_sequence = next;
  }

  // Where fragments go on behind a bad one; the log's end if they do not.
  size_t Resume(size_t bad) const {
    const size_t block_end = std::min(log_.size(), LogBlockEnd(bad));
    for (size_t at = bad + 1; at < block_end; ++at) {
      if (LogFragmentAt(log_, at).begins() && LeadsToEnd(at, block_end)) return at;
    }
    // At the beginning of a block there is always a fragment.
    for (size_t at = block_end; at < log_.size(); at += kLogBlock) {
      if (LogFragmentAt(log_, at).type != LogFragment::kNone) return at;
    }
    return log_.size();
  }

  // Fragments follow each other without a hole up to the end of the block, or of all that was written, and the records
  // among them as well: then they are the log's own.
  bool LeadsToEnd(size_t at, size_t block_end) const {
    uint64_t expected = 0;
    std::string record;
    while (block_end - at >= kLogHeader && at < block_end) {
      const LogFragment f = LogFragmentAt(log_, at);
      if (f.type == LogFragment::kNone) return log_.find_first_not_of('\0', at) == std::string_view::npos;
      if (f.begins()) record.clear();
      record.append(f.data);
      at += f.size();
      if (!f.ends()) continue;
      uint64_t first = 0, next = 0;
      if (!ReadBatch(record, &first, &next, nullptr)) return false;
      if (expected != 0 ? first != expected : first < result_.next_sequence) return false;
      expected = next;
    }
    return true;
  }

  std::string_view log_;
  LogBatches result_;
  std::string record_;
  bool open_ = false;    // record_ is not whole yet
  bool in_gap_ = false;  // nothing good came since something was lost
};

}  // namespace

LogBatches ReadLogBatches(std::string_view log, uint64_t next_sequence) {
  return BatchReader(log, next_sequence).Run();
}

}  // namespace parton
