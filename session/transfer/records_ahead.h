// The records of a file, read, parsed and encoded by a thread of their own while the statement's thread writes those
// before them. They come in the order of the file, each with its line, its text and its error.
#ifndef PARTON_SESSION_TRANSFER_RECORDS_AHEAD_H_
#define PARTON_SESSION_TRANSFER_RECORDS_AHEAD_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "io/record_reader.h"
#include "parton/status.h"
#include "parton/value.h"
#include "types/item/name_table.h"
#include "types/status/bounds.h"
#include "types/sync/mutex.h"

namespace parton {

// Bounded: it is at most about 2 MB of text ahead. Threads: that of the statement.
class RecordsAhead {
 public:
  struct Record {
    Value item;
    Status error;             // else it is an item
    bool recoverable = true;  // after an error: there is more
    uint64_t line = 0;
    std::string_view text;  // valid until the next call
  };

  // Starts the thread. `consumed` tells how much of the file was read; it is called on that thread, as is `reader`,
  // which belongs to it from now on. `names`: as ItemBuilder has it. All outlive this. May throw what std::thread does.
  RecordsAhead(RecordReader* reader, const NameTable* names, std::function<uint64_t()> consumed);
  // Ends the thread, which may wait for the file.
  ~RecordsAhead();
  RecordsAhead(const RecordsAhead&) = delete;
  RecordsAhead& operator=(const RecordsAhead&) = delete;

  // Null: at the end. Valid until the next call; its item may be taken. Throws what the reader threw, and if the
  // statement is cancelled.
  Record* Next();
  // How much of the file lies before what Next() gives next.
  uint64_t consumed() const { return chunk_.consumed; }

 private:
  struct Chunk {
    std::vector<Record> records;
    std::vector<size_t> ends;  // of their texts
    std::string texts;
    uint64_t consumed = 0;
    bool last = false;
    std::exception_ptr thrown;  // after the records
  };

  void Run(RecordReader* reader, const NameTable* names, const std::function<uint64_t()>& consumed);
  // Reads until the chunk is full. False: it was the last one.
  bool Fill(RecordReader* reader, ItemBuilder* builder, Chunk* chunk);
  void Push(Chunk chunk);
  void Take();

  std::atomic<bool> stop_{false};
  StatementBounds* const bounds_ = CurrentBounds();
  Mutex mutex_;
  CondVar ready_;
  CondVar room_;
  std::deque<Chunk> chunks_ GUARDED_BY(mutex_);
  Chunk chunk_;  // the one that Next() gives
  size_t next_ = 0;
  std::thread thread_;  // last: it uses the others
};

}  // namespace parton

#endif  // PARTON_SESSION_TRANSFER_RECORDS_AHEAD_H_
