/* The C API as a program in C89 meets it: every group of functions, errors, NULL handles, handles ended in any order.
 * Prints what does not hold; last line: N passed, M failed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parton.h"

static int passed = 0;
static int failed = 0;

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (condition) {                                                            \
      ++passed;                                                                 \
    } else {                                                                    \
      ++failed;                                                                 \
      fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
    }                                                                           \
  } while (0)

static int Is(parton_view view, const char* text) {
  return view.data != NULL && view.size == strlen(text) && memcmp(view.data, text, view.size) == 0 &&
         view.data[view.size] == '\0';
}

static int Has(parton_view view, const char* part) { return strstr(view.data, part) != NULL; }

/* The value as JSON. */
static const char* Json(const parton_value* value) {
  parton_view view;
  return parton_value_write(value, PARTON_JSON, &view, NULL) == PARTON_OK ? view.data : "?";
}

static parton_database* Open(void) {
  parton_database* db = NULL;
  parton_error* error = NULL;
  CHECK(parton_open(":memory:", NULL, &db, &error) == PARTON_OK);
  CHECK(db != NULL && error == NULL);
  return db;
}

static parton_connection* Connect(parton_database* db) {
  parton_connection* connection = NULL;
  CHECK(parton_connect(db, &connection, NULL) == PARTON_OK);
  return connection;
}

static void Songs(parton_connection* connection) {
  parton_error* error = NULL;
  const char* script =
      "CREATE TABLE songs (artist STRING, title STRING, PRIMARY KEY (artist, title));"
      "INSERT INTO songs << {'artist': 'Mara', 'title': 'Late Tram', 'plays': 7, 'tags': ['live', 'slow']},"
      " {'artist': 'Mara', 'title': 'Glass', 'plays': 40, 'price': 12.50} >>";
  parton_execute_script(connection, script, PARTON_NUL, &error);
  CHECK(error == NULL);
  parton_error_free(error);
}

static void Version(void) {
  CHECK(strcmp(parton_version(), PARTON_VERSION) == 0);
  CHECK(parton_version_number() == PARTON_VERSION_NUMBER);
}

static void Rows(parton_connection* connection) {
  parton_result* result = NULL;
  parton_error* error = NULL;
  const parton_value* row;
  const parton_value* tags;
  parton_view view;
  int64_t plays = 0;
  double price = 0;
  CHECK(parton_execute(connection, "SELECT * FROM songs ORDER BY title DESC", PARTON_NUL, &result, &error) ==
        PARTON_OK);
  CHECK(parton_value_type(parton_row(result)) == PARTON_TYPE_MISSING);
  CHECK(parton_step(result, &error) == PARTON_ROW);
  row = parton_row(result);
  CHECK(parton_value_type(row) == PARTON_TYPE_STRUCT);
  CHECK(parton_value_bytes(parton_value_get(row, "title", PARTON_NUL), &view, &error) == PARTON_OK);
  CHECK(Is(view, "Late Tram"));
  CHECK(parton_value_int64(parton_value_get(row, "plays, and more", 5), &plays, &error) == PARTON_OK && plays == 7);
  tags = parton_value_get(row, "tags", PARTON_NUL);
  CHECK(parton_value_type(tags) == PARTON_TYPE_LIST && parton_value_count(tags) == 2);
  CHECK(strcmp(Json(parton_value_at(tags, 1)), "\"slow\"") == 0);
  CHECK(parton_value_at(tags, 1) == parton_value_at(tags, 1));
  CHECK(parton_value_type(parton_value_at(tags, 2)) == PARTON_TYPE_MISSING);
  /* Asking for more does not touch what was given. */
  CHECK(parton_value_count(row) == 4 && Is(view, "Late Tram"));
  CHECK(strcmp(Json(parton_value_get(row, "title", PARTON_NUL)), "\"Late Tram\"") == 0 && Is(view, "Late Tram"));
  CHECK(Is(parton_value_name(row, 0), "artist"));
  CHECK(Is(parton_value_name(row, 4), ""));
  CHECK(parton_value_write(row, PARTON_DYNAMO_JSON, &view, &error) == PARTON_OK && Has(view, "{\"N\":\"7\"}"));
  CHECK(parton_value_write(row, PARTON_LITERAL, &view, &error) == PARTON_OK && Has(view, "'title': 'Late Tram'"));
  CHECK(parton_step(result, &error) == PARTON_ROW);
  row = parton_row(result);
  CHECK(parton_value_double(parton_value_get(row, "price", PARTON_NUL), &price, &error) == PARTON_OK && price == 12.5);
  CHECK(parton_value_int64(parton_value_get(row, "price", PARTON_NUL), &plays, &error) == PARTON_TYPE_MISMATCH);
  CHECK(Is(parton_error_message(error), "12.5, of type DECIMAL, is not an integer of 64 bits") ||
        Is(parton_error_message(error), "12.50, of type DECIMAL, is not an integer of 64 bits"));
  parton_error_free(error);
  CHECK(parton_step(result, &error) == PARTON_DONE && error == NULL);
  CHECK(parton_step(result, &error) == PARTON_DONE);
  CHECK(parton_value_type(parton_row(result)) == PARTON_TYPE_MISSING);
  parton_result_free(result);

  CHECK(parton_execute(connection, "SELECT title, plays AS n FROM songs ORDER BY n", PARTON_NUL, &result, NULL) == 0);
  CHECK(parton_column_count(result) == 2);
  CHECK(Is(parton_column_name(result, 1), "n"));
  CHECK(Is(parton_column_name(result, 2), ""));
  CHECK(parton_step(result, NULL) == PARTON_ROW);
  CHECK(strcmp(Json(parton_column(result, 1)), "7") == 0);
  CHECK(parton_value_type(parton_column(result, 2)) == PARTON_TYPE_MISSING);
  parton_result_free(result);

  CHECK(parton_execute(connection, "1 + 1", PARTON_NUL, &result, &error) == PARTON_OK);
  CHECK(parton_step(result, NULL) == PARTON_ROW && strcmp(Json(parton_row(result)), "2") == 0);
  CHECK(parton_step(result, NULL) == PARTON_DONE);
  parton_result_free(result);

  CHECK(parton_execute(connection, "EXPLAIN SELECT * FROM songs", PARTON_NUL, &result, NULL) == PARTON_OK);
  CHECK(Has(parton_result_text(result), "songs"));
  parton_result_free(result);
  CHECK(parton_execute(connection, "UPDATE songs SET plays = plays + 1", PARTON_NUL, &result, NULL) == PARTON_OK);
  CHECK(parton_affected(result) == 2);
  parton_result_free(result);
  CHECK(parton_execute(connection, "SELECT * FROM songs", PARTON_NUL, NULL, NULL) == PARTON_OK);
}

static void Parameters(parton_connection* connection) {
  parton_statement* insert = NULL;
  parton_statement* select = NULL;
  parton_result* result = NULL;
  parton_result* later = NULL;
  parton_error* error = NULL;
  parton_value* item = NULL;
  parton_value* number = NULL;
  CHECK(parton_execute(connection, "CREATE TABLE t (id NUMBER, PRIMARY KEY (id))", PARTON_NUL, NULL, NULL) == 0);
  CHECK(parton_prepare(connection,
                       "INSERT INTO t VALUE {'id': :id, 's': :s, 'b': :b, 'd': :d, 'x': :x, 'n': :n, 'v': :v, 'm': :m}",
                       PARTON_NUL, &insert, &error) == PARTON_OK);
  CHECK(parton_parameter_count(insert) == 8);
  CHECK(parton_parameter_index(insert, ":s", PARTON_NUL) == parton_parameter_index(insert, "s", 1));
  CHECK(parton_parameter_index(insert, ":none", PARTON_NUL) == 0);
  CHECK(parton_run(insert, NULL, &error) == PARTON_VALIDATION);
  parton_error_free(error);
  CHECK(parton_value_parse(PARTON_DYNAMO_JSON, "{\"NS\": [\"1\", \"2\"]}", PARTON_NUL, &item, &error) == PARTON_OK);
  CHECK(parton_value_number("123456789012345678901234567890.5", PARTON_NUL, &number, &error) == PARTON_OK);
  CHECK(parton_bind_int64(insert, parton_parameter_index(insert, "id", PARTON_NUL), 1, &error) == PARTON_OK);
  CHECK(parton_bind_text(insert, parton_parameter_index(insert, "s", PARTON_NUL), "text, cut", 4, &error) == PARTON_OK);
  CHECK(parton_bind_blob(insert, parton_parameter_index(insert, "b", PARTON_NUL), "a\0b", 3, &error) == PARTON_OK);
  CHECK(parton_bind_double(insert, parton_parameter_index(insert, "d", PARTON_NUL), 0.5, &error) == PARTON_OK);
  CHECK(parton_bind_bool(insert, parton_parameter_index(insert, "x", PARTON_NUL), 1, &error) == PARTON_OK);
  CHECK(parton_bind_null(insert, parton_parameter_index(insert, "n", PARTON_NUL), &error) == PARTON_OK);
  CHECK(parton_bind_value(insert, parton_parameter_index(insert, "v", PARTON_NUL), item, &error) == PARTON_OK);
  CHECK(parton_bind_value(insert, parton_parameter_index(insert, "m", PARTON_NUL), number, &error) == PARTON_OK);
  CHECK(parton_bind_int64(insert, 0, 1, &error) == PARTON_VALIDATION);
  parton_error_free(error);
  CHECK(parton_bind_int64(insert, 9, 1, NULL) == PARTON_VALIDATION);
  CHECK(parton_bind_int64(insert, (size_t)-1, 1, NULL) == PARTON_VALIDATION);
  CHECK(parton_run(insert, NULL, &error) == PARTON_OK);
  parton_value_free(item);
  parton_value_free(number);

  CHECK(parton_prepare(connection, "SELECT VALUE x FROM t AS x WHERE id = ?", PARTON_NUL, &select, &error) == 0);
  CHECK(parton_bind_int64(select, 1, 1, &error) == PARTON_OK);
  CHECK(parton_run(select, &result, &error) == PARTON_OK);
  CHECK(parton_step(result, &error) == PARTON_ROW);
  {
    const parton_value* row = parton_row(result);
    parton_view view;
    int flag = 0;
    CHECK(parton_value_bytes(parton_value_get(row, "s", 1), &view, NULL) == PARTON_OK && Is(view, "text"));
    CHECK(parton_value_bytes(parton_value_get(row, "b", 1), &view, NULL) == PARTON_OK && view.size == 3);
    CHECK(parton_value_bool(parton_value_get(row, "x", 1), &flag, NULL) == PARTON_OK && flag == 1);
    CHECK(parton_value_type(parton_value_get(row, "n", 1)) == PARTON_TYPE_NULL);
    CHECK(parton_value_type(parton_value_get(row, "v", 1)) == PARTON_TYPE_NUMBER_SET);
    CHECK(strcmp(Json(parton_value_get(row, "m", 1)), "123456789012345678901234567890.5") == 0);
    CHECK(parton_value_copy(parton_value_get(row, "v", 1), &item, NULL) == PARTON_OK);
  }
  /* Run again: the earlier result is over, and says so. */
  CHECK(parton_run(select, &later, &error) == PARTON_OK);
  CHECK(parton_step(result, &error) == PARTON_VALIDATION && Has(parton_error_text(error), "run again"));
  parton_error_free(error);
  CHECK(parton_value_type(parton_row(result)) == PARTON_TYPE_MISSING);
  parton_statement_free(select);
  CHECK(parton_step(later, &error) == PARTON_ROW);
  parton_result_free(later);
  CHECK(parton_step(result, NULL) == PARTON_VALIDATION);
  parton_result_free(result);
  CHECK(strcmp(Json(item), "[1,2]") == 0);
  parton_value_free(item);
  parton_statement_free(insert);
}

static void MadeValues(void) {
  parton_value* list = NULL;
  parton_value* one = NULL;
  parton_value* item = NULL;
  parton_error* error = NULL;
  const parton_value* parts[2];
  const char* names[2];
  parton_view view;
  CHECK(parton_value_parse(PARTON_JSON, "{\"a\": [1, 2.50, \"x\"], \"b\": null}", PARTON_NUL, &one, &error) ==
        PARTON_OK);
  CHECK(parton_value_count(one) == 2 && parton_value_count(parton_value_get(one, "a", 1)) == 3);
  parts[0] = parton_value_get(one, "a", 1);
  parts[1] = NULL;
  CHECK(parton_value_collection(PARTON_TYPE_BAG, parts, 1, &list, &error) == PARTON_OK);
  CHECK(parton_value_write(list, PARTON_LITERAL, &view, NULL) == PARTON_OK && Is(view, "<<[1, 2.50, 'x']>>"));
  names[0] = "bag";
  names[1] = "gone";
  parts[0] = list;
  CHECK(parton_value_struct(names, parts, 2, &item, &error) == PARTON_OK);
  CHECK(parton_value_count(item) == 1 && Is(parton_value_name(item, 0), "bag"));
  CHECK(parton_value_write(item, PARTON_DYNAMO_JSON, &view, &error) != PARTON_OK && Is(view, ""));
  parton_error_free(error);
  parton_value_free(item);
  parton_value_free(list);
  CHECK(parton_value_collection(PARTON_TYPE_STRING_SET, parts, 0, &list, &error) != PARTON_OK && list == NULL);
  parton_error_free(error);
  CHECK(parton_value_collection(PARTON_TYPE_INT, parts, 0, &list, NULL) == PARTON_VALIDATION);
  CHECK(parton_value_parse(PARTON_JSON, "{\"a\":", PARTON_NUL, &list, &error) == PARTON_VALIDATION && list == NULL);
  parton_error_free(error);
  CHECK(parton_value_parse(PARTON_LITERAL, "1", PARTON_NUL, &list, NULL) == PARTON_UNSUPPORTED);
  CHECK(parton_value_number("12x", PARTON_NUL, &list, NULL) != PARTON_OK);
  parton_value_free(one);
}

static void Errors(parton_connection* connection) {
  parton_error* error = NULL;
  parton_result* result = (parton_result*)connection;
  size_t offset = 0, length = 0, line = 0, column = 0;
  CHECK(parton_execute(connection, "SELECT *\n FROM song", PARTON_NUL, &result, &error) == PARTON_NOT_FOUND);
  CHECK(result == NULL && parton_error_code(error) == PARTON_NOT_FOUND);
  CHECK(Is(parton_error_exception_name(error), "ResourceNotFoundException"));
  CHECK(Has(parton_error_message(error), "song"));
  CHECK(Has(parton_error_hint(error), "songs"));
  CHECK(Has(parton_error_text(error), "line 2"));
  CHECK(parton_error_position(error, &offset, &length, &line, &column) == 1);
  CHECK(offset == 15 && length == 4 && line == 2 && column == 7);
  CHECK(parton_error_position(error, NULL, NULL, NULL, NULL) == 1);
  CHECK(parton_error_retryable(error) == 0 && parton_error_reason_count(error) == 0);
  parton_error_free(error);
  CHECK(parton_execute(connection, "SELECT FROM", PARTON_NUL, NULL, &error) == PARTON_SYNTAX);
  parton_error_free(error);
  CHECK(parton_execute(connection, NULL, PARTON_NUL, NULL, &error) != PARTON_OK);
  parton_error_free(error);
}

static void Transactions(parton_database* db, parton_connection* connection) {
  parton_connection* other = Connect(db);
  parton_error* error = NULL;
  CHECK(parton_in_transaction(connection) == 0);
  CHECK(parton_begin(connection, &error) == PARTON_OK && parton_in_transaction(connection) == 1);
  CHECK(parton_begin(connection, NULL) == PARTON_VALIDATION);
  CHECK(parton_execute(connection, "UPDATE songs SET plays = 0 WHERE artist = 'Mara' AND title = 'Glass'", PARTON_NUL,
                       NULL, &error) == PARTON_OK);
  CHECK(parton_savepoint(connection, "a", &error) == PARTON_OK);
  CHECK(parton_execute(connection, "DELETE FROM songs", PARTON_NUL, NULL, &error) == PARTON_OK);
  CHECK(parton_rollback_to(connection, "a", &error) == PARTON_OK);
  CHECK(parton_release(connection, "a", &error) == PARTON_OK);
  CHECK(parton_release(connection, "a", NULL) != PARTON_OK);
  CHECK(parton_execute(other, "UPDATE songs SET plays = 1 WHERE artist = 'Mara' AND title = 'Glass'", PARTON_NUL, NULL,
                       &error) == PARTON_OK);
  CHECK(parton_commit(connection, &error) == PARTON_TRANSACTION_CONFLICT && parton_error_retryable(error) == 1);
  parton_error_free(error);
  CHECK(parton_in_transaction(connection) == 0);
  CHECK(parton_begin(connection, NULL) == PARTON_OK && parton_rollback(connection, NULL) == PARTON_OK);
  CHECK(parton_rollback(connection, NULL) != PARTON_OK);
  /* DynamoDB's dialect: a failed check cancels, with a reason for each statement. */
  CHECK(parton_execute(connection, "SET dialect = dynamodb", PARTON_NUL, NULL, &error) == PARTON_OK);
  CHECK(parton_begin(connection, NULL) == PARTON_OK);
  parton_execute(connection, "INSERT INTO songs VALUE {'artist': 'Mara', 'title': 'New'}", PARTON_NUL, NULL, NULL);
  parton_execute(connection, "INSERT INTO songs VALUE {'artist': 'Mara', 'title': 'Glass'}", PARTON_NUL, NULL, NULL);
  CHECK(parton_commit(connection, &error) == PARTON_TRANSACTION_CANCELED);
  CHECK(parton_error_reason_count(error) == 2);
  CHECK(parton_error_code(parton_error_reason(error, 0)) == PARTON_OK);
  CHECK(parton_error_code(parton_error_reason(error, 1)) == PARTON_DUPLICATE_ITEM);
  CHECK(parton_error_reason(error, 2) == NULL);
  parton_error_free(error);
  CHECK(parton_execute(connection, "SET dialect = parton", PARTON_NUL, NULL, NULL) == PARTON_OK ||
        parton_execute(connection, "SET dialect = extended", PARTON_NUL, NULL, NULL) == PARTON_OK);
  parton_disconnect(other);
}

static int Stop(uint64_t done, uint64_t total, void* data) {
  (void)done;
  (void)total;
  ++*(int*)data;
  return 0;
}

static void Progress(parton_connection* connection) {
  int calls = 0;
  parton_error* error = NULL;
  CHECK(parton_set_progress(connection, Stop, &calls, &error) == PARTON_OK);
  CHECK(parton_execute(connection, "SELECT COUNT(*) FROM range(1, 1000000) AS x, range(1, 1000000) AS y", PARTON_NUL,
                       NULL, &error) == PARTON_CANCELLED);
  parton_error_free(error);
  CHECK(calls == 1);
  CHECK(parton_set_progress(connection, NULL, NULL, NULL) == PARTON_OK);
  parton_cancel(connection); /* nothing runs: nothing happens */
  CHECK(parton_execute(connection, "SELECT 1 AS x", PARTON_NUL, NULL, NULL) == PARTON_OK);
}

static void Joined(parton_call* call, const parton_value* const* arguments, size_t count, void* data) {
  char text[100];
  size_t i;
  text[0] = '\0';
  for (i = 0; i < count; ++i) {
    parton_view view;
    if (parton_value_bytes(arguments[i], &view, NULL) != PARTON_OK) {
      parton_return_error(call, PARTON_TYPE_MISMATCH, "JOINED takes strings");
      return;
    }
    if (i > 0) strcat(text, (const char*)data);
    strcat(text, view.data);
  }
  if (strcmp(text, "stop") == 0) {
    parton_return_error(call, PARTON_VALIDATION, "told to stop");
    return;
  }
  parton_return_text(call, text, PARTON_NUL);
}

static int destroyed = 0;
static void Destroy(void* data) {
  (void)data;
  ++destroyed;
}

static void* MakeSum(void* data) {
  (void)data;
  return calloc(1, sizeof(int64_t));
}
static void AddSum(void* state, parton_call* call, const parton_value* value) {
  int64_t i = 0;
  if (parton_value_int64(value, &i, NULL) != PARTON_OK) parton_return_error(call, PARTON_VALIDATION, "no integer");
  *(int64_t*)state += i * i;
}
static void MergeSum(void* state, parton_call* call, void* other) {
  (void)call;
  *(int64_t*)state += *(int64_t*)other;
}
static void FinishSum(void* state, parton_call* call) { parton_return_int64(call, *(int64_t*)state); }

static void Functions(parton_database* db, parton_connection* connection) {
  parton_function function;
  parton_aggregate aggregate;
  parton_result* result = NULL;
  parton_error* error = NULL;
  memset(&function, 0, sizeof function);
  function.name = "joined";
  function.max_arguments = -1;
  function.call = Joined;
  function.data = (void*)"-";
  function.destroy = Destroy;
  CHECK(parton_add_function(db, &function, &error) == PARTON_VALIDATION); /* struct_size */
  parton_error_free(error);
  CHECK(destroyed == 0);
  function.struct_size = sizeof function;
  CHECK(parton_add_function(db, &function, &error) == PARTON_OK);
  CHECK(parton_add_function(db, &function, NULL) == PARTON_VALIDATION && destroyed == 1);
  CHECK(parton_execute(connection, "JOINED('a', 'b', 'c')", PARTON_NUL, &result, &error) == PARTON_OK);
  CHECK(parton_step(result, NULL) == PARTON_ROW && strcmp(Json(parton_row(result)), "\"a-b-c\"") == 0);
  parton_result_free(result);
  CHECK(parton_execute(connection, "SELECT VALUE joined(1) FROM [1] AS x", PARTON_NUL, NULL, NULL) == PARTON_OK);
  CHECK(parton_execute(connection, "SELECT VALUE joined('stop') FROM [1] AS x", PARTON_NUL, NULL, &error) ==
        PARTON_VALIDATION);
  CHECK(Has(parton_error_message(error), "told to stop"));
  parton_error_free(error);

  memset(&aggregate, 0, sizeof aggregate);
  aggregate.struct_size = sizeof aggregate;
  aggregate.name = "squares";
  CHECK(parton_add_aggregate(db, &aggregate, NULL) == PARTON_VALIDATION);
  aggregate.make = MakeSum;
  aggregate.add = AddSum;
  aggregate.merge = MergeSum;
  aggregate.finish = FinishSum;
  aggregate.free_state = free;
  CHECK(parton_add_aggregate(db, &aggregate, &error) == PARTON_OK);
  CHECK(parton_execute(connection, "SELECT VALUE squares(x) FROM [1, 2, 3] AS x", PARTON_NUL, &result, &error) == 0);
  CHECK(parton_step(result, NULL) == PARTON_ROW && strcmp(Json(parton_row(result)), "14") == 0);
  parton_result_free(result);
  CHECK(parton_execute(connection, "SELECT squares(x) AS s FROM ['a'] AS x", PARTON_NUL, NULL, NULL) != PARTON_OK);
  CHECK(parton_remove_function(db, "Joined", &error) == PARTON_OK);
  CHECK(parton_remove_function(db, "Joined", NULL) == PARTON_NOT_FOUND);
  CHECK(parton_execute(connection, "JOINED('a')", PARTON_NUL, NULL, NULL) == PARTON_VALIDATION);
}

static void Feed(parton_database* db, parton_connection* connection) {
  parton_feed* feed = NULL;
  parton_feed* again = NULL;
  parton_feed_options options;
  parton_error* error = NULL;
  parton_view view;
  CHECK(parton_feed_open(db, "nowhere", NULL, &feed, &error) == PARTON_NOT_FOUND && feed == NULL);
  parton_error_free(error);
  CHECK(parton_execute_script(connection,
                              "CREATE TABLE log (id NUMBER, PRIMARY KEY (id)) WITH (stream = 'both images');"
                              "INSERT INTO log VALUE {'id': 1}; DELETE FROM log WHERE id = 1",
                              PARTON_NUL, &error) == PARTON_OK);
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.start = PARTON_FEED_TRIM_HORIZON;
  options.consumer = "index";
  CHECK(parton_feed_open(db, "log", &options, &feed, &error) == PARTON_OK);
  CHECK(parton_feed_open(db, "log", &options, &again, NULL) == PARTON_IN_USE && again == NULL);
  CHECK(parton_feed_read(feed, 1, 0, &error) == PARTON_ROW && parton_feed_count(feed) == 1);
  CHECK(parton_value_bytes(parton_value_get(parton_feed_change(feed, 0), "eventName", PARTON_NUL), &view, NULL) == 0);
  CHECK(Is(view, "INSERT"));
  CHECK(parton_feed_acknowledge(feed, NULL, &error) == PARTON_OK);
  parton_feed_close(feed);
  CHECK(parton_feed_open(db, "log", &options, &feed, &error) == PARTON_OK);
  CHECK(parton_feed_read(feed, 10, 1000, &error) == PARTON_ROW && parton_feed_count(feed) == 1);
  CHECK(parton_begin(connection, NULL) == PARTON_OK);
  CHECK(parton_feed_acknowledge(feed, connection, &error) == PARTON_OK);
  CHECK(parton_commit(connection, &error) == PARTON_OK);
  CHECK(parton_feed_read(feed, 10, 1, &error) == PARTON_DONE && parton_feed_count(feed) == 0);
  CHECK(parton_value_type(parton_feed_change(feed, 0)) == PARTON_TYPE_MISSING);
  parton_feed_stop(feed);
  parton_feed_close(feed);
}

static void Nothing(void) {
  parton_error* error = NULL;
  parton_view view;
  int flag = 0;
  int64_t i = 0;
  double d = 0;
  parton_database* db = NULL;
  CHECK(parton_close(NULL, &error) == PARTON_OK && error == NULL);
  CHECK(parton_open(NULL, NULL, &db, &error) == PARTON_VALIDATION);
  CHECK(Has(parton_error_message(error), "NULL"));
  parton_error_free(error);
  CHECK(parton_open(":memory:", NULL, NULL, NULL) == PARTON_VALIDATION);
  CHECK(parton_settle(NULL, NULL) == PARTON_VALIDATION);
  CHECK(parton_connect(NULL, NULL, NULL) == PARTON_VALIDATION);
  parton_disconnect(NULL);
  parton_cancel(NULL);
  CHECK(parton_execute(NULL, "SELECT 1", PARTON_NUL, NULL, NULL) == PARTON_VALIDATION);
  CHECK(parton_execute_script(NULL, "SELECT 1", PARTON_NUL, NULL) == PARTON_VALIDATION);
  CHECK(parton_set_progress(NULL, NULL, NULL, NULL) == PARTON_VALIDATION);
  CHECK(parton_begin(NULL, NULL) == PARTON_VALIDATION && parton_commit(NULL, NULL) == PARTON_VALIDATION);
  CHECK(parton_rollback(NULL, NULL) == PARTON_VALIDATION && parton_in_transaction(NULL) == 0);
  CHECK(parton_savepoint(NULL, "a", NULL) == PARTON_VALIDATION && parton_release(NULL, "a", NULL) == PARTON_VALIDATION);
  CHECK(parton_rollback_to(NULL, NULL, NULL) == PARTON_VALIDATION);
  CHECK(parton_prepare(NULL, "SELECT 1", PARTON_NUL, NULL, NULL) == PARTON_VALIDATION);
  parton_statement_free(NULL);
  CHECK(parton_parameter_count(NULL) == 0 && parton_parameter_index(NULL, "a", 1) == 0);
  CHECK(parton_bind_null(NULL, 1, NULL) == PARTON_VALIDATION && parton_bind_bool(NULL, 1, 1, NULL) != PARTON_OK);
  CHECK(parton_bind_int64(NULL, 1, 1, NULL) != PARTON_OK && parton_bind_double(NULL, 1, 1, NULL) != PARTON_OK);
  CHECK(parton_bind_text(NULL, 1, NULL, 0, NULL) != PARTON_OK && parton_bind_blob(NULL, 1, NULL, 0, NULL) != PARTON_OK);
  CHECK(parton_bind_value(NULL, 1, NULL, NULL) != PARTON_OK && parton_run(NULL, NULL, NULL) != PARTON_OK);
  parton_result_free(NULL);
  CHECK(parton_step(NULL, NULL) == PARTON_VALIDATION);
  CHECK(parton_value_type(parton_row(NULL)) == PARTON_TYPE_MISSING && parton_column_count(NULL) == 0);
  CHECK(Is(parton_column_name(NULL, 0), "") && parton_value_type(parton_column(NULL, 0)) == PARTON_TYPE_MISSING);
  CHECK(parton_affected(NULL) == 0 && Is(parton_result_text(NULL), "") && Is(parton_notices(NULL), ""));
  CHECK(parton_value_type(NULL) == PARTON_TYPE_MISSING && parton_value_count(NULL) == 0);
  CHECK(parton_value_bool(NULL, &flag, NULL) != PARTON_OK && parton_value_int64(NULL, &i, NULL) != PARTON_OK);
  CHECK(parton_value_double(NULL, &d, NULL) != PARTON_OK && parton_value_bytes(NULL, &view, NULL) != PARTON_OK);
  CHECK(parton_value_write(NULL, PARTON_JSON, &view, NULL) == PARTON_OK && Is(view, "null"));
  CHECK(parton_value_write(NULL, PARTON_LITERAL, &view, NULL) == PARTON_OK && Is(view, "MISSING"));
  CHECK(parton_value_write(NULL, PARTON_DYNAMO_JSON, NULL, NULL) != PARTON_OK);
  CHECK(parton_value_type(parton_value_at(NULL, 0)) == PARTON_TYPE_MISSING && Is(parton_value_name(NULL, 0), ""));
  CHECK(parton_value_type(parton_value_get(NULL, NULL, 0)) == PARTON_TYPE_MISSING);
  CHECK(parton_value_copy(NULL, NULL, NULL) == PARTON_VALIDATION);
  CHECK(parton_value_parse(PARTON_JSON, NULL, 0, NULL, NULL) == PARTON_VALIDATION);
  CHECK(parton_value_number(NULL, 0, NULL, NULL) == PARTON_VALIDATION);
  CHECK(parton_value_collection(PARTON_TYPE_LIST, NULL, 1, NULL, NULL) == PARTON_VALIDATION);
  CHECK(parton_value_struct(NULL, NULL, 1, NULL, NULL) == PARTON_VALIDATION);
  parton_value_free(NULL);
  CHECK(parton_add_function(NULL, NULL, NULL) == PARTON_VALIDATION);
  CHECK(parton_add_aggregate(NULL, NULL, NULL) == PARTON_VALIDATION);
  CHECK(parton_remove_function(NULL, NULL, NULL) == PARTON_VALIDATION);
  parton_return_null(NULL);
  parton_return_bool(NULL, 1);
  parton_return_int64(NULL, 1);
  parton_return_double(NULL, 1);
  parton_return_text(NULL, NULL, 0);
  parton_return_value(NULL, NULL);
  parton_return_error(NULL, PARTON_VALIDATION, NULL);
  CHECK(parton_feed_open(NULL, NULL, NULL, NULL, NULL) == PARTON_VALIDATION);
  parton_feed_close(NULL);
  CHECK(parton_feed_read(NULL, 1, 0, NULL) == PARTON_VALIDATION && parton_feed_count(NULL) == 0);
  CHECK(parton_value_type(parton_feed_change(NULL, 0)) == PARTON_TYPE_MISSING);
  CHECK(parton_feed_acknowledge(NULL, NULL, NULL) == PARTON_VALIDATION);
  parton_feed_stop(NULL);
  parton_error_free(NULL);
  CHECK(parton_error_code(NULL) == PARTON_OK && Is(parton_error_message(NULL), "") && Is(parton_error_text(NULL), ""));
  CHECK(Is(parton_error_hint(NULL), "") && Is(parton_error_exception_name(NULL), ""));
  CHECK(parton_error_retryable(NULL) == 0 && parton_error_position(NULL, NULL, NULL, NULL, NULL) == 0);
  CHECK(parton_error_reason_count(NULL) == 0 && parton_error_reason(NULL, 0) == NULL);
}

/* The database goes first, then the connection, then the rest. */
static void AnyOrder(void) {
  parton_database* db = Open();
  parton_connection* connection = Connect(db);
  parton_statement* statement = NULL;
  parton_result* rows = NULL;
  parton_result* run = NULL;
  parton_error* error = NULL;
  Songs(connection);
  CHECK(parton_execute(connection, "SELECT * FROM songs", PARTON_NUL, &rows, NULL) == PARTON_OK);
  CHECK(parton_step(rows, NULL) == PARTON_ROW);
  CHECK(parton_prepare(connection, "SELECT * FROM songs", PARTON_NUL, &statement, NULL) == PARTON_OK);
  CHECK(parton_run(statement, &run, NULL) == PARTON_OK);
  CHECK(parton_close(db, &error) == PARTON_OK);
  CHECK(parton_step(rows, &error) == PARTON_VALIDATION && Has(parton_error_message(error), "database"));
  parton_error_free(error);
  CHECK(parton_execute(connection, "SELECT 1", PARTON_NUL, NULL, NULL) == PARTON_VALIDATION);
  CHECK(parton_begin(connection, NULL) == PARTON_VALIDATION);
  parton_disconnect(connection);
  CHECK(parton_step(run, NULL) == PARTON_VALIDATION);
  CHECK(parton_run(statement, NULL, NULL) == PARTON_VALIDATION);
  parton_statement_free(statement);
  parton_result_free(run);
  parton_result_free(rows);
}

static void Options(void) {
  parton_options options;
  parton_database* db = NULL;
  parton_connection* connection;
  parton_error* error = NULL;
  memset(&options, 0, sizeof options);
  CHECK(parton_open(":memory:", &options, &db, &error) == PARTON_VALIDATION && db == NULL);
  parton_error_free(error);
  options.struct_size = sizeof options;
  options.no_files = 1;
  options.no_background = 1;
  CHECK(parton_open(":memory:", &options, &db, &error) == PARTON_OK);
  connection = Connect(db);
  CHECK(parton_execute(connection, "SELECT * FROM csv('/etc/passwd') AS x", PARTON_NUL, NULL, NULL) == PARTON_IO_ERROR);
  CHECK(parton_settle(db, &error) == PARTON_OK);
  parton_disconnect(connection);
  CHECK(parton_close(db, NULL) == PARTON_OK);
  options.must_exist = 1;
  CHECK(parton_open("/nonexistent/nowhere", &options, &db, NULL) != PARTON_OK && db == NULL);
}

int main(void) {
  parton_database* db;
  parton_connection* connection;
  Version();
  Nothing();
  MadeValues();
  Options();
  AnyOrder();
  db = Open();
  connection = Connect(db);
  Songs(connection);
  Rows(connection);
  Parameters(connection);
  Errors(connection);
  Transactions(db, connection);
  Progress(connection);
  Functions(db, connection);
  Feed(db, connection);
  parton_disconnect(connection);
  CHECK(parton_close(db, NULL) == PARTON_OK);
  CHECK(destroyed == 2);
  printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
