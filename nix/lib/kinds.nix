/**
  The kinds of host: how each is evaluated, and which derivation is its system.
*/
{ lib, inputs }:

let
  withModules = own: { modules, specialArgs }: lib.evalModules {
    modules = own ++ modules;
    inherit specialArgs;
  };
  toplevelOf = evaluation: evaluation.config.system.build.toplevel;

  # the first input of some names that has what is needed
  makerOf =
    host: maker: names: project:
    let
      found = lib.filter (name: inputs ? ${name}.lib.${maker}) names;
    in
    if found == [ ] then
      throw "steading: ${host.place} is of kind ${host.kind}, which needs ${project}'s `lib.${maker}`: give the fleet's flake an input ${
        lib.concatMapStringsSep " or " (name: "`${name}`") names
      }, with `inputs.nixpkgs.follows = \"nixpkgs\"`."
    else
      inputs.${lib.head found}.lib.${maker};

  # home-manager looks at all assertions before it hands out anything, which would never end where these depend on what
  # other hosts say, or this one itself. So its `evalModules` says that there are none, and keeps what it really made.
  unchecked =
    lib:
    lib
    // {
      extend =
        overlay:
        let
          extended = lib.extend overlay;
        in
        extended
        // {
          evalModules =
            given:
            let
              evaluation = extended.evalModules given;
            in
            evaluation
            // {
              unchecked = evaluation;
              config = evaluation.config // {
                assertions = [ ];
                warnings = [ ];
              };
            };
        };
    };
in
{
  nixos = {
    evaluate =
      host:
      let
        nixosSystem =
          inputs.nixpkgs.lib.nixosSystem
            or (throw "steading: ${host.place} is of kind nixos, which needs `inputs.nixpkgs.lib.nixosSystem`: give the fleet's flake an input `nixpkgs` that is nixpkgs.");
      in
      { modules, specialArgs }: nixosSystem { inherit modules specialArgs; };
    toplevel = toplevelOf;
    # its system refuses by itself to be built while an assertion fails
    checksAssertions = true;
  };

  linux = {
    evaluate = _: withModules [ ../modules/linux ];
    toplevel = toplevelOf;
    checksAssertions = false;
  };

  # can be browsed wherever Nix runs, and built where something builds for darwin
  darwin = {
    evaluate =
      host:
      let
        darwinSystem = makerOf host "darwinSystem" [ "nix-darwin" "darwin" ] "nix-darwin";
      in
      { modules, specialArgs }: darwinSystem { inherit modules specialArgs; };
    toplevel = toplevelOf;
    checksAssertions = true;
  };

  home = rec {
    evaluate = host: given: (configure host given unchecked).unchecked or (configure host given (lib: lib));
    # what `home-manager` itself reads
    output = host: given: configure host given (lib: lib);
    configure =
      host:
      let
        homeManagerConfiguration = makerOf host "homeManagerConfiguration" [ "home-manager" ] "home-manager";
        system =
          host.meta.system
            or (throw "steading: ${host.place} is of kind home, which needs to know whose packages it takes: write `system = \"x86_64-linux\";` into its meta.nix.");
        pkgs =
          inputs.nixpkgs.legacyPackages.${system}
            or (throw "steading: ${host.place} is of kind home, which needs `inputs.nixpkgs.legacyPackages.${system}`: give the fleet's flake an input `nixpkgs` that is nixpkgs.");
      in
      { modules, specialArgs }:
      withLib:
      homeManagerConfiguration {
        inherit modules pkgs;
        lib = withLib pkgs.lib;
        extraSpecialArgs = specialArgs;
      };
    toplevel = evaluation: evaluation.config.home.activationPackage;
    checksAssertions = false;
  };

  push = {
    evaluate = _: withModules [ ../modules/push.nix ];
    toplevel = evaluation: evaluation.config.push.deploy;
    checksAssertions = false;
  };
}
