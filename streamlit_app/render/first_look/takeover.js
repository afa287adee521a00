// The page that came with the document stands until Streamlit's own does. What was pressed or
// typed meanwhile is handed on to the widgets of the same keys.
(() => {
  const first = document.getElementById("w-first");
  const root = document.getElementById("root");
  const began = performance.now();
  const LONGEST = 15000;
  const PATIENCE = 1500;
  const STILL = 8000;
  const LATEST = 60000;
  const presses = [];
  let stands = 0;

  const theme = () => {
    // Whoever chose a theme in Streamlit's menu gets it here as well.
    const wanted = new RegExp(`^stActiveTheme-${location.pathname}-v[0-9]+$`);
    const name = Object.keys(localStorage).find((one) => wanted.test(one));
    const chosen = /light|dark/i.exec((name && localStorage.getItem(name)) || "");
    if (chosen) first.style.colorScheme = chosen[0].toLowerCase();
  };
  try {
    theme();
  } catch {
    // A browser that keeps nothing has no theme to tell of.
  }

  const own = (key) => key && root.querySelector("." + CSS.escape(key));
  const keyOf = (one) => one.closest("[class*=st-key-]")?.className.match(/st-key-[^ ]+/)[0];
  const buttons = "button, summary, [role=radio], input[type=checkbox]";
  // Which title a part of the page is about, where it is about one.
  const titleOf = (one) =>
    one.closest("[class*=st-key-card-], [class*=st-key-row-]")?.querySelector("[data-ref]")?.dataset.ref;

  const wordsOf = (button) => {
    const words = (button.closest("label") ?? button).cloneNode(true);
    for (const sign of words.querySelectorAll("[data-testid=stIconMaterial]")) sign.remove();
    return words.textContent.trim();
  };
  const buttonsIn = (holder) => [...(holder?.querySelectorAll(buttons) ?? [])];
  // By their words: the same place may mean the opposite by then, such as off the watchlist.
  const sayingThe = (words, holder) => buttonsIn(holder).filter((one) => wordsOf(one) === words);

  // Where a button stands, for its like on Streamlit's page to be found.
  const placeOf = (button) => {
    const key = keyOf(button);
    const words = wordsOf(button);
    const holder = key && button.closest("." + CSS.escape(key));
    const place = sayingThe(words, holder).indexOf(button);
    return { key, words, place, title: titleOf(button), found: button.dataset.press };
  };
  const like = ({ key, words, place, title, found }) => {
    const button = found ? root.querySelector(found) : sayingThe(words, own(key))[place];
    return button && titleOf(button) === title ? button : undefined;
  };

  first.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    // A second press would take back what the first one does.
    if (!pressed || pressed.type === "submit" || pressed.hasAttribute("aria-busy")) return;
    pressed.setAttribute("aria-busy", "true");
    presses.push(placeOf(pressed));
  });

  const type = (field, text) => {
    // React listens to the browser's own setter.
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
    set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const handOn = () => {
    const active = first.contains(document.activeElement) ? document.activeElement : null;
    const fields = [...first.querySelectorAll("[class*=st-key-] input:not([type=hidden])")];
    const typed = fields.filter((one) => one.value !== one.defaultValue).map((one) => () => {
      const field = own(keyOf(one))?.querySelector("input");
      if (field) type(field, one.value);
      return field;
    });
    const pressed = presses.map((one) => () => {
      const button = like(one);
      button?.click();
      return button;
    });
    finish([...typed, ...pressed], active && wayTo(active));
  };

  // How to find on Streamlit's page what has the keyboard on the first one.
  const wayTo = (active) => {
    if (active.localName === "button") {
      const place = placeOf(active);
      const ofTheTitle = (one) => titleOf(one) === place.title;
      // A press changes what its button says.
      return () => like(place) ?? buttonsIn(own(place.key)).find(ofTheTitle);
    }
    const href = active.getAttribute("href");
    if (href) return () => root.querySelector(`a[href="${CSS.escape(href)}"]`);
    return () => own(keyOf(active))?.querySelector("input");
  };

  // A busy browser draws some widgets later, and some anew: what is missing is looked for again,
  // until the page has been still for a while. Whoever goes elsewhere meanwhile isn't taken back.
  const finish = (deeds, wanted) => {
    const { pathname } = location;
    const ends = performance.now() + LATEST;
    let left = deeds;
    let focused = wanted;
    let moved = performance.now();
    document.addEventListener("pointerdown", () => (focused = undefined), { capture: true, once: true });
    const again = () => {
      const now = performance.now();
      if (root.querySelector(".stApp")?.dataset.testScriptState !== "notRunning") moved = now;
      left = left.filter((deed) => !deed());
      const active = document.activeElement;
      const elsewhere = active && active !== document.body && !first.contains(active);
      const target = focused?.();
      if (!elsewhere) target?.focus({ preventScroll: true });
      else if (target && active !== target) focused = undefined;
      if (location.pathname === pathname && now < ends && now - moved < STILL) setTimeout(again, 100);
    };
    again();
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
    const app = root.querySelector(".stApp");
    if (!app) return undefined; // Its program didn't come: what can be read stays.
    const now = performance.now();
    if (now - began > LONGEST) return takeOver();
    const state = app.dataset.testScriptState;
    if (state !== "notRunning" && !root.querySelector(".w-foot")) return undefined;
    stands ||= now;
    const waits = root.querySelector("[data-testid=stSkeleton]");
    return waits && now - stands < PATIENCE ? undefined : takeOver();
  };

  // Hidden it is laid out but not painted, and nobody gets into it by the keyboard.
  root.style.visibility = "hidden";
  requestAnimationFrame(() => setTimeout(boot));
  const watcher = new MutationObserver(look);
  watcher.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-test-script-state"] });
  const timer = setInterval(look, 250);
})();
