// A page brought back by the Back button after signing out must not show its words again: ask the server anew.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// Leaving at once: the screen is empty before any answer has come, nothing asks back, and this page's place in the browser's
// way back is taken by the one it leads to.
document.querySelector("[data-leave]")?.addEventListener("click", (event) => {
  event.preventDefault();
  const away = event.currentTarget.href;
  window.addEventListener("beforeunload", (ask) => ask.stopImmediatePropagation(), { capture: true });
  document.title = "…";
  document.documentElement.replaceChildren();
  window.location.replace(away);
});
