// Deferred: runs when the document has been read.
const cards = document.querySelectorAll(".card");

for (const card of cards) {
  card.addEventListener("click", (event) => {
    if (event.target.closest("a")) return;
    card.toggleAttribute("data-chosen");
    document.title = `${document.querySelectorAll("[data-chosen]").length} chosen | Lowtide`;
  });
}
