// Counts the characters of a field while somebody writes, and says some minutes before that the session will end.
// Without this file the count stands there after saving, and the end of the session beside the form.
const WARN_BEFORE_MS = 10 * 60 * 1000;

for (const notice of document.querySelectorAll("[data-counts]")) {
  const field = document.getElementById(notice.dataset.counts);
  const count = () => { notice.textContent = notice.dataset.words.replace("{number}", field.value.length); };
  field?.addEventListener("input", count);
}

for (const notice of document.querySelectorAll("[data-session-ends]")) {
  const left = new Date(notice.dataset.sessionEnds) - Date.now() - WARN_BEFORE_MS;
  setTimeout(() => { notice.textContent = notice.dataset.words; notice.setAttribute("role", "alert"); }, Math.max(left, 0));
}
