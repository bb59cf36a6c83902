#include "shell/completion.h"

#include <dirent.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "shell/dot_commands.h"

namespace parton::shell {

namespace {

constexpr std::string_view kKeywords[] = {"ADD",
                                          "ALL",
                                          "ALTER TABLE",
                                          "AND",
                                          "AS",
                                          "ASC",
                                          "AT",
                                          "BEGIN",
                                          "BETWEEN",
                                          "BY",
                                          "CASE",
                                          "CAST(",
                                          "COMMIT",
                                          "COPY",
                                          "COUNT(*)",
                                          "CREATE INDEX",
                                          "CREATE TABLE",
                                          "CROSS JOIN",
                                          "DELETE FROM",
                                          "DESC",
                                          "DESCRIBE",
                                          "DISTINCT",
                                          "DROP INDEX",
                                          "DROP TABLE",
                                          "ELSE",
                                          "END",
                                          "EXCEPT",
                                          "EXISTS",
                                          "EXPLAIN",
                                          "EXPLAIN ANALYZE",
                                          "FALSE",
                                          "FROM",
                                          "GLOBAL INDEX",
                                          "GROUP BY",
                                          "HAVING",
                                          "IN",
                                          "INNER JOIN",
                                          "INSERT INTO",
                                          "INTERSECT",
                                          "IS MISSING",
                                          "IS NOT MISSING",
                                          "IS NOT NULL",
                                          "IS NULL",
                                          "JOIN",
                                          "LEFT JOIN",
                                          "LIKE",
                                          "LIMIT",
                                          "LOCAL INDEX",
                                          "MISSING",
                                          "NOT",
                                          "NULL",
                                          "NUMBER",
                                          "OFFSET",
                                          "ON",
                                          "ON CONFLICT DO NOTHING",
                                          "ON CONFLICT DO REPLACE",
                                          "OR",
                                          "ORDER BY",
                                          "PIVOT",
                                          "PRIMARY KEY",
                                          "PROJECT",
                                          "REMOVE",
                                          "REPLACE INTO",
                                          "RETURNING ALL NEW *",
                                          "RETURNING ALL OLD *",
                                          "ROLLBACK",
                                          "SELECT",
                                          "SELECT VALUE",
                                          "SET",
                                          "SHOW ALL",
                                          "SHOW CREATE TABLE",
                                          "SHOW TABLES",
                                          "STRING",
                                          "THEN",
                                          "TRUE",
                                          "TRUNCATE TABLE",
                                          "UNION",
                                          "UNPIVOT",
                                          "UPDATE",
                                          "UPSERT INTO",
                                          "VALUE",
                                          "VALUES",
                                          "WHEN",
                                          "WHERE",
                                          "WITH",
                                          "attribute_exists(",
                                          "attribute_not_exists(",
                                          "attribute_type(",
                                          "begins_with(",
                                          "contains(",
                                          "size(",
                                          "list_append(",
                                          "if_not_exists(",
                                          "SUM(",
                                          "AVG(",
                                          "MIN(",
                                          "MAX(",
                                          "COUNT(",
                                          "UPPER(",
                                          "LOWER(",
                                          "SUBSTRING(",
                                          "TRIM(",
                                          "COALESCE(",
                                          "NULLIF("};

bool WordCharacter(char c) {
  const auto u = static_cast<unsigned char>(c);
  return std::isalnum(u) != 0 || c == '_' || u >= 0x80;
}

bool SameWord(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return std::tolower(static_cast<unsigned char>(x)) ==
                  std::tolower(static_cast<unsigned char>(y));
         });
}

bool StartsWithWord(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && SameWord(text.substr(0, prefix.size()), prefix);
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  for (size_t i = 0; i < text.size();) {
    if (!WordCharacter(text[i])) {
      ++i;
      continue;
    }
    size_t end = i;
    while (end < text.size() && WordCharacter(text[end])) ++end;
    words.emplace_back(text.substr(i, end - i));
    i = end;
  }
  return words;
}

std::vector<std::string> Files(std::string_view word) {
  const size_t slash = word.rfind('/');
  const std::string folder =
      slash == std::string_view::npos ? "" : std::string(word.substr(0, slash + 1));
  const std::string_view start = slash == std::string_view::npos ? word : word.substr(slash + 1);
  std::vector<std::string> found;
  DIR* dir = opendir(folder.empty() ? "." : folder.c_str());
  if (dir == nullptr) return found;
  while (const dirent* entry = readdir(dir)) {
    const std::string name = entry->d_name;
    if (!name.starts_with(start) || name == "." || name == ".." ||
        (start.empty() && name[0] == '.')) {
      continue;
    }
    found.push_back(folder + name + (entry->d_type == DT_DIR ? "/" : ""));
  }
  closedir(dir);
  return found;
}

}  // namespace

const std::vector<std::string>& Completion::Attributes(const std::string& table) {
  const auto found = attributes_.find(table);
  if (found != attributes_.end()) return found->second;
  std::set<std::string> names;
  auto rows = session_->connection()->Execute(fmt::format("SELECT * FROM \"{}\" LIMIT 100", table));
  if (rows.ok()) {
    while ((*rows)->Next()) {
      const Value row = (*rows)->row().Materialize();
      if (!row.is_struct()) continue;
      for (const Field& f : row.fields()) {
        names.insert(f.name);
        if (!f.value.is_struct()) continue;
        const Value inner = f.value.Materialize();
        for (const Field& g : inner.fields()) names.insert(f.name + "." + g.name);
      }
    }
  }
  return attributes_[table] = std::vector<std::string>(names.begin(), names.end());
}

std::vector<std::string> Completion::Find(std::string_view earlier, std::string_view line,
                                          size_t* word_length) {
  std::set<std::string> found;
  const size_t first = line.find_first_not_of(" \t");
  if (earlier.empty() && first != std::string_view::npos && line[first] == '.') {
    const size_t space = line.find_last_of(" \t");
    if (space == std::string_view::npos || space < first) {
      const std::string_view word = line.substr(first);
      *word_length = word.size();
      for (const DotCommand& c : AllDotCommands()) {
        if (c.name.starts_with(word.substr(1))) found.insert("." + std::string(c.name));
      }
    } else {
      const std::string_view word = line.substr(space + 1);
      *word_length = word.size();
      const std::string_view command = line.substr(first + 1, line.find(' ', first) - first - 1);
      if (command == "mode" || command == "last") {
        for (const ModeInfo& m : AllModes()) {
          if (m.name.starts_with(word)) found.insert(std::string(m.name));
        }
      } else if (command == "help") {
        for (const DotCommand& c : AllDotCommands()) {
          if (c.name.starts_with(word)) found.insert(std::string(c.name));
        }
      } else if (command == "schema" || command == "indexes" || command == "dump") {
        if (session_->is_open()) {
          for (const std::string& t : session_->database()->TableNames()) {
            if (t.starts_with(word)) found.insert(t);
          }
        }
      } else {
        for (const std::string& f : Files(word)) found.insert(f);
      }
    }
    return {found.begin(), found.end()};
  }

  size_t start = line.size();
  while (start > 0 && (WordCharacter(line[start - 1]) || line[start - 1] == '.')) --start;
  const std::string_view word = line.substr(start);
  *word_length = word.size();
  if (!session_->is_open()) return {};
  const std::string statement = std::string(earlier) + std::string(line);
  const std::vector<std::string> tables = session_->database()->TableNames();
  const std::vector<std::string> words = Words(statement.substr(0, statement.size() - word.size()));
  const auto after = [&words](std::initializer_list<std::string_view> list) {
    if (words.empty()) return false;
    return std::any_of(list.begin(), list.end(),
                       [&](std::string_view w) { return SameWord(words.back(), w); });
  };
  const bool wants_table = after({"FROM", "INTO", "UPDATE", "TABLE", "JOIN", "DESCRIBE", "ON"});
  for (const std::string& t : tables) {
    if (t.starts_with(word)) found.insert(t);
    for (const std::string& index : session_->database()->IndexNames(t)) {
      const std::string both = t + "." + index;
      if (wants_table && both.starts_with(word)) found.insert(both);
    }
  }
  if (!wants_table || found.empty()) {
    for (const std::string& w : words) {
      if (std::find(tables.begin(), tables.end(), w) == tables.end()) continue;
      for (const std::string& a : Attributes(w)) {
        if (a.starts_with(word)) found.insert(a);
      }
    }
    if (!word.empty()) {
      const bool lower = std::islower(static_cast<unsigned char>(word[0])) != 0;
      for (const std::string_view k : kKeywords) {
        if (!StartsWithWord(k, word)) continue;
        std::string keyword(k);
        if (lower) {
          for (char& c : keyword)
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
        found.insert(keyword);
      }
    }
  }
  return {found.begin(), found.end()};
}

}  // namespace parton::shell
