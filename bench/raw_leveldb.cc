// The work by hand on LevelDB: big-endian keys, rows in a simple tagged encoding, index entries kept beside.
#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "bench/log_rows.h"
#include "bench/side.h"

namespace parton::bench {

namespace {

void Check(const leveldb::Status& s) {
  if (!s.ok()) {
    std::fprintf(stderr, "leveldb: %s\n", s.ToString().c_str());
    std::exit(1);
  }
}

void PutVarint(uint64_t v, std::string* out) {
  while (v >= 128) {
    out->push_back(static_cast<char>(v | 128));
    v >>= 7;
  }
  out->push_back(static_cast<char>(v));
}

uint64_t GetVarint(const char** p) {
  uint64_t v = 0;
  for (int shift = 0;; shift += 7) {
    uint64_t byte = static_cast<unsigned char>(*(*p)++);
    v |= (byte & 127) << shift;
    if (byte < 128) return v;
  }
}

std::string RowKey(int64_t id) {
  std::string key = "t";
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(id >> shift));
  return key;
}

std::string IndexPrefix(int64_t shard, std::string_view start) {
  std::string key = "x";
  key.push_back(static_cast<char>(shard));
  key.append(start);
  return key;
}

std::string IndexKey(const LogRow& r) {
  std::string key = IndexPrefix(r.shard, r.code_and_time);
  key.push_back('\0');
  key += RowKey(r.requestid).substr(1);
  return key;
}

// A field: id byte, then varint for numbers, varint length and bytes for strings.
void PutNumber(char id, int64_t v, std::string* out) {
  out->push_back(id);
  PutVarint(static_cast<uint64_t>(v), out);
}
void PutString(char id, const std::string& s, std::string* out) {
  out->push_back(id);
  PutVarint(s.size(), out);
  out->append(s);
}

constexpr bool IsNumber(char id) { return id == 1 || id == 4 || id == 8 || id == 9 || id == 11; }

void Encode(const LogRow& r, std::string* out) {
  PutNumber(1, r.requestid, out);
  PutString(2, r.host, out);
  PutString(3, r.date, out);
  PutNumber(4, r.hourofday, out);
  PutString(5, r.timezone, out);
  PutString(6, r.method, out);
  PutString(7, r.url, out);
  PutNumber(8, r.responsecode, out);
  PutNumber(9, r.bytessent, out);
  PutString(10, r.useragent, out);
  PutNumber(11, r.shard, out);
  PutString(12, r.code_and_time, out);
}

// What a program that reads a row would hold: names and values of all attributes, owned.
struct Attribute {
  char id;
  int64_t number = 0;
  std::string text;
};

void Decode(const leveldb::Slice& bytes, std::vector<Attribute>* out) {
  out->clear();
  const char* p = bytes.data();
  const char* end = p + bytes.size();
  while (p < end) {
    Attribute a{*p++, 0, {}};
    if (IsNumber(a.id)) {
      a.number = static_cast<int64_t>(GetVarint(&p));
    } else {
      size_t n = GetVarint(&p);
      a.text.assign(p, n);
      p += n;
    }
    out->push_back(std::move(a));
  }
}

// One number attribute, the others skipped.
int64_t NumberOf(const leveldb::Slice& bytes, char id) {
  const char* p = bytes.data();
  const char* end = p + bytes.size();
  while (p < end) {
    char field = *p++;
    if (IsNumber(field)) {
      int64_t v = static_cast<int64_t>(GetVarint(&p));
      if (field == id) return v;
    } else {
      size_t n = GetVarint(&p);
      p += n;
    }
  }
  return 0;
}

class RawSide final : public Side {
 public:
  explicit RawSide(std::string directory) : directory_(std::move(directory)) {
    options_.create_if_missing = true;
    options_.write_buffer_size = kWriteBufferBytes;
    options_.block_size = kBlockBytes;
    options_.max_file_size = size_t{8} << 20;
    options_.filter_policy = filter_.get();
    options_.paranoid_checks = true;
    // Parton checks every block it reads from a file.
    read_.verify_checksums = true;
  }

  std::string name() const override { return "leveldb"; }

  uint64_t Load(const std::string& which, int64_t n, bool with_index) override {
    leveldb::DB* db = Open(which);
    leveldb::WriteBatch batch;
    std::string value, old;
    for (int64_t i = 1; i <= n; ++i) {
      LogRow r = MakeRow(i);
      value.clear();
      Encode(r, &value);
      // An insert must know that the key is new.
      const std::string key = RowKey(i);
      if (db->Get(read_, key, &old).ok()) std::abort();
      batch.Put(key, value);
      if (with_index) batch.Put(IndexKey(r), key);
      if (i % 1000 == 0 || i == n) {
        Check(db->Write({}, &batch));
        batch.Clear();
      }
    }
    return static_cast<uint64_t>(n);
  }

  void Use(const std::string& which, int64_t n) override {
    db_ = Open(which);
    n_ = n;
  }

  uint64_t PointReads(int64_t count) override {
    uint64_t sum = 0;
    std::string value;
    std::vector<Attribute> row;
    for (int64_t i = 0; i < count; ++i) {
      Check(db_->Get(read_, RowKey(PickKey(i, n_)), &value));
      Decode(value, &row);
      sum += static_cast<uint64_t>(row[8].number) + row[9].text.size();
    }
    return sum;
  }

  uint64_t IndexQuery() override {
    uint64_t sum = 0;
    std::unique_ptr<leveldb::Iterator> it(db_->NewIterator(read_));
    for (int64_t shard = 1; shard <= 10; ++shard) {
      std::string prefix = IndexPrefix(shard, "404");
      for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
        sum += static_cast<uint64_t>(IdOf(it->key()));
      }
    }
    return sum;
  }

  uint64_t IndexPages(int pages) override {
    uint64_t sum = 0;
    std::vector<Attribute> row;
    std::string value;
    for (int page = 0; page < pages; ++page) {
      std::unique_ptr<leveldb::Iterator> it(db_->NewIterator(read_));
      std::string prefix = IndexPrefix(page % 10 + 1, "");
      int rows = 0;
      for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix) && rows < 100; it->Next(), ++rows) {
        Check(db_->Get(read_, RowKey(IdOf(it->key())), &value));
        Decode(value, &row);
        sum += static_cast<uint64_t>(row[8].number);
      }
    }
    return sum;
  }

  std::optional<uint64_t> ScanSum(int threads) override {
    const leveldb::Snapshot* snapshot = db_->GetSnapshot();
    std::vector<uint64_t> sums(static_cast<size_t>(threads));
    std::vector<std::thread> workers;
    workers.reserve(static_cast<size_t>(threads));
    for (int t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        leveldb::ReadOptions options = read_;
        options.snapshot = snapshot;
        options.fill_cache = false;
        int64_t from = n_ * t / threads + 1, to = n_ * (t + 1) / threads + 1;
        std::string end = RowKey(to);
        std::unique_ptr<leveldb::Iterator> it(db_->NewIterator(options));
        uint64_t sum = 0;
        for (it->Seek(RowKey(from)); it->Valid() && it->key().compare(end) < 0; it->Next()) {
          if (NumberOf(it->value(), 8) != 200) sum += static_cast<uint64_t>(NumberOf(it->value(), 9));
        }
        sums[static_cast<size_t>(t)] = sum;
      });
    }
    for (std::thread& w : workers) w.join();
    db_->ReleaseSnapshot(snapshot);
    uint64_t sum = 0;
    for (uint64_t s : sums) sum += s;
    return sum;
  }

  uint64_t GroupBy() override {
    struct Group {
      uint64_t count = 0, sum = 0;
    };
    std::map<int64_t, Group> groups;
    leveldb::ReadOptions options = read_;
    options.fill_cache = false;
    std::unique_ptr<leveldb::Iterator> it(db_->NewIterator(options));
    for (it->Seek("t"); it->Valid() && it->key().starts_with("t"); it->Next()) {
      Group& g = groups[NumberOf(it->value(), 8)];
      ++g.count;
      g.sum += static_cast<uint64_t>(NumberOf(it->value(), 9));
    }
    uint64_t sum = 0;
    for (const auto& [code, g] : groups) sum += static_cast<uint64_t>(code) * g.count + g.sum;
    return sum;
  }

  uint64_t ConditionalUpdates(int64_t count, int round) override {
    uint64_t changed = 0;
    std::string value, fresh;
    for (int64_t i = 0; i < count; ++i) {
      std::string key = RowKey(PickKey(i + round * count, n_));
      Check(db_->Get(read_, key, &value));
      if (NumberOf(value, 8) != 200) continue;
      std::vector<Attribute> row;
      Decode(value, &row);
      row[8].number += 1;
      fresh.clear();
      for (const Attribute& a : row) {
        if (IsNumber(a.id)) {
          PutNumber(a.id, a.number, &fresh);
        } else {
          PutString(a.id, a.text, &fresh);
        }
      }
      Check(db_->Put({}, key, fresh));
      ++changed;
    }
    return changed;
  }

  std::optional<uint64_t> TextReads(int64_t) override { return std::nullopt; }

  uint64_t DurableInserts(int64_t count, int threads, int round) override {
    leveldb::DB* db = Open("durable");
    std::vector<std::thread> workers;
    workers.reserve(static_cast<size_t>(threads));
    for (int t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        std::string value;
        for (int64_t i = t; i < count; i += threads) {
          int64_t id = (static_cast<int64_t>(round) * 64 + threads) * 1000000 + i;
          value.clear();
          Encode(MakeRow(id), &value);
          leveldb::WriteOptions sync;
          sync.sync = true;
          // An insert must know that the key is new.
          std::string old;
          if (db->Get(read_, RowKey(id), &old).ok()) std::abort();
          Check(db->Put(sync, RowKey(id), value));
        }
      });
    }
    for (std::thread& w : workers) w.join();
    return static_cast<uint64_t>(count);
  }

 private:
  static int64_t IdOf(const leveldb::Slice& key) {
    int64_t id = 0;
    for (size_t i = key.size() - 8; i < key.size(); ++i) id = id << 8 | static_cast<unsigned char>(key[i]);
    return id;
  }

  leveldb::DB* Open(const std::string& which) {
    std::unique_ptr<leveldb::DB>& db = open_[which];
    if (db == nullptr) {
      leveldb::Options options = options_;
      auto& cache = caches_[which];
      cache.reset(leveldb::NewLRUCache(kCacheBytes));
      options.block_cache = cache.get();
      leveldb::DB* raw = nullptr;
      Check(leveldb::DB::Open(options, directory_ + "/raw_" + which, &raw));
      db.reset(raw);
    }
    return db.get();
  }

  std::string directory_;
  std::unique_ptr<const leveldb::FilterPolicy> filter_{leveldb::NewBloomFilterPolicy(10)};
  leveldb::Options options_;
  leveldb::ReadOptions read_;
  std::map<std::string, std::unique_ptr<leveldb::Cache>> caches_;
  std::map<std::string, std::unique_ptr<leveldb::DB>> open_;
  leveldb::DB* db_ = nullptr;
  int64_t n_ = 0;
};

}  // namespace

std::unique_ptr<Side> MakeRawSide(const std::string& directory) { return std::make_unique<RawSide>(directory); }

}  // namespace parton::bench
