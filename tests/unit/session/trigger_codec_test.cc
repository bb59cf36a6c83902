// The records of triggers, as bytes and back.
#include "session/feed/trigger_codec.h"

#include <gtest/gtest.h>

#include <string>

namespace parton {
namespace {

TriggerProgress Progress() {
  TriggerProgress p;
  p.paused = true;
  p.position = 300;
  p.runs = 4;
  p.records = 1'000'000;
  p.unchanged = 5;
  p.last_unchanged = 299;
  p.last_run_ms = 1'700'000'000'000;
  p.last_error = "no such table";
  return p;
}

TEST(TriggerCodec, Definitions) {
  TriggerDefinition d{"name", "songs", "INSERT INTO copy SELECT * FROM records", true, false, 7, 1'700'000'000'000};
  TriggerDefinition read;
  ASSERT_TRUE(DecodeTrigger(EncodeTrigger(d), &read));
  EXPECT_EQ(read.table, d.table);
  EXPECT_EQ(read.statement, d.statement);
  EXPECT_TRUE(read.dynamo);
  EXPECT_FALSE(read.strict);
  EXPECT_EQ(read.batch, 7u);
  EXPECT_EQ(read.created_ms, d.created_ms);
  d.batch = 0;
  EXPECT_FALSE(DecodeTrigger(EncodeTrigger(d), &read));
}

TEST(TriggerCodec, Progress) {
  TriggerProgress read;
  ASSERT_TRUE(DecodeProgress(EncodeProgress(Progress()), &read));
  EXPECT_TRUE(read.paused);
  EXPECT_EQ(read.position, 300u);
  EXPECT_EQ(read.runs, 4u);
  EXPECT_EQ(read.records, 1'000'000u);
  EXPECT_EQ(read.unchanged, 5u);
  EXPECT_EQ(read.last_unchanged, 299u);
  EXPECT_EQ(read.last_run_ms, 1'700'000'000'000);
  EXPECT_EQ(read.last_error, "no such table");
}

// As they were before there were counts of unchanged records: version, flags, four numbers, the error.
TEST(TriggerCodec, OlderProgress) {
  const std::string bytes("\x01\x00\x09\x02\x03\x05\x02no", 9);
  TriggerProgress read;
  ASSERT_TRUE(DecodeProgress(bytes, &read));
  EXPECT_FALSE(read.paused);
  EXPECT_EQ(read.position, 9u);
  EXPECT_EQ(read.last_error, "no");
  EXPECT_EQ(read.unchanged, 0u);
}

TEST(TriggerCodec, ParkedRecords) {
  ParkedRecord read;
  ASSERT_TRUE(DecodeParked(EncodeParked({5, "songs", "why", std::string("\0bytes", 6)}), &read));
  EXPECT_EQ(read.failed_ms, 5);
  EXPECT_EQ(read.table, "songs");
  EXPECT_EQ(read.error, "why");
  EXPECT_EQ(read.bytes, std::string("\0bytes", 6));
}

TEST(TriggerCodec, DamagedBytesAreSeen) {
  const std::string definition = EncodeTrigger({"n", "t", "s", false, false, 1, 2});
  const std::string parked = EncodeParked({5, "songs", "why", "bytes"});
  TriggerDefinition d;
  TriggerProgress p;
  ParkedRecord r;
  for (size_t n = 0; n < definition.size(); ++n) EXPECT_FALSE(DecodeTrigger(definition.substr(0, n), &d)) << n;
  for (size_t n = 0; n < parked.size(); ++n) EXPECT_FALSE(DecodeParked(parked.substr(0, n), &r)) << n;
  EXPECT_FALSE(DecodeProgress("", &p));
  EXPECT_FALSE(DecodeProgress("\x02" + EncodeProgress(Progress()).substr(1), &p));
}

}  // namespace
}  // namespace parton
