# Commands on the hosts, and in the operator: there with the caller's folder, environment, terminal, pid and signals.
# shellcheck shell=bash

lab_exec() {
  local host=${1-} pid
  (($# >= 2)) || fail "usage: lab exec HOST CMD…"
  shift
  is_host "$host" || fail "there is no host '$host' in the lab; there are: ${everybody[*]}"
  need_root
  pid=$(host_pid "$host") || fail "$host is not running in instance '$instance'; \`lab up\` starts it"
  [[ $host == operator ]] && exec_operator "$pid" "$@"
  # A host is another machine: nothing of the caller's surroundings reaches it.
  local all=(--mount --uts --ipc --net --pid)
  [[ ! -e /proc/self/ns/time ]] || all+=(--time)
  [[ " ${layers[$host]} " != *' systemd '* ]] || all+=(--cgroup)
  exec nsenter --target "$pid" "${all[@]}" --wdns=/ -- env -i \
    HOME=/root USER=root TERM="${TERM:-dumb}" LANG=C.UTF-8 PATH="$standard_path" \
    /usr/bin/setpriv "$without_the_machine" "$@"
}

standard_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

exec_operator() {
  local pid=$1 folder path nsenter
  shift
  folder=$(pwd -P)
  show_tree "$pid" "$here"
  show_tree "$pid" "$folder"
  [[ -z ${CARGO_TARGET_DIR-} ]] || show_folder "$pid" "$(realpath -m "$CARGO_TARGET_DIR")"
  [[ -z ${TMPDIR-} ]] || show_folder "$pid" "$(realpath -m "$TMPDIR")"
  [[ -z ${XDG_RUNTIME_DIR-} ]] || is_shown "$XDG_RUNTIME_DIR" || unset XDG_RUNTIME_DIR
  # What speaks of the machine's own Nix and SSH is wrong in the operator.
  unset NIX_PATH NIX_PROFILES NIX_REMOTE NIX_SSL_CERT_FILE NIX_USER_PROFILE_DIR SSH_AUTH_SOCK SSH_AGENT_PID LD_LIBRARY_PATH
  path=$(operator_path)
  nsenter=$(type -P nsenter)
  export HOME=/root PATH=$path
  exec "$nsenter" --target "$pid" --mount --uts --net --root --wdns="$folder" -- \
    /usr/bin/setpriv "$without_the_machine" "$@"
}

# The caller's PATH as far as the operator can see it, so that a test may put a stand-in first; without the lab's own
# wrappers, which lead here.
operator_path() {
  local entry kept=
  local IFS=:
  for entry in $PATH; do
    if [[ $entry == /* && $entry != "$here/bin" ]] && is_shown "$entry"; then kept+=$entry:; fi
  done
  echo "$kept$standard_path"
}

# Shows the operator the checkout that FOLDER is in, and the repository that a work tree belongs to.
#   show_tree PID FOLDER
show_tree() {
  local tree common
  is_shown "$2" && return
  {
    read -r tree
    read -r common
  } < <(git -C "$2" -c safe.directory='*' rev-parse --path-format=absolute --show-toplevel --git-common-dir 2>/dev/null) ||
    fail "the operator can't see $2: run it from a git checkout, or from below /tmp"
  show_folder "$1" "$tree"
  show_folder "$1" "$common"
}

#   show_folder PID FOLDER
show_folder() {
  local root=$state/hosts/operator/root lock
  is_shown "$2" && return
  case $2 in
    / | /root | /home | /etc | /usr | /bin | /sbin | /lib* | /var | /run | /nix | /nix/store* | /proc* | /dev* | /sys*)
      fail "the operator can't see $2: it has a folder of its own there" ;;
  esac
  [[ -d $2 ]] || return 0
  exec {lock}>"$state/shown.lock"
  flock "$lock"
  if ! is_shown "$2"; then
    nsenter --target "$1" --mount -- sh -c 'mkdir -p "$2" && mount --rbind "$1" "$2"' sh "$2" "$root$2" ||
      fail "can't mount $2 in the operator"
    echo "$2" >>"$state/shown"
  fi
  exec {lock}>&-
}

# Whether the operator sees the machine's FOLDER.
is_shown() {
  local folder
  [[ $1/ != /tmp/* ]] || return 0
  [[ -e $state/shown ]] || return 1
  while IFS= read -r folder; do
    [[ $1/ != "$folder"/* ]] || return 0
  done <"$state/shown"
  return 1
}
