/**
  Puts a host's definitions into the fleet's evaluation, with priority, order and file.
*/
{ lib, adapter }:

rec {
  /**
    The name that a host's definition has in messages of the fleet's evaluation.

    # Type

    ```
    tagFile :: String -> String -> String
    ```

    # Examples

    ```nix
    tagFile "attic" "/fleet/hosts/linux/attic" => "/fleet/hosts/linux/attic, host attic"
    ```
  */
  tagFile = host: file: "${toString file}, host ${host}";

  /** The name of all that one host exports, where no file can be kept. */
  tagHost = host: "host ${host}";

  /** Gives a value a priority, if it is not the usual one. */
  withPriority =
    priority: value:
    if priority == adapter.defaultOverridePriority then value else lib.mkOverride priority value;

  /** Gives a value an order, if there is one. */
  withOrder = order: value: if order == null then value else lib.mkOrder order value;

  /**
    Gives a value of a type the name of its file. A submodule takes that as a module, and most types by
    `mkDefinition`; where neither is possible the file is lost, and with it only a detail of messages.

    # Type

    ```
    inFile :: String -> Type -> a -> a
    ```
  */
  inFile =
    file: type: value:
    let
      shape = adapter.shapeOf type;
    in
    if shape.kind == "submodule" && adapter.canBeModule value then
      adapter.moduleIn file type value
    else if shape.kind == "nullable" || shape.kind == "unique" then
      inFile file shape.inner value
    else
      value;

  /**
    A definition in the fleet's evaluation.

    # Type

    ```
    definition :: String -> Type -> { file, value, priority :: Int, order :: Int | Null } -> Definition
    ```
  */
  definition =
    host: type:
    {
      file,
      value,
      priority,
      order,
    }:
    let
      tag = tagFile host file;
      whole = withPriority priority (withOrder order (inFile tag type value));
    in
    if adapter.refusesFile type value then whole else adapter.definitionIn tag whole;

  /** A definition of a module's own (a record of definitions.nix) in the fleet's evaluation, if it holds. */
  own =
    host: type: d:
    lib.mkIf (d.state == "used") (
      definition host type {
        inherit (d) file value order;
        priority = if d.override == null then adapter.defaultOverridePriority else d.override;
      }
    );

  /** The definitions that hold at a place of a host's evaluation (`adapter.merge`). */
  definitions =
    host: type: merged:
    map (
      d:
      definition host type {
        inherit (d) file value;
        inherit (merged) priority;
        # an evaluated definition has its order as `priority`, and only if it was given one
        order = d.priority or null;
      }
    ) merged.definitions;
}
