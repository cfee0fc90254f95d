# Lists the closure of a system, and then the size of each path in bytes of NAR. Variable: system.
paths=$(nix-store --query --requisites "$system") || exit 1
printf '%s\n--\n' "$paths"
printf '%s\n' "$paths" | xargs nix-store --query --size
