// What this library was built from.
#ifndef PARTON_BUILD_H_
#define PARTON_BUILD_H_

#include <cstdint>
#include <string_view>

namespace parton {

// The texts live as long as the program.
struct BuildInfo {
  std::string_view version;     // "0.1.0", as Version()
  std::string_view commit;      // short hash, with "+" if files were changed since; "unknown" outside of a checkout
  std::string_view compiler;    // "GNU 12.2.0, Release"
  std::string_view libraries;   // "leveldb 1.23.0, ICU 72.1, ...": those it was built with
  uint64_t format_version = 0;  // of databases it makes; older ones it reads (docs/format.md)
};

// Threads: any.
const BuildInfo& GetBuildInfo();

}  // namespace parton

#endif  // PARTON_BUILD_H_
