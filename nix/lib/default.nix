/**
  Steading's Nix library.

  It has no inputs: `lib` always comes from the fleet's own nixpkgs, so that a host's system
  is the same derivation as `nixos-rebuild` builds.
*/
{
  mkFleet = import ./fleet.nix;

  /**
    The ready-made global option sets by name, for fleets that pick them one by one
    (`mkFleet { readyMade = false; modules.global = [ steading.lib.globalModules.netsrv ]; … }`).

    # Type

    ```
    globalModules :: { [String] :: Path }
    ```
  */
  globalModules = import ../modules/global;

  /**
    Makers of plain files for hosts and devices that do without nixpkgs: texts, scripts, folders of links.

    # Type

    ```
    build :: { system :: String; … } -> { text; script; folder; }
    ```
  */
  build = import ./build.nix;
}
