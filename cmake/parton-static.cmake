# parton_static: the shell as one binary that needs nothing but glibc, for scripts/package --tarball. The objects are
# those of the ordinary shell; their libraries are Debian's archives.
set(archives)
# In the order of the linker: each before those that it needs.
foreach(name leveldb snappy antlr4-runtime re2 icuuc ssl crypto z zstd xxhash md termkey tinfo)
  find_library(PARTON_ARCHIVE_${name} NAMES lib${name}.a REQUIRED)
  list(APPEND archives ${PARTON_ARCHIVE_${name}})
endforeach()

# The width of emoji is not in ICU's code.
find_library(PARTON_ARCHIVE_icudata NAMES libicudata.a REQUIRED)
find_program(ICUPKG icupkg REQUIRED)
set(icu_data ${PROJECT_BINARY_DIR}/static/icu.dat)
add_custom_command(OUTPUT ${icu_data} DEPENDS ${PROJECT_SOURCE_DIR}/cmake/static/icu_data.cmake VERBATIM
  COMMAND ${CMAKE_COMMAND} -DARCHIVE=${PARTON_ARCHIVE_icudata} -DICUPKG=${ICUPKG} -DOBJCOPY=${CMAKE_OBJCOPY}
          -DAR=${CMAKE_AR} -DITEMS=uemoji.icu,ulayout.icu -DOUTPUT=${icu_data}
          -P ${PROJECT_SOURCE_DIR}/cmake/static/icu_data.cmake)
set_source_files_properties(cmake/static/icudata.cc PROPERTIES OBJECT_DEPENDS ${icu_data} COMPILE_DEFINITIONS
                            "PARTON_ICU_DATA=\"${icu_data}\"")

set(static_objects ${layer_objects} $<TARGET_OBJECTS:parton_server> $<TARGET_OBJECTS:parton_shell>)
add_executable(parton_static EXCLUDE_FROM_ALL shell/main.cc cmake/static/fmt.cc cmake/static/terminfo.cc
               cmake/static/icudata.cc ${static_objects})
set_target_properties(parton_static PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/static OUTPUT_NAME parton)
target_include_directories(parton_static PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
target_compile_options(parton_static PRIVATE -Wall -Wextra -Werror)
# What is really linked is read from the map, by scripts/sbom.
target_link_options(parton_static PRIVATE -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,--as-needed
                    -Wl,-Map=${PROJECT_BINARY_DIR}/static/parton.map)
target_link_libraries(parton_static PRIVATE ${archives} Threads::Threads)
