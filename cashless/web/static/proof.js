"use strict";
// Waits for the first payment: by the live feed, or by asking less and less often where there is
// none. What is proven is ticked off, the voice says that money came, once; a long wait unfolds what
// there is to check. When the stall is live, the page is read again.
(function () {
  const page = document.querySelector("main"), base = page.dataset.listen;
  const one = (name) => page.querySelector("[data-" + name + "]");
  if (page.dataset.live === "true") return;
  const speaker = window.makeSpeaker("proof-" + page.dataset.number);
  const LONG = 60000, PATIENCE = 15 * 60000, began = Date.now();
  let said = null, pause = 3000, timer = 0, fed = false;

  function take(state) {
    page.querySelectorAll("[data-proof]").forEach(function (item) {
      item.classList.toggle("done", state[item.dataset.proof]);
    });
    if (state.live) location.reload();
    one("heard").hidden = !state.said;
    if (state.said && (!said || said.id !== state.said.id)) {
      said = state.said;
      one("again").disabled = false;
      speaker.hear([said]);
    }
  }

  async function ask() {
    clearTimeout(timer);
    try {
      const answer = await fetch(base + "/status", { cache: "no-store" });
      if (answer.ok) take(await answer.json());
    } catch (offline) { /* asked again below */ }
    pause = Math.min(pause * 1.2, 30000);
    if (!fed && Date.now() - began < PATIENCE) timer = setTimeout(ask, pause);
  }

  function listen() {
    if (!window.EventSource) { ask(); return; }
    const feed = new EventSource(base + "/feed");
    feed.addEventListener("open", function () { fed = true; });
    feed.addEventListener("error", function () { fed = false; ask(); });
    feed.addEventListener("proof", function (told) { take(JSON.parse(told.data)); });
  }

  one("voice").hidden = false;
  one("heard").hidden = !page.querySelector("[data-proof=account].done");
  speaker.showIn(function (text) {
    one("said").textContent = text + (speaker.hasVoice ? "" : " (máy này chỉ có chuông)");
  });
  one("sound").addEventListener("click", function () {
    const button = one("sound");
    if (speaker.on) speaker.stop();
    else speaker.start(0, async function () { return []; }).then(() => said && speaker.hear([said]));
    button.setAttribute("aria-pressed", String(speaker.on));
    button.firstChild.textContent = speaker.on ? "Loa đang bật, đang chờ " : "Bật loa rồi chờ ";
    button.querySelector("small").textContent = speaker.on ? "Sound is on, waiting" : "Sound on, then wait";
  });
  one("again").addEventListener("click", () => speaker.again());
  setTimeout(function () { one("wait").open = true; }, LONG);
  listen();
})();
