# Monitoring. What it watches is said by the hosts themselves: see modules/linux/metrics.nix.
{
  roles.monitoring = {
    enable = true;
    from = "watch@example.org";
    to = "postmaster@example.org";
  };

  # What goes down or comes back is told by mail from here. It only sends: whoever answers, nobody reads it.
  x.global.email.accounts."watch@example.org".permissions.send = true;
}
