#include "shell/shell.h"

int main(int argc, char** argv) { return parton::shell::RunShell(argc, argv); }
