// Flows of the chosen hour and businesses. Strips lie side by side as in strips.py: all people of
// one business who walk a straight piece of way in one direction make one strip, and those who walk
// one way keep to the right.
(() => {
  const { model, every } = report;
  const order = new Map((model.groups || []).map((group, i) => [group.name, i]));
  const pieceOf = (x0, y0, x1, y1) => {
    const forward = x0 < x1 || (x0 === x1 && y0 < y1);
    const ends = forward ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
    return { key: ends.join(" "), ends, forward };
  };
  const piecesOf = (path) => {
    const pieces = [];
    for (let i = 0; i + 3 < path.length; i += 2) {
      if (path[i] !== path[i + 2] || path[i + 1] !== path[i + 3]) {
        pieces.push(pieceOf(path[i], path[i + 1], path[i + 2], path[i + 3]));
      }
    }
    return pieces;
  };
  const lay = (flows, hour, shown) => {
    const pieces = new Map();
    const corners = new Map();
    flows.legs.forEach((leg) => {
      const steps = leg.pieces ??= piecesOf(leg.path);
      for (const [group, rates] of Object.entries(leg.rates)) {
        const rate = rates[hour];
        if (!(rate > 0) || !shown.has(group)) continue;
        const parties = steps.map(({ key, ends, forward }, i) => {
          const piece = pieces.get(key) ?? pieces.set(key, { ends, parties: new Map() }).get(key);
          const name = `${forward ? 1 : 0} ${group} ${leg.staff ? 1 : 0}`;
          const party = piece.parties.get(name) ?? piece.parties.set(name, {
            forward, group, staff: leg.staff, rate: 0, legs: [], ends: false,
          }).get(name);
          party.rate += rate;
          party.legs.push([leg, rate]);
          party.ends ||= i === steps.length - 1;
          return party;
        });
        for (let i = 0; i + 1 < parties.length; i += 1) {
          const pairs = corners.get(parties[i]) ?? corners.set(parties[i], new Map()).get(parties[i]);
          pairs.set(parties[i + 1], (pairs.get(parties[i + 1]) ?? 0) + rate);
        }
      }
    });
    const width = (rate) => Math.max(flows.scale * rate, flows.least);
    const strips = [];
    for (const { ends: [x0, y0, x1, y1], parties } of pieces.values()) {
      const length = Math.hypot(x1 - x0, y1 - y0);
      const left = [-(y1 - y0) / length, (x1 - x0) / length];
      const sorted = [...parties.values()].sort((a, b) => a.forward - b.forward
        || (order.get(a.group) ?? 99) - (order.get(b.group) ?? 99) || a.staff - b.staff);
      let edge = sorted.reduce((sum, party) => sum + width(party.rate), 0) / 2;
      for (const party of sorted) {
        party.width = width(party.rate);
        const shift = edge - party.width / 2;
        const line = [x0 + shift * left[0], y0 + shift * left[1],
          x1 + shift * left[0], y1 + shift * left[1]];
        party.line = party.forward ? line : [line[2], line[3], line[0], line[1]];
        edge -= party.width;
        strips.push(party);
      }
    }
    const bends = [];
    for (const [party, pairs] of corners) {
      for (const [after, rate] of pairs) {
        const line = [party.line[2], party.line[3], after.line[0], after.line[1]];
        if (Math.hypot(line[2] - line[0], line[3] - line[1]) > 1e-6) bends.push({ group: party.group, staff: party.staff, width: width(rate), line });
      }
    }
    return { strips, bends };
  };
  const make = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  };
  const head = ({ line: [x0, y0, x1, y1], width }) => {
    const length = Math.hypot(x1 - x0, y1 - y0) || 1;
    const long = Math.min(Math.max(2.2 * width, 0.15), 0.45, length / 2);
    const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
    const half = Math.max(1.1 * width, 0.06);
    const [bx, by] = [x1 - long * ux, y1 - long * uy];
    return `M${x1} ${y1}L${bx - half * uy} ${by + half * ux}L${bx + half * uy} ${by - half * ux}Z`;
  };
  const draw = (side) => {
    const flows = model[side]?.flows;
    const place = document.querySelector(`[data-side="${side}"] .flows`);
    if (!flows || !place) return;
    const shown = new Set();
    every("input[data-group-box]", (box) => { if (box.checked) shown.add(box.dataset.groupBox); });
    const { strips, bends } = lay(flows, report.hour, shown);
    const groups = new Map();
    const groupOf = (name) => {
      if (!groups.has(name)) {
        const colour = model.groups[order.get(name)]?.colour ?? model.ink;
        groups.set(name, make("g", { class: "flow", "data-group": name, stroke: colour, fill: colour }));
      }
      return groups.get(name);
    };
    const stroke = (strip) => make("path", {
      d: `M${strip.line[0]} ${strip.line[1]}L${strip.line[2]} ${strip.line[3]}`,
      fill: "none", "stroke-width": strip.width, ...(strip.staff && { "stroke-dasharray": "0.22 0.14" }),
    });
    bends.forEach((bend) => groupOf(bend.group).append(stroke(bend)));
    strips.forEach((strip) => {
      const path = stroke(strip);
      path.strip = strip;
      groupOf(strip.group).append(path);
      if (strip.ends) groupOf(strip.group).append(make("path", { class: "head", stroke: "none", d: head(strip) }));
    });
    const names = [...order.keys(), ...groups.keys()].filter((name, i, all) => all.indexOf(name) === i);
    place.replaceChildren(...names.filter((name) => groups.has(name)).map((name) => {
      const group = groups.get(name);
      group.total = flows.legs.filter((leg) => (leg.rates[name]?.[report.hour] ?? 0) > 0)
        .map((leg) => [leg, leg.rates[name][report.hour]]).sort((a, b) => b[1] - a[1]);
      group.setAttribute("tabindex", "0");
      group.setAttribute("role", "img");
      group.setAttribute("aria-label", model.groups[order.get(name)]?.[report.language] ?? name);
      return group;
    }));
  };
  const say = () => {
    const hour = model.hours?.[report.hour];
    const output = document.getElementById("arrivals");
    const unit = report.language === "zh" ? "人/小时" : "people/h";
    if (hour && output) output.textContent = `${hour.arrivals.toFixed(0)} ${unit}`;
    every("#hours tr[data-hour]", (row) => {
      row.classList.toggle("chosen", Number(row.dataset.hour) === report.hour);
    });
  };
  const all = () => { ["before", "after"].forEach(draw); say(); };
  const select = document.getElementById("hour");
  report.hour = Math.max(0, (model.hours ?? []).findIndex((hour) => hour.base));
  if (select) {
    select.value = String(report.hour);
    select.addEventListener("change", () => { report.hour = Number(select.value); report.changed(); });
  }
  every("input[data-group-box]", (box) => box.addEventListener("change", all));
  every("button[data-all]", (button) => button.addEventListener("click", () => {
    every("input[data-group-box]", (box) => { box.checked = button.dataset.all === "on"; });
    all();
  }));
  report.listeners.push(all);
})();
