{
  system = "x86_64-linux";
  deployment = {
    targetHost = "10.77.0.12";
    tags = [ "edge" ];
    after = [ "router" ];
  };
}
