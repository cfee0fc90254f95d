#!/bin/sh
# Prints this host's numbers in the text format of Prometheus. Called by the web server for each request.

printf 'Content-Type: text/plain; version=0.0.4\r\n\r\n'

read -r load _ < /proc/loadavg
echo "node_load1 $load"
awk '$1 == "MemAvailable:" { print "node_memory_MemAvailable_bytes", $2 * 1024 }' /proc/meminfo
df -P -B1 / /nix 2> /dev/null |
    awk 'NR > 1 { printf "node_filesystem_avail_bytes{mountpoint=\"%s\"} %s\n", $6, $4 }' | sort -u
