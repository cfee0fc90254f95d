# deploy.sh OUT: brings the files of OUT/config to /etc/config of an OpenWrt box. Runs on the operator's machine.
#
# STEADING_ADDRESS says where the box is, STEADING_ACTION what to do:
#   plan      prints the difference                     status    prints what was applied last
#   apply     writes the files, keeping the former      rollback  takes the last apply back
# What runs on the box itself is on-box.sh, sent over SSH with the files in it.

out=$1
here=$(dirname "$0")
files=$(cd "$out/config" && echo *)

# on_box ACTION: the functions of on-box.sh, the files, and only then the call: if the link is cut before the last line,
# the box has done nothing
on_box() {
    {
        printf 'out=%s files="%s"\n' "$out" "$files"
        cat "$here/on-box.sh"
        echo 'write_new() {'
        for file in $files; do
            printf 'cat > "$new/%s" << "STEADING-END"\n' "$file"
            cat "$out/config/$file"
            echo STEADING-END
        done
        echo '}'
        echo "$1"
    } | ssh ${STEADING_SSHOPTS:-} -o BatchMode=yes -o ConnectTimeout=10 -p "${STEADING_PORT:-22}" \
        "${STEADING_USER:-root}@$STEADING_ADDRESS" sh -s
}

plan() {
    found=$(mktemp -d) && trap 'rm -rf "$found"' EXIT
    on_box show_files > "$found/all" || return
    for file in $files; do
        sed -n "s/^$file://p" "$found/all" > "$found/$file"
        diff -u --label "a/etc/config/$file" --label "b/etc/config/$file" "$found/$file" "$out/config/$file"
    done
    return 0
}

[ -n "$STEADING_ADDRESS" ] || { echo "error: STEADING_ADDRESS is not set: it is the address of the box" >&2; exit 1; }
case $STEADING_ACTION in
    plan) plan ;;
    apply | status | rollback) on_box "$STEADING_ACTION" ;;
    *)
        echo "error: STEADING_ACTION must be plan, apply, status or rollback, not '$STEADING_ACTION'" >&2
        exit 1
        ;;
esac
