// libtermkey reads terminfo by unibilium, whose licence (LGPL) a static binary cannot keep. These are the four
// functions it calls, over ncurses' libtinfo.
#include <term.h>

namespace {

// How unibilium numbers strings: in terminfo's order, from this one on.
constexpr int kFirstString = 86;
constexpr int kStrings = 414;

}  // namespace

extern "C" {

// A terminal; null if terminfo does not know it. unibi_destroy frees it.
TERMINAL* unibi_from_term(const char* name) {
  int result = 0;
  TERMINAL* const before = cur_term;
  if (setupterm(name, 1, &result) != 0) {
    set_curterm(before);
    return nullptr;
  }
  return set_curterm(before);
}

void unibi_destroy(TERMINAL* terminal) { del_curterm(terminal); }

// Null: there is none. Valid as long as the terminal.
const char* unibi_get_str(TERMINAL* terminal, int string) {
  if (string < kFirstString || string >= kFirstString + kStrings) return nullptr;
  TERMINAL* const before = set_curterm(terminal);
  const char* const text = tigetstr(strnames[string - kFirstString]);
  set_curterm(before);
  return text == reinterpret_cast<const char*>(-1) ? nullptr : text;
}

const char* unibi_name_str(int string) {
  return string < kFirstString || string >= kFirstString + kStrings ? nullptr : strfnames[string - kFirstString];
}

}  // extern "C"
