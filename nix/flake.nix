{
  description = "Steading's Nix library: a fleet of hosts with shared, traceable global values";

  inputs = {
    # Evaluated globals, put in by the console with `--override-input`; by itself it points back here,
    # which means that there is none. Declared from the start, so that no fleet's lock file changes for it.
    snapshot.follows = "";
  };

  outputs = _: {
    lib = import ./lib;
  };
}
