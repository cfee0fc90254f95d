# What holds for every fleet: sentences about what does not.
{ lib, fleets, root }:
let
  validate = import ../schema.nix;
  make = import ./fleet.nix { inherit lib fleets root; };
  try = value:
    let tried = builtins.tryEval (builtins.deepSeq value value);
    in if tried.success then tried.value else "<error>";
  show = value:
    if builtins.isFunction value then "<function>"
    else if builtins.isList value then map show value
    else if builtins.isAttrs value then
      if value ? __functor then { returns = show (value { }); arguments = lib.functionArgs value; }
      # the modules of a deferred module say where they come from, and that is the host, too
      else if value ? imports then { imports = map (m: show (if m ? _file then removeAttrs m [ "_file" ] else m)) value.imports; }
      else if value._type or "" == "option-type" then "<type ${value.name}>"
      else builtins.mapAttrs (_: show) value
    else value;
  unless = holds: sentence: lib.optional (!holds) sentence;
  text = value: let s = builtins.toJSON value; in if builtins.stringLength s > 300 then builtins.substring 0 300 s + "…" else s;
in
seed:
let
  made = make seed;
  inherit (made) fleet oracle;
  works = try (builtins.attrNames oracle.config) != "<error>";

  values = lib.concatMap
    (path:
      let
        mine = try (show (lib.getAttrFromPath path fleet.globalConfig));
        theirs = try (show (lib.getAttrFromPath path oracle.config.x.global));
      in
      unless (mine == theirs) "${lib.showOption path} is ${text mine}, but in one evaluation ${text theirs}")
    made.paths;

  inherit (fleet.steading) globals;
  used = leaf: removeAttrs leaf [ "definitions" ] // { definitions = lib.filter (d: d.state == "used") leaf.definitions; };
  byOption = lib.concatLists (lib.attrValues fleet.steading.globalsByOption);
  leaf = leaf:
    let here = lib.showOption leaf.path;
    in
    unless (!(lib.elem "_type" leaf.path)) "${here} is no leaf, but a property"
    # without a definition that holds there is no value, but for types that have one for nothing, in lazyAttrsOf
    ++ unless (!(leaf ? value) || lib.elem leaf.value [ [ ] { } null ] || lib.any (d: d.state == "used") leaf.definitions) "${here} has a value, but no definition holds"
    ++ unless (lib.all (d: d.state != "disabled" || !(d ? value)) leaf.definitions) "${here}: a switched-off definition was evaluated";
in
# what does not even evaluate in one place is no fleet
if !works then [ ]
else
  values
  ++ validate (root + "/../schema/globals.json") globals
  ++ map (c: "provenance says ${text c}") fleet.steading.selfCheck
  # option by option nothing is looked into that does not hold
  ++ lib.concatMap
    (leaf: unless (!(leaf ? value) || lib.elem (used leaf) (map used byOption)) "option by option, ${lib.showOption leaf.path} is told otherwise")
    globals.leaves
  ++ lib.concatMap leaf globals.leaves
