/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-json.h"

#include <string.h>

static const struct
{
  const char *name;
  const char *text;
  gsize length; /* 0: the text's own */
  const char *field;
} bad[] = {
  { "empty", "", 0, "" },
  { "space-only", "  ", 0, "" },
  { "comment", "{/* no */}", 0, "" },
  { "single-quotes", "{'a':1}", 0, "" },
  { "trailing-comma", "[1,]", 0, "/1" },
  { "object-trailing-comma", "{\"a\":1,}", 0, "" },
  { "bare-word", "{a:1}", 0, "" },
  { "two-values", "{} {}", 0, "" },
  { "unclosed", "{\"a\":[1", 0, "/a" },
  { "raw-nul", "{\"a\":\"x\0y\"}", 11, "" },
  { "escaped-nul", "{\"a\":\"\\u0000\"}", 0, "/a" },
  { "invalid-utf8", "{\"a\":\"\xff\"}", 0, "" },
  { "overlong-utf8", "\"\xc0\xaf\"", 0, "" },
  { "encoded-surrogate", "\"\xed\xa0\x80\"", 0, "" },
  { "lone-high-surrogate", "[\"\\ud800\"]", 0, "/0" },
  { "lone-low-surrogate", "[0,\"\\udc00x\"]", 0, "/1" },
  { "high-and-letter", "\"\\ud800\\u0041\"", 0, "" },
  { "short-escape", "\"\\u12\"", 0, "" },
  { "unknown-escape", "\"\\x41\"", 0, "" },
  { "control-character", "\"a\nb\"", 0, "" },
  { "duplicate", "{\"a\":{\"b\":1,\"b\":2}}", 0, "/a/b" },
  { "duplicate-in-escapes", "{\"a\":1,\"\\u0061\":2}", 0, "/a" },
  { "duplicate-with-slash", "{\"a/~\":1,\"a/~\":2}", 0, "/a~1~0" },
  { "overflow", "[1,9223372036854775808]", 0, "/1" },
  { "underflow", "-9223372036854775809", 0, "" },
  { "leading-zero", "01", 0, "" },
  { "plus", "+1", 0, "" },
  { "no-fraction", "1.", 0, "" },
  { "no-exponent", "1e", 0, "" },
  { "not-a-number", "NaN", 0, "" },
  { "byte-order-mark", "\xef\xbb\xbf{}", 0, "" },
};

static void
test_bad (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  gsize length = bad[i].length > 0 ? bad[i].length : strlen (bad[i].text);

  g_assert_null (rollcall_json_parse (bad[i].text, length, &error));
  g_assert_error (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_INVALID);
  g_assert_cmpstr (rollcall_problem_get_field (error), ==, bad[i].field);
}

static JsonNode *
nested (guint depth)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, ']');
  node = rollcall_json_parse (text->str, text->len, &error);
  if (node == NULL)
    g_assert_error (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_INVALID);
  return node;
}

static void
test_depth (void)
{
  g_autoptr (JsonNode) deepest = nested (ROLLCALL_JSON_DEPTH_LIMIT);

  g_assert_nonnull (deepest);
  g_assert_null (nested (ROLLCALL_JSON_DEPTH_LIMIT + 1));
  g_assert_null (nested (500000));
}

/* RFC 8785, 3.2.3's names, and the escapes of its 3.2.2. */
static const struct
{
  const char *text;
  const char *canonical;
} canonicals[] = {
  { "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}",
    "{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"\xc3\xb6\":7,\"\xe2\x82\xac\":1,\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}" },
  { "{ \"s\" : \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\" }",
    "{\"s\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}" },
  { "[null, true,\tfalse, -0, 10, {}, [ ]]", "[null,true,false,0,10,{},[]]" },
  { "{\"b\":1,\"a\":{\"d\":1,\"c\":2},\"ab\":3,\"\":0}", "{\"\":0,\"a\":{\"c\":2,\"d\":1},\"ab\":3,\"b\":1}" },
};

static void
test_canonical (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (canonicals); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = rollcall_json_parse (canonicals[i].text, strlen (canonicals[i].text), &error);
      g_autofree char *canonical = NULL;

      g_assert_no_error (error);
      canonical = rollcall_json_canonical (node);
      g_assert_cmpstr (canonical, ==, canonicals[i].canonical);
    }
}

static const struct
{
  const char *text;
  const char *field; /* NULL: valid */
} bodies[] = {
  { "{\"name\":\"x\",\"count\":3,\"on\":true}", NULL },
  { "{\"name\":\"\",\"count\":3,\"on\":true}", "/name" },
  { "{\"name\":\"12345\",\"count\":3,\"on\":true}", "/name" },
  { "{\"name\":1,\"count\":3,\"on\":true}", "/name" },
  { "{\"name\":null,\"count\":3,\"on\":true}", "/name" },
  { "{\"name\":\"x\",\"count\":3.0,\"on\":true}", "/count" },
  { "{\"name\":\"x\",\"count\":10,\"on\":true}", "/count" },
  { "{\"name\":\"x\",\"count\":\"3\",\"on\":true}", "/count" },
  { "{\"name\":\"x\",\"count\":3,\"on\":1}", "/on" },
  { "{\"name\":\"x\",\"count\":3}", "/on" },
  { "{\"name\":\"x\",\"count\":3,\"on\":true,\"more~\":1}", "/more~0" },
  { "[]", "" },
};

static void
test_reader (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (JsonNode) node = rollcall_json_parse (bodies[i].text, strlen (bodies[i].text), NULL);
      g_autoptr (RollcallReader) reader = rollcall_reader_new (node, FALSE);
      g_autoptr (GError) error = NULL;

      rollcall_reader_string (reader, "name", 1, 4);
      rollcall_reader_integer (reader, "count", 1, 9);
      rollcall_reader_boolean (reader, "on");
      g_assert_cmpint (rollcall_reader_finish (reader, &error), ==, bodies[i].field == NULL);
      g_assert_cmpstr (rollcall_problem_get_field (error), ==, bodies[i].field);
    }
}

static void
test_lenient_reader (void)
{
  g_autoptr (JsonNode) node = rollcall_json_parse ("{\"a\":1,\"new\":2}", 15, NULL);
  g_autoptr (RollcallReader) reader = rollcall_reader_new (node, TRUE);

  g_assert_cmpint (rollcall_reader_integer (reader, "a", 0, 9), ==, 1);
  g_assert_true (rollcall_reader_finish (reader, NULL));
}

static void
test_problem (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) read = NULL;
  g_autoptr (GError) inside = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOENT, "/secret/path");
  g_autofree char *text = NULL;
  g_autofree char *hidden = NULL;

  rollcall_problem_set (&error, ROLLCALL_PROBLEM_CONFLICT, "/revision", "Somebody was faster by %d.", 1);
  text = rollcall_problem_to_json (error);
  g_assert_cmpstr (
      text, ==,
      "{\"detail\":\"Somebody was faster by 1.\",\"field\":\"/revision\",\"status\":409,\"title\":\"Conflict\","
      "\"type\":\"urn:rollcall:problem:conflict\"}");
  read = rollcall_problem_from_json (409, text, strlen (text));
  g_assert_error (read, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_CONFLICT);
  g_assert_cmpstr (read->message, ==, error->message);
  g_assert_cmpstr (rollcall_problem_get_field (read), ==, "/revision");

  hidden = rollcall_problem_to_json (inside);
  g_assert_null (strstr (hidden, "secret"));
  g_assert_nonnull (strstr (hidden, "problem:unavailable"));
}

static void
test_foreign_problem (void)
{
  static const char *const answers[] = { "",
                                         "<html>502</html>",
                                         "[]",
                                         "{\"type\":\"urn:rollcall:problem:nonsense\"}",
                                         "{\"type\":5,\"detail\":true,\"field\":1}",
                                         "{\"type\":null,\"detail\":[],\"field\":{}}" };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (GError) error = rollcall_problem_from_json (502, answers[i], strlen (answers[i]));

      g_assert_error (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_UNAVAILABLE);
    }
}

/* Bytes flipped, cut and doubled in a valid body: parsed or refused, never anything else. */
static void
test_mutations (void)
{
  static const char body[] =
      "{\"computer\":{\"name\":\"PC-\\u00fc\\ud83d\\ude00\",\"ips\":[\"10.0.0.1\",\"::1\"]},\"n\":[1,-2e3,null,true]}";
  g_autoptr (GRand) random = g_rand_new_with_seed (42);
  guint parsed = 0;

  for (guint round = 0; round < 20000; round++)
    {
      g_autofree char *text = g_strndup (body, sizeof body - 1);
      gsize length = g_rand_int_range (random, 0, 4) == 0 ? (gsize) g_rand_int_range (random, 0, sizeof body)
                                                          : sizeof body - 1;
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = NULL;

      for (guint change = g_rand_int_range (random, 0, 3); change > 0; change--)
        text[g_rand_int_range (random, 0, sizeof body - 1)] = g_rand_int_range (random, 0, 256);
      node = rollcall_json_parse (text, length, &error);
      if (node != NULL)
        parsed++;
      else
        g_assert_error (error, ROLLCALL_PROBLEM_ERROR, ROLLCALL_PROBLEM_INVALID);
    }
  g_assert_cmpuint (parsed, >, 100);
  g_assert_cmpuint (parsed, <, 19000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = g_strdup_printf ("/protocol/bad-json/%s", bad[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_bad);
    }
  g_test_add_func ("/protocol/bad-json/depth", test_depth);
  g_test_add_func ("/protocol/bad-json/mutations", test_mutations);
  g_test_add_func ("/protocol/canonical-RFC8785", test_canonical);
  g_test_add_func ("/protocol/reader/strict", test_reader);
  g_test_add_func ("/protocol/reader/lenient", test_lenient_reader);
  g_test_add_func ("/protocol/problem/document-RFC9457", test_problem);
  g_test_add_func ("/protocol/problem/foreign", test_foreign_problem);
  return g_test_run ();
}
