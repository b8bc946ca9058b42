// Follows the hub: fetches this page every second and exchanges the regions that have changed.
(() => {
  const pulse = document.getElementById("pulse");
  const chosen = document.getElementById("as");
  if (chosen) chosen.addEventListener("change", () => {
    document.cookie = "as=" + encodeURIComponent(chosen.value) + "; path=/; samesite=strict";
    location.reload();
  });
  const opened = (root) => new Map([...root.querySelectorAll("details[data-key]")].map((d) => [d.dataset.key, d.open]));
  const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 24;
  const swap = (old, fresh) => {
    if (old.innerHTML === fresh.innerHTML && old.className === fresh.className) return;
    const open = opened(old);
    const scrolls = new Map([...old.querySelectorAll("[data-scroll]")].map((b) => [b.dataset.scroll, atEnd(b) ? -1 : b.scrollTop]));
    for (const d of fresh.querySelectorAll("details[data-key]")) if (open.has(d.dataset.key)) d.open = open.get(d.dataset.key);
    old.replaceWith(fresh);
    for (const b of fresh.querySelectorAll("[data-scroll]")) {
      const at = scrolls.get(b.dataset.scroll);
      b.scrollTop = at === undefined || at < 0 ? b.scrollHeight : at;
    }
  };
  let last = "";
  const look = async () => {
    try {
      const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
      const text = await answer.text();
      pulse.className = "pulse on";
      if (answer.ok && text !== last) {
        last = text;
        const page = new DOMParser().parseFromString(text, "text/html");
        for (const fresh of page.querySelectorAll("[data-live]")) {
          const old = document.querySelector(`[data-live="${fresh.dataset.live}"]`);
          if (old && !old.contains(document.activeElement?.closest("textarea"))) swap(old, document.adoptNode(fresh));
        }
        document.title = page.title;
      }
    } catch {
      pulse.className = "pulse off";
    }
    setTimeout(look, document.hidden ? 4000 : 1000);
  };
  for (const b of document.querySelectorAll("[data-scroll]")) b.scrollTop = b.scrollHeight;
  setTimeout(look, 1000);
})();
