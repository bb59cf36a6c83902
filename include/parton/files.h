// Which files a program leaves alone while databases are open.
#ifndef PARTON_FILES_H_
#define PARTON_FILES_H_

#include <cstdint>
#include <string>

#include "parton/status.h"

namespace parton {

enum class FileUse : uint8_t { kRead, kWrite };

// OK, or kIoError: `path`, under this or another name, lies in the directory of a database that this process has open.
// For writing, the files that make up any database are refused too. Statements that name files ask this by themselves;
// it is for what a program opens on behalf of its users. Thread-safe. `path` need not exist.
Status CheckFileUse(const std::string& path, FileUse use);

}  // namespace parton

#endif  // PARTON_FILES_H_
