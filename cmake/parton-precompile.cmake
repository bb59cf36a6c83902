# Headers that a layer's sources share, compiled once: half of the time of a first build. Left out where the compiler is
# another, with sanitizers and in continuous integration, which so show a source that includes too little.
function(parton_precompile header layer)
  target_precompile_headers(parton_${layer} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/${header})
  foreach(other ${layer} ${ARGN})
    if(NOT TARGET parton_${other})
      continue()
    endif()
    # For ccache. g++ 12 forgets which precompiled headers are the system's, and warns of its own std::string.
    target_compile_options(parton_${other} PRIVATE -fpch-preprocess -Wno-restrict -Wno-error)
    if(NOT other STREQUAL layer)
      target_precompile_headers(parton_${other} REUSE_FROM parton_${layer})
    endif()
  endforeach()
endfunction()

if(PARTON_PRECOMPILE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT PARTON_SANITIZE)
  # Layers of one call have the same definitions.
  parton_precompile(precompiled.h types parser net)
  parton_precompile(precompiled_store.h storage io)
  parton_precompile(precompiled_plan.h planner executor session)
  parton_precompile(precompiled.h server shell capi)
endif()
