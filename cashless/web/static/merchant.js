"use strict";
// The merchant's page lives: new payments come by the live feed, or by asking every 3 seconds where
// there is none. The total of the day is asked from the server: it is the book's, not a sum made here.
(function () {
  const page = document.querySelector("main"), base = page.dataset.base;
  const one = (name, root) => (root || page).querySelector("[data-" + name + "]");
  const list = one("list"), speaker = window.makeSpeaker(page.dataset.code);
  let last = Number(page.dataset.last), waiting = [], gather = 0, timer = 0;

  const dong = (amount) => String(amount).replace(/\B(?=(\d{3})+$)/g, ".") + "\u00a0đ";

  function row(message) {
    const item = page.querySelector("template").content.firstElementChild.cloneNode(true);
    item.dataset.id = message.id;
    item.dataset.date = message.at.slice(0, 10);
    item.className = message.amount < 1000 ? "new tiny" : "new";
    item.querySelector("b").textContent = dong(message.amount);
    item.querySelector("time").textContent = message.at.slice(11, 19);
    item.querySelector(".from").textContent =
      message.provider + (message.order ? " · " + message.order : "");
    return item;
  }

  async function take(messages) {
    const fresh = messages.filter((m) => m.id > last).sort((a, b) => a.id - b.id);
    if (!fresh.length) return;
    last = fresh[fresh.length - 1].id;
    list.querySelectorAll(".new").forEach((item) => item.classList.remove("new"));
    fresh.forEach((message) => list.prepend(row(message)));
    while (list.children.length > 60) list.lastElementChild.remove();
    one("empty").hidden = true;
    speaker.hear(fresh);
    await total();
  }

  async function total() {
    const now = await get("/today");
    one("amount").textContent = now.text;
    one("words").textContent = now.words[0].toUpperCase() + now.words.slice(1);
    one("count").textContent = now.count;
    one("day").textContent = now.day;
    if (now.date !== page.dataset.date) turn(now.date);
  }

  // A page that stays open over midnight begins a new list.
  function turn(date) {
    page.dataset.date = date;
    Array.from(list.children).forEach((item) => { if (item.dataset.date !== date) item.remove(); });
    one("empty").hidden = list.children.length > 0;
  }

  async function get(path) {
    const answer = await fetch(base + path, { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  function lamp(live) {
    const light = document.querySelector("[data-lamp]");
    light.hidden = false;
    light.classList.toggle("live", live);
    light.querySelector("span").textContent = live ? "Trực tiếp" : "Mất kết nối, đang thử lại";
  }

  async function ask(again) {
    clearTimeout(timer);
    try {
      await take(await get("/messages?after=" + last));
      lamp(true);
    } catch (offline) { lamp(false); }
    clearTimeout(timer);
    if (again) timer = setTimeout(() => ask(true), 3000);
  }

  // Messages that come in one go are taken together, so that a gap is told in one sentence.
  function hold(message) {
    waiting.push(message);
    clearTimeout(gather);
    gather = setTimeout(function () { take(waiting.splice(0)).catch(() => lamp(false)); }, 150);
  }

  function listen() {
    if (!window.EventSource) { ask(true); return; }
    const feed = new EventSource(base + "/feed?after=" + last);
    feed.onopen = function () { ask(false); };
    feed.onerror = function () { ask(true); };
    feed.onmessage = function (said) { hold(JSON.parse(said.data)); };
  }

  function dress() {
    const box = one("voice"), button = one("sound");
    box.hidden = false;
    speaker.showIn(function (text) {
      one("said").textContent = text + (speaker.hasVoice ? "" : " (máy này chỉ có chuông)");
      one("again").disabled = false;
    });
    button.addEventListener("click", function () {
      if (speaker.on) speaker.stop(); else speaker.start(last, (after) => get("/messages?after=" + after));
      button.setAttribute("aria-pressed", String(speaker.on));
      one("sound-text").textContent = speaker.on ? "Loa đang bật" : "Bật loa";
      one("sound-en").textContent = speaker.on ? "Sound is on" : "Sound on";
    });
    one("again").addEventListener("click", () => speaker.again());
    box.querySelectorAll("[name=voice]").forEach(function (choice) {
      choice.checked = (choice.value === "north") === speaker.north;
      choice.addEventListener("change", () => { speaker.north = choice.value === "north"; });
    });
  }

  function pad() {
    const keys = one("keys"), field = page.querySelector("[name=amount]");
    if (!keys) return;
    keys.hidden = false;
    const show = (text) => {
      const digits = text.replace(/\D/g, "").replace(/^0+/, "").slice(0, 9);
      field.value = digits.replace(/\B(?=(\d{3})+$)/g, ".");
    };
    field.addEventListener("input", () => show(field.value));
    keys.addEventListener("click", function (tap) {
      const key = tap.target.closest("button");
      if (!key) return;
      const digits = field.value.replace(/\D/g, "");
      show(key.textContent === "⌫" ? digits.slice(0, -1) : digits + key.textContent);
    });
  }

  dress();
  pad();
  listen();
  setInterval(() => total().catch(() => lamp(false)), 60000);
})();
