"use strict";
// The matrix's filters. They stand in the address, so that a filtered view can be handed on.
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const matrix = document.querySelector(".matrix");
  const shown = document.getElementById("shown");
  const nothing = document.getElementById("nothing");
  const tiles = [...document.querySelectorAll(".tile")];
  const unexpected = ["crashed", "diverges", "errored", "inconclusive"];
  const rows = [...matrix.querySelectorAll(".claim")].map((row) => ({
    row,
    chapter: row.parentElement.dataset.chapter,
    level: row.dataset.level,
    text: row.querySelector("th").textContent.toLowerCase(),
    cells: [...row.querySelectorAll("td")],
  }));
  const fits = (state, wanted) => !wanted || (wanted === "unexpected" ? unexpected.includes(state) : state === wanted);

  const apply = () => {
    const { chapter, level, outcome, text } = Object.fromEntries(new FormData(form));
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const entry of rows) {
      const cells = entry.cells.map((cell) => fits(cell.dataset.state, outcome));
      const visible = (!chapter || entry.chapter === chapter) && (!level || entry.level === level) &&
        cells.includes(true) && words.every((word) => entry.text.includes(word));
      entry.row.hidden = !visible;
      entry.cells.forEach((cell, i) => cell.classList.toggle("dim", Boolean(outcome) && !cells[i]));
      count += visible;
    }
    for (const body of matrix.tBodies) body.hidden = !body.querySelector(".claim:not([hidden])");
    for (const tile of tiles) tile.setAttribute("aria-pressed", String(tile.dataset.outcome === outcome));
    shown.textContent = count === rows.length ? `${count} claims` : `${count} of ${rows.length} claims`;
    nothing.hidden = count > 0;
  };
  const remember = () => {
    const chosen = [...new FormData(form)].filter(([, value]) => value);
    const query = new URLSearchParams(chosen).toString();
    try { history.replaceState(null, "", location.pathname + (query ? "?" + query : "") + location.hash); } catch { /* some viewers refuse */ }
  };

  for (const [name, value] of new URLSearchParams(location.search)) {
    if (["chapter", "level", "outcome", "text"].includes(name)) form.elements[name].value = value;
  }
  // Some browsers and aids send but one of the two.
  for (const kind of ["input", "change"]) form.addEventListener(kind, () => { apply(); remember(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { apply(); remember(); }));
  for (const tile of tiles) {
    tile.addEventListener("click", () => {
      const chosen = form.elements.outcome;
      chosen.value = chosen.value === tile.dataset.outcome ? "" : tile.dataset.outcome;
      apply();
      remember();
      document.getElementById("matrix").scrollIntoView();
    });
    if (tile.classList.contains("none")) tile.disabled = true;
  }
  // Arrow keys move among the cells that are shown, as in any table of buttons.
  matrix.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    const column = cell.cellIndex;
    const seen = rows.filter((entry) => !entry.row.hidden).map((entry) => entry.row);
    const at = seen.indexOf(cell.parentElement);
    const move = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key];
    if (!move) return;
    event.preventDefault();
    for (let row = at + move[0], col = column + move[1]; seen[row] && seen[row].cells[col]; row += move[0], col += move[1]) {
      const button = seen[row].cells[col].querySelector("button");
      if (button) { button.focus(); return; }
    }
  });
  apply();
})();
