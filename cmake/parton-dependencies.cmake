# The libraries that libparton.a is linked with, as targets: by the build, and by projects that find the installed
# package. Nothing in it is a path of the machine that built Parton.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(fmt)
find_dependency(leveldb)
find_dependency(ICU COMPONENTS uc i18n)
find_dependency(ZLIB)
find_dependency(OpenSSL)

# Those without a CMake package in Debian.
foreach(parton_name re2 zstd md xxhash antlr4-runtime)
  if(NOT TARGET parton_needs::${parton_name})
    find_library(PARTON_LIBRARY_${parton_name} ${parton_name})
    mark_as_advanced(PARTON_LIBRARY_${parton_name})
    if(NOT PARTON_LIBRARY_${parton_name})
      message(FATAL_ERROR "Parton needs the library ${parton_name}, which is not there")
    endif()
    add_library(parton_needs::${parton_name} UNKNOWN IMPORTED GLOBAL)
    set_target_properties(parton_needs::${parton_name} PROPERTIES
                          IMPORTED_LOCATION ${PARTON_LIBRARY_${parton_name}})
  endif()
endforeach()
unset(parton_name)
