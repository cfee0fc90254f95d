# Texts of errors: what a user reads when something is wrong, and errors that no Nix code can catch.
# Each `expr` must fail, and everything in `says` must stand in what Nix prints. `since`: older releases say it otherwise.
{ lib }:
let
  inherit (lib) mkOption types evalModules mkForce mkMerge;
  config = modules: (evalModules { inherit modules; }).config;
  from = _file: module: { inherit _file; config = module; };
  it = type: definitions: config ([ { _file = "declares"; options.it = mkOption { inherit type; }; } ] ++ lib.imap1 (n: v: from "file ${toString n}" { it = v; }) definitions);
in
{
  "conflict of two values" = {
    expr = it types.int [ 1 2 ];
    says = [
      "The option `it' has conflicting definition values:"
      "- In `file 2': 2"
      "- In `file 1': 1"
      "Use `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions."
    ];
  };
  "conflict inside a set of submodules" = {
    expr = it (types.attrsOf (types.submodule { options.port = mkOption { type = types.port; }; })) [ { "www.x".port = 80; } { "www.x".port = 81; } ];
    says = [ "The option `it.\"www.x\".port' has conflicting definition values:" "- In `file 1': 80" "- In `file 2': 81" ];
  };
  "conflict of two forces" = {
    expr = it types.str [ (mkForce "a") (mkForce "b") ];
    says = [ "The option `it' has conflicting definition values:" "- In `file 2': \"b\"" ];
  };
  "wrong type" = {
    expr = it types.int [ "x" ];
    says = [ "A definition for option `it' is not of type `signed integer'. Definition values:" "- In `file 1': \"x\"" ];
  };
  "wrong type of a list" = {
    expr = it (types.listOf types.int) [ { a = 1; } ];
    says = [ "A definition for option `it' is not of type `list of signed integer'. TypeError: Definition values:" "- In `file 1':" ];
  };
  "wrong type of an element" = {
    expr = it (types.listOf types.int) [ [ 1 "x" ] ];
    says = [ "A definition for option `it.\"[definition 1-entry 2]\"' is not of type `signed integer'. Definition values:" ];
  };
  "wrong type of neither" = {
    expr = it (types.either types.int types.bool) [ "x" ];
    says = [ "A definition for option `it' is not of type `signed integer or boolean'. TypeError: The option `it` is neither a value of type `signed integer` nor `boolean`" ];
  };
  "a long value is cut" = {
    expr = it types.int [ { a = 1; b = 2; c = [ 1 2 3 ]; d = "\n"; e = { }; f = x: x; g = null; } ];
    says = [ "- In `file 1':" "a = 1;" "b = 2;" "c = [" "..." ];
  };
  "no value" = {
    expr = it types.int [ ];
    says = [ "The option `it' was accessed but has no value defined. Try setting the option." ];
  };
  "no value in a submodule" = {
    expr = it (types.attrsOf (types.submodule { options.host = mkOption { type = types.str; }; })) [ { www = { }; } ];
    says = [ "The option `it.www.host' was accessed but has no value defined. Try setting the option." ];
  };
  "unknown option" = {
    expr = config [ { options.services.nginx = mkOption { default = 1; }; } (from "typo" { services.ngnix = true; }) ];
    says = [ "The option `services.ngnix' does not exist. Definition values:" "- In `typo': true" ];
  };
  "unknown option: the one that was meant" = {
    since = "26.05";
    expr = config [ { options.services.nginx = mkOption { default = 1; }; } (from "typo" { services.ngnix = true; }) ];
    says = [ "Did you mean `services.nginx'?" ];
  };
  "unknown option: the three nearest" = {
    since = "26.05";
    expr = config [ { options = lib.genAttrs [ "alpha" "beta" "alpine" "gamma" ] (_: mkOption { default = 1; }); } (from "typo" { alpa = true; }) ];
    says = [ "Did you mean `alpha', `alpine' or `beta'?" ];
  };
  "unknown option in a submodule" = {
    expr = it (types.submodule { options.a = mkOption { default = 1; }; }) [ { b = 2; } ];
    says = [ "The option `it.b' does not exist. Definition values:" "- In `file 1': 2" ];
  };
  "options written as configuration" = {
    expr = config [ (from "mistake" { it = mkOption { }; }) ];
    says = [ "The option `it' does not exist." "It seems as if you're trying to declare an option by placing it into `config' rather than `options'!" ];
  };
  "read-only" = {
    expr = config [ { _file = "declares"; options.it = mkOption { readOnly = true; default = 1; }; } (from "sets" { it = 2; }) ];
    says = [ "The option `it' is read-only, but it's set multiple times. Definition values:" "- In `declares': 1" "- In `sets': 2" ];
  };
  "declared twice" = {
    expr = config [ { _file = "one"; options.it = mkOption { default = 1; }; } { _file = "two"; options.it = mkOption { default = 2; }; } ];
    says = [ "The option `it' in `one' is already declared in `two'." ];
  };
  "declared twice with types that don't merge" = {
    expr = config [ { _file = "one"; options.it = mkOption { type = types.int; }; } { _file = "two"; options.it = mkOption { type = types.str; }; } ];
    says = [ "The option `it' in `one' is already declared in `two'." ];
  };
  "options below an option" = {
    expr = config [ { _file = "one"; options.it = mkOption { type = types.int; }; } { _file = "two"; options.it.below = mkOption { }; } ];
    says = [
      "The option `it' in module `one' would be a parent of the following options, but its type `signed integer' does not support nested options."
      "- option(s) with prefix `it.below' in module `two'"
    ];
  };
  "a type where an option was meant" = {
    expr = config [ { _file = "one"; options.it = types.int; } ];
    says = [ "In module one: expected an option declaration at option path `it` but got an attribute set with type option-type" ];
  };
  "unique twice" = {
    expr = it (types.uniq types.int) [ 1 1 ];
    says = [ "The option `it' is defined multiple times while it's expected to be unique." "- In `file 2': 1" ];
  };
  "unique twice with a reason" = {
    expr = it (types.unique { message = "There can be only one."; } types.int) [ 1 1 ];
    says = [ "There can be only one." ];
  };
  "null and not null" = {
    expr = it (types.nullOr types.int) [ null 1 ];
    says = [ "The option `it` is defined both null and not null, in `file 2' and `file 1'." ];
  };
  "no merge without a type" = {
    expr = config [ { options.it = mkOption { }; } (from "a" { it = 1; }) (from "b" { it = "x"; }) ];
    says = [ "Cannot merge definitions of `it'. Definition values:" "- In `b': \"x\"" ];
  };
  "anything: two kinds" = {
    expr = it types.anything [ 1 "x" ];
    says = [ "The option `it' has conflicting option types in `file 2' and `file 1'" ];
  };
  "an argument nobody gives" = {
    expr = config [ ({ nobody, ... }: { options.a = mkOption { default = nobody; }; }) ];
    says = [ "attribute 'nobody' missing" "while evaluating the module argument `nobody' in \":anon-1\"" ];
  };
  "imports that depend on the configuration" = {
    expr = config [ ({ config, lib, ... }: { options.a = mkOption { default = true; }; imports = lib.optional config.a { }; }) ];
    says = [ "infinite recursion encountered" "you probably reference `config` in `imports`" ];
  };
  "a condition that is none" = {
    expr = it types.int [ (lib.mkIf "yes" 1) ];
    says = [ "‘mkIf’ called with a non-Boolean condition" "while evaluating definitions from `file 1'" ];
  };
  "options beside plain configuration" = {
    expr = config [ { _file = "f"; key = "k"; options = { }; services = { }; } ];
    says = [ "Module `k' has an unsupported attribute `services'. This is caused by introducing a top-level `config' or `options' attribute." ];
  };
  "not a module" = {
    expr = config [ 5 ];
    says = [ "cannot coerce an integer to a string" ];
  };
  "a merge as a module" = {
    expr = config [ { _file = "f"; imports = [ (mkMerge [ ]) ]; } ];
    says = [ "Expected a module, but found a value of type" "merge" ];
  };
  "a list among imports" = {
    expr = config [ { _file = "f"; imports = [ [ { } ] ]; } ];
    says = [ "Module imports can't be nested lists. Perhaps you meant to remove one level of lists? Definitions: " "- In `f':" ];
  };
  "a file that is not there" = {
    expr = config [ (/. + "/nowhere/module.nix") ];
    says = [ "/nowhere/module.nix' does not exist" ];
  };
  "another class" = {
    expr = (evalModules { class = "linux"; modules = [ { _file = "f"; _class = "darwin"; } ]; }).config;
    says = [ "(class: \"darwin\") cannot be imported into a module evaluation that expects class \"linux\"." ];
  };
  "a type with its check replaced" = {
    expr = it (types.listOf types.int // { check = _: true; }) [ [ 1 ] ];
    says = [ "an ad-hoc `type // { check = ...; }' override, which is incompatible with" "Please use `lib.types.addCheck` instead" ];
  };
  "where in the configuration an error stands" = {
    expr = it (types.attrsOf types.str) [ { a = throw "inside"; } ];
    says = [ "inside" "while evaluating the option `it.a'" ];
  };
  "submodule with a definition from mkDefinition" = {
    expr = it (types.submodule { }) [ (lib.mkDefinition { file = "f"; value = { }; }) ];
    says = [ "called with unexpected argument '_type'" ];
  };
  "an attribute path that leads nowhere" = {
    expr = lib.getAttrFromPath [ "a" "b.c" ] { a = { }; };
    says = [ "cannot find attribute 'a.b.c'" ];
  };
  "toInt" = {
    expr = lib.toInt "x1";
    says = [ "toInt: Could not convert \"x1\" to int." ];
  };
  "toInt with a leading zero" = {
    expr = lib.toInt "017";
    says = [ "toInt: Ambiguity in interpretation of \"017\" between octal and zero padded integer." ];
  };
  "assertMsg" = {
    expr = lib.assertMsg false "why";
    says = [ "why" ];
  };
  "assertOneOf" = {
    expr = lib.assertOneOf "colour" "red" [ "blue" "green" ];
    says = [ "colour must be one of [" "but is: \"red\"" ];
  };
}
