# Says what an activation would do. Variable: system.
exec "$system/bin/switch-to-configuration" dry-activate 2>&1
