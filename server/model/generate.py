#!/usr/bin/env python3
"""generate.py [BOTOCORE_DATA] > service_model_data.inc: the service model of DynamoDB and DynamoDB Streams as tables.

Reads data/dynamodb*/2012-08-10/service-2.json of botocore (Debian: python3-botocore; Apache License 2.0): the
requests of the operations that the server has, with what the model demands of each member. Run it again when botocore
knows more; what the service demands beyond its model is in OVERRIDES below."""
import gzip, json, os, re, sys

# Operations that the server answers. Any other is an unknown operation.
DYNAMODB = """BatchExecuteStatement BatchGetItem BatchWriteItem CreateBackup CreateTable DeleteBackup DeleteItem
DeleteResourcePolicy DeleteTable DescribeBackup DescribeContinuousBackups DescribeContributorInsights DescribeEndpoints
DescribeExport DescribeImport DescribeLimits DescribeTable DescribeTimeToLive ExecuteStatement ExecuteTransaction
ExportTableToPointInTime GetItem GetResourcePolicy ImportTable ListBackups ListContributorInsights ListExports
ListImports ListTables ListTagsOfResource PutItem PutResourcePolicy Query RestoreTableFromBackup
RestoreTableToPointInTime Scan TagResource TransactGetItems TransactWriteItems UntagResource UpdateContinuousBackups
UpdateContributorInsights UpdateItem UpdateTable UpdateTimeToLive""".split()
STREAMS = "DescribeStream GetRecords GetShardIterator ListStreams".split()

# The service lists the values of an enumeration in this order in its messages.
ENUM_ORDER = {
    "AttributeAction": ["ADD", "DELETE", "PUT"],
    "ComparisonOperator": ["IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT", "NOT_NULL", "NE", "LE",
                           "BEGINS_WITH", "GE", "CONTAINS"],
    "ConditionalOperator": ["OR", "AND"],
    "KeyType": ["HASH", "RANGE"],
    "ProjectionType": ["ALL", "INCLUDE", "KEYS_ONLY"],
    "ReturnValue": ["ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"],
    "ScalarAttributeType": ["B", "N", "S"],
    "Select": ["SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"],
    "ShardIteratorType": ["AFTER_SEQUENCE_NUMBER", "LATEST", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"],
}


def override(shapes):
    """What the service checks though its model does not say so, and the other way round."""
    name = {"type": "string", "min": 1, "max": 255, "pattern": "[a-zA-Z0-9_.-]+"}
    shapes["ItemTableName"] = name                       # of operations on items: shorter than a table's name can be
    shapes["NewTableName"] = {**name, "min": 3}
    shapes["SmallKeySchema"] = {**shapes["KeySchema"], "max": 2}
    for shape, s in list(shapes.items()):
        if s["type"] != "structure":
            continue
        for member, m in s["members"].items():
            if member in ("TableName", "TargetTableName", "SourceTableName") and m["shape"] in ("TableArn", "TableName"):
                table_call = shape.endswith("Input") and "Item" not in shape and shape not in ("QueryInput", "ScanInput")
                m["shape"] = "NewTableName" if table_call else "ItemTableName"
    for shape in ("CreateTableInput", "LocalSecondaryIndex"):
        shapes[shape]["members"]["KeySchema"]["shape"] = "SmallKeySchema"
    shapes["CreateTableInput"]["required"] += ["AttributeDefinitions", "KeySchema"]
    shapes["BatchWriteItemRequestMap"].pop("min")        # an empty one has a message of its own
    shapes["BatchGetRequestMap"]["key"]["shape"] = "ItemTableName"
    shapes["BatchWriteItemRequestMap"]["key"]["shape"] = "ItemTableName"


def load(service, root):
    path = os.path.join(root, service, "2012-08-10", "service-2.json")
    if os.path.exists(path):
        return json.load(open(path, encoding="utf-8"))
    return json.load(gzip.open(path + ".gz", "rt", encoding="utf-8"))


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Table:
    def __init__(self):
        self.shapes, self.members, self.enums = [], [], []
        self.index = {}

    def shape(self, model, name, prefix=""):
        key = prefix + name
        if key in self.index:
            return self.index[key]
        self.index[key] = at = len(self.shapes)
        self.shapes.append(None)
        s = model[name]
        kind, low, high = s["type"], s.get("min", 0 if s["type"] in ("string", "list", "map") else None), s.get("max")
        first = count = 0
        element = key_shape = 0
        pattern = s.get("pattern", "")
        if name == "AttributeValue":
            kind = "attributeValue"
        elif kind == "structure":
            mine = [(m, self.shape(model, d["shape"], prefix), m in s.get("required", ()))
                    for m, d in s["members"].items()]
            first, count = len(self.members), len(mine)
            self.members += mine
        elif kind == "list":
            element = self.shape(model, s["member"]["shape"], prefix)
        elif kind == "map":
            key_shape = self.shape(model, s["key"]["shape"], prefix)
            element = self.shape(model, s["value"]["shape"], prefix)
        elif "enum" in s:
            values = ENUM_ORDER.get(name, s["enum"])
            assert sorted(values) == sorted(s["enum"]), name
            kind, first, count = "enumeration", len(self.enums), len(values)
            self.enums += values
        if pattern not in ("", "[a-zA-Z0-9_.-]+"):
            pattern = ""                                  # of exotic members; the operations look at those themselves
        big = lambda v, d: d if v is None else int(v)
        self.shapes[at] = (name, kind[0].upper() + kind[1:], big(low, -(1 << 63)), big(high, (1 << 63) - 1),
                           bool(pattern), first, count, element, key_shape)
        return at


def main():
    if len(sys.argv) > 1:
        root = sys.argv[1]
    else:
        import botocore
        root = os.path.join(os.path.dirname(botocore.__file__), "data")
    table, operations = Table(), []
    for service, names in (("dynamodb", DYNAMODB), ("dynamodbstreams", STREAMS)):
        model = load(service, root)
        shapes = model["shapes"]
        if service == "dynamodb":
            override(shapes)
        for name in names:
            operations.append((name, service, table.shape(shapes, model["operations"][name]["input"]["shape"],
                                                          "" if service == "dynamodb" else "Streams.")))
    low = lambda v: "kLowest" if v == -(1 << 63) else str(v)
    high = lambda v: "kHighest" if v == (1 << 63) - 1 else str(v)
    print("// Made by server/model/generate.py from the service model in botocore, Apache License 2.0.")
    print("// clang-format off")
    print("const Shape kShapes[] = {")
    for n, k, lo, hi, p, f, c, e, key in table.shapes:
        print("    {%s, Kind::k%s, %s, %s, %s, %d, %d, %d, %d}," %
              (c_string(n), k, low(lo), high(hi), "true" if p else "false", f, c, e, key))
    print("};\nconst Member kMembers[] = {")
    for n, s, r in table.members:
        print("    {%s, %d, %s}," % (c_string(n), s, "true" if r else "false"))
    print("};\nconst std::string_view kEnumValues[] = {")
    for v in table.enums:
        print("    %s," % c_string(v))
    print("};\nconst Operation kOperations[] = {")
    for n, service, s in sorted(operations):
        print("    {%s, %s, %d}," % (c_string(n), "true" if service != "dynamodb" else "false", s))
    print("};\n// clang-format on")


main()
