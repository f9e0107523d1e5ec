# Third-party libraries, all from Debian packages. Each is linked PRIVATE by the one folder that may include it.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(CURL REQUIRED)
find_package(leveldb REQUIRED)
# The shared library brings snappy along itself; its development package is not needed.
set_target_properties(leveldb::leveldb PROPERTIES INTERFACE_LINK_LIBRARIES Threads::Threads)
find_package(ZLIB REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(nlohmann_json REQUIRED)
find_package(tl-expected REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(LIBEVENT REQUIRED IMPORTED_TARGET libevent_core libevent_pthreads)
if(GLINT_TESTS)
  find_package(Catch2 2.13 REQUIRED)
endif()

# SOCI's Debian package has no CMake configuration.
find_path(GLINT_SOCI_INCLUDE soci/soci.h REQUIRED)
find_library(GLINT_SOCI_CORE soci_core REQUIRED)
find_library(GLINT_SOCI_SQLITE3 soci_sqlite3 REQUIRED)
find_library(GLINT_SOCI_POSTGRESQL soci_postgresql REQUIRED)
find_library(GLINT_SOCI_MYSQL soci_mysql REQUIRED)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(LIBMARIADB REQUIRED IMPORTED_TARGET libmariadb)
find_path(GLINT_SQLITE3_INCLUDE sqlite3.h REQUIRED)
find_library(GLINT_SQLITE3 sqlite3 REQUIRED)
add_library(glint_soci INTERFACE)
target_include_directories(glint_soci SYSTEM INTERFACE ${GLINT_SOCI_INCLUDE} ${GLINT_SOCI_INCLUDE}/soci)
target_link_libraries(glint_soci INTERFACE ${GLINT_SOCI_SQLITE3} ${GLINT_SOCI_POSTGRESQL} ${GLINT_SOCI_MYSQL}
                      ${GLINT_SOCI_CORE} ${GLINT_SQLITE3} PkgConfig::LIBPQ PkgConfig::LIBMARIADB)

# llhttp comes as C sources in the package node-llhttp.
find_path(GLINT_LLHTTP_INCLUDE llhttp.h PATHS /usr/share/include/llhttp /usr/include REQUIRED)
find_path(GLINT_LLHTTP_SOURCES llhttp.c PATHS /usr/share/llhttp NO_DEFAULT_PATH REQUIRED)
add_library(glint_llhttp STATIC ${GLINT_LLHTTP_SOURCES}/api.c ${GLINT_LLHTTP_SOURCES}/http.c
            ${GLINT_LLHTTP_SOURCES}/llhttp.c)
target_include_directories(glint_llhttp SYSTEM PUBLIC ${GLINT_LLHTTP_INCLUDE})
target_compile_options(glint_llhttp PRIVATE -w -O2)
