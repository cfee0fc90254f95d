# Monitoring. What it watches is said by the hosts themselves: see modules/linux/metrics.nix.
{
  roles.monitoring.enable = true;

  # it writes to us when something is down; whoever answers, nobody reads it here
  x.global.email.accounts."watch@example.org".permissions.send = true;
}
