"use strict";
// The order page turns to "paid" by itself: a live feed where there is one, else asking at
// 2, then 5, then 15 seconds. What is shown always comes from the server, never from here.
(function () {
  const base = location.pathname.replace(/\/$/, "");
  const born = Date.now();
  let state = "", ends = 0, timer = 0, live = false, etag = "";
  const page = () => document.querySelector("main");

  function read() {
    state = page().dataset.state;
    const left = page().dataset.seconds;
    ends = left ? Date.now() + left * 1000 : 0;
    tick();
  }

  function over() { return /^(paid|cancelled)/.test(state); }

  function touched() { return Boolean(navigator.userActivation && navigator.userActivation.hasBeenActive); }

  function tick() {
    const place = document.querySelector("[data-left]");
    if (!place || !ends) return;
    const left = Math.max(0, Math.round((ends - Date.now()) / 1000));
    const two = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(left / 3600), rest = Math.floor(left / 60) % 60;
    place.textContent = (hours ? hours + ":" + two(rest) : rest) + ":" + two(left % 60);
    if (left === 0) { ends = 0; setTimeout(refresh, 1000); }
  }

  async function refresh() {
    const answer = await fetch(base, { cache: "no-store" });
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    page().replaceWith(document.adoptNode(next.querySelector("main")));
    document.title = next.title;
    read();
    if (over() && navigator.vibrate && touched()) navigator.vibrate(200);
  }

  async function ask() {
    clearTimeout(timer);
    if (document.hidden || over()) return;
    try {
      const answer = await fetch(base + "/status", { cache: "no-cache" });
      if (answer.ok && answer.headers.get("ETag") !== etag) {
        const now = await answer.json();
        if ([now.status, now.exception, now.paid].join(" ") !== state) await refresh();
        etag = answer.headers.get("ETag");
      }
    } catch (offline) { /* the next round asks again */ }
    clearTimeout(timer);
    timer = setTimeout(ask, pause());
  }

  function pause() {
    const age = (Date.now() - born) / 1000;
    return 1000 * (live || age > 600 ? 15 : age > 120 ? 5 : 2);
  }

  function listen() {
    if (!window.EventSource || over()) return;
    const feed = new EventSource(base + "/feed");
    feed.onopen = function () { live = true; };
    feed.onerror = function () { live = false; ask(); };
    feed.addEventListener("paid", ask);
  }

  read();
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", ask);
  listen();
  ask();
})();
