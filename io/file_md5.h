// The MD5 of a file, as exports to S3 have it.
#ifndef PARTON_IO_FILE_MD5_H_
#define PARTON_IO_FILE_MD5_H_

#include <string>

#include "parton/files.h"
#include "parton/status.h"

namespace parton {

struct FileAccess;

// Of the bytes as they are on disk, in base64. Errors (kIoError): what the system says of the file; refused by
// `access`.
Result<std::string> Md5OfFile(const std::string& path, const FileAccess& access);

}  // namespace parton

#endif  // PARTON_IO_FILE_MD5_H_
