// Types of the fields of CSV files: given by name, or guessed from the values of a column.
#ifndef PARTON_IO_CSV_TYPES_H_
#define PARTON_IO_CSV_TYPES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parton/status.h"
#include "parton/value.h"

namespace parton {

enum class CsvType : uint8_t {
  kString,
  kNumber,
  kInt,
  kFloat,
  kBool,
  kBinary,     // base64
  kJson,       // any JSON text
  kStringSet,  // JSON arrays
  kNumberSet,
  kBinarySet,
};

// STRING or S, NUMBER or N, INT, FLOAT, BOOL, BINARY or B, JSON (also LIST, MAP), SS, NS, BS; any case.
std::optional<CsvType> CsvTypeFromName(std::string_view name);
std::string_view CsvTypeName(CsvType type);

// The error describes `text`, without the name of the field. REQUIRES: type is not kString.
Result<Value> ConvertCsvField(std::string_view text, CsvType type);

// The type of one field that is not empty: NUMBER only if it reads back as written, trailing zeros of the fraction
// aside (so 007 and 1e3 stay text), BOOL for true and false, JSON for arrays and objects, else STRING.
CsvType GuessedCsvType(std::string_view text);

// Narrows a guess down, value by value.
class CsvTypeGuess {
 public:
  void Add(std::string_view text);
  CsvType type() const { return type_.value_or(CsvType::kString); }
  // No further value changes it.
  bool settled() const { return type_ == CsvType::kString; }

 private:
  std::optional<CsvType> type_;  // none: only empty fields so far
};

}  // namespace parton

#endif  // PARTON_IO_CSV_TYPES_H_
