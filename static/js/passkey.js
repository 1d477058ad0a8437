// Asks the browser for a passkey and sends the form with its answer (templates/mfa/passkey.html). webauthnJSON is allauth's.

for (const part of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential || !window.webauthnJSON) continue;
  part.hidden = false;
  document.querySelector("[data-passkey-none]")?.remove();
  const form = part.closest("form");
  const trouble = part.querySelector("[data-passkey-trouble]");
  part.querySelector("[data-passkey-go]").addEventListener("click", async (event) => {
    const button = event.currentTarget;
    trouble.hidden = true;
    button.disabled = true;
    try {
      part.querySelector("[name$=credential]").value = JSON.stringify(await asked(part, form));
      const shared = form.querySelector("input[type=hidden][name=shared]");
      if (shared) shared.value = document.querySelector("input[type=checkbox][name=shared]")?.checked ? "on" : "";
      form.submit();
    } catch {
      trouble.hidden = false; // put off, no passkey here, or one that is there already
      button.disabled = false;
    }
  });
}

async function asked(part, form) {
  const options = await optionsOf(part);
  if (part.dataset.passkey === "get") return window.webauthnJSON.get(options);
  const alone = form.querySelector("[name=passwordless]")?.checked; // signs in by itself: the device asks for a finger or a PIN
  const wanted = options.publicKey.authenticatorSelection;
  wanted.residentKey = alone ? "required" : "discouraged";
  wanted.requireResidentKey = Boolean(alone);
  if (alone) wanted.userVerification = "required";
  return window.webauthnJSON.create(options);
}

async function optionsOf(part) {
  if (!part.dataset.from) return JSON.parse(part.dataset.options);
  const answer = await fetch(part.dataset.from, { headers: { Accept: "application/json" }, redirect: "manual" });
  if (!answer.ok) throw new Error("no options");
  return (await answer.json()).request_options;
}
