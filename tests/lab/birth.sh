# What the first breath of every host is: its own mounts, name, cable and root.
# shellcheck shell=bash

#   birth HOST STATE BASE KEEPER ADDRESS LAYER…
birth() {
  local host=$1 state=$2 base=$3 keeper=$4 address=$5
  shift 5
  hostname "$host"
  birth_cable "$host" "$keeper" "$address"
  birth_root "$host" "$state/hosts/$host" "$base" "$@"
}

birth_cable() {
  local host=$1 keeper=$2 address=$3 mac
  # The same after a reboot, as a real machine's: neighbours know it.
  mac=02:77:00:00:00:$(printf %02x "${address##*.}")
  # The pair of the host's former life may still be on its way out.
  nsenter --net="/proc/$keeper/ns/net" -- ip link del "$host" 2>/dev/null || true
  nsenter --net="/proc/$keeper/ns/net" -- ip link add "$host" type veth peer name eth0 address "$mac" netns $$
  nsenter --net="/proc/$keeper/ns/net" -- ip link set "$host" master cables up
  ip link set lo up
  ip address add "$address/24" dev eth0
  ip link set eth0 up
}

birth_root() {
  local host=$1 own=$2 base=$3 disk=$2/disk root=$2/root layer
  shift 3
  # What a birth that was cut short has left is half a host.
  [[ -e $disk/made ]] || rm -rf "$disk/upper" "$disk/work"
  mkdir -p "$disk/upper" "$disk/work"
  mount -t overlay "lab-$host" -o "lowerdir=$base,upperdir=$disk/upper,workdir=$disk/work" "$root"
  [[ -e $disk/made ]] && return
  for layer in "$@"; do
    [[ -d $here/root/$layer ]] || continue
    # Modes are not the work tree's (its umask, its owner), but what a package would have.
    cp -rT --no-preserve=mode,ownership "$here/root/$layer" "$root"
    (cd "$here/root/$layer" && find . -type f -executable -print0) | (cd "$root" && xargs -0r chmod 755)
  done
  cp -rT "$own/identity" "$root"
  for layer in "$@"; do
    [[ ! -e $here/root/$layer.sh ]] || chroot "$root" /bin/sh -eu <"$here/root/$layer.sh"
  done
  : >"$disk/made"
}
