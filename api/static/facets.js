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
