// Starts Streamlit's program, once: when the first look is painted, or when that takes too long.
const boot = (() => {
  let started = false;
  return () => {
    if (started) return;
    started = true;
    const parts = new DOMParser().parseFromString(program, "text/html");
    for (const part of parts.querySelectorAll("link, script")) {
      const own = document.createElement(part.localName);
      for (const { name, value } of part.attributes) own.setAttribute(name, value);
      document.head.append(own);
    }
  };
})();
setTimeout(boot, 500);
