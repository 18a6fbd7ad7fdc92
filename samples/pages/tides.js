// Dims the tides that have been.
const now = new Date().toTimeString().slice(0, 5);
for (const time of document.querySelectorAll("time")) {
  time.classList.toggle("past", time.dateTime < now);
}
