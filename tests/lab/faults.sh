# What goes wrong with real hosts.
# shellcheck shell=bash

lab_kill() {
  [[ $1 != operator ]] || fail "the operator is where commands run; it can't be killed (\`lab down\` ends all)"
  host_end "$1"
}

lab_start() {
  lock_instance
  keeper=$(keeper_pid) || fail "instance '$instance' is not up; \`lab up\` starts it"
  host_pid "$1" >/dev/null && return
  host_start "$1"
  host_await "$1"
}

lab_reboot() {
  lab_kill "$1"
  lab_start "$1"
}

# The host's disk (all it has written since it was made, /nix included) is a tmpfs of its own, whose size is set to what
# it holds: the next block that anything on that host writes fails with ENOSPC, and no memory is spent on filling it.
lab_disk_full() {
  # What is in use may grow before it is the size: a size below it is refused.
  wait_until 10 shrink_disk "$1" 2>/dev/null || fail "$1 writes so fast that its disk can't be filled"
  : >"$state/hosts/$1/full"
}

shrink_disk() {
  local disk=$state/hosts/$1/disk blocks free size
  read -r blocks free size <<<"$(in_mounts stat --file-system --format '%b %f %S' "$disk")"
  resize_disk "$disk" $(((blocks - free) * size))
}

lab_disk_free() {
  resize_disk "$state/hosts/$1/disk" "${disk_size[$1]}"
  rm -f "$state/hosts/$1/full"
}

resize_disk() { in_mounts mount -o "remount,size=$2" "$1"; }

in_mounts() { nsenter --target "$(keeper_pid)" --mount -- "$@"; }
