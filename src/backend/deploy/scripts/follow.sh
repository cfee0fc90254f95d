# Hands on what an attempt says, from a byte on, and in the end its record.
# Variables: token, at (how many bytes are known already). Frames: "data N" and N bytes, "tick", "record N" and N bytes.

mine() { grep -qx "token=$token" "$folder/record" 2>/dev/null; }

# To ask whether it lives costs a process of systemd's, so every other second has to do; its end is seen at once.
count=0
is_over() {
    mine || return 0
    ! grep -qx step=ended "$folder/record" || return 0
    count=$((count + 1))
    [ $((count % 10)) = 1 ] || return 1
    ! activation_alive
}

quiet=0
while :; do
    # Looked at before the output, so that nothing it said last is missed.
    if is_over; then over=yes; else over=; fi
    size=$(wc -c 2>/dev/null <"$folder/$token.output") || size=0
    size=$((size))
    if [ "$size" -gt "$at" ]; then
        printf 'data %s\n' "$((size - at))"
        tail -c +"$((at + 1))" "$folder/$token.output" | head -c "$((size - at))"
        at=$size quiet=0
    fi
    [ -z "$over" ] || break
    # Whoever writes learns that nobody listens any more.
    quiet=$((quiet + 1))
    [ $((quiet % 20)) != 0 ] || echo tick
    sleep 0.2
done
record=
! mine || record=$(cat "$folder/record")
printf 'record %s\n%s' "${#record}" "$record"
