// Sends a file in pieces (tus 1.0.0) and goes on where it stopped: after a failure, while there is no network, and after
// a reload of the page, since the browser remembers which upload a file belongs to.

const VERSION = "1.0.0";
const PIECE_BYTES = 8 * 1024 * 1024;
/** Failures in a row, without a byte more on the server, after which it is given up. */
const TRIES_MAX = 10;
const DISCARD_TRIES_MAX = 3;
const DELAY_MS_MIN = 500;
const DELAY_MS_MAX = 30_000;
/** A piece whose sending stands still for so long is begun anew. */
const SILENCE_MS_MAX = 45_000;
const REMEMBERED = "upload ";

/** What the server refuses for good; its words are for the person. */
class Refused extends Error {}
/** An upload that the server does not know (any more). */
class Unknown extends Error {}
/** Anything that may be better the next time. */
class Failed extends Error {
  constructor(message, waitMs = 0) {
    super(message);
    this.waitMs = waitMs;
  }
}

/**
 * Sends a file.
 * @param {File} file
 * @param {object} options
 * @param {string} options.url where uploads are announced
 * @param {string} options.csrf the page's token
 * @param {(bytes: number) => void} [options.onprogress] is told how many bytes were sent so far
 * @param {AbortSignal} [options.signal] ends it for now; the same file sent again goes on
 * @returns {Promise<string>} the upload's id
 */
export async function upload(file, { url, csrf, onprogress = () => {}, signal }) {
  const memory = remember(file, url);
  let id = memory.get();
  let offset = id === null ? 0 : null;
  let failures = 0;
  for (;;) {
    signal?.throwIfAborted();
    try {
      if (id === null) {
        id = await begin(file, url, csrf, signal);
        memory.set(id);
        offset = 0;
      }
      if (offset === null) {
        const known = await ask(`${url}/${id}`, file, signal);
        if (known > (memory.reached ?? -1)) failures = 0;
        offset = known;
      }
      memory.reached = offset;
      onprogress(offset);
      if (offset === file.size) {
        memory.forget();
        return id;
      }
      const sent = (bytes) => onprogress(offset + bytes);
      offset = await append(`${url}/${id}`, file, offset, csrf, sent, signal);
      failures = 0;
    } catch (error) {
      if (error instanceof Unknown) {
        memory.forget();
        id = null;
      } else if (!(error instanceof Failed)) {
        throw error;
      }
      failures += 1;
      if (failures >= TRIES_MAX) throw new Error("The connection keeps breaking. Please try again later.");
      // What the server has by now is asked for: a piece that failed may have arrived in part.
      offset = null;
      await pause(failures, error.waitMs ?? 0, signal);
    }
  }
}

/**
 * Gives up a file that was sent in part, so that it takes no room on the server. What cannot be reached now expires there.
 * @param {File} file
 * @param {object} options
 * @param {string} options.url where uploads are announced
 * @param {string} options.csrf the page's token
 */
export async function discard(file, { url, csrf }) {
  const memory = remember(file, url);
  const id = memory.get();
  memory.forget();
  if (id === null) return;
  for (let tries = 1; tries <= DISCARD_TRIES_MAX; tries += 1) {
    try {
      await send("DELETE", `${url}/${id}`, { csrf });
      return;
    } catch (error) {
      if (error instanceof Unknown) return;
      // The last piece may still be on its way.
      await pause(tries, 0);
    }
  }
}

async function begin(file, url, csrf, signal) {
  const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name)));
  const headers = { "Upload-Length": String(file.size), "Upload-Metadata": `filename ${name}` };
  const answer = await send("POST", url, { headers, csrf, signal });
  const location = answer.getResponseHeader("Location") ?? "";
  return location.slice(location.lastIndexOf("/") + 1);
}

async function ask(url, file, signal) {
  const answer = await send("HEAD", url, { signal });
  // A file that has changed its length is another one.
  if (Number(answer.getResponseHeader("Upload-Length")) !== file.size) throw new Unknown();
  return offsetOf(answer);
}

async function append(url, file, offset, csrf, onsent, signal) {
  const body = file.slice(offset, offset + PIECE_BYTES);
  const headers = { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
  return offsetOf(await send("PATCH", url, { headers, body, csrf, onsent, signal }));
}

function offsetOf(answer) {
  const offset = Number.parseInt(answer.getResponseHeader("Upload-Offset") ?? "", 10);
  if (!(offset >= 0)) throw new Failed("The server did not say how much has arrived.");
  return offset;
}

/** One request; the answer is one that succeeded. */
function send(method, url, { headers = {}, body = null, csrf, onsent, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let silence = 0;
    const watch = () => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), SILENCE_MS_MAX);
    };
    const abort = () => request.abort();
    const ended = () => {
      clearTimeout(silence);
      signal?.removeEventListener("abort", abort);
    };
    request.open(method, url);
    request.setRequestHeader("Tus-Resumable", VERSION);
    if (csrf) request.setRequestHeader("X-CSRF-Token", csrf);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => {
      watch();
      onsent?.(event.loaded);
    });
    request.addEventListener("load", () => {
      ended();
      if (request.status >= 200 && request.status < 300) resolve(request);
      else reject(reasonOf(request, method !== "POST"));
    });
    const broken = () => {
      ended();
      reject(signal?.aborted ? signal.reason : new Failed("The connection broke."));
    };
    request.addEventListener("error", broken);
    request.addEventListener("abort", broken);
    signal?.addEventListener("abort", abort);
    watch();
    request.send(body);
  });
}

/** Why a request did not succeed; `isKnown` says that it was about an upload that the server had announced. */
function reasonOf(request, isKnown) {
  const { status } = request;
  if (isKnown && (status === 404 || status === 410)) return new Unknown();
  const seconds = Number.parseInt(request.getResponseHeader("Retry-After") ?? "", 10);
  const waitMs = seconds > 0 ? Math.min(seconds * 1000, DELAY_MS_MAX) : 0;
  // Of a known upload 409 says that its offset is another one, or that an earlier request still holds it.
  if (status === 408 || status === 429 || status >= 500 || (status === 409 && isKnown)) {
    return new Failed(`The server answered with ${status}.`, waitMs);
  }
  if (status === 401) return new Refused("You are not signed in any more. Sign in again and choose the same file: it goes on where it stopped.");
  let text = "";
  try {
    text = JSON.parse(request.responseText).detail;
  } catch {
    // No words of the server's; there are ours.
  }
  return new Refused(typeof text === "string" && text !== "" ? text : `The server refused the file (${status}).`);
}

/** Waits a random part of a time that doubles with each failure, and for the network where there is none. */
async function pause(failures, waitMs, signal) {
  const most = Math.min(DELAY_MS_MAX, DELAY_MS_MIN * 2 ** failures);
  await until((done) => {
    const timer = setTimeout(done, waitMs + Math.random() * most);
    return () => clearTimeout(timer);
  }, signal);
  if (navigator.onLine) return;
  await until((done) => {
    addEventListener("online", done);
    return () => removeEventListener("online", done);
  }, signal);
}

/** Waits until `begin` has its callback called, or the signal says stop. */
function until(begin, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      end();
      reject(signal.reason);
    };
    const end = begin(() => {
      signal?.removeEventListener("abort", stop);
      end();
      resolve();
    });
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
  });
}

/** Which upload a file belongs to, as far as the browser may keep it. */
function remember(file, url) {
  const key = `${REMEMBERED}${url} ${file.name} ${file.size} ${file.lastModified}`;
  const attempt = (work) => {
    try {
      return work();
    } catch {
      // A browser that keeps nothing: the upload begins anew after a reload.
      return null;
    }
  };
  return {
    reached: null,
    get: () => attempt(() => localStorage.getItem(key)),
    set: (id) => attempt(() => localStorage.setItem(key, id)),
    forget: () => attempt(() => localStorage.removeItem(key)),
  };
}
