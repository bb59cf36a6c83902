#include <stdio.h>

#include "parton.h"

int main(void) {
  parton_database* db = NULL;
  parton_connection* connection = NULL;
  parton_result* result = NULL;
  parton_view text;
  if (parton_open(":memory:", NULL, &db, NULL) || parton_connect(db, &connection, NULL) ||
      parton_execute(connection, "SELECT VALUE x * 2 FROM [21] AS x", PARTON_NUL, &result, NULL) ||
      parton_step(result, NULL) != PARTON_ROW || parton_value_write(parton_row(result), PARTON_JSON, &text, NULL)) {
    return 1;
  }
  printf("C %s\n", text.data);
  parton_result_free(result);
  parton_disconnect(connection);
  return parton_close(db, NULL);
}
