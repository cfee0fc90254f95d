# Lets go of a planned system. Variable: system.
[ "$(target "$plan_root")" != "$system" ] || rm -f "$plan_root"
