"use strict";
// What the two pages to pay on share: copy buttons, which are there only where scripts run, and
// the app that was tapped last, which comes first the next time.
(function () {
  document.documentElement.classList.add("scripted");

  async function copy(from, button) {
    const text = from.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch (refused) {
      const field = document.createElement("textarea");
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    if (button.dataset.done) return;
    const said = button.innerHTML;
    button.dataset.done = "1";
    button.textContent = "Đã chép ✓";
    setTimeout(function () { button.innerHTML = said; delete button.dataset.done; }, 1500);
  }

  function last(name) {
    try {
      if (name) localStorage.setItem("app", name);
      return localStorage.getItem("app");
    } catch (closed) { return null; }
  }

  const name = (link) => link.pathname.split("/").pop();
  const links = () => Array.from(document.querySelectorAll("[data-apps] a"));
  const mine = links().find((link) => name(link) === last());
  if (mine) mine.closest("ul").prepend(mine.parentNode);

  document.addEventListener("click", function (event) {
    const button = event.target.closest(".copied button");
    const link = event.target.closest("[data-apps] a");
    if (button) copy(button.parentNode.querySelector("[data-copy]"), button);
    if (link) last(name(link));
  });
})();
