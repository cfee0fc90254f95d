# Hosts: their identity, disk, birth and end.
# shellcheck shell=bash

# The process that waits for a host's init, of those that this command has started.
declare -gA launcher=()

# Makes what is a host's own and outlives its reboots, once in an instance's life.
host_make() {
  local host=$1 own=$state/hosts/$1 to
  [[ -e $own/made ]] && return
  mkdir -p "$own"/{disk,root,identity/{etc/ssh,root/.ssh}}
  chmod 700 "$own/identity/root" "$own/identity/root/.ssh"
  to=$own/identity
  echo "$host" >"$to/etc/hostname"
  # Without one systemd takes the boot for the first ever, and enables what Debian presets.
  tr -d - </proc/sys/kernel/random/uuid >"$to/etc/machine-id"
  cp "$state/etc-hosts" "$to/etc/hosts"
  if [[ $host == operator ]]; then
    cp "$state"/keys/operator "$to/root/.ssh/id_ed25519"
    cp "$state"/keys/operator.pub "$to/root/.ssh/id_ed25519.pub"
    cp "$state"/keys/known_hosts "$to/root/.ssh/known_hosts"
  else
    cp "$state/keys/$host" "$to/etc/ssh/ssh_host_ed25519_key"
    cp "$state/keys/$host.pub" "$to/etc/ssh/ssh_host_ed25519_key.pub"
    install -m 600 "$state/keys/operator.pub" "$to/root/.ssh/authorized_keys"
  fi
  # The disk is mounted in the keeper's namespace: it lives as long as the instance, and ends with it.
  in_instance mount -t tmpfs -o "mode=755,size=${disk_size[$host]}" "lab-$host" "$own/disk"
  : >"$own/made"
}

# Runs a command where an instance's hosts are born. The lock is not for what stays behind.
in_instance() {
  nsenter --target "$keeper" --mount --net --pid -- "$@" 9>&-
}

# Starts a host that doesn't run. Returns before it has booted.
host_start() {
  local host=$1 own=$state/hosts/$1 namespaces=(--mount --propagation slave --uts --net) init=operator uptime
  host_end "$host"
  host_make "$host"
  rm -f "$own"/{init,cut}
  # The operator's commands are processes of the machine, so that one that is exec'd there keeps its pid and signals.
  if [[ $host != operator ]]; then
    init=host
    namespaces+=(--pid --fork --ipc)
    if [[ -e /proc/self/ns/time ]]; then
      # Its uptime starts now.
      read -r uptime _ </proc/uptime
      namespaces+=(--time "--boottime=-${uptime%.*}")
    fi
    in_instance sh -c 'cat /proc/sys/kernel/random/uuid >"$1"' sh "$own/disk/boot_id"
  fi
  # shellcheck disable=SC2086 # layers are words
  in_instance setsid unshare "${namespaces[@]}" -- "$here/$init-init" "$host" "$state" "$(<"$state/base")" "$keeper" \
    "${address[$host]}" ${layers[$host]} </dev/null >>"$own/console.log" 2>&1 9>&- &
  launcher[$host]=$!
  disown
}

# Waits until a host that was started answers.
host_await() {
  local host=$1
  wait_until 60 host_settled "$host" ||
    fail "$host has started, but nothing listens on its SSH port; \`lab log $host\` may say why"
  forget_neighbours
  host_answers "$host" || fail "$host died at its start; the end of its log: $(tail -n 3 "$state/hosts/$host/console.log")"
}

host_settled() { host_answers "$1" || is_gone "${launcher[$1]}"; }

host_answers() {
  local pid
  pid=$(host_pid "$1") || return 1
  if [[ $1 == operator ]]; then
    [[ $(readlink "/proc/$pid/root") == "$state/hosts/operator/root" ]]
  else
    # sshd writes it once it listens. Before it has a root of its own, a host has the machine's, with no such file.
    [[ -e /proc/$pid/root/run/lab-sshd.pid ]]
  fi
}

host_end() {
  kill_recorded "$state/hosts/$1/init" 10 || fail "$1 doesn't die (its pid: $state/hosts/$1/init)"
}

host_state() {
  local host=$1 own=$state/hosts/$1
  if ! host_pid "$host" >/dev/null; then
    if [[ -e $own/made ]]; then echo off; else echo -; fi
  elif ! host_answers "$host"; then
    echo mute
  elif [[ -e $own/cut ]]; then
    echo cut
  elif [[ -e $own/full ]]; then
    echo disk-full
  else
    echo up
  fi
}

lab_status() {
  local host now all=0
  keeper_pid >/dev/null || { echo "instance $instance is down"; return 1; }
  printf '%-9s %-12s %s\n' HOST ADDRESS STATE
  for host in "${everybody[@]}"; do
    now=$(host_state "$host")
    [[ $now == up ]] || all=1
    printf '%-9s %-12s %s\n' "$host" "${address[$host]}" "$now"
  done
  return "$all"
}
