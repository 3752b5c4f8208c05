"use strict";
// Says what came: a chime and "Đã nhận ... đồng" in the device's Vietnamese voice. Each message is
// said at most once on this device: whoever says it first moves the mark kept in localStorage.
// After a gap one sentence sums up. It starts with a tap, because browsers want one before sound.
window.makeSpeaker = function (merchant) {
  const KEY = "heard:" + merchant, VOICE = "voice:" + merchant, MANY = 3, TINY = 1000;
  let sound = null, on = false, last = "";
  let shown = function () {};

  function kept(key) { try { return localStorage.getItem(key); } catch (none) { return null; } }
  function keep(key, value) { try { localStorage.setItem(key, value); } catch (none) { /* private */ } }

  function alone(work) {
    return navigator.locks ? navigator.locks.request(KEY, work) : Promise.resolve().then(work);
  }

  function claim(messages) {
    return alone(function () {
      const mark = Number(kept(KEY) || 0);
      const fresh = messages.filter((one) => one.id > mark);
      if (fresh.length) keep(KEY, String(Math.max(...fresh.map((one) => one.id))));
      return fresh;
    });
  }

  function tone(pitch, at, length, shape) {
    const wave = sound.createOscillator(), loud = sound.createGain();
    const start = sound.currentTime + at;
    wave.type = shape;
    wave.frequency.value = pitch;
    loud.gain.setValueAtTime(0.0001, start);
    loud.gain.exponentialRampToValueAtTime(0.5, start + 0.02);
    loud.gain.exponentialRampToValueAtTime(0.0001, start + length);
    wave.connect(loud).connect(sound.destination);
    wave.start(start);
    wave.stop(start + length);
  }

  function chime(tiny) {
    if (!sound) return;
    if (tiny) [0, 0.22, 0.44].forEach((at) => tone(220, at, 0.18, "square"));
    else { tone(784, 0, 0.35, "sine"); tone(1175, 0.16, 0.6, "sine"); }
  }

  function voice() {
    if (!window.speechSynthesis) return null;
    return speechSynthesis.getVoices().find((one) => one.lang.toLowerCase().startsWith("vi")) || null;
  }

  function accent(words) {
    if (kept(VOICE) === "north") return words;
    return words.replace(/nghìn/g, "ngàn").replace(/linh/g, "lẻ");
  }

  function say(text, tiny) {
    last = text;
    shown(text);
    chime(tiny);
    if (!window.speechSynthesis) return;
    const spoken = new SpeechSynthesisUtterance(text);
    spoken.lang = "vi-VN";
    spoken.voice = voice();
    spoken.rate = 0.95;
    setTimeout(() => speechSynthesis.speak(spoken), 600);
  }

  // The screen stays on while the voice is; a browser lets go of it when the page was hidden.
  function awake() {
    const may = on && navigator.wakeLock && !document.hidden;
    if (may) navigator.wakeLock.request("screen").catch(function () {});
  }

  function sentence(one) {
    const head = one.amount < TINY ? "Chú ý, chỉ nhận " : "Đã nhận ";
    return head + accent(one.words);
  }

  function summary(messages) {
    const sum = messages.reduce((total, one) => total + one.amount, 0);
    return "Có " + messages.length + " khoản mới, tổng cộng " + sum.toLocaleString("vi-VN") + " đồng";
  }

  document.addEventListener("visibilitychange", awake);

  return {
    get on() { return on; },
    get hasVoice() { return Boolean(voice()); },
    get north() { return kept(VOICE) === "north"; },
    set north(yes) { keep(VOICE, yes ? "north" : "south"); },
    showIn(show) { shown = show; },
    // What came since this device was last told is asked for; a new device begins at the newest.
    async start(newest, ask) {
      const Sound = window.AudioContext || window.webkitAudioContext;
      sound = sound || (Sound ? new Sound() : null);
      if (sound) sound.resume();
      on = true;
      awake();
      if (kept(KEY) === null) keep(KEY, String(newest));
      const mark = Number(kept(KEY));
      if (mark < newest) await this.hear(await ask(mark));
    },
    stop() { on = false; if (window.speechSynthesis) speechSynthesis.cancel(); },
    again() { if (last) say(last, false); },
    async hear(messages) {
      if (!on || !messages.length) return;
      const fresh = await claim(messages);
      if (fresh.length > MANY) say(summary(fresh), false);
      else fresh.forEach((one) => say(sentence(one), one.amount < TINY));
    },
  };
};
