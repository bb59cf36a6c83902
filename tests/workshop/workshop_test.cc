// Exercises 4 to 7 (key overloading, sparse index, composite keys, lock) and the tutorials: orders,
// batches, PartiQL word for word, optimistic locking with threads, conversations.
#include <atomic>
#include <map>
#include <thread>

#include "tests/workshop/workshop_support.h"

namespace parton {
namespace {

using Strings = std::vector<std::string>;

std::string NameAndDate(const std::string& name, const std::string& date) {
  return fmt::format("{{'hire_date': '{}', 'name': '{}'}}", date, name);
}

class EmployeesTest : public WorkshopTest {
 protected:
  void SetUp() override {
    WorkshopTest::SetUp();
    if (!IsSkipped()) Load();
  }

  // 4.1 and 4.2: four items a row.
  void Load() {
    Run("CREATE TABLE employees ( employeeid NUMBER, colA STRING, \"name\" STRING ) "
        "PRIMARY KEY ( employeeid HASH, colA RANGE ) BILLING MODE PROVISIONED ( 100 RCU, 100 WCU ) "
        "GSI ( gsi_overload ON ( colA HASH, \"name\" RANGE ) PROJECTING ALL "
        "BILLING MODE PROVISIONED ( 100 RCU, 100 WCU ) )");
    const std::string from = fmt::format(" FROM csv('{}/employees.csv', {{'header': false}}) AS r", DataDirectory());
    const std::string insert = "INSERT INTO employees SELECT VALUE ";
    EXPECT_EQ(Affected(insert +
                       "{'employeeid': CAST(r._1 AS INT), 'colA': 'master', 'name': r._2, 'title': r._3, "
                       "'dept': r._4, 'city': r._5, 'state': r._6, 'city_dept': r._5 || ':' || r._4, "
                       "'dob': r._7, 'hire_date': r._8, 'previous_title': r._9, "
                       "'previous_title_end': r._10, 'lock': '0', "
                       "'is_manager': CASE WHEN r._11 IS NOT MISSING THEN '1' ELSE MISSING END}" +
                       from),
              1000u);
    EXPECT_EQ(Affected(insert +
                       "{'employeeid': CAST(r._1 AS INT), 'colA': 'current_title:' || r._3, "
                       "'name': r._2, 'hire_date': r._10}" +
                       from),
              1000u);
    EXPECT_EQ(Affected(insert +
                       "{'employeeid': CAST(r._1 AS INT), 'colA': 'previous_title:' || r._9, "
                       "'name': r._2, 'hire_date': r._8}" +
                       from),
              1000u);
    EXPECT_EQ(Affected(insert +
                       "{'employeeid': CAST(r._1 AS INT), 'colA': 'state:' || r._6, 'name': r._2, "
                       "'hire_date': r._8, 'city_dept': r._5 || ':' || r._4}" +
                       from),
              1000u);
  }
  Strings People(const std::string& col_a) {
    return Literals("SELECT \"name\", hire_date FROM \"employees\".\"gsi_overload\" WHERE colA = ?",
                    {Value::String(col_a)});
  }
};

TEST_F(EmployeesTest, S4KeyOverloading) {
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM employees"), 4000);
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM \"employees\".\"gsi_overload\""), 4000);

  const Strings wa = People("state:WA");  // 4.3
  ASSERT_EQ(wa.size(), 46u);
  const Strings first = {NameAndDate("Alice Beilby", "2014-12-03"), NameAndDate("Alla Absalom", "2015-06-25"),
                         NameAndDate("Alvan Heliar", "2016-05-15"), NameAndDate("Anders Galtone", "2015-12-22"),
                         NameAndDate("Ashil Hutchin", "2015-02-11")};
  EXPECT_EQ(Strings(wa.begin(), wa.begin() + 5), first);
  const Strings last = {NameAndDate("Sula Prattin", "2014-01-11"), NameAndDate("Vittoria Edelman", "2014-10-01"),
                        NameAndDate("Willie McCuthais", "2015-05-27")};
  EXPECT_EQ(Strings(wa.end() - 3, wa.end()), last);
  Strings reversed = Literals(
      "SELECT \"name\", hire_date FROM \"employees\".\"gsi_overload\" WHERE colA = 'state:WA' "
      "ORDER BY \"name\" DESC");
  std::reverse(reversed.begin(), reversed.end());
  EXPECT_EQ(reversed, wa);

  const std::map<std::string, size_t> states = {{"AZ", 49}, {"CA", 183}, {"CO", 44}, {"IL", 58},  {"IN", 45},
                                                {"MA", 43}, {"MD", 53},  {"MI", 55}, {"NC", 51},  {"NY", 49},
                                                {"OR", 58}, {"PA", 38},  {"TN", 31}, {"TX", 197}, {"WA", 46}};
  for (const auto& [state, count] : states) EXPECT_EQ(People("state:" + state).size(), count) << state;
  // 4.4 in one statement.
  EXPECT_EQ(Count("SELECT e.\"state\", COUNT(*) AS n FROM employees AS e WHERE e.colA = 'master' "
                  "GROUP BY e.\"state\""),
            states.size());

  const Strings engineers = {
      // 4.5
      NameAndDate("Alice Beilby", "2014-11-03"),           NameAndDate("Anetta Byrne", "2017-03-15"),
      NameAndDate("Ardis Panting", "2015-08-06"),          NameAndDate("Chris Randals", "2016-10-27"),
      NameAndDate("Constantine Barendtsen", "2016-06-10"), NameAndDate("Eudora Janton", "2015-01-05"),
      NameAndDate("Florella Allsep", "2015-03-31"),        NameAndDate("Horatius Trangmar", "2013-10-21"),
      NameAndDate("Korey Daugherty", "2016-11-03"),        NameAndDate("Lenka Luquet", "2014-10-01"),
      NameAndDate("Leonora Hyland", "2016-06-14"),         NameAndDate("Lucretia Ruffell", "2015-07-04"),
      NameAndDate("Malcolm Adiscot", "2014-04-17"),        NameAndDate("Melodie Sebire", "2013-08-27"),
      NameAndDate("Menard Ogborn", "2014-06-27"),          NameAndDate("Merwyn Petters", "2014-06-19"),
      NameAndDate("Niels Buston", "2014-10-30"),           NameAndDate("Noelani Studde", "2015-03-30")};
  EXPECT_EQ(People("current_title:Software Engineer"), engineers);
  const Strings support = People("current_title:IT Support Manager");  // 4.6
  ASSERT_EQ(support.size(), 21u);
  EXPECT_EQ(support.front(), NameAndDate("Abeu Breznovic", "2016-04-09"));
  EXPECT_EQ(support.back(), NameAndDate("Sally Wilmore", "2017-01-09"));

  EXPECT_EQ(People("previous_title:Software Engineer").size(), 12u);  // 4.7
  const std::string ever =
      "SELECT \"name\" FROM \"employees\".\"gsi_overload\" WHERE colA IN "
      "['current_title:Software Engineer','previous_title:Software Engineer']";
  EXPECT_EQ(Count(ever), 30u);
  EXPECT_EQ(Plan(ever), "Query employees.gsi_overload");
  EXPECT_EQ(Row("SELECT \"name\", hire_date FROM \"employees\".\"gsi_overload\" "  // 4.8
                "WHERE colA = 'master' AND \"name\" = 'Dale Marlin'"),
            NameAndDate("Dale Marlin", "2014-10-19"));

  Strings paged;  // 4.9
  for (int page = 0; page < 5; ++page) {
    const Strings part =
        Literals(fmt::format("SELECT \"name\", hire_date FROM \"employees\".\"gsi_overload\" WHERE colA = 'state:WA' "
                             "ORDER BY \"name\" LIMIT 10 OFFSET {}",
                             page * 10));
    EXPECT_EQ(part.size(), page < 4 ? 10u : 6u);
    paged.insert(paged.end(), part.begin(), part.end());
  }
  EXPECT_EQ(paged, wa);
}

TEST_F(EmployeesTest, S5SparseIndex) {
  // Without the index everything is examined; types do not mix.
  EXPECT_EQ(Plan("SELECT * FROM employees WHERE is_manager = '1'"), "Scan employees");
  EXPECT_EQ(Count("SELECT * FROM employees WHERE is_manager = '1'"), 84u);
  EXPECT_EQ(stats_.items_examined, 4000u);
  EXPECT_EQ(Count("SELECT * FROM employees WHERE is_manager = 1"), 0u);

  Run("ALTER TABLE employees ( is_manager STRING, title STRING ) CREATE GSI gsi_manager ON "
      "( is_manager HASH, title RANGE ) PROJECTING ALL BILLING MODE PROVISIONED ( 10 RCU, 10 WCU "
      ")");
  EXPECT_EQ(Count("SELECT * FROM \"employees\".\"gsi_manager\""), 84u);  // 5.3
  EXPECT_EQ(stats_.items_examined, 84u);
  const std::map<std::string, int64_t> by_state = {{"AZ", 4}, {"CA", 15}, {"CO", 5},  {"IL", 7}, {"IN", 2},
                                                   {"MA", 3}, {"MD", 4},  {"MI", 5},  {"NC", 6}, {"OR", 4},
                                                   {"PA", 3}, {"TN", 5},  {"TX", 18}, {"WA", 3}};
  std::map<std::string, int64_t> found;
  for (const Value& row : Rows("SELECT m.\"state\" AS s, COUNT(*) AS n FROM \"employees\".\"gsi_manager\" "
                               "AS m GROUP BY m.\"state\"")) {
    found[std::string(row.Get("s").bytes())] = row.Get("n").int_value();
  }
  EXPECT_EQ(found, by_state);

  // 5.4
  Run("UPDATE employees SET is_manager = '1' WHERE employeeid = 1 AND colA = 'master'");
  EXPECT_EQ(Count("SELECT * FROM \"employees\".\"gsi_manager\""), 85u);
  Run("UPDATE employees REMOVE is_manager WHERE employeeid = 1 AND colA = 'master'");
  EXPECT_EQ(Count("SELECT * FROM \"employees\".\"gsi_manager\""), 84u);
  EXPECT_EQ(Error("UPDATE employees SET is_manager = 1 WHERE employeeid = 1 AND colA = 'master'"),
            "ValidationException");
  EXPECT_EQ(Count("SELECT * FROM employees WHERE employeeid = 1 AND colA = 'master' AND "
                  "is_manager IS MISSING"),
            1u);
  // 5.5
  EXPECT_EQ(Plan("SELECT * FROM \"employees\".\"gsi_manager\" WHERE is_manager = '1'"), "Query employees.gsi_manager");
}

constexpr const char* kCreateCityDept =
    "ALTER TABLE employees ( \"state\" STRING, city_dept STRING ) CREATE GSI gsi_city_dept ON "
    "( \"state\" HASH, city_dept RANGE ) PROJECTING ALL BILLING MODE PROVISIONED ( 10 RCU, 10 WCU "
    ")";

TEST_F(EmployeesTest, S6CompositeKeys) {
  Run(kCreateCityDept);
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM \"employees\".\"gsi_city_dept\""), 1000);  // 6.1
  const std::string texas = "SELECT \"name\", city, dept FROM \"employees\".\"gsi_city_dept\" WHERE \"state\" = 'TX'";
  std::vector<std::pair<std::string, int>> groups;
  size_t rows = 0;
  for (const Value& row : Rows(texas)) {
    const std::string key = std::string(row.Get("city").bytes()) + ":" + std::string(row.Get("dept").bytes());
    if (groups.empty() || groups.back().first != key) groups.emplace_back(key, 0);
    ++groups.back().second;
    ++rows;
  }
  EXPECT_EQ(rows, 197u);
  const std::vector<std::pair<std::string, int>> expected = {{"Austin:Development", 17},
                                                             {"Austin:Operation", 17},
                                                             {"Austin:Security", 1},
                                                             {"Austin:Support", 9},
                                                             {"Dallas:Development", 24},
                                                             {"Dallas:Operation", 9},
                                                             {"Dallas:QA", 1},
                                                             {"Dallas:Security", 1},
                                                             {"Dallas:Support", 12},
                                                             {"Houston:Development", 18},
                                                             {"Houston:Operation", 16},
                                                             {"Houston:Security", 2},
                                                             {"Houston:Support", 14},
                                                             {"San Antonio:Development", 21},
                                                             {"San Antonio:Operation", 13},
                                                             {"San Antonio:QA", 3},
                                                             {"San Antonio:Security", 2},
                                                             {"San Antonio:Support", 17}};
  EXPECT_EQ(groups, expected);
  EXPECT_EQ(Count(texas + " AND begins_with(city_dept, 'Dallas')"), 47u);  // 6.3
  Strings names;                                                           // 6.4
  for (const Value& row : Rows(texas + " AND begins_with(city_dept, 'Dallas:Op')")) {
    names.emplace_back(row.Get("name").bytes());
  }
  std::sort(names.begin(), names.end());
  const Strings nine = {"Arlan Cummings", "Audra Leahey",     "Bone Ruggs",    "Brady Marvel",    "Emmye Fletcher",
                        "Karlis Prisk",   "Lizbeth Proudler", "Marve Bignold", "Waneta Parminter"};
  EXPECT_EQ(names, nine);
}

constexpr const char* kWendi = "SELECT * FROM employees WHERE employeeid = 251 AND colA = 'master'";

std::string Wendi(const std::string& city, const std::string& state, const std::string& lock) {
  return fmt::format(
      "{{'city': '{0}', 'city_dept': '{0}:Operation', 'colA': 'master', 'dept': 'Operation', "
      "'dob': '1992-05-06', 'employeeid': 251, 'hire_date': '2014-03-05', 'lock': '{2}', "
      "'name': 'Wendi Bricknell', 'previous_title': 'Senior Network System Administrator', "
      "'previous_title_end': '2013-12-31', 'state': '{1}', 'title': 'Network Architect'}}",
      city, state, lock);
}

TEST_F(EmployeesTest, S7Lock) {
  Run(kCreateCityDept);
  const auto move = [](const std::string& state, const std::string& city) {
    return fmt::format(
        "UPDATE employees SET \"state\" = '{0}' SET city = '{1}' SET city_dept = "
        "'{1}:Operation' SET \"lock\" = '1' WHERE employeeid = 251 AND colA = 'master' AND "
        "\"lock\" = '0' RETURNING ALL OLD *",
        state, city);
  };
  EXPECT_EQ(Row(kWendi), Wendi("San Jose", "CA", "0"));                  // 7.1
  EXPECT_EQ(Row(move("OR", "Portland")), Wendi("San Jose", "CA", "0"));  // 7.2

  Run("SET dialect = dynamodb");  // 7.3
  EXPECT_EQ(Error(move("IL", "Chicago")), "ConditionalCheckFailedException");
  Run("SET dialect = extended");
  EXPECT_EQ(Affected(move("IL", "Chicago")), 0u);
  EXPECT_EQ(Row(kWendi), Wendi("Portland", "OR", "1"));

  // 7.4
  EXPECT_EQ(Affected("DELETE FROM employees WHERE employeeid = 251 AND colA = 'state:CA'"), 1u);
  Run("INSERT INTO employees VALUE {'employeeid': 251, 'colA': 'state:OR', 'hire_date': "
      "'2014-03-05', "
      "'name': 'Wendi Bricknell'}");
  EXPECT_EQ(Affected("UPDATE employees SET \"lock\" = '0' WHERE employeeid = 251 AND colA = 'master' AND "
                     "\"lock\" = '1'"),
            1u);
  // 7.5
  EXPECT_EQ(Row(kWendi), Wendi("Portland", "OR", "0"));
  const Strings collection = {"{'colA': 'current_title:Network Architect'}", "{'colA': 'master'}",
                              "{'colA': 'previous_title:Senior Network System Administrator'}", "{'colA': 'state:OR'}"};
  EXPECT_EQ(Literals("SELECT colA FROM employees WHERE employeeid = 251"), collection);
  EXPECT_EQ(People("state:CA").size(), 182u);
  EXPECT_EQ(People("state:OR").size(), 59u);
  EXPECT_EQ(People("state:IL").size(), 58u);
  const auto in_city = [this](const std::string& state, const std::string& city_dept) {
    return Count("SELECT * FROM \"employees\".\"gsi_city_dept\" WHERE \"state\" = ? AND city_dept = ?",
                 {Value::String(state), Value::String(city_dept)});
  };
  EXPECT_EQ(in_city("CA", "San Jose:Operation"), 12u);
  EXPECT_EQ(in_city("OR", "Portland:Operation"), 13u);
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM employees"), 4000);
}

// The same by two sessions that use no lock, but a transaction.
TEST_F(EmployeesTest, S7TwoSessions) {
  Run(kCreateCityDept);
  Run("SET dialect = dynamodb");
  const std::unique_ptr<Connection> other = database_->Connect();
  ASSERT_TRUE(other->Execute("SET dialect = dynamodb").ok());
  const auto begin = [](Connection* c, const std::string& state, const std::string& city) {
    Strings outcomes;
    const auto run = [&](const std::string& text) {
      auto result = c->Execute(text);
      outcomes.emplace_back(result.status().ExceptionName());
    };
    run("BEGIN");
    run(
        fmt::format("UPDATE employees SET \"state\" = '{0}' SET city = '{1}' SET city_dept = '{1}:Operation' "
                    "WHERE employeeid = 251 AND colA = 'master' AND \"state\" = 'CA'",
                    state, city));
    run("DELETE FROM employees WHERE employeeid = 251 AND colA = 'state:CA'");
    run(
        fmt::format("INSERT INTO employees VALUE {{'employeeid': 251, 'colA': 'state:{}', 'hire_date': '2014-03-05', "
                    "'name': 'Wendi Bricknell'}}",
                    state));
    return outcomes;
  };
  // Both at once: one of them commits.
  const Strings fine(4, "OK");
  EXPECT_EQ(begin(connection_.get(), "OR", "Portland"), fine);
  EXPECT_EQ(begin(other.get(), "IL", "Chicago"), fine);
  Run("COMMIT");
  EXPECT_EQ(other->Execute("COMMIT").status().ExceptionName(), "TransactionConflictException");
  EXPECT_EQ(Row(kWendi), Wendi("Portland", "OR", "0"));

  // 7.6: run again, its condition is not met any more.
  EXPECT_EQ(begin(other.get(), "IL", "Chicago"), (Strings{"OK", "ConditionalCheckFailedException", "OK", "OK"}));
  const Status refused = other->Execute("COMMIT").status();
  EXPECT_EQ(refused.ExceptionName(), "TransactionCanceledException");
  EXPECT_NE(refused.message().find("[ConditionalCheckFailed, None, None]"), std::string::npos) << refused.message();
  ASSERT_EQ(refused.reasons().size(), 3u);
  EXPECT_NE(refused.reasons()[0].hint().find("state = 'OR'"), std::string::npos) << refused.reasons()[0].hint();

  Run("SET dialect = extended");
  EXPECT_EQ(Row(kWendi), Wendi("Portland", "OR", "0"));
  EXPECT_EQ(People("state:CA").size(), 182u);
  EXPECT_EQ(People("state:OR").size(), 59u);
  EXPECT_EQ(People("state:IL").size(), 58u);
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM \"employees\".\"gsi_city_dept\" AS g WHERE g.\"state\" = 'OR' AND "
                   "g.city_dept = 'Portland:Operation'"),
            13);
  EXPECT_EQ(Number("SELECT COUNT(*) AS n FROM employees"), 4000);

  // The lock seen from the other session.
  const std::string take =
      "UPDATE employees SET \"lock\" = '1' WHERE employeeid = 251 AND colA = 'master' AND \"lock\" = '0'";
  EXPECT_EQ(Affected(take), 1u);
  EXPECT_EQ(other->Execute(take).status().ExceptionName(), "ConditionalCheckFailedException");
  EXPECT_EQ(Row(kWendi), Wendi("Portland", "OR", "1"));
}

class TutorialTest : public WorkshopTest {
 protected:
  void CreateOrders() {
    Run("CREATE TABLE Orders ( CustomerID STRING, OrderDate STRING, \"Status\" STRING, Total "
        "NUMBER ) "
        "PRIMARY KEY ( CustomerID HASH, OrderDate RANGE ) BILLING MODE ON DEMAND "
        "GSI ( StatusIndex ON ( \"Status\" HASH, OrderDate RANGE ) PROJECTING ALL ) "
        "LSI ( AmountIndex ON ( CustomerID HASH, Total RANGE ) PROJECTING ALL )");
    Run("CREATE TABLE Products ( ProductID STRING ) PRIMARY KEY ( ProductID HASH )");
    Run("INSERT INTO Orders VALUE "
        "{'CustomerID':'C001','OrderDate':'2024-01-15','OrderID':'ORD-001',"
        "'Total':150.00,'Status':'Pending','Items':[{'ProductID':'PROD-001','Quantity':2},"
        "{'ProductID':'PROD-002','Quantity':1}]}");
    for (const auto& [customer, day, id, total] :
         std::vector<std::tuple<const char*, const char*, const char*, const char*>>{
             {"C001", "2024-02-20", "ORD-005", "75.50"},
             {"C001", "2024-03-10", "ORD-012", "200"},
             {"C002", "2024-01-20", "ORD-002", "50"},
             {"C002", "2024-02-25", "ORD-008", "125"}}) {
      Run(
          fmt::format("INSERT INTO Orders VALUE {{'CustomerID':'{}','OrderDate':'{}','OrderID':'{}',"
                      "'Total':{},'Status':'Pending'}}",
                      customer, day, id, total));
    }
  }
  Strings Ids(const std::string& statement) {
    Strings ids;
    for (const Value& row : Rows(statement)) ids.emplace_back(row.Get("OrderID").bytes());
    return ids;
  }
};

TEST_F(TutorialTest, T1Orders) {
  CreateOrders();
  EXPECT_EQ(Error("INSERT INTO Orders VALUE {'CustomerID':'C001','OrderDate':'2024-01-15'}"), "DuplicateItemException");
  const std::string c1 = "SELECT * FROM Orders WHERE CustomerID = 'C001'";  // T1.3
  EXPECT_EQ(Ids(c1 + " AND OrderDate = '2024-01-15'"), Strings{"ORD-001"});
  EXPECT_EQ(Ids(c1), (Strings{"ORD-001", "ORD-005", "ORD-012"}));
  EXPECT_EQ(Ids(c1 + " AND OrderDate >= '2024-02-01'"), (Strings{"ORD-005", "ORD-012"}));
  EXPECT_EQ(Ids(c1 + " AND OrderDate BETWEEN '2024-01-01' AND '2024-01-31'"), Strings{"ORD-001"});

  const std::string pending = "SELECT OrderID FROM \"Orders\".\"StatusIndex\" WHERE \"Status\" = 'Pending'";
  EXPECT_EQ(Ids(pending), (Strings{"ORD-001", "ORD-002", "ORD-005", "ORD-008", "ORD-012"}));  // T1.4
  EXPECT_EQ(Ids("SELECT OrderID FROM \"Orders\".\"AmountIndex\" WHERE CustomerID = 'C001'"),
            (Strings{"ORD-005", "ORD-001", "ORD-012"}));
  EXPECT_EQ(Ids("SELECT CONSISTENT OrderID FROM \"Orders\".\"AmountIndex\" WHERE CustomerID = 'C001'").size(), 3u);
  EXPECT_EQ(Error("SELECT CONSISTENT OrderID FROM \"Orders\".\"StatusIndex\" WHERE \"Status\" = 'Pending'"),
            "ValidationException");

  EXPECT_EQ(Row("UPDATE Orders SET \"Status\" = 'Shipped' SET UpdatedAt = '2024-03-16T00:00:00' "
                "WHERE "  // T1.5
                "CustomerID = 'C001' AND OrderDate = '2024-03-10' RETURNING MODIFIED NEW *"),
            "{'Status': 'Shipped', 'UpdatedAt': '2024-03-16T00:00:00'}");
  EXPECT_EQ(Ids(pending).size(), 4u);
  EXPECT_EQ(Count("SELECT * FROM \"Orders\".\"StatusIndex\" WHERE \"Status\" = 'Shipped'"), 1u);

  const std::string remove =  // T1.6
      "DELETE FROM Orders WHERE CustomerID = 'C002' AND OrderDate = '2024-02-25' RETURNING ALL OLD "
      "*";
  EXPECT_EQ(Row(remove),
            "{'CustomerID': 'C002', 'OrderDate': '2024-02-25', 'OrderID': 'ORD-008', "
            "'Status': 'Pending', 'Total': 125}");
  EXPECT_EQ(Count(remove), 0u);
  EXPECT_EQ(Count("SELECT * FROM Orders"), 4u);  // T1.7
  EXPECT_EQ(Plan("SELECT * FROM Orders"), "Scan Orders");

  Run("CREATE TABLE TypesTable ( primarykey STRING ) PRIMARY KEY ( primarykey HASH )");  // T1.8
  Run("INSERT INTO TypesTable VALUE "
      "{'primarykey':'1','NumberType':1,'MapType':{'entryname1':'value',"
      "'entryname2':4},'ListType':[1,'stringval'],'NumberSetType':<<1,34,32,4.5>>,"
      "'StringSetType':<<'stringval','stringval2'>>,'B':true,'N':null,'Bin':?}",
      {Value::Blob(std::string("\0\x01\xff", 3))});
  EXPECT_EQ(Row("SELECT * FROM TypesTable WHERE primarykey = '1'"),
            "{'B': true, 'Bin': b64'AAH/', 'ListType': [1, 'stringval'], 'MapType': {'entryname1': "
            "'value', "
            "'entryname2': 4}, 'N': NULL, 'NumberSetType': <<1, 32, 34, 4.5>>, 'NumberType': 1, "
            "'StringSetType': <<'stringval', 'stringval2'>>, 'primarykey': '1'}");
}

TEST_F(TutorialTest, T2Batch) {
  CreateOrders();
  EXPECT_EQ(Affected("INSERT INTO Products (ProductID, \"Name\", Price, Category) VALUES "
                     "('PROD-001','Widget A',19.99,'Widgets'), ('PROD-002','Widget B',29.99,'Widgets'), "
                     "('PROD-003','Gadget C',39.99,'Gadgets')"),
            3u);
  const std::string three = "SELECT * FROM Products WHERE ProductID IN ('PROD-001', 'PROD-003', 'PROD-404')";
  EXPECT_EQ(Count(three), 2u);
  EXPECT_EQ(Plan(three), "BatchGet Products");
  EXPECT_NE(Error("INSERT INTO Products << {'ProductID': 'X'}, {'ProductID': 'X'} >>"), "OK");
  EXPECT_EQ(Count("SELECT * FROM Products WHERE ProductID = 'X'"), 0u);
}

TEST_F(TutorialTest, T4PartiQLWordForWord) {
  CreateOrders();
  EXPECT_EQ(Count("SELECT * FROM Orders WHERE CustomerID = ?", {"C001"}), 3u);
  EXPECT_EQ(Literals("SELECT OrderID, Total, Status FROM Orders WHERE CustomerID = ? AND OrderDate >= ?",
                     {"C001", "2024-01-01"}),
            (Strings{"{'OrderID': 'ORD-001', 'Status': 'Pending', 'Total': 150}",
                     "{'OrderID': 'ORD-005', 'Status': 'Pending', 'Total': 75.5}",
                     "{'OrderID': 'ORD-012', 'Status': 'Pending', 'Total': 200}"}));
  const Value price = Value::Decimal(parton::Number::ParseStrict("99.99").value());
  const std::vector<Value> product = {"PROD-999", "New Product", price};
  const std::string insert = "INSERT INTO Products VALUE {'ProductID': ?, 'Name': ?, 'Price': ?}";
  EXPECT_EQ(Affected(insert, product), 1u);
  EXPECT_EQ(Error(insert, product), "DuplicateItemException");
  const std::string update = "UPDATE Products SET Price = ? WHERE ProductID = ?";
  const Value less = Value::Decimal(parton::Number::ParseStrict("79.99").value());
  EXPECT_EQ(Affected(update, {less, "PROD-999"}), 1u);
  EXPECT_EQ(Row("SELECT Price FROM Products WHERE ProductID = ?", {"PROD-999"}), "{'Price': 79.99}");
  EXPECT_EQ(Affected("DELETE FROM Products WHERE ProductID = ?", {"PROD-999"}), 1u);
  EXPECT_EQ(Count("SELECT * FROM Products"), 0u);

  Run("SET dialect = dynamodb");
  EXPECT_EQ(Error(update, {less, "PROD-999"}), "ConditionalCheckFailedException");
  EXPECT_EQ(Error("DELETE FROM Products WHERE ProductID = ?", {"PROD-999"}), "OK");
  EXPECT_EQ(Error("UPDATE Orders SET Total = 1 WHERE CustomerID = 'C001'"), "ValidationException");
}

TEST_F(TutorialTest, K5OptimisticLocking) {
  Run("CREATE TABLE counters ( id STRING ) PRIMARY KEY ( id HASH )");
  Run("INSERT INTO counters VALUE {'id': 'a', 'v': 0, 'version': 1}");
  std::atomic<int> conflicts{0};
  std::atomic<int> errors{0};
  const auto writer = [&] {
    const std::unique_ptr<Connection> connection = database_->Connect();
    for (int done = 0; done < 25;) {
      auto read = connection->Execute("SELECT version FROM counters WHERE id = 'a'");
      if (!read.ok() || !(*read)->Next()) {
        ++errors;
        return;
      }
      const Value version = (*read)->row().Get("version");
      read->reset();
      std::this_thread::yield();
      auto write = connection->Execute(
          "UPDATE counters SET v = v + 1, version = version + 1 WHERE id = 'a' AND version = ?", {version});
      if (!write.ok()) {
        ++errors;
        return;
      }
      if ((*write)->affected() == 1)
        ++done;
      else
        ++conflicts;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(writer);
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(errors, 0);
  EXPECT_EQ(Row("SELECT v, version FROM counters WHERE id = 'a'"), "{'v': 100, 'version': 101}");
  // How many there are is up to the scheduler; that a stale version is refused is not.
  EXPECT_EQ(Affected("UPDATE counters SET v = 0 WHERE id = 'a' AND version = 100"), 0u);
  RecordProperty("conflicts", conflicts);
}

TEST_F(TutorialTest, CConversations) {
  Run("CREATE TABLE \"cruddur-message\" ( pk STRING, sk STRING ) PRIMARY KEY ( pk HASH, sk RANGE ) "
      "BILLING MODE PROVISIONED ( 5 RCU, 5 WCU )");
  EXPECT_EQ(Count("SHOW TABLES"), 1u);  // C.2
  const std::string content = R"({"text": "it''s \"quoted\"", "n": [1, 2.50]})";
  for (const auto& [day, text] : std::vector<std::pair<const char*, const char*>>{
           {"2023-04-09T10:00:00", "m9"}, {"2023-04-07T10:00:00", "m7"}, {"2023-04-08T10:00:00", "m8"}}) {
    Run("INSERT INTO \"cruddur-message\" VALUE {'pk': 'MSG#g1', 'sk': ?, 'message': ?, "
        "'message_uuid': ?, "
        "'json': ?}",
        {day, text, std::string("uuid-") + text, content});
  }
  const auto messages = [this](const std::string& rest) {
    Strings out;
    for (const Value& row : Rows("SELECT message FROM \"cruddur-message\" WHERE pk = 'MSG#g1'" + rest)) {
      out.emplace_back(row.Get("message").bytes());
    }
    return out;
  };
  EXPECT_EQ(messages(" ORDER BY sk"), (Strings{"m7", "m8", "m9"}));  // C.3
  EXPECT_EQ(messages(" ORDER BY sk DESC"), (Strings{"m9", "m8", "m7"}));
  EXPECT_EQ(messages(" AND sk BETWEEN '2023-04-08' AND '2023-04-09'"), Strings{"m8"});

  Run("INSERT INTO \"cruddur-message\" << {'pk': 'GRP#u1', 'sk': '2023-04-01', 'with': 'a'}, "  // C.4
      "{'pk': 'GRP#u1', 'sk': '2023-04-03', 'with': 'b'}, {'pk': 'GRP#u2', 'sk': '2023-04-02'} >>");
  EXPECT_EQ(Literals("SELECT \"with\" FROM \"cruddur-message\" WHERE pk = 'GRP#u1' ORDER BY sk DESC"),
            (Strings{"{'with': 'b'}", "{'with': 'a'}"}));

  Run("CREATE INDEX by_uuid ON \"cruddur-message\" (message_uuid STRING)");  // C.5
  EXPECT_EQ(Row("SELECT message FROM \"cruddur-message\" WHERE message_uuid = 'uuid-m8'"), "{'message': 'm8'}");
  EXPECT_EQ(Plan("SELECT message FROM \"cruddur-message\" WHERE message_uuid = 'uuid-m8'"),
            "Query cruddur-message.by_uuid");
  Run("INSERT INTO \"cruddur-message\" VALUE {'pk': 'MSG#g2', 'sk': '1', 'message_uuid': "
      "'uuid-m8'}");  // C.6
  EXPECT_EQ(Count("SELECT * FROM \"cruddur-message\".\"by_uuid\" WHERE message_uuid = 'uuid-m8'"), 2u);
  const std::vector<Value> rows =  // C.7
      Rows("SELECT VALUE m.json FROM \"cruddur-message\" AS m WHERE m.message_uuid = 'uuid-m7'");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].bytes(), content);
}

}  // namespace
}  // namespace parton
