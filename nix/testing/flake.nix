{
  description = "Steading's stand-in for nixpkgs' lib, for tests and the demo where nixpkgs can't be reached";
  outputs = _: { lib = import ./lib; };
}
