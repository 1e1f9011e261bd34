// What the pages do better with a script: nothing here is needed to read or to submit them.
// Every behaviour hangs on a data attribute; handlers sit on the document, so swapped fragments need no set-up.

document.documentElement.classList.add("js");

const BYTES_PER_MB = 1024 * 1024;

/** The text of a size in bytes, for people. */
const sizeText = (bytes) =>
  bytes < BYTES_PER_MB ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / BYTES_PER_MB).toFixed(1)} MB`;

/** Enables the button of a typed-name form only while the name matches. */
function checkTypedName(input) {
  const button = input.form?.querySelector("[data-confirm-button]");
  if (button) button.disabled = input.value.trim() !== input.dataset.confirmName.trim();
}

/** Says which file was chosen, and whether it is larger than the page allows. */
function describeFile(input) {
  const output = document.querySelector(`[data-file-note="${input.id}"]`);
  const file = input.files[0];
  if (!output || !file) return;
  const mbMax = Number(input.dataset.mbMax);
  const isTooLarge = mbMax > 0 && file.size > mbMax * BYTES_PER_MB;
  output.textContent = isTooLarge
    ? `${file.name} is ${sizeText(file.size)}: larger than ${mbMax} MB.`
    : `${file.name}, ${sizeText(file.size)}`;
  input.setAttribute("aria-invalid", String(isTooLarge));
}

/** Sends an upload form with a progress bar, then goes where the server's redirect leads. */
function upload(form) {
  const box = form.querySelector("[data-upload-progress]");
  const bar = box.querySelector("progress");
  const text = box.querySelector("[data-upload-text]");
  const buttons = form.querySelectorAll("button");
  const request = new XMLHttpRequest();
  const body = new FormData(form);
  const settle = (message) => {
    text.textContent = message;
    bar.hidden = true;
    buttons.forEach((button) => (button.disabled = false));
  };
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = (event.loaded / event.total) * 100;
    text.textContent =
      event.loaded < event.total
        ? `Sent ${sizeText(event.loaded)} of ${sizeText(event.total)}`
        : "Received. Reading the file…";
  });
  request.addEventListener("load", () => {
    if (request.status < 400) {
      location.assign(request.responseURL);
      return;
    }
    const answer = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
    if (!answer) return settle("The file was not accepted. Please try again.");
    document.querySelector("main").replaceWith(answer);
    answer.tabIndex = -1;
    answer.focus();
    setUp(answer);
  });
  request.addEventListener("error", () => settle("The connection broke. Please try again."));
  request.open("POST", form.action);
  box.hidden = false;
  bar.hidden = false;
  buttons.forEach((button) => (button.disabled = true));
  request.send(body);
}

/** Brings what is in `root` to its first state. */
function setUp(root) {
  root.querySelectorAll("[data-confirm-name]").forEach(checkTypedName);
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-confirm-name]")) checkTypedName(event.target);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file]")) describeFile(event.target);
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-upload]") && event.target.querySelector("input[type=file]").files.length > 0) {
    event.preventDefault();
    upload(event.target);
  }
});

document.addEventListener("click", async (event) => {
  const close = event.target.closest("[data-close]");
  if (close) close.closest(".flash")?.remove();

  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const input = document.getElementById(copy.dataset.copy);
    input.select();
    // The clipboard needs HTTPS; where it is missing the link stays selected for Ctrl-C.
    try {
      await navigator.clipboard.writeText(input.value);
      copy.textContent = "Copied";
    } catch {
      copy.textContent = "Selected: press Ctrl-C";
    }
  }

  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});

for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("is-over", kind === "dragover");
    if (kind !== "drop" || event.dataTransfer.files.length === 0) return;
    const input = zone.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    describeFile(input);
  });
}

// A filter that fails says so instead of leaving the old list without a word.
for (const kind of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(kind, () => {
    const note = document.getElementById("live-note");
    if (note) note.textContent = "The list could not be refreshed. Reload the page to try again.";
  });
}
document.addEventListener("htmx:afterSwap", () => {
  const note = document.getElementById("live-note");
  if (note) note.textContent = "";
});

setUp(document);
