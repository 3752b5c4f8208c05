// The stall's page of who is signed in: what comes is added while the page is open. When the day of
// a helper ends, or the device is signed out, the feed ends and the page is asked for again.
(() => {
  "use strict";
  const list = document.querySelector("[data-feed]");
  if (!list || !window.EventSource) return;
  const feed = new EventSource(list.dataset.feed);
  let wasOpen = false;

  const part = (name, text, kind) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };

  feed.onopen = () => { wasOpen = true; };
  feed.onerror = () => {
    if (wasOpen && feed.readyState === EventSource.CLOSED) location.reload();
  };
  feed.onmessage = (said) => {
    const one = JSON.parse(said.data), row = document.createElement("li"), left = document.createElement("span");
    if (list.querySelector(`[data-id="${Number(one.id)}"]`)) return;
    for (const empty of list.querySelectorAll(".empty")) empty.remove();
    row.dataset.id = one.id;
    left.append(part("b", `${one.amount.toLocaleString("vi-VN")}\u00a0đ`), " ", part("span", one.provider, "soft"));
    row.append(left, part("time", one.at.slice(11, 19), "soft"));
    list.prepend(row);
  };
})();
