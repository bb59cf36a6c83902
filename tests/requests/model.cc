#include "model.h"

#include <fmt/format.h>

#include <algorithm>

#include "evaluate.h"
#include "types/json/json_reader.h"

namespace parton::requests {

namespace {

constexpr size_t kMaxHash = 2048, kMaxRange = 1024;

std::string Text(const Value& v, const char* name) {
  const Value t = v.Get(name);
  return t.is_text() ? std::string(t.bytes()) : std::string();
}

KeyParts KeyOf(const Value& description, const std::map<std::string, std::string>& types) {
  KeyParts key;
  const Value schema = description.Get("KeySchema");
  for (const Value& e : schema.elements()) {
    const std::string name = Text(e, "AttributeName");
    const KeyPart part{name, types.at(name)};
    (Text(e, "KeyType") == "HASH" ? key.hash : key.range).push_back(part);
  }
  return key;
}

std::string CheckKeyValue(const KeyPart& part, const Value& v, size_t most) {
  if (TypeOf(v) != part.type) return "The provided key element does not match the schema: " + part.name;
  if (part.type == "N") return "";
  const size_t size = v.bytes().size();
  if (size == 0) return "The AttributeValue for a key attribute cannot contain an empty value. Key: " + part.name;
  return size <= most ? "" : "Size of the key has exceeded the maximum size limit: " + part.name;
}

std::string CheckKey(const KeyParts& key, const Value& v, bool only) {
  if (only && v.Count() != key.All().size()) return "The provided key element does not match the schema";
  for (const KeyPart& part : key.hash) {
    if (std::string e = CheckKeyValue(part, v.Get(part.name), kMaxHash); !e.empty()) return e;
  }
  for (const KeyPart& part : key.range) {
    if (std::string e = CheckKeyValue(part, v.Get(part.name), kMaxRange); !e.empty()) return e;
  }
  return "";
}

const KeyPart* FindPart(const std::vector<KeyPart>& parts, const std::string& name) {
  const auto found = std::find_if(parts.begin(), parts.end(), [&](const KeyPart& p) { return p.name == name; });
  return found == parts.end() ? nullptr : &*found;
}

// Equality on each attribute of the hash key; on those of the range key, from the left, equality, and any condition on
// the last that has one.
std::string CheckKeyCondition(const Condition& c, const KeyParts& key) {
  if (c.kind == Condition::Kind::kOr || c.kind == Condition::Kind::kNot)
    return "Invalid operator used in KeyConditionExpression";
  const std::vector<Condition> terms = c.kind == Condition::Kind::kAnd ? c.terms : std::vector<Condition>{c};
  std::map<std::string, std::string> seen;  // the operator of each attribute
  for (const Condition& t : terms) {
    if (t.kind != Condition::Kind::kCompare && t.kind != Condition::Kind::kBetween && t.word != "begins_with") {
      return "Invalid operator used in KeyConditionExpression";
    }
    if (t.operands[0].kind != Operand::Kind::kPath || t.operands[0].path.size() != 1)
      return "a condition on no attribute";
    const std::string& name = t.operands[0].path[0].name;
    const bool hash = FindPart(key.hash, name) != nullptr;
    const KeyPart* part = FindPart(hash ? key.hash : key.range, name);
    if (part == nullptr) return "Query condition missed key schema element; found " + name;
    if (!seen.emplace(name, t.word).second) return "KeyConditionExpressions must only contain one condition per key";
    if (hash ? t.word != "=" : t.word == "<>") return "Query key condition not supported";
    if (t.word == "begins_with" && part->type == "N") return "begins_with on a number";
    for (size_t i = 1; i < t.operands.size(); ++i) {
      if (t.operands[i].kind != Operand::Kind::kValue) return "Multiple attribute names used in one condition";
      if (std::string e = CheckKeyValue(*part, t.operands[i].value, hash ? kMaxHash : kMaxRange); !e.empty()) return e;
    }
  }
  for (const KeyPart& part : key.hash) {
    if (!seen.contains(part.name)) return "Query condition missed key schema element: " + part.name;
  }
  bool over = false;
  for (const KeyPart& part : key.range) {
    const auto at = seen.find(part.name);
    if (at != seen.end() && over) return "Query key condition not supported";
    over = at == seen.end() || at->second != "=";
  }
  return "";
}

void AddHeads(const Operand& o, std::set<std::string>* out) {
  if (o.kind == Operand::Kind::kPath) out->insert(o.path[0].name);
  for (const Operand& a : o.args) AddHeads(a, out);
}
void AddHeads(const Condition& c, std::set<std::string>* out) {
  for (const Operand& o : c.operands) AddHeads(o, out);
  for (const Condition& t : c.terms) AddHeads(t, out);
}

bool SameKey(const KeyParts& key, const Value& a, const Value& b) {
  const std::vector<KeyPart> parts = key.All();
  return std::all_of(parts.begin(), parts.end(), [&](const KeyPart& p) { return Same(a.Get(p.name), b.Get(p.name)); });
}

bool InIndex(const Index& index, const Value& item) {
  const std::vector<KeyPart> parts = index.key.All();
  return std::none_of(parts.begin(), parts.end(), [&](const KeyPart& p) { return item.Get(p.name).is_missing(); });
}

Value ProjectedBy(const Index& index, const Value& item) {
  if (index.all) return item;
  std::vector<Field> fields;
  for (const Field& f : FieldsOf(item)) {
    if (index.projected.contains(f.name)) fields.push_back(f);
  }
  return Value::Struct(std::move(fields));
}

}  // namespace

std::vector<KeyPart> KeyParts::All() const {
  std::vector<KeyPart> all = hash;
  all.insert(all.end(), range.begin(), range.end());
  return all;
}

bool KeyParts::Has(const std::string& name) const {
  return FindPart(hash, name) != nullptr || FindPart(range, name) != nullptr;
}

Table Table::FromDescription(const Value& d) {
  std::map<std::string, std::string> types;
  const Value definitions = d.Get("AttributeDefinitions");
  for (const Value& e : definitions.elements()) types[Text(e, "AttributeName")] = Text(e, "AttributeType");
  Table t;
  t.key = KeyOf(d, types);
  for (const char* kind : {"GlobalSecondaryIndexes", "LocalSecondaryIndexes"}) {
    const Value list = d.Get(kind);
    for (const Value& i : list.elements()) {
      Index index;
      index.global = kind[0] == 'G';
      index.key = KeyOf(i, types);
      const Value projection = i.Get("Projection");
      index.all = Text(projection, "ProjectionType") == "ALL";
      for (const KeyParts* key : {&t.key, &index.key}) {
        for (const KeyPart& part : key->All()) index.projected.insert(part.name);
      }
      const Value names = projection.Get("NonKeyAttributes");
      for (const Value& name : names.elements()) index.projected.insert(std::string(name.bytes()));
      t.indexes[Text(i, "IndexName")] = std::move(index);
    }
  }
  return t;
}

std::vector<Value>::iterator Table::Find(const Value& wanted) {
  return std::find_if(items.begin(), items.end(), [&](const Value& item) { return SameKey(key, item, wanted); });
}

RequestList ParseRequests(const std::string& text) {
  RequestList out;
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with("-- ")) {
      if (out.requests.empty()) out.requests.push_back({});
      out.requests.back().notes.push_back(lines[i].substr(3));
      continue;
    }
    Request r;
    r.operation = lines[i];
    std::string json;
    while (++i < lines.size() && lines[i] != "}") json += lines[i];
    Result<Value> body = ParseJson(json + "}");
    if (!body.ok()) {
      out.error = r.operation + ": " + body.status().ToString() + ": " + json;
      return out;
    }
    r.body = *body;
    out.requests.push_back(std::move(r));
  }
  return out;
}

struct Service::Parsed {
  std::string operation;
  Table* table = nullptr;
  const Index* index = nullptr;
  Value key, item;
  std::vector<Value> keys;
  std::optional<Condition> condition, key_condition;
  std::optional<Update> update;
  std::optional<std::vector<DocumentPath>> projection;
  std::optional<int64_t> limit;
  bool forward = true;
};

Result<Value> Service::AttributeValue(const Value& json) {
  if (json.Count() == 1) {
    const Field f = json.AsStruct().value()[0];
    if (f.value.is_text() && f.value.bytes().starts_with("<") && f.value.bytes().ends_with(">")) {
      known_ = false;
      return f.name == "N" ? Value(1) : f.name == "B" ? Value::Blob("x") : f.value;
    }
  }
  return DynamoValueFromJson(json);
}

Result<Value> Service::AttributeMap(const Value& json) {
  if (!json.is_struct()) return Status::Validation("no map of attributes");
  std::vector<Field> fields;
  for (const Field& f : FieldsOf(json)) {
    PARTON_ASSIGN_OR_RETURN(Value v, AttributeValue(f.value));
    fields.push_back({f.name, std::move(v)});
  }
  return Value::Struct(std::move(fields));
}

std::string Service::Parse(const std::string& operation, const Value& body, Parsed* out) {
  out->operation = operation;
  static const std::map<std::string, std::set<std::string>> kMembers = {
      {"GetItem", {"Key", "ConsistentRead", "ProjectionExpression"}},
      {"Query",
       {"IndexName", "KeyConditionExpression", "FilterExpression", "ProjectionExpression", "ScanIndexForward",
        "ConsistentRead", "Limit"}},
      {"Scan", {"IndexName", "FilterExpression", "ProjectionExpression", "ConsistentRead", "Limit"}},
      {"PutItem", {"Item", "ConditionExpression", "ReturnValues"}},
      {"UpdateItem", {"Key", "UpdateExpression", "ConditionExpression", "ReturnValues"}},
      {"DeleteItem", {"Key", "ConditionExpression", "ReturnValues"}},
      {"ConditionCheck", {"Key", "ConditionExpression"}}};
  auto allowed = kMembers.find(operation);
  if (allowed == kMembers.end()) return "UnknownOperationException: " + operation;
  for (const Field& f : FieldsOf(body)) {
    const bool common =
        f.name == "TableName" || f.name == "ExpressionAttributeNames" || f.name == "ExpressionAttributeValues";
    if (!common && !allowed->second.contains(f.name)) return operation + " has no member " + f.name;
  }
  auto table = tables.find(Text(body, "TableName"));
  if (table == tables.end()) return "ResourceNotFoundException: Table: " + Text(body, "TableName") + " not found";
  out->table = &table->second;

  Placeholders p;
  const Value names = body.Get("ExpressionAttributeNames"), values = body.Get("ExpressionAttributeValues");
  if ((names.is_struct() && names.Count() == 0) || (values.is_struct() && values.Count() == 0))
    return "an empty map of placeholders";
  if (names.is_struct()) {
    for (const Field& f : FieldsOf(names)) p.names[f.name] = std::string(f.value.bytes());
  }
  if (values.is_struct()) {
    Result<Value> map = AttributeMap(values);
    if (!map.ok()) return map.status().message();
    for (const Field& f : FieldsOf(*map)) p.values[f.name] = f.value;
  }
  auto condition = [&](const char* member, std::optional<Condition>* into) -> std::string {
    const Value text = body.Get(member);
    if (text.is_missing()) return "";
    std::string error = ParseCondition(std::string(text.bytes()), &p, &into->emplace());
    return error.empty() ? "" : fmt::format("Invalid {}: {}", member, error);
  };
  for (auto [member, into] :
       {std::pair{"ConditionExpression", &out->condition}, std::pair{"FilterExpression", &out->condition},
        std::pair{"KeyConditionExpression", &out->key_condition}}) {
    if (std::string e = condition(member, into); !e.empty()) return e;
  }
  if (const Value text = body.Get("UpdateExpression"); !text.is_missing()) {
    if (std::string e = ParseUpdate(std::string(text.bytes()), &p, &out->update.emplace()); !e.empty())
      return "Invalid UpdateExpression: " + e;
  }
  if (const Value text = body.Get("ProjectionExpression"); !text.is_missing()) {
    if (std::string e = ParseProjection(std::string(text.bytes()), &p, &out->projection.emplace()); !e.empty())
      return "Invalid ProjectionExpression: " + e;
  }
  for (const auto& [name, attribute] : p.names) {
    if (!p.used.contains(name))
      return "Value provided in ExpressionAttributeNames unused in expressions: keys: {" + name + "}";
  }
  for (const auto& [name, value] : p.values) {
    if (!p.used.contains(name))
      return "Value provided in ExpressionAttributeValues unused in expressions: keys: {" + name + "}";
  }
  return operation == "Query" || operation == "Scan" ? ParseRead(operation, body, out)
                                                     : ParseKeyed(operation, body, out);
}

std::string Service::ParseKeyed(const std::string& operation, const Value& body, Parsed* out) {
  const KeyParts& schema = out->table->key;
  if (operation == "PutItem") {
    Result<Value> item = AttributeMap(body.Get("Item"));
    if (!item.ok()) return item.status().message();
    out->item = *item;
    if (std::string e = CheckKey(schema, *item, false); !e.empty()) return e;
    for (const auto& [name, index] : out->table->indexes) {
      if (InIndex(index, *item)) {
        if (std::string e = CheckKey(index.key, *item, false); !e.empty()) return name + ": " + e;
      }
    }
  } else {
    Result<Value> key = AttributeMap(body.Get("Key"));
    if (!key.ok()) return key.status().message();
    out->key = *key;
    if (std::string e = CheckKey(schema, *key, true); !e.empty()) return e;
  }
  if (operation == "ConditionCheck" && !out->condition) return "ConditionCheck without a condition";
  const std::string returns = Text(body, "ReturnValues");
  static const std::set<std::string> kReturns = {"", "NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"};
  if (!kReturns.contains(returns) || (operation != "UpdateItem" && returns.size() > 4 && returns != "ALL_OLD")) {
    return "ReturnValues can only be ALL_OLD or NONE";
  }
  if (!out->update) return "";
  std::vector<DocumentPath> targets = out->update->remove;
  for (const auto* list : {&out->update->set, &out->update->add, &out->update->remove_from}) {
    for (const auto& [path, value] : *list) targets.push_back(path);
  }
  for (const DocumentPath& path : targets) {
    if (schema.Has(path[0].name))
      return "Cannot update attribute " + path[0].name + ". This attribute is part of the key";
  }
  return "";
}

std::string Service::ParseRead(const std::string& operation, const Value& body, Parsed* out) {
  const KeyParts* key = &out->table->key;
  if (const std::string name = Text(body, "IndexName"); !name.empty()) {
    auto index = out->table->indexes.find(name);
    if (index == out->table->indexes.end()) return "The table does not have the specified index: " + name;
    out->index = &index->second;
    key = &out->index->key;
    if (out->index->global && body.Get("ConsistentRead").is_true()) {
      return "Consistent reads are not supported on global secondary indexes";
    }
    if (out->index->global && !out->index->all && out->projection) {
      for (const DocumentPath& path : *out->projection) {
        if (!out->index->projected.contains(path[0].name))
          return "Global secondary index does not project " + path[0].name;
      }
    }
  }
  if (const Value limit = body.Get("Limit"); !limit.is_missing()) {
    out->limit = limit.AsInt64().value();
    if (*out->limit < 1) return "Limit must be greater than or equal to 1";
  }
  if (operation == "Scan") return "";
  if (body.Get("ScanIndexForward").is_bool()) out->forward = body.Get("ScanIndexForward").is_true();
  if (!out->key_condition) return "the KeyConditionExpression parameter must be specified in the request";
  if (std::string e = CheckKeyCondition(*out->key_condition, *key); !e.empty()) return e;
  std::set<std::string> heads;
  if (out->condition) AddHeads(*out->condition, &heads);
  for (const std::string& name : heads) {
    if (key->Has(name))
      return "Filter Expression can only contain non-primary key attributes: Primary key attribute: " + name;
  }
  return "";
}

std::string Service::ParseBatchGet(const Value& body, std::vector<Parsed>* out) {
  size_t count = 0;
  for (const Field& t : FieldsOf(body.Get("RequestItems"))) {
    const Value keys = t.value.Get("Keys");
    for (const Value& key : keys.elements()) {
      std::vector<Field> single = {{"TableName", t.name}, {"Key", key}};
      for (const Field& f : FieldsOf(t.value)) {
        if (f.name != "Keys") single.push_back(f);
      }
      Parsed p;
      if (std::string e = Parse("GetItem", Value::Struct(std::move(single)), &p); !e.empty()) return e;
      for (const Parsed& other : *out) {
        if (other.table == p.table && Same(other.key, p.key)) return "Provided list of item keys contains duplicates";
      }
      out->push_back(std::move(p));
      ++count;
    }
  }
  if (count == 0) return "a BatchGetItem of nothing";
  return count <= 100 ? "" : "Too many items requested for the BatchGetItem call";
}

std::string Service::ParseTransaction(const Value& body, std::vector<Parsed>* out) {
  const Value list = body.Get("TransactItems");
  if (list.Count() == 0 || list.Count() > 100) return "Member must have length between 1 and 100";
  for (const Value& e : list.elements()) {
    const Field f = e.AsStruct().value()[0];
    if (!f.value.Get("ReturnValues").is_missing()) return "a member of TransactItems has no ReturnValues";
    Parsed p;
    if (std::string error = Parse(f.name == "ConditionCheck" ? f.name : f.name + "Item", f.value, &p); !error.empty())
      return error;
    if (p.operation == "UpdateItem" && !p.update) return "an Update without an UpdateExpression";
    const Value& key = p.operation == "PutItem" ? p.item : p.key;
    for (const Parsed& other : *out) {
      const Value& old = other.operation == "PutItem" ? other.item : other.key;
      const KeyParts& schema = p.table->key;
      if (other.table == p.table && SameKey(schema, old, key)) {
        return "Transaction request cannot include multiple operations on one item";
      }
    }
    out->push_back(std::move(p));
  }
  return "";
}

std::string Service::Check(const std::string& operation, const Value& body) {
  known_ = true;
  std::vector<Parsed> list;
  if (operation == "BatchGetItem") return ParseBatchGet(body, &list);
  if (operation == "TransactWriteItems") return ParseTransaction(body, &list);
  Parsed p;
  return Parse(operation, body, &p);
}

Service::Answer Service::Read(const Parsed& p) {
  Answer out;
  if (p.operation == "GetItem") {
    auto item = p.table->Find(p.key);
    if (item != p.table->items.end()) out.items.push_back(*item);
  } else {
    std::vector<Value> found;
    for (const Value& item : p.table->items) {
      if (p.index != nullptr && !InIndex(*p.index, item)) continue;
      if (!p.key_condition || Holds(*p.key_condition, item)) found.push_back(item);
    }
    const KeyParts& key = p.index != nullptr ? p.index->key : p.table->key;
    if (p.operation == "Query" && !key.range.empty()) {
      std::stable_sort(found.begin(), found.end(), [&](const Value& a, const Value& b) {
        int order = 0;
        for (size_t i = 0; order == 0 && i < key.range.size(); ++i) {
          order = Order(a.Get(key.range[i].name), b.Get(key.range[i].name));
        }
        return p.forward ? order < 0 : order > 0;
      });
    }
    if (p.limit && found.size() > static_cast<size_t>(*p.limit)) found.resize(static_cast<size_t>(*p.limit));
    for (const Value& item : found) {
      // A local index reads what it does not project from the table; the filter sees that, too.
      const bool view = p.index != nullptr && (p.index->global || !p.projection);
      const Value seen = view ? ProjectedBy(*p.index, item) : item;
      if (!p.condition || Holds(*p.condition, seen)) out.items.push_back(seen);
    }
  }
  if (p.projection) {
    for (Value& item : out.items) item = Project(*p.projection, item);
  }
  return out;
}

Service::Answer Service::Write(const Parsed& p) {
  Table& t = *p.table;
  const Value& key = p.operation == "PutItem" ? p.item : p.key;
  auto old = t.Find(key);
  const bool there = old != t.items.end();
  const Value before = there ? *old : Value::Struct({});
  if (p.condition && !Holds(*p.condition, before)) return {"ConditionalCheckFailedException", {}};
  if (p.operation == "ConditionCheck") return {};
  if (p.operation == "DeleteItem") {
    if (there) t.items.erase(old);
    return {};
  }
  Value after = p.item;
  if (p.operation == "UpdateItem") {
    const bool makes = !p.update || !p.update->set.empty() || !p.update->add.empty();
    if (!there && !makes) return {};
    Result<Value> changed = p.update ? Apply(*p.update, there ? before : key) : Result<Value>(there ? before : key);
    if (!changed.ok()) return {"ValidationException: " + changed.status().message(), {}};
    after = *changed;
  }
  for (const auto& [name, index] : t.indexes) {
    for (const KeyPart& part : index.key.All()) {
      if (after.Get(part.name).is_missing()) continue;
      if (std::string e = CheckKeyValue(part, after.Get(part.name), kMaxRange); !e.empty())
        return {"ValidationException: " + e, {}};
    }
  }
  if (there) {
    *old = after;
  } else {
    t.items.push_back(after);
  }
  return {};
}

Service::Answer Service::Run(const std::string& operation, const Value& body) {
  std::vector<Parsed> list(1);
  std::string error = operation == "BatchGetItem"         ? (list.clear(), ParseBatchGet(body, &list))
                      : operation == "TransactWriteItems" ? (list.clear(), ParseTransaction(body, &list))
                                                          : Parse(operation, body, &list[0]);
  if (!error.empty()) return {"ValidationException: " + error, {}};
  if (operation == "TransactWriteItems") {
    const auto before = tables;
    for (const Parsed& p : list) {
      Answer a = Write(p);
      if (a.error.empty()) continue;
      for (auto& [name, table] : tables) table.items = before.at(name).items;
      return {"TransactionCanceledException: " + a.error, {}};
    }
    return {};
  }
  Answer all;
  for (const Parsed& p : list) {
    const bool read = p.operation == "GetItem" || p.operation == "Query" || p.operation == "Scan";
    Answer a = read ? Read(p) : Write(p);
    if (!a.error.empty()) return a;
    all.items.insert(all.items.end(), a.items.begin(), a.items.end());
  }
  return all;
}

}  // namespace parton::requests
