// Ages the page: what is past its date is said to be so. It can only take away, never add:
// without it the text still says until when it counts.
(function () {
  "use strict";
  function age() {
    document.querySelectorAll("[data-until]").forEach(function (element) {
      // What is no date is past it.
      if (Date.parse(element.dataset.until) > Date.now()) return;
      var then = element.dataset.then;
      element.removeAttribute("data-until");
      if (element.hidden) element.hidden = false;
      else if (element.localName === "link") element.setAttribute("href", then);
      else if (element.localName === "title") element.textContent = then;
      else if (element.classList.contains("mark")) {
        element.className = "mark expired";
        var shape = document.createElement("span");
        shape.setAttribute("aria-hidden", "true");
        shape.textContent = "\u25F7";
        element.replaceChildren(shape, " " + then);
      } else element.classList.add("expired");
    });
  }
  age();
  setInterval(age, 30000);
})();
