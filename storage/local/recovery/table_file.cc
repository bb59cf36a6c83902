#include "storage/local/recovery/table_file.h"

#include <leveldb/comparator.h>

#include <algorithm>
#include <cstring>

#include "storage/local/bytes/crc32c.h"
#include "storage/local/engine.h"
#include "types/item/varint.h"

namespace parton {

namespace {

constexpr uint64_t kMagic = 0xdb4775248b80fb57ull;
constexpr uint64_t kMaxSequence = (uint64_t{1} << 56) - 1;
constexpr uint8_t kPlain = 0, kSnappy = 1;  // types of blocks
// Bytes that the search for blocks without an index looks at, all in all, for each byte of the file.
constexpr uint64_t kSearchEffort = 2000;
// Longer blocks are only found where one is known to begin.
constexpr uint64_t kSearchedBlock = 64 << 10;

uint64_t ReadLittle(std::string_view bytes, size_t at, int count) {
  uint64_t v = 0;
  for (int i = 0; i < count; ++i) v |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[at + i])) << 8 * i;
  return v;
}

void AppendLittle(uint64_t v, int count, std::string* out) {
  for (int i = 0; i < count; ++i) out->push_back(static_cast<char>(v >> 8 * i));
}

const char* ReadHandle(const char* p, const char* end, BlockSpan* out) {
  p = GetVarint(p, end, &out->offset);
  return p == nullptr ? nullptr : GetVarint(p, end, &out->size);
}

bool ReadHandle(std::string_view bytes, BlockSpan* out) {
  const char* end = bytes.data() + bytes.size();
  return ReadHandle(bytes.data(), end, out) == end;
}

void AppendHandle(const BlockSpan& span, std::string* out) {
  PutVarint(span.offset, out);
  PutVarint(span.size, out);
}

// A block with its trailer.
std::string WithTrailer(std::string block) {
  block.push_back(static_cast<char>(kPlain));
  const uint32_t crc = MaskCrc(ExtendCrc(0, block));
  AppendLittle(crc, 4, &block);
  return block;
}

std::string Footer(const BlockSpan& metaindex, const BlockSpan& index) {
  std::string footer;
  AppendHandle(metaindex, &footer);
  AppendHandle(index, &footer);
  footer.resize(kFooterBytes - 8, '\0');
  AppendLittle(kMagic, 8, &footer);
  return footer;
}

// The blocks that a footer names. False: it is none. *odd: bytes that mean nothing are not zero.
bool ReadFooter(std::string_view bytes, BlockSpan* metaindex, BlockSpan* index, bool* odd) {
  if (bytes.size() < kFooterBytes) return false;
  const std::string_view footer = bytes.substr(bytes.size() - kFooterBytes);
  if (ReadLittle(footer, kFooterBytes - 8, 8) != kMagic) return false;
  const char* end = footer.data() + kFooterBytes - 8;
  const char* p = ReadHandle(footer.data(), end, metaindex);
  if (p == nullptr) return false;
  p = ReadHandle(p, end, index);
  if (p == nullptr) return false;
  *odd = std::any_of(p, end, [](char c) { return c != 0; });
  return true;
}

bool IsGood(std::string_view bytes, const BlockSpan& span) {
  if (span.size < 4 || span.offset > bytes.size() || span.size > bytes.size() - span.offset ||
      bytes.size() - span.offset - span.size < kTrailerBytes) {
    return false;
  }
  const uint8_t type = static_cast<uint8_t>(bytes[span.offset + span.size]);
  return (type == kPlain || type == kSnappy) && MaskCrc(ExtendCrc(0, bytes.substr(span.offset, span.size + 1))) ==
                                                    ReadLittle(bytes, span.offset + span.size + 1, 4);
}

// The content of a block of entries: the index, or one that finds other blocks.
class IndexBuilder {
 public:
  void Add(std::string_view key, const BlockSpan& span) {
    restarts_.push_back(block_.size());
    std::string handle;
    AppendHandle(span, &handle);
    block_.push_back('\0');
    PutVarint(key.size(), &block_);
    PutVarint(handle.size(), &block_);
    block_.append(key);
    block_ += handle;
  }
  std::string Finish() {
    for (size_t restart : restarts_) AppendLittle(restart, 4, &block_);
    AppendLittle(restarts_.size(), 4, &block_);
    return WithTrailer(std::move(block_));
  }

 private:
  std::string block_;
  std::vector<size_t> restarts_;
};

class BytesFile final : public leveldb::RandomAccessFile {
 public:
  explicit BytesFile(std::string_view bytes) : bytes_(bytes) {}
  leveldb::Status Read(uint64_t offset, size_t n, leveldb::Slice* result, char*) const override {
    *result = offset < bytes_.size() ? ToSlice(bytes_.substr(offset, n)) : leveldb::Slice();
    return leveldb::Status::OK();
  }

 private:
  std::string_view bytes_;
};

// A file with more bytes after its end.
class LongerFile final : public leveldb::RandomAccessFile {
 public:
  LongerFile(std::unique_ptr<leveldb::RandomAccessFile> base, uint64_t size, std::string tail)
      : base_(std::move(base)), size_(size), tail_(std::move(tail)) {}
  leveldb::Status Read(uint64_t offset, size_t n, leveldb::Slice* result, char* scratch) const override {
    if (offset < size_) return base_->Read(offset, n, result, scratch);
    *result = ToSlice(std::string_view(tail_).substr(std::min<uint64_t>(offset - size_, tail_.size()), n));
    return leveldb::Status::OK();
  }

 private:
  std::unique_ptr<leveldb::RandomAccessFile> base_;
  uint64_t size_;
  std::string tail_;
};

using Entries = std::vector<std::pair<std::string, std::string>>;

// False: not a block of entries.
bool ReadEntries(std::string_view bytes, const BlockSpan& span, Entries* out) {
  auto entries = TableEntries::Open(MemoryFile(bytes), bytes.size(), {span});
  if (!entries.ok()) return false;
  leveldb::Iterator* it = (*entries)->iterator();
  for (it->SeekToFirst(); it->Valid(); it->Next()) out->emplace_back(it->key().ToString(), it->value().ToString());
  return it->status().ok();
}

bool Precedes(const InternalKey& a, const InternalKey& b) {
  return a.user != b.user ? a.user < b.user : a.sequence > b.sequence;
}

// The first and last key of a block of data, and false if it is none.
bool KeysOfData(std::string_view bytes, const BlockSpan& span, std::string* first, std::string* last) {
  Entries entries;
  if (!ReadEntries(bytes, span, &entries) || entries.empty()) return false;
  InternalKey previous, key;
  for (size_t i = 0; i < entries.size(); ++i, previous = key) {
    if (!ParseInternalKey(entries[i].first, &key) || (i != 0 && !Precedes(previous, key))) return false;
  }
  *first = entries.front().first;
  *last = entries.back().first;
  return true;
}

std::string UserKey(std::string_view internal) {
  InternalKey key;
  return ParseInternalKey(internal, &key) ? std::string(key.user) : std::string();
}

class Inspector {
 public:
  Inspector(std::string_view bytes, std::string_view largest) : bytes_(bytes), largest_(largest) {}

  TableFile Run() {
    BlockSpan metaindex, index;
    bool odd = false;
    const bool footer = ReadFooter(bytes_, &metaindex, &index, &odd);
    if (footer) {
      file_.footer_odd = odd;
      FindFilter(metaindex);
      if (IsGood(bytes_, index) && FollowIndex(index)) return std::move(file_);
    }
    file_.index_lost = true;
    Search();
    if (!footer) FindFilterAgain();
    if (!FollowFoundIndex()) SortBlocks();
    return std::move(file_);
  }

 private:
  void FindFilter(const BlockSpan& metaindex) {
    Entries entries;
    if (!IsGood(bytes_, metaindex) || !ReadEntries(bytes_, metaindex, &entries)) {
      file_.filter_lost = true;
      return;
    }
    for (const auto& [name, handle] : entries) {
      if (!name.starts_with("filter.")) continue;
      BlockSpan filter;
      file_.filter_lost = !ReadHandle(handle, &filter) || !IsGood(bytes_, filter);
      if (file_.filter_lost) return;
      file_.filter = filter;
    }
    file_.metaindex = metaindex;
  }

  // False: the entries are not those of an index.
  bool FollowIndex(const BlockSpan& index) {
    Entries entries;
    if (!ReadEntries(bytes_, index, &entries)) return false;
    std::string previous;
    for (const auto& [key, handle] : entries) {
      BlockSpan span;
      InternalKey internal;
      if (!ReadHandle(handle, &span) || !ParseInternalKey(key, &internal)) {
        file_.blocks.clear();
        file_.lost.clear();
        return false;
      }
      if (IsGood(bytes_, span)) {
        file_.blocks.push_back(span);
      } else {
        file_.lost.push_back({span, previous, std::string(internal.user)});
      }
      previous = internal.user;
    }
    return true;
  }

  // All blocks there are, by their checksums.
  void Search() {
    uint64_t effort = kSearchEffort * bytes_.size();
    bool known = true;  // a block begins here
    for (uint64_t at = 0; at + kTrailerBytes < bytes_.size();) {
      const uint64_t size = BlockAt(at, known ? bytes_.size() : kSearchedBlock, &effort);
      known = size != 0;
      if (!known) {
        ++at;
        continue;
      }
      found_.push_back({at, size});
      at = found_.back().end();
    }
  }

  // The size of the block that begins there; 0: none does.
  uint64_t BlockAt(uint64_t at, uint64_t longest, uint64_t* effort) const {
    uint32_t crc = 0;
    const uint64_t end =
        std::min<uint64_t>(bytes_.size() - kTrailerBytes, at + std::min<uint64_t>(longest, bytes_.size()));
    for (uint64_t i = at; i <= end && *effort != 0; ++i, --*effort) {
      const uint8_t byte = static_cast<uint8_t>(bytes_[i]);
      crc = ExtendCrc(crc, byte);
      if (byte > kSnappy || i < at + 4) continue;
      if (MaskCrc(crc) == ReadLittle(bytes_, i + 1, 4)) return i - at;
    }
    return 0;
  }

  // An index among the blocks that were found.
  bool FollowFoundIndex() {
    for (size_t i = found_.size(); i-- > 0;) {
      Entries entries;
      if (!ReadEntries(bytes_, found_[i], &entries) || entries.empty()) continue;
      bool fits = true, any = false;
      uint64_t end = 0;
      for (const auto& [key, handle] : entries) {
        BlockSpan span;
        fits = fits && ReadHandle(handle, &span) && span.offset >= end && span.end() <= found_[i].offset;
        if (!fits) break;
        end = span.end();
        any = any || std::find(found_.begin(), found_.end(), span) != found_.end();
      }
      if (fits && any && FollowIndex(found_[i])) return true;
      if (found_.size() - i > 3) break;  // it is one of the last
    }
    return false;
  }

  void FindFilterAgain() {
    file_.filter_lost = true;
    for (const BlockSpan& span : found_) {
      Entries entries;
      if (span.size > 4096 || !ReadEntries(bytes_, span, &entries) || entries.size() != 1) continue;
      if (!entries[0].first.starts_with("filter.leveldb.")) continue;
      file_.filter_lost = false;
      FindFilter(span);
    }
  }

  // Without an index: the blocks of data, and what lies between them.
  void SortBlocks() {
    uint64_t end = 0;
    std::string last;
    for (const BlockSpan& span : found_) {
      if (span == file_.filter || span == file_.metaindex) continue;
      std::string first, its_last;
      const bool empty = IsEmpty(span);
      if (!empty && !KeysOfData(bytes_, span, &first, &its_last)) continue;
      if (span.offset != end) file_.lost.push_back({std::nullopt, UserKey(last), UserKey(first)});
      end = span.end();
      if (empty) continue;
      file_.blocks.push_back(span);
      last = std::move(its_last);
    }
    const bool complete = (file_.filter.size != 0 && file_.filter.offset == end) || (!last.empty() && last == largest_);
    if (!complete) file_.lost.push_back({std::nullopt, UserKey(last), UserKey(largest_)});
  }

  bool IsEmpty(const BlockSpan& span) const {
    return span.size >= 4 && bytes_.substr(span.offset, span.size).find_first_not_of('\0') == std::string_view::npos;
  }

  std::string_view bytes_;
  std::string_view largest_;
  TableFile file_;
  std::vector<BlockSpan> found_;
};

// A key for the index: not before the last key of a block, and before the first one of the next.
std::string Separator(const std::string& last, const std::string* next) {
  const std::string user = UserKey(last);
  std::string separator = user;
  if (next != nullptr) {
    leveldb::BytewiseComparator()->FindShortestSeparator(&separator, UserKey(*next));
  } else {
    leveldb::BytewiseComparator()->FindShortSuccessor(&separator);
  }
  if (separator.size() >= user.size() || separator <= user) return last;
  AppendLittle(kMaxSequence << 8 | 1, 8, &separator);
  return separator;
}

}  // namespace

bool ParseInternalKey(std::string_view bytes, InternalKey* out) {
  if (bytes.size() < 8) return false;
  const uint64_t packed = ReadLittle(bytes, bytes.size() - 8, 8);
  if ((packed & 0xff) > 1) return false;
  *out = {bytes.substr(0, bytes.size() - 8), packed >> 8, (packed & 0xff) == 1};
  return true;
}

TableFile InspectTableFile(std::string_view bytes, std::string_view largest) { return Inspector(bytes, largest).Run(); }

std::unique_ptr<leveldb::RandomAccessFile> MemoryFile(std::string_view bytes) {
  return std::make_unique<BytesFile>(bytes);
}

std::string EmptyBlock(uint64_t size) { return WithTrailer(std::string(size, '\0')); }

Result<std::unique_ptr<TableEntries>> TableEntries::Open(std::unique_ptr<leveldb::RandomAccessFile> source,
                                                         uint64_t size, const std::vector<BlockSpan>& blocks) {
  // LevelDB's own reader gets an index of our own.
  IndexBuilder builder;
  for (const BlockSpan& span : blocks) builder.Add("", span);
  std::string tail = builder.Finish();
  const BlockSpan index{size, tail.size() - kTrailerBytes};
  tail += Footer({}, index);
  const uint64_t whole = size + tail.size();
  auto entries = std::make_unique<TableEntries>();
  entries->file_ = std::make_unique<LongerFile>(std::move(source), size, std::move(tail));
  leveldb::Options options;
  options.paranoid_checks = true;
  leveldb::Table* table = nullptr;
  PARTON_RETURN_IF_ERROR(FromLevelDb(leveldb::Table::Open(options, entries->file_.get(), whole, &table)));
  entries->table_.reset(table);
  leveldb::ReadOptions read;
  read.verify_checksums = true;
  read.fill_cache = false;
  entries->iterator_.reset(table->NewIterator(read));
  return entries;
}

std::string MendTableFile(std::string_view bytes, uint64_t size, TableFile* file) {
  std::vector<std::string> first, last;
  std::erase_if(file->blocks, [&](const BlockSpan& span) {
    std::string its_first, its_last;
    if (!KeysOfData(bytes, span, &its_first, &its_last)) return true;  // an empty one
    first.push_back(std::move(its_first));
    last.push_back(std::move(its_last));
    return false;
  });
  bool with_filter = file->metaindex.size != 0;
  while (true) {
    const size_t count = file->blocks.size();
    IndexBuilder builder;
    for (size_t i = 0; i < count; ++i) {
      builder.Add(Separator(last[i], i + 1 < count ? &first[i + 1] : nullptr), file->blocks[i]);
    }
    const std::string index = builder.Finish();
    const std::string empty = EmptyBlock(4);
    const uint64_t data_end = count == 0 ? 0 : file->blocks.back().end();
    const uint64_t begin = with_filter ? file->metaindex.end() : data_end + empty.size();
    if (begin + index.size() + kFooterBytes > size) {
      if (with_filter) {
        with_filter = false;
        continue;
      }
      if (count == 0) return "";
      file->lost.push_back({file->blocks.back(), UserKey(first[count - 1]), UserKey(last[count - 1])});
      file->blocks.pop_back();
      continue;
    }
    std::string out(size, '\0');
    for (const BlockSpan& span : file->blocks) {
      out.replace(span.offset, span.end() - span.offset, bytes.substr(span.offset, span.end() - span.offset));
    }
    BlockSpan metaindex{data_end, 4};
    if (with_filter) {
      metaindex = file->metaindex;
      for (const BlockSpan& span : {file->filter, metaindex}) {
        if (span.size == 0) continue;
        out.replace(span.offset, span.end() - span.offset, bytes.substr(span.offset, span.end() - span.offset));
      }
    } else {
      out.replace(data_end, empty.size(), empty);
    }
    out.replace(begin, index.size(), index);
    out.replace(size - kFooterBytes, kFooterBytes, Footer(metaindex, {begin, index.size() - kTrailerBytes}));
    return out;
  }
}

}  // namespace parton
