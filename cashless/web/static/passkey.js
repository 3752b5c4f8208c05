// Passkeys: asks the browser for one when a form wants it, and sends its answer with that form.
// Without this script the forms stay hidden, and the password works as always.
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const ask = (options) => {
    const asked = { ...options, challenge: bytes(options.challenge) };
    if (!options.user) {
      asked.allowCredentials = named(options.allowCredentials);
      return navigator.credentials.get({ publicKey: asked });
    }
    asked.user = { ...options.user, id: bytes(options.user.id) };
    asked.excludeCredentials = named(options.excludeCredentials);
    return navigator.credentials.create({ publicKey: asked });
  };

  const written = (made) => {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[part]) response[part] = text(made.response[part]);
    }
    const id = text(made.rawId);
    return JSON.stringify({ id, rawId: id, type: made.type, response, clientExtensionResults: {} });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const said = form.querySelector("[data-said]");
      said.textContent = "";
      try {
        form.elements.passkey.value = written(await ask(JSON.parse(form.dataset.passkey)));
        form.submit();
      } catch {
        said.textContent = said.dataset.said;
      }
    });
  }
})();
