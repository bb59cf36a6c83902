// What editors, completion and documentation ask about the language. Nothing here fails: text that
// does not parse is what an editor has most of the time.
//
// Threads: every function may be called from any thread.
#ifndef PARTON_LANGUAGE_H_
#define PARTON_LANGUAGE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parton {

struct Token {
  enum class Kind : uint8_t {
    kKeyword,
    kName,        // bare; also words that are keywords elsewhere
    kQuotedName,  // "..."
    kString,      // '...', x'..', b64'..'
    kNumber,
    kIon,  // `...`
    kComment,
    kSymbol,  // brackets (also << and >>), operators, punctuation
    kOther,   // no token of the language
  };
  Kind kind;
  size_t begin;  // bytes of the text
  size_t end;
  bool closed = true;  // false: a quote or comment that is open at the end of the text
};

// The tokens of a text in order, comments among them.
std::vector<Token> Tokenize(std::string_view text);

// What the grammar allows after `text`, the beginning of a statement.
struct Continuation {
  std::vector<std::string> keywords;  // upper case; several words where only one can follow
  bool table = false;                 // the name of a table
  bool source = false;                // what stands in FROM: a table, or a path into a variable
  bool name = false;                  // a variable or an attribute
  bool function = false;
  bool setting = false;  // the name of a setting
};
Continuation WhatMayFollow(std::string_view text);

struct FunctionInfo {
  std::string name;       // upper case
  std::string signature;  // "UPPER(text STRING) -> STRING"
  std::string doc;
};
// Scalar and aggregate functions, registered ones too; sorted by name.
std::vector<FunctionInfo> FunctionList();
// Functions that stand in FROM only: csv, json, ...; lower case, sorted.
std::vector<std::string> TableFunctionNames();

struct SettingDescription {
  std::string name;
  std::string values;  // "allow | warn | deny"
  std::string doc;
};
std::vector<SettingDescription> SettingList();

// The ways a table is read, as EXPLAIN names them: "Scan", "Query", "GetItem", ...
std::vector<std::string> AccessPathNames();

// The candidate that `name` most probably was meant to be; empty if none is near.
std::string Nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace parton

#endif  // PARTON_LANGUAGE_H_
