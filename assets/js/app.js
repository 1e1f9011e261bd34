// What the pages do better with a script: nothing here is needed to read or to submit them.
// Every behaviour hangs on a data attribute; handlers sit on the document, so swapped fragments need no set-up.

document.documentElement.classList.add("js");

/** Enables the button of a typed-name form only while the name matches. */
function checkTypedName(input) {
  const button = input.form?.querySelector("[data-confirm-button]");
  if (button) button.disabled = input.value.trim() !== input.dataset.confirmName.trim();
}

/** Brings what is in `root` to its first state. */
function setUp(root) {
  root.querySelectorAll("[data-confirm-name]").forEach(checkTypedName);
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-confirm-name]")) checkTypedName(event.target);
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

// A filter that fails says so instead of leaving the old list without a word.
for (const kind of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(kind, () => {
    const note = document.getElementById("live-note");
    if (note) note.textContent = "This could not be refreshed. Reload the page to try again.";
  });
}
document.addEventListener("htmx:afterSwap", () => {
  const note = document.getElementById("live-note");
  if (note) note.textContent = "";
});

setUp(document);
