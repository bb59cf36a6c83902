// Rows and index entries as a program would keep them in LevelDB by hand: big-endian keys, tagged fields.
#ifndef PARTON_BENCH_RAW_ROWS_H_
#define PARTON_BENCH_RAW_ROWS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/log_rows.h"

namespace parton::bench {

inline void PutVarint(uint64_t v, std::string* out) {
  while (v >= 128) {
    out->push_back(static_cast<char>(v | 128));
    v >>= 7;
  }
  out->push_back(static_cast<char>(v));
}

inline uint64_t GetVarint(const char** p) {
  uint64_t v = 0;
  for (int shift = 0;; shift += 7) {
    uint64_t byte = static_cast<unsigned char>(*(*p)++);
    v |= (byte & 127) << shift;
    if (byte < 128) return v;
  }
}

inline void PutBigEndian(int64_t v, std::string* out) {
  for (int shift = 56; shift >= 0; shift -= 8) out->push_back(static_cast<char>(v >> shift));
}

inline std::string RowKey(int64_t id) {
  std::string key = "t";
  PutBigEndian(id, &key);
  return key;
}

inline int64_t IdOf(std::string_view key) {
  int64_t id = 0;
  for (size_t i = key.size() - 8; i < key.size(); ++i) id = id << 8 | static_cast<unsigned char>(key[i]);
  return id;
}

inline std::string IndexPrefix(int64_t shard, std::string_view start) {
  std::string key = "x";
  key.push_back(static_cast<char>(shard));
  key.append(start);
  return key;
}

// The entry of index 0: (shard, code_and_time); 1: (host, date); 2: (responsecode, bytessent).
inline std::string IndexKey(const LogRow& r, int index) {
  std::string key;
  if (index == 0) {
    key = IndexPrefix(r.shard, r.code_and_time);
  } else if (index == 1) {
    key.assign("y").append(r.host).push_back('\0');
    key.append(r.date);
  } else {
    key.assign("z");
    PutBigEndian(r.responsecode, &key);
    PutBigEndian(r.bytessent, &key);
  }
  key.push_back('\0');
  PutBigEndian(r.requestid, &key);
  return key;
}

// A field: id byte, then varint for numbers, varint length and bytes for strings.
inline void PutNumber(char id, int64_t v, std::string* out) {
  out->push_back(id);
  PutVarint(static_cast<uint64_t>(v), out);
}
inline void PutString(char id, std::string_view s, std::string* out) {
  out->push_back(id);
  PutVarint(s.size(), out);
  out->append(s);
}

constexpr bool IsNumber(char id) { return id == 1 || id == 4 || id == 8 || id == 9 || id == 11; }

inline void EncodeRow(const LogRow& r, std::string* out) {
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

inline void DecodeRow(std::string_view bytes, std::vector<Attribute>* out) {
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
inline int64_t NumberOf(std::string_view bytes, char id) {
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

}  // namespace parton::bench

#endif  // PARTON_BENCH_RAW_ROWS_H_
