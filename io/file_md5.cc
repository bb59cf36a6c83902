#include "io/file_md5.h"

#include <md5.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "parton/database.h"
#include "types/text/base64.h"

namespace parton {

Result<std::string> Md5OfFile(const std::string& path, const FileAccess& access) {
  PARTON_RETURN_IF_ERROR(access.MayRead(path));
  PARTON_RETURN_IF_ERROR(CheckFileUse(path, FileUse::kRead));
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (file == nullptr) return Status::IoError("cannot open " + path + ": " + std::strerror(errno));
  MD5_CTX context;
  MD5Init(&context);
  std::vector<char> buffer(256 << 10);
  while (const size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    MD5Update(&context, reinterpret_cast<const uint8_t*>(buffer.data()), got);
  }
  if (std::ferror(file.get()) != 0) return Status::IoError("cannot read " + path);
  uint8_t digest[MD5_DIGEST_LENGTH];
  MD5Final(digest, &context);
  return Base64Encode(std::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

}  // namespace parton
