// What is stored of triggers: bytes of their three kinds of records.
//
//   definition := version(1) flags(1) varint(batch) varint(created ms) field(table) field(statement)
//   state      := version(1) flags(1) varint(position) varint(runs) varint(records) varint(last run ms)
//                 field(last error) [varint(unchanged) varint(last unchanged)]
//   parked     := version(1) varint(failed ms) field(table) field(error) field(change record)
//   field      := varint(length) bytes
#ifndef PARTON_SESSION_FEED_TRIGGER_CODEC_H_
#define PARTON_SESSION_FEED_TRIGGER_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace parton {

struct TriggerDefinition {
  std::string name;  // the record's key has it
  std::string table;
  std::string statement;
  bool dynamo = false;  // the dialect and typing it was made under
  bool strict = false;
  uint64_t batch = 100;
  int64_t created_ms = 0;
};

// How far a trigger is.
struct TriggerProgress {
  bool paused = false;
  uint64_t position = 0;
  uint64_t runs = 0;
  uint64_t records = 0;
  uint64_t unchanged = 0;       // those of `records` whose runs changed no item
  uint64_t last_unchanged = 0;  // the sequence number of the last one; 0: none
  int64_t last_run_ms = 0;
  std::string last_error;
};

// A record that could not be done, and why.
struct ParkedRecord {
  int64_t failed_ms = 0;
  std::string table;
  std::string error;
  std::string bytes;  // of the change record
};

std::string EncodeTrigger(const TriggerDefinition& definition);
std::string EncodeProgress(const TriggerProgress& progress);
std::string EncodeParked(const ParkedRecord& record);

// False: the bytes are damaged; the result may be set in part.
bool DecodeTrigger(std::string_view bytes, TriggerDefinition* definition);
bool DecodeProgress(std::string_view bytes, TriggerProgress* progress);
bool DecodeParked(std::string_view bytes, ParkedRecord* record);

}  // namespace parton

#endif  // PARTON_SESSION_FEED_TRIGGER_CODEC_H_
