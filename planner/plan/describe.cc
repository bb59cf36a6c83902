// What EXPLAIN shows: a description of the tree, rendered as text or JSON.
#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

#include "planner/plan/plan.h"
#include "planner/plan/plan_facts.h"
#include "planner/plan/plan_visit.h"
#include "planner/predicate/row_terms.h"
#include "storage/attached_stores.h"

namespace parton {

std::string_view AccessKindName(AccessKind kind) {
  switch (kind) {
    case AccessKind::kScan: return "Scan";
    case AccessKind::kRangeScan: return "RangeScan";
    case AccessKind::kQuery: return "Query";
    case AccessKind::kGetItem: return "GetItem";
    case AccessKind::kBatchGet: return "BatchGet";
    case AccessKind::kEmpty: return "Empty";
  }
  return "";
}

namespace {

using Properties = std::vector<std::pair<std::string, std::string>>;

std::string Text(const ExprPtr& e) { return e == nullptr ? std::string() : ToString(*e); }

template <typename Range, typename Fn>
std::string Joined(const Range& range, std::string_view separator, Fn fn) {
  std::string out;
  for (const auto& element : range) {
    if (!out.empty()) out += separator;
    out += fn(element);
  }
  return out;
}

std::string SortKeyText(const SortKey& k) {
  std::string out = Text(k.expr);
  if (k.descending) out += " DESC";
  if (k.nulls_first != k.descending) out += k.nulls_first ? " NULLS FIRST" : " NULLS LAST";
  return out;
}

std::string RangeText(const AccessRange& r, const Plan::Access& access, const KeySchema& key) {
  const ExprPtr& hash_list = access.hash_list;
  std::vector<std::string> terms;
  const bool on_hash = r.hash == nullptr && hash_list == nullptr;
  if (hash_list != nullptr) {
    terms.push_back(fmt::format("{} IN {}", key.hash.name, Text(hash_list)));
  } else if (r.hash != nullptr) {
    terms.push_back(fmt::format("{} = {}", key.hash.name, Text(r.hash)));
  }
  const std::string attribute = on_hash ? key.hash.name : key.range ? key.range->name : "";
  for (const BoundExpr& b : r.lows) {
    // Equality comes as two inclusive bounds on one expression.
    bool equality = b.inclusive && std::any_of(r.highs.begin(), r.highs.end(),
                                               [&](const BoundExpr& h) { return h.inclusive && h.value == b.value; });
    if (equality) {
      terms.push_back(fmt::format("{} = {}", attribute, Text(b.value)));
    } else {
      terms.push_back(fmt::format("{} {} {}", attribute, b.inclusive ? ">=" : ">", Text(b.value)));
    }
  }
  for (const BoundExpr& b : r.highs) {
    bool equality = b.inclusive && std::any_of(r.lows.begin(), r.lows.end(),
                                               [&](const BoundExpr& l) { return l.inclusive && l.value == b.value; });
    if (!equality) {
      terms.push_back(fmt::format("{} {} {}", attribute, b.inclusive ? "<=" : "<", Text(b.value)));
    }
  }
  for (const ExprPtr& p : r.prefixes) terms.push_back(fmt::format("begins_with({}, {})", attribute, Text(p)));
  for (std::string& text : RowBoundTexts(r, access)) terms.push_back(std::move(text));
  return Joined(terms, " AND ", [](const std::string& s) { return s; });
}

std::string KeyText(const AccessKey& k, const KeySchema& key) {
  std::string out = fmt::format("{} = {}", key.hash.name, Text(k.hash));
  if (key.range) out += fmt::format(" AND {} = {}", key.range->name, Text(k.range));
  return out;
}

std::string SortNames(const KeySchema& key) {
  std::string out = key.range->name;
  for (const KeyAttribute& a : key.more_range) out += " or " + a.name;
  return out;
}

std::string_view JoinName(JoinKind kind) {
  switch (kind) {
    case JoinKind::kInner: return "inner";
    case JoinKind::kLeft: return "left";
    case JoinKind::kRight: return "right";
    case JoinKind::kFull: return "full";
    case JoinKind::kCross: return "cross";
  }
  return "";
}

std::string Rows(double n) { return fmt::format("{:.0f}", n < 1 ? 1 : n); }

struct Describer {
  PlanDescription* out;

  void Add(std::string key, std::string value) {
    if (!value.empty()) out->properties.emplace_back(std::move(key), std::move(value));
  }

  void operator()(const Plan::Once&) { out->name = "Once"; }
  void operator()(const Plan::Empty& n) {
    out->name = "Empty";
    Add("because", n.reason);
  }
  void operator()(const Plan::Access& n) {
    out->name = AccessKindName(n.kind);
    Add("table", n.table->name);
    if (const std::string* engine = EngineOf(*n.table)) Add("engine", *engine);
    const KeySchema& key = n.index ? n.index->key : n.table->key;
    if (n.index) Add("index", n.index->name);
    if (!n.alias.empty() && n.alias != n.table->name) Add("as", n.alias);
    if (n.kind == AccessKind::kGetItem || n.kind == AccessKind::kBatchGet) {
      if (n.hash_list) {
        std::string text = fmt::format("{} IN {}", key.hash.name, Text(n.hash_list));
        if (n.range_list) {
          text += fmt::format(" AND {} IN {}", key.range->name, Text(n.range_list));
        } else if (!n.keys.empty() && n.keys[0].range) {
          text += fmt::format(" AND {} = {}", key.range->name, Text(n.keys[0].range));
        }
        Add("key", text);
      } else if (n.range_list) {
        Add("key", fmt::format("{} = {} AND {} IN {}", key.hash.name, Text(n.keys[0].hash), key.range->name,
                               Text(n.range_list)));
      } else {
        Add("key", Joined(n.keys, " | ", [&](const AccessKey& k) { return KeyText(k, key); }));
      }
    } else if (n.kind != AccessKind::kEmpty) {
      Add("key", Joined(n.ranges, " | ", [&](const AccessRange& r) { return RangeText(r, n, key); }));
    }
    Add("filter", Text(n.filter));
    if (n.needs_all) Add("complete", fmt::format("no item lacks {}", SortNames(key)));
    if (n.after) Add("after", Text(n.after));
    if (n.fetch) Add("fetch", "each item by its key");
    if (n.ordered) Add("order", n.backward ? "key order, backward" : "key order");
    if (n.limit) Add("limit", std::to_string(*n.limit));
    if (n.kind == AccessKind::kScan || n.kind == AccessKind::kRangeScan) {
      Add("parallelism", n.threads == 1 ? "1 thread" : fmt::format("{} threads", n.threads));
    }
    for (const std::string& line : n.rejected) Add("rejected", line);
  }
  void operator()(const Plan::FunctionScan& n) {
    out->name = "FunctionScan";
    Add("function", fmt::format("{}({})", n.function, Joined(n.args, ", ", Text)));
  }
  void operator()(const Plan::Unnest& n) {
    out->name = n.unpivot ? "Unpivot" : "Unnest";
    Add("collection", Text(n.collection));
  }
  void operator()(const Plan::Filter& n) {
    out->name = "Filter";
    Add("predicate", Text(n.predicate));
  }
  void operator()(const Plan::Compute& n) {
    out->name = "Project";
    Add("values", Joined(n.outputs, ", ", [](const SlotExpr& s) { return Text(s.expr); }));
  }
  void operator()(const Plan::Join& n) {
    out->name = n.strategy == JoinStrategy::kHash ? "HashJoin" : n.lateral ? "LookupJoin" : "NestedLoopJoin";
    Add("kind", std::string(JoinName(n.kind)));
    Add("keys", Joined(n.keys, " AND ", [](const auto& k) { return Text(k.first) + " = " + Text(k.second); }));
    Add("on", Text(n.on));
  }
  void operator()(const Plan::SemiJoin& n) {
    out->name = n.mark_slot >= 0 ? "MarkJoin" : n.anti ? "AntiJoin" : "SemiJoin";
    if (n.mark_slot >= 0) Add("marks", std::string(n.anti ? "NOT " : "") + (n.null_aware ? "IN" : "EXISTS"));
    Add("keys", Joined(n.keys, " AND ", [](const auto& k) { return Text(k.first) + " = " + Text(k.second); }));
    Add("on", Text(n.on));
  }
  void operator()(const Plan::Aggregate& n) {
    using Stage = Plan::Aggregate::Stage;
    out->name = n.stage == Stage::kPartial ? "PartialAggregate"
                : n.stage == Stage::kFinal ? "FinalAggregate"
                                           : "Aggregate";
    Add("keys", Joined(n.keys, ", ", [](const SlotExpr& s) { return Text(s.expr); }));
    Add("calls", Joined(n.calls, ", ", [](const Plan::AggregateCall& c) {
          if (!c.text.empty()) return c.text;
          std::string text = fmt::format("{}({}{})", c.function->name, c.distinct ? "DISTINCT " : "",
                                         c.args.empty() ? "*" : Joined(c.args, ", ", Text));
          return text;
        }));
    if (n.group_as_slot >= 0) Add("group as", Joined(n.group_as, ", ", [](const auto& g) { return g.first; }));
  }
  void operator()(const Plan::Window& n) {
    out->name = "Window";
    for (const Plan::WindowCall& c : n.calls) {
      std::string text = fmt::format("{}({}{})", c.function, c.distinct ? "DISTINCT " : "", Joined(c.args, ", ", Text));
      if (!c.partition.empty()) text += " partition by " + Joined(c.partition, ", ", Text);
      if (!c.order.empty()) text += " order by " + Joined(c.order, ", ", SortKeyText);
      Add("call", text);
    }
  }
  void operator()(const Plan::Sort& n) {
    out->name = n.limit ? "TopN" : "Sort";
    Add("by", Joined(n.keys, ", ", SortKeyText));
    Add("limit", Text(n.limit));
  }
  void operator()(const Plan::Limit& n) {
    out->name = "Limit";
    Add("limit", Text(n.limit));
    Add("offset", Text(n.offset));
    Add("with ties", Joined(n.ties, ", ", SortKeyText));
  }
  void operator()(const Plan::Distinct&) { out->name = "Distinct"; }
  void operator()(const Plan::SetOperation& n) {
    out->name = n.kind == Plan::SetKind::kUnion       ? "Union"
                : n.kind == Plan::SetKind::kIntersect ? "Intersect"
                                                      : "Except";
    Add("mode", std::string(n.outer ? "outer " : "") + (n.all ? "all" : "distinct"));
  }
  void operator()(const Plan::Shared& n) {
    out->name = "Shared";
    Add("name", n.name);
  }
  void operator()(const Plan::Recursive&) { out->name = "Recursive"; }
  void operator()(const Plan::Gather& n) {
    out->name = "Gather";
    Add("threads", std::to_string(n.threads));
  }
  void operator()(const Plan::GraphMatch& n) {
    out->name = "GraphMatch";
    Add("graph", Text(n.graph));
  }
};

void RenderTextInto(const PlanDescription& d, int depth, std::string* out) {
  const std::string indent(static_cast<size_t>(depth) * 2, ' ');
  *out += indent + d.name;
  size_t from = 0;
  // The table and index stand on the operator's own line: "Query songs.by_year".
  if (!d.properties.empty() && d.properties[0].first == "table") {
    *out += " " + d.properties[0].second;
    from = 1;
    if (d.properties.size() > 1 && d.properties[1].first == "index") {
      *out += "." + d.properties[1].second;
      from = 2;
    }
  }
  *out += "\n";
  for (size_t i = from; i < d.properties.size(); ++i) {
    *out += fmt::format("{}  {}: {}\n", indent, d.properties[i].first, d.properties[i].second);
  }
  for (const PlanDescription& input : d.inputs) RenderTextInto(input, depth + 1, out);
}

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

void WriteString(JsonWriter& w, std::string_view s) { w.String(s.data(), static_cast<rapidjson::SizeType>(s.size())); }

void RenderJsonInto(const PlanDescription& d, JsonWriter& w) {
  w.StartObject();
  w.Key("operator");
  WriteString(w, d.name);
  bool rejected = false;
  for (const auto& [key, value] : d.properties) {
    if (key == "rejected") {
      rejected = true;
      continue;
    }
    w.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    WriteString(w, value);
  }
  if (rejected) {
    w.Key("rejected");
    w.StartArray();
    for (const auto& [key, value] : d.properties) {
      if (key == "rejected") WriteString(w, value);
    }
    w.EndArray();
  }
  if (!d.inputs.empty()) {
    w.Key("inputs");
    w.StartArray();
    for (const PlanDescription& input : d.inputs) RenderJsonInto(input, w);
    w.EndArray();
  }
  w.EndObject();
}

}  // namespace

PlanDescription Describe(const Plan& plan) {
  PlanDescription d;
  d.plan = &plan;
  std::visit(Describer{&d}, plan.node);
  if (PointLookup(plan) != nullptr)
    d.properties.emplace_back("lookups", "GetItems of many rows at once, each key once");
  const auto* access = plan.As<Plan::Access>();
  if (plan.estimate.rows > 0 && access != nullptr && access->kind != AccessKind::kEmpty) {
    d.properties.emplace_back("estimate",
                              fmt::format("{} rows of {} items", Rows(plan.estimate.rows), Rows(plan.estimate.items)));
  }
  for (const PlanPtr& input : plan.inputs) {
    if (input->As<Plan::Once>() == nullptr) d.inputs.push_back(Describe(*input));
  }
  ForEachSubquery(plan, [&](const Expr::Subquery& subquery, const Query& query) {
    PlanDescription below;
    below.name = "Subquery";
    below.properties.emplace_back("runs", subquery.reads.empty() ? "once" : "for each row");
    below.inputs.push_back(Describe(query));
    d.inputs.push_back(std::move(below));
  });
  return d;
}

PlanDescription Describe(const Query& query) {
  PlanDescription d = Describe(*query.root);
  if (query.shape == Query::Shape::kPivot) {
    PlanDescription pivot;
    pivot.name = "Pivot";
    pivot.inputs.push_back(std::move(d));
    return pivot;
  }
  return d;
}

namespace {

// As it was written: inputs computed before are the expressions they stand for.
ExprPtr AsWritten(const ExprPtr& e, const WritePlan& write) {
  if (e == nullptr || write.inputs.empty()) return e;
  return TransformExpr(e, [&](const ExprPtr& x) {
    const auto* slot = x->As<Expr::Slot>();
    if (slot == nullptr) return x;
    auto it = std::find_if(write.inputs.begin(), write.inputs.end(),
                           [&](const SlotExpr& i) { return i.slot == slot->index; });
    return it == write.inputs.end() ? x : it->expr;
  });
}

}  // namespace

PlanDescription Describe(const WritePlan& write) {
  PlanDescription d;
  switch (write.kind) {
    case WritePlan::Kind::kInsert: d.name = "Insert"; break;
    case WritePlan::Kind::kReplace: d.name = "Replace"; break;
    case WritePlan::Kind::kUpsert: d.name = "Upsert"; break;
    case WritePlan::Kind::kUpdate: d.name = "Update"; break;
    case WritePlan::Kind::kDelete: d.name = "Delete"; break;
    case WritePlan::Kind::kExistsCheck: d.name = write.negated ? "NotExistsCheck" : "ExistsCheck"; break;
  }
  d.properties.emplace_back("table", write.table->name);
  if (const std::string* engine = EngineOf(*write.table)) d.properties.emplace_back("engine", *engine);
  if (write.condition) d.properties.emplace_back("condition", Text(write.condition));
  for (const UpdateAction& a : write.actions) {
    const std::string value = Text(AsWritten(a.value, write));
    const std::string path = PathText(a.path);
    switch (a.kind) {
      case UpdateAction::Kind::kSet: d.properties.emplace_back("set", path + " = " + value); break;
      case UpdateAction::Kind::kRemove: d.properties.emplace_back("remove", path); break;
      case UpdateAction::Kind::kAdd: d.properties.emplace_back("add", path + " " + value); break;
      case UpdateAction::Kind::kDelete: d.properties.emplace_back("delete", path + " " + value); break;
    }
  }
  if (!write.premises.empty()) {
    d.properties.emplace_back("computed from", Joined(write.premises, ", ", [](const std::string& name) {
                                return name.empty() ? std::string("the whole item") : name;
                              }));
  }
  if (write.batch > 0) d.properties.emplace_back("batch", std::to_string(write.batch));
  if (write.source) d.inputs.push_back(Describe(*write.source));
  if (write.target) d.inputs.push_back(Describe(*write.target));
  const bool by_key = write.if_absent == WriteOp::Otherwise::kProceed;
  if (write.again && by_key) d.inputs.push_back(Describe(*write.again));
  return d;
}

std::string RenderText(const PlanDescription& d) {
  std::string out;
  RenderTextInto(d, 0, &out);
  return out;
}

std::string RenderJson(const PlanDescription& d) {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  RenderJsonInto(d, writer);
  return buffer.GetString();
}

}  // namespace parton
