# Stands for nixpkgs' package of this name, which this fleet has to do without: the building machine's own ssh-keygen.
{ inputs, system }:
(inputs.steading.lib.build { inherit system; }).folder "openssh" { "bin/ssh-keygen" = "/usr/bin/ssh-keygen"; } ""
