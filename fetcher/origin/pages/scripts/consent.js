// Synchronous in the head, as such scripts tend to be: it holds the parser until it has run.
(function () {
  "use strict";
  var remembered = document.cookie.indexOf("lowtide-notes=1") >= 0;
  document.documentElement.dataset.notes = remembered ? "kept" : "none";
})();
