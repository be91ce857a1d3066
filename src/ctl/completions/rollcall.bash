# SPDX-License-Identifier: GPL-3.0-or-later
# bash: the other programs' options, as their --help tells them.
if declare -F _comp_complete_longopt >/dev/null; then
  complete -F _comp_complete_longopt rollcall rollcalld rollcall-agent rollcall-fleet
else
  complete -F _longopt rollcall rollcalld rollcall-agent rollcall-fleet
fi
