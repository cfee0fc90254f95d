# Asks each target (a line of $TARGETS: job, name, URL) for its numbers, again and again. Writes to the current folder
# metrics.txt, all numbers with the name of the target, and index.html, which says who is up.

while :; do
    : > metrics.new
    {
        echo '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        echo '<meta http-equiv="refresh" content="15"><title>Status</title><h1>Status</h1><ul>'
        while read -r job target url; do
            if numbers=$(busybox wget -q -T 5 -O - "$url"); then
                up=1 word=up
                # name value -> name{instance="target"} value
                printf '%s\n' "$numbers" |
                    sed -E "s/^([a-zA-Z0-9_:]+)\{/\1{instance=\"$target\",/; t; s/^([a-zA-Z0-9_:]+) /\1{instance=\"$target\"} /" >> metrics.new
            else
                up=0 word=down
            fi
            echo "up{job=\"$job\",instance=\"$target\"} $up" >> metrics.new
            echo "<li>$target is $word"
        done < "$TARGETS"
        echo '</ul></html>'
    } > index.new
    mv metrics.new metrics.txt
    mv index.new index.html
    sleep "$SECONDS_BETWEEN"
done
