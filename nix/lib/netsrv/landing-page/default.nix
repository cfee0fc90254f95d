/**
  The landing page: one document that needs nothing else, no script and no font from anywhere.

  # Type

  ```
  landingPage :: { lib; domain :: String; sites :: [ { name, title, description, url, host } ]; } -> String
  ```
*/
{
  lib,
  domain,
  sites,
}:

let
  text = lib.escapeXML;

  # A service keeps its colour, whoever comes and goes beside it: one of 24 hues, by its name.
  hueOf =
    name:
    let
      digits = builtins.substring 0 6 (builtins.hashString "sha256" name);
    in
    toString (lib.mod (builtins.fromTOML "hash = 0x${digits}").hash 24 * 15);

  # bytes are all that Nix can take off a text: a letter of more than one is left out
  initialOf =
    title:
    let
      letter = builtins.match "([A-Za-z0-9]).*" title;
    in
    if letter == null then "" else lib.toUpper (lib.head letter);

  shown = url: lib.removeSuffix "/" (lib.removePrefix "http://" (lib.removePrefix "https://" url));

  pill = site: ''
    <li><a href="${text site.url}" style="--hue: ${hueOf site.name}">
    <span class="sign" aria-hidden="true">${initialOf site.title}</span>
    <span class="words"><strong>${text site.title}</strong> <small>${
      text (if site.description == "" then shown site.url else site.description)
    }</small></span>
    </a></li>
  '';
  byTitle = lib.sort (a: b: lib.toLower a.title < lib.toLower b.title) sites;
in
''
  <!doctype html>
  <html lang="en">
  <head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <link rel="icon" href="data:,">
  <title>${text domain}</title>
  <style>
  ${builtins.readFile ./style.css}</style>
  </head>
  <body>
  <main>
  <h1>${text domain}</h1>
  ${
    if sites == [ ] then
      "<p>No service has a site yet.</p>\n"
    else
      ''
        <nav aria-label="Services">
        <ul>
        ${lib.concatMapStrings pill byTitle}</ul>
        </nav>
      ''
  }</main>
  </body>
  </html>
''
