# Asks each target (a line of $TARGETS: job, name, URL) for its numbers, again and again. Writes to the current folder
# metrics.txt, all numbers with the name of the target, and index.html, which says who is up. Tells by mail who went down
# or came back.

page_head='<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="15"><title>Status</title><h1>Status</h1><ul>'

while :; do
    : > metrics.new
    echo "$page_head" > index.new
    while read -r job target url; do
        if numbers=$(busybox wget -q -T 5 -O - "$url"); then
            up=1 now=up
            # name value -> name{instance="target"} value
            printf '%s\n' "$numbers" |
                sed -E "s/^([a-zA-Z0-9_:]+)\{/\1{instance=\"$target\",/; t; s/^([a-zA-Z0-9_:]+) /\1{instance=\"$target\"} /" >> metrics.new
        else
            up=0 now=down
        fi
        echo "up{job=\"$job\",instance=\"$target\"} $up" >> metrics.new
        echo "<li>$target is $now" >> index.new

        # what was not told is told the next time
        before=$(cat "was-$target" 2> /dev/null)
        if [ "${before:-up}" = "$now" ] || bash "$TELL" "$target is $now"; then echo "$now" > "was-$target"; fi
    done < "$TARGETS"
    mv metrics.new metrics.txt
    mv index.new index.html
    sleep "$SECONDS_BETWEEN"
done
