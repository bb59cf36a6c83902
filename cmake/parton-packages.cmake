# Debian packages by CPack, one for each component of cmake/parton-install.cmake: scripts/package makes them.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME parton)
set(CPACK_PACKAGE_VENDOR Parton)
set(CPACK_PACKAGE_CONTACT "Parton maintainers <parton@packages.debian.org>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "embedded PartiQL database with DynamoDB's tables")
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_OUTPUT_FILE_PREFIX ${PROJECT_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL shell runtime development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# The folder of a package's papers has its name, so each package has its own.
string(TIMESTAMP built "%a, %d %b %Y %H:%M:%S +0000" UTC)
function(parton_package component name section summary description)
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name} PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section} PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_DESCRIPTION "${summary}\n${description}" PARENT_SCOPE)
  set(folder ${PROJECT_BINARY_DIR}/packages/${name})
  file(CONFIGURE OUTPUT ${folder}/copyright CONTENT "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: parton

Files: *
Copyright: 2026 The authors of Parton
License: Apache-2.0
 On Debian systems the full text of the Apache License, version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.
")
  file(CONFIGURE OUTPUT ${folder}/changelog.Debian @ONLY CONTENT "${name} (@PROJECT_VERSION@-1) unstable; urgency=medium

  * What is new is in CHANGELOG.md.

 -- Parton maintainers <parton@packages.debian.org>  @built@
")
  execute_process(COMMAND gzip -9nf changelog.Debian WORKING_DIRECTORY ${folder})
  install(FILES ${folder}/copyright ${folder}/changelog.Debian.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name}
          COMPONENT ${component})
endfunction()

parton_package(shell parton database "shell, test runner and server of the embedded database Parton"
"Parton has DynamoDB's tables and the whole PartiQL language on top of LevelDB.
This package has the interactive shell, which also runs SQL scripts as tests
and serves DynamoDB's protocol on this machine.")
parton_package(runtime libparton0 libs "embedded PartiQL database, shared library for C"
"Parton has DynamoDB's tables and the whole PartiQL language on top of LevelDB.
This package has the library that programs in C and other languages are
linked with.")
parton_package(development libparton-dev libdevel "embedded PartiQL database, headers and static C++ library"
"Parton has DynamoDB's tables and the whole PartiQL language on top of LevelDB.
This package has what programs in C and C++ are built with.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libparton0 (= ${PROJECT_VERSION}-1), libleveldb-dev, libsnappy-dev, \
libfmt-dev, libicu-dev, libre2-dev, zlib1g-dev, libzstd-dev, libmd-dev, libxxhash-dev, libssl-dev, \
libantlr4-runtime-dev")
set(control ${PROJECT_BINARY_DIR}/packages/libparton0)
file(WRITE ${control}/triggers "activate-noawait ldconfig\n")
file(WRITE ${control}/shlibs "libparton 0 libparton0 (>= ${PROJECT_VERSION})\n")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${control}/triggers ${control}/shlibs)
if(TARGET parton_python)
  list(APPEND CPACK_COMPONENTS_ALL python)
  parton_package(python python3-parton python "embedded PartiQL database, package for Python 3"
"Parton has DynamoDB's tables and the whole PartiQL language on top of LevelDB.
This package has the Python package parton: DB-API 2.0, tables as objects,
change feeds, and fixtures for pytest.")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "python3 (>= 3.11), python3 (<< 3.12)")
  set(python_folder lib/python3/dist-packages/parton)
  install(TARGETS parton_python LIBRARY DESTINATION ${python_folder} COMPONENT python)
  file(GLOB python_files ${PROJECT_SOURCE_DIR}/python/parton/*.py ${PROJECT_SOURCE_DIR}/python/parton/*.pyi
       ${PROJECT_SOURCE_DIR}/python/parton/py.typed)
  install(FILES ${python_files} DESTINATION ${python_folder} COMPONENT python)
endif()
include(CPack)
