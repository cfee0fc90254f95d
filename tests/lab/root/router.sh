# A box that has never heard of Nix.
rm -rf /nix /etc/nix /usr/bin/nix*
