#include "tests/crash/workload.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/crash/statements.h"

namespace parton::crash {

namespace {

constexpr int64_t kStart = 1'769'860'800;
constexpr int64_t kDay = 86'400;

class StepMaker {
 public:
  explicit StepMaker(uint32_t seed) : random_(seed) {}

  std::vector<Step> Make(int count, bool backups) {
    for (const char* text :
         {"CREATE TABLE total (k STRING, PRIMARY KEY (k))", "UPSERT INTO total VALUE {'k': 'sum', 'n': 0}",
          "CREATE TABLE audit (pk STRING, n NUMBER, PRIMARY KEY (pk, n), GLOBAL INDEX by_event (ev STRING))",
          "CREATE TABLE other (id NUMBER, PRIMARY KEY (id)) WITH (stream = 'new image')",
          "CREATE TABLE main (pk STRING, sk NUMBER, PRIMARY KEY (pk, sk), GLOBAL INDEX by_g (g STRING), LOCAL INDEX "
          "by_v "
          "(pk, v NUMBER) PROJECT INCLUDE (w)) WITH (stream = 'both images', ttl = 'e')",
          "CREATE TRIGGER audits ON main FROM TRIM_HORIZON BATCH 4 AS INSERT INTO audit SELECT r.Keys.pk AS pk, "
          "r.SequenceNumber AS n, r.Keys.sk AS sk, r.eventName AS ev FROM records AS r",
          "CREATE TRIGGER adds ON main FROM TRIM_HORIZON BATCH 3 AS UPDATE total SET n = n + (SELECT COUNT(*) FROM "
          "records AS r WHERE r.eventName = 'INSERT') WHERE k = 'sum'"}) {
      Add({text});
    }
    for (int i = 0; i < count; ++i) AddRandom(i, backups);
    Add({});
    return std::move(steps_);
  }

 private:
  uint32_t Below(uint32_t n) { return random_() % n; }
  void Add(std::vector<std::string> statements) { steps_.push_back({now_, std::move(statements)}); }

  std::string Key() { return fmt::format("pk = 'p{}' AND sk = {}", Below(3), Below(8)); }
  std::string Item() {
    std::string text = fmt::format("{{'pk': 'p{}', 'sk': {}, 'v': {}, 'pad': '{}', 'n{}': true", Below(3), Below(8),
                                   Below(50), std::string(Below(3) == 0 ? 900 : 30, 'x'), Below(25));
    if (Below(3) != 0) text += fmt::format(", 'g': 'g{}'", Below(4));
    if (Below(3) == 0) text += fmt::format(", 'e': {}", now_ + static_cast<int64_t>(Below(200)) - 100);
    return text + "}";
  }
  std::string Change() {
    switch (Below(5)) {
      case 0: return fmt::format("DELETE FROM main WHERE {}", Key());
      case 1: return fmt::format("UPDATE main SET v = v + 1, g = 'g{}' WHERE {}", Below(4), Key());
      case 2: return fmt::format("UPSERT INTO other VALUE {{'id': {}, 'v': {}}}", Below(30), Below(50));
      default: return fmt::format("REPLACE INTO main VALUE {}", Item());
    }
  }

  void AddRandom(int i, bool backups) {
    switch (Below(20)) {
      case 0: return Add({fmt::format("UPDATE main SET w = {} WHERE pk = 'p{}'", i, Below(3))});
      case 1: return Add({fmt::format("DELETE FROM main WHERE v < {}", Below(20))});
      case 2:
        return Add({fmt::format("REPLACE INTO other << {{'id': {}, 'v': 1}}, {{'id': {}, 'w': 2}} >>", Below(10),
                                10 + Below(10))});
      case 3: return Add({"REPLACE INTO other SELECT m.sk + 100 AS id, m.pad AS pad FROM main AS m WHERE m.pk = 'p1'"});
      case 4: return Add({"CREATE INDEX IF NOT EXISTS late ON main (g STRING, v NUMBER)"});
      case 5: return Add({"DROP INDEX IF EXISTS late ON main"});
      case 6: ttl_ = !ttl_; return Add({ttl_ ? "ALTER TABLE main SET TTL (e)" : "ALTER TABLE main SET TTL DISABLED"});
      case 7:
        return Add({fmt::format(
            "CREATE TABLE IF NOT EXISTS extra{} (k STRING, PRIMARY KEY (k), GLOBAL INDEX i (z NUMBER))", Below(2))});
      case 8: return Add({fmt::format("DROP TABLE IF EXISTS extra{}", Below(2))});
      case 9: return Add({"TRUNCATE TABLE other"});
      case 10: return Add({fmt::format("ALTER TRIGGER audits {}", Below(2) == 0 ? "PAUSE" : "RESUME")});
      case 11:
      case 12: {
        std::vector<std::string> transaction{"BEGIN"};
        for (uint32_t n = 2 + Below(4); n > 0; --n) transaction.push_back(Change());
        if (Below(3) == 0) {
          transaction.push_back("SAVEPOINT s");
          transaction.push_back(Change());
          transaction.push_back("ROLLBACK TO s");
        }
        transaction.push_back("COMMIT");
        return Add(std::move(transaction));
      }
      case 13: return Add({});
      case 14:
        now_ += Below(2) == 0 ? 50 : kDay + kDay / 4;  // items expire; records grow too old
        return Add({});
      case 15:
        if (backups) return Add({fmt::format("BACKUP TO '/backup{}'", i)});
        [[fallthrough]];
      default: return Add({Change()});
    }
  }

  std::mt19937 random_;
  int64_t now_ = kStart;
  bool ttl_ = true;
  std::vector<Step> steps_;
};

Status AppendRows(Connection* c, const std::string& query, std::string* out) {
  PARTON_ASSIGN_OR_RETURN(auto result, c->Execute(query));
  if (result->kind() == ResultKind::kText || result->kind() == ResultKind::kDone) {
    *out += result->text() + "\n";
    return Status::Ok();
  }
  std::vector<std::string> rows;
  while (result->Next()) rows.push_back(result->row().ToLiteral());
  PARTON_RETURN_IF_ERROR(result->status());
  if (!result->ordered()) std::sort(rows.begin(), rows.end());
  for (const std::string& row : rows) *out += "  " + row + "\n";
  return Status::Ok();
}

}  // namespace

std::vector<Step> MakeSteps(uint32_t seed, int count, bool backups) { return StepMaker(seed).Make(count, backups); }

Status RunStep(Database* db, Connection* c, const Step& step) {
  if (step.statements.empty()) return db->Settle();
  for (const std::string& text : step.statements) {
    Status s = RunStatement(c, text);
    if (s.ok()) continue;
    if (c->in_transaction()) (void)RunStatement(c, "ROLLBACK");
    return s;
  }
  return Status::Ok();
}

Result<std::string> DigestUnsettled(Database* db) {
  auto c = db->Connect();
  std::string text;
  std::vector<std::string> tables = db->TableNames();
  std::sort(tables.begin(), tables.end());
  for (const std::string& table : tables) {
    PARTON_RETURN_IF_ERROR(AppendRows(c.get(), "SHOW CREATE TABLE " + table, &text));
    // Sequence numbers may be skipped: those of the audit differ.
    PARTON_RETURN_IF_ERROR(AppendRows(
        c.get(),
        table == "audit" ? "SELECT a.pk, a.sk, a.ev FROM audit AS a" : "SELECT VALUE t FROM " + table + " AS t",
        &text));
    text += table + "'s feed\n";
    if (table != "main" && table != "other") continue;
    PARTON_RETURN_IF_ERROR(
        AppendRows(c.get(),
                   "SELECT r.eventName, r.Keys, r.NewImage, r.OldImage, r.userIdentity FROM changes('" + table +
                       "') AS r ORDER BY r.SequenceNumber",
                   &text));
  }
  PARTON_RETURN_IF_ERROR(AppendRows(c.get(), "SHOW PARKED", &text));
  return text;
}

Result<std::string> Digest(Database* db) {
  // A trigger's progress lets records be trimmed the second time.
  PARTON_RETURN_IF_ERROR(db->Settle());
  PARTON_RETURN_IF_ERROR(db->Settle());
  PARTON_ASSIGN_OR_RETURN(std::string text, DigestUnsettled(db));
  auto c = db->Connect();
  // Positions and counts of runs depend on where the power went.
  PARTON_ASSIGN_OR_RETURN(auto triggers, c->Execute("SHOW TRIGGERS"));
  while (triggers->Next()) {
    const Value row = triggers->row().Materialize();
    for (const char* name : {"name", "state", "lag", "parked", "statement"}) text += row.Get(name).ToLiteral() + " ";
    text += "\n";
  }
  PARTON_RETURN_IF_ERROR(triggers->status());
  return text;
}

const std::string& Reference::Find(size_t count, int64_t now, bool settled) {
  auto [it, added] = digests_[{count, settled}].try_emplace(now);
  if (!added) return it->second;
  int64_t clock = kStart;
  Options options;
  options.background = false;
  options.clock_ms = [&clock] { return clock * 1000; };
  auto db = Database::Open(":memory:", options);
  EXPECT_TRUE(db.ok()) << db.status().ToString();
  {
    auto c = (*db)->Connect();
    for (size_t i = 0; i < count; ++i) {
      clock = steps_[i].now;
      if (!steps_[i].statements.empty() && steps_[i].statements[0].starts_with("BACKUP")) continue;
      Status s = RunStep(db->get(), c.get(), steps_[i]);
      EXPECT_TRUE(s.ok()) << s.ToString() << " in "
                          << (steps_[i].statements.empty() ? "settling" : steps_[i].statements[0]);
    }
  }
  clock = now;
  auto digest = settled ? Digest(db->get()) : DigestUnsettled(db->get());
  EXPECT_TRUE(digest.ok()) << digest.status().ToString();
  if (digest.ok()) it->second = *digest;
  return it->second;
}

const std::string& Reference::After(size_t count, int64_t now) { return Find(count, now, true); }
const std::string& Reference::UnsettledAfter(size_t count, int64_t now) { return Find(count, now, false); }

}  // namespace parton::crash
