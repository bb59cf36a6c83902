#include "session/requests/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "executor/operators/key_ranges.h"
#include "session/database_state.h"
#include "session/requests/page_reader.h"
#include "session/requests/request_binding.h"
#include "session/requests/request_expressions.h"
#include "types/item/item_rules.h"
#include "types/value/value_compare.h"

namespace parton {

namespace {

using Operator = KeyCondition::Operator;

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";
constexpr const char* kBadStart = "The provided starting key is invalid";

// Names of top-level attributes that an expression on slot 0 reads.
void CollectAttributes(const Expr& e, std::set<std::string>* out) {
  if (const auto* path = e.As<Expr::Path>()) {
    if (path->base->As<Expr::Slot>() != nullptr) out->insert(path->steps[0].name);
  }
  ForEachChild(e, [&](const ExprPtr& child) { CollectAttributes(*child, out); });
}

std::string Listed(const std::set<std::string>& names) {
  std::string out;
  for (const std::string& n : names) out += (out.empty() ? "" : ", ") + n;
  return out;
}

constexpr std::string_view kTooManyConditions = "Conditions can be of length 1 or 2 only";

// A key condition with its values.
struct KeyTerm {
  const KeyCondition* condition = nullptr;
  std::vector<Value> operands;
};

bool Holds(const KeyTerm& term, const Value& v) {
  const std::vector<Value>& o = term.operands;
  switch (term.condition->op) {
    case Operator::kEq: return CompareKeys(v, o[0]) == 0;
    case Operator::kLt: return CompareKeys(v, o[0]) < 0;
    case Operator::kLe: return CompareKeys(v, o[0]) <= 0;
    case Operator::kGt: return CompareKeys(v, o[0]) > 0;
    case Operator::kGe: return CompareKeys(v, o[0]) >= 0;
    case Operator::kBetween: return CompareKeys(v, o[0]) >= 0 && CompareKeys(v, o[1]) <= 0;
    case Operator::kBeginsWith: return v.bytes().starts_with(o[0].bytes());
  }
  return false;
}

void Narrow(const KeyTerm& term, KeyRange* range) {
  const std::vector<Value>& o = term.operands;
  switch (term.condition->op) {
    case Operator::kEq:
      range->low = KeyBound{o[0], true};
      range->high = KeyBound{o[0], true};
      break;
    case Operator::kLt: range->high = KeyBound{o[0], false}; break;
    case Operator::kLe: range->high = KeyBound{o[0], true}; break;
    case Operator::kGt: range->low = KeyBound{o[0], false}; break;
    case Operator::kGe: range->low = KeyBound{o[0], true}; break;
    case Operator::kBetween:
      range->low = KeyBound{o[0], true};
      range->high = KeyBound{o[1], true};
      break;
    case Operator::kBeginsWith: range->prefix = o[0]; break;
  }
}

// What Query and Scan have in common: from a request to what is read.
class PageRequest {
 public:
  PageRequest(DatabaseState* db, OperationKind kind, const ReadPageRequest& request)
      : db_(db),
        query_(kind == OperationKind::kQuery),
        request_(request),
        legacy_(request.legacy ? &*request.legacy : nullptr),
        expressions_(&db->expressions, kind, request.expressions, legacy_) {}

  const RequestExpressions& expressions() const { return expressions_; }
  PagePlan& plan() { return plan_; }
  const KeySchema& key() const { return plan_.index != nullptr ? plan_.index->key : plan_.table->key; }

  // Everything that needs no table.
  Status CheckRequest() {
    if (request_.limit && *request_.limit < 1) {
      return Status::Validation(
          fmt::format("1 validation error detected: Value '{}' at 'limit' failed to satisfy constraint: Member must "
                      "have value greater than or equal to 1",
                      *request_.limit));
    }
    PARTON_RETURN_IF_ERROR(expressions_.CheckParameters());
    if (!request_.start_key_error.ok()) {
      return Status::Validation(fmt::format("{}: {}", kBadStart, request_.start_key_error.message()));
    }
    PARTON_RETURN_IF_ERROR(CheckSelect());
    return expressions_.Compile();
  }

  // The table, the index, and what goes with them.
  Status FindSource() {
    PARTON_ASSIGN_OR_RETURN(plan_.table, FindRequestTable(db_, request_.table));
    if (request_.index) {
      plan_.index = plan_.table->FindIndex(*request_.index);
      if (plan_.index == nullptr) {
        return Status::Validation(fmt::format("The table does not have the specified index: {}", *request_.index));
      }
    }
    if (plan_.index != nullptr && plan_.index->state != IndexState::kActive) {
      return Status::Validation(
          fmt::format("Cannot read from backfilling global secondary index: {}", plan_.index->name));
    }
    const bool global = plan_.index != nullptr && plan_.index->kind == IndexKind::kGlobal;
    if (global && request_.consistent) {
      return Status::Validation("Consistent reads are not supported on global secondary indexes");
    }
    return Status::Ok();
  }

  Status CheckProjected() {
    plan_.count_only = request_.select == SelectedAttributes::kCount;
    plan_.paths = &expressions_.paths();
    plan_.filter = expressions_.filter();
    plan_.parameters = &expressions_.parameters();
    plan_.consistent = request_.consistent;
    plan_.limit = static_cast<uint64_t>(request_.limit.value_or(0));
    if (plan_.index == nullptr || plan_.index->projection == Projection::kAll) return Status::Ok();
    const IndexSchema& index = *plan_.index;
    if (request_.select == SelectedAttributes::kAll) {
      if (index.kind == IndexKind::kGlobal) {
        return Status::Validation(
            fmt::format("{}Select type ALL_ATTRIBUTES is not supported for global secondary index {} because its "
                        "projection type is not ALL",
                        kInvalid, index.name));
      }
      plan_.fetch = true;
    }
    return CheckCovered(index);
  }

  Status SetStart() {
    if (request_.start_key.is_missing()) return Status::Ok();
    const Value start = request_.start_key.Materialize();
    plan_.after = start.is_struct() ? db_->store->PositionOf(*plan_.table, plan_.index, start) : std::string();
    if (plan_.after.empty() || start.Count() != KeyNames().size()) {
      return Status::Validation(query_
                                    ? std::string(kBadStart)
                                    : fmt::format("{}: The provided key element does not match the schema", kBadStart));
    }
    return Status::Ok();
  }

 private:
  std::set<std::string> KeyNames() const {
    std::set<std::string> names;
    for (const KeySchema* k : {&plan_.table->key, &key()}) {
      for (size_t i = 0; i < k->parts(); ++i) names.insert(k->part(i).name);
    }
    return names;
  }

  Status CheckSelect() const {
    const bool projects = request_.expressions.projection.has_value();
    const bool to_get = legacy_ != nullptr && legacy_->attributes_to_get.has_value();
    if (!request_.select) return Status::Ok();
    const SelectedAttributes select = *request_.select;
    if (select == SelectedAttributes::kAllProjected && !request_.index) {
      return Status::Validation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
    }
    if (select == SelectedAttributes::kSpecific) {
      if (projects || to_get) return Status::Ok();
      return Status::Validation(
          "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES");
    }
    if (!projects && !to_get) return Status::Ok();
    return Status::Validation(fmt::format("Cannot specify the {} when choosing to get {}",
                                          projects ? "ProjectionExpression" : "AttributesToGet",
                                          select == SelectedAttributes::kCount ? "only the Count"
                                          : select == SelectedAttributes::kAll ? "ALL_ATTRIBUTES"
                                                                               : "ALL_PROJECTED_ATTRIBUTES"));
  }

  // What filter and projection name that the index does not have.
  Status CheckCovered(const IndexSchema& index) {
    const auto uncovered = [&](const std::set<std::string>& names) {
      std::set<std::string> out;
      for (const std::string& n : names) {
        if (!index.Covers(n, plan_.table->key)) out.insert(n);
      }
      return out;
    };
    std::set<std::string> filtered, projected;
    if (plan_.filter != nullptr) CollectAttributes(*plan_.filter, &filtered);
    for (const DocumentPath& path : *plan_.paths) projected.insert(path[0].name);
    filtered = uncovered(filtered);
    projected = uncovered(projected);
    if (!filtered.empty() && query_) {
      return Status::Validation(fmt::format("{}Secondary index {} does not project one or more filter attributes: [{}]",
                                            kInvalid, index.name, Listed(filtered)));
    }
    if (projected.empty()) return Status::Ok();
    if (index.kind == IndexKind::kGlobal) {
      return Status::Validation(
          fmt::format("{}Global secondary index {} does not project [{}]", kInvalid, index.name, Listed(projected)));
    }
    plan_.fetch = true;
    return Status::Ok();
  }

  DatabaseState* db_;
  const bool query_;
  const ReadPageRequest& request_;
  const LegacyParameters* legacy_;
  RequestExpressions expressions_;
  PagePlan plan_;
};

// The key conditions of a Query against the schema.
class QueryKeys {
 public:
  explicit QueryKeys(PageRequest* page) : page_(*page) {}

  Status Resolve() {
    const KeySchema& schema = page_.key();
    terms_.resize(schema.parts());
    bool unknown = false;
    for (const KeyCondition& c : page_.expressions().key_conditions()) {
      const size_t at = schema.Find(c.attribute);
      unknown = unknown || at == schema.parts();
      if (at < schema.parts()) terms_[at].condition = &c;
    }
    PARTON_RETURN_IF_ERROR(CheckConditions(schema, unknown));
    while (given_ < terms_.size() && terms_[given_].condition != nullptr) {
      PARTON_RETURN_IF_ERROR(Evaluate(schema.part(given_), &terms_[given_]));
      ++given_;
    }
    KeyRange& range = page_.plan().range;
    range.hash = terms_[0].operands[0];
    if (given_ == 1) return Status::Ok();
    Narrow(terms_[given_ - 1], &range);
    if (given_ > 2) NarrowMore(&range);
    return Status::Ok();
  }

  // REQUIRES: the start key is one of the schema.
  Status CheckStart(const Value& start) const {
    const KeySchema& schema = page_.key();
    for (size_t i = 0; i < given_; ++i) {
      if (Holds(terms_[i], start.Get(schema.part(i).name))) continue;
      return Status::Validation(
          i < schema.hash_parts() ? "The provided starting key is outside query boundaries based on provided conditions"
                                  : "The provided starting key does not match the range key predicate");
    }
    return Status::Ok();
  }

 private:
  static Status Missed(const std::string& name) {
    return Status::Validation(fmt::format("Query condition missed key schema element: {}", name));
  }

  // Each attribute of the partition key is equal to a value. Those of the sort key follow from left to right, and
  // behind one that is not equal to a value comes none.
  Status CheckConditions(const KeySchema& schema, bool unknown) const {
    for (size_t i = 0; i < schema.hash_parts(); ++i) {
      if (terms_[i].condition == nullptr) return Missed(schema.part(i).name);
    }
    const size_t first = schema.hash_parts();
    if (unknown && schema.range && terms_[first].condition == nullptr) return Missed(schema.range->name);
    bool supported = !unknown;
    for (size_t i = 0; i < first; ++i) supported = supported && terms_[i].condition->op == Operator::kEq;
    for (size_t i = first + 1; i < terms_.size(); ++i) {
      if (terms_[i].condition == nullptr) continue;
      const KeyCondition* before = terms_[i - 1].condition;
      if (before == nullptr) return Missed(schema.part(i - 1).name);
      supported = supported && before->op == Operator::kEq;
    }
    return supported ? Status::Ok() : Status::Validation("Query key condition not supported");
  }

  // Puts the values of the attributes between the first and the last condition before the bounds on the last one.
  void NarrowMore(KeyRange* range) const {
    if (range->prefix) {
      range->low = KeyBound{*range->prefix, true};
      if (std::optional<Value> end = PrefixEnd(*range->prefix)) range->high = KeyBound{std::move(*end), false};
      range->prefix.reset();
    }
    for (std::optional<KeyBound>* bound : {&range->low, &range->high}) {
      KeyBound all;
      all.inclusive = !*bound || (*bound)->inclusive;
      for (size_t i = 2; i + 1 < given_; ++i) all.more.push_back(terms_[i].operands[0]);
      if (*bound) all.more.push_back(std::move((*bound)->value));
      all.value = terms_[1].operands[0];
      *bound = std::move(all);
    }
  }

  Status Evaluate(const KeyAttribute& attribute, KeyTerm* term) const {
    EvalContext ctx;
    ctx.parameters = &page_.expressions().parameters();
    for (const ExprPtr& e : term->condition->operands) {
      Value v = EvaluateValue(*e, ctx).Own();
      if (v.type() == Type::kFloat) {
        PARTON_ASSIGN_OR_RETURN(v, ToStorable(v, attribute.name));
      }
      const bool prefix = term->condition->op == Operator::kBeginsWith;
      if (!MatchesKeyType(v, attribute.type) || (prefix && attribute.type == KeyType::kNumber)) {
        return Status::Validation(fmt::format("{}Condition parameter type does not match schema type", kInvalid));
      }
      if (attribute.type != KeyType::kNumber && v.bytes().empty()) {
        return Status::Validation(
            fmt::format("One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
                        "contain an empty {} value. Key: {}",
                        attribute.type == KeyType::kString ? "string" : "binary", attribute.name));
      }
      term->operands.push_back(std::move(v));
    }
    return Status::Ok();
  }

  PageRequest& page_;
  std::vector<KeyTerm> terms_;  // by the attributes of the key
  size_t given_ = 0;            // so many of the first have a condition
};

Status CheckQueryFilter(const PageRequest& page, bool legacy) {
  if (page.expressions().filter() == nullptr) return Status::Ok();
  std::set<std::string> names;
  CollectAttributes(*page.expressions().filter(), &names);
  const KeySchema& schema = page.key();
  for (const std::string& name : names) {
    if (!schema.Has(name)) continue;
    return Status::Validation(fmt::format("{} can only contain non-primary key attributes: Primary key attribute: {}",
                                          legacy ? "QueryFilter" : "Filter Expression", name));
  }
  return Status::Ok();
}

Status CheckSegments(const ScanRequest& request) {
  if (request.segment && !request.total_segments) {
    return Status::Validation(
        "The TotalSegments parameter is required but was not present in the request when Segment parameter is present");
  }
  if (!request.segment && request.total_segments) {
    return Status::Validation(
        "The Segment parameter is required but was not present in the request when parameter TotalSegments is present");
  }
  if (!request.segment) return Status::Ok();
  const int32_t segment = *request.segment, total = *request.total_segments;
  constexpr int32_t kMostSegments = 1000000;
  if (segment < 0 || total < 1 || total > kMostSegments) {
    return Status::Validation(
        fmt::format("Segment is at least 0, and TotalSegments between 1 and {}: {} of {} were given", kMostSegments,
                    segment, total));
  }
  if (segment < total) return Status::Ok();
  return Status::Validation(
      fmt::format("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {} is "
                  "not less than TotalSegments: {}",
                  segment, total));
}

}  // namespace

Result<ItemPage> QueryItems(DatabaseState* db, const QueryRequest& request) {
  PageRequest page(db, OperationKind::kQuery, request);
  PARTON_RETURN_IF_ERROR(page.CheckRequest());
  const bool legacy_keys = request.legacy && request.legacy->key_conditions;
  if (!request.expressions.key_condition && !legacy_keys) {
    return Status::Validation(
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
  }
  const bool many = legacy_keys && request.legacy->key_conditions->size() > 2;
  if (many && !request.index) return Status::Validation(std::string(kTooManyConditions));
  PARTON_RETURN_IF_ERROR(page.FindSource());
  if (many && !page.key().multi()) return Status::Validation(std::string(kTooManyConditions));
  QueryKeys keys(&page);
  PARTON_RETURN_IF_ERROR(keys.Resolve());
  PARTON_RETURN_IF_ERROR(CheckQueryFilter(page, !request.expressions.filter));
  PARTON_RETURN_IF_ERROR(page.CheckProjected());
  PARTON_RETURN_IF_ERROR(page.SetStart());
  if (!request.start_key.is_missing()) PARTON_RETURN_IF_ERROR(keys.CheckStart(request.start_key));
  page.plan().backward = !request.forward;
  return ReadItemPage(db, page.plan());
}

Result<ItemPage> ScanItems(DatabaseState* db, const ScanRequest& request) {
  PageRequest page(db, OperationKind::kScan, request);
  PARTON_RETURN_IF_ERROR(CheckSegments(request));
  PARTON_RETURN_IF_ERROR(page.CheckRequest());
  PARTON_RETURN_IF_ERROR(page.FindSource());
  PARTON_RETURN_IF_ERROR(page.CheckProjected());
  PARTON_RETURN_IF_ERROR(page.SetStart());
  PagePlan& plan = page.plan();
  if (request.segment) {
    plan.segment = static_cast<uint32_t>(*request.segment);
    plan.segments = static_cast<uint32_t>(*request.total_segments);
    const bool foreign =
        !plan.after.empty() && db->store->SegmentOf(*plan.table, plan.index, plan.after, plan.segments) != plan.segment;
    if (foreign) {
      return Status::Validation(
          "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct "
          "Segment. TotalSegments: " +
          std::to_string(plan.segments) + " Segment: " + std::to_string(plan.segment));
    }
  }
  return ReadItemPage(db, plan);
}

}  // namespace parton
