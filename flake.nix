{
  description = "Steading: the operator's console for a Nix-based homelab";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
  # The Nix library is a flake of its own, so that a fleet which only wants the library takes no nixpkgs from here:
  # inputs.steading.url = "…?dir=nix".
  inputs.library.url = "path:./nix";

  outputs =
    inputs:
    let
      inherit (inputs.nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
      each = make: lib.genAttrs systems (system: make inputs.nixpkgs.legacyPackages.${system});
      manifest = (lib.importTOML ./Cargo.toml).package;
    in
    {
      inherit (inputs.library) lib;

      packages = each (pkgs: {
        default = pkgs.rustPlatform.buildRustPackage {
          pname = manifest.name;
          inherit (manifest) version;
          src = lib.fileset.toSource {
            root = ./.;
            fileset = lib.fileset.unions [
              ./Cargo.toml
              ./Cargo.lock
              ./src
            ];
          };
          cargoLock.lockFile = ./Cargo.lock;
          # The tests deploy to hosts in network namespaces, which no build sandbox has.
          doCheck = false;
          nativeBuildInputs = [ pkgs.makeWrapper ];
          postInstall = ''
            wrapProgram $out/bin/steading --suffix PATH : ${
              lib.makeBinPath [
                pkgs.git
                pkgs.openssh
              ]
            }
          '';
          meta = {
            inherit (manifest) description;
            license = [
              lib.licenses.mit
              lib.licenses.asl20
            ];
            mainProgram = "steading";
          };
        };
      });

      devShells = each (pkgs: {
        default = pkgs.mkShell {
          packages = [
            pkgs.cargo
            pkgs.rustc
            pkgs.clippy
            pkgs.rustfmt
            pkgs.cargo-nextest
          ];
        };
      });
    };
}
