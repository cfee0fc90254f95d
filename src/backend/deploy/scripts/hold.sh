# Keeps a planned system from being garbage collected, until it is deployed or declined. Variable: system.
[ -e "$system" ] || { echo "$system has not arrived" >&2; exit 1; }
mkdir -p "${plan_root%/*}" && ln -sfn "$system" "$plan_root"
