#include "shell/editor/terminal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <termkey.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace parton::shell {

namespace {

constexpr int kEscapeWaitMs = 40;  // a lone Escape is one when nothing follows
constexpr int kPasteWaitMs = 2000;
constexpr size_t kLongestSequence = 16;  // bytes of one key
constexpr std::string_view kPasteOn = "\033[?2004h";
constexpr std::string_view kPasteOff = "\033[?2004l";
constexpr std::string_view kPasteEnd = "\033[201~";

int g_resized[2] = {-1, -1};  // a pipe: the handler of SIGWINCH may run on any thread

void OnResize(int) {
  const int saved = errno;
  [[maybe_unused]] const ssize_t n = ::write(g_resized[1], "r", 1);
  errno = saved;
}

void WatchSize() {
  if (g_resized[0] >= 0 || pipe2(g_resized, O_CLOEXEC | O_NONBLOCK) != 0) return;
  struct sigaction action {};
  action.sa_handler = OnResize;
  action.sa_flags = SA_RESTART;
  sigaction(SIGWINCH, &action, nullptr);
}

// Pasted text as it may stand in a statement: no control characters but tabs, line breaks as \n.
std::string CleanPaste(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\r') {
      if (i + 1 >= text.size() || text[i + 1] != '\n') out += '\n';
    } else if ((c >= 0x20 && c != 0x7F) || c == '\n' || c == '\t') {
      out += text[i];
    }
  }
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

std::string SymbolName(TermKeySym symbol) {
  switch (symbol) {
    case TERMKEY_SYM_UP: return "Up";
    case TERMKEY_SYM_DOWN: return "Down";
    case TERMKEY_SYM_LEFT: return "Left";
    case TERMKEY_SYM_RIGHT: return "Right";
    case TERMKEY_SYM_HOME:
    case TERMKEY_SYM_FIND: return "Home";
    case TERMKEY_SYM_END:
    case TERMKEY_SYM_SELECT: return "End";
    case TERMKEY_SYM_PAGEUP: return "PageUp";
    case TERMKEY_SYM_PAGEDOWN: return "PageDown";
    case TERMKEY_SYM_DELETE: return "Delete";
    case TERMKEY_SYM_BACKSPACE:
    case TERMKEY_SYM_DEL: return "Backspace";
    case TERMKEY_SYM_TAB: return "Tab";
    case TERMKEY_SYM_ENTER:
    case TERMKEY_SYM_KPENTER: return "Enter";
    case TERMKEY_SYM_ESCAPE: return "Escape";
    default: return "";
  }
}

// Whether `sequence` is a key or the beginning of one. The decoder gets nothing else: it would wait
// for the end of strings that terminals send to programs that ask for them, and it has crashed on
// control sequences that no key sends.
bool MayBeKey(std::string_view sequence) {
  constexpr std::string_view kFinals = "ABCDEFHPQSZ~u";
  const size_t start = sequence.find_first_not_of('\033');
  if (sequence.size() > kLongestSequence || start == 0) return sequence.size() <= kLongestSequence;
  if (start == std::string_view::npos) return sequence.size() <= 2;
  if (sequence[start] != '[') return std::strchr("]P_^X", sequence[start]) == nullptr;
  const std::string_view body = sequence.substr(start + 1);
  const size_t end = body.find_first_not_of("0123456789;");
  return end == std::string_view::npos || (end + 1 == body.size() && kFinals.find(body[end]) != std::string_view::npos);
}

// "" for keys that mean nothing here.
Key Translate(const TermKeyKey& key) {
  std::string modifiers;
  if ((key.modifiers & TERMKEY_KEYMOD_CTRL) != 0) modifiers += "C-";
  if ((key.modifiers & TERMKEY_KEYMOD_ALT) != 0) modifiers += "M-";
  if (key.type == TERMKEY_TYPE_UNICODE) {
    if (modifiers.empty()) return {Key::Kind::kText, key.utf8};
    return {Key::Kind::kNamed, modifiers + key.utf8};
  }
  if (key.type != TERMKEY_TYPE_KEYSYM) return {Key::Kind::kNamed, ""};
  if (key.code.sym == TERMKEY_SYM_SPACE && modifiers.empty()) return {Key::Kind::kText, " "};
  if ((key.modifiers & TERMKEY_KEYMOD_SHIFT) != 0) modifiers += "S-";
  const std::string name = SymbolName(key.code.sym);
  return {Key::Kind::kNamed, name.empty() ? "" : modifiers + name};
}

}  // namespace

bool TerminalCanEdit() {
  const char* type = std::getenv("TERM");
  return isatty(0) != 0 && isatty(1) != 0 && type != nullptr && *type != 0 && std::strcmp(type, "dumb") != 0;
}

struct Terminal::Impl {
  TermKey* decoder = nullptr;
  termios cooked{};
  bool raw = false;
  std::string bytes;     // read, not decoded yet
  std::string sequence;  // what the decoder holds

  // A key out of `bytes`; false if they end before one is complete.
  bool Decode(Key* key);
  bool TakePaste(Key* key);
  bool ReadBytes();
  // Drops what the decoder holds: the beginning of a sequence that never ends.
  void Reset();
};

void Terminal::Impl::Reset() {
  sequence.clear();
  if (decoder != nullptr) termkey_destroy(decoder);
  constexpr int kFlags = TERMKEY_FLAG_UTF8 | TERMKEY_FLAG_CTRLC;
  const char* type = std::getenv("TERM");
  decoder = termkey_new_abstract(type != nullptr ? type : "", kFlags);
  if (decoder == nullptr) decoder = termkey_new_abstract("vt100", kFlags);
}

Terminal::Terminal() : impl_(std::make_unique<Impl>()) {
  impl_->Reset();
  WatchSize();
}

Terminal::~Terminal() {
  Leave();
  if (impl_->decoder != nullptr) termkey_destroy(impl_->decoder);
}

void Terminal::Enter() {
  if (impl_->raw || tcgetattr(0, &impl_->cooked) != 0) return;
  termios t = impl_->cooked;
  t.c_iflag &= ~static_cast<tcflag_t>(ICRNL | INLCR | IXON | ISTRIP | BRKINT);
  t.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
  t.c_cc[VMIN] = 1;
  t.c_cc[VTIME] = 0;
  tcsetattr(0, TCSADRAIN, &t);
  impl_->raw = true;
  Write(kPasteOn);
}

void Terminal::Leave() {
  if (!impl_->raw) return;
  Write(kPasteOff);
  tcsetattr(0, TCSADRAIN, &impl_->cooked);
  impl_->raw = false;
}

void Terminal::Suspend() {
  Leave();
  std::raise(SIGTSTP);
  Enter();
}

void Terminal::Write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(1, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<size_t>(n));
  }
}

void Terminal::Type(std::string_view bytes) { impl_->bytes += bytes; }

Key Terminal::NextTyped() {
  Key key;
  if (impl_->Decode(&key)) return key;
  TermKeyKey last;
  if (termkey_getkey_force(impl_->decoder, &last) != TERMKEY_RES_KEY) return {};
  impl_->sequence.clear();
  return Translate(last);
}

// The paste's start has been taken; its end may still be to come.
bool Terminal::Impl::TakePaste(Key* key) {
  size_t end = bytes.find(kPasteEnd);
  while (end == std::string::npos) {
    const size_t known = bytes.size() < kPasteEnd.size() ? 0 : bytes.size() - kPasteEnd.size();
    // A terminal that never says where the paste ends must not keep the keyboard for ever.
    pollfd source = {0, POLLIN, 0};
    if (poll(&source, 1, kPasteWaitMs) == 0 || !ReadBytes()) {
      end = bytes.size();
      break;
    }
    end = bytes.find(kPasteEnd, known);
  }
  *key = {Key::Kind::kPaste, CleanPaste(std::string_view(bytes).substr(0, end))};
  bytes.erase(0, std::min(end + kPasteEnd.size(), bytes.size()));
  return true;
}

bool Terminal::Impl::Decode(Key* key) {
  size_t used = 0;
  TermKeyKey found;
  TermKeyResult result = termkey_getkey(decoder, &found);
  while (result != TERMKEY_RES_KEY && used < bytes.size()) {
    sequence += bytes[used++];
    if (!MayBeKey(sequence)) {
      Reset();
      continue;
    }
    termkey_push_bytes(decoder, &sequence.back(), 1);
    result = termkey_getkey(decoder, &found);
  }
  bytes.erase(0, used);
  if (result != TERMKEY_RES_KEY) return false;
  sequence.clear();
  if (found.type == TERMKEY_TYPE_UNKNOWN_CSI) {
    long args[16];
    size_t count = 16;
    unsigned long command = 0;
    if (termkey_interpret_csi(decoder, &found, args, &count, &command) == TERMKEY_RES_KEY && (command & 0xFF) == '~' &&
        count > 0 && args[0] == 200) {
      return TakePaste(key);
    }
  }
  *key = Translate(found);
  return true;
}

// False at the end of the input.
bool Terminal::Impl::ReadBytes() {
  char chunk[4096];
  ssize_t n;
  do {
    n = ::read(0, chunk, sizeof chunk);
  } while (n < 0 && errno == EINTR);
  if (n <= 0) return false;
  bytes.append(chunk, static_cast<size_t>(n));
  return true;
}

Key Terminal::Read() {
  Key key;
  for (;;) {
    if (impl_->Decode(&key)) return key;
    TermKeyKey partial;
    const bool waits = termkey_getkey(impl_->decoder, &partial) == TERMKEY_RES_AGAIN;
    pollfd sources[2] = {{0, POLLIN, 0}, {g_resized[0], POLLIN, 0}};
    const int ready = poll(sources, 2, waits ? kEscapeWaitMs : -1);
    if (ready < 0 && errno != EINTR) return {};
    if (ready == 0) {
      if (termkey_getkey_force(impl_->decoder, &partial) == TERMKEY_RES_KEY) {
        impl_->sequence.clear();
        return Translate(partial);
      }
      impl_->Reset();
      continue;
    }
    if ((sources[1].revents & POLLIN) != 0) {
      char drained[64];
      while (::read(g_resized[0], drained, sizeof drained) > 0) {
      }
      return {Key::Kind::kResized, ""};
    }
    if (sources[0].revents != 0 && !impl_->ReadBytes()) return {};
  }
}

}  // namespace parton::shell
