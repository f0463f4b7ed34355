// Buttons that copy what stands beside them. Without this file they stay hidden, and the text can be marked and copied.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const label = button.querySelector("[data-label]");
  const before = label.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    label.textContent = button.dataset.done;
    setTimeout(() => { label.textContent = before; }, 3000);
  });
}
