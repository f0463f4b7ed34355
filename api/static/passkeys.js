// Forms with a passkey: asks the browser for it, puts its answer into the form and sends that. Without a script, or
// where the browser knows no passkeys, these forms stay hidden, and people sign in with their password.
const known = window.PublicKeyCredential;
for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!known || !known.parseRequestOptionsFromJSON) break;
  form.hidden = false;
  const fault = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    fault.hidden = true;
    try {
      const options = JSON.parse(form.dataset.options);
      const credential = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: known.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: known.parseRequestOptionsFromJSON(options) });
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch (error) {
      fault.hidden = false;
    }
  });
}
