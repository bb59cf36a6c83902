// ICU's data, all but what is kept by cmake/parton-static.cmake left out. Case mapping in no language and most
// properties of code points have their tables in ICU's code.
#include <unicode/utypes.h>

#define PARTON_TEXT_OF(x) #x
#define PARTON_TEXT(x) PARTON_TEXT_OF(x)

asm(".section .rodata\n"
    ".balign 16\n"
    ".global " PARTON_TEXT(U_ICUDATA_ENTRY_POINT) "\n" PARTON_TEXT(U_ICUDATA_ENTRY_POINT) ":\n"
    ".incbin \"" PARTON_ICU_DATA "\"\n"
    ".text\n");
