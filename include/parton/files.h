// Which files a program must not touch while databases are open.
#ifndef PARTON_FILES_H_
#define PARTON_FILES_H_

#include <cstdint>
#include <string>

#include "parton/status.h"

namespace parton {

enum class FileUse : uint8_t { kRead, kWrite };

// kIoError if `path`, under this or another name, lies in the directory of a database that this process has open; for
// writing, also if it is a file of any database. Else OK. Statements that name files call this themselves; a program
// calls it before it opens a file for its users. Thread-safe. `path` need not exist.
Status CheckFileUse(const std::string& path, FileUse use);

}  // namespace parton

#endif  // PARTON_FILES_H_
