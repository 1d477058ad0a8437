// Saves words while they are being written, so that a crash, a tunnel or a sign-out elsewhere loses none.
//
// <form data-autosave="ADDRESS" autocomplete="off"> with templates/components/autosave.html inside. What was typed is posted
// to ADDRESS, which answers
//   200 {"seen", "time", "address", "autosave"}  saved; each optional: the version now seen and when that was, the page that a
//                                  reload should open, and where the next words go
//   409                            changed in another window: saving by hand shows both texts
//   422 {"errors": [words, …]}     cannot be saved as it is
// data-unsaved: the page came with words that are not saved yet. Without data-autosave they are only guarded: it is for the
// writer to choose between two texts.
// A post whose answer got lost is sent again word for word, before anything newer: for the same words ADDRESS answers 200.

const QUIET = 3000; // milliseconds without a key before saving
const LONGEST = 10000; // and at the latest after the first one
const PATIENCE = 20000; // for an answer
const RETRIES = [2000, 5000, 15000, 30000];
const KEPT_ALIVE = 20000; // characters a browser surely sends from a page that is closing

for (const form of document.querySelectorAll("form[data-autosave]")) watch(form);
for (const form of document.querySelectorAll("form[data-unsaved]:not([data-autosave])")) guard(form);

function guard(form) {
  let leaving = false;
  form.addEventListener("submit", () => (leaving = true));
  window.addEventListener("beforeunload", (event) => leaving || event.preventDefault());
}

function watch(form) {
  const state = form.querySelector("[data-autosave-state]");
  let changed = false; // something was typed that has not been sent
  let unanswered = null; // what was sent and not answered
  let sending = null;
  let since = 0;
  let timer = 0;
  let failures = 0;
  let kind = "";
  let leaving = false;

  const stopped = () => kind === "stale" || kind === "gone";
  const unsaved = () => changed || unanswered !== null;

  function tell(next, words = "") {
    // Every save read aloud would drown the writing: only the first one, and trouble and its end, are.
    const routine = next === "saving" || (next === "saved" && (kind === "saving" || kind === "saved") && state.dataset.told);
    state.setAttribute("aria-live", routine ? "off" : "polite");
    if (next === "saved") state.dataset.told = "1";
    else if (next !== "saving") delete state.dataset.told;
    kind = next;
    state.dataset.kind = next;
    if (next === "saved" && !words) return state.replaceChildren(); // nothing was written yet
    const text = state.dataset[next].replace("{time}", words).replace("{words}", words);
    const [before, after] = text.split("{link}");
    state.replaceChildren(before);
    if (after !== undefined) state.append(signInLink(), after);
  }

  function signInLink() {
    const link = document.createElement("a");
    link.href = state.dataset.signIn;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = state.dataset.link;
    return link;
  }

  function wait(delay) {
    clearTimeout(timer);
    timer = setTimeout(send, delay);
  }

  function typed() {
    changed = true;
    if (stopped() || sending) return;
    if (kind === "out" || kind === "offline" || kind === "trouble") return; // tried again anyway
    if (kind !== "saving") tell("saving");
    since ||= Date.now();
    wait(Math.max(0, Math.min(QUIET, since + LONGEST - Date.now())));
  }

  function send() {
    clearTimeout(timer);
    if (sending || kind === "stale" || !unsaved()) return sending;
    if (!unanswered) {
      unanswered = new FormData(form);
      changed = false;
      since = 0;
    }
    if (kind === "" || kind === "saved" || kind === "refused") tell("saving");
    sending = post(false).finally(() => {
      sending = null;
      if (!changed || unanswered || kind !== "saved") return;
      tell("saving");
      wait(document.hidden ? 0 : QUIET);
    });
    return sending;
  }

  async function post(again) {
    let answer;
    try {
      const length = [...unanswered.values()].join("").length;
      answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: unanswered,
        headers: { "X-Requested-With": "fetch" },
        redirect: "manual",
        keepalive: length < KEPT_ALIVE,
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.ok) return saved(await answer.json());
    } catch {
      return later("offline");
    }
    if (answer.type === "opaqueredirect") return tell("out");
    if (answer.status === 403) return !again && (await renewToken()) ? post(true) : tell("out");
    if (answer.status === 409) return tell("stale");
    if (answer.status >= 500 || answer.status === 429) return later("trouble");
    return refused(answer);
  }

  function saved(told) {
    unanswered = null;
    failures = 0;
    if (told.seen && form.elements.seen) form.elements.seen.value = told.seen;
    if (told.autosave) form.dataset.autosave = told.autosave;
    if (told.address) {
      form.action = told.address;
      history.replaceState(history.state, "", told.address);
    }
    tell("saved", told.time);
  }

  function later(why) {
    tell(why);
    wait(RETRIES[Math.min(failures++, RETRIES.length - 1)]);
  }

  async function refused(answer) {
    if (answer.status === 404) return tell("gone");
    let words = "";
    try {
      words = (await answer.json()).errors.join(" ");
    } catch {
      // Too long for the server to read: it says so without words of its own.
    }
    unanswered = null;
    changed = true;
    tell("refused", words);
  }

  // After signing in again in another tab the page's token is an old one; its own address gives a new one. Not, though, to
  // someone else who signed in at this browser: the words are not theirs.
  async function renewToken() {
    let page;
    try {
      const answer = await fetch(form.dataset.autosavePage || location.href, { redirect: "manual" });
      if (!answer.ok) return false;
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      return false;
    }
    const theirs = page.querySelector("[data-autosave-state]");
    const token = page.querySelector("[name=csrfmiddlewaretoken]");
    if (!token || theirs?.dataset.writer !== state.dataset.writer) return false;
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token.value;
    unanswered?.set("csrfmiddlewaretoken", token.value);
    return true;
  }

  async function back() {
    if (sending || !unsaved()) return;
    if ((kind === "out" || kind === "gone") && !(await renewToken())) return;
    if (kind === "out" || kind === "gone" || kind === "offline" || kind === "trouble") send();
  }

  if ("unsaved" in form.dataset) typed();
  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  // A button's own page comes only when the words are safe: the browser's "no connection" page would take them along.
  form.addEventListener("submit", async (event) => {
    if (leaving || kind === "stale" || (!unsaved() && navigator.onLine)) {
      leaving = true;
      return;
    }
    event.preventDefault();
    const button = event.submitter;
    if ((kind === "out" || kind === "gone") && !(await renewToken())) return;
    if (!unsaved()) return tell("offline");
    for (let turn = 0; turn < 3 && unsaved() && !stopped() && kind !== "refused"; turn++) await (sending || send());
    if (!["saved", "stale", "refused"].includes(kind)) return;
    leaving = true;
    form.requestSubmit(button);
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? send() : back()));
  window.addEventListener("pagehide", () => leaving || send());
  window.addEventListener("focus", back);
  window.addEventListener("online", back);
  window.addEventListener("beforeunload", (event) => {
    if (unsaved() && !leaving) event.preventDefault();
  });
}
