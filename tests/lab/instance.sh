# An instance: its keys, its keeper, and all its hosts at once.
# shellcheck shell=bash

# One command at a time changes an instance. Descriptor 9 is closed for what outlives the command.
lock_instance() {
  need_root
  mkdir -p "$(dirname "$state")"
  while :; do
    exec 9>"$state.lock"
    flock --nonblock 9 || { say "another command changes instance '$instance'; waiting for it"; flock 9; }
    # `down` removes the file: whoever waited for it meanwhile holds nothing.
    [[ ! $state.lock -ef /dev/fd/9 ]] || break
  done
}

lab_up() {
  local host wanted=("$@") started=()
  for host in "$@"; do require_host "$host"; done
  (($#)) || wanted=("${hosts[@]}")
  need_root
  if is_current && all_up operator "${wanted[@]}"; then return; fi
  check_machine
  base_ensure
  lock_instance
  if keeper_pid >/dev/null && ! is_current; then
    say "the instance was made by another recipe than this checkout's; making it anew"
    lab_sweep
  fi
  keeper=$(keeper_pid) || keeper_start
  for host in operator "${wanted[@]}"; do
    if host_answers "$host"; then
      [[ ! -e $state/hosts/$host/cut ]] || { lab_heal "$host"; say "$host: cable plugged in again"; }
      [[ ! -e $state/hosts/$host/full ]] || { lab_disk_free "$host"; say "$host: disk freed"; }
    else
      if host_pid "$host" >/dev/null; then
        say "$host runs but doesn't answer; starting it anew"
        host_end "$host"
      fi
      host_start "$host"
      started+=("$host")
    fi
  done
  for host in ${started[@]+"${started[@]}"}; do
    host_await "$host"
    say "$host is up (${address[$host]})"
  done
}

# Whether the instance is made of what this checkout would make it of.
is_current() { [[ -e $state/recipe && $(<"$state/recipe") == "$(recipe)" ]]; }

recipe() {
  cd "$here" || return
  { base_root; find . -type f ! -path './bin/*' ! -name selftest ! -name demo ! -name tour ! -name example ! -name setup ! -name '*.md' -print0 | sort -z | xargs -0 sha256sum; } | sha256sum
}

all_up() {
  local host
  keeper_pid >/dev/null || return 1
  for host in "$@"; do
    [[ $(host_state "$host") == up ]] || return 1
  done
}

check_machine() {
  need ip iproute2
  need unshare util-linux
  need ssh-keygen openssh-client
  grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null ||
    fail "the kernel has no overlay file system (module 'overlay'); the hosts' disks need it"
  grep -qw cgroup2 /proc/filesystems || fail "the kernel has no cgroup2; the host with systemd needs it"
  nsenter --help | grep -q -- --wdns || fail "util-linux is too old: 2.37 or later is needed (nsenter --wdns)"
  unshare --mount --net --uts --ipc --pid --cgroup --fork true ||
    fail "this machine lets root make no namespaces (a container without CAP_SYS_ADMIN?); run it on the machine itself, or in a privileged container"
}

# Starts the instance's keeper, on a clean folder: one whose keeper is dead has nothing alive in it.
keeper_start() {
  lab_sweep
  mkdir -p "$state"/{keys,hosts}
  chmod 700 "$state"
  make_keys
  # The cgroups of a kernel are one tree, which containers may share: the instance's name alone is not its own there.
  echo "steading-lab.$instance.$(</proc/sys/kernel/random/uuid)" >"$state/cgroup"
  base_root >"$state/base"
  (recipe) >"$state/recipe"
  # Propagation: later mounts of the machine come in, none goes out.
  setsid unshare --mount --propagation slave --net --pid --fork --kill-child -- "$here/keeper-init" "$state" </dev/null >"$state/keeper.log" 2>&1 9>&- &
  disown
  wait_until 10 keeper_pid >/dev/null || fail "the instance's keeper did not start: $(tail -n 2 "$state/keeper.log")"
  keeper=$(keeper_pid)
}

make_keys() {
  local name keys=$state/keys
  {
    echo '127.0.0.1 localhost'
    for name in "${everybody[@]}"; do echo "${address[$name]} $name"; done
  } >"$state/etc-hosts"
  for name in "${everybody[@]}"; do
    ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$keys/$name"
    [[ $name == operator ]] || echo "$name,${address[$name]} $(<"$keys/$name.pub")" >>"$keys/known_hosts"
  done
}

lab_down() {
  lock_instance
  lab_sweep
  # While it is still held: who waits for it looks whether it is there.
  rm -f "$state.lock"
  exec 9>&-
}

lab_sweep() {
  kill_recorded "$state/keeper" 20 || fail "the instance's keeper ($state/keeper) doesn't end"
  sweep_operator
  sweep_cgroups
  rm -rf "$state"
}

# Ends what was started in the operator and still runs, such as SSH masters: processes of the machine whose root it is.
sweep_operator() {
  local pids
  pids=$(operator_processes)
  [[ -n $pids ]] || return 0
  # shellcheck disable=SC2086 # pids are words
  kill -KILL $pids 2>/dev/null || true
  wait_until 10 operator_is_empty || fail "some commands in the operator don't end: $(operator_processes | xargs)"
}

operator_processes() {
  # Processes end while find looks at them.
  { find /proc -maxdepth 2 -path '/proc/[0-9]*/root' -lname "$state/hosts/operator/root" -printf '%P\n' 2>/dev/null || true; } |
    sed 's|/root$||'
}

operator_is_empty() { [[ -z $(operator_processes) ]]; }

sweep_cgroups() {
  [[ -e $state/cgroup ]] || return 0
  mkdir -p "$state/cgroup2"
  # shellcheck disable=SC2016 # the arguments are the inner shell's
  unshare --mount sh -euc '
    mount -t cgroup2 cgroup2 "$1"
    for group in "$1/$2".*; do
      [ ! -d "$group" ] || find "$group" -type d -delete
    done
  ' sh "$state/cgroup2" "$(<"$state/cgroup")"
}
