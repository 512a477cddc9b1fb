"use strict";
// The theme follows the system until the reader chooses; where storage is refused, for this page.
(() => {
  const themes = ["system", "light", "dark"];
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const stored = () => {
    try { return localStorage.getItem("looprig-theme"); } catch { return null; }
  };
  let theme = themes.includes(stored()) ? stored() : "system";
  const apply = () => {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    button.textContent = "Theme: " + theme;
    document.dispatchEvent(new Event("looprig-theme"));
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    try { localStorage.setItem("looprig-theme", theme); } catch { /* this page only */ }
    apply();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
  apply();
})();
