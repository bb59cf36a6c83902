#include "shell/commands/statement_help.h"

#include <fmt/format.h>

#include "parton/text.h"
#include "shell/commands/statement_names.h"

namespace parton::shell {

const std::vector<StatementHelp>& AllStatements() {
  static const std::vector<StatementHelp> kStatements = {
      {"SELECT", "rows of tables, of nested values, of files",
       R"([WITH name AS (query), ...]
SELECT [DISTINCT] * | expression [AS name], ... | VALUE expression
  [EXCLUDE path, ...]
  FROM source [AS name] [AT position], ... | source [LEFT | RIGHT | FULL | CROSS] JOIN source [ON condition]
  [LET expression AS name, ...]
  [WHERE condition]
  [GROUP BY expression [AS name], ... [GROUP AS name]] [HAVING condition]
  [WINDOW name AS (...), ...]
  [UNION | INTERSECT | EXCEPT [ALL] query]
  [ORDER BY expression [ASC | DESC] [NULLS FIRST | LAST], ...]
  [LIMIT n [AFTER token]] [OFFSET n];
  source: table, table.index, a path such as s.credits, (query), csv('file'), json('file'), range(1, 10))",
       "SELECT title, plays FROM songs WHERE genre = 'jazz' ORDER BY plays DESC LIMIT 3;"},
      {"INSERT", "new items; one that is there is an error, without ON CONFLICT",
       R"(INSERT INTO table VALUE {...} | <<{...}, ...>> | [{...}, ...] | query
  [ON CONFLICT DO NOTHING | ON CONFLICT DO REPLACE EXCLUDED] [RETURNING ALL | MODIFIED OLD | NEW *];
INSERT INTO table (name, ...) VALUES (expression, ...), ...;)",
       "INSERT INTO listeners VALUE {'id': 7, 'name': 'Noor', 'likes': ['jazz']};"},
      {"REPLACE", "items as given, whether they are there or not",
       "REPLACE INTO table VALUE {...} | <<{...}, ...>> | query;",
       "REPLACE INTO listeners VALUE {'id': 7, 'name': 'Noor'};"},
      {"UPSERT", "changes the item of a key, or makes it",
       R"(UPSERT INTO table VALUE {...} | <<{...}, ...>>;
UPSERT table SET path = expression, ... WHERE condition on the key;)",
       "UPSERT listeners SET visits = if_not_exists(visits, 0) + 1 WHERE id = 7;"},
      {"UPDATE", "changes of items",
       R"(UPDATE table [AS name]
  SET path = expression, ... | REMOVE path, ... | ADD path value, ... | DELETE path value, ...
  [WHERE condition] [RETURNING ALL | MODIFIED OLD | NEW *];)",
       "UPDATE songs SET plays = plays + 1 WHERE artist = 'Kilowatt' RETURNING MODIFIED NEW *;"},
      {"DELETE", "removes items", "DELETE FROM table [AS name] [WHERE condition] [RETURNING ALL OLD *];",
       "DELETE FROM songs WHERE artist = 'Demo Tape';"},
      {"CREATE TABLE", "a table with its key and indexes; other attributes need no declaration",
       R"(CREATE TABLE [IF NOT EXISTS] table (
  attribute STRING | NUMBER | BINARY, ...
  PRIMARY KEY (hash [, range])
  [, GLOBAL | LOCAL INDEX name (hash [, range]) [PROJECT ALL | KEYS ONLY | INCLUDE (attribute, ...)]] ...
) [BILLING MODE ON DEMAND | PROVISIONED (n RCU, n WCU)] [STREAM (NEW | OLD | BOTH IMAGES)] [TTL (attribute)]
  [WITH (option = value, ...)];)",
       "CREATE TABLE visits (id NUMBER, day STRING, PRIMARY KEY (id, day));"},
      {"CREATE INDEX", "a global index of a table",
       R"(CREATE INDEX [IF NOT EXISTS] name ON table (hash [STRING | NUMBER | BINARY] [, range [type]])
  [PROJECT ALL | KEYS ONLY | INCLUDE (attribute, ...)];
  several attributes in a part of the key, at most four: ((hash, hash, ...) [, (range, range, ...)]))",
       "CREATE INDEX by_year ON songs (year NUMBER);"},
      {"CREATE TRIGGER", "a statement that runs for changes of a table",
       "CREATE TRIGGER [IF NOT EXISTS] name ON table [FROM LATEST | TRIM_HORIZON] [BATCH n] AS statement on the bag "
       "records;",
       "CREATE TRIGGER keep ON songs AS REPLACE INTO copies SELECT VALUE r.NewImage FROM records AS r;"},
      {"ALTER TABLE", "changes of a table's settings",
       R"(ALTER TABLE table SET (option = value, ...) | SET STREAM (...) | SET TTL (attribute) | SET BILLING MODE ... |
  SET PITR ENABLED | DISABLED | SET DELETION PROTECTION ENABLED | DISABLED;
ALTER TABLE table (attribute type, ...) CREATE GSI name ON (hash [, range]) [projection];
ALTER TABLE table DROP GSI name;)",
       "ALTER TABLE songs SET TTL (expires);"},
      {"ALTER TRIGGER", "stops or continues a trigger", "ALTER TRIGGER name PAUSE | RESUME;",
       "ALTER TRIGGER keep PAUSE;"},
      {"DROP", "removes a table, index or trigger",
       R"(DROP TABLE [IF EXISTS] table;
DROP INDEX [IF EXISTS] name ON table;
DROP TRIGGER [IF EXISTS] name;)",
       "DROP INDEX by_genre ON songs;"},
      {"TRUNCATE", "removes all items of a table", "TRUNCATE TABLE table;", "TRUNCATE TABLE songs;"},
      {"SHOW", "what there is",
       R"(SHOW TABLES [LIKE 'pattern'] | STATISTICS [FOR table] | SETTINGS | LIMITS | VERSION;
SHOW TRIGGERS | PARKED | CONSUMERS | METRICS | CACHES;
SHOW CREATE TABLE table;
SHOW setting;)",
       "SHOW CREATE TABLE songs;"},
      {"DESCRIBE", "a table, or the attributes of its items", "DESCRIBE table [ATTRIBUTES];",
       "DESCRIBE songs ATTRIBUTES;"},
      {"EXPLAIN", "the plan of a statement; with ANALYZE it runs, and the plan has figures",
       "EXPLAIN [ANALYZE] [(FORMAT TEXT | JSON | API | CLI | BOTO3)] statement;",
       "EXPLAIN SELECT title FROM songs WHERE genre = 'jazz';"},
      {"ADVISE", "indexes that would serve a statement or a script", "ADVISE statement;\nADVISE FROM 'script.sql';",
       "ADVISE SELECT * FROM songs WHERE year = 2011;"},
      {"ANALYZE", "statistics for the planner", "ANALYZE [table];", "ANALYZE songs;"},
      {"COPY", "loads a file into a table, or writes a file",
       R"(COPY table FROM 'file' [(option, ...)];
COPY table | (query) TO 'file' [(option, ...)];
  options: FORMAT csv | json | jsonl | ddbjson, HEADER true | false, DELIMITER ';', ON CONFLICT FAIL | SKIP | REPLACE,
           ERRORS 'file', MAX_ERRORS n, BATCH n, RESUME
COPY table FROM 'dynamodb://REGION/table' | 'http://host:port/table' [(option, ...)];
COPY table | (query) TO 'dynamodb://REGION/table' | 'http://host:port/table' [(option, ...)];
  options: CREATE_TABLE, ON CONFLICT FAIL | SKIP | REPLACE | MERGE, RATE = units a second, SEGMENTS = n, RESUME)",
       "COPY (SELECT artist, SUM(plays) AS n FROM songs GROUP BY artist) TO 'plays.csv';"},
      {"IMPORT", "tables from exports of DynamoDB to S3, and from data models of NoSQL Workbench",
       "IMPORT [TABLE table] FROM 'file or folder' [(FORMAT s3 | workbench, DATA true | false, ...)];",
       "IMPORT FROM 'model.json';"},
      {"ATTACH", "tables of a remote engine beside those of the database, as name.table",
       "ATTACH 'dynamodb://REGION' | 'http://host:port' AS name;\nDETACH name;",
       "ATTACH 'dynamodb://eu-west-1' AS prod;"},
      {"BACKUP", "a copy of the database as it is now", "BACKUP TO 'new directory';", "BACKUP TO 'music.backup';"},
      {"RESTORE", "everything as it was in a backup", "RESTORE FROM 'directory';", "RESTORE FROM 'music.backup';"},
      {"CHECK", "looks for damage of the stored data; REPAIR mends indexes", "CHECK DATABASE;\nREPAIR DATABASE;",
       "CHECK DATABASE;"},
      {"BEGIN", "a transaction: all statements up to COMMIT, or none",
       R"(BEGIN;
COMMIT;
ROLLBACK [TO savepoint];
SAVEPOINT name;
RELEASE name;)",
       "BEGIN; UPDATE songs SET plays = 0 WHERE artist = 'Kilowatt'; ROLLBACK;"},
      {"SET", "a setting of the connection; .help settings lists them", "SET name = value;", "SET scan = warn;"},
      {"ADVANCE CLOCK", "lets the database's time go on, for tests", "ADVANCE CLOCK 'duration';",
       "ADVANCE CLOCK '25 hours';"},
  };
  return kStatements;
}

std::string HelpOnStatement(std::string_view topic) {
  static constexpr std::pair<std::string_view, std::string_view> kSame[] = {
      {"COMMIT", "BEGIN"}, {"ROLLBACK", "BEGIN"}, {"SAVEPOINT", "BEGIN"}, {"RELEASE", "BEGIN"},
      {"REPAIR", "CHECK"}, {"DESC", "DESCRIBE"},  {"FROM", "SELECT"},     {"WHERE", "SELECT"},
      {"ORDER", "SELECT"}, {"GROUP", "SELECT"},   {"JOIN", "SELECT"}};
  for (const auto& [word, statement] : kSame) {
    if (EqualsIgnoreCase(topic, word)) topic = statement;
  }
  std::string out;
  for (const StatementHelp& s : AllStatements()) {
    const bool meant = EqualsIgnoreCase(s.name, topic) || StartsWithWord(s.name, std::string(topic) + " ");
    if (!meant) continue;
    out +=
        fmt::format("{}{}: {}\n\n{}\n\nexample:\n  {}\n", out.empty() ? "" : "\n", s.name, s.help, s.syntax, s.example);
  }
  return out;
}

}  // namespace parton::shell
