// On a phone the groups begin closed, but for those with a choice: people came for the hits.
if (matchMedia("(max-width: 59.99rem)").matches)
  for (const group of document.querySelectorAll(".filters .facet[open]:not(:has(:checked))")) group.open = false;

// Searching among the values of a filter while typing. Without this file the button below the filters does the same.
for (const field of document.querySelectorAll(".facet .find")) {
  const group = field.closest("fieldset");
  const labels = [...group.querySelectorAll("label:has(.tick)")];
  field.addEventListener("input", () => {
    const typed = field.value.trim().toLowerCase();
    const more = group.querySelector(":scope > .more");
    if (more && typed) more.open = true;
    for (const label of labels) {
      const chosen = label.querySelector(".tick").checked;
      label.hidden = !chosen && !label.textContent.toLowerCase().includes(typed);
    }
  });
}
