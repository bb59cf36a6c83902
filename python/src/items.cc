// Single items, pages and batches: what Table (parton/table.py) is made of.
#include <pybind11/stl.h>

#include "link.h"
#include "parton/tables.h"

namespace py = pybind11;

namespace parton::python {
namespace {

using MaybeText = std::optional<std::string>;

// The texts and placeholders of one request: names {"#n": "attribute"}, values {":v": 5}.
struct Placeholders {
  py::object names;
  py::object values;
};

void Fill(const Placeholders& placeholders, Numbers numbers, Expressions* out) {
  if (!placeholders.names.is_none()) {
    out->names.emplace();
    for (const auto& [name, attribute] : placeholders.names.cast<py::dict>()) {
      out->names->emplace_back(Text(name.ptr(), "a placeholder"), Text(attribute.ptr(), "the name of an attribute"));
    }
  }
  if (!placeholders.values.is_none()) out->values = Named(placeholders.values.ptr(), numbers);
}

ReturnedItem Returning(const std::string& word) {
  if (word == "none") return ReturnedItem::kNone;
  if (word == "all_old") return ReturnedItem::kAllOld;
  if (word == "updated_old") return ReturnedItem::kUpdatedOld;
  if (word == "all_new") return ReturnedItem::kAllNew;
  if (word == "updated_new") return ReturnedItem::kUpdatedNew;
  throw py::value_error("returning is none, all_old, updated_old, all_new or updated_new");
}

py::object Item(const Value& item, Numbers numbers) { return item.is_missing() ? py::none() : ToObject(item, numbers); }

py::list Items(const std::vector<Value>& items, Numbers numbers) {
  py::list out;
  for (const Value& item : items) out.append(Item(item, numbers));
  return out;
}

py::object Get(Link& self, const std::string& table, const py::object& key, const MaybeText& projection,
               bool consistent, const py::object& names) {
  GetItemRequest request;
  request.table = table;
  request.key = FromPython(key.ptr(), self.numbers());
  request.consistent = consistent;
  request.expressions.projection = projection;
  Fill({names, py::none()}, self.numbers(), &request.expressions);
  return Item(ValueOf(self.OnDatabase([&](Database& d) { return d.GetItem(request); })).item, self.numbers());
}

template <typename Request>
void FillWrite(Request* request, const std::string& table, const MaybeText& condition, const Placeholders& placeholders,
               const std::string& returning, Numbers numbers) {
  request->table = table;
  request->expressions.condition = condition;
  request->returning = Returning(returning);
  Fill(placeholders, numbers, &request->expressions);
}

// The exception of a failed condition carries the item that was there.
py::object Attributes(Link& self, Result<WriteItemResult> result, const Value& existing) {
  if (!result.ok() && result.status().code() == StatusCode::kConditionFailed) {
    try {
      Raise(result.status());
    } catch (py::error_already_set& e) {
      e.value().attr("item") = Item(existing, self.numbers());
      throw;
    }
  }
  return Item(ValueOf(std::move(result)).attributes, self.numbers());
}

py::object Put(Link& self, const std::string& table, const py::object& item, const MaybeText& condition,
               const py::object& names, const py::object& values, const std::string& returning) {
  PutItemRequest request;
  FillWrite(&request, table, condition, {names, values}, returning, self.numbers());
  request.item = FromPython(item.ptr(), self.numbers());
  Value existing;
  return Attributes(self, self.OnDatabase([&](Database& d) { return d.PutItem(request, &existing); }), existing);
}

py::object Update(Link& self, const std::string& table, const py::object& key, const MaybeText& update,
                  const MaybeText& condition, const py::object& names, const py::object& values,
                  const std::string& returning) {
  UpdateItemRequest request;
  FillWrite(&request, table, condition, {names, values}, returning, self.numbers());
  request.key = FromPython(key.ptr(), self.numbers());
  request.expressions.update = update;
  Value existing;
  return Attributes(self, self.OnDatabase([&](Database& d) { return d.UpdateItem(request, &existing); }), existing);
}

py::object Delete(Link& self, const std::string& table, const py::object& key, const MaybeText& condition,
                  const py::object& names, const py::object& values, const std::string& returning) {
  DeleteItemRequest request;
  FillWrite(&request, table, condition, {names, values}, returning, self.numbers());
  request.key = FromPython(key.ptr(), self.numbers());
  Value existing;
  return Attributes(self, self.OnDatabase([&](Database& d) { return d.DeleteItem(request, &existing); }), existing);
}

template <typename Request>
void FillPage(Request* request, Link& self, const std::string& table, const MaybeText& index, const MaybeText& filter,
              const MaybeText& projection, const Placeholders& placeholders, std::optional<int64_t> limit,
              bool consistent, const py::object& start) {
  request->table = table;
  request->index = index;
  request->expressions.filter = filter;
  request->expressions.projection = projection;
  Fill(placeholders, self.numbers(), &request->expressions);
  request->limit = limit;
  request->consistent = consistent;
  if (!start.is_none()) request->start_key = FromPython(start.ptr(), self.numbers());
}

// (items, the key to go on from or None)
py::tuple PageOf(Link& self, Result<ItemPage> result) {
  const ItemPage page = ValueOf(std::move(result));
  return py::make_tuple(Items(page.items, self.numbers()), Item(page.last_key, self.numbers()));
}

py::tuple Query(Link& self, const std::string& table, const MaybeText& condition, const MaybeText& index,
                const MaybeText& filter, const MaybeText& projection, const py::object& names, const py::object& values,
                std::optional<int64_t> limit, bool forward, bool consistent, const py::object& start) {
  QueryRequest request;
  FillPage(&request, self, table, index, filter, projection, {names, values}, limit, consistent, start);
  request.expressions.key_condition = condition;
  request.forward = forward;
  return PageOf(self, self.OnDatabase([&](Database& d) { return d.Query(request); }));
}

py::tuple Scan(Link& self, const std::string& table, const MaybeText& index, const MaybeText& filter,
               const MaybeText& projection, const py::object& names, const py::object& values,
               std::optional<int64_t> limit, bool consistent, const py::object& start) {
  ScanRequest request;
  FillPage(&request, self, table, index, filter, projection, {names, values}, limit, consistent, start);
  return PageOf(self, self.OnDatabase([&](Database& d) { return d.Scan(request); }));
}

// At most 25 puts and deletes; the positions of those that must be tried again.
std::vector<size_t> BatchWrite(Link& self, const std::string& table, const py::list& puts, const py::list& deletes) {
  std::vector<WriteOperation> writes;
  for (const py::handle item : puts) {
    writes.push_back(WriteOperation::Put(table, FromPython(item.ptr(), self.numbers())));
  }
  for (const py::handle key : deletes) {
    writes.push_back(WriteOperation::Delete(table, FromPython(key.ptr(), self.numbers())));
  }
  return ValueOf(self.OnDatabase([&](Database& d) { return d.BatchWrite(writes); })).unprocessed;
}

py::list BatchGet(Link& self, const std::string& table, const py::list& keys) {
  std::vector<ReadOperation> reads;
  for (const py::handle key : keys) {
    ReadOperation read;
    read.table = table;
    read.key = FromPython(key.ptr(), self.numbers());
    reads.push_back(std::move(read));
  }
  const BatchGetResult result = ValueOf(self.OnDatabase([&](Database& d) { return d.BatchGet(reads); }));
  if (!result.unprocessed.empty()) RaiseNamed("OperationalError", "the keys' items are too large for one call");
  return Items(result.items, self.numbers());
}

py::list KeyOf(const std::vector<KeyElement>& key) {
  py::list names;
  for (const KeyElement& element : key) names.append(element.attribute);
  return names;
}

py::dict Describe(Link& self, const std::string& table) {
  const TableDescription d = ValueOf(self.OnDatabase([&](Database& db) { return db.tables().Describe(table); }));
  py::dict attributes;
  for (const AttributeDefinition& attribute : d.definition.attributes) {
    attributes[py::str(attribute.name)] = attribute.type == KeyType::kString   ? "STRING"
                                          : attribute.type == KeyType::kNumber ? "NUMBER"
                                                                               : "BINARY";
  }
  py::dict indexes;
  for (const IndexDescription& index : d.indexes) {
    py::dict described;
    described["key"] = KeyOf(index.definition.key);
    described["local"] = index.definition.kind == IndexKind::kLocal;
    described["item_count"] = index.item_count;
    indexes[py::str(index.definition.name)] = described;
  }
  py::dict out;
  out["name"] = d.definition.name;
  out["key"] = KeyOf(d.definition.key);
  out["attributes"] = attributes;
  out["indexes"] = indexes;
  out["status"] = std::string(ResourceStatusName(d.status));
  out["item_count"] = d.item_count;
  out["size_bytes"] = d.size_bytes;
  out["exact"] = d.counted;
  return out;
}

}  // namespace

void DefineItems(py::class_<Link, std::shared_ptr<Link>>& link) {
  using py::arg;
  const py::object none = py::none();
  link.def("get_item", &Get, arg("table"), arg("key"), arg("projection") = none, arg("consistent") = false,
           arg("names") = none)
      .def("put_item", &Put, arg("table"), arg("item"), arg("condition") = none, arg("names") = none,
           arg("values") = none, arg("returning") = "none")
      .def("update_item", &Update, arg("table"), arg("key"), arg("update") = none, arg("condition") = none,
           arg("names") = none, arg("values") = none, arg("returning") = "none")
      .def("delete_item", &Delete, arg("table"), arg("key"), arg("condition") = none, arg("names") = none,
           arg("values") = none, arg("returning") = "none")
      .def("query_page", &Query, arg("table"), arg("condition"), arg("index") = none, arg("filter") = none,
           arg("projection") = none, arg("names") = none, arg("values") = none, arg("limit") = none,
           arg("forward") = true, arg("consistent") = false, arg("start") = none)
      .def("scan_page", &Scan, arg("table"), arg("index") = none, arg("filter") = none, arg("projection") = none,
           arg("names") = none, arg("values") = none, arg("limit") = none, arg("consistent") = false,
           arg("start") = none)
      .def("batch_write", &BatchWrite)
      .def("batch_get", &BatchGet)
      .def("describe", &Describe);
}

}  // namespace parton::python
