"use strict";
// Capture charts. plotly.js stands beside the page and is loaded when the first chart is shown.
(() => {
  let loading = null;
  const plotly = (root) => {
    loading ??= new Promise((resolve, reject) => {
      const script = looprig.h("script", { src: root + "plotly.min.js" });
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => { loading = null; reject(new Error("plotly.min.js")); };
      document.head.append(script);
    });
    return loading;
  };
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const traces = (chart) => {
    const x = [];
    const y = [];
    chart.low.forEach((low, i) => {
      // The lowest and highest sample of each step, joined, fill the band that the current covers.
      const at = i * chart.step_s;
      x.push(at, at + chart.step_s / 2);
      y.push(low === null ? null : low * 1000, chart.high[i] === null ? null : chart.high[i] * 1000);
    });
    const drawn = [{ x, y, type: "scatter", mode: "lines", line: { color: colour("--accent"), width: 1 },
      hovertemplate: "%{x:.4f} s<br>%{y:.4g} mA<extra></extra>" }];
    if (chart.events.length) {
      // What tasks did, in the same execution: marks along the axis, whose words show on hovering.
      drawn.push({ x: chart.events.map((e) => e.at_s), y: chart.events.map(() => 0.02), yaxis: "y2", type: "scatter",
        mode: "markers", marker: { symbol: "triangle-up", size: 9, color: colour("--ink") },
        text: chart.events.map((e) => plain(e.name)), hovertemplate: "%{x:.4f} s<br>%{text}<extra></extra>" });
    }
    return drawn;
  };
  const tested = (chart) => chart.windows.filter((w) => w.label.startsWith("window"));

  const layout = (chart, label, width) => {
    const windows = tested(chart);
    const shapes = chart.events.map((e) => ({
      type: "line", xref: "x", yref: "paper", x0: e.at_s, x1: e.at_s, y0: 0, y1: 1,
      line: { color: colour("--muted"), width: 1, dash: "dot" } })).concat(chart.windows.map((w) => ({
      type: "rect", xref: "x", yref: "paper", x0: w.start_s, x1: w.end_s, y0: 0, y1: 1, layer: "below",
      line: { width: 0 }, fillcolor: colour(windows.includes(w) ? "--mark" : "--soft"),
      opacity: windows.includes(w) ? 0.75 : 0.9 })));
    // Labels that are wider than their windows would run into each other.
    const pixels = (width - 100) / (chart.samples * chart.interval_s);
    const labelled = chart.windows.filter((w) => windows.includes(w) || (w.end_s - w.start_s) * pixels > 7 * w.label.length);
    const notes = labelled.map((w) => ({
      x: (w.start_s + w.end_s) / 2, xref: "x", y: 1, yref: "paper", yanchor: "bottom", showarrow: false,
      text: plain(w.label), font: { size: 11 } }));
    for (const [name, value] of [["busy", chart.busy_a], ["floor", chart.floor_a]]) {
      if (value === null) continue;
      shapes.push({ type: "line", xref: "paper", x0: 0, x1: 1, y0: value * 1000, y1: value * 1000,
        line: { color: colour("--muted"), width: 1, dash: "dot" } });
      notes.push({ xref: "paper", x: 1, xanchor: "left", y: value * 1000, showarrow: false, text: " " + name,
        font: { size: 11 } });
    }
    return {
      shapes, annotations: notes, showlegend: false, dragmode: "zoom", autosize: true,
      margin: { l: 56, r: 44, t: 50, b: 44 },
      modebar: { bgcolor: "transparent", color: colour("--muted"), activecolor: colour("--accent") }, paper_bgcolor: "transparent", plot_bgcolor: "transparent",
      font: { color: colour("--ink"), family: getComputedStyle(document.body).fontFamily, size: 12 },
      xaxis: { title: { text: "time, s" }, gridcolor: colour("--line"), zeroline: false },
      yaxis: { title: { text: "current, mA, " + label }, gridcolor: colour("--line"), zeroline: false, rangemode: "tozero" },
      yaxis2: { overlaying: "y", range: [0, 1], fixedrange: true, visible: false },
    };
  };
  // plotly.js reads a little markup in labels.
  const plain = (text) => text.slice(0, 60).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

  looprig.draw = (wait, root) => {
    const chart = wait.chart;
    const { h } = looprig;
    const duration = chart.samples * chart.interval_s;
    const place = h("div", { class: "chart", role: "img",
      "aria-label": `Current over ${duration.toPrecision(3)} s, ${wait.source}; the numbers are above` });
    const caption = `${chart.samples.toLocaleString("en")} samples, ${(chart.interval_s * 1000).toPrecision(3)} ms apart, ${chart.source}` +
      (chart.events.length ? `; ▲ what a task did then, ${chart.events.length} times` : "") +
      (chart.out_of_range ? `; ${chart.out_of_range} out of the meter's range` : "") +
      (chart.step_s > chart.interval_s ? "; the line joins the lowest and highest of each stretch" : "");
    const zoom = (range) => () => {
      if (place.dataset.drawn) window.Plotly.relayout(place, range ? { "xaxis.range": range, "yaxis.autorange": true } : { "xaxis.autorange": true, "yaxis.autorange": true });
    };
    const buttons = h("div", { class: "chart-buttons" });
    const whole = h("button", { type: "button", class: "quiet" }, "Whole capture");
    whole.addEventListener("click", zoom(null));
    buttons.append(whole);
    for (const w of tested(chart)) {
      const margin = (w.end_s - w.start_s) * 0.03;
      const button = h("button", { type: "button", class: "quiet", "data-zoom": "" }, "Zoom to the " + w.label);
      button.addEventListener("click", zoom([w.start_s - margin, w.end_s + margin]));
      buttons.append(button);
    }
    // The same in words, for whoever sees no chart: instants from the beginning of the capture.
    const done = chart.events.length ? h("details", { class: "tasks" },
      h("summary", {}, `What tasks did (${chart.events.length})`),
      h("ol", {}, ...chart.events.map((e) => h("li", {}, `${e.at_s.toFixed(4)} s: ${e.name}`)))) : null;
    const paint = () => plotly(root).then((Plotly) => {
      if (!place.isConnected) return null;
      const range = place.layout && !place.layout.xaxis.autorange ? place.layout.xaxis.range : null;
      const form = layout(chart, chart.source, place.clientWidth);
      if (range) form.xaxis.range = range;
      return Plotly.react(place, traces(chart), form, { responsive: true, displaylogo: false,
        modeBarButtons: [["zoom2d", "pan2d"], ["zoomIn2d", "zoomOut2d", "resetScale2d"]] });
    }).then((drawn) => { if (drawn) place.dataset.drawn = "1"; }, () => {
      place.replaceChildren(h("p", { class: "notice" }, "The chart needs plotly.min.js, which stands beside this page in the report directory."));
    });
    const repaint = () => { if (place.isConnected) paint(); else document.removeEventListener("looprig-theme", repaint); };
    document.addEventListener("looprig-theme", repaint);
    requestAnimationFrame(paint);
    return h("figure", {}, place, buttons, h("figcaption", {}, caption), ...(done ? [done] : []));
  };
})();
