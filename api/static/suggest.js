// Words of the catalogue while typing in a search field. Without this file the page "Vorschläge" lists the same.
for (const field of document.querySelectorAll(".searchbar input[type=search]")) {
  const list = document.createElement("datalist");
  list.id = "suggestions-" + Math.random().toString(36).slice(2);
  field.after(list);
  field.setAttribute("list", list.id);
  field.autocomplete = "off";
  let waiting = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    const typed = field.value.trim();
    if (typed.length < 2) return;
    waiting = setTimeout(async () => {
      const query = new URLSearchParams({ q: typed, lang: document.documentElement.lang });
      const answer = await fetch(field.dataset.suggest + "?" + query).catch(() => null);
      if (!answer?.ok || field.value.trim() !== typed) return;
      const { suggestions } = await answer.json();
      list.replaceChildren(...suggestions.map(({ text, total }) => new Option(`${text} (${total})`, text)));
    }, 150);
  });
}
