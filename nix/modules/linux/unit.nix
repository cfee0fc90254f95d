/**
  A service as files: the definition that a host runs it from.

  A definition is a folder with `NAME.service` (for systemd), and for the supervisor of hosts without it `settings`,
  `run` and, where the service has them, `pre-start` and `reload`. `on-change` says what a switch does when it changed.
*/
{ lib, build }:

let
  hostPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  # a program and its arguments mean the same to systemd and to a shell unless one of these is in it
  special = "[^][;&|<>()`*?~#%\\!{}]*";
  isPlainCommand = command: builtins.match "/${special}" command != null;

  pathOf =
    it: lib.concatMapStrings (package: "${package}/bin:${package}/sbin:") it.path + hostPath;
  environmentOf =
    it: { PATH = pathOf it; } // lib.filterAttrs (_: value: value != null) it.environment;

  toText =
    value:
    if value == true then
      "true"
    else if value == false then
      "false"
    # a file of the configuration: its copy in the store
    else if builtins.isPath value then
      "${value}"
    else
      toString value;

  # "2", "500ms", "1min" -> "2", "0.500", "60"; null when it is none of these
  seconds =
    value:
    let
      parts = builtins.match "([0-9]+)(ms|s|min)?" (toText value);
      number = lib.toIntBase10 (lib.head parts);
      unit = lib.elemAt parts 1;
    in
    if parts == null then
      null
    else if unit == "ms" then
      "${toString (number / 1000)}.${lib.fixedWidthNumber 3 (lib.mod number 1000)}"
    else
      toString (if unit == "min" then number * 60 else number);

  wordsOf = value: lib.concatMap (lib.splitString " ") (map toText (lib.toList value));
  part = "[A-Za-z0-9_@-][A-Za-z0-9_.@-]*";
  isFolder = name: builtins.match "${part}(/${part})*" name != null;
  folders = parent: value: map (name: "${parent}/${name}") (wordsOf value);

  commandOf =
    name: it:
    if it.script != "" then "${build.script "${name}-start" it.script}" else toText (it.serviceConfig.ExecStart or "");
  preStartOf = name: it: if it.preStart == "" then null else build.script "${name}-pre-start" it.preStart;
  reloadOf =
    name: it:
    if it.reload != "" then "${build.script "${name}-reload" it.reload}" else it.serviceConfig.ExecReload or null;

  systemdUnit =
    name: it:
    let
      assign = key: value: "${key}=${toText value}\n";
      section = lib.concatStrings (
        lib.mapAttrsToList (key: value: lib.concatMapStrings (assign key) (lib.toList value)) (
          it.serviceConfig
          // lib.optionalAttrs (commandOf name it != "") { ExecStart = commandOf name it; }
          // lib.optionalAttrs (preStartOf name it != null) { ExecStartPre = preStartOf name it; }
          // lib.optionalAttrs (reloadOf name it != null) { ExecReload = reloadOf name it; }
        )
      );
      # within the quotes, systemd reads \ as C does, and % as a specifier
      quoted = text: lib.replaceStrings [ "\\" "\"" "\n" "%" ] [ "\\\\" "\\\"" "\\n" "%%" ] text;
      environment = lib.concatStrings (
        lib.mapAttrsToList (key: value: "Environment=\"${key}=${quoted (toText value)}\"\n") (environmentOf it)
      );
    in
    ''
      [Unit]
      Description=${if it.description == "" then name else it.description}
      ${lib.concatMapStrings (assign "After") it.after}
      [Service]
      ${environment}${section}'';

  # a program of the unit, for the supervisor
  program =
    name: it: command:
    build.script name ''
      #!/bin/sh
      ${lib.concatStrings (
        lib.mapAttrsToList (key: value: "export ${key}=${lib.escapeShellArg (toText value)}\n") (environmentOf it)
      )}cd ${lib.escapeShellArg (toText (it.serviceConfig.WorkingDirectory or "/"))} || exit 200
      exec ${command}
    '';

  settings =
    it:
    let
      config = it.serviceConfig;
      set = key: value: "${key}=${lib.escapeShellArg (toText value)}\n";
    in
    set "type" (config.Type or "simple")
    + set "remain" (config.RemainAfterExit or false)
    + set "restart" (config.Restart or "no")
    + set "restart_sec" (seconds (config.RestartSec or "100ms"))
    + set "timeout_stop" (seconds (config.TimeoutStopSec or 90))
    + set "user" (config.User or "")
    + set "group" (config.Group or "")
    + set "folders" (
      lib.concatStringsSep " " (
        folders "/run" (config.RuntimeDirectory or [ ])
        ++ folders "/var/lib" (config.StateDirectory or [ ])
      )
    );

  onChange =
    it:
    if it.reloadIfChanged then
      "reload"
    else if !it.restartIfChanged then
      "skip"
    else if !it.stopIfChanged then
      "restart"
    else
      "stop-start";
in
{
  /**
    The keys of `serviceConfig` that have an effect without systemd.

    # Type

    ```
    understood :: [String]
    ```
  */
  understood = [
    "ExecReload"
    "ExecStart"
    "Group"
    "RemainAfterExit"
    "Restart"
    "RestartSec"
    "RuntimeDirectory"
    "StateDirectory"
    "TimeoutStopSec"
    "Type"
    "User"
    "WorkingDirectory"
  ];

  /**
    What must hold so that a service runs the same with systemd and without.

    # Type

    ```
    assertions :: String -> Service -> [Assertion]
    ```
  */
  assertions =
    name: it:
    let
      config = it.serviceConfig;
      unless = assertion: message: { inherit assertion; message = "systemd.services.${name}: ${message}"; };
      areFolders = key: lib.all isFolder (wordsOf (config.${key} or [ ]));
      isAccount = key: builtins.match "[A-Za-z0-9_.-]*" (toText (config.${key} or "")) != null;
      areUnits = lib.all (name: builtins.match "[A-Za-z0-9:_.@\\-]+\\.[a-z]+" name != null);
      isSeconds = key: !(config ? ${key}) || seconds config.${key} != null;
      isCommand = key: !(config ? ${key}) || (builtins.isString config.${key} && isPlainCommand config.${key});
      oneOf = key: values: !(config ? ${key}) || lib.elem config.${key} values;
    in
    [
      (unless (builtins.match "[A-Za-z0-9:_.-]+" name != null)
        "the name of a unit has letters, digits and `:-_.` only (templates with `@` are not supported).")
      (unless (commandOf name it != "") "it has neither `script` nor `serviceConfig.ExecStart`.")
      (unless (it.script == "" || !(config ? ExecStart)) "it has both `script` and `serviceConfig.ExecStart`.")
      (unless (it.reload == "" || !(config ? ExecReload)) "it has both `reload` and `serviceConfig.ExecReload`.")
      (unless (!(config ? ExecStartPre)) "`serviceConfig.ExecStartPre` is not supported; write it as `preStart`.")
      (unless (isCommand "ExecStart")
        "`serviceConfig.ExecStart` must be one program by its absolute path with its arguments, without shell characters; write a shell line as `script`.")
      (unless (isCommand "ExecReload")
        "`serviceConfig.ExecReload` must be one program by its absolute path with its arguments, without shell characters; write a shell line as `reload`.")
      (unless (!it.reloadIfChanged || reloadOf name it != null) "`reloadIfChanged` is set, but it has neither `reload` nor `serviceConfig.ExecReload`.")
      (unless (it.reloadTriggers == [ ] || reloadOf name it != null) "it has `reloadTriggers`, but neither `reload` nor `serviceConfig.ExecReload`.")
      (unless (oneOf "Type" [ "simple" "exec" "notify" "oneshot" ])
        "`serviceConfig.Type` must be simple, exec, notify or oneshot: the program stays in the foreground.")
      (unless (oneOf "Restart" [ "no" "on-failure" "always" ]) "`serviceConfig.Restart` must be no, on-failure or always.")
      (unless (isSeconds "RestartSec" && isSeconds "TimeoutStopSec")
        "`RestartSec` and `TimeoutStopSec` are numbers of seconds, or with a unit: \"500ms\", \"5s\", \"2min\".")
      (unless (areFolders "RuntimeDirectory" && areFolders "StateDirectory")
        "`RuntimeDirectory` and `StateDirectory` are names of folders below /run and /var/lib.")
      (unless (isAccount "User" && isAccount "Group") "`User` and `Group` are names or numbers.")
      (unless (areUnits (it.wantedBy ++ it.after))
        "`wantedBy` and `after` are names of units, such as \"multi-user.target\".")
    ];

  /**
    The definition of a service.

    # Type

    ```
    define :: String -> Service -> Derivation
    ```
  */
  define =
    name: it:
    let
      file = part: build.text "${name}-${part}";
      lines = values: lib.concatMapStrings (value: "${toText value}\n") values;
    in
    build.folder "unit-${name}.service" (
      {
        "${name}.service" = file "unit" (systemdUnit name it);
        settings = file "settings" (settings it);
        on-change = file "on-change" (onChange it);
        restart-triggers = file "restart-triggers" (lines it.restartTriggers);
        reload-triggers = file "reload-triggers" (lines it.reloadTriggers);
        run = program "${name}-run" it (commandOf name it);
      }
      // lib.optionalAttrs (preStartOf name it != null) {
        pre-start = program "${name}-pre-start-run" it (preStartOf name it);
      }
      // lib.optionalAttrs (reloadOf name it != null) {
        reload = program "${name}-reload-run" it (reloadOf name it);
      }
    )
      # systemd takes a link to a file of another name for an alias
      ''cp --remove-destination "$(readlink "$out/${name}.service")" "$out/${name}.service"'';
}
