// Turns a list query into one SQL statement. Private to catalog/.
//
// What a project may see is a union (its own images, public ones, …). Each part is a subquery with
// the order and the limit of the page, so each is answered from an index in O(page), whatever the
// number of images; an OR over all of them would have to read the catalog.
#pragma once

#include <optional>
#include <string>

#include "origin/catalog/dialect.h"
#include "origin/catalog/list_query.h"
#include "origin/catalog/sql_connection.h"

namespace glint::origin {

struct ListSql {
  std::string text;
  Row values;
};

// The complete sort keys of a query, tie-breakers appended.
std::vector<SortKey> completeSort(const ListQuery& query);

// The SQL expression a column sorts by; 'i' or 't' in sortKind().
std::string sortExpression(SortColumn column, const Dialect& dialect);
char sortKind(SortColumn column);

// `columns` is what the statement selects; `marker_keys` are the marker's values of
// completeSort(), absent on the first page. nullopt: the query can match nothing.
std::optional<ListSql> listSql(const ListQuery& query, const Dialect& dialect,
                               const std::string& columns, const std::optional<Row>& marker_keys);

}  // namespace glint::origin
