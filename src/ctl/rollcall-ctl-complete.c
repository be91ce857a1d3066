/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

/* What a placeholder of a verb or an option stands for. */
static const struct
{
  const char *placeholder;
  const char *values; /* parted by spaces */
  gboolean several;   /* with commas between */
} values_of[] = {
  { "STATUS", "pending allowed blocked revoked", TRUE },
  { "FORMAT", "csv json xml html", FALSE },
  { "ROLE", "viewer operator administrator", FALSE },
  { "RESULT", "allow block", FALSE },
  { "TYPE", "uniqueid fqdn name.domain macaddress", FALSE },
  { "TYPE=MASK", "name= fqdn= domain= mac= ip= user=", FALSE },
  { "KIND", "collect-inventory refresh-policies", FALSE },
  { "PERIOD", "P1M P3M P6M P1Y", FALSE },
  { "PERIOD|never", "P1M P3M P6M P1Y never", FALSE },
  { "FIELD", "id name domain user status last_requested -last_requested first_requested request_count", FALSE },
  { "FILE", ":file", FALSE },
  { "HOST", ":host", FALSE },
};

static void
offer (const char *start, const char *word, const char *description)
{
  if (g_str_has_prefix (word, start))
    g_print ("%s%s%s\n", word, description != NULL ? "\t" : "", description != NULL ? description : "");
}

/* @before: what is kept of the word itself, "--status=" */
static void
offer_values (const char *before, const char *start, const char *placeholder)
{
  for (guint i = 0; i < G_N_ELEMENTS (values_of); i++)
    {
      const char *comma = values_of[i].several ? strrchr (start, ',') : NULL;
      g_autofree char *kept = g_strndup (start, comma != NULL ? (gsize) (comma + 1 - start) : 0);
      g_auto (GStrv) values = g_strsplit (values_of[i].values, " ", -1);
      if (!g_str_equal (values_of[i].placeholder, placeholder))
        continue;
      for (guint value = 0; values[value] != NULL; value++)
        if (*values[value] == ':')
          g_print ("%s\n", values[value]);
        else if (g_str_has_prefix (values[value], start + strlen (kept)))
          g_print ("%s%s%s\n", before, kept, values[value]);
    }
}

/* @name: without dashes, and what may follow "=". (nullable) */
static const GOptionEntry *
find_option (const RollcallCtlVerb *verb, const char *name)
{
  const GOptionEntry *const lists[] = { rollcall_ctl_common_entries, verb != NULL ? verb->entries : NULL };
  gsize length = strcspn (name, "=");

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (const GOptionEntry *entry = lists[i]; entry != NULL && entry->long_name != NULL; entry++)
      if (strlen (entry->long_name) == length && strncmp (entry->long_name, name, length) == 0)
        return entry;
  return NULL;
}

static void
offer_options (const RollcallCtlVerb *verb, const char *start)
{
  const GOptionEntry *const lists[] = { verb != NULL ? verb->entries : NULL, rollcall_ctl_common_entries };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (const GOptionEntry *entry = lists[i]; entry != NULL && entry->long_name != NULL; entry++)
      {
        g_autofree char *word = g_strconcat ("--", entry->long_name, NULL);
        offer (start, word, _ (entry->description));
      }
  offer (start, "--help", _ ("Tell how it is used"));
}

/* The verbs' first words, or the second ones after @first. */
static void
offer_verbs (const char *first, const char *start)
{
  g_autoptr (GHashTable) offered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; rollcall_ctl_groups[i] != NULL; i++)
    for (const RollcallCtlVerb *verb = rollcall_ctl_groups[i]; verb->name != NULL; verb++)
      {
        g_auto (GStrv) words = g_strsplit (verb->name, " ", 2);
        const char *word = first == NULL ? words[0] : g_str_equal (words[0], first) ? words[1] : NULL;
        /* a group of verbs has no summary of its own */
        if (word != NULL && g_hash_table_add (offered, g_strdup (word)))
          offer (start, word, first != NULL || words[1] == NULL ? _ (verb->summary) : NULL);
      }
}

/* @n_arguments: how many of the verb's arguments stand there already */
static void
offer_arguments (const RollcallCtlVerb *verb, guint n_arguments, const char *start)
{
  if (verb->arguments == NULL || (verb->maximum >= 0 && n_arguments >= (guint) verb->maximum))
    return;
  g_auto (GStrv) placeholders = g_strsplit (verb->arguments, " ", -1);
  guint last = g_strv_length (placeholders) - 1;
  const char *placeholder = placeholders[MIN (n_arguments, last)];
  /* "[FILE]", "ID...", "[USER@]HOST..." */
  g_auto (GStrv) parts = g_strsplit_set (placeholder, "[].", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    offer_values ("", start, parts[i]);
}

/* What the words before the last one mean. */
typedef struct
{
  GPtrArray *arguments;        /* (element-type utf8), the verb's words among them */
  const GOptionEntry *expects; /* (nullable): the option whose value comes next */
  gboolean ended;              /* by "--" */
} Line;

static void
read_word (Line *line, const RollcallCtlVerb *verb, char *word)
{
  if (line->expects != NULL)
    {
      /* bash parts "--status=pending" into three words */
      if (!g_str_equal (word, "="))
        line->expects = NULL;
    }
  else if (!line->ended && g_str_equal (word, "--"))
    line->ended = TRUE;
  else if (!line->ended && g_str_has_prefix (word, "--"))
    {
      const GOptionEntry *entry = find_option (verb, word + 2);
      if (entry != NULL && entry->arg != G_OPTION_ARG_NONE && strchr (word, '=') == NULL)
        line->expects = entry;
    }
  else
    g_ptr_array_add (line->arguments, word);
}

static const RollcallCtlVerb *
find_verb (Line *line, guint *n_words)
{
  g_autoptr (GPtrArray) words = g_ptr_array_copy (line->arguments, NULL, NULL);

  g_ptr_array_add (words, NULL);
  return rollcall_ctl_find_verb ((char **) words->pdata, n_words);
}

void
rollcall_ctl_complete (char **words)
{
  guint last = g_strv_length (words), n_words = 0;
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  Line line = { .arguments = arguments };
  const RollcallCtlVerb *verb = NULL;

  if (last-- == 0)
    return;
  for (guint i = 0; i < last; i++)
    {
      read_word (&line, verb, words[i]);
      verb = find_verb (&line, &n_words);
    }
  const char *word = words[last];
  const char *equals = strchr (word, '=');
  if (line.expects != NULL)
    offer_values ("", g_str_equal (word, "=") ? "" : word, line.expects->arg_description);
  else if (!line.ended && g_str_has_prefix (word, "--") && equals != NULL)
    {
      const GOptionEntry *entry = find_option (verb, word + 2);
      g_autofree char *before = g_strndup (word, (gsize) (equals + 1 - word));
      if (entry != NULL && entry->arg_description != NULL)
        offer_values (before, equals + 1, entry->arg_description);
    }
  else if (!line.ended && *word == '-')
    offer_options (verb, word);
  else
    {
      if (arguments->len <= 1)
        offer_verbs (arguments->len == 1 ? arguments->pdata[0] : NULL, word);
      if (verb != NULL)
        offer_arguments (verb, arguments->len - n_words, word);
    }
}
