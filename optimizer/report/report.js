"use strict";
(() => {
  const every = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const drawn = [...document.querySelectorAll(".picture [id]")];
  const show = (test, on) => drawn.filter((g) => test(g.id)).forEach((g) => g.classList.toggle("off", !on));
  const apply = (box) => {
    if (box.dataset.layer) {
      const names = box.dataset.layer.split("|");
      show((id) => names.includes(id), box.checked);
    } else {
      const prefixes = box.dataset.prefix.split(" ");
      show((id) => prefixes.some((prefix) => id.startsWith(prefix)), box.checked);
    }
  };
  every("input[type=checkbox]", (box) => {
    box.addEventListener("change", () => apply(box));
    apply(box);
  });
  every("button[data-all]", (button) => button.addEventListener("click", () => {
    every("input[data-layer]", (box) => {
      box.checked = button.dataset.all === "on";
      apply(box);
    });
  }));
  every("button[data-language]", (button) => button.addEventListener("click", () => {
    document.body.className = button.dataset.language;
    document.documentElement.lang = button.dataset.language;
  }));
  const slider = document.getElementById("slider");
  const before = document.querySelector(".picture.before");
  if (slider && before) {
    const slide = () => { before.style.clipPath = `inset(0 0 0 ${slider.value}%)`; };
    slider.addEventListener("input", slide);
    slide();
  }
})();
