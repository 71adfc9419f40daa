// Figures of the thing under the pointer, or of the one that the Tab key reached.
(() => {
  const { model, every } = report;
  const tip = document.getElementById("tip");
  const most = 4;
  const words = {
    en: { unit: "people/h", more: "more walks" },
    zh: { unit: "人/小时", more: "段其他路线" },
  };
  const legLines = (legs) => {
    const { unit, more } = words[report.language];
    const sorted = [...legs].sort((a, b) => b[1] - a[1]);
    const lines = sorted.slice(0, most).map(([leg, rate]) => `${leg[report.language]}: ${rate.toFixed(1)} ${unit}`);
    return sorted.length > most ? [...lines, `+ ${sorted.length - most} ${more}`] : lines;
  };
  const groupName = (name) => model.groups.find((group) => group.name === name)?.[report.language] ?? name;
  const linesOf = (element) => {
    const { unit } = words[report.language];
    if (element.strip) {
      const { group, rate, legs } = element.strip;
      return [`${groupName(group)}: ${rate.toFixed(1)} ${unit}`, ...legLines(legs)];
    }
    if (element.total) return [groupName(element.dataset.group), ...legLines(element.total)];
    const side = model[element.closest("[data-side]").dataset.side];
    const gid = element.dataset.gid;
    const lines = side?.lines?.[gid]?.[report.language];
    const wait = side?.waits?.[report.hour]?.[side.types[gid]]?.[report.language];
    return lines && wait ? [...lines, wait] : lines;
  };
  const known = (target) => {
    if (target.strip) return target;
    for (let g = target.closest("[data-gid], .flow"); g; g = g.parentElement?.closest("[data-gid]")) {
      if (g.total || linesOf(g)) return g;
    }
    return null;
  };
  const show = (element, x, y) => {
    const lines = element && linesOf(element);
    tip.hidden = !lines;
    if (!lines) return;
    tip.replaceChildren(...lines.map((line, i) => {
      const part = document.createElement(i ? "div" : "strong");
      part.textContent = line;
      return part;
    }));
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - width - 8))}px`;
    tip.style.top = `${y + 18 + height > innerHeight ? Math.max(4, y - height - 12) : y + 18}px`;
  };
  every(".picture", (picture) => {
    picture.addEventListener("pointermove", (event) => show(known(event.target), event.clientX, event.clientY));
    picture.addEventListener("pointerleave", () => show(null));
    picture.addEventListener("focusin", (event) => {
      const place = event.target.getBoundingClientRect();
      show(known(event.target), place.x + place.width / 2, place.y + place.height / 2);
    });
    picture.addEventListener("focusout", () => show(null));
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") show(null); });
  const reach = () => every(".picture [data-gid]", (g) => {
    const lines = model[g.closest("[data-side]").dataset.side]?.lines?.[g.dataset.gid];
    if (!lines || /^(zone|door):/.test(g.dataset.gid)) return;
    g.setAttribute("tabindex", "0");
    g.setAttribute("role", "img");
    g.setAttribute("aria-label", lines[report.language].join(", "));
  });
  report.listeners.push(reach);
  report.changed();
})();
