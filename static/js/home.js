// Sends an update from home, also over a bad connection. Whoever says "this is my own device" has what they write kept in
// this browser until it is sent; everyone else's words are in the page alone.
//
// Kept under carebridge:home:PERSON: and nowhere else, PERSON being the random id of whoever is signed in:
//   …:keep                "1" while the box is ticked
//   …:draft:CHILD         what is being written      {fields: [[name, value], …]}
//   …:queue:FORM_KEY      what was sent and not yet answered for    {child, address, fields, state}
// What another person left here is neither read nor sent nor removed. The form key makes one update of however many posts.

const PATIENCE = 20000; // milliseconds for an answer
const AGAIN = 30000; // and until the next attempt while the page stays open
const HIDDEN = ["csrfmiddlewaretoken"]; // belongs to a session, not to what is written
const STORE = "carebridge:home:";

const kept = document.querySelector("[data-kept]");
const form = document.querySelector("form[data-tell]");
const say = kept.dataset;
const mine = `${STORE}${say.person}:`;

// --- What is kept on the device ---------------------------------------------------------------------------------------------

const device = {
  get(key) {
    try {
      return JSON.parse(localStorage.getItem(mine + key));
    } catch {
      return null; // storage is switched off, or holds what nobody here wrote
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(mine + key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
  remove(key) {
    try {
      localStorage.removeItem(mine + key);
    } catch {
      // nothing was kept
    }
  },
  keys(start) {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(mine + start)).map((key) => key.slice(mine.length));
    } catch {
      return [];
    }
  },
};

// A device that others use too keeps nothing, whatever was chosen there before.
const shared = Boolean(form?.querySelector("[data-keep][data-never]"));
const keeps = () => !shared && device.get("keep") === 1;
const waiting = () => device.keys("queue:").map((key) => [key, device.get(key)]).filter(([, item]) => item);

// --- Asking the server ------------------------------------------------------------------------------------------------------

// One of: {kind: "sent", address}, or {kind: "network" | "out" | "stale-token" | "refused" | "gone" | "trouble"}.
async function post(address, fields, token) {
  const body = new URLSearchParams([...fields, ["csrfmiddlewaretoken", token]]);
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      body,
      headers: { "X-Requested-With": "fetch" },
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.ok) return { kind: "sent", address: (await answer.json()).address };
  } catch {
    return { kind: "network" };
  }
  if (answer.type === "opaqueredirect") return { kind: "out" };
  return { kind: { 403: "stale-token", 404: "gone", 400: "refused", 413: "refused", 422: "refused" }[answer.status] || "trouble" };
}

// The form page anew: whether it still is this person who is signed in, and a token of their present session.
async function token(address) {
  let answer;
  try {
    answer = await fetch(address, {
      headers: { "X-Requested-With": "fetch" },
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.type === "opaqueredirect") return { kind: "out" };
    if (answer.status === 404) return { kind: "gone" };
    if (!answer.ok) return { kind: "trouble" };
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page.querySelector("[data-kept]")?.dataset.person !== say.person) return { kind: "out" };
    return { kind: "ready", token: page.querySelector("form[data-tell] [name=csrfmiddlewaretoken]").value };
  } catch {
    return { kind: "network" };
  }
}

async function send(address, fields, known) {
  if (known) {
    const answer = await post(address, fields, known);
    if (answer.kind !== "stale-token") return answer;
  }
  const fresh = await token(address);
  if (fresh.kind !== "ready") return fresh;
  const answer = await post(address, fields, fresh.token);
  return answer.kind === "stale-token" ? { kind: "out" } : answer;
}

// --- What waits to be sent --------------------------------------------------------------------------------------------------

const state = kept.querySelector("[data-kept-state]");
const list = kept.querySelector("[data-kept-list]");
let flushing = false;
let again = 0;

function tell(words, link = "", label = "") {
  state.replaceChildren(words);
  if (link) state.append(" ", anchor(link, label));
  kept.hidden = !words && !list.children.length;
}

function anchor(address, words) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = words;
  return link;
}

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "second";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

function show() {
  list.replaceChildren(
    ...waiting().map(([key, item]) => {
      const line = document.createElement("li");
      const words = document.createElement("p");
      words.className = "excerpt";
      words.textContent = item.fields.find(([name]) => name === "body")?.[1] || "";
      const acts = document.createElement("p");
      acts.className = "actions";
      if (item.state === "refused") acts.append(anchor(item.address, say.open));
      else if (item.state !== "gone") acts.append(button(say.retry, flush));
      acts.append(
        button(say.remove, () => {
          device.remove(key);
          show();
          tell("");
        }),
      );
      if (item.state === "refused" || item.state === "gone") {
        const why = document.createElement("p");
        why.textContent = say[WORDS[item.state]];
        line.append(words, why, acts);
      } else line.append(words, acts);
      return line;
    }),
  );
  kept.hidden = !state.textContent && !list.children.length;
}

const WORDS = { network: "saved", out: "out", trouble: "trouble", refused: "refused", gone: "gone" };

function explain(kind) {
  if (kind === "out") tell(say.out, say.signIn, say.signInWords);
  else tell(say[WORDS[kind]]);
}

async function flush() {
  clearTimeout(again);
  if (flushing || !waiting().length) return;
  flushing = true;
  try {
    // Two pages of one browser do not send at once; the form key would make one update of it anyway.
    if (navigator.locks) await navigator.locks.request(mine, { ifAvailable: true }, (lock) => lock && sendAll());
    else await sendAll();
  } finally {
    flushing = false;
    if (waiting().some(([, item]) => item.state === "waiting")) again = setTimeout(flush, AGAIN);
  }
}

async function sendAll() {
  for (const [key, item] of waiting()) {
    if (item.state !== "waiting") continue;
    if (!state.textContent) tell(say.saved);
    const answer = await send(item.address, item.fields);
    if (answer.kind === "sent") {
      device.remove(key);
      show();
      tell(say.sent, answer.address, say.read);
      continue;
    }
    if (answer.kind === "refused" || answer.kind === "gone") device.set(key, { ...item, state: answer.kind });
    show();
    explain(answer.kind);
    if (answer.kind === "network" || answer.kind === "out") return;
  }
}

// --- Writing ----------------------------------------------------------------------------------------------------------------

function written() {
  return [...new FormData(form)].filter(([name]) => !HIDDEN.includes(name)).map(([name, value]) => [name, String(value)]);
}

function fill(fields) {
  const given = new Map();
  for (const [name, value] of fields) given.set(name, [...(given.get(name) || []), value]);
  for (const box of form.elements) {
    if (!box.name || HIDDEN.includes(box.name) || box.type === "submit") continue;
    const values = given.get(box.name) || [];
    if (box.type === "radio" || box.type === "checkbox") box.checked = values.includes(box.value);
    else if (values.length) box.value = values[0];
  }
  for (const part of form.querySelectorAll("details")) {
    part.open ||= [...part.querySelectorAll("textarea, input[type=text], input[type=datetime-local]")].some((box) => box.value);
  }
}

function write() {
  const child = form.dataset.tell;
  const box = form.querySelector("[data-keep] input");
  const line = form.querySelector("[data-tell-state]");
  const key = () => form.elements.form_key.value;
  let timer = 0;
  let leaving = false;
  let stamped = form.hasAttribute("data-bound");
  let unsent = stamped; // words that stand nowhere but in this page

  function save() {
    clearTimeout(timer);
    if (leaving || !keeps()) return;
    // The key belongs to one sending: a draft gets a new one with each page.
    const fields = written().filter(([name]) => name !== "form_key" && name !== "opened");
    unsent = !device.set(`draft:${child}`, { fields });
    if (unsent) line.textContent = say.noRoom;
    offer();
  }

  function offer() {
    form.querySelector("[data-keep-remove]").hidden = !device.keys(`draft:${child}`).length;
  }

  function clear() {
    for (const one of [...device.keys("draft:"), ...device.keys("queue:")]) device.remove(one);
    show();
    offer();
  }

  function begin() {
    form.querySelector("[data-keep]").hidden = shared || !device.set("probe", 1);
    device.remove("probe");
    box.checked = keeps();
    const refused = waiting().find(([, item]) => item.child === child && item.state === "refused");
    if (refused && !form.hasAttribute("data-bound")) {
      // The server says best what is wrong, beside the boxes, with the words in them. They stay kept meanwhile.
      device.set(`draft:${child}`, { fields: refused[1].fields });
      device.remove(refused[0]);
      fill(refused[1].fields);
      leaving = true;
      form.submit();
      return;
    }
    const draft = device.get(`draft:${child}`);
    if (draft && !form.hasAttribute("data-bound")) {
      fill(draft.fields.filter(([name]) => name !== "form_key" && name !== "opened"));
      line.textContent = say.restored;
    }
    offer();
    name();
  }

  // The button says who gets it.
  function name() {
    const press = form.querySelector("button[data-also]");
    const names = [...form.querySelectorAll("[name=share_with]:checked")].map((one) => one.labels[0].textContent.trim());
    press.dataset.plain ||= press.querySelector("span").textContent;
    const said = new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" }).format(names);
    press.querySelector("span").textContent = names.length ? press.dataset.also.replace("{names}", said) : press.dataset.plain;
  }

  async function submit(event) {
    event.preventDefault();
    if (leaving) return;
    leaving = true;
    if (!stamped) form.elements.opened.value = new Date().toISOString();
    stamped = true; // sent again, it tells of the same moment
    const fields = written();
    const held = `queue:${key()}`;
    const item = { child, address: form.action, fields, state: "waiting" };
    const queued = keeps() && device.set(held, item);
    line.textContent = say.sending;
    const answer = await send(form.action, fields, form.elements.csrfmiddlewaretoken.value);
    if (answer.kind === "sent") {
      device.remove(held);
      device.remove(`draft:${child}`);
      location.assign(answer.address);
      return;
    }
    if (answer.kind === "refused") {
      device.remove(held);
      if (queued) device.set(`draft:${child}`, { fields });
      form.submit(); // the page comes back with what to change
      return;
    }
    line.textContent = "";
    if (queued && answer.kind !== "gone") {
      device.remove(`draft:${child}`);
      form.hidden = true;
      show();
      explain(answer.kind);
      kept.scrollIntoView({ block: "start" });
      again = setTimeout(flush, AGAIN);
      return;
    }
    leaving = false;
    device.remove(held);
    line.textContent = { network: say.noNetwork, out: say.noSignIn }[answer.kind] || say.noLuck;
  }

  box.addEventListener("change", () => {
    if (box.checked) device.set("keep", 1);
    else if (!waiting().length || window.confirm(say.drop)) {
      device.remove("keep");
      clear();
    } else box.checked = true;
    save();
  });
  form.querySelector("[data-keep-remove] button").addEventListener("click", () => {
    device.remove(`draft:${child}`);
    form.reset();
    unsent = false;
    box.checked = keeps();
    offer();
    name();
  });
  form.addEventListener("input", () => {
    unsent = true;
    clearTimeout(timer);
    timer = setTimeout(save, 300);
    name();
  });
  form.addEventListener("submit", submit);
  window.addEventListener("pagehide", save);
  window.addEventListener("beforeunload", (event) => {
    save();
    if (unsent && !leaving) event.preventDefault();
  });
  begin();
}

if (say.person) {
  if (form) write();
  show();
  flush();
  window.addEventListener("online", flush);
  window.addEventListener("focus", flush);
}
