#include "storage/local/recovery/log_scan.h"

#include <algorithm>
#include <cstdint>

#include "storage/local/recovery/log_format.h"
#include "storage/local/recovery/manifest.h"
#include "storage/local/recovery/zeroed_log_file.h"
#include "types/item/varint.h"

namespace parton {

namespace {

uint64_t ReadSequence(std::string_view batch) { return ReadLittleEndian(batch, 8); }

uint32_t ReadCount(std::string_view batch) { return static_cast<uint32_t>(ReadLittleEndian(batch.substr(8), 4)); }

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
  return record.size() < kBatchHeader ? 0 : ReadSequence(record) + ReadCount(record);
}

bool IsBatch(std::string_view record) {
  if (record.size() <= kBatchHeader) return false;
  uint32_t count = ReadCount(record);
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
    const size_t block_end = LogBlockEnd(at);
    if (block_end - at < kLogHeader) {
      at = block_end;
      continue;
    }
    if (at + kLogHeader > log.size()) break;
    const size_t length = ReadLittleEndian(log.substr(at + 4), 2), end = at + kLogHeader + length;
    const auto type = static_cast<uint8_t>(log[at + 6]);
    const bool first = type == LogFragment::kFull || type == LogFragment::kFirst,
               fills = type == LogFragment::kFirst || type == LogFragment::kMiddle;
    // A fragment that is not the last one fills its block.
    if (type < LogFragment::kFull || type > LogFragment::kLast || first != pieces.empty() || end > block_end ||
        (fills && end != block_end))
      break;
    if (verified == declared && LogFragmentAt(log, at).type != LogFragment::kNone) verified += length;
    pieces.push_back({declared, at + kLogHeader});
    content += log.substr(at + kLogHeader, length);
    declared += length;
    at = end;
    goes_on = fills;
  }
  if (content.size() <= kBatchHeader) return bad.record;
  if (bad.sequence != 0 && ReadSequence(content) != bad.sequence) return bad.record;
  size_t reached = 0;
  uint32_t count = ReadCount(content);
  for (size_t at = kBatchHeader; at < content.size() && count > 0; --count) {
    const bool sure = OperationEnd(std::string_view(content).substr(0, verified), at) != 0;
    at = OperationEnd(content, at);
    if (at == 0 || (at > declared && !goes_on)) break;
    reached = sure ? at : std::min<uint64_t>(at, declared);
  }
  if (reached == 0) return bad.record;
  // Behind the fragments that are known it fills blocks.
  for (uint64_t start = declared; start < reached; start += kLogBlock - kLogHeader) {
    const size_t block = ((pieces.back().file - kLogHeader) / kLogBlock + 1) * kLogBlock;
    pieces.push_back({start, block + kLogHeader});
  }
  while (pieces.back().start >= reached) pieces.pop_back();
  return std::min(log.size(), pieces.back().file + (reached - pieces.back().start));
}

// Where the bad record ends by the lengths that its operations give, in a record that fills blocks; 0: they are not
// to be trusted. They are if the log ends just there, or goes on there with the next commit.
size_t EndByOperations(std::string_view log, const BadPlace& bad) {
  if (bad.kind != LogKind::kCommits || bad.record + kLogHeader >= log.size()) return 0;
  if (static_cast<uint8_t>(log[bad.record + 6]) != LogFragment::kFirst) return 0;
  std::string content;
  for (size_t at = bad.record; at + kLogHeader < log.size(); at = LogBlockEnd(at)) {
    content += log.substr(at + kLogHeader, LogBlockEnd(at) - at - kLogHeader);
  }
  if (content.size() <= kBatchHeader || (bad.sequence != 0 && ReadSequence(content) != bad.sequence)) return 0;
  size_t length = kBatchHeader;
  const uint32_t count = ReadCount(content);
  for (uint32_t i = 0; i < count; ++i) {
    length = OperationEnd(content, length);
    if (length == 0 || length > content.size()) return 0;
  }
  const size_t first = LogBlockEnd(bad.record) - bad.record - kLogHeader;
  if (length <= first) return 0;
  const size_t blocks = (length - first - 1) / (kLogBlock - kLogHeader);
  const size_t end = (bad.record / kLogBlock + 1 + blocks) * kLogBlock + kLogHeader +
                     (length - first - blocks * (kLogBlock - kLogHeader));
  // Zeros may have been written ahead.
  if (end == log.size() || (log[end - 1] != '\0' && log.find_first_not_of('\0', end) == log.npos)) return end;
  const size_t next_at = kLogBlock - end % kLogBlock < kLogHeader ? LogBlockEnd(end) : end;
  if (next_at >= log.size()) return 0;
  const LogFragment next = LogFragmentAt(log, next_at);
  const bool follows =
      next.begins() && next.data.size() >= kBatchHeader && ReadSequence(next.data) == ReadSequence(content) + count;
  return follows ? end : 0;
}

// False if the fragment cannot be the begin of a record behind the bad place.
bool MayFollow(const LogFragment& f, const BadPlace& bad, size_t at) {
  if (!f.begins()) return false;
  if (bad.kind == LogKind::kManifest) return f.type == LogFragment::kFirst || Manifest().Apply(f.data);
  if (f.type == LogFragment::kFull && !IsBatch(f.data)) return false;
  if (f.data.size() < kBatchHeader) return f.type == LogFragment::kFirst;
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
    certain = certain || at % kLogBlock == 0;
    const LogFragment f = LogFragmentAt(log, at);
    if (MayFollow(f, bad, at)) return at;
    certain = certain && f.type != LogFragment::kNone;
    at += certain ? f.size() : 1;
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
    const size_t left = kLogBlock - at % kLogBlock;
    if (left < kLogHeader) {
      at += left;
      continue;
    }
    const LogFragment f = LogFragmentAt(log, at);
    if (f.type == LogFragment::kNone) {
      scan.damaged = true;
      bad.fragment = at;
      if (!open) bad.record = at;
      scan.begins_again = NextBegin(log, bad) < log.size();
      scan.zeros_ahead = ends_before_room && log.find_first_not_of('\0', at) == log.npos;
      break;
    }
    if (f.begins()) {
      ++scan.records;
      record.clear();
      bad.record = at;
    }
    record.append(f.data);
    at += f.size();
    open = f.type == LogFragment::kFirst || f.type == LogFragment::kMiddle;
    if (open) continue;
    if (at + kLogZerosAhead == log.size()) ends_before_room = true;
    if (kind == LogKind::kCommits) bad.sequence = NextSequence(record);
    if (contents != nullptr) contents->push_back(record);
  }
  scan.good_bytes = std::min(at, log.size());
  return scan;
}

}  // namespace parton
