# Build switches, and the interface target that carries flags to every Glint target.

option(GLINT_TESTS "Build unit tests" ON)
option(GLINT_FUZZ "Build fuzz targets (clang)" OFF)
option(GLINT_WERROR "Warnings are errors" ON)
set(GLINT_SANITIZE "" CACHE STRING "Sanitizers for all targets: address;undefined or thread")

add_library(glint_flags INTERFACE)
target_include_directories(glint_flags INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_options(glint_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor;-Wold-style-cast;-Woverloaded-virtual>
  $<$<BOOL:${GLINT_WERROR}>:-Werror>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  # g++ 12 warns of impossible overlaps when it optimises string appends (GCC bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  -fno-omit-frame-pointer -fstack-protector-strong)
target_compile_definitions(glint_flags INTERFACE _FILE_OFFSET_BITS=64)

if(GLINT_SANITIZE)
  string(REPLACE ";" "," sanitizers "${GLINT_SANITIZE}")
  add_compile_options(-fsanitize=${sanitizers} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${sanitizers})
  # The instrumentation hides initialisations from g++; its documentation says to expect false warnings.
  target_compile_options(glint_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()
if(GLINT_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(GLINT_LLD ld.lld)
if(GLINT_LLD)
  add_link_options(-fuse-ld=lld)
endif()
