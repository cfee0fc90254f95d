{
  system = "x86_64-linux";
  deployment = {
    targetHost = "10.77.0.14";
    # root logs in nowhere on this host; this user may `sudo`
    targetUser = "steward";
    tags = [ "inside" ];
  };
}
