# What `cmake --install` puts where: the shell, both libraries, headers, and what finds them. The folder it is installed
# to may be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/parton)

# Each rule has a component, of which cmake/parton-packages.cmake makes a package.
if(PARTON_SHELL)
  install(TARGETS parton_shell_main COMPONENT shell)
  set(manual_page ${PROJECT_SOURCE_DIR}/docs/parton.1)
  if(PARTON_PACKAGES)
    execute_process(COMMAND gzip -9nc ${manual_page} OUTPUT_FILE ${PROJECT_BINARY_DIR}/parton.1.gz)
    set(manual_page ${PROJECT_BINARY_DIR}/parton.1.gz)
  endif()
  install(FILES ${manual_page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT shell)
  install(FILES ${completions}/parton DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT shell)
  install(FILES ${completions}/_parton DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT shell)
  install(FILES ${completions}/parton.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
          COMPONENT shell)
endif()
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME development)
install(TARGETS parton_library EXPORT parton_cpp)
install(EXPORT parton_cpp NAMESPACE parton:: FILE parton-cpp-targets.cmake DESTINATION ${package_dir})
if(TARGET parton_c)
  install(TARGETS parton_c EXPORT parton_c LIBRARY COMPONENT runtime NAMELINK_COMPONENT development)
  install(EXPORT parton_c NAMESPACE parton:: FILE parton-c-targets.cmake DESTINATION ${package_dir})
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/parton DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${PROJECT_SOURCE_DIR}/include/parton.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

write_basic_package_version_file(${PROJECT_BINARY_DIR}/parton-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/parton-config-version.cmake ${PROJECT_SOURCE_DIR}/cmake/parton-config.cmake
              ${PROJECT_SOURCE_DIR}/cmake/parton-dependencies.cmake DESTINATION ${package_dir})

# From the folder of the .pc files to the prefix.
file(RELATIVE_PATH PARTON_PC_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" PARTON_PC_PREFIX ${PARTON_PC_PREFIX})
foreach(name parton parton-cpp)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
