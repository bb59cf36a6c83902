// Files that table functions and COPY read: plain or gzip, recognised by their first bytes.
#ifndef PARTON_EXECUTOR_FILE_SOURCE_H_
#define PARTON_EXECUTOR_FILE_SOURCE_H_

#include <memory>
#include <string>

#include "types/json_reader.h"

namespace parton {

// Error (kIoError): no such file, or it cannot be read.
Result<std::unique_ptr<ByteSource>> OpenFileSource(const std::string& path);

}  // namespace parton

#endif  // PARTON_EXECUTOR_FILE_SOURCE_H_
