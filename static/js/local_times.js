// Keeps the list of local times in step while date, time or zone are typed. Without it the server draws the list on save.
"use strict";
(() => {
  const list = document.getElementById("local-times");
  const note = document.getElementById("local-times-note");
  const fields = ["id_wall_date", "id_wall_time", "id_zone"].map((id) => document.getElementById(id));
  if (!list || fields.some((field) => !field)) return;

  const DAY = 86400000;
  const spoken = document.documentElement.lang || "en";
  const language = spoken === "en" ? "en-GB" : spoken; // the day before the month, as the server writes it

  // How far a zone's clock is ahead of UTC at an instant, in milliseconds.
  function offset(instant, zone) {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
      hour: "numeric", minute: "numeric", second: "numeric",
    });
    const part = {};
    for (const { type, value } of format.formatToParts(instant)) part[type] = Number(value);
    return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - instant;
  }

  // An offset as the server writes it: UTC−5, UTC+5:30, UTC+0.
  function named(ahead) {
    const minutes = Math.abs(ahead) / 60000, rest = minutes % 60;
    return `UTC${ahead < 0 ? "\u2212" : "+"}${Math.floor(minutes / 60)}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
  }

  // The instants at which a zone's clock shows this wall time: one, two on the night of autumn, none in spring's gap.
  function instants(wall, zone) {
    const offsets = new Set([offset(wall - DAY, zone), offset(wall + DAY, zone)]);
    return [...offsets].map((ahead) => wall - ahead)
      .filter((instant) => instant + offset(instant, zone) === wall).sort((a, b) => a - b);
  }

  const length = document.getElementById("id_minutes");
  const DAY_BEGINS = 7 * 60, DAY_ENDS = 21 * 60; // minutes of the day, as the server counts them

  // How many minutes of it are before 7 or after 21 o'clock on a zone's clock.
  function outside(start, zone) {
    const minute = ((start + offset(start, zone)) % DAY) / 60000;
    const end = minute + Math.max(Number(length && length.value) || 0, 0);
    let inside = 0;
    for (let day = 0; day < end; day += 24 * 60) {
      inside += Math.max(0, Math.min(end, day + DAY_ENDS) - Math.max(minute, day + DAY_BEGINS));
    }
    return Math.ceil(end - minute - inside);
  }

  // A length of time as the server writes it: 45 min, 2 h, 1 h 30 min.
  function said(minutes) {
    const hours = Math.floor(minutes / 60), rest = minutes % 60;
    return [hours ? `${hours} h` : "", rest ? `${rest} min` : ""].filter(Boolean).join(" ");
  }

  function draw() {
    const [day, clock, zone] = fields.map((field) => field.value);
    const wall = Date.parse(`${day}T${clock.slice(0, 5)}Z`);
    const found = Number.isNaN(wall) ? [] : instants(wall, zone);
    for (const item of list.children) {
      const [, hour, date, ahead, note] = item.children;
      const there = { timeZone: item.dataset.zone };
      hour.textContent = found.length
        ? new Intl.DateTimeFormat("en-GB", { ...there, hour: "2-digit", minute: "2-digit" }).format(found[0]) : "–";
      date.textContent = found.length
        ? new Intl.DateTimeFormat(language, { ...there, weekday: "short", day: "numeric", month: "short" }).format(found[0])
        : "";
      ahead.textContent = found.length ? named(offset(found[0], item.dataset.zone)) : "";
      const odd = found.length ? outside(found[0], item.dataset.zone) : 0;
      item.classList.toggle("is-outside", odd > 0);
      note.textContent = odd ? `${list.dataset.outside}: ${said(odd)}` : "";
    }
    if (Number.isNaN(wall)) note.textContent = "";
    else note.textContent = found.length === 2 ? list.dataset.repeated : found.length ? "" : list.dataset.skipped;
  }

  for (const field of [...fields, length]) if (field) field.addEventListener("input", draw);
  draw();
})();
