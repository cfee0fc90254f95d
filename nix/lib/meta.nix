/**
  A host's `meta.nix`: plain data, read without evaluating the host.
*/
{ lib }:

let
  names = import ./names.nix { inherit lib; };
  known = [
    "system"
    "deployment"
  ];
in
rec {
  /**
    Reads and checks one `meta.nix`.

    # Type

    ```
    read :: Path -> { system? :: String; deployment? :: Attrs; }
    ```
  */
  read =
    file:
    let
      content = import file;
      unknown = lib.filter (key: !(lib.elem key known)) (builtins.attrNames content);
      first = lib.head unknown;
      refuse = why: throw "steading: ${toString file}: ${why}";
    in
    if builtins.isFunction content then
      refuse "this is a function, but meta.nix is plain data ({ system = \"x86_64-linux\"; deployment = { … }; }), so that it can be read without evaluating the host. What depends on other values belongs into a module of the host."
    else if !(builtins.isAttrs content) then
      refuse "this must be an attribute set ({ system = \"x86_64-linux\"; deployment = { … }; }), but is a ${builtins.typeOf content}."
    else if unknown != [ ] then
      refuse "there is no `${first}` in a meta.nix, only `system` and `deployment`.${names.didYouMean known first}"
    else if content ? system && !(builtins.isString content.system) then
      refuse "`system` must be a string such as \"x86_64-linux\"."
    else if content ? deployment && !(builtins.isAttrs content.deployment) then
      refuse "`deployment` must be an attribute set such as { targetHost = \"10.0.0.1\"; }."
    else
      content;

  /**
    Completes and checks what a `meta.nix` says of the deployment; null where it says nothing.

    # Type

    ```
    deployment :: { name :: String; file :: Path; more ? :: [ Module ]; } -> Attrs | Null
    ```
  */
  deployment =
    {
      name,
      file,
      more ? [ ],
    }:
    let
      content = read file;
    in
    if content ? deployment then
      check {
        inherit name file more;
        inherit (content) deployment;
      }
    else
      null;

  /**
    Completes and checks deployment options that stand in `file`; its errors name the file and the option.

    # Type

    ```
    check :: { name :: String; file :: Path | String; deployment :: Attrs; more ? :: [ Module ]; } -> Attrs
    ```
  */
  check =
    {
      name,
      file,
      deployment,
      more ? [ ],
    }:
    (lib.evalModules {
      modules = [
        ../modules/deployment.nix
        {
          _file = toString file;
          inherit deployment;
        }
      ]
      ++ more;
      specialArgs = { inherit name; };
    }).config.deployment;
}
