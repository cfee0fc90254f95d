# Functions that run on the box, with no more than a router's busybox. deploy.sh sets `out` and `files` before them, and
# adds `write_new`, which writes the wanted files to $new.
#
# /etc/steading on the box:  system    the output path that was applied last
#                            sums      checksums of its files, by which a change by hand is seen
#                            previous  the files and `system` from before; `applying` while an apply is under way

state=/etc/steading
new=$state/new

say() { echo "$*" >&2; }
fail() {
    say "error: $*"
    exit 1
}

# put FROM TO: replaces a file in one step
put() { cp -p "$1" "$2.steading-new" && mv "$2.steading-new" "$2"; }

# keep FOLDER: copies what the box has now
keep() {
    rm -rf "$1.unfinished" && mkdir -p "$1.unfinished" || return 1
    for file in $files; do
        [ ! -e "/etc/config/$file" ] || cp -p "/etc/config/$file" "$1.unfinished/$file" || return 1
    done
    [ ! -e $state/system ] || cp $state/system $state/sums "$1.unfinished/" || return 1
    rm -rf "$1" && mv "$1.unfinished" "$1"
}

# reload FILES...: whoever uses them reads them again, where the box has somebody
reload() {
    for file; do
        case $file in dhcp) hook=/etc/init.d/dnsmasq ;; *) hook=/etc/init.d/$file ;; esac
        [ -x "$hook" ] || continue
        say "reloading $file"
        "$hook" reload < /dev/null >&2 || fail "$hook reload failed; the files themselves are in place"
    done
}

show_files() {
    for file in $files; do
        [ ! -e "/etc/config/$file" ] || sed "s/^/$file:/" "/etc/config/$file"
    done
}

status() {
    [ -e $state/system ] || { echo none; exit 0; }
    changed=$(cd /etc/config && sha256sum -c $state/sums 2> /dev/null | sed -n 's/: FAILED.*//p')
    echo "$(cat $state/system)${changed:+ (changed by hand: $(echo $changed | sed 's/ /, /g'))}"
}

apply() {
    rm -rf $new && mkdir -p $new && write_new || fail "$new can't be written; nothing was changed"
    changed=''
    for file in $files; do
        cmp -s "$new/$file" "/etc/config/$file" || changed="$changed $file"
    done

    # an apply that was cut off is finished: `previous` is still from before it
    if [ ! -e $state/applying ]; then
        [ -n "$changed" ] || [ "$(cat $state/system 2> /dev/null)" != $out ] || { say "nothing to do"; exit 0; }
        keep $state/previous || fail "the present files could not be kept in $state/previous; nothing was changed"
        echo "$changed" > $state/applying
    fi
    for file in $changed; do
        say "writing /etc/config/$file"
        put "$new/$file" "/etc/config/$file" || fail "/etc/config/$file could not be written; apply again, or roll back"
    done
    finish "$(cd $new && sha256sum $files)" $out
}

rollback() {
    [ -d $state/previous ] || fail "there is nothing to go back to on this box"
    changed=''
    for file in $files; do
        if [ ! -e "$state/previous/$file" ]; then
            rm -f "/etc/config/$file"
        elif ! cmp -s "$state/previous/$file" "/etc/config/$file"; then
            say "putting back /etc/config/$file"
            put "$state/previous/$file" "/etc/config/$file" || fail "/etc/config/$file could not be written; try again"
            changed="$changed $file"
        fi
    done
    echo "$changed" > $state/applying
    if [ -e $state/previous/system ]; then
        finish "$(cat $state/previous/sums)" "$(cat $state/previous/system)"
    else
        rm -f $state/system $state/sums
        finish
    fi
    rm -rf $state/previous
}

# finish [SUMS SYSTEM]: writes down what the box has now and reloads what was changed, by this run or one that was cut off
finish() {
    if [ $# -gt 0 ]; then
        echo "$1" > $state/sums.new && echo "$2" > $state/system.new &&
            mv $state/sums.new $state/sums && mv $state/system.new $state/system ||
            fail "$state can't be written; the files are in place"
    fi
    # shellcheck disable=SC2046
    reload $(cat $state/applying)
    rm -rf $state/applying $new
}
