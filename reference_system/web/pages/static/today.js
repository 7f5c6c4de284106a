// Keeps the page of today current: asks for it again while somebody looks and has done something
// lately, so that a screen left alone does not keep its session open.
const EVERY_MS = 10_000;
const LEFT_ALONE_MS = 15 * 60_000;

const live = document.getElementById("live");
let paused = false;
let touched = Date.now();
for (const kind of ["pointerdown", "keydown"]) {
  addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
}

const pause = document.createElement("button");
pause.type = "button";
pause.className = "plain";
pause.textContent = live.dataset.pause;
pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = paused ? live.dataset.resume : live.dataset.pause;
});
live.before(pause);

async function renew() {
  const left = Date.now() - touched > LEFT_ALONE_MS;
  if (paused || left || document.hidden || live.contains(document.activeElement)) return;
  try {
    const answer = await fetch("/", { redirect: "error", signal: AbortSignal.timeout(EVERY_MS) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    if (!answer.ok || !fresh || live.contains(document.activeElement)) return;
    const open = document.getElementById("map-table")?.open;
    live.replaceChildren(...fresh.childNodes);
    const table = document.getElementById("map-table");
    if (table && open) table.open = true;
  } catch {
    const note = live.querySelector(".updated");
    if (note && !note.dataset.failed) {
      note.dataset.failed = "yes";
      note.append(` (${live.dataset.failed})`);
    }
  }
}

setInterval(renew, EVERY_MS);
