// Before the first paint, so that no page flashes in the other theme. A file of its own: the content policy lets nothing inline run.
(() => {
  const chosen = localStorage.getItem("landfall-theme");
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.lfTheme = dark ? "dark" : "light";
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
})();
