// Somebody is here: whoever types or taps on a page without sending it is not signed out meanwhile. Told to the server once
// a minute at most, and only after a key or a tap of a person; a page that is merely open says nothing. Two minutes before
// the end a notice asks (templates/base.html).

const AT_MOST_EVERY = 60000; // milliseconds
const WARNED = 120000; // before the end

const notice = document.querySelector("form[data-ends]");
let told = Date.now();
let timer = 0;

function wait() {
  clearTimeout(timer);
  const left = told + notice.dataset.ends * 1000 - WARNED - Date.now();
  timer = setTimeout(() => (notice.hidden = false), Math.max(0, left));
}

async function tell() {
  told = Date.now();
  notice.hidden = true;
  wait();
  try {
    await fetch(notice.action, { method: "POST", body: new FormData(notice), redirect: "manual" });
  } catch {
    told = 0; // no connection: the next key or tap tries again
  }
}

if (notice) {
  wait();
  for (const kind of ["keydown", "pointerdown"]) {
    document.addEventListener(kind, (event) => event.isTrusted && Date.now() - told >= AT_MOST_EVERY && tell(), {
      capture: true,
      passive: true,
    });
  }
  notice.addEventListener("submit", (event) => {
    event.preventDefault();
    tell();
  });
  document.addEventListener("visibilitychange", () => document.hidden || wait());
}
