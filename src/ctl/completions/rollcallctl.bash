# SPDX-License-Identifier: GPL-3.0-or-later
# bash: rollcallctl itself knows its verbs, options and their values.
_rollcallctl() {
  local IFS=$'\n' line word cur=${COMP_WORDS[COMP_CWORD]}
  [ "$cur" != '=' ] || cur=
  COMPREPLY=()
  for line in $("$1" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); do
    word=${line%%$'\t'*}
    case $word in
    :file) compopt -o filenames; COMPREPLY+=($(compgen -f -- "$cur")) ;;
    :host) COMPREPLY+=($(compgen -P "${cur%"${cur##*@}"}" -A hostname -- "${cur##*@}")) ;;
    *=) compopt -o nospace; COMPREPLY+=("$word") ;;
    *) COMPREPLY+=("$word") ;;
    esac
  done
}
complete -F _rollcallctl rollcallctl
