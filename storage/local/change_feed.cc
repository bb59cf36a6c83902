#include "storage/local/change_feed.h"

#include "storage/local/bytes/key_layout.h"
#include "types/item/varint.h"
#include "types/number/number_codec.h"

namespace parton {

namespace {

constexpr char kRecordVersion = 1;
constexpr char kFlagTtl = 1;
constexpr char kFlagDepth = 2;

void PutField(std::string_view bytes, std::string* out) {
  PutVarint(bytes.size(), out);
  out->append(bytes);
}

bool ReadField(std::string_view* in, std::string_view* out) {
  uint64_t n = 0;
  const char* end = in->data() + in->size();
  const char* p = GetVarint(in->data(), end, &n);
  if (p == nullptr || n > static_cast<uint64_t>(end - p)) return false;
  *out = std::string_view(p, n);
  in->remove_prefix(p + n - in->data());
  return true;
}

}  // namespace

std::string ChangeKey(uint32_t table_id, uint64_t sequence) {
  std::string k = IdPrefix(KeySpace::kChange, table_id);
  AppendU64(sequence, &k);
  return k;
}

std::string HistoryKey(uint32_t table_id, uint64_t sequence) {
  std::string k = IdPrefix(KeySpace::kHistory, table_id);
  AppendU64(sequence, &k);
  return k;
}

void EncodeChange(const ChangeRecord& record, std::string* out) {
  out->push_back(kRecordVersion);
  out->push_back(static_cast<char>(record.event));
  out->push_back(static_cast<char>(record.view));
  out->push_back(static_cast<char>((record.by_ttl ? kFlagTtl : 0) | (record.depth != 0 ? kFlagDepth : 0)));
  PutVarint(ZigZag(record.created_ms), out);
  if (record.depth != 0) PutVarint(record.depth, out);
  PutField(record.keys, out);
  PutField(record.new_image, out);
  PutField(record.old_image, out);
}

Result<ChangeRecord> DecodeChange(std::string_view bytes) {
  Status damaged = Status::Corruption("a record of the change feed is damaged");
  if (bytes.size() < 5) return damaged;
  if (bytes[0] != kRecordVersion) return damaged;
  ChangeRecord r;
  if (bytes[1] < 1 || bytes[1] > 3 || bytes[2] < 0 || bytes[2] > 4 || (bytes[3] & ~(kFlagTtl | kFlagDepth)) != 0) {
    return damaged;
  }
  r.event = static_cast<ChangeEvent>(bytes[1]);
  r.view = static_cast<StreamView>(bytes[2]);
  r.by_ttl = (bytes[3] & kFlagTtl) != 0;
  uint64_t ms = 0;
  const char* end = bytes.data() + bytes.size();
  const char* p = GetVarint(bytes.data() + 4, end, &ms);
  if (p == nullptr) return damaged;
  r.created_ms = UnZigZag(ms);
  if ((bytes[3] & kFlagDepth) != 0) {
    uint64_t depth = 0;
    p = GetVarint(p, end, &depth);
    if (p == nullptr || depth == 0 || depth > UINT32_MAX) return damaged;
    r.depth = static_cast<uint32_t>(depth);
  }
  std::string_view rest(p, end - p);
  if (!ReadField(&rest, &r.keys) || !ReadField(&rest, &r.new_image) || !ReadField(&rest, &r.old_image) ||
      !rest.empty()) {
    return damaged;
  }
  return r;
}

void FeedSequencer::Start(uint64_t next, uint64_t reserved) {
  MutexLock lock(mutex_);
  next_ = next;
  reserved_ = reserved;
}

uint64_t FeedSequencer::Begin(uint64_t count, uint64_t* reserve) {
  MutexLock lock(mutex_);
  uint64_t first = next_;
  in_flight_.insert(first);
  next_ += count;
  *reserve = 0;
  if (next_ > reserved_) {
    reserved_ = next_ + kBlock;
    *reserve = reserved_;
  }
  return first;
}

void FeedSequencer::End(uint64_t first) {
  MutexLock lock(mutex_);
  in_flight_.erase(first);
  moved_.NotifyAll();
}

void FeedSequencer::Abandon(uint64_t first) {
  MutexLock lock(mutex_);
  reserved_ = 0;
  in_flight_.erase(first);
  moved_.NotifyAll();
}

uint64_t FeedSequencer::Visible() const {
  MutexLock lock(mutex_);
  return VisibleLocked();
}

uint64_t FeedSequencer::WaitBeyond(uint64_t after, std::chrono::steady_clock::time_point deadline,
                                   const std::atomic<bool>* stop) const {
  MutexLock lock(mutex_);
  while (!closed_ && VisibleLocked() <= after && (stop == nullptr || !stop->load())) {
    if (!moved_.WaitUntil(mutex_, deadline)) break;
  }
  return VisibleLocked();
}

void FeedSequencer::Wake() {
  MutexLock lock(mutex_);
  moved_.NotifyAll();
}

void FeedSequencer::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
  moved_.NotifyAll();
}

}  // namespace parton
