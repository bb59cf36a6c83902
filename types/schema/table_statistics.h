// The result of ANALYZE for a table: for people, for completion, and for the planner's estimates. Answers of queries
// never depend on it.
#ifndef PARTON_TYPES_SCHEMA_TABLE_STATISTICS_H_
#define PARTON_TYPES_SCHEMA_TABLE_STATISTICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parton/status.h"
#include "parton/value.h"

namespace parton {

// Counts are of the whole table: measured ones, or, where only a sample was read, scaled up.
struct TableStatistics {
  // One attribute, or what lies inside of one: info.rating, tags[] for the elements of lists.
  struct Attribute {
    std::string path;
    uint64_t count = 0;                                   // items that have it; for elements: how many there are
    std::vector<std::pair<std::string, uint64_t>> types;  // DynamoDB's names (S, N, ...), most frequent first
    double average_size = 0;                              // bytes, as DynamoDB counts
    uint64_t largest = 0;
    double distinct = 0;  // scalars; 0: not counted
    bool distinct_exact = false;
    std::optional<double> low, high;  // of the numbers
  };
  struct Partition {
    std::string key;  // as a literal
    uint64_t items = 0;
    uint64_t bytes = 0;
    uint64_t error = 0;  // of items, up or down; 0: they were counted
  };
  // The table or an index, as a set of partitions.
  struct Source {
    uint32_t id = 0;  // of the index; 0: the table
    std::string name;
    uint64_t entries = 0;
    uint64_t error = 0;   // of entries, about
    bool counted = true;  // all entries were: nothing here is an estimate
    double partitions = 0;
    std::vector<Partition> hottest;  // most items first
  };

  int64_t analyzed_ms = 0;
  uint64_t items = 0;
  uint64_t items_error = 0;  // up or down, about; 0: they were counted
  uint64_t bytes = 0;        // DynamoDB sizes
  uint64_t read = 0;         // items whose attributes were looked at
  bool complete = true;      // all of them
  uint64_t store_items = 0;  // the store's estimate at that time: shows how the table has grown since
  bool paths_left_out = false;
  std::vector<Attribute> attributes;  // most frequent first
  std::array<uint64_t, 10> sizes{};   // items by size: see SizeBucketLimit
  std::vector<Source> sources;        // the table first

  const Attribute* FindAttribute(std::string_view path) const;
  const Source* FindSource(uint32_t index_id) const;

  // A tuple for people, and for storing.
  Value ToValue() const;
  static Result<TableStatistics> FromValue(const Value& v);
};

// Items of bucket i are smaller than this (and not in an earlier one): 256 B, 1 KB, 2 KB, 4 KB, ... 400 KB.
uint64_t SizeBucketLimit(size_t i);
size_t SizeBucketOf(uint64_t size);

}  // namespace parton

#endif  // PARTON_TYPES_SCHEMA_TABLE_STATISTICS_H_
