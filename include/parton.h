/* Parton from C, and from every language that can call C: an embedded PartiQL database with DynamoDB's tables.
 *
 *   parton_database* db = NULL;
 *   parton_connection* connection = NULL;
 *   parton_result* songs = NULL;
 *   parton_error* error = NULL;
 *   if (parton_open("music.db", NULL, &db, &error) != PARTON_OK ||
 *       parton_connect(db, &connection, &error) != PARTON_OK ||
 *       parton_execute(connection, "SELECT * FROM songs", PARTON_NUL, &songs, &error) != PARTON_OK) {
 *     fprintf(stderr, "%s\n", parton_error_text(error).data);
 *     return 1;
 *   }
 *   while (parton_step(songs, &error) == PARTON_ROW) {
 *     parton_view title;
 *     if (parton_value_bytes(parton_value_get(parton_row(songs), "title", PARTON_NUL), &title, NULL) == PARTON_OK)
 *       printf("%.*s\n", (int)title.size, title.data);
 *   }
 *
 * docs/c.md shows every group of functions at work.
 *
 * Handles. Every type is opaque. A function that makes a handle gives it by its out parameter, NULL on failure; the
 * caller ends it with the function named there, once. Those functions take NULL. Any other function that is given NULL
 * for a handle fails with PARTON_VALIDATION, or gives the value of nothing: 0, an empty view, MISSING. Handles may be
 * ended in any order: what a database or connection leaves behind gives errors from then on.
 *
 * Errors. Functions that can fail return a parton_status. Their last parameter takes what went wrong: *error is NULL
 * after success, and after a failure an error that the caller frees. `error` may be NULL. Nothing throws, exits, writes
 * to a standard stream, changes the locale or installs signal handlers.
 *
 * Texts that go in are UTF-8, of `size` bytes; PARTON_NUL means that they end with a zero byte. They are copied, or not
 * needed after the call.
 *
 * Lifetime, the one rule: what a function gives without an out parameter for a handle (a parton_view, a const
 * parton_value*, a const parton_error*) belongs to the handle it was asked of and is valid until that handle is freed
 * or moves on: a result by parton_step, a feed by parton_feed_read. Views end with a zero byte that is not counted.
 *
 * Threads: a database may be used by all threads at once. A connection, with its statements and results, a feed and a
 * value belong to one thread at a time; only parton_cancel and parton_feed_stop may be called from any. A process that
 * forks must not use in the child what was opened before.
 *
 * Structs that go in begin with their size, so that later versions can add members: clear them, then set struct_size.
 */
#ifndef PARTON_H_
#define PARTON_H_

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PARTON_API __attribute__((visibility("default")))
#else
#define PARTON_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define PARTON_VERSION "0.1.0"
#define PARTON_VERSION_NUMBER 100 /* major * 10000 + minor * 100 + patch */
#define PARTON_NUL SIZE_MAX

typedef struct parton_database parton_database;
typedef struct parton_connection parton_connection;
typedef struct parton_statement parton_statement;
typedef struct parton_result parton_result;
typedef struct parton_value parton_value;
typedef struct parton_feed parton_feed;
typedef struct parton_call parton_call;
typedef struct parton_error parton_error;

typedef struct parton_view {
  const char* data; /* never NULL */
  size_t size;
} parton_view;

typedef enum parton_status {
  PARTON_OK = 0,
  PARTON_SYNTAX = 1,           /* ValidationException: the text is no statement */
  PARTON_VALIDATION = 2,       /* ValidationException */
  PARTON_TYPE_MISMATCH = 3,    /* a value of a type that the operation does not take */
  PARTON_NOT_FOUND = 4,        /* ResourceNotFoundException */
  PARTON_IN_USE = 5,           /* ResourceInUseException */
  PARTON_CONDITION_FAILED = 6, /* ConditionalCheckFailedException */
  PARTON_DUPLICATE_ITEM = 7,
  PARTON_TRANSACTION_CANCELED = 8,
  PARTON_TRANSACTION_CONFLICT = 9, /* run the transaction again */
  PARTON_IDEMPOTENT_MISMATCH = 10,
  PARTON_LIMIT_EXCEEDED = 11,
  PARTON_THROTTLED = 12, /* ProvisionedThroughputExceededException: try later */
  PARTON_TRIMMED = 13,
  PARTON_CANCELLED = 14, /* by parton_cancel or a progress callback */
  PARTON_TIMED_OUT = 15,
  PARTON_SCAN_DENIED = 16,
  PARTON_UNSUPPORTED = 17,
  PARTON_READ_ONLY = 18,
  PARTON_CORRUPTION = 19,
  PARTON_IO_ERROR = 20,
  PARTON_LOCKED = 21, /* another process has the database open */
  PARTON_OPEN_FAILED = 22,
  PARTON_OUT_OF_MEMORY = 23,
  PARTON_INTERNAL = 24, /* a bug in Parton */
  /* Not errors: parton_step, parton_feed_read. */
  PARTON_ROW = 100,
  PARTON_DONE = 101
} parton_status;

typedef enum parton_type {
  PARTON_TYPE_MISSING = 0,
  PARTON_TYPE_NULL = 1,
  PARTON_TYPE_BOOL = 2,
  PARTON_TYPE_INT = 3,     /* exact, up to 38 digits */
  PARTON_TYPE_DECIMAL = 4, /* exact, up to 38 digits */
  PARTON_TYPE_FLOAT = 5,   /* a double */
  PARTON_TYPE_STRING = 6,
  PARTON_TYPE_SYMBOL = 7,
  PARTON_TYPE_BLOB = 8, /* DynamoDB's B */
  PARTON_TYPE_CLOB = 9,
  PARTON_TYPE_DATE = 10,
  PARTON_TYPE_TIME = 11,
  PARTON_TYPE_TIMESTAMP = 12,
  PARTON_TYPE_INTERVAL = 13,
  PARTON_TYPE_LIST = 14,
  PARTON_TYPE_SEXP = 15,
  PARTON_TYPE_BAG = 16,
  PARTON_TYPE_STRING_SET = 17, /* DynamoDB's SS, NS, BS */
  PARTON_TYPE_NUMBER_SET = 18,
  PARTON_TYPE_BINARY_SET = 19,
  PARTON_TYPE_STRUCT = 20, /* a tuple: DynamoDB's M, and items */
  PARTON_TYPE_GRAPH = 21
} parton_type;

typedef enum parton_format {
  PARTON_JSON = 0,        /* sets and bags as arrays, binaries as base64, numbers with all digits, MISSING as null */
  PARTON_DYNAMO_JSON = 1, /* {"S": "x"}: keeps the type; PartiQL's own types are errors */
  PARTON_LITERAL = 2      /* PartiQL: reads back to the same typed value */
} parton_format;

/* ---- Version ---- */

/* That of the library, which may be newer than this header's PARTON_VERSION. */
PARTON_API const char* parton_version(void);
PARTON_API int parton_version_number(void);

/* ---- Errors ---- */

PARTON_API void parton_error_free(parton_error* error);
/* PARTON_OK for NULL. */
PARTON_API parton_status parton_error_code(const parton_error* error);
/* DynamoDB's name: "ValidationException", "ConditionalCheckFailedException", ... */
PARTON_API parton_view parton_error_exception_name(const parton_error* error);
PARTON_API parton_view parton_error_message(const parton_error* error);
/* What may help: "did you mean ..."; often empty. */
PARTON_API parton_view parton_error_hint(const parton_error* error);
/* Name, message and position in one line, for people. */
PARTON_API parton_view parton_error_text(const parton_error* error);
/* 1 if the same call may succeed later: a conflict, throttling. */
PARTON_API int parton_error_retryable(const parton_error* error);
/* Where in the statement's text: offset and length in bytes, line and column from 1 in code points. Returns 0 if that
   is not known; pointers may be NULL. */
PARTON_API int parton_error_position(const parton_error* error, size_t* offset, size_t* length, size_t* line,
                                     size_t* column);
/* Of a cancelled transaction: one for each of its operations, with PARTON_OK for those that did not cause it. */
PARTON_API size_t parton_error_reason_count(const parton_error* error);
PARTON_API const parton_error* parton_error_reason(const parton_error* error, size_t index);

/* ---- Databases ---- */

/* 0 is the default everywhere. */
typedef struct parton_options {
  size_t struct_size;
  int must_exist;      /* PARTON_OPEN_FAILED if there is no database */
  int must_be_new;     /* PARTON_OPEN_FAILED if there is one */
  int read_only;       /* writes nothing at all, and needs no lock */
  int not_durable;     /* commits are not synced: a crash of the machine may lose the last ones */
  int no_background;   /* triggers, TTL and trimming run in parton_settle only */
  int throttle;        /* tables with provisioned throughput refuse what exceeds it */
  int no_files;        /* statements may not name files: COPY, csv(), BACKUP, ... */
  int threads;         /* for scans; 0: as many as the machine has cores */
  size_t cache_bytes;  /* of uncompressed blocks; 256 MB */
  size_t memory_limit; /* bytes per statement before it spills; 1 GB */
} parton_options;

/* `path`: a directory, or ":memory:". `options` may be NULL. End it with parton_close. */
PARTON_API parton_status parton_open(const char* path, const parton_options* options, parton_database** database,
                                     parton_error** error);
/* Frees the handle, whatever it returns. An error says what could not be synced. */
PARTON_API parton_status parton_close(parton_database* database, parton_error** error);
/* Does now what else goes on in the background: TTL, trimming, triggers. */
PARTON_API parton_status parton_settle(parton_database* database, parton_error** error);

/* ---- Connections ---- */

/* Connections are cheap: each thread has its own. End it with parton_disconnect. */
PARTON_API parton_status parton_connect(parton_database* database, parton_connection** connection,
                                        parton_error** error);
/* Rolls back what is not committed. */
PARTON_API void parton_disconnect(parton_connection* connection);
/* Runs one statement without parameters. `result` may be NULL: then its rows are read to the end and forgotten. Else
   end it with parton_result_free. */
PARTON_API parton_status parton_execute(parton_connection* connection, const char* text, size_t size,
                                        parton_result** result, parton_error** error);
/* Statements separated by `;` until the first that fails; positions in errors are in the whole text. */
PARTON_API parton_status parton_execute_script(parton_connection* connection, const char* text, size_t size,
                                               parton_error** error);
/* Ends the statement that runs now with PARTON_CANCELLED. From any thread, while the handle is there. */
PARTON_API void parton_cancel(parton_connection* connection);
/* Called now and then while a statement runs; 0 cancels it. `total` is 0 where it is not known. NULL: none. */
typedef int (*parton_progress)(uint64_t done, uint64_t total, void* data);
PARTON_API parton_status parton_set_progress(parton_connection* connection, parton_progress callback, void* data,
                                             parton_error** error);

/* ---- Transactions ---- */

PARTON_API parton_status parton_begin(parton_connection* connection, parton_error** error);
/* PARTON_TRANSACTION_CONFLICT: nothing was written, run it again. It is over in any case. */
PARTON_API parton_status parton_commit(parton_connection* connection, parton_error** error);
PARTON_API parton_status parton_rollback(parton_connection* connection, parton_error** error);
PARTON_API int parton_in_transaction(const parton_connection* connection);
PARTON_API parton_status parton_savepoint(parton_connection* connection, const char* name, parton_error** error);
PARTON_API parton_status parton_rollback_to(parton_connection* connection, const char* name, parton_error** error);
PARTON_API parton_status parton_release(parton_connection* connection, const char* name, parton_error** error);

/* ---- Statements ---- */

/* Parses and plans once. End it with parton_statement_free. */
PARTON_API parton_status parton_prepare(parton_connection* connection, const char* text, size_t size,
                                        parton_statement** statement, parton_error** error);
PARTON_API void parton_statement_free(parton_statement* statement);
PARTON_API size_t parton_parameter_count(const parton_statement* statement);
/* The position of `:name`, from 1, with or without the colon; 0 if there is none. */
PARTON_API size_t parton_parameter_index(const parton_statement* statement, const char* name, size_t size);
/* Positions from 1. Values are copied and kept until bound again. A result of the statement is over then: it gives
   PARTON_VALIDATION. */
PARTON_API parton_status parton_bind_null(parton_statement* statement, size_t position, parton_error** error);
PARTON_API parton_status parton_bind_bool(parton_statement* statement, size_t position, int value,
                                          parton_error** error);
PARTON_API parton_status parton_bind_int64(parton_statement* statement, size_t position, int64_t value,
                                           parton_error** error);
PARTON_API parton_status parton_bind_double(parton_statement* statement, size_t position, double value,
                                            parton_error** error);
PARTON_API parton_status parton_bind_text(parton_statement* statement, size_t position, const char* text, size_t size,
                                          parton_error** error);
PARTON_API parton_status parton_bind_blob(parton_statement* statement, size_t position, const void* data, size_t size,
                                          parton_error** error);
/* Any value: of a row, of parton_value_parse, ... NULL is MISSING. */
PARTON_API parton_status parton_bind_value(parton_statement* statement, size_t position, const parton_value* value,
                                           parton_error** error);
/* Runs it with what is bound. An earlier result of the statement is over. `result` as for parton_execute. */
PARTON_API parton_status parton_run(parton_statement* statement, parton_result** result, parton_error** error);

/* ---- Results ---- */

PARTON_API void parton_result_free(parton_result* result);
/* PARTON_ROW: parton_row is the next row. PARTON_DONE: there are no more. Anything else is an error. Rows come while
   the query runs. A statement that gives one value gives it as one row. */
PARTON_API parton_status parton_step(parton_result* result, parton_error** error);
/* The current row: usually a STRUCT. MISSING before the first and after the last. */
PARTON_API const parton_value* parton_row(const parton_result* result);
/* The columns of the select list where the statement names them; else 0: rows of SELECT * differ. */
PARTON_API size_t parton_column_count(const parton_result* result);
PARTON_API parton_view parton_column_name(const parton_result* result, size_t index);
/* That attribute of the current row; MISSING if the row has none. */
PARTON_API const parton_value* parton_column(const parton_result* result, size_t index);
/* Items that INSERT, UPDATE and their like wrote or removed. */
PARTON_API uint64_t parton_affected(const parton_result* result);
/* What EXPLAIN and its like say. */
PARTON_API parton_view parton_result_text(const parton_result* result);
/* Warnings, a line each: "scans the whole table songs". */
PARTON_API parton_view parton_notices(const parton_result* result);

/* ---- Values ---- */

PARTON_API parton_type parton_value_type(const parton_value* value);
/* Checked: PARTON_TYPE_MISMATCH and an error that says what the value is instead. */
PARTON_API parton_status parton_value_bool(const parton_value* value, int* out, parton_error** error);
/* Any number that is an integer of 64 bits: 5, 5.00, 5e0. */
PARTON_API parton_status parton_value_int64(const parton_value* value, int64_t* out, parton_error** error);
/* Any number, as the nearest double. */
PARTON_API parton_status parton_value_double(const parton_value* value, double* out, parton_error** error);
/* The text of a STRING or SYMBOL, the bytes of a BLOB or CLOB. */
PARTON_API parton_status parton_value_bytes(const parton_value* value, parton_view* out, parton_error** error);
/* Any value as text. That of a number as PARTON_JSON has all of its digits. */
PARTON_API parton_status parton_value_write(const parton_value* value, parton_format format, parton_view* out,
                                            parton_error** error);
/* Elements of a collection, attributes of a STRUCT; 0 for all others. */
PARTON_API size_t parton_value_count(const parton_value* value);
/* The element or attribute at that place, from 0; MISSING beyond. */
PARTON_API const parton_value* parton_value_at(const parton_value* value, size_t index);
/* The name of the attribute at that place of a STRUCT. */
PARTON_API parton_view parton_value_name(const parton_value* value, size_t index);
/* The attribute of that name; MISSING if there is none. */
PARTON_API const parton_value* parton_value_get(const parton_value* value, const char* name, size_t size);

/* Values of the caller's own; end them with parton_value_free. */
PARTON_API parton_status parton_value_copy(const parton_value* value, parton_value** copy, parton_error** error);
/* PARTON_JSON or PARTON_DYNAMO_JSON (of one value, or of an item). */
PARTON_API parton_status parton_value_parse(parton_format format, const char* text, size_t size, parton_value** value,
                                            parton_error** error);
/* An INT or DECIMAL of at most 38 digits: "12.50", "1e20". */
PARTON_API parton_status parton_value_number(const char* text, size_t size, parton_value** value, parton_error** error);
/* LIST, BAG, SEXP, or a set (its elements say which). */
PARTON_API parton_status parton_value_collection(parton_type type, const parton_value* const* elements, size_t count,
                                                 parton_value** value, parton_error** error);
/* A STRUCT. Attributes that are MISSING are left out. */
PARTON_API parton_status parton_value_struct(const char* const* names, const parton_value* const* values, size_t count,
                                             parton_value** value, parton_error** error);
PARTON_API void parton_value_free(parton_value* value);

/* ---- Functions of the program ---- */

/* Gives its result by a parton_return function, the last of which counts; MISSING without. `arguments` are valid until
   it returns. Called from any thread, several at once. */
typedef void (*parton_function_call)(parton_call* call, const parton_value* const* arguments, size_t count, void* data);

typedef struct parton_function {
  size_t struct_size;
  const char* name; /* any case; a letter or _, then letters, digits, _ */
  int min_arguments;
  int max_arguments;     /* -1: any number */
  int takes_absent;      /* 0: NULL and MISSING arguments give NULL and MISSING without a call */
  int not_deterministic; /* 0: the same arguments always give the same result, which may be computed ahead */
  parton_function_call call;
  void* data;
  void (*destroy)(void* data); /* when the database is closed, or the function is refused; may be NULL */
} parton_function;

PARTON_API parton_status parton_add_function(parton_database* database, const parton_function* function,
                                             parton_error** error);

typedef struct parton_aggregate {
  size_t struct_size;
  const char* name;
  void* (*make)(void* data); /* the state of one group; NULL fails the statement */
  /* `value` is neither NULL nor MISSING. Errors by parton_return_error. */
  void (*add)(void* state, parton_call* call, const parton_value* value);
  /* Adds to `state` what `other` has; scans aggregate in several threads. */
  void (*merge)(void* state, parton_call* call, void* other);
  void (*finish)(void* state, parton_call* call); /* gives the result; more may be added afterwards */
  void (*free_state)(void* state);
  void* data;
  void (*destroy)(void* data);
} parton_aggregate;

PARTON_API parton_status parton_add_aggregate(parton_database* database, const parton_aggregate* aggregate,
                                              parton_error** error);
/* The name is free again. Statements that are prepared or run keep the function, so it is destroyed with the database.
 */
PARTON_API parton_status parton_remove_function(parton_database* database, const char* name, parton_error** error);

PARTON_API void parton_return_null(parton_call* call);
PARTON_API void parton_return_bool(parton_call* call, int value);
PARTON_API void parton_return_int64(parton_call* call, int64_t value);
PARTON_API void parton_return_double(parton_call* call, double value);
PARTON_API void parton_return_text(parton_call* call, const char* text, size_t size);
PARTON_API void parton_return_value(parton_call* call, const parton_value* value);
/* PARTON_TYPE_MISMATCH gives MISSING in permissive typing; any other error fails the statement. */
PARTON_API void parton_return_error(parton_call* call, parton_status code, const char* message);

/* ---- Change feeds ---- */

typedef enum parton_feed_start {
  PARTON_FEED_LATEST = 0,
  PARTON_FEED_TRIM_HORIZON = 1, /* the oldest change that is kept */
  PARTON_FEED_AT = 2,           /* the change `sequence`, or the first after it */
  PARTON_FEED_AFTER = 3
} parton_feed_start;

typedef struct parton_feed_options {
  size_t struct_size;
  parton_feed_start start;
  uint64_t sequence;
  const char* consumer; /* not NULL: a durable consumer of that name goes on where it acknowledged last */
} parton_feed_options;

/* Of a table with a stream. `options` may be NULL. End it with parton_feed_close. */
PARTON_API parton_status parton_feed_open(parton_database* database, const char* table,
                                          const parton_feed_options* options, parton_feed** feed, parton_error** error);
PARTON_API void parton_feed_close(parton_feed* feed);
/* The next changes, at most `limit`: PARTON_ROW if there are some, PARTON_DONE if there were none for that long or
   parton_feed_stop was called. `timeout_ms` 0 does not wait. */
PARTON_API parton_status parton_feed_read(parton_feed* feed, size_t limit, int64_t timeout_ms, parton_error** error);
/* Those that were read: STRUCTs with eventName, SequenceNumber, Keys, NewImage, OldImage, ... */
PARTON_API size_t parton_feed_count(const parton_feed* feed);
PARTON_API const parton_value* parton_feed_change(const parton_feed* feed, size_t index);
/* Makes durable how far a named consumer has read. With a connection that has a transaction open: as a part of it, so
   that what it writes and the position are committed together. `connection` may be NULL. */
PARTON_API parton_status parton_feed_acknowledge(parton_feed* feed, parton_connection* connection,
                                                 parton_error** error);
/* Wakes parton_feed_read. From any thread, while the handle is there. */
PARTON_API void parton_feed_stop(parton_feed* feed);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* PARTON_H_ */
