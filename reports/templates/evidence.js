"use strict";
// Evidence in a dialog. All that a board said becomes text nodes; nothing here makes markup.
const looprig = { h: null, draw: null };
(() => {
  const dialog = document.getElementById("evidence");
  const body = document.getElementById("evidence-body");
  const previous = document.getElementById("evidence-previous");
  const next = document.getElementById("evidence-next");
  const root = document.body.dataset.root;
  const read = (id) => {
    const element = document.getElementById(id);
    return element ? JSON.parse(element.textContent) : {};
  };
  let known = null;
  let files = null;
  let current = null;
  let asked = 0;

  const h = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    for (const child of children.flat()) if (child !== null && child !== "") element.append(child);
    return element;
  };
  looprig.h = h;

  const table = (name, head, rows) =>
    h("div", { class: "scroll events-scroll", tabindex: "0", role: "region", "aria-label": name },
      h("table", { class: "data " + name.toLowerCase() },
        h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))),
        h("tbody", {}, rows)));
  const facts = (pairs) =>
    h("dl", { class: "small-facts" },
      pairs.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
  const pair = (name, text, kind) =>
    text ? [h("dt", {}, name), h("dd", { class: kind || "" }, text)] : [];

  const badge = (e) =>
    h("span", { class: "badge s-" + e.state }, h("span", { "aria-hidden": "true" }, e.mark), " " + e.word,
      e.tag ? h("span", { class: "tag" }, e.tag) : null);

  const verdict = (e) => {
    const list = h("dl", { class: "pairs" },
      pair("Required", e.required), e.expected === e.required ? [] : pair("Expected", e.expected, "code"),
      pair("Actual", e.actual, ["diverges", "crashed"].includes(e.word) ? "code failed" : "code"),
      pair("Why", e.why));
    if (e.known) {
      const text = h("dd", {}, e.known.reason + " ");
      if (e.known.link) text.append(h("a", { href: e.known.link, rel: "noreferrer" }, e.known.link));
      list.append(h("dt", {}, e.tag === "expected" ? "Known" : "Was known"), text);
    }
    return list;
  };

  const checks = (rows) => !rows.length ? [] : [
    h("h3", {}, "Checks"),
    table("Checks", ["Result", "Check", "Values seen", "Line"], rows.map(([held, check, values, line]) =>
      h("tr", { class: held ? "" : "failed" }, h("td", { class: "held" }, held ? "✓ holds" : "≠ fails"),
        h("td", {}, check), h("td", {}, values), h("td", {}, String(line)))))];

  const execution = (run, number, several) => {
    const parts = [h("h3", {}, "Device test ", h("code", {}, run.device_test), several ? ` (${number + 1})` : ""), facts(run.facts)];
    if (run.traceback) parts.push(h("h4", {}, "Traceback"), h("pre", { tabindex: "0" }, run.traceback));
    if (run.events.length) {
      parts.push(h("h4", {}, `Events (${run.events.length + run.events_left_out}), by the board's clock`));
      parts.push(table("Events", ["Time, ms", "Event", "Data"], run.events.map(([ms, name, data]) =>
        h("tr", {}, h("td", { class: "num" }, ms), h("td", {}, name), h("td", {}, data)))));
      if (run.events_left_out) parts.push(h("p", { class: "note" }, `${run.events_left_out} events are not shown.`));
    }
    if (run.output) {
      parts.push(h("h4", {}, "Other output"), h("pre", { tabindex: "0" }, run.output));
      if (run.output_dropped) parts.push(h("p", { class: "note" }, `${run.output_dropped} characters more were dropped.`));
    }
    for (const [title, lines] of [["Damaged lines", run.damage], ["Recovery", run.recovery]]) {
      if (lines.length) parts.push(h("h4", {}, title), h("ul", {}, lines.map((line) => h("li", {}, line))));
    }
    return parts;
  };

  const power = (wait) => {
    const label = h("span", { class: "source " + wait.source }, wait.source);
    const parts = [h("h3", {}, "Current of ", h("code", {}, wait.wait), " ", label), facts(wait.facts)];
    if (wait.fault) parts.push(h("p", { class: "notice" }, wait.fault));
    if (wait.chart) parts.push(looprig.draw(wait, root));
    return parts;
  };

  const measurements = (rows) => !rows.length ? [] : [
    h("h3", {}, "Measurements"),
    table("Measurements", ["What", "Median", "95 % interval", "p99", "Maximum", "Samples"], rows.map((row) =>
      h("tr", {}, h("th", { scope: "row" }, row[0]), row.slice(1).map((text) => h("td", {}, text)))))];

  const show = (e) => {
    body.replaceChildren(
      badge(e), h("h2", { id: "evidence-title" }, e.claim),
      h("p", { class: "muted" }, `on ${e.board}${e.on ? ` (judged on ${e.on})` : ""} · ${e.level} · run ${e.run} · took ${e.took}`),
      verdict(e), ...checks(e.checks), ...e.power.flatMap(power), ...measurements(e.measurements),
      ...e.executions.flatMap((run, number) => execution(run, number, e.executions.length > 1)));
    dialog.scrollTop = 0;
  };

  // Pages opened from a disk may load a script, but not fetch a file.
  window.looprigEvidence = (more) => Object.assign(known, more);
  const load = (row, done) => {
    known ??= read("evidence-data");
    files ??= read("evidence-files");
    const file = files[row] || current.dataset.file;
    if (known[row] || !file) return done(known[row]);
    const script = h("script", { src: root + file });
    script.onload = script.onerror = () => done(known[row]);
    document.head.append(script);
  };

  const buttons = () =>
    [...document.querySelectorAll((current && current.closest(".matrix") ? ".matrix " : "") + "[data-evidence]")]
      .filter((button) => button.getClientRects().length);

  const open = (button, keep) => {
    current = button;
    const mine = ++asked;
    body.replaceChildren(h("h2", { id: "evidence-title" }, "Loading the evidence"));
    if (!dialog.open) dialog.showModal();
    load(button.dataset.evidence, (evidence) => {
      if (mine !== asked) return;
      if (evidence) show(evidence);
      else body.replaceChildren(h("h2", { id: "evidence-title" }, "The evidence is not beside this page"),
        h("p", {}, "Keep the whole report directory together, or look into the run's results.jsonl."));
    });
    const all = buttons();
    const at = all.indexOf(button);
    previous.disabled = at <= 0;
    next.disabled = at < 0 || at === all.length - 1;
    if (!keep) body.focus({ preventScroll: true });
    const anchor = "#evidence=" + encodeURIComponent(button.dataset.claim + "@" + button.dataset.board);
    try { history.replaceState(null, "", anchor); } catch { /* some viewers refuse */ }
  };
  const step = (by) => {
    const all = buttons();
    const to = all[all.indexOf(current) + by];
    if (to) open(to, true);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-evidence]");
    if (button) open(button);
  });
  previous.addEventListener("click", () => step(-1));
  next.addEventListener("click", () => step(1));
  document.getElementById("evidence-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => {
    asked += 1;
    body.replaceChildren();
    if (current && current.getClientRects().length) current.focus();
    try { history.replaceState(null, "", location.pathname + location.search); } catch { /* as above */ }
  });

  const follow = () => {
    const wanted = /^#evidence=(.*)$/.exec(location.hash);
    if (!wanted) return;
    let name = "";
    try { name = decodeURIComponent(wanted[1]); } catch { return; }
    const all = [...document.querySelectorAll("[data-evidence]")];
    const button = all.find((b) => b.dataset.claim + "@" + b.dataset.board === name && b.closest(".matrix"))
      || all.find((b) => b.dataset.claim + "@" + b.dataset.board === name);
    if (button) open(button);
  };
  addEventListener("hashchange", follow);
  addEventListener("DOMContentLoaded", follow);
  addEventListener("load", () => { if (!dialog.open) follow(); });
})();
