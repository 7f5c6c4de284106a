"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const language = () => (at("language-en").checked ? 1 : 0);
  const word = (pair) => pair[language()];
  const locale = () => ["vi-VN", "en-GB"][language()];
  const number = (n) => n.toLocaleString(locale());
  const percent = (n, of) =>
    of ? (Math.floor((n / of) * 1000) / 10).toLocaleString(locale()) + " %" : "–";

  function element(tag, parent, text, classes) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (classes) made.className = classes;
    return parent.appendChild(made);
  }

  // The map: one path for each level, so that ten thousand communes are four elements.
  const shapes = [
    (x, y, r) => `M${x - r} ${y - r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`,
    (x, y, r) => `M${x - r} ${y - r}h${2 * r}l${-r} ${2 * r}z`,
    (x, y, r) => `M${x} ${y - r * 1.2}l${r * 1.2} ${r * 1.2}l${-r * 1.2} ${r * 1.2}l${-r * 1.2} ${-r * 1.2}z`,
    (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`,
  ];
  const radius = data.communes.length > 1000 ? 3.5 : 10;

  function level(heard, devices) {
    if (heard === 0) return 0;
    return heard === devices ? 3 : heard * 2 < devices ? 1 : 2;
  }

  function drawMap() {
    const bulletin = data.bulletins[at("bulletin").value];
    const step = Number(at("time").value);
    const paths = ["", "", "", ""];
    const counts = [0, 0, 0, 0];
    let heard = 0;
    let devices = 0;
    data.communes.forEach(([, , x, y], place) => {
      const here = bulletin.devices[place];
      if (!here) return;
      const reached = bulletin.heard[place][step];
      const of = level(reached, here);
      heard += reached;
      devices += here;
      counts[of] += 1;
      if (x !== null) paths[of] += shapes[of](x, y, radius);
    });
    paths.forEach((path, of) => at("map").querySelector(`.level-${of}`).setAttribute("d", path));
    for (const told of at("legend").querySelectorAll("[data-count]"))
      told.textContent = number(counts[told.dataset.count]);
    const spoken = word([
      `${data.steps[step][0]}: ${number(heard)} trên ${number(devices)} thiết bị đã phát (${percent(heard, devices)})`,
      `${data.steps[step][1]}: ${number(heard)} of ${number(devices)} devices have sounded (${percent(heard, devices)})`,
    ]);
    at("time").setAttribute("aria-valuetext", spoken);
    at("readout").textContent = spoken[0].toUpperCase() + spoken.slice(1);
    at("readout").lang = ["vi", "en"][language()];
  }

  function markChosen() {
    if (!at("chosen")) return;
    const [, , x, y] = data.communes[at("commune").value];
    at("chosen").setAttribute("cx", x ?? -100);
    at("chosen").setAttribute("cy", y ?? -100);
  }

  function chooseNearest(event) {
    const point = new DOMPoint(event.clientX, event.clientY);
    const { x, y } = point.matrixTransform(at("map").getScreenCTM().inverse());
    let nearest = null;
    let least = Infinity;
    data.communes.forEach(([, , left, top], place) => {
      const far = left === null ? Infinity : (left - x) ** 2 + (top - y) ** 2;
      if (far < least) [nearest, least] = [place, far];
    });
    if (nearest !== null) choose(nearest);
  }

  // The timeline of one commune.
  const begin = Date.parse(data.start + "Z");
  const day = 86400000;
  const two = (n) => String(n).padStart(2, "0");

  function clock(ms) {
    const when = new Date(begin + ms);
    return `${two(when.getUTCHours())}:${two(when.getUTCMinutes())}:${two(when.getUTCSeconds())}`;
  }

  function date(ms) {
    const when = new Date(begin + ms);
    return `${two(when.getUTCDate())}/${two(when.getUTCMonth() + 1)}`;
  }

  function days() {
    const first = Math.floor(begin / day) * day - begin;
    const found = [];
    for (let from = first; from < data.horizon_ms; from += day) found.push(from);
    return found;
  }

  function shownTime() {
    const chosen = at("day").value;
    if (chosen === "all") return [0, data.horizon_ms];
    const from = Number(chosen);
    return [Math.max(0, from), Math.min(from + day, data.horizon_ms)];
  }

  function segments(entry) {
    const found = [];
    for (let i = 2; i < entry.length; i += 3)
      found.push([entry[i] * data.resolution_ms, entry[i + 1] * data.resolution_ms, entry[i + 2]]);
    return found;
  }

  const isShown = (entry, from, to) =>
    segments(entry).some(([start, end]) => end > from && start < to) ||
    (entry.length === 2 && data.items[entry[0]][2] >= from && data.items[entry[0]][2] < to);

  const isCut = (reason) => reason !== 0 && reason !== 6;

  function who(count, devices) {
    return `${number(count)} ${word(["thiết bị", count === 1 ? "device" : "devices"])} (${devices})`;
  }

  function whose(count, devices) {
    const all = data.groups[at("commune").value].reduce((sum, group) => sum + group[2], 0);
    if (count < all) return who(count, devices.sort().join(", "));
    return word([`Cả ${number(count)} thiết bị`, `All devices, ${number(count)}`]);
  }

  // Devices whose rows would look alike share one: to a 200th of the time that is shown.
  function rows(from, to) {
    const grain = (to - from) / 200;
    const found = new Map();
    for (const [pattern, devices, count] of data.groups[at("commune").value]) {
      const entries = data.patterns[pattern].filter((entry) => isShown(entry, from, to));
      const looks = ([item, outcome, ...times]) =>
        [item, outcome, ...times.map((n, i) => (i % 3 === 2 ? n : Math.round((n * data.resolution_ms) / grain)))];
      const key = JSON.stringify(entries.map(looks));
      if (!found.has(key)) found.set(key, { entries, devices: [], count: 0 });
      found.get(key).devices.push(...devices.split(", "));
      found.get(key).count += count;
    }
    return [...found.values()].sort((a, b) => b.count - a.count);
  }

  function outcomes(entries) {
    const counts = data.outcomes.map(() => 0);
    for (const [, outcome] of entries) counts[outcome] += 1;
    const told = data.outcomes.flatMap((words, of) =>
      counts[of] ? [`${number(counts[of])} ${word(words)}`] : []);
    return told.join(", ") || word(["không có gì để phát", "nothing to play"]);
  }

  function drawTimeline() {
    const [from, to] = shownTime();
    const place = (ms) => (100 * (ms - from)) / (to - from);
    const home = at("timeline");
    home.replaceChildren();
    home.lang = ["vi", "en"][language()];
    for (const { entries, devices, count } of rows(from, to)) {
      const row = element("div", home, undefined, "row");
      const about = element("p", row, `${whose(count, devices)}: `);
      element("b", about, outcomes(entries));
      const lane = element("div", row, undefined, "lane");
      lane.setAttribute("aria-hidden", "true");
      for (const entry of entries) drawEntry(lane, entry, from, to, place);
    }
    const axis = element("div", home, undefined, "axis");
    axis.setAttribute("aria-hidden", "true");
    for (let tick = 0; tick < 4; tick += 1) {
      const ms = from + ((to - from) * tick) / 4;
      const label = to - from > day ? `${date(ms)} ${clock(ms).slice(0, 5)}` : clock(ms).slice(0, 5);
      element("span", axis, label).style.left = `${25 * tick}%`;
    }
    tellTimeline();
  }

  function drawEntry(lane, entry, from, to, place) {
    const [, bulletinClass, due] = data.items[entry[0]];
    const played = segments(entry);
    for (const [start, end, reason] of played) {
      if (end <= from || start >= to) continue;
      const mark = element("i", lane, undefined, `played ${bulletinClass}${isCut(reason) ? " cut" : ""}`);
      const left = place(Math.max(start, from));
      mark.style.left = `${left}%`;
      mark.style.width = `${place(Math.min(end, to)) - left}%`;
    }
    if (entry[1] > 1 && due >= from && due < to)
      element("i", lane, "✕", "missed").style.left = `${place(due)}%`;
  }

  function tellTimeline() {
    const [from, to] = shownTime();
    const home = at("timeline-rows");
    home.replaceChildren();
    home.lang = ["vi", "en"][language()];
    for (const [pattern, devices, count] of data.groups[at("commune").value]) {
      const table = element("table", home);
      element("caption", table, who(count, devices));
      const head = element("tr", element("thead", table));
      for (const title of [["Nội dung", "Item"], ["Loại", "Class"], ["Giờ phát", "Played"], ["Kết quả", "Outcome"]])
        element("th", head, word(title)).scope = "col";
      const body = element("tbody", table);
      for (const entry of data.patterns[pattern]) tellEntry(body, entry, from, to);
    }
  }

  function tellEntry(body, entry, from, to) {
    const [item, bulletinClass, due] = data.items[entry[0]];
    if (!isShown(entry, from, to)) return;
    const played = segments(entry).filter(([start, end]) => end > from && start < to);
    const row = element("tr", body);
    element("th", row, item).scope = "row";
    element("td", row, word(data.classes[bulletinClass]));
    const times = element("td", row);
    if (!played.length) element("div", times, `(${date(due)} ${clock(due)})`);
    for (const [start, end, reason] of played)
      element("div", times, `${date(start)} ${clock(start)}–${clock(end)}: ${word(data.endings[reason])}`);
    element("td", row, word(data.outcomes[entry[1]]));
  }

  // What can be chosen.
  function fillCommunes() {
    const district = Number(at("district").value);
    at("commune").replaceChildren();
    data.communes
      .map((commune, place) => [commune, place])
      .filter(([commune]) => commune[1] === district)
      .sort(([a], [b]) => b[4] - a[4] || a[0].localeCompare(b[0], "vi"))
      .forEach(([commune, place]) => {
        element("option", at("commune"), commune[0]).value = place;
      });
  }

  function choose(place) {
    at("district").value = data.communes[place][1];
    fillCommunes();
    at("commune").value = place;
    showCommune();
  }

  function showCommune() {
    drawTimeline();
    markChosen();
  }

  function fillDays() {
    const chosen = at("day").value;
    at("day").replaceChildren();
    element("option", at("day"), word(["cả lần chạy", "the whole run"])).value = "all";
    if (days().length > 1)
      for (const from of days().slice(0, 400)) element("option", at("day"), date(from)).value = from;
    at("day").value = chosen || "all";
  }

  function speak() {
    document.documentElement.lang = ["vi", "en"][language()];
    const title = document.querySelector("title");
    document.title = word([title.dataset.vi, title.dataset.en]);
    for (const option of document.querySelectorAll("option[data-vi]"))
      option.textContent = word([option.dataset.vi, option.dataset.en]);
    fillDays();
    at("district").parentElement.hidden = data.districts.length < 2;
    if (at("map")) drawMap();
    if (data.communes.length) drawTimeline();
  }

  for (const [place, name] of data.districts.entries())
    element("option", at("district"), name || word(["khác", "others"])).value = place;
  for (const radio of document.getElementsByName("language")) radio.addEventListener("change", speak);
  if (at("map")) {
    at("bulletin").addEventListener("change", drawMap);
    at("time").addEventListener("input", drawMap);
    at("map").addEventListener("click", chooseNearest);
  }
  if (data.communes.length) {
    const worst = data.communes.reduce((a, one, place) => (one[4] > data.communes[a][4] ? place : a), 0);
    choose(worst);
    at("district").addEventListener("change", () => {
      fillCommunes();
      showCommune();
    });
    at("commune").addEventListener("change", showCommune);
    at("day").addEventListener("change", drawTimeline);
  }
  speak();
  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
})();
