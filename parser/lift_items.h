// The items of an INSERT that are plain literals, read by hand: the grammar takes ten times as long for them.
#ifndef PARTON_PARSER_LIFT_ITEMS_H_
#define PARTON_PARSER_LIFT_ITEMS_H_

#include <string_view>

#include "parser/scanner.h"

namespace parton {

// INSERT, REPLACE and UPSERT INTO a table: VALUE {...}, <<{...}, ...>> or [{...}, ...], and nothing after it. All that
// follows the table's name, or VALUE, is one `?` then, and the only value what the grammar and the evaluator would make
// of it. False if anything is not plain: other clauses, expressions, names, parameters, dates, binaries and Ion,
// numbers that are rounded, what the grammar would not take; then the text should be used as it is. `out` is
// overwritten. Throws what values throw, and if the statement is cancelled.
bool LiftItems(std::string_view text, LiftedText* out);

}  // namespace parton

#endif  // PARTON_PARSER_LIFT_ITEMS_H_
