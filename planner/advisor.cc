#include "planner/advisor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "planner/plan/plan_visit.h"
#include "planner/predicate/access_candidates.h"
#include "planner/predicate/selectivity.h"
#include "planner/predicate/terms.h"

namespace parton {

namespace {

constexpr uint32_t kHypotheticalId = 0xFFFFFFF0;
constexpr double kWorthwhile = 0.7;      // of the items read now: what an index must stay below
constexpr double kWorthNarrowing = 100;  // items of one partition that a Query may read without advice

// What a filter says about top-level attributes.
struct Conditions {
  std::vector<std::pair<std::string, ExprPtr>> equal;    // = or IN, with the value where it is one
  std::vector<std::pair<std::string, ExprPtr>> bounded;  // <, BETWEEN, begins_with
};

void AddTerm(const Expr& term, int slot, Conditions* out) {
  using Op = Term::Op;
  const Term t = ReadTerm(term, slot);
  const bool equal = t.op == Op::kEqual || t.op == Op::kIn;
  if (!equal && !t.IsLow() && !t.IsHigh() && t.op != Op::kBetween && t.op != Op::kPrefix) return;
  // Of several values the first; null where only the execution knows them.
  ExprPtr value = t.value;
  if (t.op == Op::kIn) {
    const std::vector<ExprPtr> elements = t.Elements();
    value = elements.empty() ? nullptr : elements[0];
  }
  if (ReadsSlot(value == nullptr ? *t.value : *value, slot)) return;
  const std::string_view name = AttributeOf(*t.operand, slot);
  auto& list = equal ? out->equal : out->bounded;
  const bool known = std::any_of(list.begin(), list.end(), [&](const auto& c) { return c.first == name; });
  if (!known) list.emplace_back(name, std::move(value));
}

std::string Name(const std::string& name) {
  const bool plain = !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
                     std::all_of(name.begin(), name.end(),
                                 [](unsigned char c) { return c < 128 && (std::isalnum(c) != 0 || c == '_'); });
  if (plain) return name;
  std::string out = "\"";
  for (char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string_view TypeText(KeyType type) {
  switch (type) {
    case KeyType::kNumber: return "NUMBER";
    case KeyType::kBinary: return "BINARY";
    case KeyType::kString: break;
  }
  return "STRING";
}

std::string IndexName(const TableSchema& table, const KeySchema& key) {
  std::string name = "by_" + key.hash.name + (key.range ? "_" + key.range->name : "");
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  std::string unique = name;
  for (int n = 2; table.FindIndex(unique) != nullptr; ++n) unique = fmt::format("{}_{}", name, n);
  return unique;
}

double ReadUnits(double bytes) { return std::max(1.0, std::ceil(bytes / 4096)) / 2; }

std::string Amount(double n) {
  if (n < 10 && n != std::floor(n)) return fmt::format("{:.1f}", n);
  return fmt::format("{:.0f}", n);
}

// Sizes and numbers of a table's items.
struct Figures {
  double items = 0;
  double size = 0;  // of one
  std::shared_ptr<const TableStatistics> statistics;

  double Projected(const IndexSchema& index, const KeySchema& key) const {
    if (index.projection == Projection::kAll) return size;
    if (statistics == nullptr) return size * 0.4;
    double sum = 0;
    for (const TableStatistics::Attribute& a : statistics->attributes) {
      if (index.Covers(a.path, key)) sum += a.average_size + static_cast<double>(a.path.size());
    }
    return sum;
  }
  double Present(const KeySchema& index_key) const {
    if (statistics == nullptr || statistics->items == 0) return 1;
    double share = 1;
    auto present = [&](const std::string& name) {
      const auto* a = statistics->FindAttribute(name);
      share *= a == nullptr ? 0 : static_cast<double>(a->count) / static_cast<double>(statistics->items);
    };
    present(index_key.hash.name);
    if (index_key.range) present(index_key.range->name);
    return share;
  }
};

Figures FiguresOf(TableStore* store, const TableSchema& table) {
  Figures f;
  f.statistics = store->Statistics(table);
  const TableStats stats = store->Stats(table, nullptr);
  f.items = static_cast<double>(stats.approximate_items);
  f.size = stats.approximate_items == 0
               ? 100
               : static_cast<double>(stats.approximate_bytes) / static_cast<double>(stats.approximate_items);
  if (f.statistics != nullptr && f.statistics->items != 0) {
    f.items = static_cast<double>(f.statistics->items) * Selectivity(f.statistics).Growth(stats.approximate_items);
    f.size = static_cast<double>(f.statistics->bytes) / static_cast<double>(f.statistics->items);
  }
  f.items = std::max(1.0, f.items);
  return f;
}

// The access as it would be planned anew over `table`.
Plan::Access Anew(const Plan::Access& access, TablePtr table) {
  Plan::Access a;
  a.table = std::move(table);
  a.slot = access.slot;
  a.alias = access.alias;
  a.filter = access.filter;
  a.attributes = access.attributes;
  a.whole_item = access.whole_item;
  return a;
}

TablePtr With(const TableSchema& table, const IndexSchema& index) {
  auto copy = std::make_shared<TableSchema>(table);
  copy->indexes = {index};
  return copy;
}

// The items that a Query of the index would read; none if the planner would make none.
std::optional<double> ItemsOf(const IndexSchema& index, const Plan::Access& access, const std::vector<SortKey>& order,
                              double items, const RuleContext& context) {
  TablePtr table = With(*access.table, index);
  const Plan::Access anew = Anew(access, table);
  std::vector<std::string> rejected;
  Demand demand;
  demand.order = order;
  const Selectivity selectivity(context.store->Statistics(*access.table));
  for (const Candidate& c : AccessCandidates(anew, demand, context, &rejected)) {
    if (c.access.index == nullptr || c.access.kind != AccessKind::kQuery) continue;
    const std::vector<ExprPtr> left = Conjuncts(c.access.filter);
    double share = 1;
    for (const ExprPtr& t : Conjuncts(access.filter)) {
      if (std::find(left.begin(), left.end(), t) != left.end()) continue;
      // Without statistics: a partition is one of a hundred.
      share *= selectivity.known() ? selectivity.Of(*t, access.slot) : share == 1 ? 0.01 : 0.3;
    }
    // A sort saved is worth something too.
    return std::max(1.0, items * share * (order.empty() || c.gives_order ? 1 : 1.1));
  }
  return std::nullopt;
}

}  // namespace

void Advisor::Add(size_t line, const PlannedStatement& statement) {
  const size_t before = needs_.size() + fine_.size();
  if (const auto* query = std::get_if<QueryPtr>(&statement.body)) {
    Visit(line, *(*query)->root, {});
  } else if (const auto* write = std::get_if<std::shared_ptr<const WritePlan>>(&statement.body)) {
    if ((*write)->target != nullptr) Visit(line, *(*write)->target, {});
    if ((*write)->source != nullptr) Visit(line, *(*write)->source->root, {});
  }
  if (needs_.size() + fine_.size() == before) fine_.emplace_back(line, "it reads no table");
}

void Advisor::Visit(size_t line, const Plan& plan, std::vector<SortKey> order) {
  if (const auto* access = plan.As<Plan::Access>()) {
    VisitAccess(line, plan, *access, std::move(order));
    ForEachSubquery(plan, [&](const Expr::Subquery&, const Query& query) { Visit(line, *query.root, {}); });
    return;
  }
  if (const auto* sort = plan.As<Plan::Sort>()) order = sort->keys;
  const bool keeps_order = plan.As<Plan::Sort>() || plan.As<Plan::Limit>() || plan.As<Plan::Compute>() ||
                           plan.As<Plan::Filter>() || plan.As<Plan::Gather>();
  for (const PlanPtr& input : plan.inputs) Visit(line, *input, keeps_order ? order : std::vector<SortKey>{});
  ForEachSubquery(plan, [&](const Expr::Subquery&, const Query& query) { Visit(line, *query.root, {}); });
}

void Advisor::VisitAccess(size_t line, const Plan& plan, const Plan::Access& access, std::vector<SortKey> order) {
  PlanDescription d = parton::Describe(plan);
  std::string what = d.name + " " + access.table->name + (access.index ? "." + access.index->name : "");
  Need need;
  need.line = line;
  need.access = access;
  need.order = std::move(order);
  const Figures figures = FiguresOf(context_.store, *access.table);
  if (access.kind == AccessKind::kScan || access.kind == AccessKind::kRangeScan) {
    need.items = figures.items;
    needs_.push_back(std::move(need));
    return;
  }
  const bool one_partition = access.kind == AccessKind::kQuery && access.index == nullptr && access.filter != nullptr &&
                             access.ranges.size() == 1 && access.ranges[0].hash != nullptr &&
                             !access.ranges[0].HasLow() && !access.ranges[0].HasHigh() &&
                             access.ranges[0].prefixes.empty();
  if (one_partition && plan.estimate.items >= kWorthNarrowing) {
    // The partition key's equality is proven by the path: here it is a term again.
    Expr::Path path{
        MakeExpr(Expr::Slot{access.slot, access.alias}), {PathStep{access.table->key.hash.name, -1}}, {false}, {}};
    std::vector<ExprPtr> terms = Conjuncts(access.filter);
    terms.insert(terms.begin(),
                 MakeExpr(Expr::Compare{CompareOp::kEq, MakeExpr(std::move(path)), access.ranges[0].hash}));
    need.access.filter = Conjoin(std::move(terms));
    need.items = plan.estimate.items;
    needs_.push_back(std::move(need));
    return;
  }
  if (access.fetch) {
    std::string lacking;
    for (const std::string& a : access.attributes) {
      if (!access.index->Covers(a, access.table->key)) lacking += (lacking.empty() ? "" : ", ") + Name(a);
    }
    what += access.whole_item ? "; it fetches each item, which an index with PROJECT ALL would save"
                              : fmt::format("; it fetches each item, which PROJECT INCLUDE ({}) would save", lacking);
  }
  fine_.emplace_back(line, "already " + what);
}

KeyType Advisor::TypeOf(const TableSchema& table, const std::string& attribute, const Expr* value) const {
  if (std::optional<KeyType> declared = table.DeclaredType(attribute)) return *declared;
  if (value != nullptr && IsFixedPerExecution(*value) && value->As<Expr::Parameter>() == nullptr) {
    const Value v = EvaluateValue(*value, *eval_);
    eval_->error = Status();
    if (v.is_numeric()) return KeyType::kNumber;
    if (v.type() == Type::kBlob) return KeyType::kBinary;
    if (!v.is_absent()) return KeyType::kString;
  }
  if (auto statistics = context_.store->Statistics(table)) {
    const auto* a = statistics->FindAttribute(attribute);
    if (a != nullptr && !a->types.empty()) {
      if (a->types[0].first == "N") return KeyType::kNumber;
      if (a->types[0].first == "B") return KeyType::kBinary;
    }
  }
  return KeyType::kString;
}

std::vector<IndexSchema> Advisor::Candidates(Need* need) {
  const TableSchema& table = *need->access.table;
  Conditions conditions;
  for (const ExprPtr& t : Conjuncts(need->access.filter)) AddTerm(*t, need->access.slot, &conditions);
  if (need->access.filter == nullptr) {
    need->why_not = "it reads every item: there is no condition";
    return {};
  }
  if (need->access.pinned) {
    need->why_not = "the statement itself names the index to read";
    return {};
  }
  if (conditions.equal.empty()) {
    need->why_not = "no condition fixes an attribute by = or IN, and an index needs one for its partition key";
    return {};
  }
  std::vector<IndexSchema> out;
  for (const auto& [hash, hash_value] : conditions.equal) {
    std::vector<std::pair<std::string, ExprPtr>> ranges;
    if (!need->order.empty()) {
      const std::string name(AttributeOf(*need->order[0].expr, need->access.slot));
      if (!name.empty()) ranges.emplace_back(name, nullptr);
    }
    ranges.insert(ranges.end(), conditions.bounded.begin(), conditions.bounded.end());
    ranges.insert(ranges.end(), conditions.equal.begin(), conditions.equal.end());
    ranges.emplace_back("", nullptr);
    for (const auto& [range, range_value] : ranges) {
      if (range == hash) continue;
      IndexSchema index;
      index.id = kHypotheticalId;
      index.projection = Projection::kKeysOnly;
      index.key.hash = {hash, TypeOf(table, hash, hash_value.get())};
      if (!range.empty()) index.key.range = KeyAttribute{range, TypeOf(table, range, range_value.get())};
      index.name = IndexName(table, index.key);
      out.push_back(std::move(index));
    }
  }
  need->why_not = "its conditions are on values that cannot be keys, or on items that an index may leave out";
  return out;
}

void Advisor::Extend(IndexSchema* index, const Need& need) const {
  if (need.access.whole_item) {
    index->projection = Projection::kAll;
    index->include.clear();
  }
  if (index->projection == Projection::kAll) return;
  for (const std::string& a : need.access.attributes) {
    if (index->Covers(a, need.access.table->key)) continue;
    index->projection = Projection::kInclude;
    index->include.push_back(a);
  }
}

std::vector<Advisor::Proposal> Advisor::Propose() {
  // All that could help anybody, then the most helpful first until nobody is left who can be helped.
  std::vector<Proposal> pool;
  for (Need& need : needs_) {
    for (IndexSchema& index : Candidates(&need)) {
      const bool known = std::any_of(pool.begin(), pool.end(), [&](const Proposal& p) {
        return p.table->id == need.access.table->id && p.index.name == index.name;
      });
      if (!known) pool.push_back({need.access.table, std::move(index), {}});
    }
  }
  std::vector<Proposal> chosen;
  for (;;) {
    double best_gain = 0;
    Proposal best;
    for (const Proposal& p : pool) {
      const Figures figures = FiguresOf(context_.store, *p.table);
      double gain = 0;
      std::vector<size_t> served;
      for (size_t i = 0; i < needs_.size(); ++i) {
        const Need& need = needs_[i];
        if (need.served || need.access.table->id != p.table->id) continue;
        std::optional<double> items = ItemsOf(p.index, need.access, need.order, figures.items, context_);
        if (items && *items >= kWorthwhile * need.items) {
          needs_[i].why_not = "an index would not read much less: too many items meet its conditions";
        }
        if (!items || *items >= kWorthwhile * need.items) continue;
        gain += need.items - *items;
        served.push_back(i);
      }
      if (gain > best_gain * 1.0001) {
        best_gain = gain;
        best = p;
        best.needs = std::move(served);
      }
    }
    if (best.needs.empty()) return chosen;
    for (size_t i : best.needs) {
      needs_[i].served = true;
      Extend(&best.index, needs_[i]);
    }
    chosen.push_back(std::move(best));
  }
}

std::string Advisor::Describe(const Proposal& p, bool single) const {
  const KeySchema& key = p.index.key;
  std::string keys = fmt::format("{} {}", Name(key.hash.name), TypeText(key.hash.type));
  if (key.range) keys += fmt::format(", {} {}", Name(key.range->name), TypeText(key.range->type));
  std::string projection = "PROJECT KEYS ONLY";
  if (p.index.projection == Projection::kAll) projection = "PROJECT ALL";
  if (p.index.projection == Projection::kInclude) {
    projection = "PROJECT INCLUDE (";
    for (const std::string& a : p.index.include) projection += (projection.back() == '(' ? "" : ", ") + Name(a);
    projection += ")";
  }
  std::string out =
      fmt::format("CREATE INDEX {} ON {} ({}) {};\n", Name(p.index.name), Name(p.table->name), keys, projection);
  const Figures figures = FiguresOf(context_.store, *p.table);
  const double entry = figures.Projected(p.index, p.table->key);
  for (size_t i : p.needs) {
    const Need& need = needs_[i];
    const double items = ItemsOf(p.index, need.access, need.order, figures.items, context_).value_or(need.items);
    const double before = ReadUnits(need.items * figures.size), after = ReadUnits(items * entry);
    out += fmt::format(
        "--   {}: a {} of about {} items ({} read units) becomes a Query of about {} ({}): {} saved a run\n",
        single ? "the statement" : fmt::format("line {}", need.line),
        need.access.kind == AccessKind::kQuery ? "Query" : "Scan", Amount(need.items), Amount(before), Amount(items),
        Amount(after), Amount(before - after));
  }
  const double present = figures.Present(key);
  const double units = std::max(1.0, std::ceil(entry / 1024));
  out += fmt::format(
      "--   costs {} write unit{} for each write of an item with {} (twice that where a key changes), and about {:.1f} "
      "KB\n",
      Amount(units), units == 1 ? "" : "s", key.range ? key.hash.name + " and " + key.range->name : key.hash.name,
      figures.items * present * (entry + 100) / 1024);
  return out;
}

std::string Advisor::Report(bool single) {
  const std::vector<Proposal> proposals = Propose();
  std::string out;
  for (const Proposal& p : proposals) out += Describe(p, single);
  std::map<size_t, std::vector<std::string>> rest;
  for (const Need& need : needs_) {
    if (need.served) continue;
    rest[need.line].push_back(fmt::format("no index helps the scan of {}: {}", need.access.table->name, need.why_not));
  }
  for (const auto& [number, what] : fine_) rest[number].push_back(what);
  for (const auto& [number, why] : skipped_) rest[number].push_back("left out: " + why);
  for (const auto& [number, texts] : rest) {
    for (const std::string& text : texts) {
      out += single ? fmt::format("-- {}\n", text) : fmt::format("-- line {}: {}\n", number, text);
    }
  }
  return out;
}

}  // namespace parton
