# A box without Nix: Steading runs a program of ours that talks to it. See modules/push/uci.
{
  system = "x86_64-linux"; # the operator's: that is where the program runs
  deployment = {
    targetHost = "10.77.0.1";
    tags = [ "edge" ];
  };
}
