#!/bin/sh
# secrets.sh VERB MANIFEST: a host's secrets, decrypted with its own key into memory.
#
#   check     can each of them be decrypted? Leaves nothing behind
#   install   decrypts all into a new generation, which takes the place of the old one in one step; if one can't be
#             decrypted the old one stays. Accounts that don't exist yet get theirs by `own`
#   own       owner, group and mode of each
#   notify    asks for the restart or reload of units whose secrets are others than at the last activation
#   activate  the last three, one after the other
#
# A secret is never an argument, a variable or a line of the log: `age` writes it to its file itself.
# shellcheck disable=SC2015,SC2154  # `a && b || die` is meant so; what a mount is comes from the manifest
set -u
umask 077

ROOT=/run/agenix.d                    # a file system in memory, with a folder for each generation
LINK=/run/agenix                      # leads to the one that counts
LINKS=/var/lib/steading/secret-links  # paths outside of LINK that lead to a secret, and are ours
SEEN=/run/steading/secrets            # what was there at the last activation: digest, owner, group, mode, name
REQUESTS=/run/nixos                   # where a switch looks for units that an activation asks for

verb=$1 manifest=$2
failed=''

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }
fail() {
    say "error: $*"
    failed=yes
}

# the rest of the manifest's lines that begin with a word
lines_of() { sed -n "s/^$1 //p" "$manifest"; }

# each_mount FUNCTION: with its fields as variables. They may have anything in them but the end of a line.
each_mount() {
    while IFS= read -r line; do
        value=${line#* }
        case ${line%% *} in
            mount) name=$value ;;
            file) file=$value ;;
            owner) owner=$value ;;
            group) group=$value ;;
            mode) mode=$value ;;
            path) path=$value ;;
            restart) restart=$value ;;
            reload) reload=$value ;;
            end) "$1" < /dev/null ;;
        esac
    done < "$manifest"
}

# makes an empty file, or is false: a shell may end where `:` can't write
empty() { true > "$1"; }

has_mounts() { grep -q '^mount ' "$manifest"; }

# decrypt FILE: to standard output; says why not
decrypt() (
    sealed=$1
    set --
    while IFS= read -r identity; do
        [ ! -r "$identity" ] || set -- "$@" --identity "$identity"
    done << IDENTITIES
$(lines_of identity)
IDENTITIES
    "$(lines_of age)" --decrypt "$@" -- "$sealed" < /dev/null
)

# the first thing that age or rage said
words() { sed -n '1{s/^age: error: //;s/^Error: //;p}'; }

need_key() {
    command -v "$(lines_of age)" > /dev/null || die "there is no \`$(lines_of age)\` on this host, which secrets are decrypted with: install it"
    lines_of identity | {
        while IFS= read -r identity; do [ ! -r "$identity" ] || exit 0; done
        exit 1
    } || die "there is no key on this host to decrypt secrets with: none of $(lines_of identity | paste -s -d ' ') exists"
}

# ---- check

check_one() {
    reason=$(decrypt "$file" 2>&1 > /dev/null) && return
    fail "secret $name can't be decrypted with this host's key: $(printf '%s\n' "$reason" | words)"
}

check() {
    has_mounts || return 0
    need_key
    each_mount check_one
    [ -z "$failed" ] || die "nothing was changed. If the host has a new key, adopt it anew; then \`steading secrets rekey\`"
}

# ---- install

is_memory() { grep -qE "^[^ ]+ $ROOT (ramfs|tmpfs) " /proc/mounts; }

# ramfs is never swapped; a tmpfs may be, but for kernels that know `noswap`
mount_memory() {
    mkdir -p "$ROOT"
    options=nodev,nosuid,noexec,mode=0751
    mount -t ramfs -o "$options" secrets "$ROOT" 2> /dev/null ||
        mount -t tmpfs -o "$options,noswap" secrets "$ROOT" 2> /dev/null ||
        mount -t tmpfs -o "$options" secrets "$ROOT"
}

give() {
    # as `chmod` reads a mode that says nothing of some
    chown "$owner:$group" "$1" && chmod 0400 "$1" && (umask 022 && chmod -- "$mode" "$1")
}

install_one() {
    (umask 026 && mkdir -p "$(dirname "$new/$name")") || die "$new can't be written"
    if ! decrypt "$file" > "$new/$name" 2> "$ROOT/words"; then
        fail "secret $name can't be decrypted with this host's key: $(words < "$ROOT/words")"
    elif ! give "$new/$name" 2> /dev/null; then
        chown 0:0 "$new/$name"
        chmod 0400 "$new/$name"
    fi
}

replace_link() { ln -sfT "$1" "$2.steading-new" && mv -T "$2.steading-new" "$2"; }

# is it a link to a secret?
is_ours() {
    [ -L "$1" ] && case $(readlink "$1") in "$LINK"/*) true ;; *) false ;; esac
}

# leads_elsewhere: is the mount to be found by a path that is no part of LINK?
leads_elsewhere() { case $path in "$LINK"/*) false ;; *) true ;; esac; }

# a second path below LINK is a part of the generation, and comes with it
link_inside() {
    if leads_elsewhere || [ "$path" = "$LINK/$name" ]; then return; fi
    inside=$new${path#"$LINK"}
    (umask 026 && mkdir -p "$(dirname "$inside")") && ln -sT "$LINK/$name" "$inside" ||
        fail "secret $name has no way to $path: what is there is another secret"
}

link_outside() {
    leads_elsewhere || return 0
    folder=$(dirname "$path")
    if { [ -e "$path" ] || [ -L "$path" ]; } && ! is_ours "$path"; then
        fail "secret $name has no way to $path: what is there is not from this configuration; move it away"
    elif case $(readlink -m "$folder")/ in /nix/store/*) true ;; *) false ;; esac; then
        fail "secret $name has no way to $path: $folder is in the Nix store, which nobody writes to"
    else
        (umask 022 && mkdir -p "$folder") && replace_link "$LINK/$name" "$path" ||
            fail "secret $name: the link $path can't be made"
    fi
}

note_link() {
    ! leads_elsewhere || printf '%s\n' "$path" || unwritten=yes
}

# links come and go with their mounts. They are written down first: by a list that lacks some, others would be taken away.
set_links() {
    unwritten=''
    { (umask 022 && mkdir -p "$(dirname "$LINKS")") && empty "$LINKS.new"; } || unwritten=yes
    [ -n "$unwritten" ] || each_mount note_link > "$LINKS.new"
    [ -n "$unwritten" ] || [ ! -e "$LINKS" ] || cat "$LINKS" "$LINKS.new" > "$LINKS.both" || unwritten=yes
    [ -n "$unwritten" ] || [ ! -e "$LINKS.both" ] || mv "$LINKS.both" "$LINKS" || unwritten=yes
    each_mount link_outside
    if [ -n "$unwritten" ]; then
        rm -f "$LINKS.new" "$LINKS.both"
        fail "$LINKS can't be written, so links stay whose mounts are gone: make room, and activate again"
        return
    fi
    [ ! -e "$LINKS" ] || while IFS= read -r path; do
        leads_elsewhere || continue
        grep -qxF -e "$path" "$LINKS.new" || ! is_ours "$path" || rm -f "$path"
    done < "$LINKS"
    mv "$LINKS.new" "$LINKS"
}

install() {
    if has_mounts; then
        need_key
        [ ! -e "$LINK" ] || [ -L "$LINK" ] || die "$LINK is in the way: it should be a link of ours; move it away"
        is_memory || mount_memory || die "no file system in memory could be mounted at $ROOT"
    elif ! is_memory; then
        [ ! -s "$LINKS" ] || set_links
        return 0
    fi
    say "decrypting secrets..."
    rm -rf "$ROOT"/new.*
    new=$ROOT/new.$$
    (umask 026 && mkdir "$new") || die "$ROOT can't be written"
    each_mount install_one
    rm -f "$ROOT/words"
    if [ -n "$failed" ]; then
        rm -rf "$new"
        die "the secrets stay as they were. If the host has a new key, adopt it anew; then \`steading secrets rekey\`"
    fi
    each_mount link_inside
    number=$(basename "$(readlink "$LINK" || echo 0)")
    case $number in '' | *[!0-9]*) number=0 ;; esac
    next=$((number + 1))
    rm -rf "${ROOT:?}/$next"
    mv -T "$new" "$ROOT/$next" && replace_link "$ROOT/$next" "$LINK" || die "the new secrets can't be put into their place"
    for old in "$ROOT"/*; do [ "$old" = "$ROOT/$next" ] || rm -rf "$old"; done
    set_links
}

# ---- own

owner_and_mode() { stat -c '%u %g %a' "$1"; }

# One that is as it should be is not touched: while it is given away, those who may read it can't.
own_one() {
    [ -e "$LINK/$name" ] || return 0
    probe=$ROOT/probe
    rm -f "$probe"
    if empty "$probe" && give "$probe" 2> /dev/null &&
        [ "$(owner_and_mode "$probe")" = "$(owner_and_mode "$LINK/$name")" ]; then return; fi
    give "$LINK/$name" || fail "secret $name can't be given to $owner:$group with the mode $mode; only root can read it"
}

own() {
    each_mount own_one
    rm -f "$ROOT/probe"
}

# ---- notify

request() (
    set -f
    # shellcheck disable=SC2086  # names of units have no spaces
    for unit in $2; do
        # NixOS would start one that doesn't run
        if [ -n "${SYSTEMCTL-}" ] && ! "$SYSTEMCTL" is-active --quiet -- "$unit"; then continue; fi
        grep -qxF -e "$unit" "$REQUESTS/$1" 2> /dev/null || printf '%s\n' "$unit" >> "$REQUESTS/$1" || exit 1
    done
)

notify_one() {
    seen=$(sha256sum < "$path" | cut -d ' ' -f 1 && stat -L -c '%u %g %a' "$path" && printf '%s' "$name") || return 0
    seen=$(printf '%s' "$seen" | tr '\n' ' ')
    printf '%s\n' "$seen" >> "$SEEN.new" || unwritten=yes
    if "$asks" && ! grep -qxF -e "$seen" "$SEEN" 2> /dev/null; then
        request activation-restart-list "$restart" && request activation-reload-list "$reload" || unwritten=yes
    fi
}

# At boot nothing runs yet that would have to know. What was seen is written last, so that a run that is cut off, or finds
# no room, asks again.
notify() {
    has_mounts || [ -e "$SEEN" ] || return 0
    case ${NIXOS_ACTION-} in switch | test) asks=true ;; *) asks=false ;; esac
    (umask 022 && mkdir -p "$(dirname "$SEEN")" "$REQUESTS") && empty "$SEEN.new" || die "$SEEN can't be written"
    unwritten=''
    each_mount notify_one
    if [ -n "$unwritten" ]; then
        rm -f "$SEEN.new"
        die "units can't be told of new secrets: there is no room below /run; make some, and activate again"
    fi
    mv "$SEEN.new" "$SEEN"
}

case $verb in
    check | install | own | notify) "$verb" ;;
    activate)
        install
        own
        notify
        ;;
    *) die "there is no verb $verb" ;;
esac
[ -z "$failed" ]
