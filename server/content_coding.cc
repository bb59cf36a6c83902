#include "server/content_coding.h"

#include <zlib.h>

#include <algorithm>
#include <charconv>

#include "server/http_message.h"

namespace parton::server {

namespace {

constexpr int kGzipBits = 16;  // added to the size of the window: gzip's header and trailer
constexpr int kFast = 1;       // answers go over a local network: speed counts

// The value of ;q=, 1 without one.
double QualityOf(std::string_view parameters) {
  const size_t at = parameters.find("q=");
  if (at == std::string_view::npos) return 1;
  double quality = 0;
  const std::string_view number = parameters.substr(at + 2);
  std::from_chars(number.data(), number.data() + number.size(), quality);
  return quality;
}

Unpacked Inflate(int window_bits, size_t limit, std::string_view in, std::string* out) {
  z_stream stream{};
  if (inflateInit2(&stream, window_bits) != Z_OK) return Unpacked::kBroken;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  stream.avail_in = static_cast<uInt>(in.size());
  Unpacked result = Unpacked::kBroken;
  char buffer[16 << 10];
  while (true) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof(buffer);
    const int code = inflate(&stream, Z_NO_FLUSH);
    out->append(buffer, sizeof(buffer) - stream.avail_out);
    if (out->size() > limit) {
      result = Unpacked::kTooLarge;
      break;
    }
    if (code == Z_STREAM_END) {
      if (stream.avail_in == 0) {
        result = Unpacked::kDone;
        break;
      }
      // gzip: one member after the other.
      if (window_bits < kGzipBits || inflateReset(&stream) != Z_OK) break;
    } else if (code != Z_OK) {
      break;
    }
  }
  inflateEnd(&stream);
  return result;
}

Unpacked UnpackOne(std::string_view coding, size_t limit, std::string* body) {
  if (EqualsIgnoreCase(coding, "identity")) return Unpacked::kDone;
  std::string out;
  Unpacked result = Unpacked::kBroken;
  if (EqualsIgnoreCase(coding, "gzip") || EqualsIgnoreCase(coding, "x-gzip")) {
    result = Inflate(kGzipBits + MAX_WBITS, limit, *body, &out);
  } else if (EqualsIgnoreCase(coding, "deflate")) {
    result = Inflate(MAX_WBITS, limit, *body, &out);
    if (result == Unpacked::kBroken) {  // some send it without zlib's header
      out.clear();
      result = Inflate(-MAX_WBITS, limit, *body, &out);
    }
  }
  if (result == Unpacked::kDone) *body = std::move(out);
  return result;
}

}  // namespace

Coding ChooseCoding(std::string_view accept_encoding) {
  Coding best = Coding::kIdentity;
  double best_quality = 0;
  while (!accept_encoding.empty()) {
    const std::string_view part = accept_encoding.substr(0, accept_encoding.find(','));
    accept_encoding.remove_prefix(std::min(part.size() + 1, accept_encoding.size()));
    const std::string_view name = Trimmed(part.substr(0, part.find(';')));
    const double quality = QualityOf(part.substr(std::min(part.size(), part.find(';'))));
    if (quality <= best_quality) continue;
    Coding coding = Coding::kIdentity;
    if (EqualsIgnoreCase(name, "gzip") || name == "*")
      coding = Coding::kGzip;
    else if (EqualsIgnoreCase(name, "deflate"))
      coding = Coding::kDeflate;
    else
      continue;
    best = coding;
    best_quality = quality;
  }
  return best;
}

std::string_view NameOf(Coding coding) {
  return coding == Coding::kGzip ? "gzip" : coding == Coding::kDeflate ? "deflate" : "identity";
}

bool Compress(Coding coding, std::string_view body, std::string* out) {
  z_stream stream{};
  const int bits = MAX_WBITS + (coding == Coding::kGzip ? kGzipBits : 0);
  if (deflateInit2(&stream, kFast, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) return false;
  out->resize(deflateBound(&stream, body.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out->data());
  stream.avail_out = static_cast<uInt>(out->size());
  const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out->resize(stream.total_out);
  deflateEnd(&stream);
  return done;
}

Unpacked Unpack(std::string_view content_encoding, size_t limit, std::string* body) {
  // The last one was put on last.
  while (!content_encoding.empty()) {
    const size_t comma = content_encoding.rfind(',');
    const std::string_view coding =
        Trimmed(comma == std::string_view::npos ? content_encoding : content_encoding.substr(comma + 1));
    content_encoding = comma == std::string_view::npos ? std::string_view() : content_encoding.substr(0, comma);
    if (coding.empty()) continue;
    const Unpacked result = UnpackOne(coding, limit, body);
    if (result != Unpacked::kDone) return result;
  }
  return Unpacked::kDone;
}

uint32_t Crc32(std::string_view bytes) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<z_size_t>(bytes.size())));
}

}  // namespace parton::server
