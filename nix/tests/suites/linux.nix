# The linux kind: what it refuses, and what it makes of services and files. (What that does on a host: tests/linux_kind.)
{ lib }:
let
  evaluate = module: (lib.evalModules {
    modules = [ ../../modules/linux { nixpkgs.hostPlatform = "x86_64-linux"; } module ];
    specialArgs.name = "attic";
  }).config;
  refusals = module: map (it: it.message) (lib.filter (it: !it.assertion) (evaluate module).assertions);
  refused = module: message: { expr = refusals module; expected = [ message ]; };
  accepted = module: { expr = refusals module; expected = [ ]; };

  service = it: { systemd.services.web = it; };
  command = "/usr/bin/busybox httpd -f";
  runs = more: service { serviceConfig = { ExecStart = command; } // more; };

  # a unit's files as texts
  readable = {
    text = _: text: text;
    script = name: text: "/store/${name}";
    folder = _: entries: _: entries;
  };
  unit = import ../../modules/linux/unit.nix { inherit lib; build = readable; };
  files = name: it: unit.define name (evaluate { systemd.services.${name} = it; }).systemd.services.${name};
in
{
  "nothing is fine" = accepted { };
  "a service" = accepted (runs { Restart = "on-failure"; RestartSec = "500ms"; TimeoutStopSec = 5; RuntimeDirectory = "web"; StateDirectory = [ "web" "web/cache" ]; User = "www-data"; });
  "a service without a program" = refused (service { }) "systemd.services.web: it has neither `script` nor `serviceConfig.ExecStart`.";
  "a service with two" = refused (service { script = "true"; serviceConfig.ExecStart = command; }) "systemd.services.web: it has both `script` and `serviceConfig.ExecStart`.";
  "a service that is switched off is not looked at" = accepted (service { enable = false; });
  "a shell line as a program" = refused (service { serviceConfig.ExecStart = "/bin/echo a; /bin/echo b"; })
    "systemd.services.web: `serviceConfig.ExecStart` must be one program by its absolute path with its arguments, without shell characters; write a shell line as `script`.";
  "a program without its path" = refused (service { serviceConfig.ExecStart = "busybox httpd"; })
    "systemd.services.web: `serviceConfig.ExecStart` must be one program by its absolute path with its arguments, without shell characters; write a shell line as `script`.";
  "quoted arguments" = accepted (service { serviceConfig.ExecStart = "/usr/sbin/nginx -g 'daemon off'"; });
  "a specifier of systemd" = refused (runs { ExecReload = "/bin/echo %n"; })
    "systemd.services.web: `serviceConfig.ExecReload` must be one program by its absolute path with its arguments, without shell characters; write a shell line as `reload`.";
  "a service that goes to the background" = refused (runs { Type = "forking"; }) "systemd.services.web: `serviceConfig.Type` must be simple, exec, notify or oneshot: the program stays in the foreground.";
  "a span of time" = refused (runs { RestartSec = "1 fortnight"; }) "systemd.services.web: `RestartSec` and `TimeoutStopSec` are numbers of seconds, or with a unit: \"500ms\", \"5s\", \"2min\".";
  "a folder with shell in it" = refused (runs { StateDirectory = "a;rm -rf b"; }) "systemd.services.web: `RuntimeDirectory` and `StateDirectory` are names of folders below /run and /var/lib.";
  "a folder elsewhere" = refused (runs { StateDirectory = "../../etc"; }) "systemd.services.web: `RuntimeDirectory` and `StateDirectory` are names of folders below /run and /var/lib.";
  "a user with shell in it" = refused (runs { User = "www data"; }) "systemd.services.web: `User` and `Group` are names or numbers.";
  "reloading without a reload" = refused (service { script = "true"; reloadIfChanged = true; }) "systemd.services.web: `reloadIfChanged` is set, but it has neither `reload` nor `serviceConfig.ExecReload`.";
  "a template" = refused { systemd.services."a@b".script = "true"; } "systemd.services.a@b: the name of a unit has letters, digits and `:-_.` only (templates with `@` are not supported).";
  "a target with a space in it" = refused (service { script = "true"; wantedBy = [ "multi-user.target evil" ]; }) "systemd.services.web: `wantedBy` and `after` are names of units, such as \"multi-user.target\".";
  "services in a circle" = refused
    { systemd.services = { a = { script = "true"; after = [ "b.service" ]; }; b = { script = "true"; after = [ "a.service" ]; }; c.script = "true"; }; }
    "systemd.services.*.after: these wait for each other in a circle: a, b.";
  "snippets in a circle" = refused { system.activationScripts.a = { text = ""; deps = [ "a" ]; }; } "system.activationScripts: these wait for each other in a circle: a.";
  "a dependency on nothing" = refused { system.activationScripts.a = { text = ""; deps = [ "ect" ]; }; } "system.activationScripts.a.deps: there is no snippet `ect`.";
  "a snippet with slashes" = refused { system.activationScripts."a/b" = ""; } "system.activationScripts.\"a/b\": the name of a snippet has letters, digits and `-_.` only.";

  "a file outside /etc" = refused { environment.etc."../root/x".text = ""; } "environment.etc.\"../root/x\": names are relative to /etc, without spaces, `..` or empty parts.";
  "a file by its full name" = refused { environment.etc."/etc/x".text = ""; } "environment.etc.\"/etc/x\": names are relative to /etc, without spaces, `..` or empty parts.";
  "a file with spaces" = refused { environment.etc."a b".text = ""; } "environment.etc.\"a b\": names are relative to /etc, without spaces, `..` or empty parts.";
  "dots are fine" = accepted { environment.etc.".a/b..c/d.e".text = ""; };
  "a mode" = refused { environment.etc.x = { text = ""; mode = "u=rw"; }; } "environment.etc.\"x\".mode is \"u=rw\": give `symlink` or an octal mode such as \"0644\".";
  "an owner with spaces" = refused { environment.etc.x = { text = ""; mode = "0600"; user = "a b"; }; } "environment.etc.\"x\": `user` and `group` are names or numbers.";
  "a file as a folder" = refused { environment.etc = { x.text = ""; "x/y".text = ""; }; } "environment.etc.\"x\" is a file, but other entries lie below it as in a folder.";
  "a file twice" = refused { environment.etc = { x.text = ""; y = { target = "x"; text = ""; }; }; } "environment.etc: two entries have the target \"x\".";
  "a file without content" = refused { environment.etc.x = { }; } "environment.etc.\"x\" has neither `text` nor `source`.";

  "the unit for systemd" = {
    expr = (files "web" {
      description = "Pages";
      after = [ "network.target" ];
      environment = { A = "say \"100%\""; B = null; };
      serviceConfig = { ExecStart = command; StateDirectory = [ "a" "b" ]; RemainAfterExit = true; };
      preStart = "true";
      reload = "true";
    })."web.service";
    expected = ''
      [Unit]
      Description=Pages
      After=network.target

      [Service]
      Environment="A=say \"100%%\""
      Environment="PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
      ExecReload=/store/web-reload
      ExecStart=${command}
      ExecStartPre=/store/web-pre-start
      RemainAfterExit=true
      StateDirectory=a
      StateDirectory=b
    '';
  };
  "a file of the configuration goes to the store" = {
    expr = map (text: builtins.match ".*[=\n]/nix/store/[a-z0-9]+-linux.nix\"?\n.*" text != null && builtins.hasContext text)
      [ (files "web" { script = "true"; environment.FILE = ./linux.nix; })."web.service" (files "web" { script = "true"; restartTriggers = [ "a" ./linux.nix ]; }).restart-triggers ];
    expected = [ true true ];
  };
  "the settings for the supervisor" = {
    expr = (files "web" { serviceConfig = { ExecStart = command; RestartSec = "1500ms"; TimeoutStopSec = "2min"; User = "www-data"; RuntimeDirectory = "a b"; StateDirectory = "c"; }; }).settings;
    expected = ''
      type=simple
      remain=false
      restart=no
      restart_sec=1.500
      timeout_stop=120
      user=www-data
      group=${"''"}
      folders='/run/a /run/b /var/lib/c'
    '';
  };
  "what a change does" = {
    expr = map (it: (files "web" ({ script = "true"; reload = "true"; } // it)).on-change) [ { } { stopIfChanged = false; } { restartIfChanged = false; } { reloadIfChanged = true; } ];
    expected = [ "stop-start" "restart" "skip" "reload" ];
  };
  "units in the order they start" = {
    expr = (evaluate { systemd.services = { a = { script = "true"; after = [ "z.service" "other.service" ]; }; b.script = "true"; z = { script = "true"; wantedBy = [ "multi-user.target" ]; }; }; }).system.build.unitTable.text;
    expected = "b.service\nz.service multi-user.target\na.service\n";
  };
  "snippets in their order" = {
    expr = (evaluate { system.activationScripts = { a = { text = "true"; deps = [ "etc" ]; }; b = "true"; }; }).system.build.activationOrder.text;
    expected = "b\netc\na\n";
  };
  "/etc/hosts" = {
    expr = (evaluate { networking.hosts = { "10.0.0.2" = [ "b" "b.example" "b" ]; "10.0.0.3" = [ ]; }; networking.extraHosts = "10.0.0.4 d\n"; }).environment.etc.hosts.text;
    expected = "10.0.0.2 b b.example\n127.0.0.1 localhost\n127.0.1.1 attic\n::1 localhost ip6-localhost ip6-loopback\n10.0.0.4 d\n";
  };
  "the system's name" = {
    expr = (evaluate { system.version = "7"; networking.hostName = "other"; }).system.build.toplevel.name;
    expected = "linux-system-other-7";
  };
}
