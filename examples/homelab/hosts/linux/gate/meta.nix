# What must be known of a host before it is evaluated: how to reach it, and what it is.
{
  system = "x86_64-linux";
  deployment = {
    targetHost = "10.77.0.11";
    tags = [ "edge" ];
    # the router forwards the web's ports to it, so that one goes first
    after = [ "router" ];
  };
}
