// What the steps of an import do better with a script: a file is sent as soon as it is dropped, and goes on after a break;
// columns can be dragged; what was chosen survives a reload. Without it they are plain forms.

const BYTES_PER_MB = 1024 * 1024;
const KNOWN_ENDINGS = [".csv", ".tsv", ".xlsx", ".xls"];
/** Where pieces are sent. */
const PIECES_URL = "/uploads";
/** Files from here on are sent in pieces. */
const RESUMED_BYTES_MIN = 8 * BYTES_PER_MB;
/** How long the pace of an upload is averaged over. */
const PACE_MS = 4000;
/** Hundredths between two announcements to a screen reader. */
const SAID_EVERY_PERCENT = 25;
/** After so long without a byte the connection counts as lost. */
const STILL_MS = 5000;
/** How long somebody may stop typing before the sample follows. */
const TYPING_MS = 350;

const sizeText = (bytes) =>
  bytes < BYTES_PER_MB ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / BYTES_PER_MB).toFixed(1)} MB`;

/** A time in words that do not flicker. */
function timeText(seconds) {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 2) return "a moment left";
  if (seconds < 60) return `${seconds < 10 ? Math.round(seconds) : Math.round(seconds / 5) * 5} seconds left`;
  const minutes = Math.round(seconds / 60);
  return minutes === 1 ? "about a minute left" : `about ${minutes} minutes left`;
}

/* Step 1: the file. */

function chooseFile(form) {
  const input = form.querySelector("input[type=file]");
  const zone = form.querySelector("[data-drop-page]");
  const box = form.querySelector("[data-transfer]");
  const part = (name) => form.querySelector(`[data-transfer-${name}]`);
  const bar = box.querySelector("progress");
  const trouble = part("error");
  let transfer = null;

  const complain = (message) => {
    transfer = null;
    box.hidden = true;
    zone.hidden = false;
    trouble.hidden = false;
    trouble.querySelector("span").textContent = message;
    input.value = "";
    input.focus();
  };

  const show = (sent) => {
    const { file, paces } = transfer;
    const percent = file.size > 0 ? Math.floor((sent / file.size) * 100) : 100;
    const now = performance.now();
    transfer.movedAt = now;
    paces.push([now, sent]);
    while (paces.length > 2 && now - paces[0][0] > PACE_MS) paces.shift();
    const [since, from] = paces[0];
    const pace = now > since ? ((sent - from) / (now - since)) * 1000 : 0;
    bar.value = percent;
    bar.textContent = `${percent} %`;
    part("percent").textContent = `${percent} %`;
    const known = pace > 0 && sent < file.size;
    part("text").textContent =
      sent < file.size
        ? [`${sizeText(sent)} of ${sizeText(file.size)}`, known && `${sizeText(pace)} a second`, known && timeText((file.size - sent) / pace)]
            .filter(Boolean)
            .join(" · ")
        : "Received. Looking into it…";
    const step = Math.floor(percent / SAID_EVERY_PERCENT);
    if (step > transfer.said) {
      transfer.said = step;
      part("said").textContent = `${percent} percent sent`;
    }
  };

  const pausing = (isPaused) => {
    part("pause").hidden = isPaused || !goesInPieces(form, transfer.file);
    part("resume").hidden = !isPaused;
    box.classList.toggle("is-paused", isPaused);
    if (isPaused) part("text").textContent = `Paused at ${part("percent").textContent}`;
  };

  // A transfer that stands still is tried again by itself; that is said.
  setInterval(() => {
    const isMoving = !transfer || transfer.stop.signal.aborted || bar.value >= 100 || performance.now() - transfer.movedAt < STILL_MS;
    if (isMoving) return;
    part("text").textContent = "The connection is lost. It goes on by itself when it is back.";
    transfer.paces = [];
  }, STILL_MS / 5);

  const run = async () => {
    const mine = transfer;
    mine.paces = [];
    mine.movedAt = performance.now();
    mine.stop = new AbortController();
    pausing(false);
    try {
      const path = await send(form, mine.file, (sent) => transfer === mine && show(sent), mine.stop.signal);
      if (transfer !== mine) return;
      show(mine.file.size);
      part("pause").hidden = true;
      location.assign(path);
    } catch (error) {
      if (transfer === mine && !mine.stop.signal.aborted) complain(error.message || "The file could not be sent. Please try again.");
    }
  };

  const begin = (file) => {
    if (!file || transfer) return;
    const mbMax = Number(form.dataset.mbMax);
    const name = file.name.toLowerCase();
    if (!KNOWN_ENDINGS.some((ending) => name.endsWith(ending))) {
      return complain(`“${file.name}” is no table that can be read. Choose a CSV or Excel file (.csv, .tsv, .xlsx, .xls).`);
    }
    if (file.size === 0) return complain(`“${file.name}” is empty.`);
    if (file.size > mbMax * BYTES_PER_MB) {
      return complain(`“${file.name}” is ${sizeText(file.size)}, more than the ${mbMax} MB that fit. Split it, or save it as CSV.`);
    }
    transfer = { file, paces: [], said: 0, stop: null };
    trouble.hidden = true;
    form.querySelector("#file-error")?.remove();
    zone.hidden = true;
    box.hidden = false;
    part("name").textContent = file.name;
    part("said").textContent = `Sending ${file.name}`;
    run();
  };

  input.addEventListener("change", () => begin(input.files[0]));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin(input.files[0]);
  });
  part("pause").addEventListener("click", () => {
    transfer?.stop.abort();
    pausing(true);
    part("resume").focus();
  });
  part("resume").addEventListener("click", () => {
    run();
    part("pause").focus();
  });
  part("cancel").addEventListener("click", () => {
    transfer?.stop.abort();
    if (transfer) discard(form, transfer.file);
    transfer = null;
    box.hidden = true;
    zone.hidden = false;
    input.value = "";
    input.focus();
    part("said").textContent = "Cancelled";
  });
  // Somebody who leaves in the middle is asked; what was sent is kept either way.
  window.addEventListener("beforeunload", (event) => {
    if (transfer && bar.value < 100 && !transfer.stop.signal.aborted) event.preventDefault();
  });

  // The whole page takes a file.
  let depth = 0;
  const carriesFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const mark = () => zone.classList.toggle("is-over", depth > 0);
  document.addEventListener("dragenter", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    depth += 1;
    mark();
  });
  document.addEventListener("dragleave", (event) => {
    if (!carriesFile(event)) return;
    depth = Math.max(0, depth - 1);
    mark();
  });
  document.addEventListener("dragover", (event) => carriesFile(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    depth = 0;
    mark();
    begin(event.dataTransfer.files[0]);
  });
}

/** Whether a file is sent in pieces, so that it can be paused. */
const goesInPieces = (form, file) => Boolean(form.dataset.resumable) && file.size >= RESUMED_BYTES_MIN;

/** Sends a file and gives the address of the next step; a large one in pieces, so that it goes on after a break. */
async function send(form, file, onsent, signal) {
  if (!goesInPieces(form, file)) return sendWhole(form, file, onsent, signal);
  const { upload } = await import(form.dataset.resumable);
  const id = await upload(file, { url: PIECES_URL, csrf: form.elements._csrf.value, onprogress: onsent, signal });
  return `${form.action}/${id}`;
}

/** Gives up what a cancelled file has left on the server. */
async function discard(form, file) {
  if (!goesInPieces(form, file)) return;
  const pieces = await import(form.dataset.resumable);
  await pieces.discard(file, { url: PIECES_URL, csrf: form.elements._csrf.value });
}

/** In one piece, as the form itself would. */
function sendWhole(form, file, onsent, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("_csrf", form.elements._csrf.value);
    body.append("file", file, file.name);
    request.upload.addEventListener("progress", (event) => onsent(Math.min(event.loaded, file.size)));
    request.addEventListener("load", () => {
      if (request.status < 400) return resolve(request.responseURL);
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      const reason = answer.querySelector("#file-error span, main .trouble p, main p")?.textContent;
      reject(new Error(reason?.trim() || "The file was not accepted. Please try again."));
    });
    request.addEventListener("error", () => reject(new Error("The connection broke. Please try again.")));
    request.addEventListener("abort", () => reject(new Error("Stopped.")));
    signal.addEventListener("abort", () => request.abort());
    request.open("POST", form.action);
    request.send(body);
  });
}

/* Step 2: the columns. */

const wizard = () => document.getElementById("wizard");
const keptUnder = () => `import:${wizard()?.dataset.wizard}`;

/** The badge beside a column follows what is chosen. */
function sayWhy(select) {
  const why = document.getElementById(select.getAttribute("aria-describedby"));
  if (!why) return;
  why.dataset.first ??= why.innerHTML;
  if (select.value === select.dataset.proposed) {
    why.innerHTML = why.dataset.first;
    return;
  }
  const badge = document.createElement("span");
  badge.className = "badge is-info";
  badge.textContent = "Your choice";
  why.replaceChildren(badge);
}

const choices = (form) =>
  [...form.elements].filter((control) => control.name && !["_csrf"].includes(control.name) && control.type !== "hidden" && control.type !== "submit");
const valueOf = (control) => (control.type === "checkbox" ? control.checked : control.value);

/** Keeps what is chosen for a reload of this tab. */
function keep() {
  const form = wizard();
  if (!form || form.dataset.isPuttingBack) return;
  const values = Object.fromEntries(choices(form).map((control) => [control.name, valueOf(control)]));
  sessionStorage.setItem(keptUnder(), JSON.stringify({ readAs: form.elements.read_as.value, values }));
}

/**
 * Puts back what was chosen into a form that has just come: first the way of reading, and when its columns have come, the
 * rest.
 */
function putBack() {
  const form = wizard();
  if (!form || form.dataset.hasPutBack) return;
  form.dataset.hasPutBack = "yes";
  const kept = JSON.parse(sessionStorage.getItem(keptUnder()) ?? "null");
  if (!kept) return;
  const isSameReading = kept.readAs === form.elements.read_as.value;
  let changed = null;
  for (const control of choices(form)) {
    const isReading = control.closest(".reading") !== null;
    const value = kept.values[control.name];
    if (isReading === isSameReading || value === undefined || value === valueOf(control)) continue;
    if (control.type === "checkbox") control.checked = value;
    else control.value = value;
    if (control.matches("select[data-proposed]")) sayWhy(control);
    changed = control;
  }
  if (!changed) return keep();
  form.dataset.isPuttingBack = "yes";
  changed.dispatchEvent(new Event("change", { bubbles: true }));
  delete form.dataset.isPuttingBack;
}

function makeDraggable() {
  document.querySelectorAll("[data-drag]").forEach((chip) => (chip.draggable = true));
}

function checkColumns() {
  let typing = 0;
  let dragged = null;
  makeDraggable();
  // Not before htmx listens, which it does once the document is there.
  if (document.readyState === "complete") putBack();
  else window.addEventListener("load", putBack);

  document.addEventListener("change", (event) => {
    if (!event.target.closest?.("#wizard")) return;
    clearTimeout(typing);
    if (event.target.matches("select[data-proposed]")) sayWhy(event.target);
    keep();
  });
  document.addEventListener("input", (event) => {
    if (!event.target.matches?.(".own-name input")) return;
    clearTimeout(typing);
    typing = setTimeout(() => event.target.dispatchEvent(new Event("change", { bubbles: true })), TYPING_MS);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.(".own-name input")) return;
    event.preventDefault();
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("htmx:afterSettle", () => {
    makeDraggable();
    putBack();
  });
  document.addEventListener("submit", (event) => {
    const go = event.submitter;
    if (!go?.matches("[data-go]")) return;
    if (go.getAttribute("aria-busy") === "true") event.preventDefault();
    go.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => document.querySelector("[data-go]")?.removeAttribute("aria-busy"));

  const zoneOf = (event) => event.target.closest?.("#fields [data-field]");
  const over = (zone) =>
    document.querySelectorAll("#fields .is-over").forEach((other) => other !== zone && other.classList.remove("is-over"));
  document.addEventListener("dragstart", (event) => {
    const chip = event.target.closest?.("[data-drag]");
    if (!chip) return;
    dragged = chip;
    event.dataTransfer.setData("text/plain", chip.textContent);
    event.dataTransfer.effectAllowed = "move";
    chip.classList.add("is-dragged");
    document.body.classList.add("is-dragging");
  });
  document.addEventListener("dragover", (event) => {
    const zone = dragged && zoneOf(event);
    over(zone);
    if (!zone) return;
    event.preventDefault();
    zone.classList.add("is-over");
  });
  document.addEventListener("drop", (event) => {
    const zone = dragged && zoneOf(event);
    if (!zone) return;
    event.preventDefault();
    const select = document.getElementById(`to-${dragged.dataset.drag}`);
    select.value = zone.dataset.field;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    if (zone.dataset.field === "own") document.getElementById(`own-${dragged.dataset.drag}`)?.focus();
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    over(null);
    document.body.classList.remove("is-dragging");
  });
}

/* Step 3: the progress. */

function watch() {
  const said = document.querySelector("[data-import-said]");
  const title = document.title;
  const say = () => {
    // The tab tells how far it is while somebody looks at another one.
    const bar = document.querySelector("#import progress[value]");
    document.title = bar ? `${bar.value} % · ${title}` : title;
    const text = document.getElementById("import")?.dataset.said ?? "";
    if (said.textContent !== text) said.textContent = text;
  };
  let isHeld = false;
  say();
  document.addEventListener("htmx:afterSettle", say);
  // A button that is replaced while it is pressed would lose its click.
  for (const [kind, held] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
    document.addEventListener(kind, () => (isHeld = held));
  }
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (isHeld) event.detail.shouldSwap = false;
  });
}

const form = document.querySelector("[data-import-file]");
if (form) chooseFile(form);
if (wizard()) checkColumns();
if (document.querySelector("[data-import-said]")) watch();
