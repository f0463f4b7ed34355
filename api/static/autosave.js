// Saves a form two seconds after the last change. Without this file its buttons do the same.
const WAIT_MS = 2000;

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const notice = form.querySelector("[data-autosaved]");
  let waiting = 0;
  let saving = null;

  const field = (name) => form.querySelector(`input[type=hidden][name="${name}"]`)
    ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));

  async function save() {
    const body = new URLSearchParams(new FormData(form));
    body.set("act", "autosave");
    const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
    const json = answer?.headers.get("content-type")?.includes("json");
    const saved = json ? await answer.json() : {};
    if (answer?.ok && saved.version) {
      field("version").value = saved.version;
      form.action = saved.action;
      notice.textContent = notice.dataset.saved.replace("{at}", saved.at);
    } else if (!answer?.ok) {
      notice.textContent = notice.dataset.failed;
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { saving = (saving ?? Promise.resolve()).then(save).finally(() => { saving = null; }); }, WAIT_MS);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    if (!saving) return;
    event.preventDefault(); // else its answer would be of an older version than the one being saved
    saving.then(() => form.requestSubmit(event.submitter));
  });
}
