#include "storage/local/recovery/log_scan.h"

#include <algorithm>
#include <cstdint>

#include "storage/local/bytes/crc32c.h"
#include "storage/local/recovery/manifest.h"
#include "storage/local/recovery/zeroed_log_file.h"
#include "types/item/varint.h"

namespace parton {

namespace {

// LevelDB's log format (its doc/log_format.md): blocks of 32 KiB; fragments of crc32c(masked) u32, length u16,
// type u8, data; a block's last bytes, too few for a header, are zeros.
constexpr size_t kBlock = 32768;
constexpr size_t kHeader = 7;
constexpr size_t kBatchHeader = 12;  // of a write batch: number of its first operation u64, count u32
enum FragmentType : uint8_t { kNone = 0, kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

uint32_t MaskedCrc(std::string_view data) { return MaskCrc(ExtendCrc(0, data)); }

uint32_t ReadLittle(std::string_view s, size_t at, int bytes) {
  uint32_t v = 0;
  for (int i = 0; i < bytes; ++i) v |= static_cast<uint32_t>(static_cast<uint8_t>(s[at + i])) << 8 * i;
  return v;
}

struct Fragment {
  FragmentType type = kNone;  // kNone: there is no good fragment
  std::string_view data;
};

Fragment FragmentAt(std::string_view log, size_t at) {
  const size_t block_end = std::min(log.size(), (at / kBlock + 1) * kBlock);
  if (block_end - at < kHeader) return {};
  const size_t length = ReadLittle(log, at + 4, 2);
  const auto type = static_cast<uint8_t>(log[at + 6]);
  if (type < kFull || type > kLast || at + kHeader + length > block_end) return {};
  if (MaskedCrc(log.substr(at + 6, length + 1)) != ReadLittle(log, at, 4)) return {};
  return {static_cast<FragmentType>(type), log.substr(at + kHeader, length)};
}

bool Begins(const Fragment& f) { return f.type == kFull || f.type == kFirst; }

uint64_t ReadSequence(std::string_view batch) {
  return ReadLittle(batch, 0, 4) | static_cast<uint64_t>(ReadLittle(batch, 4, 4)) << 32;
}

// Where the operation at `at` of LevelDB's write batch ends, by the lengths that it gives; 0: it makes no sense. An end
// behind the batch's end is for the caller to judge.
size_t OperationEnd(std::string_view batch, size_t at) {
  if (at >= batch.size()) return 0;
  const auto tag = static_cast<uint8_t>(batch[at]);
  if (tag > 1) return 0;
  ++at;
  for (int part = tag; part >= 0; --part) {  // a deletion has a key, an insertion a value too
    if (at >= batch.size()) return 0;
    uint64_t length;
    const char* const begin = batch.data() + at;
    const char* const p = GetVarint(begin, batch.data() + batch.size(), &length);
    const bool is_key = part == tag;
    if (p == nullptr || length > UINT32_MAX || (is_key && length == 0)) return 0;
    at += static_cast<size_t>(p - begin) + length;
  }
  return at;
}

// The number that follows those of a record's operations; 0: unknown.
uint64_t NextSequence(std::string_view record) {
  return record.size() < kBatchHeader ? 0 : ReadSequence(record) + ReadLittle(record, 8, 4);
}

bool IsBatch(std::string_view record) {
  if (record.size() <= kBatchHeader) return false;
  uint32_t count = ReadLittle(record, 8, 4);
  size_t at = kBatchHeader;
  for (; at < record.size() && count > 0; --count) {
    const size_t end = OperationEnd(record, at);
    if (end == 0 || end > record.size()) return false;
    at = end;
  }
  return at == record.size() && count == 0;
}

// What is known of the place where the records of a log become bad.
struct BadPlace {
  LogKind kind = LogKind::kCommits;
  size_t record = 0;      // where the bad record begins
  size_t fragment = 0;    // its first bad fragment
  uint64_t sequence = 0;  // of its first operation; 0: unknown
};

// Up to where the bad record's own content reaches, as far as that is certain: what a user stored in there may look
// like a record. Either the lengths of its fragments or those of its operations are right, unless both are gone; what
// both allow is inside.
size_t ContentEnd(std::string_view log, const BadPlace& bad) {
  struct Piece {
    uint64_t start;  // in the content
    size_t file;
  };
  std::vector<Piece> pieces;
  std::string content;
  uint64_t declared = 0;
  size_t verified = 0;  // of the content, by checksums
  bool goes_on = true;
  for (size_t at = bad.record; goes_on && at < log.size();) {
    const size_t block_end = (at / kBlock + 1) * kBlock;
    if (block_end - at < kHeader) {
      at = block_end;
      continue;
    }
    if (at + kHeader > log.size()) break;
    const size_t length = ReadLittle(log, at + 4, 2), end = at + kHeader + length;
    const auto type = static_cast<uint8_t>(log[at + 6]);
    const bool first = type == kFull || type == kFirst, fills = type == kFirst || type == kMiddle;
    // A fragment that is not the last one fills its block.
    if (type < kFull || type > kLast || first != pieces.empty() || end > block_end || (fills && end != block_end))
      break;
    if (verified == declared && FragmentAt(log, at).type != kNone) verified += length;
    pieces.push_back({declared, at + kHeader});
    content += log.substr(at + kHeader, length);
    declared += length;
    at = end;
    goes_on = fills;
  }
  if (content.size() <= kBatchHeader) return bad.record;
  if (bad.sequence != 0 && ReadSequence(content) != bad.sequence) return bad.record;
  size_t reached = 0;
  uint32_t count = ReadLittle(content, 8, 4);
  for (size_t at = kBatchHeader; at < content.size() && count > 0; --count) {
    const bool sure = OperationEnd(std::string_view(content).substr(0, verified), at) != 0;
    at = OperationEnd(content, at);
    if (at == 0 || (at > declared && !goes_on)) break;
    reached = sure ? at : std::min<uint64_t>(at, declared);
  }
  if (reached == 0) return bad.record;
  // Behind the fragments that are known it fills blocks.
  for (uint64_t start = declared; start < reached; start += kBlock - kHeader) {
    const size_t block = ((pieces.back().file - kHeader) / kBlock + 1) * kBlock;
    pieces.push_back({start, block + kHeader});
  }
  while (pieces.back().start >= reached) pieces.pop_back();
  return std::min(log.size(), pieces.back().file + (reached - pieces.back().start));
}

// Where the bad record ends by the lengths that its operations give, in a record that fills blocks; 0: they are not
// to be trusted. They are if the log ends just there, or goes on there with the next commit.
size_t EndByOperations(std::string_view log, const BadPlace& bad) {
  if (bad.kind != LogKind::kCommits || bad.record + kHeader >= log.size()) return 0;
  if (static_cast<uint8_t>(log[bad.record + 6]) != kFirst) return 0;
  std::string content;
  for (size_t at = bad.record; at + kHeader < log.size(); at = (at / kBlock + 1) * kBlock) {
    content += log.substr(at + kHeader, (at / kBlock + 1) * kBlock - at - kHeader);
  }
  if (content.size() <= kBatchHeader || (bad.sequence != 0 && ReadSequence(content) != bad.sequence)) return 0;
  size_t length = kBatchHeader;
  const uint32_t count = ReadLittle(content, 8, 4);
  for (uint32_t i = 0; i < count; ++i) {
    length = OperationEnd(content, length);
    if (length == 0 || length > content.size()) return 0;
  }
  const size_t first = (bad.record / kBlock + 1) * kBlock - bad.record - kHeader;
  if (length <= first) return 0;
  const size_t blocks = (length - first - 1) / (kBlock - kHeader);
  const size_t end =
      (bad.record / kBlock + 1 + blocks) * kBlock + kHeader + (length - first - blocks * (kBlock - kHeader));
  // Zeros may have been written ahead.
  if (end == log.size() || (log[end - 1] != '\0' && log.find_first_not_of('\0', end) == log.npos)) return end;
  const Fragment next = FragmentAt(log, kBlock - end % kBlock < kHeader ? (end / kBlock + 1) * kBlock : end);
  const bool follows =
      Begins(next) && next.data.size() >= kBatchHeader && ReadSequence(next.data) == ReadSequence(content) + count;
  return follows ? end : 0;
}

// False if the fragment cannot be the begin of a record behind the bad place.
bool MayFollow(const Fragment& f, const BadPlace& bad, size_t at) {
  if (!Begins(f)) return false;
  if (bad.kind == LogKind::kManifest) return f.type == kFirst || Manifest().Apply(f.data);
  if (f.type == kFull && !IsBatch(f.data)) return false;
  if (f.data.size() < kBatchHeader) return f.type == kFirst;
  // Each operation has a number, and takes some bytes.
  const uint64_t sequence = ReadSequence(f.data);
  return bad.sequence == 0 || (sequence >= bad.sequence && sequence - bad.sequence <= at - bad.record);
}

// Where a record begins behind the bad place, where lengths cannot be trusted any more; the end if none does.
size_t NextBegin(std::string_view log, const BadPlace& bad) {
  size_t at = bad.fragment + 1;
  if (bad.kind == LogKind::kCommits) at = std::max({at, ContentEnd(log, bad), EndByOperations(log, bad)});
  bool certain = false;  // that a fragment begins here, if all is well
  while (at < log.size()) {
    certain = certain || at % kBlock == 0;
    const Fragment f = FragmentAt(log, at);
    if (MayFollow(f, bad, at)) return at;
    certain = certain && f.type != kNone;
    at += certain ? kHeader + f.data.size() : 1;
  }
  return at;
}

}  // namespace

LogScan ScanLog(std::string_view log, std::vector<std::string>* contents, LogKind kind) {
  LogScan scan;
  BadPlace bad{.kind = kind};
  std::string record;
  bool open = false;
  size_t at = 0;
  bool ends_before_room = log.size() == kLogZerosAhead;
  while (at < log.size()) {
    const size_t left = kBlock - at % kBlock;
    if (left < kHeader) {
      at += left;
      continue;
    }
    const Fragment f = FragmentAt(log, at);
    if (f.type == kNone) {
      scan.damaged = true;
      bad.fragment = at;
      if (!open) bad.record = at;
      scan.begins_again = NextBegin(log, bad) < log.size();
      scan.zeros_ahead = ends_before_room && log.find_first_not_of('\0', at) == log.npos;
      break;
    }
    if (Begins(f)) {
      ++scan.records;
      record.clear();
      bad.record = at;
    }
    record.append(f.data);
    at += kHeader + f.data.size();
    open = f.type == kFirst || f.type == kMiddle;
    if (open) continue;
    if (at + kLogZerosAhead == log.size()) ends_before_room = true;
    if (kind == LogKind::kCommits) bad.sequence = NextSequence(record);
    if (contents != nullptr) contents->push_back(record);
  }
  scan.good_bytes = std::min(at, log.size());
  return scan;
}

}  // namespace parton
