// Whole databases with damaged files. Opening and reading say what is wrong, or give what was stored; a log may have
// lost its end. Never another answer.
//
// An input is a list of edits of eight bytes: what, file, offset (3 bytes, a fraction of the file), value (3 bytes).
#include <fmt/format.h>
#include <leveldb/env.h>
#include <leveldb/helpers/memenv.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "session/open_database.h"
#include "tests/fuzz/fuzz_target.h"

namespace parton::fuzz {
namespace {

constexpr const char* kTables[] = {"plain", "rich"};

Options SmallOptions() {
  Options options;
  options.background = false;
  options.threads = 1;
  options.write_buffer_bytes = 64 << 10;
  options.block_bytes = 1024;
  options.cache_bytes = 1 << 20;
  options.clock_ms = [] { return int64_t{1'769'860'800'000}; };
  return options;
}

// The rows of a table, sorted; an error if they cannot be read.
Result<std::string> Rows(Connection* c, const std::string& query) {
  PARTON_ASSIGN_OR_RETURN(auto result, c->Execute(query));
  std::vector<std::string> rows;
  while (result->Next()) rows.push_back(result->row().ToLiteral());
  PARTON_RETURN_IF_ERROR(result->status());
  std::sort(rows.begin(), rows.end());
  std::string text;
  for (const std::string& row : rows) text += row + "\n";
  return text;
}

struct Image {
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> now;             // rows by table
  std::map<std::string, std::set<std::string>> past;  // after each write
};

Image MakeImage() {
  Image image;
  std::unique_ptr<leveldb::Env> env(leveldb::NewMemEnv(leveldb::Env::Default()));
  {
    auto db = OpenDatabase("/db", SmallOptions(), env.get());
    FUZZ_CHECK(db.ok());
    auto c = (*db)->Connect();
    FUZZ_CHECK(
        c->ExecuteScript(
             "CREATE TABLE plain (a NUMBER, PRIMARY KEY (a));"
             "CREATE TABLE rich (p STRING, s NUMBER, PRIMARY KEY (p, s), GLOBAL INDEX by_g (g NUMBER)) WITH (stream = "
             "'both images', ttl = 'e')")
            .ok());
    std::mt19937 random(5);
    for (int i = 0; i < 400; ++i) {
      const int n = static_cast<int>(random() % 40);
      // Text that does not compress, so that there are many blocks.
      std::string pad;
      for (int k = 0; k < 150; ++k) pad.push_back(static_cast<char>('a' + random() % 26));
      const char* table = kTables[i % 2];
      std::string text;
      if (i % 11 == 10) {
        text = i % 2 == 0 ? fmt::format("DELETE FROM plain WHERE a = {}", n)
                          : fmt::format("DELETE FROM rich WHERE p = 'p{}' AND s = {}", n % 3, n);
      } else if (i % 2 == 0) {
        text = fmt::format("REPLACE INTO plain VALUE {{'a': {}, 'v': {}, 'pad': '{}'}}", n, i, pad);
      } else {
        text = fmt::format("REPLACE INTO rich VALUE {{'p': 'p{}', 's': {}, 'g': {}, 'e': {}, 'pad': '{}'}}", n % 3, n,
                           i % 5, 1'800'000'000 + i, pad);
      }
      FUZZ_CHECK(c->ExecuteScript(text).ok());
      image.now[table] = Rows(c.get(), fmt::format("SELECT VALUE t FROM {} AS t", table)).value();
      image.past[table].insert(image.now[table]);
    }
  }
  std::vector<std::string> names;
  FUZZ_CHECK(env->GetChildren("/db", &names).ok());
  for (const std::string& name : names) {
    if (name == "LOCK" || name.starts_with("LOG")) continue;
    FUZZ_CHECK(leveldb::ReadFileToString(env.get(), "/db/" + name, &image.files[name]).ok());
  }
  FUZZ_CHECK(image.files.size() >= 5);
  return image;
}

const Image& TheImage() {
  static const Image& image = *new Image(MakeImage());
  return image;
}

std::vector<std::string> Seeds() {
  std::vector<std::string> seeds;
  std::mt19937 random(9);
  for (size_t file = 0; file < TheImage().files.size(); ++file) {
    for (int i = 0; i < 6; ++i) {
      std::string edit{static_cast<char>(i), static_cast<char>(file)};
      for (int k = 0; k < 6; ++k) edit.push_back(static_cast<char>(random()));
      seeds.push_back(edit);
    }
  }
  return seeds;
}

// Applies one edit; says which file it touched, empty if none.
std::string Apply(std::string_view edit, std::map<std::string, std::string>* files) {
  auto byte = [&](int i) { return static_cast<uint8_t>(edit[i]); };
  auto it = std::next(files->begin(), byte(1) % files->size());
  std::string& data = it->second;
  if (data.empty()) return "";
  const size_t at = (size_t{byte(2)} << 16 | byte(3) << 8 | byte(4)) * data.size() >> 24;
  const std::string before = data;
  switch (byte(0) % 6) {
    case 0:
    case 1: data[at] = static_cast<char>(data[at] ^ (1 << byte(5) % 8)); break;
    case 2: data[at] = static_cast<char>(byte(5)); break;
    case 3: data.resize(at); break;
    case 4:
      std::fill_n(data.begin() + static_cast<ptrdiff_t>(at), std::min<size_t>(data.size() - at, 1 + byte(6) * 4), '\0');
      break;
    case 5:
      for (size_t i = at; i < std::min(data.size(), at + byte(6)); ++i)
        data[i] = static_cast<char>(data[i] * 7 + byte(7));
      break;
  }
  return data == before ? "" : it->first;
}

void Run(std::string_view input) {
  const Image& image = TheImage();
  std::map<std::string, std::string> files = image.files;
  bool log = false;
  for (size_t i = 0; i + 8 <= input.size() && i < 64; i += 8) {
    log |= Apply(input.substr(i, 8), &files).ends_with(".log");
  }
  std::unique_ptr<leveldb::Env> env(leveldb::NewMemEnv(leveldb::Env::Default()));
  for (const auto& [name, data] : files) FUZZ_CHECK(leveldb::WriteStringToFile(env.get(), data, "/db/" + name).ok());

  auto db = OpenDatabase("/db", SmallOptions(), env.get());
  if (!db.ok()) {
    FUZZ_CHECK(db.status().code() == StatusCode::kCorruption || db.status().code() == StatusCode::kOpenFailed ||
               db.status().code() == StatusCode::kIoError);
    return;
  }
  auto c = (*db)->Connect();
  const bool sound = (*db)->Check().empty();
  const std::vector<std::string> tables = (*db)->TableNames();
  for (const char* table : kTables) {
    if (std::find(tables.begin(), tables.end(), table) == tables.end()) {
      FUZZ_CHECK(!sound);  // never: the catalog is in the first tables
      continue;
    }
    auto rows = Rows(c.get(), fmt::format("SELECT VALUE t FROM {} AS t", table));
    if (!rows.ok()) {
      FUZZ_CHECK(rows.status().code() == StatusCode::kCorruption);
      FUZZ_CHECK(rows.status().message().find(table) != std::string::npos);
      FUZZ_CHECK(!rows.status().hint().empty());
      FUZZ_CHECK(!sound);
      continue;
    }
    FUZZ_CHECK(*rows == image.now.at(table) || (log && image.past.at(table).contains(*rows)));
  }
  // By the index; and a write is taken or refused.
  auto indexed = Rows(c.get(), "SELECT VALUE t FROM rich AS t WHERE t.g = 3");
  if (!indexed.ok()) FUZZ_CHECK(indexed.status().code() == StatusCode::kCorruption && !sound);
  (void)c->ExecuteScript("REPLACE INTO rich VALUE {'p': 'new', 's': 1, 'g': 3}");
  (void)c->ExecuteScript("REPAIR DATABASE");
}

}  // namespace

const std::vector<Target>& FileTargets() {
  static const std::vector<Target>& targets = *new std::vector<Target>{{"files", Seeds, Run, {}, 300}};
  return targets;
}

}  // namespace parton::fuzz
