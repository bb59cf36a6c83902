// Which commits a transaction, or a read of the newest state, has to know of.
#include "storage/local/recent_writes.h"

#include <gtest/gtest.h>

namespace parton {
namespace {

TEST(RecentWrites, ValidatedTransactionsAreUnderWayUntilTheyLeave) {
  RecentWrites recent;
  const uint64_t start = recent.Open();
  EXPECT_FALSE(recent.IsUnderWay("a"));
  const uint64_t ticket = recent.Validate(start, ReadSet(), {"a", "b"});
  ASSERT_NE(ticket, 0u);
  EXPECT_TRUE(recent.IsUnderWay("a"));
  EXPECT_TRUE(recent.IsUnderWay("b"));
  EXPECT_FALSE(recent.IsUnderWay("c"));
  recent.Leave(ticket, true);
  EXPECT_FALSE(recent.IsUnderWay("a"));
  recent.Close(start);
}

TEST(RecentWrites, PlainCommitsAreOfNoAccountToReaders) {
  RecentWrites recent;
  const uint64_t start = recent.Open();
  const uint64_t plain = recent.Enter({"a"});
  EXPECT_FALSE(recent.IsUnderWay("a"));
  // The other one has validated, and is not written.
  const uint64_t ticket = recent.Validate(start, ReadSet(), {"b"});
  EXPECT_FALSE(recent.IsUnderWay("a"));
  recent.Leave(plain, true);
  recent.Leave(ticket, true);
  recent.Close(start);
}

TEST(RecentWrites, WhatWasReadMustNotHaveBeenWritten) {
  RecentWrites recent;
  const uint64_t start = recent.Open();
  EXPECT_FALSE(recent.EnterPlain());
  const uint64_t plain = recent.Enter({"a"});
  EXPECT_EQ(recent.Validate(start, ReadSet({"a"}, {}), {"b"}), 0u);
  recent.Leave(plain, true);
  EXPECT_EQ(recent.Validate(start, ReadSet({"a"}, {}), {"b"}), 0u);
  EXPECT_EQ(recent.Validate(start, ReadSet({}, {{"A", "b"}}), {"b"}), 0u);
  const uint64_t ticket = recent.Validate(start, ReadSet({"c"}, {{"b", "z"}}), {"b"});
  EXPECT_NE(ticket, 0u);
  recent.Leave(ticket, true);
  recent.Close(start);
  EXPECT_TRUE(recent.EnterPlain());
  recent.LeavePlain();
}

}  // namespace
}  // namespace parton
