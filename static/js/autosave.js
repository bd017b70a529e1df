// Saves notes while they are written, and keeps on this device what the server does not have yet. Without it the button
// of the form saves.
"use strict";
(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form || !window.fetch) return;

  const PAUSE = 1500, LONGEST = 8000, AGAIN = 5000; // milliseconds
  const SMALL = 60000; // bytes that a browser still sends when its page is left
  const field = form.elements.words, version = form.elements.version;
  const said = form.querySelector("[data-said]");
  const own = form.dataset.autosave, rest = `${own}:offered`;
  const state = form.dataset.state; // "saved", "refused" or "elsewhere": how the page came
  let saved = state === "saved" ? field.value : null; // what the server has
  let stopped = state === "elsewhere"; // two texts are on the page: only the button decides
  let timer = 0, since = 0, sending = false, pressed = false;

  const isOpen = () => field.value !== saved;
  const plain = (words) => words.replace(/\r\n?/g, "\n").trim();

  // On this device: the version on which the words were written, a line break, the words. A browser may forbid it; then
  // the page asks before it is left.
  function keep(key, words, on) {
    try {
      if (words === null) localStorage.removeItem(key);
      else localStorage.setItem(key, `${on}\n${words}`);
      return true;
    } catch { return false; }
  }

  function kept(key) {
    let found = null;
    try { found = localStorage.getItem(key); } catch { /* forbidden: there is nothing */ }
    if (found === null) return null;
    const end = found.indexOf("\n");
    return { version: found.slice(0, end), words: found.slice(end + 1) };
  }

  function keepOwn() {
    // While two texts wait for a decision, hers was written on neither.
    const isKept = keep(own, field.value, state === "elsewhere" ? "" : version.value);
    window.onbeforeunload = isKept ? null : (event) => { if (isOpen()) event.preventDefault(); };
  }

  function say(words) {
    if (said.textContent !== words) said.textContent = words; // the same again is not read aloud again
  }

  function plan(wait) {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(save, wait);
  }

  async function save() {
    clearTimeout(timer);
    if (sending || stopped || !isOpen()) return;
    const words = field.value, body = new URLSearchParams(new FormData(form)).toString();
    sending = true;
    since = 0;
    let wait = PAUSE;
    try {
      const answer = await fetch(form.action, {
        method: "POST", body, credentials: "same-origin", redirect: "manual", keepalive: body.length < SMALL,
        headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
      });
      if (answer.status >= 500) throw new Error(answer.status);
      await hear(answer, words);
    } catch {
      say(form.dataset.waiting);
      wait = AGAIN;
    }
    sending = false;
    if (!stopped && isOpen()) plan(pressed ? Math.min(wait, AGAIN) : wait);
    pressed = false;
  }

  async function hear(answer, words) {
    const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    const told = isJson ? await answer.json() : {};
    if (answer.ok && isJson) {
      version.value = told.version;
      saved = words;
      if (isOpen()) keepOwn();
      else keep(own, null);
      say(told.said);
    } else if (answer.status === 409) {
      stopped = true;
      if (pressed) form.submit(); // the page that comes shows both texts
      else say(form.dataset.elsewhere);
    } else if (isJson) {
      saved = words; // not sent again as they are; they stay on this device
      say(told.error);
    } else {
      stopped = true; // signed out: the button leads to the page to sign in, and from there back
      say(form.dataset.reload);
    }
  }

  field.addEventListener("input", () => {
    keepOwn();
    if (stopped) return;
    since = since || Date.now();
    if (said.textContent !== form.dataset.waiting) say(form.dataset.writing);
    plan(Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())));
  });

  form.addEventListener("submit", (event) => {
    window.onbeforeunload = null;
    if (stopped) return; // as without script
    event.preventDefault();
    pressed = true;
    if (!isOpen()) keepOwn(), saved = null; // said again, so that whoever presses is answered
    save();
  });

  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  window.addEventListener("online", () => save());

  // What an earlier visit left here: offered, never put in by itself, and kept until somebody decides.
  const offer = form.querySelector("[data-offer]");
  const left = [kept(rest), kept(own)].filter((one) => one && one.words.trim() && plain(one.words) !== plain(field.value));
  const words = [...new Set(left.map((one) => one.words))].join("\n\n");
  const on = left.length === 1 ? left[0].version : "";
  keep(rest, words || null, on);
  keep(own, null);
  if (state !== "saved") keepOwn();
  if (words) {
    offer.querySelector("[data-offered]").textContent = words;
    offer.hidden = false;
  }

  offer.querySelector("[data-take]").addEventListener("click", () => {
    const before = field.value.trim();
    // Written on what stands here, they take its place; otherwise both stay.
    const replaces = !before || on === version.value || words.startsWith(before);
    field.value = replaces ? words : `${before}\n\n${words}`;
    field.dispatchEvent(new Event("input"));
    keep(rest, null);
    offer.hidden = true;
    field.focus();
  });

  offer.querySelector("[data-drop]").addEventListener("click", () => {
    keep(rest, null);
    offer.hidden = true;
    field.focus();
  });
})();
