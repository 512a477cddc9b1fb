"use strict";
// Battery life for a duty cycle: awake at the busy current, else at the wait's mean current.
(() => {
  const form = document.getElementById("battery");
  if (!form) return;
  const amperes = (value) => value >= 1 ? value.toPrecision(3) + " A" : value >= 1e-3 ? (value * 1e3).toPrecision(3) + " mA" : (value * 1e6).toPrecision(3) + " µA";
  const lasts = (hours) => {
    if (hours < 48) return hours.toPrecision(3) + " h";
    const days = hours / 24;
    return days < 730 ? Math.round(days) + " days" : (days / 365.25).toFixed(1) + " years";
  };
  const compute = () => {
    const capacity = form.elements.capacity.valueAsNumber;
    const awake = form.elements.awake.valueAsNumber / 100;
    const sound = capacity > 0 && awake >= 0 && awake <= 1;
    for (const row of document.querySelectorAll("[data-wait-a]")) {
      const wait = Number(row.dataset.waitA);
      const busy = Number(row.dataset.busyA);
      const mean = awake * busy + (1 - awake) * wait;
      row.querySelector("[data-mean]").textContent = sound && mean > 0 ? amperes(mean) : "–";
      row.querySelector("[data-life]").textContent = sound && mean > 0 ? lasts(capacity / 1000 / mean) : "–";
    }
  };
  for (const kind of ["input", "change"]) form.addEventListener(kind, compute);
  form.addEventListener("submit", (event) => event.preventDefault());
  compute();
})();
