#include "bench/write_pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "bench/measure.h"
#include "bench/parton_items.h"
#include "bench/side.h"

namespace parton::bench {

namespace {

// One database for one pair.
class Bench {
 public:
  Bench(const std::string& directory, const std::string& name, bool durable) {
    Options options;
    options.durable = durable;
    options.cache_bytes = kCacheBytes;
    options.write_buffer_bytes = kWriteBufferBytes;
    options.block_bytes = kBlockBytes;
    database_ = Need(Database::Open(directory + "/pair_" + name, options));
    connection_ = database_->Connect();
  }
  ~Bench() { connection_.reset(); }

  void Run(const std::string& text) { Finish(Need(connection_->Execute(text)).get()); }
  void MakeTable(const std::string& name, const std::string& with = "") {
    Run(fmt::format("CREATE TABLE {} (requestid NUMBER, PRIMARY KEY (requestid)){}", name, with));
  }
  std::unique_ptr<Statement> Prepare(const std::string& text) { return Need(connection_->Prepare(text)); }
  // Rows from + 1 to from + n, one write each.
  void Insert(const std::string& table, int64_t from, int64_t n) {
    auto insert = Prepare(fmt::format("INSERT INTO {} VALUE ?", table));
    for (int64_t i = from + 1; i <= from + n; ++i) {
      Check(insert->Bind(1, ToItem(MakeRow(i))));
      Finish(Need(insert->Execute()));
    }
  }
  int64_t Number(const std::string& text) {
    auto rows = Need(connection_->Execute(text));
    if (rows->kind() == ResultKind::kValue) return rows->value().int_value();
    if (!rows->Next()) Check(rows->status());
    return rows->row().int_value();
  }
  Database* database() { return database_.get(); }

 private:
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
};

constexpr const char* kUpdate = "UPDATE t SET bytessent = bytessent + 1 WHERE requestid = ? AND bytessent >= 0";

void Update(Statement* update, int64_t key) {
  Check(update->Bind(1, key));
  Finish(Need(update->Execute()));
}

using Variant = std::function<void(int round)>;

// `with` over `plain`, or, where the figure is of speed, the other way round.
PairFigure Compare(const std::string& work, const std::string& bar, int rounds, bool speed, const Variant& plain,
                   const Variant& with) {
  std::vector<double> seconds[2], processor[2];
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < 2; ++i) {
      const int which = (i + round) % 2;
      const Cost t = CostOf([&] { which == 0 ? plain(round) : with(round); });
      seconds[which].push_back(t.seconds);
      processor[which].push_back(t.processor);
    }
  }
  PairFigure f;
  f.work = work;
  f.bar = bar;
  f.plain = Median(seconds[0]);
  f.with = Median(seconds[1]);
  const double cpu[2] = {Median(processor[0]), Median(processor[1])};
  f.ratio = speed ? f.plain / f.with : f.with / f.plain;
  f.processor_ratio = speed ? cpu[0] / cpu[1] : cpu[1] / cpu[0];
  return f;
}

PairFigure Transactions(const std::string& directory, int64_t count, int rounds, bool durable) {
  Bench b(directory, durable ? "durable" : "relaxed", durable);
  b.MakeTable("t");
  b.Insert("t", 0, count);
  auto update = b.Prepare(kUpdate);
  auto begin = b.Prepare("BEGIN");
  auto commit = b.Prepare("COMMIT");
  return Compare(
      durable ? "one-item transaction, durable" : "one-item transaction", "at most 1.30", rounds, false,
      [&](int round) {
        for (int64_t i = 0; i < count; ++i) Update(update.get(), PickKey(i + round * count, count));
      },
      [&](int round) {
        for (int64_t i = 0; i < count; ++i) {
          Finish(Need(begin->Execute()));
          Update(update.get(), PickKey(i + round * count, count));
          Finish(Need(commit->Execute()));
        }
      });
}

PairFigure Streams(const std::string& directory, int64_t count, int rounds, bool updates) {
  Bench b(directory, updates ? "stream_update" : "stream_insert", false);
  b.MakeTable("plain");
  b.MakeTable("fed", " WITH (stream = 'new and old images')");
  auto run = [&](const std::string& table, int round) {
    if (!updates) {
      b.Insert(table, round * count, count);
      return;
    }
    auto update = b.Prepare(fmt::format("UPDATE {} SET bytessent = bytessent + 1 WHERE requestid = ?", table));
    for (int64_t i = 0; i < count; ++i) Update(update.get(), PickKey(i + round * count, count));
  };
  if (updates) {
    b.Insert("plain", 0, count);
    b.Insert("fed", 0, count);
  }
  return Compare(
      updates ? "updates with a stream of both images" : "inserts with a stream of both images", "at least 0.60",
      rounds, true, [&](int round) { run("plain", round); }, [&](int round) { run("fed", round); });
}

// One writer at full speed, and a trigger behind it: until the writer is done, against until the replica is.
PairFigure Replication(const std::string& directory, int64_t count, int rounds) {
  Bench b(directory, "trigger", false);
  b.MakeTable("t", " WITH (stream = 'new image')");
  b.MakeTable("replica");
  b.Run(
      "CREATE TRIGGER replicate ON t FROM TRIM_HORIZON BATCH 1000 AS INSERT INTO replica SELECT VALUE r.NewImage "
      "FROM records AS r WHERE r.eventName = 'INSERT'");
  std::vector<double> writer, replica, written, all;
  for (int round = 0; round < rounds; ++round) {
    const double processor = ProcessorSeconds();
    const auto start = std::chrono::steady_clock::now();
    auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
    b.Insert("t", round * count, count);
    writer.push_back(elapsed());
    written.push_back(ProcessorSeconds() - processor);
    Check(b.database()->Settle());
    replica.push_back(elapsed());
    all.push_back(ProcessorSeconds() - processor);
    if (b.Number("SELECT VALUE COUNT(*) FROM replica") != (round + 1) * count) {
      fmt::print(stderr, "write_pairs: the replica is not complete\n");
      std::exit(1);
    }
  }
  PairFigure f;
  f.work = "trigger that replicates, behind one writer";
  f.bar = "about 1";
  f.plain = Median(writer);
  f.with = Median(replica);
  f.ratio = f.with / f.plain;
  f.processor_ratio = Median(all) / Median(written);
  return f;
}

}  // namespace

std::vector<PairFigure> RunWritePairs(const std::string& directory, int64_t count, int rounds,
                                      const std::string& only) {
  const std::vector<std::pair<std::string, std::function<PairFigure()>>> works = {
      {"one-item transaction", [&] { return Transactions(directory, count, rounds, false); }},
      {"one-item transaction, durable",
       [&] { return Transactions(directory, std::min<int64_t>(count, 1000), rounds, true); }},
      {"inserts with a stream", [&] { return Streams(directory, count, rounds, false); }},
      {"updates with a stream", [&] { return Streams(directory, count, rounds, true); }},
      {"trigger", [&] { return Replication(directory, count, rounds); }},
  };
  std::vector<PairFigure> figures;
  for (const auto& [name, run] : works) {
    if (only.empty() || name.find(only) != std::string::npos) figures.push_back(run());
  }
  return figures;
}

}  // namespace parton::bench
