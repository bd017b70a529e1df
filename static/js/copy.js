// Shows a button that copies some words; without it they are marked with one tap and copied by hand.
"use strict";
(() => {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    const words = document.getElementById(button.dataset.copy);
    if (!words) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      navigator.clipboard.writeText(words.textContent.trim()).then(() => {
        button.textContent = button.dataset.done;
      }, () => { button.hidden = true; });
    });
  }
})();
