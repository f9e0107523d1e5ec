# glint_layer(<folder> SOURCES … PUBLIC … PRIVATE …): the library of one folder, glint_<folder>.
# glint_tests(<folder> SOURCES … LINK …): its Catch2 unit tests, glint_<folder>_tests, one CTest entry.

function(glint_layer folder)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(glint_${folder} STATIC ${ARG_SOURCES})
  target_link_libraries(glint_${folder} PUBLIC glint_flags ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()

function(glint_tests folder)
  if(NOT GLINT_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(glint_${folder}_tests ${ARG_SOURCES})
  target_link_libraries(glint_${folder}_tests PRIVATE glint_${folder} ${ARG_LINK} Catch2::Catch2WithMain)
  # AddressSanitizer and UndefinedBehaviorSanitizer look at what is tested; instrumented, the tests would take most of
  # the time of the build.
  if("address" IN_LIST GLINT_SANITIZE)
    target_compile_options(glint_${folder}_tests PRIVATE -fno-sanitize=all)
  endif()
  # ThreadSanitizer cannot follow a fork of a process with threads into its child: tests tagged [fork] run without it.
  set(selection "")
  if("thread" IN_LIST GLINT_SANITIZE)
    set(selection "~[fork]")
  endif()
  add_test(NAME unit.${folder} COMMAND glint_${folder}_tests ${selection})
endfunction()
