// The preview: keeps this page up to date with the files, without losing the reader's place, and shows
// notes next to the sentences. Published pages do not have this script.
(() => {
  "use strict";

  const path = location.pathname.replace(/^\//, "").replace(/(^|\/)$/, "$1index.html");
  const root = document.documentElement;
  const EYE = 120; // pixels between the top of the window and the line being read
  let wanted = 0; // the newest version
  let shown = 0; // the version on the page
  let busy = false;
  let state = null;
  let sheets = new Map();

  // --- building elements -------------------------------------------------------------------------

  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value !== false && value != null) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child != null && child !== ""));
    return element;
  };

  const redline = (runs) => make("p", { class: "avouch-redline" }, ...runs.map((run) =>
    run.fate === "kept" ? run.text : make(run.fate === "removed" ? "del" : "ins", {}, run.text)));

  // --- the page: existing nodes are changed in place -----------------------------------------------

  const isOurs = (node) => node.nodeType === 1 && node.hasAttribute("data-avouch");
  const isKin = (old, fresh) => old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName &&
    (old.id || "") === (fresh.id || "");

  function attributes(old, fresh) {
    for (const { name } of [...old.attributes]) {
      // Details that the reader opened stay open.
      if (!fresh.hasAttribute(name) && !(name === "open" && old.localName === "details")) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
  }

  function morph(old, fresh) {
    if (old.nodeType !== 1) {
      if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
      return;
    }
    if (old.isEqualNode(fresh)) return;
    attributes(old, fresh);
    const left = [...old.childNodes].filter((node) => !isOurs(node));
    const wanted = [...fresh.childNodes];
    const isSame = (one, other) => one && other && (one.isEqualNode(other) || (one.id && isKin(one, other)));
    // Equal nodes before and after a change are kept.
    while (isSame(left[0], wanted[0])) morph(left.shift(), wanted.shift());
    let end = [...old.childNodes].find(isOurs) || null;
    while (isSame(left.at(-1), wanted.at(-1))) {
      end = left.pop();
      morph(end, wanted.pop());
    }
    let behind = left[0] || end;
    for (const child of wanted) {
      const at = left.findIndex((node) => isKin(node, child));
      if (at < 0) {
        old.insertBefore(document.importNode(child, true), behind);
        continue;
      }
      const [match] = left.splice(at, 1);
      if (match === behind) behind = match.nextSibling;
      else old.insertBefore(match, behind);
      morph(match, child);
    }
    left.forEach((node) => node.remove());
  }

  /// Changes the page without moving the line that the reader is looking at.
  function inPlace(change) {
    const top = (element) => element.getBoundingClientRect().top;
    const near = [...document.querySelectorAll("main [id]")]
      .filter((element) => element.getClientRects().length > 0)
      .map((element) => ({ id: element.id, top: top(element) }))
      .sort((a, b) => Math.abs(a.top - EYE) - Math.abs(b.top - EYE))[0];
    const y = scrollY;
    change();
    const element = near && document.getElementById(near.id);
    scrollTo({ top: element ? scrollY + top(element) - near.top : y, behavior: "instant" });
  }

  async function fetched(address) {
    const answer = await fetch(address, { cache: "no-store" });
    return answer.text();
  }

  async function pullStyles() {
    for (const link of document.querySelectorAll("link[rel=stylesheet]:not([data-avouch])")) {
      const address = link.href.split("?")[0];
      const text = await fetched(address);
      const known = sheets.get(address);
      sheets.set(address, text);
      if (known !== undefined && known !== text) link.href = `${address}?${shown}`;
    }
  }

  async function pullPage() {
    const page = new DOMParser().parseFromString(await fetched(location.pathname), "text/html");
    if (page.documentElement.hasAttribute("data-avouch-stub") !== root.hasAttribute("data-avouch-stub")) {
      sessionStorage.setItem(`avouch ${path}`, String(scrollY));
      location.reload();
      return;
    }
    inPlace(() => {
      document.title = page.title;
      // The marks of the notes are removed first, so that equal nodes compare as equal.
      unmark();
      morph(document.body, page.body);
    });
  }

  async function pull() {
    if (busy) return;
    busy = true;
    try {
      while (shown !== wanted) {
        const next = wanted;
        const first = shown === 0;
        if (!first) await pullPage();
        state = JSON.parse(await fetched("/_avouch/state.json"));
        shown = next;
        await pullStyles();
        draw();
        if (first) arrive();
      }
    } finally {
      busy = false;
    }
  }

  // --- notes in the margin -------------------------------------------------------------------------

  const margin = make("div", { id: "avouch-margin", "data-avouch": true, role: "complementary", "aria-label": "Notes" });
  const open = new Set();

  const keyOf = (note) => `${note.title}|${note.place}|${JSON.stringify(note.anchor)}`;

  /// The block that starts with these words, or the first of several: themes differ, words do not.
  function blockOf({ start, nth }) {
    const all = [...document.querySelectorAll("main :is(p, h1, h2, h3, h4, h5, h6, li, td, th, pre, blockquote)")]
      .filter((element) => !element.closest("nav, details, [data-avouch]"))
      .map((element) => ({ element, text: element.textContent.replace(/\s/g, "") }));
    for (const length of [start.length, 20, 8]) {
      const begun = all.filter(({ text }) => start && text.startsWith(start.slice(0, length)));
      if (begun.length) return (begun[nth] || begun[0]).element;
    }
    return null;
  }

  function anchorOf(note) {
    const { claim, block } = note.anchor;
    return claim ? document.getElementById(`claim-${claim}`) : block ? blockOf(block) : null;
  }

  /// The range of the words within an element.
  function wordsIn(element, words) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = words ? node.data.indexOf(words) : -1;
      if (at >= 0) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + words.length);
        return range;
      }
    }
    return null;
  }

  function unmark() {
    document.querySelectorAll("[data-avouch-noted]").forEach((element) => element.removeAttribute("data-avouch-noted"));
  }

  function excerpt(of) {
    const lines = of.lines.map((line, index) => make("span",
      { class: of.from + index === of.at ? "avouch-line avouch-at" : "avouch-line" },
      make("span", { class: "avouch-number" }, String(of.from + index)), line || " "));
    return make("pre", { tabindex: "0" }, ...lines);
  }

  function card(note, index) {
    const key = keyOf(note);
    return make("aside", { class: `avouch-note ${note.stops ? "stops" : "look"}`, id: `avouch-note-${index}`, tabindex: "-1" },
      make("h2", {}, note.title),
      make("p", {}, note.says),
      note.redline.length ? redline(note.redline) : null,
      note.by ? make("p", { class: "avouch-by" }, note.by) : null,
      note.excerpt ? excerpt(note.excerpt) : null,
      make("p", { class: "avouch-todo" }, make("strong", {}, `${note.who}: `), note.todo),
      note.detail ? make("details", { open: open.has(key), ontoggle: (event) =>
        event.target.open ? open.add(key) : open.delete(key) },
      make("summary", {}, "For your security team"), make("p", {}, note.place), make("p", {}, note.detail)) : null);
  }

  function drawNotes() {
    unmark();
    const ranges = [];
    const cards = [];
    state.notes.forEach((note, index) => {
      if (note.page !== path) return;
      const element = anchorOf(note);
      const words = element && note.anchor.block ? wordsIn(element, note.anchor.block.words) : null;
      if (words) ranges.push(words);
      else if (element) element.setAttribute("data-avouch-noted", note.stops ? "stops" : "look");
      cards.push({ card: card(note, index), at: words || element });
    });
    if (window.Highlight) CSS.highlights.set("avouch", new Highlight(...ranges));
    margin.replaceChildren(...cards.map(({ card }) => card));
    root.toggleAttribute("data-avouch-notes", cards.length > 0);
    margin.cards = cards;
    layOut();
  }

  /// Puts each note at the height of its words, or under the previous note.
  function layOut() {
    const main = document.querySelector("main");
    if (!main || !margin.cards) return;
    const top = main.getBoundingClientRect().top + scrollY;
    const height = ({ at }) => (at ? at.getBoundingClientRect().top + scrollY : top);
    const inMargin = getComputedStyle(margin).position === "absolute";
    let free = 0;
    for (const one of [...margin.cards].sort((a, b) => height(a) - height(b))) {
      const y = Math.max(height(one), free);
      one.card.style.top = inMargin ? `${y}px` : "";
      free = y + one.card.offsetHeight + 12;
    }
    margin.style.left = inMargin ? `${main.getBoundingClientRect().right + scrollX + 24}px` : "";
    root.style.setProperty("--avouch-free", inMargin ? `${free}px` : "0px");
  }

  // --- the panel -----------------------------------------------------------------------------------

  const unfold = (opened) => {
    panel.toggleAttribute("data-open", opened);
    headline.setAttribute("aria-expanded", String(opened));
  };
  const fold = () => unfold(false);
  const headline = make("button", { type: "button", class: "avouch-headline", "aria-expanded": "false",
    onclick: () => unfold(!panel.hasAttribute("data-open")) });
  const reasons = make("ul", { class: "avouch-reasons" });
  const looks = make("ul", {});
  const others = make("div", { class: "avouch-others" }, make("p", {}, "Not urgent:"), looks);
  const evidence = make("p", { class: "avouch-evidence" });
  const progress = make("progress", { "aria-label": "Checks", hidden: true });
  const said = make("p", { class: "avouch-said", role: "status" });
  const check = make("button", { type: "button", onclick: () => fetch("/_avouch/check", { method: "POST" }) });
  const compare = make("button", { type: "button", onclick: showChanges });
  const panel = make("section", { id: "avouch-panel", "data-avouch": true, "aria-label": "Preview" },
    make("div", { class: "avouch-more" }, reasons, others, evidence),
    make("div", { class: "avouch-bar" }, headline, progress, said,
      make("div", { class: "avouch-does" }, compare, check)));

  function addressOf(note, index) {
    if (!note.page) return null;
    const page = note.page.replace(/index\.html$/, "");
    return `/${page}#avouch-note-${index}`;
  }

  function reason(note, index) {
    const to = addressOf(note, index);
    return make("li", { class: note.stops ? "stops" : "look" },
      to ? make("a", { href: to, onclick: fold }, note.title) : make("strong", {}, note.title), " ",
      note.page === path || !note.page ? "" : `(${note.page.replace(/\/index\.html$/, "")}) `,
      to ? "" : `${note.says} `,
      make("span", { class: "avouch-who" }, `${note.who}: ${note.todo}`));
  }

  function drawPanel() {
    const { ready, headline: words, evidence: source } = state.readiness;
    panel.classList.toggle("ready", ready);
    headline.textContent = `${ready ? "✓" : "✗"} ${words}`;
    const listed = (stops) => state.notes.flatMap((note, index) => note.stops === stops ? [reason(note, index)] : []);
    reasons.replaceChildren(...listed(true));
    looks.replaceChildren(...listed(false));
    others.hidden = looks.childElementCount === 0;
    evidence.textContent = `${source} Updated in ${Math.max(1, Math.round(state.took_ms))} ms.`;
    compare.textContent = `What changed since ${state.previous}`;
    drawRun(state.run);
  }

  function drawRun(run) {
    check.disabled = run.running;
    check.textContent = run.running ? "Running the checks" : `Run the checks against ${state ? state.readiness.target : "the service"}`;
    progress.hidden = !run.running;
    if (run.total) {
      progress.max = run.total;
      progress.value = run.done;
    } else progress.removeAttribute("value");
    said.textContent = run.running ? (run.total ? `${run.done} of ${run.total} checks are done` : "Starting the checks") : run.said;
  }

  // --- what changed --------------------------------------------------------------------------------

  const dialog = make("dialog", { id: "avouch-changes", "data-avouch": true, "aria-label": "What changed" });

  async function showChanges() {
    const pages = JSON.parse(await fetched("/_avouch/changes.json"));
    pages.sort((a, b) => (b.page === path) - (a.page === path));
    const about = (page) => [
      make("h3", {}, make("a", { href: `/${page.page.replace(/index\.html$/, "")}` }, page.page.replace(/\/(index\.html)?$/, "")),
        page.is_new ? " (a new page)" : ""),
      ...page.changes.flatMap((change) => [
        change.told ? make("p", { class: "avouch-told" }, change.told) : "", redline(change.runs)]),
    ];
    dialog.replaceChildren(
      make("form", { method: "dialog" }, make("button", { type: "button", onclick: () => dialog.close() }, "Close")),
      make("h2", {}, `What changed since ${state.previous}`),
      ...(pages.length ? pages.flatMap(about) : [make("p", {}, "Nothing has changed.")]));
    if (!dialog.open) dialog.showModal();
  }

  // --- everything together -------------------------------------------------------------------------

  function draw() {
    document.body.append(margin, panel, dialog);
    drawPanel();
    drawNotes();
    root.dataset.avouchShown = String(shown);
  }

  /// Scrolls to the note in the address, or to the reader's last position.
  function arrive() {
    const note = location.hash.startsWith("#avouch-note-") && document.querySelector(location.hash);
    if (note) {
      note.scrollIntoView({ block: "center" });
      note.focus({ preventScroll: true });
    }
    const before = sessionStorage.getItem(`avouch ${path}`);
    sessionStorage.removeItem(`avouch ${path}`);
    if (before) scrollTo({ top: Number(before), behavior: "instant" });
  }

  let source = null;
  function listen() {
    source = new EventSource("/_avouch/events");
    source.onmessage = (event) => {
      const { version, run } = JSON.parse(event.data);
      root.removeAttribute("data-avouch-lost");
      // A restarted preview counts from one again.
      if (version < wanted) shown = -1;
      wanted = version;
      drawRun(run);
      pull();
    };
    source.onerror = () => {
      root.setAttribute("data-avouch-lost", "");
      said.textContent = "The preview has stopped. Start it again to update this page.";
    };
  }

  // A browser allows few connections to one address, so a hidden page closes its own.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && source) {
      source.close();
      source = null;
    } else if (!document.hidden && !source) listen();
  });
  addEventListener("resize", layOut);
  addEventListener("hashchange", arrive);
  document.addEventListener("toggle", layOut, true);
  if (!document.hidden) listen();
})();
