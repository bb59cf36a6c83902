// The C API from C++: what threads do with it, and what C programs seldom look at.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "parton.h"

namespace {

struct End {
  void operator()(parton_database* p) const { parton_close(p, nullptr); }
  void operator()(parton_connection* p) const { parton_disconnect(p); }
  void operator()(parton_result* p) const { parton_result_free(p); }
  void operator()(parton_error* p) const { parton_error_free(p); }
  void operator()(parton_feed* p) const { parton_feed_close(p); }
};
template <typename T>
using Handle = std::unique_ptr<T, End>;

Handle<parton_database> Open() {
  parton_database* db = nullptr;
  EXPECT_EQ(parton_open(":memory:", nullptr, &db, nullptr), PARTON_OK);
  return Handle<parton_database>(db);
}

Handle<parton_connection> Connect(const Handle<parton_database>& db) {
  parton_connection* connection = nullptr;
  EXPECT_EQ(parton_connect(db.get(), &connection, nullptr), PARTON_OK);
  return Handle<parton_connection>(connection);
}

parton_status Done(const Handle<parton_connection>& connection, const std::string& text) {
  return parton_execute(connection.get(), text.data(), text.size(), nullptr, nullptr);
}

TEST(CApi, AnotherThreadCancels) {
  auto db = Open();
  auto connection = Connect(db);
  std::atomic<bool> done{false};
  std::thread cancels([&] {
    while (!done.load()) {
      parton_cancel(connection.get());
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  parton_error* error = nullptr;
  const char* text = "SELECT COUNT(*) FROM range(1, 1000000000) AS x";
  EXPECT_EQ(parton_execute(connection.get(), text, PARTON_NUL, nullptr, &error), PARTON_CANCELLED);
  done.store(true);
  cancels.join();
  EXPECT_EQ(parton_error_code(error), PARTON_CANCELLED);
  parton_error_free(error);
}

TEST(CApi, ThreadsShareADatabase) {
  auto db = Open();
  ASSERT_EQ(Done(Connect(db), "CREATE TABLE t (id NUMBER, PRIMARY KEY (id))"), PARTON_OK);
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n) {
    threads.emplace_back([&db, n] {
      auto connection = Connect(db);
      for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(Done(connection, "INSERT INTO t VALUE {'id': " + std::to_string(100 * n + i) + "}"), PARTON_OK);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  auto connection = Connect(db);
  parton_result* rows = nullptr;
  ASSERT_EQ(parton_execute(connection.get(), "SELECT VALUE COUNT(*) FROM t", PARTON_NUL, &rows, nullptr), PARTON_OK);
  const Handle<parton_result> end(rows);
  ASSERT_EQ(parton_step(rows, nullptr), PARTON_ROW);
  int64_t count = 0;
  EXPECT_EQ(parton_value_int64(parton_row(rows), &count, nullptr), PARTON_OK);
  EXPECT_EQ(count, 200);
}

TEST(CApi, AStopWakesAFeed) {
  auto db = Open();
  auto connection = Connect(db);
  ASSERT_EQ(Done(connection, "CREATE TABLE t (id NUMBER, PRIMARY KEY (id)) WITH (stream = 'keys only')"), PARTON_OK);
  parton_feed* feed = nullptr;
  ASSERT_EQ(parton_feed_open(db.get(), "t", nullptr, &feed, nullptr), PARTON_OK);
  const Handle<parton_feed> end(feed);
  std::atomic<bool> done{false};
  std::thread stops([&] {
    while (!done.load()) {
      parton_feed_stop(feed);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  EXPECT_EQ(parton_feed_read(feed, 10, 600'000, nullptr), PARTON_DONE);
  done.store(true);
  stops.join();
}

void Throws(parton_call*, const parton_value* const*, size_t, void*) { throw std::string("not caught"); }

TEST(CApi, WhatAFunctionThrowsIsAnError) {
  auto db = Open();
  auto connection = Connect(db);
  parton_function function = {};
  function.struct_size = sizeof function;
  function.name = "throws";
  function.call = Throws;
  ASSERT_EQ(parton_add_function(db.get(), &function, nullptr), PARTON_OK);
  EXPECT_EQ(Done(connection, "SELECT VALUE throws() FROM [1] AS x"), PARTON_INTERNAL);
}

TEST(CApi, OlderAndNewerStructs) {
  // A program that was compiled with a later header knows more members; an earlier one fewer.
  struct Later {
    parton_options options;
    void* more;
  } later = {};
  later.options.struct_size = sizeof later;
  parton_database* db = nullptr;
  EXPECT_EQ(parton_open(":memory:", &later.options, &db, nullptr), PARTON_OK);
  EXPECT_EQ(parton_close(db, nullptr), PARTON_OK);
  parton_options earlier;
  std::memset(&earlier, 0xFF, sizeof earlier);
  earlier.struct_size = offsetof(parton_options, read_only);
  earlier.must_exist = earlier.must_be_new = 0;
  EXPECT_EQ(parton_open(":memory:", &earlier, &db, nullptr), PARTON_OK);
  EXPECT_EQ(parton_close(db, nullptr), PARTON_OK);
}

TEST(CApi, DeepAndWideValues) {
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += '[';
  for (int i = 0; i < 200; ++i) deep += ']';
  parton_value* value = nullptr;
  ASSERT_EQ(parton_value_parse(PARTON_JSON, deep.data(), deep.size(), &value, nullptr), PARTON_OK);
  const parton_value* v = value;
  int depth = 0;
  for (; parton_value_count(v) > 0; v = parton_value_at(v, 0)) ++depth;
  EXPECT_EQ(depth, 199);
  parton_value_free(value);
  std::string wide = "[0";
  for (int i = 1; i < 5000; ++i) wide += "," + std::to_string(i);
  wide += "]";
  ASSERT_EQ(parton_value_parse(PARTON_JSON, wide.data(), wide.size(), &value, nullptr), PARTON_OK);
  int64_t sum = 0;
  for (size_t i = 0; i < parton_value_count(value); ++i) {
    int64_t n = 0;
    EXPECT_EQ(parton_value_int64(parton_value_at(value, i), &n, nullptr), PARTON_OK);
    sum += n;
  }
  EXPECT_EQ(sum, 4999 * 2500);
  parton_value_free(value);
}

}  // namespace
