#include "session/transfer/records_ahead.h"

#include <chrono>
#include <optional>
#include <utility>

#include "types/item/item_builder.h"

namespace parton {

namespace {

constexpr size_t kMostChunks = 4;
constexpr size_t kMostRecords = 256;
constexpr size_t kMostBytes = size_t{512} << 10;
constexpr std::chrono::milliseconds kBetweenLooks{20};

}  // namespace

RecordsAhead::RecordsAhead(RecordReader* reader, const NameTable* names, std::function<uint64_t()> consumed)
    : thread_([this, reader, names, consumed = std::move(consumed)] { Run(reader, names, consumed); }) {}

RecordsAhead::~RecordsAhead() {
  stop_.store(true);
  room_.NotifyAll();
  thread_.join();
}

void RecordsAhead::Run(RecordReader* reader, const NameTable* names, const std::function<uint64_t()>& consumed) {
  const BoundsScope scope(bounds_);
  // A store of plain values has no names: the builder then makes none of its items.
  std::optional<NameTable> none;
  std::optional<ItemBuilder> builder;
  for (bool more = true; more && !stop_.load();) {
    Chunk chunk;
    try {
      if (!builder) builder.emplace(names != nullptr ? names : &none.emplace());
      more = Fill(reader, &*builder, &chunk);
    } catch (...) {
      // What was read before it is given first.
      chunk.thrown = std::current_exception();
      more = false;
    }
    chunk.consumed = consumed();
    chunk.last = !more;
    Push(std::move(chunk));
  }
}

bool RecordsAhead::Fill(RecordReader* reader, ItemBuilder* builder, Chunk* chunk) {
  chunk->records.reserve(kMostRecords);
  while (chunk->records.size() < kMostRecords && chunk->texts.size() < kMostBytes && !stop_.load()) {
    Record record;
    Result<bool> more = reader->NextItem(builder, &record.item);
    if (more.ok() && !*more) return false;
    if (!more.ok()) {
      record.error = std::move(more).status();
      record.recoverable = reader->recoverable();
    }
    record.item = std::move(record.item).Own();
    record.line = reader->line();
    chunk->texts.append(reader->text());
    chunk->ends.push_back(chunk->texts.size());
    const bool over = !record.recoverable;
    chunk->records.push_back(std::move(record));
    if (over) return false;
  }
  return true;
}

void RecordsAhead::Push(Chunk chunk) {
  MutexLock lock(mutex_);
  while (chunks_.size() >= kMostChunks && !stop_.load()) room_.WaitFor(mutex_, kBetweenLooks);
  if (stop_.load()) return;
  chunks_.push_back(std::move(chunk));
  ready_.NotifyOne();
}

void RecordsAhead::Take() {
  chunk_ = Chunk();
  next_ = 0;
  MutexLock lock(mutex_);
  while (chunks_.empty()) {
    CheckPoint();
    ready_.WaitFor(mutex_, kBetweenLooks);
  }
  chunk_ = std::move(chunks_.front());
  chunks_.pop_front();
  room_.NotifyOne();
}

RecordsAhead::Record* RecordsAhead::Next() {
  for (;;) {
    if (next_ < chunk_.records.size()) {
      const size_t begin = next_ == 0 ? 0 : chunk_.ends[next_ - 1];
      Record& record = chunk_.records[next_];
      record.text = std::string_view(chunk_.texts).substr(begin, chunk_.ends[next_] - begin);
      ++next_;
      return &record;
    }
    if (chunk_.thrown != nullptr) std::rethrow_exception(chunk_.thrown);
    if (chunk_.last) return nullptr;
    Take();
  }
}

}  // namespace parton
