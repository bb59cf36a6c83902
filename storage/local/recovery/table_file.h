// A table file of LevelDB (its doc/table_format.md) block by block, so that damaged blocks are found one by one:
// LevelDB itself reads a file through its index and stops at the first bad block.
//
//   file   := (block trailer)*                data blocks, then filter, metaindex, index
//             footer(48 bytes)                metaindex handle, index handle, zeros, magic
//   trailer := type(1 byte) crc32c(masked) u32
//   handle := varint(offset) varint(size)     without the trailer
//
// Keys in it are internal ones: the user's key, then u64 little endian: sequence << 8 | (1: put, 0: delete).
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_TABLE_FILE_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_TABLE_FILE_H_

#include <leveldb/env.h>
#include <leveldb/iterator.h>
#include <leveldb/table.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parton/status.h"

namespace parton {

inline constexpr size_t kTrailerBytes = 5;
inline constexpr size_t kFooterBytes = 48;

struct BlockSpan {
  uint64_t offset = 0;
  uint64_t size = 0;  // without the trailer
  uint64_t end() const { return offset + size + kTrailerBytes; }
  bool operator==(const BlockSpan&) const = default;
};

struct InternalKey {
  std::string_view user;
  uint64_t sequence = 0;
  bool is_put = false;
};
// False: this is none.
bool ParseInternalKey(std::string_view bytes, InternalKey* out);

// A stretch of data that cannot be read.
struct LostBlocks {
  std::optional<BlockSpan> span;  // none: where they lie is not known, because the index is lost too
  // User keys that all lost ones lie between, both included; empty: as far as the file's keys go.
  std::string low;
  std::string high;
};

struct TableFile {
  std::vector<BlockSpan> blocks;  // of data, good ones, in key order
  std::vector<LostBlocks> lost;
  // The parts by which the rest is found. A lost filter costs time only.
  bool index_lost = false;      // or the footer
  bool filter_lost = false;     // or the metaindex
  bool footer_odd = false;      // it has bytes that say nothing, and are not as they were written
  BlockSpan filter, metaindex;  // size 0: lost, or none

  bool sound() const { return lost.empty() && !index_lost && !filter_lost && !footer_odd; }
};

// Looks at every byte. Never fails: the result lists the parts that cannot be read. `largest`: the file's last
// internal key, if
// known.
TableFile InspectTableFile(std::string_view bytes, std::string_view largest = {});

// Reads the entries of the good blocks one after the other, forward only.
class TableEntries {
 public:
  // `source` holds the file's bytes; `size` is their number. Errors: kIoError, kCorruption.
  static Result<std::unique_ptr<TableEntries>> Open(std::unique_ptr<leveldb::RandomAccessFile> source, uint64_t size,
                                                    const std::vector<BlockSpan>& blocks);
  leveldb::Iterator* iterator() { return iterator_.get(); }

 private:
  std::unique_ptr<leveldb::RandomAccessFile> file_;
  std::unique_ptr<leveldb::Table> table_;
  std::unique_ptr<leveldb::Iterator> iterator_;
};

// Reads bytes in memory, which must outlive it.
std::unique_ptr<leveldb::RandomAccessFile> MemoryFile(std::string_view bytes);

// The file's bytes without what cannot be read: of the same size, for LevelDB knows it, and readable as a whole. Good
// blocks stay where they are. If there is no room for the index, blocks at the end are left out and added to
// file->lost.
std::string MendTableFile(std::string_view bytes, uint64_t size, TableFile* file);

// A block without entries in `size` bytes, with its trailer. REQUIRES: size >= 4.
std::string EmptyBlock(uint64_t size);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_TABLE_FILE_H_
