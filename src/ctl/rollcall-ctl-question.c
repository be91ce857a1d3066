/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rollcall-ctl.h"

#include <stdio.h>
#include <unistd.h>

#include "rollcall-plain-text.h"

/* A script is not asked: what it means is written in it. */
gboolean
rollcall_ctl_asks (RollcallCtl *ctl)
{
  return !ctl->yes && isatty (STDIN_FILENO) && isatty (STDERR_FILENO);
}

gboolean
rollcall_ctl_confirm (RollcallCtl *ctl, const char *question)
{
  g_autofree char *plain = rollcall_text_make_plain (question);
  char answer[64];

  if (!rollcall_ctl_asks (ctl))
    return TRUE;
  /* the letters are those that rpmatch() takes, in the language of the person */
  g_printerr ("%s %s ", plain, _ ("[y/N]"));
  if (fgets (answer, sizeof answer, stdin) != NULL && rpmatch (g_strstrip (answer)) == 1)
    return TRUE;
  g_printerr ("rollcallctl: %s\n", _ ("nothing was done"));
  ctl->exit = ROLLCALL_CTL_REFUSED;
  return FALSE;
}
