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
    if (/light/i.test(chosen)) first.style.colorScheme = "light";
    if (/dark/i.test(chosen)) first.style.colorScheme = "dark";
  }

  const own = (key) => key && root.querySelector("." + CSS.escape(key));
  const keyOf = (one) => one.closest("[class*=st-key-]")?.className.match(/st-key-[^ ]+/)[0];
  const buttons = "button, summary, [role=radio]";
  // Which title a part of the page is about, where it is about one.
  const titleOf = (one) =>
    one.closest("[class*=st-key-card-], [class*=st-key-row-]")?.querySelector("[data-ref]")?.dataset.ref;

  first.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    const key = pressed && keyOf(pressed);
    if (!pressed || pressed.type === "submit" || !(key || pressed.dataset.press)) return;
    pressed.setAttribute("aria-busy", "true");
    const holder = key && pressed.closest("." + CSS.escape(key));
    const place = key && [...holder.querySelectorAll(buttons)].indexOf(pressed);
    presses.push({ key, place, title: titleOf(pressed), found: pressed.dataset.press });
  });

  const press = ({ key, place, title, found }) => {
    const button = found ? root.querySelector(found) : own(key)?.querySelectorAll(buttons)[place];
    if (button && titleOf(button) === title) button.click();
  };

  const type = (field, text) => {
    // React listens to the browser's own setter.
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
    set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const handOn = () => {
    const active = first.contains(document.activeElement) ? document.activeElement : null;
    for (const one of first.querySelectorAll("[class*=st-key-] input:not([type=hidden])")) {
      const field = own(keyOf(one))?.querySelector("input");
      if (field && one.value !== one.defaultValue) type(field, one.value);
      if (field && one === active) field.focus();
    }
    if (active?.href) root.querySelector(`a[href="${CSS.escape(active.getAttribute("href"))}"]`)?.focus();
    presses.forEach(press);
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
