"use strict";
// Language, layers and the slider. flows.js draws the flows, hover.js shows figures.
const report = {
  model: JSON.parse(document.getElementById("model").textContent),
  language: document.body.className,
  hour: 0,
  every: (selector, act) => document.querySelectorAll(selector).forEach(act),
  listeners: [],
  changed: () => report.listeners.forEach((listener) => listener()),
};
(() => {
  const { every } = report;
  const drawn = [...document.querySelectorAll(".picture [data-gid]")];
  const apply = (box) => {
    const prefixes = box.dataset.prefix.split(" ");
    drawn.filter((g) => prefixes.some((prefix) => g.dataset.gid.startsWith(prefix)))
      .forEach((g) => g.classList.toggle("off", !box.checked));
  };
  every("input[data-prefix]", (box) => {
    box.addEventListener("change", () => apply(box));
    apply(box);
  });
  every("button[data-language]", (button) => {
    button.addEventListener("click", () => {
      report.language = button.dataset.language;
      document.body.className = report.language;
      document.documentElement.lang = report.language;
      every("option", (option) => { option.textContent = option.dataset[report.language]; });
      report.changed();
    });
  });
  report.listeners.push(() => every("button[data-language]", (button) => {
    button.setAttribute("aria-pressed", button.dataset.language === report.language);
  }));
  const slider = document.getElementById("slider");
  const before = document.querySelector(".picture.before");
  if (slider && before) {
    const slide = () => { before.style.clipPath = `inset(0 ${slider.value}% 0 0)`; };
    slider.addEventListener("input", slide);
    slide();
  }
})();
