// Parts of tables in requests and answers: definitions of indexes, descriptions, ARNs.
#ifndef PARTON_SERVER_ACTIONS_TABLE_PARTS_H_
#define PARTON_SERVER_ACTIONS_TABLE_PARTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parton/streams.h"
#include "parton/tables.h"
#include "server/actions.h"

namespace parton::server {

// "One or more parameter values were invalid: ..."
ApiError Invalid(std::string message);

std::vector<AttributeDefinition> ReadAttributes(const Input& list);
std::vector<KeyElement> ReadKey(const Input& list);
std::optional<Throughput> ReadProvisioned(const Input& input);
// OnDemandThroughput and WarmThroughput; what is not said is -1.
std::optional<Throughput> ReadMaximum(const Input& input);
std::optional<Throughput> ReadWarm(const Input& input);
std::optional<Encryption> ReadEncryption(const Input& input);
StreamView ReadView(std::string_view type);
Tags ReadTags(const Input& list);
// Error: the projection.
Outcome ReadIndex(const Input& input, IndexKind kind, IndexDefinition* index);
Outcome ReadIndexes(const Input& list, IndexKind kind, std::vector<IndexDefinition>* indexes);

// The parameters of CreateTable.
Outcome ReadDefinition(const Input& input, TableDefinition* d);

void WriteKeySchema(const std::vector<KeyElement>& key, JsonWriter& out);
// {"ProjectionType": ...}
void WriteProjection(const IndexDefinition& index, JsonWriter& out);
void WriteStreamSpecification(StreamView view, JsonWriter& out);
void WriteEncryption(const Call& call, const Encryption& encryption, JsonWriter& out);
// The object of a TableDescription.
void WriteTable(const Call& call, const TableDescription& table, JsonWriter& out);

std::string StreamArn(const Call& call, const StreamId& stream);
// nullopt: it is not the ARN of a stream.
std::optional<StreamId> StreamOf(std::string_view arn);
std::string BackupArn(const Call& call, std::string_view table, std::string_view backup);
// What follows "/KIND/" in the ARN of something of a table; nullopt: it is not there.
std::optional<std::string> PartOf(std::string_view arn, std::string_view kind);

}  // namespace parton::server

#endif  // PARTON_SERVER_ACTIONS_TABLE_PARTS_H_
