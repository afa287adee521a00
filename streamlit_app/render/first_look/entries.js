// One press makes one entry in the browser's history. Streamlit adds several where a page changes:
// the new page with the former one's query, then without it, then with who is watching; each of
// them would take another press to go back.
(() => {
  const push = history.pushState;
  let pressed = true;
  for (const kind of ["pointerdown", "keydown", "click"]) {
    addEventListener(kind, () => (pressed = true), { capture: true, passive: true });
  }
  history.pushState = function (...entry) {
    if (!pressed) return history.replaceState(...entry);
    pressed = false;
    return push.apply(history, entry);
  };
})();
