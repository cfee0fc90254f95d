# One bridge in the keeper's network namespace; a host's cable is a veth pair from there to the host's eth0.
# shellcheck shell=bash

lab_cut() {
  in_keeper ip link set "$1" down
  : >"$state/hosts/$1/cut"
}

lab_heal() {
  in_keeper ip link set "$1" up
  rm -f "$state/hosts/$1/cut"
}

in_keeper() {
  local keeper
  keeper=$(keeper_pid) || fail "instance '$instance' is not up"
  nsenter --target "$keeper" --net -- "$@"
}
