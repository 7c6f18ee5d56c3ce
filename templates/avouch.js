// Marks everything on the page that has expired. The script can downgrade a claim and never upgrades one.
// Without it, the text still shows the expiry.
(function () {
  "use strict";
  function age() {
    document.querySelectorAll("[data-until]").forEach(function (element) {
      // A value that is not a date counts as expired.
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
