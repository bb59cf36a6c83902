// CHECK DATABASE: everything stored is walked, decoded and compared.
#ifndef PARTON_STORAGE_CHECK_H_
#define PARTON_STORAGE_CHECK_H_

#include <string>
#include <functional>
#include <vector>

#include "storage/engine.h"

namespace parton {

// One line per problem, at most some hundred; empty = sound. Reads one snapshot; writers may go on.
std::vector<std::string> CheckDatabase(Engine* engine);

// See TableStore::Repair. Items themselves are never changed.
Result<std::vector<std::string>> RepairDatabase(Engine* engine,
                                                const std::function<bool(uint64_t, uint64_t)>& progress);

}  // namespace parton

#endif  // PARTON_STORAGE_CHECK_H_
