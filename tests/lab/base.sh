# The base root: a small Debian with Nix and SSH that all hosts share read-only, made once and kept in the cache.
# shellcheck shell=bash

suite=${STEADING_LAB_SUITE:-trixie}

# git: flakes in a work tree. busybox: pid 1 of the hosts without systemd, and small services.
# nginx, unbound, opensmtpd: what the example fleet configures. systemd, dbus: the host that boots with it.
# bind9-utils: checks the zones that the fleet serves. age: hosts decrypt their secrets. bubblewrap: the operator's
# scripts that make secrets run in it.
packages=(
  nix-bin openssh-server openssh-client git sudo
  iproute2 procps busybox systemd dbus
  nginx unbound opensmtpd bind9-utils
  age bubblewrap
)

# Where the base root of this suite, list and recipe is kept.
base_root() {
  local key
  key=$({ echo "${packages[@]}"; declare -f base_make base_prepare base_finish; } | sha256sum)
  echo "$cache/$suite-${key:0:12}"
}

# Prints the mirror of the machine's own apt sources.
base_mirror() {
  local file uri
  for file in /etc/apt/sources.list.d/*.sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ -r $file ]] || continue
    uri=$(awk '
      function archive(uri) { return uri ~ /^(https?|file|copy|mirror\+[a-z]+):.*\/debian\/?$/ }
      tolower($1) == "uris:" && archive($2) { print $2; exit }
      $1 == "deb" { for (i = 2; i <= NF; i++) if (archive($i)) { print $i; exit } }
    ' "$file")
    [[ -z $uri ]] || { echo "$uri"; return; }
  done
  fail "found no Debian archive (a URI that ends in /debian) in /etc/apt/sources.list and sources.list.d; the base root is made from it"
}

# Makes the base root unless it is there. Two runs at once: the second waits for the first.
base_ensure() {
  local root lock
  root=$(base_root)
  [[ -d $root ]] && return
  need debootstrap debootstrap
  mkdir -p "$cache"
  exec {lock}>"$cache/lock"
  flock --nonblock "$lock" || { say "another run is making the base root; waiting for it"; flock "$lock"; }
  # The lock is ours: what lies here half made was left by a killed run.
  rm -rf "$cache"/.making.*
  [[ -d $root ]] || base_make "$root"
  exec {lock}>&-
}

base_make() {
  local root=$1 new log=$cache/make.log mirror started=$SECONDS
  mirror=$(base_mirror)
  new=$(mktemp -d "$cache/.making.XXXXXX")
  chmod 755 "$new"
  : >"$log"
  say "making the base root $root once, about a minute (log: $log)"
  # Namespaces of its own, which end with this command: whatever way that is, no mount and no process is left.
  local inside=(setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --)
  logged "$log" "1/3 debootstrap $suite" \
    "${inside[@]}" debootstrap --variant=minbase --include=ca-certificates "$suite" "$new" "$mirror"
  base_prepare "$new"
  logged "$log" "2/3 package lists" "${inside[@]}" chroot "$new" apt-get update
  logged "$log" "3/3 ${packages[*]}" \
    "${inside[@]}" sh -c 'mount -t proc proc "$1/proc" && shift && exec chroot "$@"' sh \
    "$new" "$new" apt-get install --yes --no-install-recommends "${packages[@]}"
  base_finish "$new"
  mv "$new" "$root"
  say "the base root is made ($((SECONDS - started)) s)"
}

# The machine's way to its archive (proxies, certificates), and a dpkg that doesn't wait for the disk.
base_prepare() {
  local root=$1
  cp -rL /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
  if compgen -G '/usr/local/share/ca-certificates/*' >/dev/null; then
    cp -rL /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
  fi
  [[ ! -e /etc/ssl/certs/ca-certificates.crt ]] ||
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  [[ ! -e /etc/resolv.conf ]] || cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  printf 'force-unsafe-io\npath-exclude=/usr/share/%s/*\n' doc >"$root/etc/dpkg/dpkg.cfg.d/lab"
  printf 'path-exclude=/usr/share/%s/*\n' man locale info >>"$root/etc/dpkg/dpkg.cfg.d/lab"
  # No package starts a service while it is installed.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
}

# Takes away what belongs to one machine or would start by itself.
base_finish() {
  local root=$1
  rm -rf "$root"/etc/ssh/ssh_host_* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info} "$root"/etc/machine-id
  rm -f "$root"/etc/systemd/system/*.wants/{nginx,opensmtpd,unbound,unbound-resolvconf}.service "$root"/usr/sbin/policy-rc.d
  : >"$root/etc/resolv.conf"
}

lab_wipe() {
  need_root
  lab_down
  local other
  for other in /run/steading-lab/*/; do
    if recorded_process "$other/keeper" >/dev/null && [[ $(<"$other/base") == "$cache"/* ]]; then
      fail "instance '$(basename "$other")' still runs on a base root of $cache: end it first (STEADING_LAB=$(basename "$other") lab down)"
    fi
  done
  rm -rf "$cache"/.making.* "$cache"/*-[0-9a-f]*/ "$cache"/{lock,make.log}
  rmdir "$cache" 2>/dev/null || true
}
