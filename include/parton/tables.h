// Tables as objects: make, change, describe and drop them without PartiQL text. The statements CREATE TABLE, ALTER
// TABLE, CREATE INDEX, ... do the same by the same code.
//
//   parton::TableDefinition songs;
//   songs.name = "songs";
//   songs.attributes = {{"artist", parton::KeyType::kString}, {"title", parton::KeyType::kString}};
//   songs.key = {{"artist", parton::KeyElement::Role::kHash}, {"title", parton::KeyElement::Role::kRange}};
//   parton::TableDescription made = db->tables().Create(songs).value();
//
// Names and numbers are checked as DynamoDB checks them, with its messages; table and index names have 3 to 255
// characters. Errors of all functions: kValidation (the request), kNotFound (no such table), kReadOnly, kIoError;
// others are named where they occur.
//
// Threads: any. Lifetime: a Tables is the Database's and ends with it.
#ifndef PARTON_TABLES_H_
#define PARTON_TABLES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parton/status.h"
#include "parton/table_definition.h"

namespace parton {

// kCreating: an index that is being filled, a table that is being restored. kUpdating: an index of the table is being
// made. kDeleting: only in what Drop and DropIndex return.
enum class ResourceStatus : uint8_t { kCreating, kActive, kUpdating, kDeleting };
// "CREATING", ...
std::string_view ResourceStatusName(ResourceStatus status);

struct IndexDescription {
  IndexDefinition definition;
  ResourceStatus status = ResourceStatus::kActive;
  bool backfilling = false;  // kCreating: existing items are being added
  // Estimates where counting would take long; see TableDescription.
  uint64_t item_count = 0;
  uint64_t size_bytes = 0;
};

struct TableDescription {
  TableDefinition definition;
  ResourceStatus status = ResourceStatus::kActive;
  std::string id;          // a UUID that the table keeps as long as it lives
  int64_t created_ms = 0;  // all times: epoch milliseconds; 0: never
  // When billing last became on demand; 0: it always was, or never was.
  int64_t on_demand_since_ms = 0;
  int64_t throughput_increased_ms = 0;
  int64_t throughput_decreased_ms = 0;
  int decreases_today = 0;
  std::vector<IndexDescription> indexes;  // in the order of their definition
  // Of the newest stream, also one that is switched off while it can be read (parton/streams.h); empty: none.
  std::string stream_label;
  // Exact for small tables, estimates for large ones. Sizes are DynamoDB's.
  uint64_t item_count = 0;
  uint64_t size_bytes = 0;
  bool counted = true;  // the numbers of the table and its indexes are exact
  // Where the table came from, if a backup or a point in time was restored.
  std::string restored_from;    // the source table's name; empty: the table was not restored
  std::string restored_backup;  // the backup's id; empty: none
  int64_t restored_to_ms = 0;
};

// Changes of a table. What is not set stays as it is.
struct TableUpdate {
  // Types of attributes that the new index uses and no key of the table has yet. Others are ignored.
  std::vector<AttributeDefinition> attributes;
  enum class Billing : uint8_t { kOnDemand, kProvisioned };
  std::optional<Billing> billing;
  std::optional<Throughput> provisioned;  // implies kProvisioned on a provisioned table
  std::optional<Throughput> maximum;
  std::optional<Throughput> warm;
  std::optional<StreamView> stream;  // an error if the stream is on (or off) already
  std::optional<bool> deletion_protection;
  std::optional<TableClass> table_class;
  std::optional<Encryption> encryption;

  struct IndexUpdate {
    std::string name;
    std::optional<Throughput> provisioned;
    std::optional<Throughput> maximum;
    std::optional<Throughput> warm;
  };
  std::vector<IndexUpdate> index_updates;
  // At most one index is made or dropped by an update.
  std::optional<IndexDefinition> create_index;
  std::optional<std::string> drop_index;
  // Fill a new index before Update returns. Off: it is filled in the background, with status kCreating until then.
  bool wait = true;
};

struct TimeToLive {
  bool enabled = false;
  std::string attribute;  // empty unless enabled
};

// DescribeLimits.
struct ThroughputLimits {
  Throughput account{80'000, 80'000};
  Throughput table{40'000, 40'000};
};

class Tables {
 public:
  virtual ~Tables() = default;

  // kInUse: a table of that name exists.
  virtual Result<TableDescription> Create(const TableDefinition& definition) = 0;
  // kInUse: an index of the table is being made. kLimitExceeded: more than one index is made or dropped. kNotFound
  // also: an index.
  virtual Result<TableDescription> Update(std::string_view table, const TableUpdate& update) = 0;
  // The table as it was, with status kDeleting. kInUse: an index is being made. kValidation: it is protected.
  virtual Result<TableDescription> Drop(std::string_view table) = 0;
  virtual Result<TableDescription> Describe(std::string_view table) = 0;
  // Without item counts and sizes: costs no reads.
  virtual Result<TableDescription> DescribeSchema(std::string_view table) = 0;

  struct Page {
    std::vector<std::string> names;
    std::optional<std::string> last;  // there are more: `after` of the next call
  };
  // Names in alphabetical (byte) order, those after `after`, which need not be a table's; at most `limit`.
  virtual Result<Page> List(std::string_view after = {}, size_t limit = 100) = 0;

  // Switches expiry on or off. Error (kValidation): it is so already, or `attribute` is not the one it has.
  virtual Status UpdateTimeToLive(std::string_view table, bool enabled, const std::string& attribute) = 0;
  virtual Result<TimeToLive> DescribeTimeToLive(std::string_view table) = 0;

  // Adds labels, or changes them.
  virtual Status Tag(std::string_view table, const Tags& tags) = 0;
  // Those that are not there are no error.
  virtual Status Untag(std::string_view table, const std::vector<std::string>& keys) = 0;
  virtual Result<Tags> ListTags(std::string_view table) = 0;

  virtual ThroughputLimits Limits() = 0;
};

}  // namespace parton

#endif  // PARTON_TABLES_H_
