// A log that is written over zeros. A sync of a file that grew must also write what the file system knows of the file;
// one of bytes that were there before need not, which takes about two thirds of the time.
//
// While commits are small, zeros are written some way ahead of the log's end; they are cut off when the file is closed.
// After a crash, or if they could not be cut off, they are still there: readers of logs take them for the end
// (storage/local/recovery/torn_tail.h).
#ifndef PARTON_STORAGE_LOCAL_RECOVERY_ZEROED_LOG_FILE_H_
#define PARTON_STORAGE_LOCAL_RECOVERY_ZEROED_LOG_FILE_H_

#include <leveldb/env.h>

#include <cstddef>
#include <string>

namespace parton {

// How far ahead of a record's end zeros are written.
inline constexpr size_t kLogZerosAhead = size_t{256} << 10;

// Makes or empties the file `name`, of the operating system's file system. The caller owns *file.
leveldb::Status NewZeroedLogFile(const std::string& name, leveldb::WritableFile** file);

}  // namespace parton

#endif  // PARTON_STORAGE_LOCAL_RECOVERY_ZEROED_LOG_FILE_H_
