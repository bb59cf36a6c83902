// A small database with a history, and ways to damage its files: for the tests of salvage and repair.
#ifndef PARTON_TESTS_DAMAGE_DAMAGE_H_
#define PARTON_TESTS_DAMAGE_DAMAGE_H_

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "parton/database.h"

namespace parton {

inline std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void WriteFile(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// What the tables held after each statement: "table key" -> the item's text.
using Content = std::map<std::string, std::string>;

// Everything that is in the tables, in one pass over each. Errors are test failures.
inline Content ReadContent(Database* db) {
  Content content;
  auto c = db->Connect();
  for (const std::string& table : db->TableNames()) {
    auto result = c->Execute(fmt::format("SELECT VALUE t FROM \"{}\" AS t", table));
    EXPECT_TRUE(result.ok()) << result.status().ToString();
    if (!result.ok()) continue;
    while ((*result)->Next()) {
      const Value row = (*result)->row().Materialize();
      const std::string key =
          row.Get("p").is_missing() ? row.Get("a").ToLiteral() : row.Get("p").ToLiteral() + row.Get("s").ToLiteral();
      content[table + " " + key] = row.ToLiteral();
    }
    EXPECT_TRUE((*result)->status().ok()) << (*result)->status().ToString();
  }
  return content;
}

class History {
 public:
  // Makes the database in `directory` and closes it.
  History(const std::string& directory, unsigned seed) : random_(seed) {
    durable_ = seed % 4 == 0;
    Open(directory);
    Run("CREATE TABLE plain (a NUMBER, PRIMARY KEY (a))");
    Run("CREATE TABLE rich (p STRING, s NUMBER, PRIMARY KEY (p, s), GLOBAL INDEX by_g (g NUMBER)) WITH (stream = 'both "
        "images', ttl = 'e')");
    const int steps = durable_ ? 250 : 1500;
    for (int i = 0; i < steps; ++i) {
      Step(i);
      if (random_() % 400 == 0) Open(directory);
    }
    connection_.reset();
    db_.reset();
  }

  static Options SmallFiles(bool durable = false) {
    Options options;
    options.background = false;
    options.threads = 1;
    options.durable = durable;
    options.write_buffer_bytes = 64 << 10;
    options.block_bytes = 1024;
    options.cache_bytes = 1 << 20;
    options.clock_ms = [] { return int64_t{1'769'860'800'000}; };
    return options;
  }

  const Content& now() const { return now_; }
  bool WasThere(const std::string& key, const std::string& item) const {
    const auto it = past_.find(key);
    return it != past_.end() && it->second.contains(item);
  }
  // The content is that after some statement: only the end of the history is missing.
  bool IsPrefix(const Content& content) const {
    Content state = now_;
    for (size_t i = undo_.size();; --i) {
      if (state == content) return true;
      if (i == 0) return false;
      const auto& [key, before] = undo_[i - 1];
      if (before.has_value()) {
        state[key] = *before;
      } else {
        state.erase(key);
      }
    }
  }

 private:
  void Open(const std::string& directory) {
    connection_.reset();
    db_.reset();
    auto db = Database::Open(directory, SmallFiles(durable_));
    ASSERT_TRUE(db.ok()) << db.status().ToString();
    db_ = std::move(*db);
    connection_ = db_->Connect();
  }
  void Run(const std::string& text) {
    auto result = connection_->Execute(text);
    ASSERT_TRUE(result.ok()) << text << result.status().ToString();
  }
  void Set(const std::string& key, std::optional<std::string> item) {
    const auto it = now_.find(key);
    undo_.emplace_back(key, it == now_.end() ? std::nullopt : std::optional(it->second));
    if (!item.has_value()) {
      now_.erase(key);
      return;
    }
    past_[key].insert(*item);
    now_[key] = *std::move(item);
  }

  void Step(int i) {
    const int n = static_cast<int>(random_() % 120);
    std::string pad;
    const size_t length = random_() % 50 == 0 ? 5000 : 150;
    for (size_t k = 0; k < length; ++k) pad.push_back(static_cast<char>('a' + random_() % 26));
    const bool plain = random_() % 2 == 0, remove = random_() % 5 == 0;
    const std::string where = plain ? fmt::format("a = {}", n) : fmt::format("p = 'p{}' AND s = {}", n % 3, n);
    const std::string table = plain ? "plain" : "rich";
    const std::string key = table + " " + (plain ? fmt::format("{}", n) : fmt::format("'p{}'{}", n % 3, n));
    if (remove) {
      Run(fmt::format("DELETE FROM {} WHERE {}", table, where));
      Set(key, std::nullopt);
      return;
    }
    Run(plain ? fmt::format("REPLACE INTO plain VALUE {{'a': {}, 'v': {}, 'pad': '{}'}}", n, i, pad)
              : fmt::format("REPLACE INTO rich VALUE {{'p': 'p{}', 's': {}, 'g': {}, 'e': {}, 'pad': '{}'}}", n % 3, n,
                            i % 5, 1'800'000'000 + i, pad));
    auto result = connection_->Execute(fmt::format("SELECT VALUE t FROM {} AS t WHERE {}", table, where));
    ASSERT_TRUE(result.ok() && (*result)->Next());
    Set(key, (*result)->row().ToLiteral());
  }

  std::mt19937 random_;
  bool durable_ = false;
  std::unique_ptr<Database> db_;
  std::unique_ptr<Connection> connection_;
  Content now_;
  std::map<std::string, std::set<std::string>> past_;
  std::vector<std::pair<std::string, std::optional<std::string>>> undo_;
};

enum class DamageKind : uint8_t { kFlip, kByte, kZeros, kGarbage, kTruncate, kDelete };
inline constexpr DamageKind kAllDamage[] = {DamageKind::kFlip,    DamageKind::kByte,     DamageKind::kZeros,
                                            DamageKind::kGarbage, DamageKind::kTruncate, DamageKind::kDelete};

// Damages a file. False if nothing came of it. *what: says what was done.
inline bool DamageFile(const std::filesystem::path& path, DamageKind kind, std::mt19937* random, std::string* what) {
  std::string bytes = ReadFile(path);
  const std::string before = bytes;
  const std::string name = path.filename().string();
  if (kind == DamageKind::kDelete) {
    *what = name + " deleted";
    return std::filesystem::remove(path);
  }
  if (bytes.empty()) return false;
  const size_t at = (*random)() % bytes.size();
  const size_t sector = (*random)() % 2 == 0 ? 512 : 4096, begin = at / sector * sector;
  switch (kind) {
    case DamageKind::kFlip: bytes[at] = static_cast<char>(bytes[at] ^ (1 << (*random)() % 8)); break;
    case DamageKind::kByte: bytes[at] = static_cast<char>((*random)()); break;
    case DamageKind::kZeros:
    case DamageKind::kGarbage:
      for (size_t i = begin; i < std::min(begin + sector, bytes.size()); ++i) {
        bytes[i] = kind == DamageKind::kZeros ? '\0' : static_cast<char>((*random)());
      }
      break;
    case DamageKind::kTruncate: bytes.resize(at); break;
    case DamageKind::kDelete: break;
  }
  *what = fmt::format("{} of {} bytes, damage {} at {} (sector of {})", name, before.size(), static_cast<int>(kind), at,
                      sector);
  WriteFile(path, bytes);
  return bytes != before;
}

// The files of a database that hold something.
inline std::vector<std::filesystem::path> DataFiles(const std::string& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    const std::string name = file.path().filename().string();
    if (name != "LOCK" && !name.starts_with("LOG")) files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

inline int SeedsToRun(int otherwise) {
  const char* text = std::getenv("PARTON_RANDOM_SEEDS");
  return text != nullptr ? std::atoi(text) : otherwise;
}

}  // namespace parton

#endif  // PARTON_TESTS_DAMAGE_DAMAGE_H_
