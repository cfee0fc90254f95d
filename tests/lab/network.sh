# One bridge in the keeper's network namespace; a host's cable is a veth pair from there to the host's eth0.
# shellcheck shell=bash

lab_cut() {
  in_keeper ip link set "$1" down
  : >"$state/hosts/$1/cut"
}

lab_heal() {
  in_keeper ip link set "$1" up
  rm -f "$state/hosts/$1/cut"
  forget_neighbours
}

# For some seconds a kernel refuses an address that has just not answered. Who plugs a cable in wants it to work at once.
forget_neighbours() {
  local operator
  operator=$(host_pid operator) || return 0
  nsenter --target "$operator" --net -- ip neighbour flush all
}

in_keeper() {
  local keeper
  keeper=$(keeper_pid) || fail "instance '$instance' is not up"
  nsenter --target "$keeper" --net -- "$@"
}
