// Collects the writes of a commit, then puts them into one LevelDB batch in key order: LevelDB's memtable inserts
// neighbours much faster than scattered keys.
#ifndef PARTON_STORAGE_LOCAL_KEY_WRITES_H_
#define PARTON_STORAGE_LOCAL_KEY_WRITES_H_

#include <memory>
#include <string_view>
#include <vector>

namespace leveldb {
class WriteBatch;
}

namespace parton {

class KeyWrites {
 public:
  struct Entry {
    std::string_view key;
    std::string_view value;
    bool put;  // else the key is deleted
  };

  // The bytes must outlive this.
  void Put(std::string_view key, std::string_view value) { entries_.push_back({key, value, true}); }
  void Delete(std::string_view key) { entries_.push_back({key, {}, false}); }
  // The bytes are copied.
  void PutCopy(std::string_view key, std::string_view value) { Put(Copy(key), Copy(value)); }
  void DeleteCopy(std::string_view key) { Delete(Copy(key)); }

  void Reserve(size_t n) { entries_.reserve(n); }
  const std::vector<Entry>& entries() const { return entries_; }
  // Puts many into key order. REQUIRES: no key twice.
  void Sort();
  void AppendTo(leveldb::WriteBatch* batch) const;

 private:
  std::string_view Copy(std::string_view bytes);

  std::vector<Entry> entries_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  size_t left_ = 0;
};

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_KEY_WRITES_H_
