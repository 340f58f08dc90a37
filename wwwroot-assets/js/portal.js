// The few things that must work before, without or after a circuit: theme, rail, menus, drafts, reconnecting.
(() => {
  const root = document.documentElement;

  const remember = (name, value) => {
    const secure = location.protocol === "https:" ? ";secure" : "";
    document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax${secure}`;
  };

  const media = {
    light: { light: "all", dark: "not all" },
    dark: { light: "not all", dark: "all" },
    system: { light: "(prefers-color-scheme: light)", dark: "(prefers-color-scheme: dark)" },
  };

  const setTheme = (theme) => {
    root.dataset.theme = theme;
    for (const sheet of document.querySelectorAll("[data-theme-sheet]")) sheet.media = media[theme][sheet.dataset.themeSheet];
    for (const button of document.querySelectorAll("[data-set-theme]")) button.setAttribute("aria-pressed", String(button.dataset.setTheme === theme));
    remember("portal.theme", theme);
  };

  const copy = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    // Without https there is no clipboard but the old command.
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("The browser refused to copy.");
  };

  document.addEventListener("click", (event) => {
    const source = event.target.closest("[data-copy]");
    if (source) {
      copy(source.dataset.copy).then(() => {
        source.dataset.copied = "";
        setTimeout(() => delete source.dataset.copied, 1600);
      });
    }

    const theme = event.target.closest("[data-set-theme]");
    if (theme) setTheme(theme.dataset.setTheme);

    if (event.target.closest("[data-rail-toggle]")) {
      root.dataset.rail = root.dataset.rail === "narrow" ? "wide" : "narrow";
      remember("portal.rail", root.dataset.rail);
    }

    if (event.target.closest("[data-hide-set-up]")) {
      event.target.closest("[data-set-up]").hidden = true;
      remember("portal.setup", "hidden");
    }

    const focus = event.target.closest("[data-focus]");
    if (focus) document.getElementById(focus.dataset.focus)?.focus();

    const popover = event.target.closest("[data-close-on-click]");
    if (popover?.matches(":popover-open") && event.target.closest("a, button")) popover.hidePopover();

    if (event.target.closest("#blazor-error-ui .reload")) {
      event.preventDefault();
      location.reload();
    }
  });

  // The palette: the keys are answered here, at once; the server fills the list.
  const palette = () => document.querySelector("[data-palette]");
  const paletteHits = () => [...palette().querySelectorAll(".palette-hit")];

  const markHit = (index) => {
    const hits = paletteHits();
    const input = palette().querySelector("input");
    hits.forEach((hit, i) => {
      hit.id = `palette-hit-${i}`;
      hit.setAttribute("aria-selected", String(i === index));
    });
    if (hits[index]) {
      input.setAttribute("aria-activedescendant", hits[index].id);
      hits[index].scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  };

  const openPalette = () => {
    const dialog = palette();
    if (!dialog || dialog.open) return;
    dialog.showModal();
    dialog.querySelector("input").select();
    markHit(0);
    // What comes from the server after a key is another list: its first line is the likeliest.
    dialog.hits ??= new MutationObserver(() => markHit(0));
    dialog.hits.observe(dialog.querySelector(".palette-list"), { childList: true, subtree: true });
  };

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k" && palette()) {
      event.preventDefault();
      if (palette().open) palette().close();
      else openPalette();
      return;
    }

    if (!event.target.closest?.("[data-palette]") || event.isComposing) return;
    const hits = paletteHits();
    const at = hits.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (hits.length > 0) markHit((at + (event.key === "ArrowDown" ? 1 : -1) + hits.length) % hits.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      hits[at]?.click();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) openPalette();
    // A click beside the dialog's content is one on its backdrop.
    else if (event.target.closest(".palette-hit") || event.target.matches("[data-palette]")) palette().close();
  });

  // The grid moves its mark with the arrows; Enter opens the marked row as a click would.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches?.(".data-table-open .rz-data-grid-data"))
      event.target.querySelector(".rz-data-row.rz-state-focused td")?.click();
  });

  // Enter in a list's field takes the text over instead of sending the form; what was taken over leaves the field.
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.(".list-input input");
    if (!field?.value || event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });

  document.addEventListener("change", (event) => {
    const field = event.target.closest?.(".list-input input");
    if (field) setTimeout(() => { field.value = ""; });
  });

  // Fields inside [data-draft="name"] survive a reload of the tab until the form is gone by itself.
  const draftName = (form) => `draft:${location.pathname}:${form.dataset.draft}`;
  const draftFields = (form) => [...form.querySelectorAll("input, textarea, select")].filter((field) => (field.name || field.id) && !["password", "hidden", "file"].includes(field.type));
  const read = (field) => (["checkbox", "radio"].includes(field.type) ? field.checked : field.value);

  const keepDrafts = () => {
    for (const form of document.querySelectorAll("[data-draft]")) {
      const values = Object.fromEntries(draftFields(form).map((field) => [field.name || field.id, read(field)]));
      sessionStorage.setItem(draftName(form), JSON.stringify(values));
    }
  };

  const restoreDraft = (form) => {
    const kept = sessionStorage.getItem(draftName(form));
    sessionStorage.removeItem(draftName(form));
    if (!kept) return;
    const values = JSON.parse(kept);
    for (const field of draftFields(form)) {
      const value = values[field.name || field.id];
      if (value === undefined || value === read(field)) continue;
      if (typeof value === "boolean") field.checked = value;
      else field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };

  // Drawers and dialogs take the focus when they open and give it back when they go. Where what had it is gone too, or cannot be used
  // any more, the nearest thing around it has it: the Tab key goes on from there, not from the top of the page.
  const openers = new WeakMap();
  let held = null;

  const hold = (element) => {
    const around = [];
    for (let place = element.parentElement?.closest(".drawer, .rz-dialog, main"); place; place = place.parentElement?.closest(".drawer, .rz-dialog, main")) around.push(place);
    return { element, around };
  };

  const isLost = () => !document.activeElement || document.activeElement === document.body;

  const giveBack = (to) => {
    for (const element of [to?.element, ...(to?.around ?? []), document.getElementById("content")]) {
      if (!element?.isConnected) continue;
      if (element.matches(".rz-dialog") && !element.hasAttribute("tabindex")) element.tabIndex = -1;
      element.focus({ preventScroll: true });
      if (!isLost()) return;
    }
  };

  document.addEventListener("focusin", (event) => { held = hold(event.target); });
  // Who clicks beside everything has let go of it himself.
  document.addEventListener("pointerdown", () => setTimeout(() => { if (isLost()) held = null; }));

  const each = (nodes, selector, act) => {
    for (const node of nodes) {
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      if (node.matches(selector)) act(node);
      node.querySelectorAll(selector).forEach(act);
    }
  };

  // Where the menu is longer than the window, the page one is on is in sight in it.
  const reveal = (link) => link.scrollIntoView({ block: "nearest" });
  document.querySelectorAll(".rail-link.active").forEach(reveal);

  new MutationObserver((changes) => {
    for (const change of changes) {
      each(change.addedNodes, "[data-draft]", restoreDraft);
      each(change.addedNodes, ".rail-link.active", reveal);
      each(change.addedNodes, ".drawer, .rz-dialog", (panel) => openers.set(panel, isLost() ? held : hold(document.activeElement)));
      // The browser honours autofocus only while nothing has the focus; the button that opened the dialog has it.
      each(change.addedNodes, ".rz-dialog [autofocus]", (field) => field.focus());
      each(change.removedNodes, ".drawer, .rz-dialog", (panel) => {
        if (isLost()) giveBack(openers.get(panel));
      });
    }

    if (held && isLost() && (!held.element.isConnected || held.element.disabled)) giveBack(held);
  }).observe(document.body, { childList: true, subtree: true });

  if (!window.Blazor) return;

  // The bar waits a moment before it shows: most losses heal unseen. It never gives up by itself.
  const bar = document.getElementById("reconnect-bar");
  let lost = false;

  const wait = (milliseconds) => new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener("online", done);
  });

  const reload = () => {
    keepDrafts();
    location.reload();
  };

  const onConnectionDown = async () => {
    lost = true;
    const show = setTimeout(() => { bar.hidden = !lost; }, 600);
    for (let attempt = 0; lost; attempt++) {
      await wait(Math.min(300 * 1.6 ** attempt, 5000));
      try {
        // False means: the server is there but no longer knows this circuit.
        if (lost && !(await Blazor.reconnect())) return reload();
      } catch {
        // The server is still away; the next turn tries again.
      }
    }
    clearTimeout(show);
  };

  const onConnectionUp = () => {
    lost = false;
    bar.hidden = true;
  };

  Blazor.start({
    circuit: { reconnectionHandler: { onConnectionDown, onConnectionUp } },
    ssr: { disableDomPreservation: true },
  });
})();
