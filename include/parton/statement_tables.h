// Which tables a prepared statement reads and writes: for programs that let their users run statements on some tables
// only: prepare it, ask, then run it.
//
// Threads: any, where the statement may be used.
#ifndef PARTON_STATEMENT_TABLES_H_
#define PARTON_STATEMENT_TABLES_H_

#include <optional>
#include <string>
#include <vector>

#include "parton/database.h"

namespace parton {

// The names of all tables that the statement may read items of or write, those of subqueries and joins too; sorted,
// each once. nullopt: they are not known, as of DDL and other commands, EXPLAIN among them, and of table functions that
// read what is stored (changes). `statement` is one that Connection::Prepare gave.
std::optional<std::vector<std::string>> TablesOf(const Statement& statement);

}  // namespace parton

#endif  // PARTON_STATEMENT_TABLES_H_
