#!/bin/sh
# setup-etc.sh TOPLEVEL: makes /etc what the system says, and takes away what an earlier system had put there.
#
# /etc/static points to the system's files and /etc/NAME to /etc/static/NAME; an entry with a mode is a copy.
# What is ours is written down before it is touched, so that the next run finishes one that was cut off.
# A file that is not ours is never lost: it is put aside, we say so, and it comes back when the entry goes.
# shellcheck disable=SC2086,SC2013  # lists of names are meant to be split: they have no spaces

SCRIPTS=$(dirname "$(readlink -f "$0")")
toplevel=$1
# shellcheck source=common.sh
. "$SCRIPTS/common.sh"

MANIFEST=$toplevel/etc-manifest # a line each: NAME, mode or "symlink", user, group (names have no spaces)
OWN=/var/lib/steading/etc       # a line each: "link NAME", "copy NAME CKSUM", "folder NAME" (made by us), "aside NAME"
ASIDE=before-steading

result=0
fail() {
    say "error: $*"
    result=1
}

sum() { cksum < "$1" | cut -d ' ' -f 1; }
owned() { grep -qxF -- "$*" "$OWN"; }
own() { owned "$@" || printf '%s\n' "$*" >> "$OWN"; }
forget() {
    awk -v name="$1" '$2 != name' "$OWN" > "$OWN.new" && mv "$OWN.new" "$OWN"
}

# is /etc/NAME just as we left it?
untouched() {
    if [ -L "/etc/$1" ]; then
        [ "$(readlink "/etc/$1")" = "/etc/static/$1" ]
    else
        [ -f "/etc/$1" ] && owned "copy $1 $(sum "/etc/$1")"
    fi
}

# put_aside NAME: keeps a version of /etc/NAME that isn't ours; false when it can't
put_aside() {
    [ -e "/etc/$1" ] || [ -L "/etc/$1" ] || return 0
    if [ -d "/etc/$1" ] && [ ! -L "/etc/$1" ]; then
        fail "/etc/$1 is a folder, but the configuration has a file of that name: move it away"
        return 1
    fi
    away=/etc/$1.$ASIDE number=1
    while [ -e "$away" ] || [ -L "$away" ]; do
        number=$((number + 1))
        away=/etc/$1.$ASIDE.$number
    done
    cp -a "/etc/$1" "$away" || return 1
    if awk -v name="$1" '$2 == name { found = 1 } END { exit !found }' "$OWN"; then
        say "warning: /etc/$1 was changed by hand; that version is kept as $away"
    else
        say "warning: /etc/$1 is not from this configuration; it is kept as $away and comes back when the entry goes"
        own "aside $1"
    fi
}

make_parents() {
    set -- "$(dirname "$1")"
    [ "$1" != . ] && [ ! -d "/etc/$1" ] || return 0
    make_parents "$1" && own "folder $1" && mkdir "/etc/$1"
}

install_link() {
    untouched "$1" || put_aside "$1" || return 1
    own "link $1"
    [ -L "/etc/$1" ] && untouched "$1" || replace_link "/etc/static/$1" "/etc/$1"
}

install_copy() {
    source=$toplevel/etc/$1 target=/etc/$1
    if [ -L "$target" ] || ! untouched "$1" || ! cmp -s "$source" "$target"; then
        untouched "$1" || put_aside "$1" || return 1
        own "copy $1 $(sum "$source")"
        # never readable by more than it should be, not even while it is written
        (umask 077 && cp "$source" "$target.steading-new") && chown "$3:$4" "$target.steading-new" &&
            chmod "$2" "$target.steading-new" && mv -T "$target.steading-new" "$target"
    else
        chown "$3:$4" "$target" && chmod "$2" "$target"
    fi
}

# what an earlier system had and this one has not
remove_entry() {
    if untouched "$1"; then
        rm -f "/etc/$1"
    elif [ -e "/etc/$1" ] || [ -L "/etc/$1" ]; then
        say "warning: /etc/$1 is no longer in the configuration; it was changed by hand, so it stays"
        forget "$1"
        return
    fi
    if owned "aside $1"; then
        say "putting /etc/$1 back as it was before"
        mv -T "/etc/$1.$ASIDE" "/etc/$1"
    fi
    forget "$1"
}

say "setting up /etc..."
mkdir -p "$(dirname "$OWN")" && touch "$OWN" || die "$OWN can't be written"
[ -L /etc/static ] || [ ! -e /etc/static ] || die "/etc/static is in the way: it should be a link of ours; move it away"

# first away with the old: a folder may take the place of a file
entries=$(cut -d ' ' -f 1 "$MANIFEST")
for name in $(awk '$1 == "link" || $1 == "copy" { print $2 }' "$OWN" | sort -u); do
    has "$name" $entries || remove_entry "$name" || fail "/etc/$name could not be removed"
done

replace_link "$toplevel/etc" /etc/static
while read -r name mode user group; do
    if ! make_parents "$name"; then
        fail "the folder of /etc/$name could not be made"
    elif [ "$mode" = symlink ]; then
        install_link "$name" || fail "/etc/$name could not be set up"
    else
        install_copy "$name" "$mode" "$user" "$group" || fail "/etc/$name could not be set up"
    fi
done < "$MANIFEST"

for folder in $(awk '$1 == "folder" { print $2 }' "$OWN" | sort -ru); do
    [ -d "/etc/$folder" ] && ! rmdir "/etc/$folder" 2> /dev/null || forget "$folder"
done
exit $result
