// The page that came with the document stands until Streamlit's own does. What was pressed or
// typed meanwhile is handed on to the widgets of the same keys.
(() => {
  const first = document.getElementById("w-first");
  const root = document.getElementById("root");
  const began = performance.now();
  const LONGEST = 15000;
  const PATIENCE = 1500;
  const presses = [];
  let stands = 0;

  // Hidden it is laid out but not painted, and nobody gets into it by the keyboard.
  root.style.visibility = "hidden";

  requestAnimationFrame(() => setTimeout(boot));

  // Whoever chose a theme in Streamlit's menu gets it here as well.
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith("stActiveTheme-" + location.pathname)) continue;
    const chosen = localStorage.getItem(name);
    if (/light/i.test(chosen)) document.documentElement.style.colorScheme = "light";
    if (/dark/i.test(chosen)) document.documentElement.style.colorScheme = "dark";
  }

  const keyOf = (one) => {
    const holder = one.closest("[class*=st-key-]");
    return holder && holder.className.match(/st-key-[^ ]+/)[0];
  };
  const buttons = "button, summary, [role=radio], input[type=checkbox]";
  const placeOf = (one, holder) => [...holder.querySelectorAll(buttons)].indexOf(one);
  // Which title a part of the page is about, where it is about one.
  const titleOf = (one) => {
    const card = one.closest("[class*=st-key-card-], [class*=st-key-row-]");
    return card ? card.querySelector("[data-ref]")?.dataset.ref : undefined;
  };

  first.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    const key = pressed && keyOf(pressed);
    if (!key || pressed.closest("form")) return;
    event.preventDefault();
    pressed.setAttribute("aria-busy", "true");
    const holder = pressed.closest("." + CSS.escape(key));
    presses.push({ key, place: placeOf(pressed, holder), title: titleOf(pressed) });
  });

  const handOn = () => {
    for (const { key, place, title } of presses) {
      const holder = root.querySelector("." + CSS.escape(key));
      const button = holder && holder.querySelectorAll(buttons)[place];
      if (button && titleOf(button) === title) button.click();
    }
    const field = document.activeElement?.closest?.("#w-first input");
    const typed = [...first.querySelectorAll("[class*=st-key-] input")];
    for (const one of typed) {
      const own = root.querySelector("." + CSS.escape(keyOf(one)) + " input");
      if (!own) continue;
      if (one.value !== one.defaultValue) {
        // React listens to the browser's own setter.
        const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
        set.call(own, one.value);
        own.dispatchEvent(new Event("input", { bubbles: true }));
      }
      if (one === field) own.focus();
    }
    const link = document.activeElement?.closest?.("#w-first a");
    if (link) root.querySelector(`a[href="${CSS.escape(link.getAttribute("href"))}"]`)?.focus();
  };

  const takeOver = () => {
    watcher.disconnect();
    clearInterval(timer);
    root.style.visibility = "";
    const main = root.querySelector("[data-testid=stMain]");
    if (main) main.scrollTop = first.querySelector("[data-testid=stMain]").scrollTop;
    handOn();
    first.remove();
  };

  const look = () => {
    const now = performance.now();
    if (now - began > LONGEST) return takeOver();
    const state = root.querySelector(".stApp")?.dataset.testScriptState;
    if (state !== "notRunning" && !root.querySelector(".w-foot")) return undefined;
    stands ||= now;
    const waits = root.querySelector("[data-testid=stSkeleton]");
    return waits && now - stands < PATIENCE ? undefined : takeOver();
  };

  const watcher = new MutationObserver(look);
  watcher.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-test-script-state"] });
  const timer = setInterval(look, 250);
})();
