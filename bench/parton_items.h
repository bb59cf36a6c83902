// What the works on Parton share: rows as items, and giving up on errors.
#ifndef PARTON_BENCH_PARTON_ITEMS_H_
#define PARTON_BENCH_PARTON_ITEMS_H_

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "bench/log_rows.h"
#include "parton/database.h"

namespace parton::bench {

inline void Check(const Status& s) {
  if (!s.ok()) {
    std::fprintf(stderr, "parton: %s\n", s.ToString().c_str());
    std::exit(1);
  }
}

template <typename T>
T Need(Result<T> r) {
  Check(r.status());
  return std::move(r).value();
}

inline Value ToItem(const LogRow& r) {
  // An initializer list would copy every name and value.
  std::vector<Field> fields;
  fields.reserve(12);
  fields.push_back({"requestid", r.requestid});
  fields.push_back({"host", r.host});
  fields.push_back({"date", r.date});
  fields.push_back({"hourofday", r.hourofday});
  fields.push_back({"timezone", r.timezone});
  fields.push_back({"method", r.method});
  fields.push_back({"url", r.url});
  fields.push_back({"responsecode", r.responsecode});
  fields.push_back({"bytessent", r.bytessent});
  fields.push_back({"useragent", r.useragent});
  fields.push_back({"shard", r.shard});
  fields.push_back({"code_and_time", r.code_and_time});
  return Value::Struct(std::move(fields));
}

inline void Finish(ResultSet* rows) {
  while (rows->Next()) {
  }
  Check(rows->status());
}

}  // namespace parton::bench

#endif  // PARTON_BENCH_PARTON_ITEMS_H_
