{
  system = "x86_64-linux";
  deployment = {
    targetHost = "10.77.0.13";
    tags = [ "inside" ];
  };
}
