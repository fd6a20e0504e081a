/* Comfort, and nothing that a page needs: copying gives an equation's LaTeX, a box that scrolls can
   be reached with the keyboard, and a page prints with its folds open. All of it listens at the
   document, so it works after navigation without a reload and from disk. */

(() => {
  "use strict";

  const EQUATION = ".md-typeset div.arithmatex";
  const BOXES = ".md-typeset__scrollwrap, .md-typeset pre > code, .md-typeset p:has(> img)";

  // Copying. Each formula carries its LaTeX in an annotation.

  function latex(math) {
    const source = math.querySelector("annotation")?.textContent.trim() ?? math.textContent;
    return math.getAttribute("display") === "block" ? `\n$$\n${source}\n$$\n` : `$${source}$`;
  }

  /* A selection may start or end inside a formula: it takes the whole of it. */
  function whole(range) {
    const formula = (node) => (node.nodeType === 1 ? node : node.parentElement)?.closest("math");
    const [first, last] = [formula(range.startContainer), formula(range.endContainer)];
    if (first) range.setStartBefore(first);
    if (last) range.setEndAfter(last);
    return range;
  }

  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const fragment = whole(selection.getRangeAt(0).cloneRange()).cloneContents();
    const formulas = fragment.querySelectorAll("math");
    if (!formulas.length) return;
    const sheet = document.createElement("div");
    sheet.style.cssText = "position: fixed; left: -9999px; white-space: pre-wrap";
    sheet.append(fragment);
    event.clipboardData.setData("text/html", sheet.innerHTML);
    formulas.forEach((math) => math.replaceWith(latex(math)));
    document.body.append(sheet); // only what is on the page has its lines and tabs as text
    event.clipboardData.setData("text/plain", sheet.innerText.trim());
    sheet.remove();
    event.preventDefault();
  });

  // One button, beside the equation that the pointer or the keyboard is at.

  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy-latex";

  function offer(event) {
    const box = event.target.closest?.(EQUATION);
    if (!box || box.nextElementSibling === button) return;
    button.textContent = "Copy LaTeX";
    box.after(button);
    button.style.top = `${box.offsetTop}px`;
    button.style.left = `${box.offsetLeft + box.offsetWidth}px`;
  }

  function leave(event) {
    const to = event.relatedTarget;
    const box = button.previousElementSibling;
    if (to === button || (to && box?.contains(to)) || document.activeElement === button) return;
    if (event.type === "pointerout" && box === document.activeElement) return;
    button.remove();
  }

  document.addEventListener("pointerover", offer);
  document.addEventListener("focusin", offer);
  document.addEventListener("pointerout", leave);
  document.addEventListener("focusout", (event) => {
    if (event.relatedTarget) leave(event);
  });

  button.addEventListener("click", () => {
    getSelection().selectAllChildren(button.previousElementSibling);
    button.textContent = document.execCommand("copy") ? "Copied" : "Press Ctrl+C";
  });

  // Tables, figures and code that are wider than the page scroll in a box of their own. Not every
  // browser lets the keyboard into such a box by itself.

  function reach() {
    for (const box of document.querySelectorAll(BOXES)) {
      const wide = box.scrollWidth > box.clientWidth + 1;
      if (wide) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
    document.querySelector(".md-search[role=dialog]")?.setAttribute("aria-label", "Search");
    document
      .querySelectorAll("nav.md-code__nav")
      .forEach((bar, at) => bar.setAttribute("aria-label", `Code ${at + 1}`));
  }

  let waiting = 0;
  const soon = () => (waiting ||= requestAnimationFrame(() => (waiting = 0, reach())));
  addEventListener("resize", soon);
  document.addEventListener("toggle", soon, true); // a fold was opened
  document.addEventListener("DOMContentLoaded", () => {
    soon();
    new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
  });

  // Printing. A browser without ::details-content would print a closed fold closed; a link to
  // another site says its address, unless that is its text. An equation knows how wide it is, in
  // its own letters, so that print.css can set a wide one smaller.

  let opened = [];
  addEventListener("beforeprint", () => {
    for (const link of document.querySelectorAll(".md-typeset a[href^='http']")) {
      const elsewhere = link.host !== location.host && link.textContent.trim() !== link.href;
      if (elsewhere) link.dataset.address = link.href;
    }
    opened = [...document.querySelectorAll(".md-typeset details:not([open])")];
    opened.forEach((fold) => (fold.open = true));
    const equations = [...document.querySelectorAll(`${EQUATION} > math`)];
    const widths = equations.map((math) => {
      const range = document.createRange();
      range.selectNodeContents(math);
      return range.getBoundingClientRect().width / parseFloat(getComputedStyle(math).fontSize);
    });
    equations.forEach((math, at) => math.style.setProperty("--ems", Math.ceil(widths[at] + 1)));
  });
  addEventListener("afterprint", () => {
    opened.forEach((fold) => (fold.open = false));
    opened = [];
  });
})();
