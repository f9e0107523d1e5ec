#include "origin/catalog/list_sql.h"

#include <algorithm>
#include <string_view>

namespace glint::origin {
namespace {

const char* columnName(TextColumn column) {
  switch (column) {
    case TextColumn::kId:
      return "id";
    case TextColumn::kName:
      return "name";
    case TextColumn::kStatus:
      return "status";
    case TextColumn::kContainerFormat:
      return "container_format";
    case TextColumn::kDiskFormat:
      return "disk_format";
    case TextColumn::kOwner:
      return "owner";
    case TextColumn::kChecksum:
      return "checksum";
    case TextColumn::kOsHashAlgo:
      return "os_hash_algo";
    case TextColumn::kOsHashValue:
      return "os_hash_value";
  }
  return "id";
}

const char* columnName(IntegerColumn column) {
  switch (column) {
    case IntegerColumn::kSize:
      return "size";
    case IntegerColumn::kVirtualSize:
      return "virtual_size";
    case IntegerColumn::kMinDisk:
      return "min_disk";
    case IntegerColumn::kMinRam:
      return "min_ram";
  }
  return "size";
}

const char* sqlOperator(Comparison comparison) {
  switch (comparison) {
    case Comparison::kEq:
      return " = ";
    case Comparison::kNe:
      return " <> ";
    case Comparison::kLt:
      return " < ";
    case Comparison::kLe:
      return " <= ";
    case Comparison::kGt:
      return " > ";
    case Comparison::kGe:
      return " >= ";
  }
  return " = ";
}

class Builder {
 public:
  Builder(const ListQuery& query, const Dialect& dialect, const std::string& columns,
          const std::optional<Row>& marker_keys)
      : query_(query),
        dialect_(dialect),
        columns_(columns),
        marker_keys_(marker_keys),
        sort_(completeSort(query)) {}

  std::optional<ListSql> build() {
    const std::vector<Scope> scopes = visibleScopes();
    if (scopes.empty()) return std::nullopt;
    if (scopes.size() == 1) {
      branch(scopes.front());
    } else {
      text_ += "SELECT " + columns_ + " FROM (";
      for (std::size_t i = 0; i < scopes.size(); ++i) {
        text_ += i == 0 ? "SELECT * FROM (" : " UNION ALL SELECT * FROM (";
        branch(scopes[i]);
        text_ += ") AS part" + std::to_string(i);
      }
      text_ += ") AS page";
      order();
    }
    return ListSql{std::move(text_), std::move(values_)};
  }

 private:
  // One part of what the caller sees.
  struct Scope {
    enum class Whose : std::uint8_t { kAnyone, kMine, kOthers, kSharedWithMe, kOpenOrMine };
    Whose whose;
    std::optional<image::Visibility> visibility;
  };
  using Whose = Scope::Whose;

  std::vector<Scope> visibleScopes() const {
    using image::Visibility;
    const bool somebody = !query_.project.empty();
    std::vector<Scope> scopes;
    const auto mine = [&](std::optional<Visibility> visibility) {
      if (somebody) scopes.push_back({Whose::kMine, visibility});
    };
    const auto shared = [&] {
      if (somebody) scopes.push_back({Whose::kSharedWithMe, Visibility::kShared});
    };
    switch (query_.visibility) {
      case VisibilityFilter::kPublic:
        return {{Whose::kAnyone, Visibility::kPublic}};
      case VisibilityFilter::kCommunity:
        return {{Whose::kAnyone, Visibility::kCommunity}};
      case VisibilityFilter::kPrivate:
        if (query_.admin) return {{Whose::kAnyone, Visibility::kPrivate}};
        mine(Visibility::kPrivate);
        return scopes;
      case VisibilityFilter::kShared:
        if (query_.admin) return {{Whose::kAnyone, Visibility::kShared}};
        mine(Visibility::kShared);
        shared();
        return scopes;
      case VisibilityFilter::kAll:
        if (query_.admin) return {{Whose::kAnyone, std::nullopt}};
        mine(std::nullopt);
        scopes.push_back({Whose::kOthers, Visibility::kPublic});
        scopes.push_back({Whose::kOthers, Visibility::kCommunity});
        shared();
        return scopes;
      case VisibilityFilter::kDefault:
        if (query_.admin) return {{Whose::kOpenOrMine, std::nullopt}};
        mine(std::nullopt);
        scopes.push_back({Whose::kOthers, Visibility::kPublic});
        shared();
        return scopes;
    }
    return scopes;
  }

  void branch(const Scope& scope) {
    text_ += "SELECT " + columns_;
    for (std::size_t i = 0; i < sort_.size(); ++i)
      text_ += ", " + sortTerm(scope, i) + " AS k" + std::to_string(i);
    text_ += " FROM ";
    if (scope.whose == Whose::kSharedWithMe) memberships();
    text_ += "images WHERE deleted = 0 AND os_hidden = " + bind(query_.os_hidden ? 1LL : 0LL) +
             " AND status <> 'killed'";
    narrow(scope);
    filters();
    if (marker_keys_) afterMarker(scope);
    order();
  }

  void narrow(const Scope& scope) {
    if (scope.visibility)
      text_ += " AND visibility = " + bind(std::string(image::toString(*scope.visibility)));
    switch (scope.whose) {
      case Whose::kAnyone:
        return;
      case Whose::kMine:
        text_ += " AND owner = " + bind(query_.project);
        return;
      case Whose::kOthers:
        others();
        return;
      case Whose::kOpenOrMine:
        text_ += " AND (visibility <> 'community' OR owner = " + bind(query_.project) + ")";
        return;
      case Whose::kSharedWithMe:
        others();
        text_ += " AND id = image_id";
        return;
    }
  }

  // Joined first: it holds only what the project sees, in the order of creation. (Of the spellings
  // of a join this is the one whose order SQLite keeps.)
  void memberships() {
    text_ += "(SELECT image_id, image_created_at FROM image_members WHERE member = " +
             bind(query_.project) + memberStanding() + ") AS membership CROSS JOIN ";
  }

  void others() {
    if (query_.project.empty()) return;
    text_ += " AND (owner IS NULL OR owner <> " + bind(query_.project) + ")";
  }

  const char* memberStanding() const {
    switch (query_.member) {
      case MemberFilter::kAccepted:
        return " AND status = 'accepted'";
      case MemberFilter::kPending:
        return " AND status = 'pending'";
      case MemberFilter::kRejected:
        return " AND status = 'rejected'";
      case MemberFilter::kAll:
        return "";
    }
    return "";
  }

  void filters() {
    if (query_.is_protected) text_ += " AND protected = " + bind(*query_.is_protected ? 1LL : 0LL);
    for (const TextFilter& filter : query_.texts) textFilter(filter);
    for (const IntegerFilter& filter : query_.integers)
      text_ += std::string(" AND ") + columnName(filter.column) + sqlOperator(filter.comparison) +
               bind(static_cast<long long>(filter.value));
    for (const TimeFilter& filter : query_.times) timeFilter(filter);
    for (const std::string& tag : query_.tags)
      text_ += " AND id IN (SELECT image_id FROM image_tags WHERE value = " + bind(tag) + ")";
    for (const auto& [name, value] : query_.properties) {
      text_ += " AND id IN (SELECT image_id FROM image_properties WHERE name = " + bind(name);
      text_ += " AND value = " + bind(value) + ")";
    }
  }

  void textFilter(const TextFilter& filter) {
    if (filter.any_of.empty()) {
      text_ += " AND 1 = 0";
      return;
    }
    text_ += std::string(" AND ") + columnName(filter.column);
    if (filter.any_of.size() == 1) {
      text_ += " = " + bind(filter.any_of.front());
      return;
    }
    text_ += " IN (";
    for (std::size_t i = 0; i < filter.any_of.size(); ++i)
      text_ += (i == 0 ? "" : ", ") + bind(filter.any_of[i]);
    text_ += ")";
  }

  // Times are stored to the microsecond and shown to the second, so every comparison is one against
  // the beginning or the end of a second.
  void timeFilter(const TimeFilter& filter) {
    using std::chrono::seconds;
    const auto second = std::chrono::floor<seconds>(filter.value);
    const auto micros = [](std::chrono::sys_seconds time) {
      return static_cast<long long>(
          std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
    };
    const long long begin = micros(second);
    const long long end = micros(second + seconds(1));
    const std::string column =
        filter.column == TimeColumn::kCreatedAt ? "created_at" : "updated_at";
    switch (filter.comparison) {
      case Comparison::kEq:
        text_ += " AND " + column + " >= " + bind(begin);
        text_ += " AND " + column + " < " + bind(end);
        return;
      case Comparison::kNe:
        text_ += " AND (" + column + " < " + bind(begin);
        text_ += " OR " + column + " >= " + bind(end) + ")";
        return;
      case Comparison::kLt:
        text_ += " AND " + column + " < " + bind(begin);
        return;
      case Comparison::kLe:
        text_ += " AND " + column + " < " + bind(end);
        return;
      case Comparison::kGt:
        text_ += " AND " + column + " >= " + bind(end);
        return;
      case Comparison::kGe:
        text_ += " AND " + column + " >= " + bind(begin);
        return;
    }
  }

  // (a, b, c) after the marker's (x, y, z), each key in its direction:
  //   a >= x AND (a > x OR (a = x AND (b > y OR (b = y AND c > z))))
  // The first term is implied by the rest; it is what lets the database start in the index there.
  void afterMarker(const Scope& scope) {
    text_ += " AND " + sortTerm(scope, 0) + (ascending(0) ? " >= " : " <= ") +
             bind((*marker_keys_)[0]) + " AND ";
    std::string closing;
    for (std::size_t i = 0; i < sort_.size(); ++i) {
      const std::string expression = sortTerm(scope, i);
      const Value& value = (*marker_keys_)[i];
      const bool last = i + 1 == sort_.size();
      text_ += "(" + expression + (ascending(i) ? " > " : " < ") + bind(value);
      if (!last) text_ += " OR (" + expression + " = " + bind(value) + " AND ";
      closing += last ? ")" : "))";
    }
    text_ += closing;
  }

  // Of images shared with the caller the memberships know the default order; read in it, a page
  // costs a page, however many there are.
  std::string sortTerm(const Scope& scope, std::size_t key) const {
    const SortColumn column = sort_[key].column;
    if (scope.whose == Whose::kSharedWithMe) {
      if (column == SortColumn::kCreatedAt) return "image_created_at";
      if (column == SortColumn::kId) return "image_id";
    }
    return sortExpression(column, dialect_);
  }

  bool ascending(std::size_t key) const { return sort_[key].direction == Direction::kAscending; }

  void order() {
    text_ += " ORDER BY ";
    for (std::size_t i = 0; i < sort_.size(); ++i)
      text_ += (i == 0 ? "k" : ", k") + std::to_string(i) + (ascending(i) ? " ASC" : " DESC");
    text_ += " LIMIT " + bind(static_cast<long long>(query_.limit));
  }

  // Appends a value and names its placeholder. One call per expression: the operands of + are
  // evaluated in any order, and databases number placeholders as they stand in the text.
  std::string bind(Value value) {
    values_.push_back(std::move(value));
    return ":v" + std::to_string(values_.size() - 1);
  }

  const ListQuery& query_;
  const Dialect& dialect_;
  const std::string& columns_;
  const std::optional<Row>& marker_keys_;
  const std::vector<SortKey> sort_;
  std::string text_;
  Row values_;
};

}  // namespace

std::vector<SortKey> completeSort(const ListQuery& query) {
  std::vector<SortKey> sort;
  const auto sorts = [&sort](SortColumn column) {
    return std::ranges::find(sort, column, &SortKey::column) != sort.end();
  };
  for (const SortKey& key : query.sort)
    if (!sorts(key.column)) sort.push_back(key);  // a key given twice orders nothing more
  const Direction direction =
      query.sort.empty() ? Direction::kDescending : query.sort.back().direction;
  if (!sorts(SortColumn::kCreatedAt)) sort.push_back({SortColumn::kCreatedAt, direction});
  if (!sorts(SortColumn::kId)) sort.push_back({SortColumn::kId, direction});
  return sort;
}

std::string sortExpression(SortColumn column, const Dialect& dialect) {
  switch (column) {
    case SortColumn::kName:
      return dialect.name_in_order;
    case SortColumn::kStatus:
      return "status";
    case SortColumn::kContainerFormat:
      return "coalesce(container_format, '')";
    case SortColumn::kDiskFormat:
      return "coalesce(disk_format, '')";
    case SortColumn::kSize:
      return "coalesce(size, 0)";
    case SortColumn::kId:
      return "id";
    case SortColumn::kCreatedAt:
      return "created_at";
    case SortColumn::kUpdatedAt:
      return "updated_at";
  }
  return "id";
}

char sortKind(SortColumn column) {
  switch (column) {
    case SortColumn::kSize:
    case SortColumn::kCreatedAt:
    case SortColumn::kUpdatedAt:
      return 'i';
    default:
      return 't';
  }
}

std::optional<ListSql> listSql(const ListQuery& query, const Dialect& dialect,
                               const std::string& columns, const std::optional<Row>& marker_keys) {
  return Builder(query, dialect, columns, marker_keys).build();
}

}  // namespace glint::origin
