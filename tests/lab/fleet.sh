# The hosts of the lab: who they are and where.
# shellcheck shell=bash

hosts=(gate post watch attic router)
everybody=(operator "${hosts[@]}")

declare -gA address=(
  [router]=10.77.0.1 [operator]=10.77.0.2
  [gate]=10.77.0.11 [post]=10.77.0.12 [watch]=10.77.0.13 [attic]=10.77.0.14
)

# The folders of root/ that are laid over the base root of a host, in this order.
declare -gA layers=(
  [operator]='common operator'
  [gate]='common host plain' [post]='common host plain' [watch]='common host systemd'
  [attic]='common host plain attic' [router]='host plain router'
)

declare -gA disk_size=([operator]=6G [gate]=1G [post]=1G [watch]=1G [attic]=1G [router]=64M)

is_host() { [[ -n ${address[${1-}]-} ]]; }

require_host() {
  [[ $# -eq 1 ]] || fail "name one host of: ${everybody[*]}"
  is_host "$1" || fail "there is no host '$1' in the lab; there are: ${everybody[*]}"
}

require_running() {
  require_host "$@"
  host_pid "$1" >/dev/null || fail "$1 is not running in instance '$instance'; \`lab up $1\` starts it"
}
