// What each migration does: one function per file of this folder, listed with its version in
// ../migrations.cc. The statements may use the words of schemaSql() and look at the dialect.
#pragma once

#include <string>
#include <vector>

#include "origin/catalog/dialect.h"

namespace glint::origin {

std::vector<std::string> imageTables(const Dialect& dialect);
std::vector<std::string> changeFeedTables(const Dialect& dialect);
std::vector<std::string> edgeTables(const Dialect& dialect);
std::vector<std::string> memberOrder(const Dialect& dialect);
std::vector<std::string> metadefTables(const Dialect& dialect);
std::vector<std::string> taskTables(const Dialect& dialect);
std::vector<std::string> manifestTables(const Dialect& dialect);

}  // namespace glint::origin
