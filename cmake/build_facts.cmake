# cmake -DSOURCE=... -DOUTPUT=... -DCOMPILER=... -DLIBRARIES=... -P build_facts.cmake
# Writes the header that session/build_info.cc includes; an unchanged one keeps its time, so that nothing is built again.
cmake_policy(VERSION 3.25)
set(commit unknown)
find_program(GIT git)
if(GIT AND EXISTS ${SOURCE}/.git)
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse --short=12 HEAD OUTPUT_VARIABLE hash ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
  if(NOT failed)
    set(commit ${hash})
    execute_process(COMMAND ${GIT} -C ${SOURCE} diff --quiet HEAD RESULT_VARIABLE changed ERROR_QUIET)
    if(changed)
      string(APPEND commit "+")
    endif()
  endif()
elseif(EXISTS ${SOURCE}/.commit)
  file(STRINGS ${SOURCE}/.commit commit LIMIT_COUNT 1)
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "// Made by cmake/build_facts.cmake.
#define PARTON_COMMIT \"@commit@\"
#define PARTON_COMPILER \"@COMPILER@\"
#define PARTON_LIBRARIES \"@LIBRARIES@\"
" @ONLY)
