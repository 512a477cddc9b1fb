// Search over data/search.js, which calls this once it is loaded; without a network, from a disk too.
window.looprigSearch = (data) => {
  const h = looprig.h;
  const form = document.getElementById("search");
  const input = form.elements.q;
  const results = document.getElementById("results");
  const MOST = 100;
  const SPOTS = 12;
  const columns = data.columns.map((c, number) => ({ ...c, number }));
  const newest = new Set(data.lines.map((line) => line[line.length - 1]));

  const understand = (query) => {
    const asked = { outcomes: [], flags: [], at: {}, words: [] };
    for (const word of query.toLowerCase().split(/\s+/).filter(Boolean)) {
      const [key, ...rest] = word.split(":");
      const value = rest.join(":");
      if (["port", "board", "release", "level", "chapter", "outcome"].includes(key) && value) {
        if (key === "outcome") asked.outcomes.push(value);
        else asked.at[key] = value;
      } else if (Object.values(data.outcomes).includes(word)) asked.outcomes.push(word);
      else if (["alone", "regressed", "triaged", "untriaged"].includes(word)) asked.flags.push(word);
      else asked.words.push(word);
    }
    return asked;
  };

  const fits = (claim, asked) => {
    const text = (claim.id + " " + claim.sentence).toLowerCase();
    return asked.words.every((word) => text.includes(word))
      && (!asked.at.level || claim.level === asked.at.level)
      && (!asked.at.chapter || claim.chapter.toLowerCase().includes(asked.at.chapter));
  };

  const spots = (claim, asked, among) => among.filter((column) => {
    const outcome = data.outcomes[claim.cells[column.number]];
    if (!outcome) return false;
    if (asked.outcomes.length && !asked.outcomes.includes(outcome)) return false;
    return asked.flags.every((flag) => {
      if (flag === "alone") return claim.alone === column.line;
      const broken = outcome === "diverges" || outcome === "crashed";
      if (flag === "regressed") {
        if (newest.has(column.number)) return claim.regressed.includes(column.line);
        const before = data.lines[column.line].filter((number) => number < column.number && "cdx".includes(claim.cells[number]));
        return broken && before.length > 0 && claim.cells[before[before.length - 1]] === "c";
      }
      return broken && claim.known.includes(column.number) === (flag === "triaged");
    });
  });

  const show = () => {
    const asked = understand(input.value);
    const among = columns.filter((column) =>
      (asked.at.release ? column.release.toLowerCase().includes(asked.at.release) : newest.has(column.number))
      && (!asked.at.port || column.port.toLowerCase() === asked.at.port)
      && (!asked.at.board || column.board.toLowerCase().includes(asked.at.board)));
    const chosen = asked.outcomes.length || asked.flags.length || asked.at.port || asked.at.board || asked.at.release;
    const found = [];
    for (const claim of data.claims) {
      if (!fits(claim, asked)) continue;
      const here = spots(claim, asked, among);
      if (here.length || !chosen) found.push([claim, here]);
    }
    document.getElementById("found").textContent = `${found.length} of ${data.claims.length} claims`
      + (found.length > MOST ? `, the first ${MOST} shown` : "");
    results.replaceChildren(h("ul", { class: "told found" }, found.slice(0, MOST).map(([claim, here]) =>
      h("li", {}, h("div", {},
        h("p", {}, h("a", { href: `claims/${claim.id}.html` }, h("code", {}, claim.id)),
          " ", claim.level === "documented" ? "" : h("span", { class: "level" }, claim.level)),
        h("p", {}, claim.sentence),
        h("p", { class: "muted" }, here.slice(0, SPOTS).map((column) =>
          h("a", { class: "spot", href: `claims/${claim.id}.html#evidence=${encodeURIComponent(claim.id + "@" + column.board + " " + column.release)}` },
            `${column.board} ${column.release}: ${data.outcomes[claim.cells[column.number]]}`)),
          here.length > SPOTS ? ` and ${here.length - SPOTS} more` : ""))))));
    const query = input.value.trim();
    try { history.replaceState(null, "", query ? "?q=" + encodeURIComponent(query) : location.pathname); } catch { /* some viewers refuse */ }
  };

  input.value = new URLSearchParams(location.search).get("q") || "";
  form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
  input.addEventListener("input", show);
  show();
};
