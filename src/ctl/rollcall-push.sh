# SPDX-License-Identifier: GPL-3.0-or-later
# What "rollcallctl push" (R6) runs on the other computer, as text of sh -c. Before this line stand the variables, each
# value quoted: mark (begins the lines that rollcallctl reads), size (of the agent that comes on standard input; 0:
# none comes), agent_dir, state, server, ca, start (yes or no). The key is made here and its private half stays here.
set -eu
umask 077

say() { printf '\n%s %s\n' "$mark" "$*"; } # whatever stands before it, it is a line
fail() { say "failed $*"; exit 1; }

say here
unfinished=
clean() { [ -z "$unfinished" ] || rm -f "$unfinished"; }
trap clean EXIT
trap 'exit 1' HUP INT TERM

if [ "$(id -u)" = 0 ]; then
  : "${agent_dir:=/usr/local/bin}" "${state:=/var/lib/rollcall-agent}"
else
  : "${agent_dir:=$HOME/.local/bin}" "${state:=${XDG_STATE_HOME:-$HOME/.local/state}/rollcall-agent}"
fi

# What is read next is complete, or it is not there: a file takes its place by a rename.
put() { # NAME TEXT
  unfinished=$state/.$1.new
  printf '%s\n' "$2" >"$unfinished" && mv -f "$unfinished" "$state/$1" || fail "$state/$1 cannot be written"
  unfinished=
}

# The agent that the system's unit runs on this directory; fails where there is no such unit.
unit_agent() {
  command -v systemctl >/dev/null || return 1
  unit=$(systemctl show --property=ExecStart rollcall-agent.service 2>/dev/null) || return 1
  case $unit in *"--state-dir $state "*) ;; *) return 1 ;; esac
  unit=${unit#*path=}
  printf '%s\n' "${unit%% ;*}"
}

# Two agents would take the directory from each other for ever.
copy_agent() {
  agent=$agent_dir/rollcall-agent
  if other=$(unit_agent) && [ "$other" != "$agent" ]; then
    fail "rollcall-agent.service runs $other there: leave --agent out, or name its folder by --agent-dir"
  fi
  (umask 022; mkdir -p "$agent_dir") || fail "$agent_dir cannot be made"
  unfinished=$agent_dir/.rollcall-agent.new.$$
  head -c "$size" >"$unfinished" || fail "$agent cannot be written"
  [ "$(wc -c <"$unfinished")" -eq "$size" ] || fail "the agent did not come whole"
  chmod 755 "$unfinished"
  "$unfinished" --version >/dev/null || fail "this agent does not run there"
  mv -f "$unfinished" "$agent" || fail "$agent cannot be written"
  unfinished=
}

find_agent() {
  agent=$(command -v rollcall-agent) || agent=$agent_dir/rollcall-agent
  [ -x "$agent" ] || fail "there is no rollcall-agent on that computer; --agent FILE copies one"
}

start_unit() {
  user=$(systemctl show --property=User --value rollcall-agent.service)
  if [ -n "$user" ] && id "$user" >/dev/null 2>&1; then chown -R "$user" "$state"; fi
  systemctl enable rollcall-agent.service >/dev/null && systemctl restart rollcall-agent.service ||
    fail "rollcall-agent.service does not start"
  say "done unit"
}

# The first round tells whether that computer reaches the service at all, and trusts it.
start_process() {
  "$agent" --state-dir "$state" --replace --once >/dev/null || fail "the agent there does not get through to the service"
  nohup "$agent" --state-dir "$state" --replace >>"$state/agent.log" 2>&1 </dev/null &
  say "done process $!"
}

if [ "$size" -gt 0 ]; then copy_agent; else find_agent; fi
say identity
"$agent" --identity-only --state-dir "$state" || fail "the agent there makes no key"
say end

# rollcallctl registers the key meanwhile; where it is refused, or gone, nothing is started.
IFS= read -r verdict || verdict=
[ "$verdict" = "$mark go" ] || exit 0
put server "$server"
put ca.pem "$ca"
if [ "$start" = no ]; then
  say "done"
elif other=$(unit_agent) && [ "$other" -ef "$agent" ]; then
  start_unit
else
  start_process
fi
